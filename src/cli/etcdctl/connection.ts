/**
 * etcdctl's connection to a cluster: dials all endpoints, sends calls to those that answer in turn, waits for one while none does (until the
 * call's deadline), retries what is safe to send twice, and renews the auth token. Source of behaviour: clientv3 (client.go,
 * retry_interceptor.go, retry.go).
 */
import type { ConnectionOptions } from "node:tls";
import { GrpcCode } from "../../base/grpc-code.ts";
import { type Clock, sleep } from "../../io/clock.ts";
import { GrpcChannel, GrpcError } from "../../net/transport/grpc-channel.ts";
import type { CallListener, GrpcClientCall } from "../../net/transport/grpc-client-call.ts";
import { AuthService } from "../../proto/generated/rpc.ts";
import type { Init, MethodInfo } from "../../proto/message-codec.ts";
import { ClientError, clientError, deadlineExceeded, isKind } from "./client-error.ts";
import { type EndpointAddress, endpointAddress } from "./endpoint-address.ts";

export interface ConnectionConfig {
  readonly endpoints: readonly string[];
  readonly dialTimeoutMs: number;
  readonly keepaliveTimeMs: number;
  readonly keepaliveTimeoutMs: number;
  /** 0: etcd's default. */
  readonly sendBytesMax: number;
  readonly receiveBytesMax: number;
  readonly tls: ConnectionOptions | undefined;
  readonly username: string;
  readonly password: string;
  readonly token: string;
}

/** When a call gives up, on the clock's time; undefined waits for ever. */
export type Deadline = number | undefined;

interface Endpoint {
  readonly address: EndpointAddress;
  channel: GrpcChannel | undefined;
  dialing: boolean;
  backoffMs: number;
}

const SEND_BYTES_MAX = 2 * 1024 * 1024;
const RETRIES_MAX = 100;
const RETRY_WAIT_MS = 25;
const BACKOFF_MIN_MS = 50;
const BACKOFF_MAX_MS = 1000;
/** grpc-go raises shorter keepalive times to this. */
const KEEPALIVE_MIN_MS = 10_000;

/** Methods that may be sent again when the connection broke. */
const REPEATABLE: ReadonlySet<string> = new Set([
  "Range",
  "MemberList",
  "Alarm",
  "Status",
  "Hash",
  "HashKV",
  "MoveLeader",
  "LeaseTimeToLive",
  "LeaseLeases",
  "LeaseGrant",
  "LeaseRevoke",
  "UserList",
  "UserGet",
  "RoleGet",
  "RoleList",
]);

const API_VERSION_METADATA = { "client-api-version": "3.7" } as const;

export class Connection {
  readonly clock: Clock;
  readonly config: ConnectionConfig;
  readonly #endpoints: readonly Endpoint[];
  #next: number;
  #token: string;
  #closed: boolean;
  #waiters: (() => void)[];

  private constructor(config: ConnectionConfig, clock: Clock) {
    this.clock = clock;
    this.config = config;
    this.#endpoints = config.endpoints.map((text) => ({
      address: endpointAddress(text),
      channel: undefined,
      dialing: false,
      backoffMs: BACKOFF_MIN_MS,
    }));
    this.#next = 0;
    this.#token = config.token;
    this.#closed = false;
    this.#waiters = [];
  }

  /** Begins to dial; waits only where a user must be authenticated. Throws {@link ClientError}. */
  static async open(config: ConnectionConfig, clock: Clock): Promise<Connection> {
    const connection = new Connection(config, clock);
    if (config.endpoints.length === 0 || config.endpoints[0] === "")
      throw new ClientError("etcdclient: no available endpoints", GrpcCode.Unavailable, undefined);
    const { receiveBytesMax, sendBytesMax } = config;
    if (receiveBytesMax > 0 && sendBytesMax > receiveBytesMax)
      throw new ClientError(
        `gRPC message recv limit (${receiveBytesMax} bytes) must be greater than send limit (${sendBytesMax} bytes)`,
        GrpcCode.InvalidArgument,
        undefined,
      );
    for (const endpoint of connection.#endpoints) connection.#dial(endpoint);
    if (config.token === "" && config.username !== "" && config.password !== "") {
      try {
        await connection.#authenticate(config.dialTimeoutMs > 0 ? clock.now() + config.dialTimeoutMs : undefined);
      } catch (error) {
        connection.close();
        throw error;
      }
    }
    return connection;
  }

  /** One request, one reply. Throws {@link ClientError}. */
  async call<I extends object, O extends object>(
    method: MethodInfo<I, O>,
    request: I | Init<I>,
    deadline: Deadline,
    options: { readonly repeatable?: boolean } = {},
  ): Promise<O> {
    const bytes = method.request.encode(request);
    const max = this.config.sendBytesMax > 0 ? this.config.sendBytesMax : SEND_BYTES_MAX;
    if (bytes.length > max) {
      const message = `trying to send message larger than max (${bytes.length} vs. ${max})`;
      throw new ClientError(
        `rpc error: code = ResourceExhausted desc = ${message}`,
        GrpcCode.ResourceExhausted,
        undefined,
      );
    }
    const repeatable = options.repeatable ?? REPEATABLE.has(method.name);
    for (let attempt = 0; ; attempt++) {
      if (attempt > 0) await this.#waitBeforeRetry(attempt, deadline);
      try {
        const channel = await this.#readyChannel(deadline);
        return method.response.decode(await channel.unary(method.path, bytes, this.#callOptions(deadline, undefined)));
      } catch (error) {
        if (error instanceof ClientError) throw error;
        if (!(error instanceof GrpcError)) throw error;
        const failure = clientError(error, this.#passed(deadline));
        if (attempt + 1 >= RETRIES_MAX) throw failure;
        if (error.unprocessed) continue;
        if (await this.#renewedToken(failure, deadline)) continue;
        if (isKind(failure, "NotSupportedForLearner") && this.#endpoints.length > 1) continue;
        if (!repeatable || failure.code !== GrpcCode.Unavailable) throw failure;
      }
    }
  }

  /** Opens a streaming call on an endpoint that answers. The listener hears everything that follows. */
  async open(
    path: string,
    listener: CallListener,
    deadline: Deadline,
    metadata?: Readonly<Record<string, string>>,
  ): Promise<GrpcClientCall> {
    const channel = await this.#readyChannel(deadline);
    return channel.open(path, listener, this.#callOptions(deadline, metadata));
  }

  /** After a stream was refused for its token: true when a new one was got and it should be opened again. */
  async renewToken(failure: ClientError, deadline: Deadline): Promise<boolean> {
    return this.#renewedToken(failure, deadline);
  }

  close(): void {
    this.#closed = true;
    for (const endpoint of this.#endpoints) endpoint.channel?.close();
    this.#wake();
  }

  #passed(deadline: Deadline): boolean {
    return deadline !== undefined && this.clock.now() >= deadline - 1;
  }

  #callOptions(
    deadline: Deadline,
    metadata: Readonly<Record<string, string>> | undefined,
  ): { timeoutMs: number | undefined; metadata: Readonly<Record<string, string>> } {
    const timeoutMs = deadline === undefined ? undefined : Math.max(0.001, deadline - this.clock.now());
    const token = this.#token === "" ? {} : { token: this.#token };
    return { timeoutMs, metadata: { ...API_VERSION_METADATA, ...token, ...metadata } };
  }

  async #waitBeforeRetry(attempt: number, deadline: Deadline): Promise<void> {
    const quorum = Math.floor(this.#endpoints.length / 2) + 1;
    if (attempt % quorum !== 0) return;
    await this.#pause(RETRY_WAIT_MS, deadline);
    if (this.#passed(deadline)) throw deadlineExceeded();
  }

  async #pause(ms: number, deadline: Deadline): Promise<void> {
    await sleep(this.clock, deadline === undefined ? ms : Math.max(0, Math.min(ms, deadline - this.clock.now())));
  }

  async #renewedToken(failure: ClientError, deadline: Deadline): Promise<boolean> {
    const { username, password, token } = this.config;
    if (token !== "" || username === "" || password === "") return false;
    if (!isKind(failure, "UserEmpty") && !isKind(failure, "InvalidAuthToken") && !isKind(failure, "AuthOldRevision"))
      return false;
    await this.#authenticate(deadline);
    return true;
  }

  async #authenticate(deadline: Deadline): Promise<void> {
    this.#token = "";
    try {
      const { username: name, password } = this.config;
      const reply = await this.call(AuthService.authenticate, { name, password }, deadline);
      this.#token = reply.token;
    } catch (error) {
      if (!isKind(error, "AuthNotEnabled")) throw error;
    }
  }

  /** Waits for an endpoint that answers; they take turns. */
  async #readyChannel(deadline: Deadline): Promise<GrpcChannel> {
    for (;;) {
      for (let i = 0; i < this.#endpoints.length; i++) {
        const endpoint = this.#endpoints[(this.#next + i) % this.#endpoints.length]!;
        if (endpoint.channel?.usable === true) {
          this.#next = (this.#next + i + 1) % this.#endpoints.length;
          return endpoint.channel;
        }
      }
      if (this.#closed) throw new ClientError("context canceled", GrpcCode.Canceled, undefined);
      for (const endpoint of this.#endpoints) this.#dial(endpoint);
      await this.#untilChange(deadline);
      if (this.#passed(deadline)) throw deadlineExceeded();
    }
  }

  #untilChange(deadline: Deadline): Promise<void> {
    return new Promise((resolve) => {
      const timer =
        deadline === undefined ? undefined : this.clock.setTimer(Math.max(0, deadline - this.clock.now()), resolve);
      this.#waiters.push(() => {
        timer?.cancel();
        resolve();
      });
    });
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter();
  }

  /** Dials in the background, again and again with growing pauses, until the endpoint answers. */
  #dial(endpoint: Endpoint): void {
    const { target, authority } = endpoint.address;
    if (endpoint.dialing || endpoint.channel?.usable === true || this.#closed || target === undefined) return;
    endpoint.dialing = true;
    const { keepaliveTimeMs, keepaliveTimeoutMs, receiveBytesMax } = this.config;
    const tls = this.#tlsFor(endpoint.address);
    GrpcChannel.dial({
      clock: this.clock,
      address: target,
      authority,
      tls,
      userAgent: "etcdctl",
      ...(keepaliveTimeMs > 0
        ? {
            keepalive: {
              intervalMs: Math.max(KEEPALIVE_MIN_MS, keepaliveTimeMs),
              timeoutMs: keepaliveTimeoutMs > 0 ? keepaliveTimeoutMs : 20_000,
              minTimeMs: 0,
              permitWithoutStream: false,
            },
          }
        : {}),
      ...(receiveBytesMax > 0 ? { limits: { messageBytesMax: receiveBytesMax } } : {}),
      onClosed: () => {
        endpoint.channel = undefined;
      },
    }).then(
      (channel) => {
        endpoint.dialing = false;
        endpoint.backoffMs = BACKOFF_MIN_MS;
        if (this.#closed) channel.close();
        else endpoint.channel = channel;
        this.#wake();
      },
      () => {
        // Why a dial failed shows in the call that ran into its deadline; until then the next attempt may succeed.
        this.clock.setTimer(endpoint.backoffMs, () => {
          endpoint.dialing = false;
          this.#wake();
        });
        endpoint.backoffMs = Math.min(BACKOFF_MAX_MS, endpoint.backoffMs * 2);
      },
    );
  }

  #tlsFor(address: EndpointAddress): ConnectionOptions | undefined {
    if (address.tls === "never") return undefined;
    const tls = this.config.tls ?? (address.tls === "always" ? {} : undefined);
    if (tls === undefined || tls.servername !== undefined || address.target === undefined) return tls;
    const host = "host" in address.target ? address.target.host : "localhost";
    // A server name must not be an address; the certificate is checked against the host either way.
    return /^[0-9.]+$|:/.test(host) ? tls : { ...tls, servername: host };
  }
}

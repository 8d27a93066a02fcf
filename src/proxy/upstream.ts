/**
 * The cluster behind the proxy: calls go round its endpoints. A call that certainly did not reach a server is made again on the next one; any
 * other failure is the client's to judge, with the status that the server gave.
 */
import { GrpcCode } from "../base/grpc-code.ts";
import { ConnectionPool, type PoolOptions } from "../client/connection-pool.ts";
import { parseEndpoint } from "../client/endpoint.ts";
import type { EtcdError } from "../client/errors.ts";
import type { Clock, Timer } from "../io/clock.ts";
import type { Logger } from "../io/logger.ts";
import { type GrpcChannel, GrpcError } from "../net/transport/grpc-channel.ts";
import type { CallListener, GrpcClientCall } from "../net/transport/grpc-client-call.ts";
import { ClusterService } from "../proto/generated/rpc.ts";
import type { Init, MethodInfo } from "../proto/message-codec.ts";
import { CallScope } from "./call-scope.ts";
import { dialErrorText } from "./dial-error-text.ts";

export interface UpstreamOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** As clients write them. */
  readonly endpoints: readonly string[];
  readonly tls: PoolOptions["tls"];
  readonly keepalive: PoolOptions["keepalive"];
  /** Largest request and reply in bytes. */
  readonly sendBytesMax: number;
  readonly receiveBytesMax: number;
  /** Takes the members' client URLs as endpoints every so often; 0: never. */
  readonly syncIntervalMs: number;
}

const DIAL_TIMEOUT_MS = 5000;
/** A scope of the proxy's own calls. */
export const OWN_SCOPE: CallScope = new CallScope({ token: "", requireLeader: false });

export class Upstream {
  readonly clock: Clock;
  readonly #logger: Logger;
  readonly #pool: ConnectionPool;
  readonly #sendBytesMax: number;
  readonly #tlsGiven: boolean;
  readonly #sync: Timer | undefined;

  /** Throws TypeError for text that is no endpoint. */
  constructor(options: UpstreamOptions) {
    this.clock = options.clock;
    this.#logger = options.logger;
    this.#sendBytesMax = options.sendBytesMax;
    this.#tlsGiven = options.tls !== undefined;
    this.#pool = new ConnectionPool(
      {
        clock: options.clock,
        tls: options.tls,
        dialTimeoutMs: DIAL_TIMEOUT_MS,
        keepalive: options.keepalive,
        userAgent: "etcd-ts-proxy",
        messageBytesMax: options.receiveBytesMax,
      },
      options.endpoints.map((text) => parseEndpoint(text, this.#tlsGiven)),
    );
    this.#sync =
      options.syncIntervalMs <= 0
        ? undefined
        : options.clock.setRepeating(options.syncIntervalMs, () => {
            this.#syncEndpoints().catch((error: unknown) =>
              this.#logger.info("Auto sync endpoints failed.", { error: String(error) }),
            );
          });
  }

  get endpoints(): readonly string[] {
    return this.#pool.endpoints.map(({ text }) => text);
  }

  /** One request, one reply. `request` must stay as it is. Rejects with GrpcError. */
  async unary(path: string, request: Uint8Array, scope: CallScope): Promise<Uint8Array> {
    const { length } = request;
    if (length > this.#sendBytesMax)
      throw localError(
        GrpcCode.ResourceExhausted,
        `trying to send message larger than max (${length} vs. ${this.#sendBytesMax})`,
      );
    const attemptsMax = this.#pool.endpoints.length + 1;
    for (let attempt = 1; ; attempt++) {
      const channel = await this.channel(scope);
      try {
        return await unaryOn(channel, path, request, scope, this.clock);
      } catch (error) {
        if (!(error instanceof GrpcError) || !error.unprocessed || attempt >= attemptsMax || scope.cancelled)
          throw error;
      }
    }
  }

  /** As {@link unary}, with messages. */
  async call<Q extends object, R extends object>(
    method: MethodInfo<Q, R>,
    request: Q | Init<Q>,
    scope: CallScope,
  ): Promise<R> {
    return method.response.decode(await this.unary(method.path, method.request.encode(request), scope));
  }

  /** Opens a stream. Rejects with GrpcError when no endpoint can be reached or the client has gone. */
  async open(path: string, listener: CallListener, scope: CallScope): Promise<GrpcClientCall> {
    const channel = await this.channel(scope);
    return channel.open(path, listener, { metadata: scope.metadata, timeoutMs: scope.timeLeftMs(this.clock) });
  }

  /** A connection that is up. */
  channel(scope: CallScope): Promise<GrpcChannel> {
    const ready = scope.cancelled ? undefined : this.#pool.ready();
    if (ready !== undefined) return Promise.resolve(ready);
    return new Promise((resolve, reject) => {
      let takeBack: (() => void) | undefined;
      const forget = scope.onCancel(() => {
        takeBack?.();
        reject(localError(GrpcCode.Canceled, "context canceled"));
      });
      if (scope.cancelled) return;
      takeBack = this.#pool.whenReady((channel, error) => {
        forget();
        if (channel !== undefined) resolve(channel);
        else reject(connectionError(error!));
      });
    });
  }

  async #syncEndpoints(): Promise<void> {
    const { members } = await this.call(ClusterService.memberList, {}, OWN_SCOPE);
    const urls = members.filter(({ name, isLearner }) => name !== "" && !isLearner).flatMap((m) => m.clientURLs);
    if (urls.length === 0 || urls.join() === this.endpoints.join()) return;
    this.#logger.info("endpoints of the cluster have changed", { endpoints: urls });
    this.#pool.setEndpoints(urls.map((url) => parseEndpoint(url, this.#tlsGiven)));
  }

  close(): void {
    this.#sync?.cancel();
    this.#pool.close();
  }
}

function unaryOn(
  channel: GrpcChannel,
  path: string,
  request: Uint8Array,
  scope: CallScope,
  clock: Clock,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    let forget: (() => void) | undefined;
    const call = channel.unaryWith(
      path,
      request,
      (reply) => {
        forget?.();
        resolve(reply);
      },
      (error) => {
        forget?.();
        reject(error);
      },
      { metadata: scope.metadata, timeoutMs: scope.timeLeftMs(clock) },
    );
    forget = scope.onCancel(() => call.cancel());
  });
}

/** A failure that arose here. */
export function localError(code: GrpcCode, message: string): GrpcError {
  return new GrpcError({ code, message, trailers: [], unprocessed: false });
}

/** As grpc-go words it. */
function connectionError(error: EtcdError): GrpcError {
  const { cause } = error;
  const system = cause instanceof Error ? cause.cause : undefined;
  const address = error.message.replace(/^cannot connect to ([^ ]+): .*$/, "$1").replace(/^https?:\/\//, "");
  const why =
    system instanceof Error
      ? dialErrorText(address, system)
      : cause instanceof Error
        ? cause.message.replace(/^rpc error: code = \w+ desc = /, "")
        : error.message;
  return localError(GrpcCode.Unavailable, `connection error: desc = "transport: Error while dialing: ${why}"`);
}

/** What a client is told of a failure: the server's own status. */
export function statusOf(error: unknown): { readonly code: GrpcCode; readonly message: string } {
  if (error instanceof GrpcError) return { code: error.code, message: error.details };
  const { code, message } = error as { readonly code?: unknown; readonly message: string };
  return { code: typeof code === "number" ? (code as GrpcCode) : GrpcCode.Unknown, message };
}

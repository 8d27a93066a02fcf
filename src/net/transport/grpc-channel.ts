/**
 * A gRPC client on one connection: dialling, unary calls as promises or callbacks, streams. Reconnecting and choosing among endpoints is the
 * business of the layer above, which learns from `onClosed`, `onDraining` and `CallStatus.unprocessed` what it needs.
 */
import { connect as connectTcp, type Socket } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { GRPC_CODE_NAMES, GrpcCode } from "../../base/grpc-code.ts";
import { headerText } from "../../codec/grpc/status.ts";
import { formatTimeout } from "../../codec/grpc/timeout.ts";
import { PreparedBlock } from "../../codec/http2/hpack-encoder.ts";
import type { Clock } from "../../io/clock.ts";
import { ClientConnection } from "./client-connection.ts";
import { Deadlines } from "./deadlines.ts";
import type { CallListener, CallStatus, GrpcClientCall } from "./grpc-client-call.ts";
import type { KeepaliveOptions } from "./keepalive.ts";
import { LateFlush } from "./late-flush.ts";
import { DEFAULT_LIMITS, type TransportLimits } from "./limits.ts";
import { InputBuffer } from "./socket-input.ts";
import { OutputBufferPool } from "./socket-output.ts";

/** A call that ended with a status other than OK, or a dial that failed (Unavailable). */
export class GrpcError extends Error {
  override readonly name = "GrpcError";
  readonly code: GrpcCode;
  /** The status message alone. */
  readonly details: string;
  readonly trailers: readonly string[];
  readonly unprocessed: boolean;

  constructor(status: CallStatus, cause?: unknown) {
    super(
      `rpc error: code = ${GRPC_CODE_NAMES[status.code]} desc = ${status.message}`,
      cause === undefined ? undefined : { cause },
    );
    this.code = status.code;
    this.details = status.message;
    this.trailers = status.trailers;
    this.unprocessed = status.unprocessed;
  }
}

export interface ChannelOptions {
  readonly clock: Clock;
  readonly address: { readonly host: string; readonly port: number } | { readonly socketPath: string };
  /** TLS when set; "h2" is negotiated. */
  readonly tls?: ConnectionOptions | undefined;
  /** The :authority of calls; the address otherwise. */
  readonly authority?: string | undefined;
  readonly userAgent?: string | undefined;
  /** Sent with every call: keys in lowercase, values as text ("-bin": base64). */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** For the connection, the TLS handshake and the server's first SETTINGS. */
  readonly dialTimeoutMs?: number | undefined;
  /** Pings are off by default; `permitWithoutStream` sends them without calls too. */
  readonly keepalive?: Partial<KeepaliveOptions> | undefined;
  readonly limits?: Partial<TransportLimits> | undefined;
  readonly onDraining?: ((reason: string) => void) | undefined;
  readonly onClosed?: ((reason: string) => void) | undefined;
}

export interface CallOptions {
  /** From now; the call ends with DeadlineExceeded afterwards. */
  readonly timeoutMs?: number | undefined;
  /** In addition to the channel's. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** A reply of 2 GiB is what Go clients take by default. */
const CLIENT_LIMITS: TransportLimits = {
  ...DEFAULT_LIMITS,
  messageBytesMax: 0x7fffffff,
  streamWindowBytes: 4 * 1024 * 1024,
  headerListBytesMax: 1024 * 1024,
};
const DIAL_TIMEOUT_MS = 20_000;
const HEADS_MAX = 256;
const NO_CALL_OPTIONS: CallOptions = {};

export class GrpcChannel {
  readonly #connection: ClientConnection;
  readonly #clock: Clock;
  readonly #scheme: string;
  readonly #authority: string;
  readonly #userAgent: string;
  #metadata: Readonly<Record<string, string>>;
  /** Prepared header lists by path and metadata. */
  #heads: Map<string, PreparedBlock>;

  private constructor(connection: ClientConnection, options: ChannelOptions) {
    this.#connection = connection;
    this.#clock = options.clock;
    this.#scheme = options.tls === undefined ? "http" : "https";
    this.#authority = options.authority ?? authorityOf(options.address);
    this.#userAgent = options.userAgent ?? "etcd-ts";
    this.#metadata = options.metadata ?? {};
    this.#heads = new Map();
  }

  /** Dials; resolves once the server has shown that it speaks HTTP/2. Rejects with {@link GrpcError} Unavailable. */
  static dial(options: ChannelOptions): Promise<GrpcChannel> {
    return new Promise((resolve, reject) => {
      const { clock } = options;
      let channel: GrpcChannel | undefined;
      let settled = false;
      const socket = openSocket(options);
      const timer = clock.setTimer(options.dialTimeoutMs ?? DIAL_TIMEOUT_MS, () => {
        fail("dial timed out", undefined);
      });
      const fail = (message: string, cause: unknown): void => {
        if (settled) return;
        settled = true;
        timer.cancel();
        socket.destroy();
        const status = { code: GrpcCode.Unavailable, message, trailers: [], unprocessed: true };
        reject(new GrpcError(status, cause));
      };
      socket.once("error", (error) => fail(`connection error: ${error.message}`, error));
      socket.once(options.tls === undefined ? "connect" : "secureConnect", () => {
        const deadlines = new Deadlines(clock);
        const connection = new ClientConnection(
          {
            socket,
            clock,
            limits: { ...CLIENT_LIMITS, ...options.limits },
            outputBuffers: new OutputBufferPool(),
            lateFlush: new LateFlush(clock),
            input: new InputBuffer(),
          },
          { intervalMs: 0, timeoutMs: 20_000, minTimeMs: 0, permitWithoutStream: false, ...options.keepalive },
          deadlines,
          {
            onReady() {
              if (settled) return;
              settled = true;
              timer.cancel();
              resolve(channel!);
            },
            onDraining(reason) {
              if (settled) options.onDraining?.(reason);
            },
            onClosed(reason) {
              sweeper.cancel();
              deadlines.stop();
              if (settled) options.onClosed?.(reason);
              else fail(reason, undefined);
            },
          },
        );
        const sweeper = clock.setRepeating(connection.limits.sweepIntervalMs, () => connection.sweep(clock.now()));
        channel = new GrpcChannel(connection, options);
      });
    });
  }

  /** False once no new calls are taken. */
  get usable(): boolean {
    return !this.#connection.draining && !this.#connection.ended;
  }

  get activeCalls(): number {
    return this.#connection.streams.size;
  }

  /** Bytes on the wire so far. */
  get sentBytes(): number {
    return this.#connection.output.sentBytes;
  }

  get receivedBytes(): number {
    return this.#connection.receivedBytes;
  }

  /** Replaces the metadata sent with every call from now on (a fresh auth token). */
  setMetadata(metadata: Readonly<Record<string, string>>): void {
    this.#metadata = metadata;
    this.#heads = new Map();
  }

  /** Opens a call; send with the returned object, hear through the listener. */
  open(path: string, listener: CallListener, options: CallOptions = NO_CALL_OPTIONS): GrpcClientCall {
    const { timeoutMs } = options;
    const timeout = timeoutMs === undefined ? undefined : formatTimeout(timeoutMs);
    const deadlineMs = timeoutMs === undefined ? undefined : this.#clock.now() + timeoutMs;
    return this.#connection.call(this.#head(path, options.metadata), timeout, deadlineMs, listener);
  }

  /** One request, one reply. Rejects with {@link GrpcError}. */
  unary(path: string, request: Uint8Array, options: CallOptions = NO_CALL_OPTIONS): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.open(path, new UnaryListener(resolve, reject), options).sendLast(request);
    });
  }

  /** As {@link unary}, by callbacks. Returns the call, which can be cancelled. */
  unaryWith(
    path: string,
    request: Uint8Array,
    onReply: (reply: Uint8Array) => void,
    onError: (error: GrpcError) => void,
    options: CallOptions = NO_CALL_OPTIONS,
  ): GrpcClientCall {
    const call = this.open(path, new UnaryListener(onReply, onError), options);
    call.sendLast(request);
    return call;
  }

  #head(path: string, metadata: Readonly<Record<string, string>> | undefined): PreparedBlock {
    let key = path;
    if (metadata !== undefined) for (const name in metadata) key += `\0${name}\0${metadata[name]}`;
    let head = this.#heads.get(key);
    if (head === undefined) {
      head = new PreparedBlock([
        ":method",
        "POST",
        ":scheme",
        this.#scheme,
        ":path",
        path,
        ":authority",
        this.#authority,
        "content-type",
        "application/grpc",
        "user-agent",
        this.#userAgent,
        "te",
        "trailers",
        ...metadataFields(this.#metadata),
        ...(metadata === undefined ? [] : metadataFields(metadata)),
      ]);
      if (this.#heads.size >= HEADS_MAX) this.#heads.clear();
      this.#heads.set(key, head);
    }
    return head;
  }

  /** Lets open calls finish, then closes. */
  drain(): void {
    this.#connection.drain();
  }

  /** Closes; open calls end with Unavailable and this reason. */
  close(reason = "the channel was closed"): void {
    this.#connection.close(reason);
  }
}

/** Gathers the one reply of a unary call. */
class UnaryListener implements CallListener {
  readonly #onReply: (reply: Uint8Array) => void;
  readonly #onError: (error: GrpcError) => void;
  #reply: Uint8Array | undefined;
  #replies: number;

  constructor(onReply: (reply: Uint8Array) => void, onError: (error: GrpcError) => void) {
    this.#onReply = onReply;
    this.#onError = onError;
    this.#reply = undefined;
    this.#replies = 0;
  }

  onMessage(message: Uint8Array): void {
    this.#reply = message;
    this.#replies++;
  }

  onEnd(status: CallStatus): void {
    if (status.code !== GrpcCode.OK) this.#onError(new GrpcError(status));
    else if (this.#replies === 1) this.#onReply(this.#reply!);
    else {
      const message = `cardinality violation: received ${this.#replies} messages from a unary call`;
      this.#onError(new GrpcError({ ...status, code: GrpcCode.Internal, message }));
    }
  }
}

function metadataFields(metadata: Readonly<Record<string, string>>): string[] {
  const fields: string[] = [];
  for (const [name, value] of Object.entries(metadata)) fields.push(name.toLowerCase(), headerText(value));
  return fields;
}

function authorityOf(address: ChannelOptions["address"]): string {
  if ("socketPath" in address) return "localhost";
  return address.host.includes(":") ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

function openSocket(options: ChannelOptions): Socket {
  const { address, tls } = options;
  const target = "socketPath" in address ? { path: address.socketPath } : { host: address.host, port: address.port };
  if (tls === undefined) return connectTcp({ ...target, noDelay: true });
  // Loaded where it is needed: it costs a program that makes one plain call a tenth of its time.
  return process.getBuiltinModule("node:tls").connect({ ...target, ALPNProtocols: ["h2"], ...tls });
}

/**
 * A gRPC call without a connection: feeds a method of the server with messages and hands what it answers to a receiver, in the same turn.
 * Metadata is looked up in the headers of the HTTP request by the rules of grpc-gateway (runtime/context.go).
 */
import { concatBytes } from "../../base/bytes.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import { forEachMessage } from "../../codec/grpc/envelope.ts";
import type { Clock, Timer } from "../../io/clock.ts";
import type { Span } from "../../net/tracing/span.ts";
import { endCallSpan, type Tracer } from "../../net/tracing/tracer.ts";
import type { ConnectionInfo, GrpcMethod, ServerCall } from "../../net/transport/server-call.ts";
import type { TransportMetrics } from "../../net/transport/transport-metrics.ts";

export interface GatewayFailure {
  readonly code: GrpcCode;
  readonly message: string;
}

/** Who gets the answers. */
export interface GatewayReceiver {
  /** One message. Returns bytes that the receiver keeps until its client takes them; it calls {@link GatewayCall.taken} with them later. */
  message(bytes: Uint8Array): number;
  /** The call is over; undefined means OK. Called once. */
  end(failure: GatewayFailure | undefined): void;
}

/** Bytes of answers that may wait for the client before the method is asked to pause. */
const HIGH_WATER_BYTES = 1024 * 1024;

export class GatewayCall implements ServerCall {
  readonly method: string;
  readonly connection: ConnectionInfo;
  deadlineMs: number | undefined;
  cancelled: boolean;
  readonly span: Span | undefined;
  onMessage: ((message: Uint8Array) => void) | undefined;
  onHalfClose: (() => void) | undefined;
  onCancel: (() => void) | undefined;
  onDrain: (() => void) | undefined;
  bufferedBytes: number;
  readonly headers: [name: string, value: string][];
  readonly #header: (name: string) => string | undefined;
  readonly #receiver: GatewayReceiver;
  readonly #metrics: TransportMetrics;
  readonly #clock: Clock;
  readonly #startedMs: number;
  #timer: Timer | undefined;
  #pieces: Uint8Array[];
  #pieceBytesLeft: number;
  #wantsDrain: boolean;
  #finished: boolean;
  #isUnary: boolean;
  #paused: boolean;
  #onResume: (() => void) | undefined;

  constructor(options: {
    method: string;
    connection: ConnectionInfo;
    header: (name: string) => string | undefined;
    receiver: GatewayReceiver;
    metrics: TransportMetrics;
    clock: Clock;
    timeoutMs: number | undefined;
    tracer: Tracer | undefined;
  }) {
    const { clock, timeoutMs } = options;
    this.method = options.method;
    // Not the client's TLS: its certificate's name counts for gRPC only.
    this.connection = { ...options.connection, tls: undefined };
    this.deadlineMs = timeoutMs === undefined ? undefined : clock.now() + timeoutMs;
    this.cancelled = false;
    this.span = options.tracer?.call(options.method, options.connection, (key) => gatewayMetadata(options.header, key));
    this.onMessage = undefined;
    this.onHalfClose = undefined;
    this.onCancel = undefined;
    this.onDrain = undefined;
    this.bufferedBytes = 0;
    this.headers = [];
    this.#header = options.header;
    this.#receiver = options.receiver;
    this.#metrics = options.metrics;
    this.#clock = clock;
    this.#startedMs = clock.now();
    this.#timer = undefined;
    this.#pieces = [];
    this.#pieceBytesLeft = 0;
    this.#wantsDrain = false;
    this.#finished = false;
    this.#isUnary = false;
    this.#paused = false;
    this.#onResume = undefined;
    this.#metrics.method(this.method).started++;
    if (timeoutMs !== undefined) this.#timer = clock.setTimer(timeoutMs, () => this.#expire());
  }

  get finished(): boolean {
    return this.#finished;
  }

  metadata(key: string): string | undefined {
    return gatewayMetadata(this.#header, key);
  }

  // ---- driven by the gateway ---------------------------------------------------------------------------------------------

  /** Hands the one request of a unary method to it. */
  handle(method: GrpcMethod & { kind: "unary" }, message: Uint8Array): void {
    this.#isUnary = true;
    this.#countReceived(message);
    method.handle(this, message);
  }

  /** One message of the client's stream. */
  deliver(message: Uint8Array): void {
    if (this.#finished) return;
    this.#countReceived(message);
    this.onMessage?.(message);
  }

  halfClose(): void {
    if (!this.#finished) this.onHalfClose?.();
  }

  /** The client went away. */
  cancel(): void {
    if (this.#finished) return;
    this.#finish(GrpcCode.Canceled, "context canceled");
    this.cancelled = true;
    this.onCancel?.();
    this.resumeReceiving();
  }

  /** The client took bytes that {@link GatewayReceiver.message} had kept. */
  taken(bytes: number): void {
    this.bufferedBytes -= bytes;
    if (!this.#wantsDrain || this.bufferedBytes * 4 > HIGH_WATER_BYTES || this.#finished) return;
    this.#wantsDrain = false;
    this.onDrain?.();
  }

  /** Resolves when the method takes messages. */
  async receiving(): Promise<void> {
    if (!this.#paused) return;
    await new Promise<void>((resolve) => {
      this.#onResume = resolve;
    });
  }

  #countReceived(message: Uint8Array): void {
    this.#metrics.method(this.method).messagesReceived++;
    this.#metrics.grpcReceivedBytes += message.length;
  }

  #expire(): void {
    if (this.#finished) return;
    this.#finish(GrpcCode.DeadlineExceeded, "context deadline exceeded");
    this.cancelled = true;
    this.onCancel?.();
    this.resumeReceiving();
    this.#receiver.end({ code: GrpcCode.DeadlineExceeded, message: "context deadline exceeded" });
  }

  #finish(code: GrpcCode, message: string): void {
    this.#finished = true;
    if (this.span !== undefined) endCallSpan(this.span, code, message);
    this.#timer?.cancel();
    const stats = this.#metrics.method(this.method);
    if (code !== GrpcCode.OK && this.#isUnary) stats.messagesSent++;
    stats.handledByCode[code]!++;
    if (this.#metrics.measuresHandling) stats.observeHandling((this.#clock.now() - this.#startedMs) / 1000);
  }

  // ---- ServerCall ----------------------------------------------------------------------------------------------------------

  send(...parts: Uint8Array[]): boolean {
    if (this.#finished) return true;
    const message = parts.length === 1 ? parts[0]! : concatBytes(parts);
    this.#metrics.method(this.method).messagesSent++;
    this.#metrics.grpcSentBytes += message.length;
    this.bufferedBytes += this.#receiver.message(message);
    if (this.bufferedBytes < HIGH_WATER_BYTES) return true;
    this.#wantsDrain = true;
    return false;
  }

  get roomBytes(): number {
    return Math.max(0, HIGH_WATER_BYTES - this.bufferedBytes);
  }

  sendRun(run: Uint8Array): boolean {
    let hasRoom = true;
    forEachMessage(run, (message) => {
      hasRoom = this.send(message.slice());
    });
    return hasRoom;
  }

  beginMessage(messageBytes: number): boolean {
    this.#pieces = [];
    this.#pieceBytesLeft = messageBytes;
    return messageBytes > 0 || this.send(new Uint8Array(0));
  }

  continueMessage(...parts: Uint8Array[]): boolean {
    for (const part of parts) {
      this.#pieces.push(part);
      this.#pieceBytesLeft -= part.length;
    }
    if (this.#pieceBytesLeft < 0) throw new RangeError("continueMessage: more bytes than beginMessage announced");
    if (this.#pieceBytesLeft > 0) return true;
    const pieces = this.#pieces;
    this.#pieces = [];
    return this.send(...pieces);
  }

  /** What the receiver keeps is not known: fresh memory. */
  lend(bytes: number): Uint8Array {
    return new Uint8Array(bytes);
  }

  reply(...parts: Uint8Array[]): void {
    this.send(...parts);
    this.end();
  }

  end(): void {
    if (this.#finished) return;
    this.#finish(GrpcCode.OK, "");
    this.resumeReceiving();
    this.#receiver.end(undefined);
  }

  fail(error: GatewayFailure): void {
    if (this.#finished) return;
    this.#finish(error.code, error.message);
    this.resumeReceiving();
    this.#receiver.end({ code: error.code, message: error.message });
  }

  setHeader(key: string, value: string): void {
    if (!this.#finished) this.headers.push([key, value]);
  }

  pauseReceiving(): void {
    this.#paused = true;
  }

  resumeReceiving(): void {
    this.#paused = false;
    const resume = this.#onResume;
    this.#onResume = undefined;
    resume?.();
  }
}

/** Headers that pass with the prefix `grpcgateway-`. */
const PERMANENT_HEADERS: ReadonlySet<string> = new Set(
  (
    "accept accept-charset accept-language accept-ranges authorization cache-control content-type cookie date expect from host " +
    "if-match if-modified-since if-none-match if-schedule-tag-match if-unmodified-since max-forwards origin pragma referer " +
    "user-agent via warning"
  ).split(" "),
);

/** The value of a metadata key: `authorization`, `grpcgateway-<header>` for IANA's permanent headers, else header `grpc-metadata-<key>`. */
export function gatewayMetadata(header: (name: string) => string | undefined, key: string): string | undefined {
  let value: string | undefined;
  if (key === "authorization") value = header("authorization");
  else if (key.startsWith("grpcgateway-")) {
    const name = key.slice("grpcgateway-".length);
    if (PERMANENT_HEADERS.has(name)) value = header(name);
  }
  value ??= header(`grpc-metadata-${key}`);
  return value !== undefined && isPrintable(value) ? value : undefined;
}

/** Metadata is printable ASCII; other values do not reach the method. */
function isPrintable(value: string): boolean {
  return /^[\x20-\x7e]*$/.test(value);
}

const TIMEOUT_UNITS_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 };

/** Milliseconds of a `Grpc-Timeout` header; undefined when it is malformed. */
export function gatewayTimeoutMs(text: string): number | undefined {
  const match = /^([+-]?\d+)([HMSmun])$/.exec(text);
  return match === null ? undefined : Number(match[1]) * TIMEOUT_UNITS_MS[match[2]!]!;
}

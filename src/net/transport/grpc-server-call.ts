/**
 * A gRPC call on the server's side: requests in (envelopes, gzip, deadline), replies out. The wording of refusals is grpc-go's,
 * since clients and tests look at it. A unary call costs one object and, in the usual case, no further allocation of ours.
 * Over 500 lines because of that one object: requests and replies share its state.
 */
import { goQuote } from "../../base/go-quote.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import { ENVELOPE_BYTES, MessageReader, type MessageSink } from "../../codec/grpc/envelope.ts";
import { encodeStatusMessage, headerText } from "../../codec/grpc/status.ts";
import { Http2ErrorCode } from "../../codec/http2/frame.ts";
import type { Span } from "../tracing/span.ts";
import { endCallSpan } from "../tracing/tracer.ts";
import type { DeadlineEntry } from "./deadlines.ts";
import { Http2Stream } from "./http2-stream.ts";
import { type InflateOwner, InflateQueue } from "./inflate-queue.ts";
import { LentMemory } from "./lent-memory.ts";
import { queueMessage, writeMessage, writeRun } from "./message-writer.ts";
import type { RequestHead } from "./request-head.ts";
import type { ConnectionInfo, ServerCall } from "./server-call.ts";
import type { ServerConnection } from "./server-connection.ts";

/** Unary messages up to this size are copied while END_STREAM is awaited, so that they do not hold their whole chunk. */
const RETAIN_COPY_BYTES = 8192;

export class GrpcServerCall extends Http2Stream implements ServerCall, MessageSink, DeadlineEntry, InflateOwner {
  readonly #server: ServerConnection;
  readonly #head: RequestHead;
  onMessage: ((message: Uint8Array) => void) | undefined;
  onHalfClose: (() => void) | undefined;
  onCancel: (() => void) | undefined;
  onDrain: (() => void) | undefined;
  deadlineMs: number | undefined;
  deadlineSlot: number;
  deadlinePrevious: DeadlineEntry | undefined;
  deadlineNext: DeadlineEntry | undefined;
  cancelled: boolean;
  span: Span | undefined;
  #reader: MessageReader | undefined;
  /** The request of a unary call while its END_STREAM is awaited. */
  #request: Uint8Array | undefined;
  /** Made for the first compressed message. */
  #inflates: InflateQueue | undefined;
  #inflating: boolean;
  #receivingPaused: boolean;
  #halfClosed: boolean;
  #endCounted: boolean;
  /** Bytes counted in the connection's gathered bytes. */
  #gathered: number;
  #headersSent: boolean;
  #finished: boolean;
  #wantsDrain: boolean;
  /** Bytes still to come of the message begun by `beginMessage`. */
  #messageLeft: number;
  #extraHeaders: string[] | undefined;
  /** What ends the call; undefined stands for OK. */
  #trailers: string[] | undefined;
  #lent: LentMemory | undefined;
  readonly #startedMs: number;

  constructor(server: ServerConnection, id: number, head: RequestHead) {
    super(server, id);
    this.#server = server;
    this.#head = head;
    this.onMessage = undefined;
    this.onHalfClose = undefined;
    this.onCancel = undefined;
    this.onDrain = undefined;
    this.deadlineMs = undefined;
    this.deadlineSlot = -1;
    this.deadlinePrevious = undefined;
    this.deadlineNext = undefined;
    this.cancelled = false;
    this.span = undefined;
    this.#reader = undefined;
    this.#request = undefined;
    this.#inflates = undefined;
    this.#inflating = false;
    this.#receivingPaused = false;
    this.#halfClosed = false;
    this.#endCounted = false;
    this.#gathered = 0;
    this.#headersSent = false;
    this.#finished = false;
    this.#wantsDrain = false;
    this.#messageLeft = 0;
    this.#extraHeaders = undefined;
    this.#trailers = undefined;
    this.#lent = undefined;
    this.#startedMs = server.metrics.measuresHandling ? server.clock.now() : 0;
  }

  get method(): string {
    return this.#head.path;
  }

  get connection(): ConnectionInfo {
    return this.#server.info;
  }

  metadata(key: string): string | undefined {
    return this.#head.first(key);
  }

  get finished(): boolean {
    return this.#finished;
  }

  get bufferedBytes(): number {
    return this.queuedBytes;
  }

  get roomBytes(): number {
    return Math.max(0, this.http2.limits.sendHighWaterBytes - this.queuedBytes);
  }

  /** Checks the head and hands the call to its method. */
  start(): void {
    const head = this.#head;
    const stats = head.stats;
    if (stats !== undefined) stats.started++;
    const route = head.route;
    const { tracer } = this.#server;
    if (tracer !== undefined && route !== undefined && head.timeoutError === undefined && head.method === "POST")
      this.span = tracer.call(head.path, this.#server.info, (key) => head.first(key));
    if (
      head.timeoutMs >= 0 ||
      head.timeoutError !== undefined ||
      route === undefined ||
      head.encoding !== "" ||
      head.method !== "POST"
    ) {
      if (!this.#admit()) return;
    }
    if (route?.kind === "stream") this.#tell(() => route.open(this));
  }

  /** The less usual checks; false when the call has been refused. */
  #admit(): boolean {
    const head = this.#head;
    const deadline = head.timeoutMs;
    if (head.method !== "POST") {
      const method = goQuote(head.method);
      this.#abort(405, GrpcCode.Internal, `Received a HEADERS frame with :method ${method} which should be POST`);
      return false;
    }
    if (head.timeoutError !== undefined) {
      this.#abort(400, GrpcCode.Internal, `malformed grpc-timeout: ${head.timeoutError}`);
      return false;
    }
    if (deadline === 0) {
      this.#abort(200, GrpcCode.DeadlineExceeded, "context deadline exceeded");
      return false;
    }
    if (deadline > 0) {
      this.deadlineMs = this.#server.clock.now() + deadline;
      this.#server.deadlines.add(this);
    }
    if (head.route === undefined) {
      this.fail({ code: GrpcCode.Unimplemented, message: this.#server.unknownMethodText(head.path) });
      return false;
    }
    if (head.encoding !== "" && head.encoding !== "identity" && head.encoding !== "gzip") {
      const message = `grpc: Decompressor is not installed for grpc-encoding ${goQuote(head.encoding)}`;
      this.fail({ code: GrpcCode.Unimplemented, message });
      return false;
    }
    return true;
  }

  #abort(httpStatus: number, code: GrpcCode, message: string): void {
    this.#extraHeaders = undefined;
    this.#end(code, message, httpStatus);
  }

  // ---- request ---------------------------------------------------------------------------------------------------------

  onData(bytes: Uint8Array, start: number, end: number, last: boolean): void {
    if (this.#finished) return;
    const length = end - start;
    let reader = this.#reader;
    if (
      reader === undefined &&
      length >= ENVELOPE_BYTES &&
      (bytes[start + 1]! << 24) + (bytes[start + 2]! << 16) + (bytes[start + 3]! << 8) + bytes[start + 4]! ===
        length - ENVELOPE_BYTES &&
      length - ENVELOPE_BYTES <= this.http2.limits.messageBytesMax
    ) {
      // One frame, one message: the ordinary case.
      this.#receive(bytes[start]!, bytes.subarray(start + ENVELOPE_BYTES, end), last);
    } else {
      if (reader === undefined) this.#reader = reader = new MessageReader(this.http2.limits.messageBytesMax);
      const before = reader.bufferedBytes;
      reader.push(bytes, start, end, this);
      if (this.#finished) return;
      this.#gather(reader.bufferedBytes - before);
    }
    if (!last) this.credit(length);
  }

  takeMessage(format: number, message: Uint8Array): boolean {
    return this.#receive(format, message, false);
  }

  #receive(format: number, message: Uint8Array, last: boolean): boolean {
    if (format === 0 && (this.#inflates === undefined || this.#inflates.idle)) return this.#take(message, last);
    this.#inflates ??= new InflateQueue(this, this.#head.encoding, this.http2.limits.messageBytesMax);
    this.#inflates.push(format, message);
    return !this.#finished;
  }

  refuseOversizedMessage(messageBytes: number): void {
    const max = this.http2.limits.messageBytesMax;
    this.refuse(GrpcCode.ResourceExhausted, `grpc: received message larger than max (${messageBytes} vs. ${max})`);
  }

  #take(message: Uint8Array, last: boolean): boolean {
    const head = this.#head;
    head.stats!.messagesReceived++;
    this.#server.metrics.grpcReceivedBytes += message.length;
    if (head.route!.kind === "unary") {
      // A second message is ignored, as grpc-go does.
      if (this.#request === undefined) {
        this.#request = last || message.length > RETAIN_COPY_BYTES ? message : message.slice();
        if (!last) this.#gather(message.length);
      }
      return true;
    }
    if (this.onMessage !== undefined) {
      try {
        this.onMessage(message);
      } catch (error) {
        this.#server.failWith(this, error);
      }
    }
    return !this.#finished;
  }

  #gather(bytes: number): void {
    this.#gathered += bytes;
    if (!this.#server.gather(bytes)) {
      this.refuse(GrpcCode.ResourceExhausted, "grpc: too many bytes of unfinished requests");
    }
  }

  takeInflated(message: Uint8Array): void {
    this.#take(message, false);
  }

  setInflating(inflating: boolean): void {
    this.#inflating = inflating;
    if (inflating) this.pauseCredit();
    else if (!this.#receivingPaused) this.resumeCredit();
  }

  onInflatedAll(): void {
    if (this.#halfClosed) this.#deliverEnd();
  }

  onRemoteEnd(): void {
    if (this.#finished) return;
    this.#halfClosed = true;
    if (this.#inflates === undefined || this.#inflates.idle) this.#deliverEnd();
  }

  #deliverEnd(): void {
    const route = this.#head.route!;
    if (this.#reader?.incomplete) {
      this.refuse(route.kind === "unary" ? GrpcCode.Unknown : GrpcCode.Internal, "unexpected EOF");
      return;
    }
    if (route.kind === "unary") {
      const request = this.#request;
      if (request === undefined) {
        this.refuse(GrpcCode.Unknown, "EOF");
        return;
      }
      this.#request = undefined;
      try {
        route.handle(this, request);
      } catch (error) {
        this.#server.failWith(this, error);
      }
      return;
    }
    this.#countEndReceived();
    this.#tell(this.onHalfClose);
  }

  #tell(callback: (() => void) | undefined): void {
    try {
      callback?.();
    } catch (error) {
      this.#server.failWith(this, error);
    }
  }

  /** Once, at the half-close or, without one, at the end of the call. */
  #countEndReceived(): void {
    const { route, stats } = this.#head;
    if (this.#endCounted || route?.kind !== "stream" || route.clientStreams !== true) return;
    this.#endCounted = true;
    stats!.messagesReceived++;
  }

  pauseReceiving(): void {
    this.#receivingPaused = true;
    this.pauseCredit();
  }

  resumeReceiving(): void {
    this.#receivingPaused = false;
    if (!this.#inflating) this.resumeCredit();
  }

  // ---- reply -----------------------------------------------------------------------------------------------------------

  setHeader(key: string, value: string): void {
    if (this.#headersSent || this.#finished) return;
    this.#extraHeaders ??= [];
    this.#extraHeaders.push(key, headerText(value));
  }

  #writeHeaders(): void {
    this.#headersSent = true;
    const server = this.#server;
    const extra = this.#extraHeaders;
    const block =
      extra === undefined
        ? server.encoder.encodePrepared(server.replyHeaders)
        : server.encoder.encode([...server.replyHeaders.fields, ...extra]);
    server.writeHeaderBlock(this.id, block, false);
  }

  #countSent(bytes: number, messages: number): void {
    this.#head.stats!.messagesSent += messages;
    this.#server.metrics.grpcSentBytes += bytes;
  }

  send(...parts: Uint8Array[]): boolean {
    if (this.#finished) return true;
    this.#sendMessage(parts);
    return this.#hasRoom();
  }

  sendRun(run: Uint8Array, messages: number): boolean {
    if (this.#finished) return true;
    if (!this.#headersSent) this.#writeHeaders();
    this.#countSent(run.length - messages * ENVELOPE_BYTES, messages);
    writeRun(this, run, messages);
    return this.#hasRoom();
  }

  #sendMessage(parts: Uint8Array[]): void {
    let bytes = 0;
    for (let i = 0; i < parts.length; i++) bytes += parts[i]!.length;
    if (!this.#headersSent) this.#writeHeaders();
    this.#countSent(bytes, 1);
    writeMessage(this, parts, bytes, false);
  }

  #hasRoom(): boolean {
    if (this.queuedBytes < this.http2.limits.sendHighWaterBytes) return true;
    this.#wantsDrain = true;
    return false;
  }

  beginMessage(messageBytes: number): boolean {
    if (this.#finished) return true;
    if (!this.#headersSent) this.#writeHeaders();
    this.#countSent(messageBytes, 1);
    this.#messageLeft = messageBytes;
    queueMessage(this, [], messageBytes);
    this.http2.schedule(this);
    return this.#hasRoom();
  }

  continueMessage(...parts: Uint8Array[]): boolean {
    if (this.#finished) return true;
    for (let i = 0; i < parts.length; i++) {
      this.#messageLeft -= parts[i]!.length;
      this.enqueue(parts[i]!);
    }
    if (this.#messageLeft < 0) {
      this.#messageLeft = 0;
      throw new RangeError("continueMessage: more bytes than beginMessage announced");
    }
    this.http2.schedule(this);
    return this.#hasRoom();
  }

  lend(bytes: number): Uint8Array {
    this.#lent ??= new LentMemory(this);
    return this.#lent.take(bytes);
  }

  reply(...parts: Uint8Array[]): void {
    if (this.#finished) return;
    this.#sendMessage(parts);
    this.end();
  }

  end(): void {
    if (this.#finished) return;
    if (this.#messageLeft > 0) throw new RangeError("end: the message begun is not complete");
    if (!this.#headersSent) {
      // A stream that ends without a message: headers and trailers, as grpc-go would not mind either form.
      this.#writeHeaders();
    }
    this.#finish(GrpcCode.OK, "");
    this.#endSending();
  }

  fail(error: { readonly code: GrpcCode; readonly message: string }): void {
    if (this.#finished) return;
    this.#end(error.code, error.message, 200);
  }

  /** Fails the call on behalf of the transport: the handler did not end it, so it is told. */
  refuse(code: GrpcCode, message: string): void {
    if (this.#finished) return;
    this.#end(code, message, 200);
    this.#tellCancelled();
  }

  #end(code: GrpcCode, message: string, httpStatus: number): void {
    const status = ["grpc-status", String(code)];
    if (message !== "") status.push("grpc-message", encodeStatusMessage(message));
    this.#finish(code, message);
    if (!this.#headersSent) {
      const fields = [":status", String(httpStatus), "content-type", "application/grpc"];
      if (this.#extraHeaders !== undefined) fields.push(...this.#extraHeaders);
      this.#trailers = [...fields, ...status];
    } else {
      this.#trailers = status;
    }
    if (this.#messageLeft > 0) {
      // Half a message is out: only a reset can end this truthfully.
      this.http2.abandonStream(this, Http2ErrorCode.Cancel);
      return;
    }
    this.#endSending();
  }

  #endSending(): void {
    if (!this.hasQueue) {
      this.writeEnd();
      return;
    }
    this.queueEnd();
    this.http2.schedule(this);
  }

  protected writeEnd(): void {
    const server = this.#server;
    const trailers = this.#trailers;
    if (trailers !== undefined && !server.fitsPeer(trailers)) {
      this.localEnded = true;
      server.abandonStream(this, Http2ErrorCode.InternalError);
      return;
    }
    const block =
      trailers === undefined ? server.encoder.encodePrepared(server.okTrailers) : server.encoder.encode(trailers);
    server.writeHeaderBlock(this.id, block, true);
    if (this.remoteEnded) {
      server.streamLocallyEnded(this);
    } else {
      // The client need not send the rest (RFC 9113 section 8.1).
      this.localEnded = true;
      server.abandonStream(this, Http2ErrorCode.NoError);
    }
  }

  protected onQueueShrunk(): void {
    if (!this.#wantsDrain || this.queuedBytes * 4 > this.http2.limits.sendHighWaterBytes) return;
    this.#wantsDrain = false;
    if (!this.#finished) this.#tell(this.onDrain);
  }

  // ---- ends ------------------------------------------------------------------------------------------------------------

  /** The call is over for the handler: counts it and gives back what it holds. */
  #finish(code: GrpcCode, message: string): void {
    this.#finished = true;
    if (this.span !== undefined) endCallSpan(this.span, code, message);
    if (this.deadlineSlot >= 0) this.#server.deadlines.remove(this);
    if (this.#gathered > 0) this.#server.release(this.#gathered);
    this.#gathered = 0;
    this.#request = undefined;
    const stats = this.#head.stats;
    if (stats === undefined) return;
    this.#countEndReceived();
    // Go's middleware counts the reply of a unary call that has none too.
    if (code !== GrpcCode.OK && this.#head.route!.kind === "unary") stats.messagesSent++;
    stats.handledByCode[code]!++;
    if (this.#server.metrics.measuresHandling) {
      stats.observeHandling((this.#server.clock.now() - this.#startedMs) / 1000);
    }
  }

  onAborted(): void {
    if (this.#finished) return;
    this.#cancel(GrpcCode.Canceled, "context canceled");
  }

  #cancel(code: GrpcCode, message: string): void {
    this.#finish(code, message);
    this.#tellCancelled();
  }

  #tellCancelled(): void {
    this.cancelled = true;
    const onCancel = this.onCancel;
    this.onCancel = undefined;
    onCancel?.();
  }

  onDeadline(): void {
    if (this.#finished) return;
    // The client's own timer says the same at the same moment; whichever it hears first, the status is equal.
    if (this.hasQueue || this.#messageLeft > 0) {
      this.http2.abandonStream(this, Http2ErrorCode.Cancel);
      this.#cancel(GrpcCode.DeadlineExceeded, "context deadline exceeded");
      return;
    }
    this.refuse(GrpcCode.DeadlineExceeded, "context deadline exceeded");
  }
}

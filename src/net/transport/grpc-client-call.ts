/**
 * A gRPC call on the client's side. The core is callbacks; promises are a thin layer above (grpc-channel.ts).
 * Statuses that arise here rather than at the server are worded as grpc-go words them.
 */
import { GrpcCode } from "../../base/grpc-code.ts";
import { ENVELOPE_BYTES, MessageReader, type MessageSink } from "../../codec/grpc/envelope.ts";
import { codeOfHttpStatus, codeOfReset } from "../../codec/grpc/status.ts";
import { Http2ErrorCode } from "../../codec/http2/frame.ts";
import type { PreparedBlock } from "../../codec/http2/hpack-encoder.ts";
import type { ClientConnection } from "./client-connection.ts";
import type { DeadlineEntry } from "./deadlines.ts";
import { Http2Stream } from "./http2-stream.ts";
import { queueMessage, writeMessage } from "./message-writer.ts";
import type { ResponseHead } from "./response-head.ts";

/** How a call ended. */
export interface CallStatus {
  readonly code: GrpcCode;
  readonly message: string;
  /** Names and values in turn of the trailers; empty when the call did not end by the server's word. */
  readonly trailers: readonly string[];
  /** The server has certainly not seen the call: it may be sent again elsewhere. */
  readonly unprocessed: boolean;
}

export interface CallListener {
  /** Names and values in turn of the reply's headers, before the first message. */
  onHeaders?(fields: readonly string[]): void;
  /** One message: stays as it is while referenced, but holds the chunk it came in. */
  onMessage(message: Uint8Array): void;
  /** After `send` has returned false: more can be sent. */
  onDrain?(): void;
  /** Exactly once, last. */
  onEnd(status: CallStatus): void;
}

export class GrpcClientCall extends Http2Stream implements MessageSink, DeadlineEntry {
  deadlineMs: number | undefined;
  deadlineSlot: number;
  deadlinePrevious: DeadlineEntry | undefined;
  deadlineNext: DeadlineEntry | undefined;
  readonly #client: ClientConnection;
  readonly #listener: CallListener;
  readonly #head: PreparedBlock;
  readonly #timeout: string | undefined;
  #reader: MessageReader | undefined;
  #replyHead: ResponseHead | undefined;
  #opened: boolean;
  #halfClosed: boolean;
  #finished: boolean;
  #wantsDrain: boolean;

  constructor(client: ClientConnection, head: PreparedBlock, timeout: string | undefined, listener: CallListener) {
    super(client, 0);
    this.deadlineMs = undefined;
    this.deadlineSlot = -1;
    this.deadlinePrevious = undefined;
    this.deadlineNext = undefined;
    this.#client = client;
    this.#listener = listener;
    this.#head = head;
    this.#timeout = timeout;
    this.#reader = undefined;
    this.#replyHead = undefined;
    this.#opened = false;
    this.#halfClosed = false;
    this.#finished = false;
    this.#wantsDrain = false;
  }

  get finished(): boolean {
    return this.#finished;
  }

  /** Bytes that wait for flow control, the socket or a free stream. */
  get bufferedBytes(): number {
    return this.queuedBytes;
  }

  /** The connection has given the call a stream: sends the head and what waited. */
  open(id: number): void {
    const client = this.#client;
    this.id = id;
    this.#opened = true;
    this.sendWindow = client.peer.initialWindowBytes;
    const block =
      this.#timeout === undefined
        ? client.encoder.encodePrepared(this.#head)
        : client.encoder.encodePreparedWith(this.#head, "grpc-timeout", this.#timeout);
    client.writeHeaderBlock(id, block, false);
    if (this.hasQueue) client.schedule(this);
  }

  /** Sends one message. Returns false when the caller should wait for onDrain before sending more. */
  send(...parts: Uint8Array[]): boolean {
    this.#write(parts, false);
    if (this.queuedBytes < this.http2.limits.sendHighWaterBytes) return true;
    this.#wantsDrain = true;
    return false;
  }

  /** Sends the last message and ends the sending side. */
  sendLast(...parts: Uint8Array[]): void {
    this.#write(parts, true);
  }

  #write(parts: readonly Uint8Array[], last: boolean): void {
    if (this.#finished || this.#halfClosed) return;
    let bytes = 0;
    for (let i = 0; i < parts.length; i++) bytes += parts[i]!.length;
    this.#client.grpcSentBytes += bytes;
    if (last) this.#halfClosed = true;
    if (this.#opened) {
      if (writeMessage(this, parts, bytes, last)) this.#client.streamLocallyEnded(this);
    } else {
      queueMessage(this, parts, bytes);
      if (last) this.queueEnd();
    }
  }

  /** Ends the sending side. */
  halfClose(): void {
    if (this.#finished || this.#halfClosed) return;
    this.#halfClosed = true;
    if (!this.#opened) {
      this.queueEnd();
    } else if (this.hasQueue) {
      this.queueEnd();
      this.http2.schedule(this);
    } else {
      this.writeEnd();
    }
  }

  /** Gives the call up: the server is told, the listener hears Canceled. */
  cancel(message = "context canceled"): void {
    this.#giveUp(GrpcCode.Canceled, message);
  }

  #giveUp(code: GrpcCode, message: string): void {
    if (this.#finished) return;
    if (this.#opened) this.http2.abandonStream(this, Http2ErrorCode.Cancel);
    else this.#client.withdraw(this);
    this.#finish(code, message, NO_FIELDS, !this.#opened);
  }

  onDeadline(): void {
    this.#giveUp(GrpcCode.DeadlineExceeded, "context deadline exceeded");
  }

  pauseReceiving(): void {
    this.pauseCredit();
  }

  resumeReceiving(): void {
    this.resumeCredit();
  }

  protected writeEnd(): void {
    this.#client.writeDataEnd(this.id);
    this.#client.streamLocallyEnded(this);
  }

  protected onQueueShrunk(): void {
    if (!this.#wantsDrain || this.queuedBytes * 4 > this.http2.limits.sendHighWaterBytes) return;
    this.#wantsDrain = false;
    this.#listener.onDrain?.();
  }

  // ---- reply -----------------------------------------------------------------------------------------------------------

  /** Headers, or trailers when `last`. */
  onHead(head: ResponseHead, last: boolean): void {
    if (this.#finished) return;
    if (this.#replyHead === undefined && (head.httpStatus < 100 || head.httpStatus >= 200)) {
      this.#onFirstHead(head, last);
    } else if (last) {
      this.#onTrailers(head);
    } else if (this.#replyHead !== undefined || head.httpStatus === 101) {
      this.#refuse(GrpcCode.Internal, "received a second header frame without end of stream");
    }
    // Other heads of the 100s announce a head to come.
  }

  #onFirstHead(head: ResponseHead, last: boolean): void {
    this.#replyHead = head;
    if (head.code !== undefined && last) {
      this.#finishBy(head);
    } else if (head.httpStatus !== 200) {
      const code = head.httpStatus < 0 ? GrpcCode.Internal : codeOfHttpStatus(head.httpStatus);
      this.#refuse(code, `unexpected HTTP status code received from server: ${head.httpStatus}`);
    } else if (!head.isGrpc) {
      this.#refuse(GrpcCode.Unknown, "transport: received unexpected content-type");
    } else if (last) {
      this.#finish(GrpcCode.Internal, WITHOUT_TRAILERS, NO_FIELDS, false);
    } else {
      this.#listener.onHeaders?.(head.fields);
    }
  }

  #onTrailers(head: ResponseHead): void {
    if (this.#reader?.incomplete) this.#finish(GrpcCode.Internal, "unexpected EOF", NO_FIELDS, false);
    else if (head.code === undefined) this.#finish(GrpcCode.Internal, WITHOUT_TRAILERS, NO_FIELDS, false);
    else this.#finishBy(head);
  }

  #finishBy(head: ResponseHead): void {
    this.#finish(head.code!, head.message, head.fields, false);
  }

  /** The reply breaks the protocol: the stream is reset. */
  #refuse(code: GrpcCode, message: string): void {
    this.http2.abandonStream(this, Http2ErrorCode.Cancel);
    this.#finish(code, message, NO_FIELDS, false);
  }

  onData(bytes: Uint8Array, start: number, end: number): void {
    if (this.#finished) return;
    if (this.#replyHead === undefined) {
      this.#refuse(GrpcCode.Internal, "received DATA before headers");
      return;
    }
    const length = end - start;
    const reader = this.#reader;
    if (
      reader === undefined &&
      length >= ENVELOPE_BYTES &&
      bytes[start] === 0 &&
      (bytes[start + 1]! << 24) + (bytes[start + 2]! << 16) + (bytes[start + 3]! << 8) + bytes[start + 4]! ===
        length - ENVELOPE_BYTES &&
      length - ENVELOPE_BYTES <= this.http2.limits.messageBytesMax
    ) {
      this.takeMessage(0, bytes.subarray(start + ENVELOPE_BYTES, end));
    } else {
      const gathering = reader ?? new MessageReader(this.http2.limits.messageBytesMax);
      this.#reader = gathering;
      gathering.push(bytes, start, end, this);
      // The next frame is likely to hold a whole message again.
      if (!gathering.incomplete) this.#reader = undefined;
    }
    this.credit(length);
  }

  takeMessage(format: number, message: Uint8Array): boolean {
    if (format !== 0) {
      this.#refuse(GrpcCode.Internal, "grpc: compressed flag set with identity or empty encoding");
      return false;
    }
    this.#client.grpcReceivedBytes += message.length;
    this.#listener.onMessage(message);
    return !this.#finished;
  }

  refuseOversizedMessage(messageBytes: number): void {
    const max = this.http2.limits.messageBytesMax;
    this.#refuse(GrpcCode.ResourceExhausted, `grpc: received message larger than max (${messageBytes} vs. ${max})`);
  }

  onRemoteEnd(): void {
    // END_STREAM on DATA: there are no trailers to come.
    if (!this.#finished) this.#finish(GrpcCode.Internal, WITHOUT_TRAILERS, NO_FIELDS, false);
  }

  onAborted(errorCode: number): void {
    if (this.#finished) return;
    if (this.#client.failure !== undefined) {
      this.#finish(GrpcCode.Unavailable, this.#client.failure, NO_FIELDS, false);
      return;
    }
    const code = codeOfReset(errorCode);
    this.#finish(
      code,
      `stream terminated by RST_STREAM with error code: ${ERROR_NAMES[errorCode] ?? errorCode}`,
      NO_FIELDS,
      errorCode === Http2ErrorCode.RefusedStream,
    );
  }

  /** The call never reached the server, or the server said so (GOAWAY). */
  onUnprocessed(message: string): void {
    if (!this.#finished) this.#finish(GrpcCode.Unavailable, message, NO_FIELDS, true);
  }

  #finish(code: GrpcCode, message: string, trailers: readonly string[], unprocessed: boolean): void {
    this.#finished = true;
    if (this.deadlineSlot >= 0) this.#client.deadlines.remove(this);
    if (!this.closed && this.#opened && !this.localEnded) {
      // The server has ended the call: the rest of our side is of no use to it.
      this.http2.abandonStream(this, Http2ErrorCode.Cancel);
    }
    this.#listener.onEnd({ code, message, trailers, unprocessed });
  }
}

const NO_FIELDS: readonly string[] = [];
const WITHOUT_TRAILERS = "server closed the stream without sending trailers";
const ERROR_NAMES: readonly string[] = [
  "NO_ERROR",
  "PROTOCOL_ERROR",
  "INTERNAL_ERROR",
  "FLOW_CONTROL_ERROR",
  "SETTINGS_TIMEOUT",
  "STREAM_CLOSED",
  "FRAME_SIZE_ERROR",
  "REFUSED_STREAM",
  "CANCEL",
  "COMPRESSION_ERROR",
  "CONNECT_ERROR",
  "ENHANCE_YOUR_CALM",
  "INADEQUATE_SECURITY",
  "HTTP_1_1_REQUIRED",
];

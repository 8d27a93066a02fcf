/**
 * One HTTP/2 stream: its two flow-control windows and the bytes that wait to be sent. What the bytes mean is up to the subclasses
 * (gRPC call, plain HTTP exchange, client call).
 *
 * Life: open -> (`remoteEnded`, `localEnded` in any order) -> closed. `closed` also after RST_STREAM either way or the end of the
 * connection; from then on the connection does not know the stream and nothing is sent for it.
 */
import type { Http2Connection } from "./http2-connection.ts";

export abstract class Http2Stream {
  /** 0 until a client's stream is opened. */
  id: number;
  readonly http2: Http2Connection;
  /** What the peer lets us send; may be negative after it lowered its initial window. */
  sendWindow: number;
  /** What the peer may still send. */
  receiveWindow: number;
  /** Received and taken in, but not yet given back as window. */
  uncreditedBytes: number;
  creditPaused: boolean;
  /** The peer sent END_STREAM. */
  remoteEnded: boolean;
  /** We sent END_STREAM. */
  localEnded: boolean;
  closed: boolean;
  /** Bytes in `queue`. */
  queuedBytes: number;
  /** In the connection's round of streams with something to send. */
  scheduled: boolean;
  /** Clock.now() when a stream with queued bytes was last seen making progress (see Http2Connection.sweep). */
  progressMs: number;
  /** Bytes taken from the queue since the start. */
  takenBytes: number;
  #queue: Uint8Array[];
  #head: number;
  #headOffset: number;
  #endQueued: boolean;

  constructor(http2: Http2Connection, id: number) {
    this.id = id;
    this.http2 = http2;
    this.sendWindow = http2.peer.initialWindowBytes;
    this.receiveWindow = http2.limits.streamWindowBytes;
    this.uncreditedBytes = 0;
    this.creditPaused = false;
    this.remoteEnded = false;
    this.localEnded = false;
    this.closed = false;
    this.queuedBytes = 0;
    this.scheduled = false;
    this.progressMs = -1;
    this.takenBytes = 0;
    this.#queue = NO_QUEUE;
    this.#head = 0;
    this.#headOffset = 0;
    this.#endQueued = false;
  }

  /** Payload of a DATA frame without padding. `end` tells that END_STREAM came with it; `onRemoteEnd` follows then. */
  abstract onData(bytes: Uint8Array, start: number, end: number, last: boolean): void;
  /** The peer sent END_STREAM (after its DATA). */
  abstract onRemoteEnd(): void;
  /** The stream ended early: reset by the peer or by us because of its misbehaviour, or the connection went away. `closed` is set already. */
  abstract onAborted(errorCode: number): void;
  /** Called when everything queued has left and `queueEnd` was called: send what ends the stream. */
  protected abstract writeEnd(): void;
  /** Some queued bytes have left. */
  protected abstract onQueueShrunk(): void;

  /** True when bytes or the end wait in the queue. */
  get hasQueue(): boolean {
    return this.queuedBytes > 0 || this.#endQueued;
  }

  /** Appends bytes for DATA frames. They must not change until sent. */
  enqueue(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (this.#queue === NO_QUEUE) this.#queue = [];
    this.#queue.push(bytes);
    this.queuedBytes += bytes.length;
  }

  /** After the queued bytes, `writeEnd` is called. */
  queueEnd(): void {
    this.#endQueued = true;
  }

  /** Drops what has not been sent. */
  dropQueue(): void {
    this.#queue = NO_QUEUE;
    this.#head = 0;
    this.#headOffset = 0;
    this.queuedBytes = 0;
    this.#endQueued = false;
  }

  /** Writes at most one frame of at most `bytesMax` payload (within both windows), and the end when the queue is empty. Returns the payload bytes. */
  pump(bytesMax: number): number {
    const bytes = Math.min(bytesMax, this.queuedBytes);
    if (bytes > 0) {
      this.http2.beginData(this.id, bytes, 0);
      this.#appendTo(bytes);
      this.sendWindow -= bytes;
      this.queuedBytes -= bytes;
      this.takenBytes += bytes;
    }
    if (this.queuedBytes === 0) {
      this.#queue = NO_QUEUE;
      this.#head = 0;
      if (this.#endQueued) {
        this.#endQueued = false;
        this.writeEnd();
        return bytes;
      }
    }
    if (bytes > 0) this.onQueueShrunk();
    return bytes;
  }

  #appendTo(bytes: number): void {
    const output = this.http2.output;
    let left = bytes;
    while (left > 0) {
      const part = this.#queue[this.#head]!;
      const take = Math.min(left, part.length - this.#headOffset);
      if (take === part.length) output.append(part);
      else output.append(part.subarray(this.#headOffset, this.#headOffset + take));
      left -= take;
      this.#headOffset += take;
      if (this.#headOffset === part.length) {
        this.#queue[this.#head] = NO_BYTES;
        this.#head++;
        this.#headOffset = 0;
      }
    }
    if (this.#head > 256 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
  }

  /** Takes note that `bytes` of DATA have been dealt with, and gives them back as window once half of it is used up. */
  credit(bytes: number): void {
    this.uncreditedBytes += bytes;
    if (this.creditPaused || this.remoteEnded || this.closed) return;
    if (this.uncreditedBytes * 2 < this.http2.limits.streamWindowBytes) return;
    this.receiveWindow += this.uncreditedBytes;
    this.http2.writeWindowUpdate(this.id, this.uncreditedBytes);
    this.uncreditedBytes = 0;
  }

  pauseCredit(): void {
    this.creditPaused = true;
  }

  resumeCredit(): void {
    this.creditPaused = false;
    this.credit(0);
  }
}

const NO_QUEUE: Uint8Array[] = [];
const NO_BYTES: Uint8Array = new Uint8Array(0);

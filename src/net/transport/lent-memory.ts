/**
 * Memory for the parts of big replies, used again once the kernel has the bytes. Fresh memory for every part of a list of hundreds of
 * megabytes makes V8 collect the whole heap again and again, for what it holds outside of it.
 *
 *     lent      | part 4 | part 5 | part 6 |        free | part 3 |
 *               in the socket   in the stream's queue
 *
 * A part has left the stream when what is queued there is no more than what was lent after it; the socket held it at the latest when
 * everything gathered then was handed over, and is done with it when it has written that far.
 */
import type { Http2Stream } from "./http2-stream.ts";

/** Sizes are rounded up to this, so that parts of about one size fit each other's memory. */
const GRAIN_BYTES = 65_536;

interface LentPart {
  readonly memory: Uint8Array;
  /** Bytes lent up to its end. */
  readonly lentEnd: number;
  /** Bytes handed to the socket when the part surely was among them; -1 while it may not be. */
  handedEnd: number;
}

export class LentMemory {
  readonly #stream: Http2Stream;
  /** Oldest first. */
  readonly #lent: LentPart[];
  readonly #free: Uint8Array[];
  /** Bytes of parts that were passed to the stream. */
  #passedBytes: number;
  #lastBytes: number;

  constructor(stream: Http2Stream) {
    this.#stream = stream;
    this.#lent = [];
    this.#free = [];
    this.#passedBytes = 0;
    this.#lastBytes = 0;
  }

  /** Memory of that many bytes, contents undefined. What was taken before it has been sent, whole, or never will be. */
  take(bytes: number): Uint8Array {
    this.#passedBytes += this.#lastBytes;
    this.#lastBytes = bytes;
    this.#reclaim();
    let memory = this.#free.pop();
    if (memory === undefined || memory.length < bytes) {
      memory = new Uint8Array(Math.ceil(bytes / GRAIN_BYTES) * GRAIN_BYTES);
    }
    this.#lent.push({ memory, lentEnd: this.#passedBytes + bytes, handedEnd: -1 });
    return memory.subarray(0, bytes);
  }

  #reclaim(): void {
    const { output } = this.#stream.http2;
    const { queuedBytes } = this.#stream;
    const writtenBytes = output.sentBytes - output.unsentBytes;
    while (this.#lent.length > 0) {
      const part = this.#lent[0]!;
      if (part.handedEnd < 0) {
        if (queuedBytes > this.#passedBytes - part.lentEnd || !output.empty) return;
        part.handedEnd = output.sentBytes;
      }
      if (writtenBytes < part.handedEnd) return;
      this.#free.push(part.memory);
      this.#lent.shift();
    }
  }
}

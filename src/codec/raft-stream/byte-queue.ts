/**
 * Bytes as they arrive, taken in pieces of known length. A piece inside of one chunk is a view of it, one across chunks is copied once, so a large
 * message costs one copy however it was cut. Chunks belong to the queue once pushed: nobody may write to them any more.
 */
import { EMPTY_BYTES } from "../../base/bytes.ts";

export class ByteQueue {
  #chunks: Uint8Array[];
  /** Index of the first chunk that still has bytes, and where they begin in it. */
  #first: number;
  #offset: number;
  #length: number;

  constructor() {
    this.#chunks = [];
    this.#first = 0;
    this.#offset = 0;
    this.#length = 0;
  }

  /** Bytes that can be taken. */
  get length(): number {
    return this.#length;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** The next byte. Precondition: length >= 1. */
  takeByte(): number {
    const byte = this.#chunks[this.#first]![this.#offset]!;
    this.#advance(1);
    return byte;
  }

  /** A big-endian unsigned 64-bit number; -1 when a double does not hold it exactly. Precondition: length >= 8. */
  takeUint64(): number {
    const bytes = this.take(8);
    const high = ((bytes[0]! << 24) | (bytes[1]! << 16) | (bytes[2]! << 8) | bytes[3]!) >>> 0;
    const low = ((bytes[4]! << 24) | (bytes[5]! << 16) | (bytes[6]! << 8) | bytes[7]!) >>> 0;
    return high > 0x1fffff ? -1 : high * 4294967296 + low;
  }

  /** The next `count` bytes. Precondition: length >= count. */
  take(count: number): Uint8Array {
    if (count === 0) return EMPTY_BYTES;
    const chunk = this.#chunks[this.#first]!;
    const start = this.#offset;
    if (chunk.length - start >= count) {
      this.#advance(count);
      return chunk.subarray(start, start + count);
    }
    const out = new Uint8Array(count);
    let at = 0;
    while (at < count) {
      const piece = this.#chunks[this.#first]!;
      const take = Math.min(count - at, piece.length - this.#offset);
      out.set(piece.subarray(this.#offset, this.#offset + take), at);
      at += take;
      this.#advance(take);
    }
    return out;
  }

  /** Everything that is left, as it was pushed. */
  takeRest(): Uint8Array[] {
    const rest = this.#chunks.slice(this.#first);
    if (this.#offset > 0) rest[0] = rest[0]!.subarray(this.#offset);
    this.clear();
    return rest;
  }

  clear(): void {
    this.#chunks = [];
    this.#first = 0;
    this.#offset = 0;
    this.#length = 0;
  }

  /** Within the first chunk. */
  #advance(count: number): void {
    this.#length -= count;
    this.#offset += count;
    if (this.#offset < this.#chunks[this.#first]!.length) return;
    this.#offset = 0;
    this.#first++;
    if (this.#length === 0) {
      this.#chunks = [];
      this.#first = 0;
    } else if (this.#first >= 64) {
      this.#chunks.splice(0, this.#first);
      this.#first = 0;
    }
  }
}

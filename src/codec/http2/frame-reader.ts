/**
 * Cuts a byte stream into frames. Payloads that lie whole in one chunk are handed over as ranges of that chunk; only a frame
 * that straddles chunks is copied together, into fresh memory. So a view of a payload stays valid as long as it is referenced.
 */
import { FRAME_HEADER_BYTES, readU32 } from "./frame.ts";

export interface FrameSink {
  /** One whole frame; the payload is `bytes[start, end)`. Returning false stops the reader for good. */
  onFrame(type: number, flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): boolean;
  /** A header announces more than `maxPayloadBytes`; nothing more is read. */
  onOversizedFrame(type: number, streamId: number, payloadBytes: number): void;
}

export class FrameReader {
  readonly #sink: FrameSink;
  readonly #maxPayloadBytes: number;
  #partial: Uint8Array;
  /** Bytes of the partial frame that are here; 0 when a frame boundary was reached. */
  #have: number;
  /** Whole length of the partial frame with its header; 9 until the header is known. */
  #need: number;
  #stopped: boolean;

  constructor(sink: FrameSink, maxPayloadBytes: number) {
    this.#sink = sink;
    this.#maxPayloadBytes = maxPayloadBytes;
    this.#partial = new Uint8Array(FRAME_HEADER_BYTES);
    this.#have = 0;
    this.#need = FRAME_HEADER_BYTES;
    this.#stopped = false;
  }

  /** A part of a frame is here and the rest is not. */
  get isWithinFrame(): boolean {
    return this.#have > 0;
  }

  /** Reads a chunk, which must not be changed afterwards. Returns false once the reader has stopped. */
  push(chunk: Uint8Array): boolean {
    let at = 0;
    const end = chunk.length;
    while (this.#have > 0) {
      if (this.#stopped) return false;
      if (at === end) return true;
      at = this.#continuePartial(chunk, at);
    }
    if (this.#stopped) return false;
    while (end - at >= FRAME_HEADER_BYTES) {
      const payloadBytes = (chunk[at]! << 16) | (chunk[at + 1]! << 8) | chunk[at + 2]!;
      if (payloadBytes > this.#maxPayloadBytes) return this.#refuse(chunk, at, payloadBytes);
      const payloadStart = at + FRAME_HEADER_BYTES;
      const payloadEnd = payloadStart + payloadBytes;
      if (payloadEnd > end) break;
      const streamId = readU32(chunk, at + 5) & 0x7fffffff;
      if (!this.#sink.onFrame(chunk[at + 3]!, chunk[at + 4]!, streamId, chunk, payloadStart, payloadEnd)) {
        this.#stopped = true;
        return false;
      }
      at = payloadEnd;
    }
    if (at < end) this.#beginPartial(chunk, at);
    return true;
  }

  #beginPartial(chunk: Uint8Array, at: number): void {
    const have = chunk.length - at;
    let need = FRAME_HEADER_BYTES;
    if (have >= FRAME_HEADER_BYTES) need += (chunk[at]! << 16) | (chunk[at + 1]! << 8) | chunk[at + 2]!;
    this.#partial = new Uint8Array(need);
    this.#partial.set(chunk.subarray(at), 0);
    this.#have = have;
    this.#need = need;
  }

  /** Takes what the partial frame lacks; delivers it when complete. Returns the offset of the first byte not taken. */
  #continuePartial(chunk: Uint8Array, at: number): number {
    const take = Math.min(this.#need - this.#have, chunk.length - at);
    this.#partial.set(chunk.subarray(at, at + take), this.#have);
    this.#have += take;
    if (this.#have < this.#need) return at + take;
    const partial = this.#partial;
    const payloadBytes = (partial[0]! << 16) | (partial[1]! << 8) | partial[2]!;
    if (this.#need === FRAME_HEADER_BYTES && payloadBytes > 0) {
      if (payloadBytes > this.#maxPayloadBytes) {
        this.#refuse(partial, 0, payloadBytes);
        return at + take;
      }
      const larger = new Uint8Array(FRAME_HEADER_BYTES + payloadBytes);
      larger.set(partial, 0);
      this.#partial = larger;
      this.#need = larger.length;
      return at + take;
    }
    this.#have = 0;
    this.#need = FRAME_HEADER_BYTES;
    const streamId = readU32(partial, 5) & 0x7fffffff;
    if (!this.#sink.onFrame(partial[3]!, partial[4]!, streamId, partial, FRAME_HEADER_BYTES, partial.length)) {
      this.#stopped = true;
    }
    return at + take;
  }

  #refuse(bytes: Uint8Array, at: number, payloadBytes: number): false {
    this.#stopped = true;
    this.#sink.onOversizedFrame(bytes[at + 3]!, readU32(bytes, at + 5) & 0x7fffffff, payloadBytes);
    return false;
  }
}

/** Gathers a header block that comes as HEADERS and CONTINUATION frames, within limits of bytes and frames (CVE-2024-27316 and kin). */
import { concatBytes } from "../../base/bytes.ts";

const FRAMES_MAX = 64;

export class HeaderBlockBuffer {
  /** The stream whose block is incomplete; 0 when none is. */
  streamId: number;
  endStream: boolean;
  readonly #bytesMax: number;
  #parts: Uint8Array[];
  #bytes: number;

  constructor(bytesMax: number) {
    this.streamId = 0;
    this.endStream = false;
    this.#bytesMax = bytesMax;
    this.#parts = [];
    this.#bytes = 0;
  }

  /** False when a limit is exceeded. */
  begin(streamId: number, endStream: boolean, bytes: Uint8Array, start: number, end: number): boolean {
    this.streamId = streamId;
    this.endStream = endStream;
    return this.add(bytes, start, end);
  }

  add(bytes: Uint8Array, start: number, end: number): boolean {
    this.#parts.push(bytes.slice(start, end));
    this.#bytes += end - start;
    return this.#bytes <= this.#bytesMax && this.#parts.length <= FRAMES_MAX;
  }

  /** The whole block; the buffer is empty afterwards. */
  finish(): Uint8Array {
    const block = concatBytes(this.#parts);
    this.streamId = 0;
    this.#parts = [];
    this.#bytes = 0;
    return block;
  }
}

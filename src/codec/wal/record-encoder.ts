/**
 * Builds WAL frames one after the other in one growing buffer: entries go straight from the caller's fields into their place, with no object,
 * array or copy in between. Formats: `record.ts`.
 *
 * Invariant: `crc` is the running CRC of the log up to the last byte in the buffer.
 */
import { assert } from "../../base/assert.ts";
import {
  type Entry,
  type HardState,
  putEntry,
  putHardState,
  sizeOfEntry,
  sizeOfHardState,
} from "../../proto/generated/raft.ts";
import { type Crc32c, FRAME_LENGTH_BYTES, paddingBytes, RecordType } from "./record.ts";

const CRC_VARINT_BYTES_MAX = 5;
/** Frame length, the record's head, padding: more than any record needs besides its data. */
const FRAME_OVERHEAD_BYTES_MAX = FRAME_LENGTH_BYTES + 14 + 7;
const BUFFER_BYTES_MIN = 1 << 16;
/** A buffer that one large batch has blown up beyond this is not kept. */
const BUFFER_BYTES_KEPT_MAX = 4 << 20;

export class RecordEncoder {
  readonly #crc32c: Crc32c;
  #buffer: Uint8Array;
  #length: number;
  #crc: number;

  /** `crc`: that of the log so far. */
  constructor(crc32c: Crc32c, crc: number) {
    this.#crc32c = crc32c;
    this.#buffer = new Uint8Array(BUFFER_BYTES_MIN);
    this.#length = 0;
    this.#crc = crc;
  }

  get crc(): number {
    return this.#crc;
  }

  /** Bytes built since the last {@link take}. */
  get length(): number {
    return this.#length;
  }

  entry(entry: Entry): void {
    const size = sizeOfEntry(entry);
    const end = this.#begin(size);
    putEntry(entry, this.#buffer, end);
    this.#finish(RecordType.Entry, size);
  }

  hardState(state: HardState): void {
    const size = sizeOfHardState(state);
    const end = this.#begin(size);
    putHardState(state, this.#buffer, end);
    this.#finish(RecordType.State, size);
  }

  /** A record whose data is marshalled already: metadata or snapshot. */
  data(type: RecordType, data: Uint8Array): void {
    this.#begin(data.length);
    this.#buffer.set(data, this.#dataStart(data.length));
    this.#finish(type, data.length);
  }

  /** The first record of a file: the CRC so far. */
  crcRecord(): void {
    this.#begin(0);
    const crc = this.#crc;
    this.#finish(RecordType.Crc, 0);
    assert(this.#crc === crc, "a crc record leaves the running CRC as it is");
  }

  /**
   * What was built, and an empty encoder that continues after it in `next` (or in fresh memory). The caller owns the bytes now; when they are
   * written, their buffer may come back as a later `next`.
   */
  take(next: Uint8Array | undefined): Uint8Array {
    const bytes = this.#buffer.subarray(0, this.#length);
    this.#buffer = next ?? new Uint8Array(BUFFER_BYTES_MIN);
    this.#length = 0;
    return bytes;
  }

  /** The whole buffer behind bytes from {@link take}, if it is of a size worth keeping. */
  static reusable(bytes: Uint8Array): Uint8Array | undefined {
    return bytes.buffer.byteLength > BUFFER_BYTES_KEPT_MAX ? undefined : new Uint8Array(bytes.buffer);
  }

  /** Makes room; returns where data of that size ends when the crc takes its usual five bytes. */
  #begin(dataBytes: number): number {
    const needed = this.#length + dataBytes + FRAME_OVERHEAD_BYTES_MAX;
    if (needed > this.#buffer.length) this.#grow(needed);
    return this.#dataStart(dataBytes) + dataBytes;
  }

  #grow(needed: number): void {
    const grown = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
  }

  #dataStart(dataBytes: number): number {
    const fieldHead = dataBytes === 0 ? 0 : 1 + varintBytes(dataBytes);
    return this.#length + FRAME_LENGTH_BYTES + 3 + CRC_VARINT_BYTES_MAX + fieldHead;
  }

  /** Puts frame, type, crc and padding around data that lies where {@link #begin} said. */
  #finish(type: RecordType, dataBytes: number): void {
    const b = this.#buffer;
    const frame = this.#length;
    const dataStart = this.#dataStart(dataBytes);
    let end = dataStart + dataBytes;
    // One out of sixteen CRCs is shorter than five bytes; then the data moves up.
    const crc = dataBytes === 0 ? this.#crc : this.#crc32c(b.subarray(dataStart, end), this.#crc);
    let at = frame + FRAME_LENGTH_BYTES;
    b[at++] = 0x08;
    b[at++] = type;
    b[at++] = 0x10;
    at = putVarint32(b, at, crc);
    if (dataBytes !== 0) {
      b[at++] = 0x1a;
      at = putVarint32(b, at, dataBytes);
    }
    if (at !== dataStart) {
      b.copyWithin(at, dataStart, end);
      end = at + dataBytes;
    }
    const recordBytes = end - frame - FRAME_LENGTH_BYTES;
    const padding = paddingBytes(recordBytes);
    for (let i = 0; i < padding; i++) b[end++] = 0;
    b[frame] = recordBytes;
    b[frame + 1] = recordBytes >>> 8;
    b[frame + 2] = recordBytes >>> 16;
    b[frame + 3] = recordBytes >>> 24;
    b[frame + 4] = 0;
    b[frame + 5] = 0;
    b[frame + 6] = 0;
    b[frame + 7] = padding === 0 ? 0 : 0x80 | padding;
    this.#length = end;
    this.#crc = crc;
  }
}

function varintBytes(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;
}

function putVarint32(b: Uint8Array, at: number, value: number): number {
  let rest = value;
  while (rest >= 0x80) {
    b[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  b[at++] = rest;
  return at;
}

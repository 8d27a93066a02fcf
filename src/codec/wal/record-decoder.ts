/**
 * Takes WAL frames apart, slice by slice (formats: `record.ts`; behaviour: etcd server/storage/wal/decoder.go).
 *
 * A log that power loss has cut ends in one of these ways; only in the last file, because a file is complete before the next one is named:
 * - a length of zero: space not written yet (`End`);
 * - a frame that runs past the end of the file, or with a 512-byte sector of nothing but zeros and a wrong CRC: `Torn`, to be cut off.
 * All else that does not fit is `Damaged` and nothing may be written over it.
 *
 * DIVERGES: where etcd takes a frame for torn by size or zeros alone, and so throws away acknowledged entries after a flipped bit, three things that
 * a disk with whole sectors cannot leave behind are damage here: a length that contradicts the size inside the record although their sector was
 * written, a length of zero with other bytes after it in its sector, and wrong padding.
 */
import { assert } from "../../base/assert.ts";
import {
  type Crc32c,
  FRAME_LENGTH_BYTES,
  paddingBytes,
  RECORD_HEAD_BYTES_MAX,
  RecordType,
  SECTOR_BYTES,
} from "./record.ts";

export const Decoded = {
  /** A record: its fields are in the decoder until the next step. */
  Record: 0,
  /** The slice ends within the frame: come back with at least `bytesNeeded` from here. */
  More: 1,
  /** The end of the file or of what was written to it. */
  End: 2,
  Torn: 3,
  Damaged: 4,
} as const;
export type Decoded = (typeof Decoded)[keyof typeof Decoded];

export type DamageReason =
  | "frame length contradicts the record"
  | "frame runs past the end of the file"
  | "wrong padding"
  | "zero length before other bytes"
  | "malformed record"
  | "unknown record type"
  | "wrong CRC"
  | "CRC differs from the file before";

export class RecordDecoder {
  readonly #crc32c: Crc32c;
  #crc: number;
  #fileBytes: number;
  #isLastFile: boolean;
  /** Where the next frame starts in the file; after a failure: where the bad one starts. */
  offset: number;
  /** The record, while the last step gave one. Its data is buffer[dataStart, dataEnd). */
  type: number;
  recordCrc: number;
  dataStart: number;
  dataEnd: number;
  /** After `Record`: where the next frame starts in the slice. */
  next: number;
  /** After `More`: how many bytes the slice must have from the frame's start. */
  bytesNeeded: number;
  /** After `Damaged` and `Torn`. */
  reason: DamageReason | undefined;

  constructor(crc32c: Crc32c) {
    this.#crc32c = crc32c;
    this.#crc = 0;
    this.#fileBytes = 0;
    this.#isLastFile = false;
    this.offset = 0;
    this.type = 0;
    this.recordCrc = 0;
    this.dataStart = 0;
    this.dataEnd = 0;
    this.next = 0;
    this.bytesNeeded = 0;
    this.reason = undefined;
  }

  /** The running CRC after the last record. */
  get crc(): number {
    return this.#crc;
  }

  /** Goes to the start of a file; the CRC runs on. */
  beginFile(fileBytes: number, isLastFile: boolean): void {
    this.#fileBytes = fileBytes;
    this.#isLastFile = isLastFile;
    this.offset = 0;
  }

  /** Decodes the frame at b[at, end), which lies at `offset` of the file. */
  step(b: Uint8Array, at: number, end: number): Decoded {
    const inFile = this.#fileBytes - this.offset;
    const have = end - at;
    assert(have <= inFile, "the slice ends within the file");
    if (inFile === 0) return Decoded.End;
    if (inFile < FRAME_LENGTH_BYTES) return have < inFile ? this.#more(inFile) : this.#cut();
    if (have < FRAME_LENGTH_BYTES) return this.#more(FRAME_LENGTH_BYTES);
    const low = (b[at]! | (b[at + 1]! << 8) | (b[at + 2]! << 16) | (b[at + 3]! << 24)) >>> 0;
    const high = b[at + 4]! | (b[at + 5]! << 8) | (b[at + 6]! << 16);
    const padByte = b[at + 7]!;
    if (low === 0 && high === 0 && padByte === 0) return this.#endOfWritten(b, at, have);

    const recordBytes = high * 2 ** 32 + low;
    const padding = paddingBytes(low);
    if (padByte !== (padding === 0 ? 0 : 0x80 | padding)) return this.#damaged("wrong padding");
    const frameBytes = FRAME_LENGTH_BYTES + recordBytes + padding;
    if (frameBytes > inFile) return this.#pastEnd(b, at, have, recordBytes);
    if (have < frameBytes) return this.#more(frameBytes);

    const head = at + FRAME_LENGTH_BYTES;
    if (!this.#parseHead(b, head, head + recordBytes)) {
      return this.#headMayBeLost(b, head, recordBytes + padding) ? this.#torn() : this.#damaged("malformed record");
    }
    if (this.dataEnd !== head + recordBytes) {
      return this.#headMayBeLost(b, head, recordBytes + padding)
        ? this.#torn()
        : this.#damaged("frame length contradicts the record");
    }
    if (this.type === RecordType.Crc) {
      // The first file that is read need not be the first one written, so its crc is taken as it is.
      if (this.#crc !== 0 && this.#crc !== this.recordCrc) return this.#damaged("CRC differs from the file before");
      this.#crc = this.recordCrc;
    } else {
      const crc =
        this.dataStart === this.dataEnd ? this.#crc : this.#crc32c(b.subarray(this.dataStart, this.dataEnd), this.#crc);
      if (crc !== this.recordCrc) {
        return this.#isLastFile && hasZeroSector(b, head, at + frameBytes, this.offset + FRAME_LENGTH_BYTES)
          ? this.#torn()
          : this.#damaged("wrong CRC");
      }
      if (this.type < RecordType.Metadata || this.type > RecordType.Snapshot)
        return this.#damaged("unknown record type");
      this.#crc = crc;
    }
    for (let i = head + recordBytes; i < at + frameBytes; i++) if (b[i] !== 0) return this.#damaged("wrong padding");
    this.offset += frameBytes;
    this.next = at + frameBytes;
    return Decoded.Record;
  }

  #more(bytes: number): Decoded {
    this.bytesNeeded = bytes;
    return Decoded.More;
  }

  #torn(): Decoded {
    this.reason = "wrong CRC";
    return Decoded.Torn;
  }

  /** The file ends within the frame. */
  #cut(): Decoded {
    this.reason = "frame runs past the end of the file";
    return this.#isLastFile ? Decoded.Torn : Decoded.Damaged;
  }

  #damaged(reason: DamageReason): Decoded {
    this.reason = reason;
    return Decoded.Damaged;
  }

  /** A length of zero. If it was never written, neither was the rest of its sector. */
  #endOfWritten(b: Uint8Array, at: number, have: number): Decoded {
    const toSectorEnd = SECTOR_BYTES - (this.offset % SECTOR_BYTES);
    const rest = Math.min(toSectorEnd, this.#fileBytes - this.offset);
    if (have < rest) return this.#more(rest);
    return isZero(b, at, at + rest) ? Decoded.End : this.#damaged("zero length before other bytes");
  }

  /** The frame is longer than what is left of the file: cut off, unless the record itself says another length. */
  #pastEnd(b: Uint8Array, at: number, have: number, recordBytes: number): Decoded {
    const inFile = this.#fileBytes - this.offset;
    const seen = Math.min(inFile, FRAME_LENGTH_BYTES + RECORD_HEAD_BYTES_MAX);
    if (have < seen) return this.#more(seen);
    const head = at + FRAME_LENGTH_BYTES;
    // A head without data that ends where the file ends may be cut off within it.
    if (this.#parseHead(b, head, at + seen) && this.dataEnd > this.dataStart) {
      return this.dataEnd === head + recordBytes ? this.#cut() : this.#damaged("frame length contradicts the record");
    }
    if (inFile < FRAME_LENGTH_BYTES + RECORD_HEAD_BYTES_MAX || this.#headMayBeLost(b, head, at + seen - head))
      return this.#cut();
    return this.#damaged("malformed record");
  }

  /** True when a sector with part of the record's head is all zeros in the last file: then it was not written, and nothing in it counts. */
  #headMayBeLost(b: Uint8Array, head: number, dataBytes: number): boolean {
    if (!this.#isLastFile) return false;
    const offset = this.offset + FRAME_LENGTH_BYTES;
    const firstBytes = Math.min(SECTOR_BYTES - (offset % SECTOR_BYTES), dataBytes);
    if (firstBytes > 0 && isZero(b, head, head + firstBytes)) return true;
    if (firstBytes >= RECORD_HEAD_BYTES_MAX || dataBytes <= firstBytes) return false;
    const secondBytes = Math.min(SECTOR_BYTES, dataBytes - firstBytes);
    return isZero(b, head + firstBytes, head + firstBytes + secondBytes);
  }

  /** Reads type, crc and the place of the data; false when the bytes are not the head of a record or end within it. */
  #parseHead(b: Uint8Array, from: number, end: number): boolean {
    let at = from;
    if (end - at < 4 || b[at] !== 0x08 || b[at + 1]! >= 0x80 || b[at + 2] !== 0x10) return false;
    this.type = b[at + 1]!;
    at = this.#varint32(b, at + 3, end);
    if (at < 0) return false;
    this.recordCrc = this.bytesNeeded;
    if (at === end || b[at] !== 0x1a) {
      this.dataStart = at;
      this.dataEnd = at;
      return at === end;
    }
    at = this.#varint32(b, at + 1, end);
    if (at < 0) return false;
    this.dataStart = at;
    this.dataEnd = at + this.bytesNeeded;
    return true;
  }

  /** Leaves the value in `bytesNeeded` and returns where it ends; -1 when it is not a 32-bit varint. */
  #varint32(b: Uint8Array, from: number, end: number): number {
    let value = 0;
    let scale = 1;
    for (let at = from; at < end && at < from + 5; at++) {
      const byte = b[at]!;
      value += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) {
        this.bytesNeeded = value;
        return value <= 0xffff_ffff ? at + 1 : -1;
      }
    }
    return -1;
  }
}

/** True when one of the sectors that b[from, end), which lies at `offset` of its file, touches is all zeros there. */
function hasZeroSector(b: Uint8Array, from: number, end: number, offset: number): boolean {
  let at = from;
  let bytes = SECTOR_BYTES - (offset % SECTOR_BYTES);
  while (at < end) {
    const stop = Math.min(end, at + bytes);
    if (isZero(b, at, stop)) return true;
    at = stop;
    bytes = SECTOR_BYTES;
  }
  return false;
}

function isZero(b: Uint8Array, from: number, end: number): boolean {
  for (let i = from; i < end; i++) if (b[i] !== 0) return false;
  return true;
}

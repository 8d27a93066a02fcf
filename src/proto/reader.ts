/**
 * Reads protobuf's wire format from a byte array. Source: "Encoding" (protobuf.dev); strictness as google.golang.org/protobuf:
 * varints of at most ten bytes, field numbers 1..2^29-1, valid UTF-8 in strings, matched groups.
 *
 *   message  := (tag value)*          tag := varint(field number << 3 | wire type)
 *   value    := varint                wire type 0
 *            |  8 bytes               wire type 1
 *            |  varint(n) n bytes     wire type 2
 *            |  (tag value)* end tag  wire types 3 and 4
 *            |  4 bytes               wire type 5
 *
 * Invariant: start <= at <= end <= bytes.length; `end` is the end of the innermost message, so nothing reads beyond its message.
 */
import { EMPTY_BYTES, utf8TextStrict } from "../base/bytes.ts";
import { ProtoError } from "./proto-error.ts";
import { signedWord, unsignedWord } from "./word.ts";

/** How deeply messages and groups may nest: bounds the stack against hostile input. */
export const NESTING_MAX = 1000;

export class Reader {
  readonly bytes: Uint8Array;
  at: number;
  end: number;
  #depth: number;
  /** Halves of the last varint that took the slow path, unsigned. */
  #low: number;
  #high: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    if (start < 0 || start > end || end > bytes.length) throw new ProtoError("message bounds lie outside of the bytes");
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.#depth = 0;
    this.#low = 0;
    this.#high = 0;
  }

  /** The next tag. Precondition: at < end. */
  tag(): number {
    const first = this.bytes[this.at]!;
    if (first < 128) {
      this.at++;
      return first;
    }
    this.#varint();
    if (this.#high !== 0) throw new ProtoError("field number is too large");
    return this.#low;
  }

  bool(): boolean {
    const at = this.at;
    if (at < this.end && this.bytes[at]! < 128) {
      this.at = at + 1;
      return this.bytes[at] !== 0;
    }
    this.#varint();
    return this.#low !== 0 || this.#high !== 0;
  }

  uint32(): number {
    const at = this.at;
    if (at < this.end) {
      const first = this.bytes[at]!;
      if (first < 128) {
        this.at = at + 1;
        return first;
      }
    }
    this.#varint();
    return this.#low;
  }

  /** An int32 or an enum. */
  int32(): number {
    return this.uint32() | 0;
  }

  /** A uint64 as the nearest double. */
  uint64(): number {
    const at = this.at;
    if (at < this.end) {
      const first = this.bytes[at]!;
      if (first < 128) {
        this.at = at + 1;
        return first;
      }
    }
    this.#varint();
    return this.#high * 4294967296 + this.#low;
  }

  /** An int64 as the nearest double. */
  int64(): number {
    const at = this.at;
    if (at < this.end) {
      const first = this.bytes[at]!;
      if (first < 128) {
        this.at = at + 1;
        return first;
      }
    }
    this.#varint();
    return (this.#high | 0) * 4294967296 + this.#low;
  }

  uint64Big(): bigint {
    const at = this.at;
    if (at < this.end && this.bytes[at]! < 128) {
      this.at = at + 1;
      return BigInt(this.bytes[at]!);
    }
    this.#varint();
    return unsignedWord(this.#low, this.#high);
  }

  int64Big(): bigint {
    const at = this.at;
    if (at < this.end && this.bytes[at]! < 128) {
      this.at = at + 1;
      return BigInt(this.bytes[at]!);
    }
    this.#varint();
    return signedWord(this.#low, this.#high);
  }

  /** The length of a delimited value, checked to lie inside of the message. */
  length(): number {
    const length = this.uint64();
    if (length > this.end - this.at) throw new ProtoError("value is truncated");
    return length;
  }

  /** A view into the input. */
  bytesView(): Uint8Array {
    const length = this.length();
    if (length === 0) return EMPTY_BYTES;
    const at = this.at;
    this.at = at + length;
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + at, length);
  }

  text(): string {
    const length = this.length();
    if (length === 0) return "";
    const bytes = this.bytes;
    const start = this.at;
    const end = start + length;
    this.at = end;
    if (length <= 32) {
      let text = "";
      let at = start;
      while (at < end && bytes[at]! < 128) text += String.fromCharCode(bytes[at++]!);
      if (at === end) return text;
    }
    const text = utf8TextStrict(new Uint8Array(bytes.buffer, bytes.byteOffset + start, length));
    if (text === undefined) throw new ProtoError("string field contains invalid UTF-8");
    return text;
  }

  /** Steps into a message or a packed list: `end` becomes its end. Returns what {@link leave} wants back. */
  enter(): number {
    const length = this.length();
    if (++this.#depth > NESTING_MAX) throw new ProtoError("message is nested too deeply");
    const outer = this.end;
    this.end = this.at + length;
    return outer;
  }

  leave(outer: number): void {
    this.#depth--;
    this.end = outer;
  }

  /** Passes over a field that nobody knows. */
  skip(tag: number): void {
    if (tag >>> 3 === 0) throw new ProtoError("field number is zero");
    switch (tag & 7) {
      case 0:
        this.uint64();
        return;
      case 1:
        this.#advance(8);
        return;
      case 2:
        this.#advance(this.length());
        return;
      case 3:
        this.#skipGroup(tag >>> 3);
        return;
      case 5:
        this.#advance(4);
        return;
      default:
        throw new ProtoError("unknown wire type or unexpected end of group");
    }
  }

  #skipGroup(number: number): void {
    if (++this.#depth > NESTING_MAX) throw new ProtoError("message is nested too deeply");
    while (this.at < this.end) {
      const tag = this.tag();
      if ((tag & 7) === 4) {
        if (tag >>> 3 !== number) throw new ProtoError("end of group does not match its start");
        this.#depth--;
        return;
      }
      this.skip(tag);
    }
    throw new ProtoError("group is truncated");
  }

  #advance(length: number): void {
    if (length > this.end - this.at) throw new ProtoError("value is truncated");
    this.at += length;
  }

  #varint(): void {
    const bytes = this.bytes;
    const end = this.end;
    let at = this.at;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      if (at >= end) throw new ProtoError("varint is truncated");
      const byte = bytes[at++]!;
      low |= (byte & 127) << shift;
      if (byte < 128) {
        this.#low = low;
        this.#high = 0;
        this.at = at;
        return;
      }
    }
    if (at >= end) throw new ProtoError("varint is truncated");
    const middle = bytes[at++]!;
    low |= (middle & 127) << 28;
    high = (middle & 127) >>> 4;
    if (middle >= 128) {
      for (let shift = 3; ; shift += 7) {
        if (at >= end) throw new ProtoError("varint is truncated");
        const byte = bytes[at++]!;
        // The tenth byte holds bit 63 only.
        if (shift === 31 && byte > 1) throw new ProtoError("varint has more than 64 bits");
        high |= (byte & 127) << shift;
        if (byte < 128) break;
      }
    }
    this.#low = low >>> 0;
    this.#high = high >>> 0;
    this.at = at;
  }
}

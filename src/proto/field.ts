/**
 * Single fields and tags, forward, for code that shapes messages by hand: splicing encoded bytes into a message without decoding them.
 *
 *   const kv = ...encoded KeyValue...;
 *   size  = sizeOfBytesField(2, kv.length);                       // RangeResponse.kvs = 2
 *   at    = writeBytesField(2, kv, into, at);
 *
 * Reading walks a message without making it:
 *
 *   for (let at = 0; at < bytes.length; at = fieldEnd(bytes, at, bytes.length)) if (tagAt(bytes, at) === ...) ...
 */
import { ProtoError } from "./proto-error.ts";
import { NESTING_MAX } from "./reader.ts";
import { setWord, wordHigh, wordLow } from "./word.ts";
import { sizeOfBig, sizeOfInt64, sizeOfUint32 } from "./writer.ts";

export const WireType = { Varint: 0, Fixed64: 1, Delimited: 2, StartGroup: 3, EndGroup: 4, Fixed32: 5 } as const;
export type WireType = (typeof WireType)[keyof typeof WireType];

/** Bytes of tag, length and `length` bytes. */
export function sizeOfBytesField(fieldNumber: number, length: number): number {
  return sizeOfUint32(fieldNumber << 3) + sizeOfUint32(length) + length;
}

/** Writes tag and length of a delimited field (bytes, string, message); the caller writes the bytes behind. Returns the offset after. */
export function writeBytesFieldHeader(fieldNumber: number, length: number, into: Uint8Array, at: number): number {
  return writeUint32(length, into, writeUint32(((fieldNumber << 3) | WireType.Delimited) >>> 0, into, at));
}

/** Writes a whole delimited field from encoded bytes. Returns the offset after. */
export function writeBytesField(fieldNumber: number, bytes: Uint8Array, into: Uint8Array, at: number): number {
  const start = writeBytesFieldHeader(fieldNumber, bytes.length, into, at);
  into.set(bytes, start);
  return start + bytes.length;
}

/** Bytes of tag and varint of an integer field. Zero counts: leave zero fields out yourself. */
export function sizeOfVarintField(fieldNumber: number, value: number | bigint): number {
  return sizeOfUint32(fieldNumber << 3) + (typeof value === "bigint" ? sizeOfBig(value) : sizeOfInt64(value));
}

/** Writes tag and varint of an integer field. Returns the offset after. */
export function writeVarintField(fieldNumber: number, value: number | bigint, into: Uint8Array, at: number): number {
  const start = writeUint32((fieldNumber << 3) >>> 0, into, at);
  return typeof value === "bigint" ? writeBig(value, into, start) : writeInt64(value, into, start);
}

/** Writes a varint of 0 <= value < 2^32. Returns the offset after. */
export function writeUint32(value: number, into: Uint8Array, at: number): number {
  while (value > 127) {
    into[at++] = (value & 127) | 128;
    value >>>= 7;
  }
  into[at++] = value;
  return at;
}

/** Writes a varint of an integer, negative ones in ten bytes. Returns the offset after. */
export function writeInt64(value: number, into: Uint8Array, at: number): number {
  if (value >= 0 && value < 4294967296) return writeUint32(value, into, at);
  return writeHalves(value >>> 0, Math.floor(value / 4294967296) >>> 0, into, at);
}

/** Writes a varint of a bigint modulo 2^64. Returns the offset after. */
export function writeBig(value: bigint, into: Uint8Array, at: number): number {
  setWord(value);
  return writeHalves(wordLow(), wordHigh(), into, at);
}

function writeHalves(low: number, high: number, into: Uint8Array, at: number): number {
  while (high !== 0 || low > 127) {
    into[at++] = (low & 127) | 128;
    low = ((low >>> 7) | (high << 25)) >>> 0;
    high >>>= 7;
  }
  into[at++] = low;
  return at;
}

/** How many bytes the varint at `at` takes: 1..10. Throws ProtoError when it does not end before `end` or is longer. */
export function varintLengthAt(bytes: Uint8Array, at: number, end: number): number {
  const most = Math.min(end - at, 10);
  for (let length = 1; length <= most; length++) {
    if (bytes[at + length - 1]! < 128) {
      if (length === 10 && bytes[at + 9]! > 1) break;
      return length;
    }
  }
  throw new ProtoError("varint is truncated or has more than 64 bits");
}

/** The unsigned value of the varint at `at` as the nearest double. Precondition: {@link varintLengthAt} accepts it. */
export function varintAt(bytes: Uint8Array, at: number): number {
  let byte = bytes[at]!;
  if (byte < 128) return byte;
  let value = byte & 127;
  // Sums of up to 53 bits are exact; above, the order from low to high rounds at each step, so longer varints go by halves.
  let scale = 128;
  for (let i = 1; i < 7; i++) {
    byte = bytes[at + i]!;
    value += (byte & 127) * scale;
    if (byte < 128) return value;
    scale *= 128;
  }
  let high = 0;
  scale = 1;
  for (let i = 7; i < 10; i++) {
    byte = bytes[at + i]!;
    high += (byte & 127) * scale;
    if (byte < 128) break;
    scale *= 128;
  }
  return high * 562949953421312 + value;
}

/** The tag (field number << 3 | wire type) at `at`. */
export function tagAt(bytes: Uint8Array, at: number): number {
  return varintAt(bytes, at);
}

/** The offset after the field (tag and value) that starts at `at`. Throws ProtoError when it is malformed or does not end by `end`. */
export function fieldEnd(bytes: Uint8Array, at: number, end: number): number {
  return skipField(bytes, at, end, 0);
}

function skipField(bytes: Uint8Array, at: number, end: number, depth: number): number {
  const tagLength = varintLengthAt(bytes, at, end);
  const tag = varintAt(bytes, at);
  if (tag < 8 || tag >= 4294967296) throw new ProtoError("field number is out of range");
  let next = at + tagLength;
  switch (tag % 8) {
    case WireType.Varint:
      return next + varintLengthAt(bytes, next, end);
    case WireType.Fixed64:
      next += 8;
      break;
    case WireType.Delimited: {
      const lengthSize = varintLengthAt(bytes, next, end);
      next += lengthSize + varintAt(bytes, next);
      break;
    }
    case WireType.StartGroup:
      if (depth >= NESTING_MAX) throw new ProtoError("message is nested too deeply");
      while (next < end) {
        const innerLength = varintLengthAt(bytes, next, end);
        const inner = varintAt(bytes, next);
        if (inner % 8 === WireType.EndGroup) {
          if (inner !== tag + 1) throw new ProtoError("end of group does not match its start");
          return next + innerLength;
        }
        next = skipField(bytes, next, end, depth + 1);
      }
      throw new ProtoError("group is truncated");
    case WireType.Fixed32:
      next += 4;
      break;
    default:
      throw new ProtoError("unknown wire type or unexpected end of group");
  }
  if (next > end) throw new ProtoError("value is truncated");
  return next;
}

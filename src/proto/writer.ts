/**
 * Writes protobuf's wire format from the back to the front: each function writes the bytes that end just before `at` and returns where they
 * start. A message is then written in one pass over an array of exactly its size, since the length of a nested message is known when its
 * front is reached. With forward writing every level would size its children again (quadratic for nested transactions).
 */
import { setWord, wordHigh, wordLow } from "./word.ts";

/** Bytes of a varint for 0 <= value < 2^32. */
export function sizeOfUint32(value: number): number {
  return value < 128 ? 1 : value < 16384 ? 2 : value < 2097152 ? 3 : value < 268435456 ? 4 : 5;
}

/** Bytes of a varint for an integer; negative ones take ten. */
export function sizeOfInt64(value: number): number {
  if (value < 0) return 10;
  if (value < 4294967296) return sizeOfUint32(value);
  return value < 34359738368
    ? 5
    : value < 4398046511104
      ? 6
      : value < 562949953421312
        ? 7
        : value < 72057594037927936
          ? 8
          : value < 2 ** 63
            ? 9
            : 10;
}

/** Bytes of a varint for a 64-bit bigint (modulo 2^64). */
export function sizeOfBig(value: bigint): number {
  setWord(value);
  const high = wordHigh();
  if (high === 0) return sizeOfUint32(wordLow());
  return high < 8 ? 5 : high < 1024 ? 6 : high < 131072 ? 7 : high < 16777216 ? 8 : high < 2147483648 ? 9 : 10;
}

/** Bytes of a length and that many bytes. */
export function sizeOfDelimited(length: number): number {
  return sizeOfUint32(length) + length;
}

/** Bytes of a length and the text in UTF-8. */
export function sizeOfText(text: string): number {
  return sizeOfDelimited(utf8Length(text));
}

function utf8Length(text: string): number {
  let size = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) size++;
    else if (unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      // Two units, four bytes.
      size += 2;
      i++;
    } else size += 2;
  }
  return size;
}

/** A varint of 0 <= value < 2^32 before `at`. */
export function putUint32(into: Uint8Array, at: number, value: number): number {
  if (value < 128) {
    into[--at] = value;
    return at;
  }
  const start = at - sizeOfUint32(value);
  let i = start;
  while (value > 127) {
    into[i++] = (value & 127) | 128;
    value >>>= 7;
  }
  into[i] = value;
  return start;
}

/** A varint of an integer before `at`; negative ones as two's complement of 64 bits. */
export function putInt64(into: Uint8Array, at: number, value: number): number {
  if (value >= 0 && value < 4294967296) return putUint32(into, at, value);
  return putWord(into, at, sizeOfInt64(value), value >>> 0, Math.floor(value / 4294967296) >>> 0);
}

/** A varint of a bigint modulo 2^64 before `at`. */
export function putBig(into: Uint8Array, at: number, value: bigint): number {
  const size = sizeOfBig(value);
  return putWord(into, at, size, wordLow(), wordHigh());
}

function putWord(into: Uint8Array, at: number, size: number, low: number, high: number): number {
  const start = at - size;
  const last = at - 1;
  let i = start;
  while (i < last) {
    into[i++] = (low & 127) | 128;
    low = ((low >>> 7) | (high << 25)) >>> 0;
    high >>>= 7;
  }
  into[i] = low;
  return start;
}

/** The length of the bytes and the bytes before `at`. */
export function putBytes(into: Uint8Array, at: number, value: Uint8Array): number {
  const length = value.length;
  const start = at - length;
  if (length < 24) {
    for (let i = 0; i < length; i++) into[start + i] = value[i]!;
  } else {
    into.set(value, start);
  }
  return putUint32(into, start, length);
}

/** The length of the text in UTF-8 and the text before `at`. A lone surrogate becomes U+FFFD. */
export function putText(into: Uint8Array, at: number, text: string): number {
  const end = at;
  for (let i = text.length - 1; i >= 0; i--) {
    let unit = text.charCodeAt(i);
    if (unit < 0x80) {
      into[--at] = unit;
      continue;
    }
    if (unit < 0x800) {
      into[--at] = 0x80 | (unit & 63);
      into[--at] = 0xc0 | (unit >>> 6);
      continue;
    }
    if ((unit & 0xfc00) === 0xdc00 && i > 0 && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800) {
      const point = 0x10000 + ((text.charCodeAt(--i) & 0x3ff) << 10) + (unit & 0x3ff);
      into[--at] = 0x80 | (point & 63);
      into[--at] = 0x80 | ((point >>> 6) & 63);
      into[--at] = 0x80 | ((point >>> 12) & 63);
      into[--at] = 0xf0 | (point >>> 18);
      continue;
    }
    if ((unit & 0xf800) === 0xd800) unit = 0xfffd;
    into[--at] = 0x80 | (unit & 63);
    into[--at] = 0x80 | ((unit >>> 6) & 63);
    into[--at] = 0xe0 | (unit >>> 12);
  }
  return putUint32(into, at, end - at);
}

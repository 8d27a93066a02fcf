/** Go's ways to print values: quoted bytes (%q), numbers in hexadecimal. */
import { utf8Text } from "../../base/bytes.ts";
import { goQuote } from "../../base/go-quote.ts";

/** %q of bytes: text as strconv.Quote shows it, and bytes that are not UTF-8 as \xNN. */
export function quoteBytes(bytes: Uint8Array): string {
  const text = utf8Text(bytes);
  if (!text.includes("\ufffd")) return goQuote(text);
  let out = "";
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length === 0) out += `\\x${bytes[at++]!.toString(16).padStart(2, "0")}`;
    else {
      out += goQuote(utf8Text(bytes.subarray(at, at + length))).slice(1, -1);
      at += length;
    }
  }
  return `"${out}"`;
}

/** Bytes of the UTF-8 sequence that begins here; 0 when it is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + length > bytes.length) return 0;
  const second = bytes[at + 1]!;
  const min = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const max = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < min || second > max) return 0;
  for (let i = at + 2; i < at + length; i++) if ((bytes[i]! & 0xc0) !== 0x80) return 0;
  return length;
}

/** %016x of a lease. */
export function leaseHex(id: bigint): string {
  return id < 0n ? `-${(-id).toString(16).padStart(15, "0")}` : id.toString(16).padStart(16, "0");
}

/** %x of an id. */
export function hex(id: bigint): string {
  return id.toString(16);
}

/** `\x61\x62` of bytes. */
export function hexEscapes(bytes: Uint8Array): string {
  let out = "";
  for (const byte of bytes) out += `\\x${byte.toString(16).padStart(2, "0")}`;
  return out;
}

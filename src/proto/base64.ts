/** Base64 (RFC 4648) both ways, as Go's encoding/base64 does for JSON: writes the standard alphabet with padding, reads either alphabet. */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const ENCODE: Uint8Array = new Uint8Array(64);
const DECODE: Int8Array = new Int8Array(128).fill(-1);
for (let i = 0; i < 64; i++) {
  ENCODE[i] = ALPHABET.charCodeAt(i);
  DECODE[ALPHABET.charCodeAt(i)] = i;
}
const URL_62 = 45; // -
const URL_63 = 95; // _
const PAD = 61; // =
const CHUNK = 6144;

export function base64(bytes: Uint8Array): string {
  let text = "";
  // In chunks: a multiple of three bytes gives a multiple of four characters.
  for (let start = 0; start < bytes.length; start += CHUNK)
    text += encodeChunk(bytes, start, Math.min(start + CHUNK, bytes.length));
  return text;
}

function encodeChunk(bytes: Uint8Array, start: number, end: number): string {
  const out = new Uint8Array(Math.ceil((end - start) / 3) * 4);
  let o = 0;
  let i = start;
  for (; i + 2 < end; i += 3) {
    const triple = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!;
    out[o++] = ENCODE[triple >>> 18]!;
    out[o++] = ENCODE[(triple >>> 12) & 63]!;
    out[o++] = ENCODE[(triple >>> 6) & 63]!;
    out[o++] = ENCODE[triple & 63]!;
  }
  if (i < end) {
    const two = i + 1 < end;
    const triple = (bytes[i]! << 16) | (two ? bytes[i + 1]! << 8 : 0);
    out[o++] = ENCODE[triple >>> 18]!;
    out[o++] = ENCODE[(triple >>> 12) & 63]!;
    out[o++] = two ? ENCODE[(triple >>> 6) & 63]! : PAD;
    out[o++] = PAD;
  }
  return String.fromCharCode.apply(null, out as unknown as number[]);
}

/**
 * The bytes, or undefined when the text is not base64. The alphabet is the URL's if the text has one of its characters; padding must be there
 * in full when the text's length is a multiple of four, else be absent; line breaks are passed over.
 */
export function base64Bytes(text: string): Uint8Array | undefined {
  const url = text.includes("-") || text.includes("_");
  const padded = text.length % 4 === 0;
  const out = new Uint8Array(Math.floor((text.length * 3) / 4));
  let o = 0;
  let bits = 0;
  let held = 0;
  let i = 0;
  for (; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 10 || unit === 13) continue;
    if (unit === PAD) break;
    let value = unit < 128 ? DECODE[unit]! : -1;
    if (url) value = unit === URL_62 ? 62 : unit === URL_63 ? 63 : value >= 62 ? -1 : value;
    if (value < 0) return undefined;
    held = (held << 6) | value;
    bits += 6;
    if (bits === 24) {
      out[o++] = held >>> 16;
      out[o++] = (held >>> 8) & 255;
      out[o++] = held & 255;
      bits = 0;
      held = 0;
    }
  }
  let pads = 0;
  for (; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === PAD) pads++;
    else if (unit !== 10 && unit !== 13) return undefined;
  }
  if (bits === 6) return undefined;
  const padsWanted = bits === 12 ? 2 : bits === 18 ? 1 : 0;
  if (pads !== (padded ? padsWanted : 0)) return undefined;
  if (bits === 12) out[o++] = held >>> 4;
  else if (bits === 18) {
    out[o++] = held >>> 10;
    out[o++] = (held >>> 2) & 255;
  }
  return out.subarray(0, o);
}

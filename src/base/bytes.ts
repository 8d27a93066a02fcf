/**
 * Byte strings: comparison, concatenation and text forms. Everything here is pure and works on Uint8Array
 * (a Node Buffer is one), so that the pure layers need no Buffer.
 */

export const EMPTY_BYTES: Uint8Array = new Uint8Array(0);

// The Encoding Standard's classes, typed here because the pure layers are checked without platform types.
const platform = globalThis as unknown as {
  TextEncoder: new () => { encode(text: string): Uint8Array };
  TextDecoder: new (label?: string, options?: { fatal: boolean }) => { decode(bytes: Uint8Array): string };
};
const encoder = new platform.TextEncoder();
const decoder = new platform.TextDecoder();
const strictDecoder = new platform.TextDecoder("utf-8", { fatal: true });

/** UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Text of UTF-8 bytes; invalid sequences become U+FFFD. */
export function utf8Text(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Text of UTF-8 bytes, or undefined when they are not valid UTF-8. */
export function utf8TextStrict(bytes: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Lexicographic order of unsigned bytes, as Go's bytes.Compare: negative, 0 or positive. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const d = a[i]! - b[i]!;
    if (d !== 0) return d;
  }
  return a.length - b.length;
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** A fresh array with the parts in order. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  let size = 0;
  for (const part of parts) size += part.length;
  const out = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/**
 * One character per byte (code units 0..255): the in-memory form of keys. Its order under `<` is the byte order,
 * it is compact in V8 (one-byte strings) and works as a Map key.
 */
export function latin1(bytes: Uint8Array): string {
  const n = bytes.length;
  if (n <= 4096) return String.fromCharCode.apply(null, bytes as unknown as number[]);
  let out = "";
  for (let i = 0; i < n; i += 4096)
    out += String.fromCharCode.apply(null, bytes.subarray(i, i + 4096) as unknown as number[]);
  return out;
}

/** Inverse of {@link latin1}. */
export function latin1Bytes(text: string): Uint8Array {
  const out = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i);
  return out;
}

/** Lowercase hexadecimal of a 64-bit ID without padding, as etcd prints member and cluster IDs. */
export function idHex(id: bigint): string {
  return id.toString(16);
}

/** The key after every key with this prefix (clientv3 GetPrefixRangeEnd); `\0` when there is none (prefix of 0xff or empty). */
export function prefixRangeEnd(prefix: Uint8Array): Uint8Array {
  for (let i = prefix.length - 1; i >= 0; i--) {
    if (prefix[i]! < 0xff) {
      const end = prefix.slice(0, i + 1);
      end[i]!++;
      return end;
    }
  }
  return new Uint8Array(1);
}

/**
 * The little of ASN.1's DER (X.690) that certificates made by ourselves and revocation lists need.
 *
 * ```
 * element = tag (1 byte: class, constructed bit, number < 31) | length | contents
 * length  = 0..127 in one byte, or 0x80+n followed by n bytes, most significant first
 * ```
 */

export const DerTag = {
  Boolean: 0x01,
  Integer: 0x02,
  BitString: 0x03,
  OctetString: 0x04,
  ObjectId: 0x06,
  Utf8String: 0x0c,
  UtcTime: 0x17,
  GeneralizedTime: 0x18,
  Sequence: 0x30,
  Set: 0x31,
} as const;

/** One element of given bytes: a view, owned by whoever owns the bytes. */
export interface DerElement {
  readonly tag: number;
  readonly contents: Uint8Array;
  /** The element with tag and length. */
  readonly whole: Uint8Array;
}

const LENGTH_BYTES_MAX = 4;

/** The elements that follow each other in `bytes`; undefined when they are not DER. */
export function readDer(bytes: Uint8Array): DerElement[] | undefined {
  const elements: DerElement[] = [];
  let at = 0;
  while (at < bytes.length) {
    const start = at;
    const tag = bytes[at++]!;
    // Tags of several bytes occur neither in certificates nor in revocation lists.
    if ((tag & 0x1f) === 0x1f || at >= bytes.length) return undefined;
    let length = bytes[at++]!;
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count === 0 || count > LENGTH_BYTES_MAX || at + count > bytes.length) return undefined;
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + bytes[at++]!;
    }
    const end = at + length;
    if (end > bytes.length) return undefined;
    elements.push({ tag, contents: bytes.subarray(at, end), whole: bytes.subarray(start, end) });
    at = end;
  }
  return elements;
}

/** An element of these contents. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of contents) length += part.length;
  const head = [tag];
  if (length < 0x80) head.push(length);
  else {
    const bytes: number[] = [];
    for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
    head.push(0x80 + bytes.length, ...bytes);
  }
  const out = new Uint8Array(head.length + length);
  out.set(head);
  let at = head.length;
  for (const part of contents) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export function derSequence(...contents: readonly Uint8Array[]): Uint8Array {
  return der(DerTag.Sequence, ...contents);
}

/** A non-negative integer given by its bytes, most significant first. */
export function derInteger(magnitude: Uint8Array): Uint8Array {
  let from = 0;
  while (from < magnitude.length - 1 && magnitude[from] === 0) from++;
  const bytes = magnitude.subarray(from);
  // A set top bit would make it negative.
  return (bytes[0] ?? 0) >= 0x80 || bytes.length === 0
    ? der(DerTag.Integer, Uint8Array.of(0), bytes)
    : der(DerTag.Integer, bytes);
}

/** An object identifier in dotted form. */
export function derObjectId(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes: number[] = [];
  for (const arc of [first * 40 + second, ...rest]) {
    const groups = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) groups.unshift(0x80 + (left % 128));
    bytes.push(...groups);
  }
  return der(DerTag.ObjectId, Uint8Array.from(bytes));
}

/** Whole bytes as a bit string. */
export function derBitString(bytes: Uint8Array, unusedBits = 0): Uint8Array {
  return der(DerTag.BitString, Uint8Array.of(unusedBits), bytes);
}

/** Seconds precision; UTCTime until 2049 as RFC 5280 (4.1.2.5) asks. */
export function derTime(epochMs: number): Uint8Array {
  const digits = new Date(epochMs)
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(/[-:T]/g, "");
  return Number(digits.slice(0, 4)) < 2050
    ? der(DerTag.UtcTime, new TextEncoder().encode(digits.slice(2)))
    : der(DerTag.GeneralizedTime, new TextEncoder().encode(digits));
}

/** The first PEM block of that label, decoded; undefined without one. */
export function pemBlock(text: string, label: string): Uint8Array | undefined {
  const found = new RegExp(`-----BEGIN ${label}-----([\\sA-Za-z0-9+/=]*)-----END ${label}-----`).exec(text);
  return found === null ? undefined : Buffer.from(found[1]!, "base64");
}

export function pemText(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

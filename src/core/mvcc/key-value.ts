/**
 * `mvccpb.KeyValue` on the byte level. The bytes are made once per put and are what the disk, range responses, watch events and
 * HashKV hold, so they must equal what Go's protobuf writes: fields ascending, zero fields left out.
 *
 *   0a len key | 10 create_revision | 18 mod_revision | 20 version | 2a len value | 30 lease (int64 as 64-bit varint)
 */
import { latin1 } from "../../base/bytes.ts";
import { putBig, putBytes, putInt64, putUint32, sizeOfBig, sizeOfDelimited, sizeOfInt64 } from "../../proto/writer.ts";
import type { ByteSlab } from "./byte-slab.ts";

/** Length of what {@link encodeKeyValue} makes. */
export function keyValueSize(
  keyBytes: number,
  createRevision: number,
  modRevision: number,
  version: number,
  valueBytes: number,
  lease: bigint,
): number {
  let size = keyBytes === 0 ? 0 : 1 + sizeOfDelimited(keyBytes);
  if (createRevision !== 0) size += 1 + sizeOfInt64(createRevision);
  if (modRevision !== 0) size += 1 + sizeOfInt64(modRevision);
  if (version !== 0) size += 1 + sizeOfInt64(version);
  if (valueBytes !== 0) size += 1 + sizeOfDelimited(valueBytes);
  if (lease !== 0n) size += 1 + sizeOfBig(lease);
  return size;
}

/** Fields 2 to 4, ending before `at`. */
function putRevisions(
  out: Uint8Array,
  at: number,
  createRevision: number,
  modRevision: number,
  version: number,
): number {
  if (version !== 0) {
    at = putInt64(out, at, version);
    out[--at] = 0x20;
  }
  if (modRevision !== 0) {
    at = putInt64(out, at, modRevision);
    out[--at] = 0x18;
  }
  if (createRevision !== 0) {
    at = putInt64(out, at, createRevision);
    out[--at] = 0x10;
  }
  return at;
}

/** A KeyValue without value and lease, its key a latin1 string, ending before `at`. Returns where it starts. */
export function putKeyOnly(
  out: Uint8Array,
  at: number,
  key: string,
  createRevision: number,
  modRevision: number,
  version: number,
): number {
  at = putRevisions(out, at, createRevision, modRevision, version);
  const { length } = key;
  if (length === 0) return at;
  at -= length;
  for (let i = 0; i < length; i++) out[at + i] = key.charCodeAt(i);
  at = putUint32(out, at, length);
  out[--at] = 0x0a;
  return at;
}

/** The bytes of a KeyValue, cut from the slab if there is one. */
export function encodeKeyValue(
  slab: ByteSlab | undefined,
  key: Uint8Array,
  createRevision: number,
  modRevision: number,
  version: number,
  value: Uint8Array,
  lease: bigint,
): Uint8Array {
  const keyBytes = key.length;
  const valueBytes = value.length;
  const size = keyValueSize(keyBytes, createRevision, modRevision, version, valueBytes, lease);
  const out = slab === undefined ? new Uint8Array(size) : slab.take(size);
  let at = size;
  if (lease !== 0n) {
    at = putBig(out, at, lease);
    out[--at] = 0x30;
  }
  if (valueBytes !== 0) {
    at = putBytes(out, at, value);
    out[--at] = 0x2a;
  }
  at = putRevisions(out, at, createRevision, modRevision, version);
  if (keyBytes !== 0) {
    at = putBytes(out, at, key);
    out[--at] = 0x0a;
  }
  return out;
}

/**
 * Bytes of a deletion: {key, mod_revision} as a watch event carries it. The first `storedBytes` of it, {key}, are the stored tombstone.
 */
export function encodeTombstone(
  slab: ByteSlab,
  key: string,
  modRevision: number,
): { event: Uint8Array; storedBytes: number } {
  const n = key.length;
  const storedBytes = n === 0 ? 0 : 1 + sizeOfDelimited(n);
  const size = storedBytes + 1 + sizeOfInt64(modRevision);
  const event = slab.take(size);
  let at = putInt64(event, size, modRevision);
  event[--at] = 0x18;
  if (n !== 0) {
    for (let i = n; i > 0; ) event[--at] = key.charCodeAt(--i);
    at = putUint32(event, at, n);
    event[--at] = 0x0a;
  }
  return { event, storedBytes };
}

/**
 * Reads stored bytes without making objects: parse, then look at the fields. One instance is reused for many entries.
 * Unknown fields are skipped, as protobuf demands.
 */
export class KeyValueReader {
  bytes: Uint8Array = new Uint8Array(0);
  keyStart = 0;
  keyEnd = 0;
  valueStart = 0;
  valueEnd = 0;
  createRevision = 0;
  modRevision = 0;
  version = 0;
  #leaseAt = -1;
  #at = 0;

  /** False when the bytes are not a KeyValue; the fields then mean nothing. */
  parse(bytes: Uint8Array): boolean {
    this.bytes = bytes;
    this.keyStart = 0;
    this.keyEnd = 0;
    this.valueStart = 0;
    this.valueEnd = 0;
    this.createRevision = 0;
    this.modRevision = 0;
    this.version = 0;
    this.#leaseAt = -1;
    this.#at = 0;
    const end = bytes.length;
    while (this.#at < end) {
      const tag = this.#varint();
      switch (tag) {
        case 0x0a: {
          const size = this.#varint();
          this.keyStart = this.#at;
          this.keyEnd = this.#at += size;
          break;
        }
        case 0x10:
          this.createRevision = this.#varint();
          break;
        case 0x18:
          this.modRevision = this.#varint();
          break;
        case 0x20:
          this.version = this.#varint();
          break;
        case 0x2a: {
          const size = this.#varint();
          this.valueStart = this.#at;
          this.valueEnd = this.#at += size;
          break;
        }
        case 0x30:
          this.#leaseAt = this.#at;
          this.#varint();
          break;
        default:
          if (tag < 8 || !this.#skip(tag & 7)) return false;
      }
    }
    return this.#at === end;
  }

  /** Unsafe integers (negative int64 among them) come out as large doubles; callers that care check. */
  #varint(): number {
    const bytes = this.bytes;
    let byte = bytes[this.#at++]!;
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let scale = 128;
    for (let i = 1; i < 10; i++) {
      byte = bytes[this.#at++]!;
      if (byte < 0x80) return value + byte * scale;
      value += (byte & 0x7f) * scale;
      scale *= 128;
    }
    // An endless or cut varint: step behind the end so that the loop ends and the length test fails.
    this.#at = Number.POSITIVE_INFINITY;
    return 0;
  }

  #skip(wireType: number): boolean {
    switch (wireType) {
      case 0:
        this.#varint();
        return true;
      case 1:
        this.#at += 8;
        return true;
      case 2:
        this.#at += this.#varint();
        return true;
      case 5:
        this.#at += 4;
        return true;
      default:
        return false;
    }
  }

  get key(): string {
    return latin1(this.bytes.subarray(this.keyStart, this.keyEnd));
  }

  /** A view of the parsed bytes. */
  get keyBytes(): Uint8Array {
    return this.bytes.subarray(this.keyStart, this.keyEnd);
  }

  /** A view of the parsed bytes. */
  get value(): Uint8Array {
    return this.bytes.subarray(this.valueStart, this.valueEnd);
  }

  get lease(): bigint {
    if (this.#leaseAt < 0) return 0n;
    let value = 0n;
    let shift = 0n;
    for (let at = this.#leaseAt; at < this.bytes.length; at++) {
      const byte = this.bytes[at]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) break;
      shift += 7n;
    }
    return BigInt.asIntN(64, value);
  }

  get hasLease(): boolean {
    return this.#leaseAt >= 0;
  }
}

/** Keys that commits changed while a defragmentation copied, packed: 20 bytes for a key of 17. */
import type { WriteBuffer } from "./write-buffer.ts";

interface PackedKeys {
  bytes: Uint8Array;
  length: number;
}

/** Length prefix of a key. */
const PREFIX_BYTES = 3;

export class KeyLog {
  readonly #buckets: Map<string, PackedKeys>;
  /** Keys in it, repeated ones too. */
  count: number;

  constructor() {
    this.#buckets = new Map();
    this.count = 0;
  }

  add(buffer: WriteBuffer): void {
    for (const [name, bucket] of buffer.buckets) {
      let packed = this.#buckets.get(name);
      if (packed === undefined) {
        packed = { bytes: new Uint8Array(4096), length: 0 };
        this.#buckets.set(name, packed);
      }
      for (const key of bucket.keys) append(packed, key);
      this.count += bucket.keys.length;
    }
  }

  /** Names and keys in the order they came; the keys are views. */
  *entries(): Generator<{ readonly bucket: string; readonly key: Uint8Array }, void, void> {
    for (const [bucket, { bytes, length }] of this.#buckets) {
      for (let at = 0; at < length; ) {
        const size = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
        at += PREFIX_BYTES;
        yield { bucket, key: bytes.subarray(at, at + size) };
        at += size;
      }
    }
  }
}

function append(packed: PackedKeys, key: Uint8Array): void {
  const needed = packed.length + PREFIX_BYTES + key.length;
  if (needed > packed.bytes.length) {
    const larger = new Uint8Array(Math.max(needed, packed.bytes.length * 2));
    larger.set(packed.bytes);
    packed.bytes = larger;
  }
  packed.bytes[packed.length] = key.length & 0xff;
  packed.bytes[packed.length + 1] = (key.length >>> 8) & 0xff;
  packed.bytes[packed.length + 2] = key.length >>> 16;
  packed.bytes.set(key, packed.length + PREFIX_BYTES);
  packed.length = needed;
}

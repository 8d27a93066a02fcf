/**
 * Writes that are not in the file yet: per bucket the changed keys in order, null = deleted. Reads go to the newest buffer first.
 *
 * Sorted arrays: the `key` bucket is appended to (one comparison), compaction deletes in ascending order (a remembered position), the rest
 * is small. A buffer holds at most what gathers during one commit.
 */
import { assert } from "../../base/assert.ts";
import { compareBytes } from "../../base/bytes.ts";
import type { TreeOps } from "./tree-ops.ts";
import { lowerBoundOf } from "./tree-read.ts";

export class BucketBuffer implements TreeOps {
  readonly keys: Uint8Array[];
  readonly values: (Uint8Array | null)[];
  /** Grows with each new key: positions from before are stale then. */
  version: number;
  /** Where the last key went that was not appended. */
  #hint: number;

  constructor() {
    this.keys = [];
    this.values = [];
    this.version = 0;
    this.#hint = 0;
  }

  /** Returns the bytes by which the buffer grew. */
  set(key: Uint8Array, value: Uint8Array | null): number {
    const { keys, values } = this;
    const size = value === null ? 0 : value.length;
    const last = keys.length - 1;
    if (last < 0 || compareBytes(keys[last]!, key) < 0) {
      keys.push(key);
      values.push(value);
      this.version++;
      return key.length + size;
    }
    const at = this.#find(key);
    if (compareBytes(keys[at]!, key) === 0) {
      const before = values[at]!;
      values[at] = value;
      this.#hint = at;
      return size - (before === null ? 0 : before.length);
    }
    keys.splice(at, 0, key);
    values.splice(at, 0, value);
    this.#hint = at + 1;
    this.version++;
    return key.length + size;
  }

  /** First index with a key >= `key`. */
  #find(key: Uint8Array): number {
    const { keys } = this;
    const hint = this.#hint;
    if (hint > 0 && hint < keys.length && compareBytes(keys[hint - 1]!, key) < 0 && compareBytes(keys[hint]!, key) >= 0)
      return hint;
    return lowerBoundOf(keys, key, 0, keys.length);
  }

  /** undefined: not here; null: deleted. */
  get(key: Uint8Array): Uint8Array | null | undefined {
    const { keys } = this;
    const last = keys.length - 1;
    if (last < 0) return undefined;
    if (compareBytes(keys[last]!, key) < 0) return undefined;
    const at = lowerBoundOf(keys, key, 0, last);
    return compareBytes(keys[at]!, key) === 0 ? this.values[at]! : undefined;
  }

  lowerBound(key: Uint8Array): number {
    return lowerBoundOf(this.keys, key, 0, this.keys.length);
  }
}

export class WriteBuffer {
  readonly buckets: Map<string, BucketBuffer>;
  /** Writes since the last commit took the buffer (etcd's pending: repeated keys count again). */
  writes: number;
  /** Bytes of keys and values. */
  bytes: number;

  constructor() {
    this.buckets = new Map();
    this.writes = 0;
    this.bytes = 0;
  }

  get isEmpty(): boolean {
    return this.writes === 0;
  }

  bucket(name: string): BucketBuffer | undefined {
    return this.buckets.get(name);
  }

  set(name: string, key: Uint8Array, value: Uint8Array | null): void {
    let bucket = this.buckets.get(name);
    if (bucket === undefined) {
      bucket = new BucketBuffer();
      this.buckets.set(name, bucket);
    }
    this.bytes += bucket.set(key, value);
    this.writes++;
  }

  /** Puts an older buffer, whose commit was undone, below this one. */
  mergeUnder(older: WriteBuffer): void {
    for (const [name, below] of older.buckets) {
      const above = this.buckets.get(name);
      if (above === undefined) {
        this.buckets.set(name, below);
        continue;
      }
      this.buckets.set(name, merged(below, above));
    }
    this.writes += older.writes;
    this.bytes += older.bytes;
  }
}

function merged(below: BucketBuffer, above: BucketBuffer): BucketBuffer {
  const out = new BucketBuffer();
  let a = 0;
  let b = 0;
  while (a < above.keys.length || b < below.keys.length) {
    const order =
      a === above.keys.length ? 1 : b === below.keys.length ? -1 : compareBytes(above.keys[a]!, below.keys[b]!);
    if (order <= 0) {
      out.set(above.keys[a]!, above.values[a]!);
      a++;
      if (order === 0) b++;
    } else {
      out.set(below.keys[b]!, below.values[b]!);
      b++;
    }
  }
  assert(out.keys.length >= above.keys.length, "merging loses no key");
  out.version = above.version + 1;
  return out;
}

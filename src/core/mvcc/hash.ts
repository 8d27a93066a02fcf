/**
 * Hashes of the key space that members compare (etcd server/storage/mvcc/hash.go): CRC32C over the bucket name and the raw backend keys
 * and values up to a revision, in order. Left out: revisions at or below the last compaction that a compaction at the hashed revision
 * would not keep (unless it would keep nothing at all), and a tombstone exactly at the last compaction. So members agree however far
 * their deletion of compacted entries has come.
 */
import { assert } from "../../base/assert.ts";
import { utf8 } from "../../base/bytes.ts";
import { type BackendReader, Bucket } from "./backend.ts";
import { CountCursor, FROM_KEY } from "./key-index.ts";
import { KeyValueReader } from "./key-value.ts";
import { isTombstoneKey, mainOf, revisionKey, subOf } from "./revision-key.ts";
import type { Store } from "./store.ts";

/** CRC32C of bytes, continued from a seed (0 at the start). */
export type Crc32c = (bytes: Uint8Array, seed: number) => number;

export interface KeyValueHash {
  readonly hash: number;
  /** Last compaction before the hash was made; -1 when there was none. */
  readonly compactRevision: number;
  readonly revision: number;
}

const GATHER_BYTES = 64 * 1024;

/** Hashes entries in order. Short entries are gathered, because a call into a native CRC costs more than the CRC of a short entry. */
export class KeyValueHasher {
  readonly #crc32c: Crc32c;
  readonly #gathered: Uint8Array = new Uint8Array(GATHER_BYTES);
  #gatheredBytes = 0;
  #hash: number;

  constructor(crc32c: Crc32c) {
    this.#crc32c = crc32c;
    this.#hash = crc32c(utf8("key"), 0);
  }

  add(bytes: Uint8Array): void {
    if (this.#gatheredBytes + bytes.length > GATHER_BYTES) this.#flush();
    if (bytes.length > GATHER_BYTES) {
      this.#hash = this.#crc32c(bytes, this.#hash);
      return;
    }
    this.#gathered.set(bytes, this.#gatheredBytes);
    this.#gatheredBytes += bytes.length;
  }

  #flush(): void {
    if (this.#gatheredBytes === 0) return;
    this.#hash = this.#crc32c(this.#gathered.subarray(0, this.#gatheredBytes), this.#hash);
    this.#gatheredBytes = 0;
  }

  sum(): number {
    this.#flush();
    return this.#hash >>> 0;
  }
}

export interface HashTarget {
  readonly revision: number;
  readonly compactRevision: number;
  /** Revision of the store when the hash began; what a HashKV response carries in its header. */
  readonly currentRevision: number;
}

const STEP_BYTES_MAX = 1024 * 1024;

/**
 * One HashKV. From construction to {@link close} it holds back every later compaction: one at or below its revision would take entries away that
 * are hashed behind the last compaction, before the reader is pinned.
 *
 *     const job = store.startHash(0);
 *     const reader = await backend.pin();
 *     while (!job.step(reader, 2000)) await yieldTurn();
 *     reader.release(); job.close(); job.result
 */
export class HashJob {
  readonly target: HashTarget;
  readonly #store: Store;
  readonly #hasher: KeyValueHasher;
  readonly #kv: KeyValueReader = new KeyValueReader();
  readonly #end: Uint8Array;
  #liveCount: CountCursor | undefined;
  #keepsAny: boolean;
  #next: Uint8Array;
  #done: boolean;
  #closed: boolean;

  /** Use {@link Store.startHash}. */
  constructor(store: Store, crc32c: Crc32c, target: HashTarget) {
    this.#store = store;
    this.target = target;
    this.#hasher = new KeyValueHasher(crc32c);
    this.#end = revisionKey(target.revision + 1, 0).subarray(0, 8);
    this.#liveCount = target.compactRevision > 0 ? new CountCursor("", FROM_KEY, target.revision) : undefined;
    this.#keepsAny = false;
    this.#next = new Uint8Array(0);
    this.#done = false;
    this.#closed = false;
    store.hold(target.compactRevision);
  }

  /** Hashes up to `entriesMax` entries (or about 1 MiB); true when all are. */
  step(reader: BackendReader, entriesMax: number): boolean {
    assert(!this.#closed, "a closed hash does not go on");
    if (this.#done) return true;
    if (this.#liveCount !== undefined) {
      const any = this.#store.index.anyAt(this.#liveCount, entriesMax);
      if (any === undefined) return false;
      this.#keepsAny = any;
      this.#liveCount = undefined;
    }
    let entries = 0;
    let bytes = 0;
    let last: Uint8Array | undefined;
    const complete = reader.scan(Bucket.Key, this.#next, this.#end, (key, value) => {
      this.#add(key, value);
      last = key;
      bytes += value.length;
      return ++entries < entriesMax && bytes < STEP_BYTES_MAX;
    });
    if (complete) this.#done = true;
    else this.#next = keyAfter(last!);
    return this.#done;
  }

  #add(key: Uint8Array, value: Uint8Array): void {
    const { compactRevision, revision } = this.target;
    const main = mainOf(key);
    if (main <= compactRevision) {
      if (main === compactRevision && isTombstoneKey(key)) return;
      if (this.#keepsAny) {
        if (!this.#kv.parse(value)) return;
        const entry = this.#store.index.get(this.#kv.key);
        if (entry?.keepsAt(revision, main, subOf(key)) !== true) return;
      }
    }
    this.#hasher.add(key);
    this.#hasher.add(value);
  }

  /** The hash; only after a step returned true. */
  get result(): KeyValueHash {
    assert(this.#done, "the hash is complete");
    return {
      hash: this.#hasher.sum(),
      compactRevision: this.target.compactRevision,
      revision: this.target.revision,
    };
  }

  /** Lets compactions go on. Call it in every case, once or more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#store.release(this.target.compactRevision);
  }
}

/** The smallest key behind a key: a fresh array. */
export function keyAfter(key: Uint8Array): Uint8Array {
  const after = new Uint8Array(key.length + 1);
  after.set(key);
  return after;
}

const HASHES_MAX = 10;

/** The hashes of the last ten compactions, by revision. */
export class HashHistory {
  #hashes: KeyValueHash[] = [];

  add(hash: KeyValueHash): void {
    this.#hashes.push(hash);
    this.#hashes.sort((a, b) => a.revision - b.revision);
    if (this.#hashes.length > HASHES_MAX) this.#hashes = this.#hashes.slice(-HASHES_MAX);
  }

  /** The hash of a compaction at exactly this revision. */
  get(revision: number): KeyValueHash | undefined {
    return this.#hashes.find((hash) => hash.revision === revision);
  }

  /** All, oldest revision first. */
  list(): readonly KeyValueHash[] {
    return this.#hashes.slice();
  }
}

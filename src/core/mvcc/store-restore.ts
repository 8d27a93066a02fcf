/**
 * Builds a store from the entries of a backend (etcd server/storage/mvcc/kvstore.go `restore`). The boot pass, which walks every leaf
 * of the file anyway, feeds the entries of the `key` bucket in order; it yields between them as it likes.
 *
 *     const restore = new StoreRestore({ backend, leases, crc32c });
 *     backend.scan(Bucket.Key, ..., (key, kv) => restore.add(key, kv));     // in slices
 *     while (!restore.attachLeases(5_000)) await yieldTurn();
 *     const { store, resumed } = restore.finish();
 *
 * The revision after a restart is the greatest of: revisions seen, the finished and the scheduled compaction; the entries up to a
 * compaction may all be gone. A compaction that was scheduled and not finished is scheduled again (`resumed`).
 */
import { assert } from "../../base/assert.ts";
import type { CompactionJob } from "./compaction.ts";
import { readCompactionMarks } from "./compaction-marks.ts";
import { KeyEntry } from "./key-entry.ts";
import { KeyIndex } from "./key-index.ts";
import { KeyValueReader } from "./key-value.ts";
import { isRevisionKey, isTombstoneKey, mainOf, subOf } from "./revision-key.ts";
import { Store, type StoreParts } from "./store.ts";

/** A key whose lease is gone; logged, as etcd does. */
export interface OrphanedKey {
  readonly key: string;
  readonly lease: bigint;
}

export interface RestoredStore {
  readonly store: Store;
  /** The interrupted compaction, to be stepped on; its mark was written to the open batch of the backend. */
  readonly resumed: CompactionJob | undefined;
  readonly orphans: readonly OrphanedKey[];
}

export class StoreRestore {
  readonly #parts: StoreParts;
  readonly #index: KeyIndex = new KeyIndex(true);
  readonly #kv: KeyValueReader = new KeyValueReader();
  /** Leases by key as of the last entry of the key; attached at the end, when it is known which lived on. */
  readonly #leaseOf: Map<string, bigint> = new Map();
  readonly #orphans: OrphanedKey[] = [];
  #attaching: IterableIterator<[string, bigint]> | undefined;
  #attached: boolean;
  #lastMain: number;
  #lastSub: number;
  #entries: number;

  constructor(parts: StoreParts) {
    this.#parts = parts;
    this.#attaching = undefined;
    this.#attached = false;
    this.#lastMain = 1;
    this.#lastSub = -1;
    this.#entries = 0;
  }

  /** Entries taken so far. */
  get entries(): number {
    return this.#entries;
  }

  /** Takes the next entry; nothing of it is kept. False when it is damaged: no revision, no KeyValue or out of order. */
  add(revisionBytes: Uint8Array, kvBytes: Uint8Array): boolean {
    if (!isRevisionKey(revisionBytes)) return false;
    const main = mainOf(revisionBytes);
    if (main === 0) return true; // Below every revision: etcd does not look at it either.
    const sub = subOf(revisionBytes);
    if (main < this.#lastMain || (main === this.#lastMain && sub <= this.#lastSub)) return false;
    const kv = this.#kv;
    if (!kv.parse(kvBytes)) return false;
    if (!Number.isSafeInteger(kv.createRevision) || !Number.isSafeInteger(kv.version)) return false;
    this.#lastMain = main;
    this.#lastSub = sub;
    this.#entries++;
    const { key } = kv;
    const entry = this.#index.get(key);
    if (isTombstoneKey(revisionBytes)) {
      this.#leaseOf.delete(key);
      // A second tombstone in a row changes nothing, as in etcd.
      if (entry === undefined) this.#index.create(KeyEntry.ofTombstone(key, main, sub));
      else this.#index.tombstone(entry, main, sub);
      return true;
    }
    if (entry === undefined) {
      this.#index.create(new KeyEntry(key, main, sub, kv.createRevision, kv.version, kvBytes.length));
      if (kv.hasLease && kv.lease !== 0n) this.#leaseOf.set(key, kv.lease);
    } else {
      this.#index.put(entry, main, sub, kvBytes.length);
      if (kv.hasLease && kv.lease !== 0n) this.#leaseOf.set(key, kv.lease);
      else this.#leaseOf.delete(key);
    }
    return true;
  }

  /**
   * After the last entry: puts the index in order and attaches keys to their leases, about `keysMax` keys at a time; true when all is
   * done.
   */
  attachLeases(keysMax: number): boolean {
    if (!this.#index.loadSome(keysMax)) return false;
    this.#attaching ??= this.#leaseOf.entries();
    for (let i = 0; i < keysMax; i++) {
      const next = this.#attaching.next();
      if (next.done === true) {
        this.#attached = true;
        return true;
      }
      const [key, lease] = next.value;
      if (!this.#parts.leases.attach(lease, key)) this.#orphans.push({ key, lease });
    }
    return false;
  }

  /** The store; only after {@link attachLeases} returned true. The builder is spent then. */
  finish(): RestoredStore {
    assert(this.#attached, "leases are attached before a store is finished");
    const { scheduled = 0, finished } = readCompactionMarks(this.#parts.backend);
    const compactRevision = finished ?? -1;
    const revision = Math.max(this.#lastMain, compactRevision, scheduled);
    const store = new Store(this.#parts, { index: this.#index, revision, compactRevision });
    const resumed = scheduled > compactRevision && scheduled > 0 ? store.scheduleCompaction(scheduled) : undefined;
    return { store, resumed, orphans: this.#orphans };
  }
}

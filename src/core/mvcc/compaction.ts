/**
 * Deletion of what a compaction made unreadable, in steps (etcd server/storage/mvcc/kvstore_compaction.go): first the index, then the
 * backend in batches, at the end the mark of completion. Puts may run between any two steps: they only add revisions above the target.
 *
 * What stays is asked of the index, not gathered in a set: after its compaction it knows no other revisions at or below the target.
 */
import { assert } from "../../base/assert.ts";
import { Bucket } from "./backend.ts";
import { writeFinishedCompact } from "./compaction-marks.ts";
import { type Crc32c, type KeyValueHash, KeyValueHasher, keyAfter } from "./hash.ts";
import { KeyValueReader } from "./key-value.ts";
import { isTombstoneKey, mainOf, revisionKey, subOf } from "./revision-key.ts";
import type { Store } from "./store.ts";

/** What the driver does after a step. */
export const CompactionStep = {
  /** Not this job's turn (an older one runs, or an older revision is held): try again a little later. */
  Waiting: "waiting",
  /** Let the event loop turn once, then step again. */
  Again: "again",
  /** A batch was deleted: commit the backend and pause for the compaction sleep interval (10 ms), then step again. */
  Pause: "pause",
  Done: "done",
} as const;
export type CompactionStep = (typeof CompactionStep)[keyof typeof CompactionStep];

export interface CompactionPlan {
  readonly revision: number;
  /** The compaction before; -1 when this is the first. */
  readonly previous: number;
  /** The compaction before had deleted everything: only then the hash covers all revisions since. */
  readonly previousDone: boolean;
}

const INDEX_ENTRIES_PER_STEP = 8192;

export class CompactionJob {
  readonly revision: number;
  readonly #store: Store;
  readonly #plan: CompactionPlan;
  readonly #hasher: KeyValueHasher;
  readonly #kv: KeyValueReader = new KeyValueReader();
  readonly #kept = { kept: 0 };
  readonly #end: Uint8Array;
  #indexKey: string | undefined;
  #indexStarted: boolean;
  #next: Uint8Array;
  #deleted: number;
  #done: boolean;
  #hash: KeyValueHash | undefined;

  /** Use {@link Store.scheduleCompaction}. */
  constructor(store: Store, crc32c: Crc32c, plan: CompactionPlan) {
    this.#store = store;
    this.#plan = plan;
    this.revision = plan.revision;
    this.#hasher = new KeyValueHasher(crc32c);
    this.#end = revisionKey(plan.revision + 1, 0).subarray(0, 8);
    this.#indexKey = "";
    this.#indexStarted = false;
    this.#next = new Uint8Array(0);
    this.#deleted = 0;
    this.#done = false;
    this.#hash = undefined;
  }

  get isDone(): boolean {
    return this.#done;
  }

  /** Entries deleted from the backend so far. */
  get deletedEntries(): number {
    return this.#deleted;
  }

  /** The hash of the compacted state, for logs; undefined until done. */
  get hash(): KeyValueHash | undefined {
    return this.#hash;
  }

  /**
   * One slice of work, outside of any batch of the backend: it ends the batch it made. `batchLimit`: entries of the backend looked at
   * (etcd's compaction-batch-limit, 1000).
   */
  step(batchLimit: number): CompactionStep {
    if (this.#done) return CompactionStep.Done;
    if (this.#store.compaction !== this) return CompactionStep.Waiting;
    if (!this.#indexStarted) {
      if (this.#store.isHeldBelow(this.revision)) return CompactionStep.Waiting;
      this.#indexStarted = true;
    }
    if (this.#indexKey !== undefined) {
      this.#indexKey = this.#store.index.compactSome(this.#indexKey, this.revision, INDEX_ENTRIES_PER_STEP, this.#kept);
      return CompactionStep.Again;
    }
    return this.#deleteBatch(batchLimit);
  }

  #deleteBatch(batchLimit: number): CompactionStep {
    const { backend } = this.#store;
    const doomed: Uint8Array[] = [];
    let entries = 0;
    let last: Uint8Array | undefined;
    // A scan stopped at the limit is not known to be complete: the next one then finds nothing.
    const complete = backend.scan(Bucket.Key, this.#next, this.#end, (key, value) => {
      if (entries === batchLimit) return false;
      entries++;
      last = key;
      if (this.#visit(key, value)) doomed.push(key.slice());
      return true;
    });
    if (last !== undefined) this.#next = keyAfter(last);
    for (const key of doomed) backend.delete(Bucket.Key, key);
    this.#deleted += doomed.length;
    if (complete) {
      writeFinishedCompact(backend, this.revision);
      this.#done = true;
      this.#hash = { hash: this.#hasher.sum(), compactRevision: this.#plan.previous, revision: this.revision };
      this.#store.compactionDone(this, this.#plan.previousDone ? this.#hash : undefined);
    }
    backend.endBatch();
    return complete ? CompactionStep.Done : CompactionStep.Pause;
  }

  /** Hashes an entry; true when it is to be deleted. */
  #visit(key: Uint8Array, value: Uint8Array): boolean {
    const main = mainOf(key);
    assert(main <= this.revision, "compaction stays below its target");
    const parsed = this.#kv.parse(value);
    const entry = parsed ? this.#store.index.get(this.#kv.key) : undefined;
    const stays = entry?.retains(main, subOf(key)) === true;
    const { previous } = this.#plan;
    if (main <= previous) {
      if (!stays && this.#kept.kept > 0) return true;
      if (main === previous && isTombstoneKey(key)) return !stays;
    }
    this.#hasher.add(key);
    this.#hasher.add(value);
    return !stays;
  }
}

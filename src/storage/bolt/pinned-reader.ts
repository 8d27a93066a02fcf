/** A pinned transaction: reads that no later write changes, also long ones in slices. */
import { assert } from "../../base/assert.ts";
import type { PinnedReader } from "../../core/mvcc/backend.ts";
import type { Clock } from "../../io/clock.ts";
import type { BoltFile } from "./bolt-file.ts";
import type { TransactionState } from "./bucket-state.ts";
import { treeGet, treeScan, type Visit } from "./tree-read.ts";
import { walkEntries } from "./tree-walk.ts";

export class BoltPinnedReader implements PinnedReader {
  readonly file: BoltFile;
  readonly state: TransactionState;
  readonly #clock: Clock;
  readonly #onRelease: (() => void) | undefined;
  #released: boolean;

  constructor(file: BoltFile, clock: Clock, onRelease?: () => void) {
    this.file = file;
    this.state = file.pin();
    this.#clock = clock;
    this.#onRelease = onRelease;
    this.#released = false;
  }

  /** Number of the bbolt transaction. */
  get txid(): number {
    return this.state.meta.txid;
  }

  /** Bytes up to the high-water mark of the transaction: the size of its snapshot. */
  get sizeBytes(): number {
    return this.state.meta.pageCount * this.state.meta.pageSize;
  }

  /** Names in byte order, also of buckets that etcd does not know. */
  get bucketNames(): readonly string[] {
    return [...this.state.buckets.keys()];
  }

  /** Takes names of buckets that etcd does not know too. */
  get(bucket: string, key: Uint8Array): Uint8Array | undefined {
    assert(!this.#released, "a released reader is not read");
    const tree = this.state.buckets.get(bucket);
    return tree === undefined ? undefined : treeGet(this.file.pager, tree, key);
  }

  scan(bucket: string, from: Uint8Array, to: Uint8Array | undefined, visit: Visit): boolean {
    assert(!this.#released, "a released reader is not read");
    const tree = this.state.buckets.get(bucket);
    return tree === undefined ? true : treeScan(this.file.pager, tree, from, to, visit);
  }

  /**
   * As {@link scan} for ranges of any size: reads ahead off the main thread, holds the loop for at most about 2 ms at a time. Views are
   * good until the visitor returns. The reader must not be released before it resolves.
   */
  async scanSlices(bucket: string, from: Uint8Array, to: Uint8Array | undefined, visit: Visit): Promise<boolean> {
    assert(!this.#released, "a released reader is not read");
    const tree = this.state.buckets.get(bucket);
    if (tree === undefined) return true;
    return await walkEntries(this.file.pager, this.#clock, tree, visit, { from, to });
  }

  /** May be called more than once. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.file.unpin(this.state);
    this.#onRelease?.();
  }
}

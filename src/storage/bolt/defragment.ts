/**
 * Defragmentation without a pause (etcd's holds everything for its length): a pinned transaction is copied into a new file in batches with
 * full pages while commits to the old file go on and note the keys they change. Rounds copy those keys as they are by then, until few are
 * left; the last of them are copied while commits wait, then the new file replaces the old one.
 *
 * A crash at any moment leaves a whole database: the old file gets every commit until the switch, and the new one is durable before it.
 */
import { EMPTY_BYTES } from "../../base/bytes.ts";
import { parentOf } from "../../base/parent-path.ts";
import type { Clock } from "../../io/clock.ts";
import { yieldTurn } from "../../io/clock.ts";
import type { File, FileSystem } from "../../io/file-system.ts";
import { BoltFile } from "./bolt-file.ts";
import type { TransactionState } from "./bucket-state.ts";
import { BoltLockedError } from "./errors.ts";
import { KeyLog } from "./key-log.ts";
import { treeGet } from "./tree-read.ts";
import { TreeWalk } from "./tree-walk.ts";
import { BucketBuffer, type WriteBuffer } from "./write-buffer.ts";

/**
 * etcd's batches have 10000 keys. The objects of a batch live until it is written: with 10000 every scavenge meanwhile copied megabytes,
 * 10 to 40 ms each on a busy machine (test/bench/stalls.ts).
 */
const BATCH_KEYS = 2000;
const BATCH_BYTES = 1 << 20;
/** So few changed keys are copied while commits wait. */
const LAST_ROUND_KEYS = 2000;
const ROUNDS_MAX = 16;
const SLICE_MS = 1.5;

export interface DefragmentationOptions {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  /** Of the file to replace. */
  readonly path: string;
  readonly source: BoltFile;
  readonly sync: boolean;
}

/** Memory of a batch's entries, used again for the next one: memory of its own for each entry is what costs a garbage collector most. */
class EntrySlab {
  /** What the last {@link copy} wrote into. */
  bytes: Uint8Array;
  #at: number;

  constructor() {
    this.bytes = new Uint8Array(BATCH_BYTES);
    this.#at = 0;
  }

  /** Returns where in `bytes` the copy starts. */
  copy(from: Uint8Array, start: number, length: number): number {
    // Views of what was full stay as they are.
    if (this.#at + length > this.bytes.length) {
      this.bytes = new Uint8Array(Math.max(BATCH_BYTES, length));
      this.#at = 0;
    }
    const at = this.#at;
    this.bytes.set(from.subarray(start, start + length), at);
    this.#at += length;
    return at;
  }

  /** Nobody looks at what was copied any more. */
  reset(): void {
    this.#at = 0;
  }
}

/** The database is being closed. */
export class DefragmentationCancelledError extends Error {
  override readonly name = "DefragmentationCancelledError";
}

export class Defragmentation {
  readonly #options: DefragmentationOptions;
  readonly #source: BoltFile;
  #temporaryPath: string;
  #target: BoltFile | undefined;
  #changed: KeyLog;
  readonly #slab: EntrySlab;
  #cancelled: boolean;

  constructor(options: DefragmentationOptions) {
    this.#options = options;
    this.#source = options.source;
    this.#temporaryPath = "";
    this.#target = undefined;
    this.#changed = new KeyLog();
    this.#slab = new EntrySlab();
    this.#cancelled = false;
  }

  /** A commit to the old file was made durable. */
  note(buffer: WriteBuffer): void {
    this.#changed.add(buffer);
  }

  /** Makes {@link copy} and {@link finish} reject soon. */
  cancel(): void {
    this.#cancelled = true;
  }

  /** Copies all but the last few changes. */
  async copy(): Promise<void> {
    const state = this.#source.pin();
    try {
      this.#target = await this.#createTarget(state.meta.pageSize);
      for (const bucket of state.buckets.keys()) await this.#copyBucket(state, bucket);
    } finally {
      this.#source.unpin(state);
    }
    for (let round = 0; this.#changed.count > LAST_ROUND_KEYS && round < ROUNDS_MAX; round++) {
      const now = this.#source.pin();
      const changed = this.#changed;
      this.#changed = new KeyLog();
      try {
        await this.#copyKeys(changed, now);
      } finally {
        this.#source.unpin(now);
      }
    }
  }

  /** Copies the rest; no commit may run until the file was published. Returns the durable new file, not in place yet. */
  async finish(): Promise<BoltFile> {
    const target = this.#target!;
    await this.#copyKeys(this.#changed, this.#source.state);
    // The transactions before the last one are parts of the copy: no meta page may name one.
    await target.commit(new Map(), { twin: true });
    if (this.#options.sync) await target.file.datasync();
    target.sync = this.#options.sync;
    return target;
  }

  /** Puts the new file in place of the old one. */
  async publish(): Promise<void> {
    const { fileSystem, path } = this.#options;
    await fileSystem.rename(this.#temporaryPath, path);
    if (this.#options.sync) await fileSystem.syncDirectory(parentOf(path));
  }

  /** Removes the new file after a failure. */
  async abandon(): Promise<void> {
    const target = this.#target;
    this.#target = undefined;
    if (target !== undefined) await target.close();
    if (this.#temporaryPath !== "") await this.#options.fileSystem.remove(this.#temporaryPath);
  }

  async #createTarget(pageSize: number): Promise<BoltFile> {
    const { fileSystem, clock, path } = this.#options;
    this.#temporaryPath = `${path}.tmp.${Math.floor(clock.wallNow())}`;
    const file: File = await fileSystem.open(this.#temporaryPath, "truncate");
    try {
      // Before it has the name: at no moment another process can take it.
      if (!(await file.lock())) throw new BoltLockedError(this.#temporaryPath);
      await BoltFile.create(file, pageSize, false);
      return await BoltFile.open(file, { clock, cache: this.#source.pager.cache, unsafeNoFsync: true });
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async #copyBucket(state: TransactionState, name: string): Promise<void> {
    const tree = state.buckets.get(name)!;
    const slab = this.#slab;
    let batch = new BucketBuffer();
    let bytes = 0;
    const flush = async (): Promise<void> => {
      const full = batch;
      batch = new BucketBuffer();
      bytes = 0;
      await this.#write(name, full);
      // Its entries are in the pages of the new file by now. Emptied, because V8 takes the lists for long-lived ones: once they are in the
      // old generation, what they hold stays until the next full collection, 200 MB for a million keys.
      full.keys.fill(EMPTY_BYTES);
      full.values.fill(null);
      slab.reset();
    };
    const walk = new TreeWalk(this.#source.pager, this.#options.clock, {
      leaf(page, from, to) {
        for (let i = from; i < to; i++) {
          // Key and value lie side by side.
          const start = page.keyStart(i);
          const length = page.dataSize(i);
          const at = slab.copy(page.bytes, start, length);
          const keyEnd = at + page.keyLength(i);
          batch.keys.push(slab.bytes.subarray(at, keyEnd));
          batch.values.push(slab.bytes.subarray(keyEnd, at + length));
          bytes += length;
        }
      },
      pause: () => (batch.keys.length >= BATCH_KEYS || bytes >= BATCH_BYTES ? flush() : undefined),
    });
    await walk.run(tree);
    // Empty buckets are copied too.
    await flush();
  }

  async #copyKeys(changed: KeyLog, state: TransactionState): Promise<void> {
    let batch = new Map<string, BucketBuffer>();
    let count = 0;
    let bytes = 0;
    let sliceEnd = this.#options.clock.now() + SLICE_MS;
    for (const { bucket, key } of changed.entries()) {
      const tree = state.buckets.get(bucket);
      const value = tree === undefined ? undefined : treeGet(this.#source.pager, tree, key);
      let ops = batch.get(bucket);
      if (ops === undefined) {
        ops = new BucketBuffer();
        batch.set(bucket, ops);
      }
      bytes += ops.set(key.slice(), value === undefined ? null : value.slice());
      if (++count >= BATCH_KEYS || bytes >= BATCH_BYTES) {
        await this.#writeAll(batch);
        batch = new Map();
        count = 0;
        bytes = 0;
      }
      if (this.#options.clock.now() < sliceEnd) continue;
      await yieldTurn(this.#options.clock);
      sliceEnd = this.#options.clock.now() + SLICE_MS;
    }
    await this.#writeAll(batch);
  }

  async #write(name: string, ops: BucketBuffer): Promise<void> {
    await this.#writeAll(new Map([[name, ops]]));
  }

  async #writeAll(batch: Map<string, BucketBuffer>): Promise<void> {
    if (this.#cancelled) throw new DefragmentationCancelledError("defragmentation was cancelled");
    await this.#target!.commit(batch);
  }
}

/**
 * One bbolt file: opening and checking it, its buckets as of each transaction, committing changes, pinning transactions.
 *
 * Invariants:
 * - Pages of the transactions that the two meta pages name, and of pinned ones, are never written: a commit takes free pages only. So
 *   damage to the newer meta page costs one transaction and never the tree. (bbolt reuses what only the older one needs.)
 * - Order on disk: file length, pages, datasync, meta page, datasync. A crash in between leaves the transaction before.
 * - A file that another program left, or a copy, may have overwritten parts of the older tree: both meta pages are made to name the newest one
 *   before the first commit.
 * - One commit at a time. A commit that fails before its meta page is written for want of space is undone without a trace.
 *
 * Source: bbolt 1.5 db.go, tx.go, bucket.go; etcd opens it with NoFreelistSync, as does this.
 */
import { assert } from "../../base/assert.ts";
import { utf8 } from "../../base/bytes.ts";
import { BUCKET_ELEMENT_FLAG, isPageSize, PAGE_HEADER_BYTES, PageFlag } from "../../codec/bolt/layout.ts";
import { encodeMeta } from "../../codec/bolt/meta.ts";
import { overflowOf, writePageHeader } from "../../codec/bolt/node-page.ts";
import { type Clock, yieldTurn } from "../../io/clock.ts";
import type { File } from "../../io/file-system.ts";
import { type EntryVisitor, type FoundMeta, readMeta, walkFile } from "./bolt-open.ts";
import {
  type BucketState,
  bucketValue,
  compareNames,
  EMPTY_BUCKET,
  inByteOrder,
  inlinePage,
  type TransactionState,
} from "./bucket-state.ts";
import { BackendOutOfSpaceError } from "./errors.ts";
import type { FreePages } from "./free-pages.ts";
import { PageCache } from "./page-cache.ts";
import { isOutOfSpace, Pager } from "./pager.ts";
import { type MergeStep, TreeMerge } from "./tree-merge.ts";
import type { TreeOps } from "./tree-ops.ts";
import { WriteTransaction } from "./write-transaction.ts";

/** Changes of one commit by bucket name. */
export type BucketChanges = ReadonlyMap<string, TreeOps>;

export interface CommitTimes {
  /** Milliseconds of merging trees, waits for other work included. */
  readonly buildMs: number;
  /** Milliseconds of writing and syncing. */
  readonly writeMs: number;
}

export interface BoltFileOptions {
  readonly clock: Clock;
  /** Bytes of memory for pages, or a cache to share. */
  readonly cache: number | PageCache;
  /** Gives up durability: no sync at all. */
  readonly unsafeNoFsync?: boolean;
}

/** A commit writes while it builds when this much waits. */
const FLUSH_BYTES = 2 << 20;
const GROW_BYTES_MIN = 65536;
const GROW_BYTES_MAX = 16 << 20;
/** etcd's `key` bucket is appended to: full pages (batch_tx.go UnsafeSeqPut). */
const APPENDED_BUCKET = "key";
const APPENDED_FILL = 0.9;
const FILL = 0.5;

export class BoltFile {
  readonly file: File;
  readonly pager: Pager;
  readonly #clock: Clock;
  readonly #free: FreePages;
  #state: TransactionState;
  #fileBytes: number;
  /** No sync while a copy is made that nobody relies on yet. */
  sync: boolean;
  #committing: boolean;
  /** Both meta pages name the newest tree. */
  #isTwin: boolean;
  /** The tree of the older meta page may be gone in part. */
  #olderIsUnsure: boolean;
  /** What was wrong with a meta page when the file was opened. */
  readonly damagedMeta: FoundMeta["damage"];

  private constructor(init: {
    file: File;
    pager: Pager;
    clock: Clock;
    free: FreePages;
    state: TransactionState;
    fileBytes: number;
    sync: boolean;
    found: FoundMeta;
  }) {
    this.file = init.file;
    this.pager = init.pager;
    this.#clock = init.clock;
    this.#free = init.free;
    this.#state = init.state;
    this.#fileBytes = init.fileBytes;
    this.sync = init.sync;
    this.#committing = false;
    this.#isTwin = init.found.isTwin;
    this.#olderIsUnsure = !init.found.isTwin;
    this.damagedMeta = init.found.damage;
  }

  /** Writes an empty database into an empty file. Durable when it resolves (but for the name in the folder). */
  static async create(file: File, pageSize: number, sync = true): Promise<void> {
    assert(isPageSize(pageSize), "a page size that bbolt knows");
    const buffer = new ArrayBuffer(pageSize * 3);
    const bytes = new Uint8Array(buffer);
    writePageHeader(new Uint32Array(buffer), pageSize * 2, 2, PageFlag.Leaf, 0, 0);
    const meta = { pageSize, root: 2, sequence: 0, freelist: undefined, pageCount: 3 };
    encodeMeta({ ...meta, txid: 0 }, bytes);
    encodeMeta({ ...meta, txid: 1 }, bytes.subarray(pageSize));
    // The tree before the meta pages: a crash leaves either no meta page or a whole database.
    await file.writev([bytes.subarray(pageSize * 2)], pageSize * 2);
    if (sync) await file.datasync();
    await file.writev([bytes.subarray(0, pageSize * 2)], 0);
    if (sync) await file.datasync();
  }

  /**
   * Reads a database: chooses the meta page, walks every page (which rebuilds the free pages and shows each entry to the visitor).
   * Rejects with {@link BoltDamagedError}, {@link BoltUnsupportedError} or FileError.
   */
  static async open(file: File, options: BoltFileOptions, visit?: EntryVisitor): Promise<BoltFile> {
    const fileBytes = await file.size();
    const found = await readMeta(file, fileBytes);
    const { meta } = found;
    const cache =
      typeof options.cache === "number"
        ? new PageCache({ clock: options.clock, cacheBytes: options.cache, pageSize: meta.pageSize })
        : options.cache;
    assert(cache.pageSize === meta.pageSize, "files that share a cache have one page size");
    const pager = new Pager(file, cache, meta.pageCount);
    const { free, buckets } = await walkFile(pager, options.clock, meta, visit);
    return new BoltFile({
      file,
      pager,
      clock: options.clock,
      free,
      state: { meta, buckets },
      fileBytes,
      sync: options.unsafeNoFsync !== true,
      found,
    });
  }

  /** The newest durable transaction. */
  get state(): TransactionState {
    return this.#state;
  }

  /** Bytes up to the high-water mark (etcd's dbSize). */
  get sizeBytes(): number {
    return this.#state.meta.pageCount * this.pager.pageSize;
  }

  /** Bytes of pages that the newest transaction or a pinned one holds (etcd's dbSizeInUse). */
  get sizeInUseBytes(): number {
    const { pageCount, txid } = this.#state.meta;
    const unused = this.#free.freeCount + this.#free.spareCount(txid);
    return (pageCount - Math.min(pageCount, unused)) * this.pager.pageSize;
  }

  /** Both meta pages name the newest transaction's tree: damage to one of them costs nothing. */
  get isTwin(): boolean {
    return this.#isTwin;
  }

  get readerCount(): number {
    return this.#free.readerCount;
  }

  /** The free pages; for the checker. */
  get freePages(): FreePages {
    return this.#free;
  }

  /** Keeps the pages of the newest transaction until {@link unpin}. */
  pin(): TransactionState {
    this.#free.addReader(this.#state.meta.txid);
    return this.#state;
  }

  unpin(state: TransactionState): void {
    this.#free.removeReader(state.meta.txid);
    if (!this.#committing) this.#release();
  }

  #release(): void {
    const { txid } = this.#state.meta;
    this.#free.release(this.#isTwin ? txid : txid - 1, (first, count) => {
      for (let id = first; id < first + count; id++) this.pager.forget(id);
    });
  }

  /**
   * Merges the changes into the file and makes them durable. Rejects with {@link BackendOutOfSpaceError} when nothing has changed for want
   * of space; any other rejection leaves the file in a state that must not be written to again. With `twin` both meta pages name the outcome.
   */
  async commit(changes: BucketChanges, options: { readonly twin?: boolean } = {}): Promise<CommitTimes> {
    assert(!this.#committing, "one commit at a time");
    this.#committing = true;
    const startMs = this.#clock.now();
    let buildMs = 0;
    try {
      if (this.#olderIsUnsure && changes.size > 0) await this.#publishTwin();
      const transaction = new WriteTransaction(this.pager, this.#free, this.#clock);
      try {
        const next = await this.#build(transaction, changes);
        buildMs = this.#clock.now() - startMs;
        if (next !== undefined) {
          await this.#grow(next.meta.pageCount);
          await transaction.writer.flush();
          await this.#publish(transaction, next);
        }
      } catch (error) {
        if (!isOutOfSpace(error) || transaction.isSyncing) throw error;
        transaction.undo();
        throw new BackendOutOfSpaceError(this.file.path, error);
      }
      if (options.twin === true && !this.#isTwin) await this.#publishTwin();
    } finally {
      this.#committing = false;
      this.pager.cache.trim();
    }
    return { buildMs, writeMs: this.#clock.now() - startMs - buildMs };
  }

  async #publish(transaction: WriteTransaction, next: TransactionState): Promise<void> {
    transaction.isSyncing = true;
    if (this.sync) await this.file.datasync();
    await this.#writeMeta(next.meta);
    const oldFreelist = this.#state.meta.freelist;
    if (oldFreelist !== undefined) transaction.freed.push(oldFreelist, await this.#freelistPages(oldFreelist));
    this.#state = next;
    this.#isTwin = false;
    this.#free.addPending(next.meta.txid, transaction.freed);
    this.#release();
  }

  /** The next transaction, which changes nothing. */
  async #publishTwin(): Promise<void> {
    const meta = { ...this.#state.meta, txid: this.#state.meta.txid + 1 };
    await this.#writeMeta(meta);
    this.#state = { ...this.#state, meta };
    this.#isTwin = true;
    this.#olderIsUnsure = false;
    this.#release();
  }

  async #writeMeta(meta: TransactionState["meta"]): Promise<void> {
    const page = new Uint8Array(this.pager.pageSize);
    encodeMeta(meta, page);
    const position = (meta.txid % 2) * this.pager.pageSize;
    if (this.sync) await this.file.writevDurable([page], position);
    else await this.file.writev([page], position);
  }

  /** Pages of the persisted freelist that another program left. */
  async #freelistPages(id: number): Promise<number> {
    const head = new Uint32Array(PAGE_HEADER_BYTES / 4);
    await this.file.read(new Uint8Array(head.buffer), id * this.pager.pageSize);
    return overflowOf(head, 0) + 1;
  }

  /** The file is as long as its pages before a meta page says so (Go maps it). In steps: lengths cost a journal entry each. */
  async #grow(pageCount: number): Promise<void> {
    const bytes = pageCount * this.pager.pageSize;
    if (bytes <= this.#fileBytes) return;
    const step = Math.max(GROW_BYTES_MIN, Math.min(GROW_BYTES_MAX, Math.floor(bytes / 4)));
    const length = Math.ceil((bytes + step) / this.pager.pageSize) * this.pager.pageSize;
    await this.file.truncate(length);
    this.#fileBytes = length;
  }

  async #build(transaction: WriteTransaction, changes: BucketChanges): Promise<TransactionState | undefined> {
    const steps = this.#merge(transaction, changes);
    let writing: Promise<void> | undefined;
    try {
      for (;;) {
        transaction.startSlice();
        const step = steps.next();
        if (step.done === true) {
          await writing;
          return step.value;
        }
        if (step.value !== undefined) await this.pager.prefetch(step.value);
        else await yieldTurn(this.#clock);
        if (transaction.writer.waitingBytes < FLUSH_BYTES) continue;
        await writing;
        await this.#grow(this.#free.pageCount);
        writing = transaction.writer.flush();
        // Awaited before the next flush or at the end.
        writing.catch(() => undefined);
      }
    } catch (error) {
      // Nothing may be under way when the commit is undone.
      await Promise.allSettled([writing]);
      throw error;
    }
  }

  *#merge(
    transaction: WriteTransaction,
    changes: BucketChanges,
  ): Generator<MergeStep, TransactionState | undefined, void> {
    const buckets = new Map(this.#state.buckets);
    const changed: string[] = [];
    for (const [name, ops] of changes) {
      const before = buckets.get(name);
      const after = yield* this.#mergeBucket(transaction, name, before, ops);
      if (after === undefined) continue;
      buckets.set(name, after);
      changed.push(name);
    }
    if (changed.length === 0) return undefined;
    const named = changed.map((name) => ({ key: utf8(name), value: bucketValue(buckets.get(name)!) }));
    named.sort((a, b) => compareNames(a.key, b.key));
    const ops = { keys: named.map((entry) => entry.key), values: named.map((entry) => entry.value) };
    const merge = new TreeMerge(transaction, ops, { fillPercent: FILL, elementFlags: BUCKET_ELEMENT_FLAG });
    const { meta } = this.#state;
    const content = yield* merge.merge({ root: meta.root, inline: undefined });
    assert(content !== undefined && content.count > 0, "a changed bucket changes the root bucket");
    const root = yield* merge.writeRoot(content);
    return {
      meta: {
        pageSize: meta.pageSize,
        root: root.id,
        sequence: meta.sequence,
        freelist: undefined,
        pageCount: this.#free.pageCount,
        txid: meta.txid + 1,
      },
      buckets: buckets.size === this.#state.buckets.size ? buckets : inByteOrder(buckets),
    };
  }

  /** The bucket after its changes; undefined when they change nothing. */
  *#mergeBucket(
    transaction: WriteTransaction,
    name: string,
    before: BucketState | undefined,
    ops: TreeOps,
  ): Generator<MergeStep, BucketState | undefined, void> {
    const fillPercent = name === APPENDED_BUCKET ? APPENDED_FILL : FILL;
    const merge = new TreeMerge(transaction, ops, { fillPercent, elementFlags: 0 });
    const content = yield* merge.merge(before ?? EMPTY_BUCKET);
    const sequence = before?.sequence ?? 0;
    if (content === undefined)
      return before === undefined ? { name, root: 0, sequence, inline: EMPTY_BUCKET.inline } : undefined;
    if (content.count === 0 || (content.level === 0 && content.size <= this.pager.pageSize >>> 2)) {
      const inline = inlinePage(content, ops);
      content.unpin();
      return { name, root: 0, sequence, inline };
    }
    const root = yield* merge.writeRoot(content);
    return { name, root: root.id, sequence, inline: undefined };
  }

  async close(): Promise<void> {
    this.pager.forgetAll();
    await this.file.close();
  }
}

/**
 * One bbolt file: opening and checking it, its buckets as of each transaction, committing changes, pinning transactions.
 *
 * Invariants:
 * - Pages of the durable transaction and of pinned ones are never written: a commit takes free pages only.
 * - Order on disk: file length, pages, datasync, meta page, datasync. A crash in between leaves the transaction before.
 * - One commit at a time. A commit that fails before its meta page is written for want of space is undone without a trace.
 *
 * Source: bbolt 1.5 db.go, tx.go, bucket.go; etcd opens it with NoFreelistSync, as does this.
 */
import { assert } from "../../base/assert.ts";
import { utf8, utf8Text } from "../../base/bytes.ts";
import { decodeBucketValue, writeBucketHeader } from "../../codec/bolt/bucket-value.ts";
import {
  BUCKET_ELEMENT_FLAG,
  BUCKET_HEADER_BYTES,
  isPageSize,
  PAGE_HEADER_BYTES,
  PageFlag,
} from "../../codec/bolt/layout.ts";
import { decodeMeta, encodeMeta, META_BYTES, type Meta } from "../../codec/bolt/meta.ts";
import { NodePage, overflowOf, writePageHeader } from "../../codec/bolt/node-page.ts";
import { type Clock, yieldTurn } from "../../io/clock.ts";
import type { File } from "../../io/file-system.ts";
import { BackendOutOfSpaceError, BoltDamagedError, BoltUnsupportedError } from "./errors.ts";
import { FreePages } from "./free-pages.ts";
import type { NodeContent } from "./node-content.ts";
import { type CachedPage, PageCache } from "./page-cache.ts";
import { PageWriter } from "./page-writer.ts";
import { isOutOfSpace, Pager } from "./pager.ts";
import { encodeEntries, type MergeStep, type MergeTarget, TreeMerge } from "./tree-merge.ts";
import type { TreeOps } from "./tree-ops.ts";
import { TreeWalk, type WalkVisitor } from "./tree-walk.ts";

/** A bucket as of one transaction. */
export interface BucketState {
  readonly name: string;
  /** Root page; 0 when inline. */
  readonly root: number;
  readonly sequence: number;
  readonly inline: NodePage | undefined;
}

/** A transaction: immutable. */
export interface TransactionState {
  readonly meta: Meta;
  /** In byte order of the names. */
  readonly buckets: ReadonlyMap<string, BucketState>;
}

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

/** Sees every entry of a bucket in key order while the file is opened. Views are good until it returns. */
export type EntryVisitor = (bucket: string, key: Uint8Array, value: Uint8Array) => void;

/** Time that a commit holds the loop, in milliseconds. */
const SLICE_MS = 1;
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

  private constructor(init: {
    file: File;
    pager: Pager;
    clock: Clock;
    free: FreePages;
    state: TransactionState;
    fileBytes: number;
    sync: boolean;
  }) {
    this.file = init.file;
    this.pager = init.pager;
    this.#clock = init.clock;
    this.#free = init.free;
    this.#state = init.state;
    this.#fileBytes = init.fileBytes;
    this.sync = init.sync;
    this.#committing = false;
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
    const meta = await readMeta(file, fileBytes);
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

  /** Bytes of pages that are not free (etcd's dbSizeInUse). */
  get sizeInUseBytes(): number {
    return (
      (this.#state.meta.pageCount - Math.min(this.#state.meta.pageCount, this.#free.freeCount)) * this.pager.pageSize
    );
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
    this.#free.release(this.#state.meta.txid, (first, count) => {
      for (let id = first; id < first + count; id++) this.pager.forget(id);
    });
  }

  /**
   * Merges the changes into the file and makes them durable. Rejects with {@link BackendOutOfSpaceError} when nothing has changed for want
   * of space; any other rejection leaves the file in a state that must not be written to again.
   */
  async commit(changes: BucketChanges): Promise<CommitTimes> {
    assert(!this.#committing, "one commit at a time");
    this.#committing = true;
    const startMs = this.#clock.now();
    const transaction = new WriteTransaction(this.pager, this.#free, this.#clock);
    let buildMs = 0;
    try {
      const next = await this.#build(transaction, changes);
      buildMs = this.#clock.now() - startMs;
      if (next === undefined) return { buildMs, writeMs: 0 };
      await this.#grow(next.meta.pageCount);
      await transaction.writer.flush();
      await this.#publish(transaction, next);
    } catch (error) {
      if (!isOutOfSpace(error) || transaction.isSyncing) throw error;
      transaction.undo();
      throw new BackendOutOfSpaceError(this.file.path, error);
    } finally {
      this.#committing = false;
    }
    return { buildMs, writeMs: this.#clock.now() - startMs - buildMs };
  }

  async #publish(transaction: WriteTransaction, next: TransactionState): Promise<void> {
    transaction.isSyncing = true;
    if (this.sync) await this.file.datasync();
    const page = new Uint8Array(this.pager.pageSize);
    encodeMeta(next.meta, page);
    const position = (next.meta.txid % 2) * this.pager.pageSize;
    if (this.sync) await this.file.writevDurable([page], position);
    else await this.file.writev([page], position);
    const oldFreelist = this.#state.meta.freelist;
    if (oldFreelist !== undefined) transaction.freed.push(oldFreelist, await this.#freelistPages(oldFreelist));
    this.#state = next;
    this.#free.addPending(next.meta.txid, transaction.freed);
    this.#release();
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
    const step = Math.max(GROW_BYTES_MIN, Math.min(GROW_BYTES_MAX, bytes >>> 2));
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

const EMPTY_BUCKET = { root: 0, inline: emptyInlinePage() } as const;

function emptyInlinePage(): NodePage {
  const words = new Uint32Array((BUCKET_HEADER_BYTES + PAGE_HEADER_BYTES) / 4);
  writePageHeader(words, BUCKET_HEADER_BYTES, 0, PageFlag.Leaf, 0, 0);
  const page = new NodePage(0, new Uint8Array(words.buffer), words, BUCKET_HEADER_BYTES, PAGE_HEADER_BYTES);
  page.readHeader();
  return page;
}

/** A small leaf in memory of its own, with room for the bucket header before it. */
function inlinePage(content: NodeContent, ops: TreeOps): NodePage {
  const words = new Uint32Array((BUCKET_HEADER_BYTES + content.size + 3) >>> 2);
  const bytes = new Uint8Array(words.buffer);
  const page = new NodePage(
    0,
    bytes,
    words,
    BUCKET_HEADER_BYTES,
    content.count === 0 ? PAGE_HEADER_BYTES : content.size,
  );
  writePageHeader(words, BUCKET_HEADER_BYTES, 0, PageFlag.Leaf, content.count, 0);
  page.readHeader();
  encodeEntries(page, content, { from: 0, count: content.count, ops, elementFlags: 0 });
  return page;
}

/** The value of a bucket's element in the root tree. */
function bucketValue(bucket: BucketState): Uint8Array {
  if (bucket.inline === undefined) {
    const words = new Uint32Array(BUCKET_HEADER_BYTES / 4);
    writeBucketHeader(words, bucket.root, bucket.sequence);
    return new Uint8Array(words.buffer);
  }
  const value = bucket.inline.bytes.slice(0, BUCKET_HEADER_BYTES + bucket.inline.length);
  const header = new Uint32Array(BUCKET_HEADER_BYTES / 4);
  writeBucketHeader(header, 0, bucket.sequence);
  value.set(new Uint8Array(header.buffer));
  return value;
}

function inByteOrder(buckets: ReadonlyMap<string, BucketState>): Map<string, BucketState> {
  return new Map([...buckets].sort((a, b) => compareNames(utf8(a[0]), utf8(b[0]))));
}

function compareNames(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

/** Everything that one commit takes and gives back. */
class WriteTransaction implements MergeTarget {
  readonly pager: Pager;
  readonly writer: PageWriter;
  /** Runs (first page, count) that the new transaction does not use. */
  readonly freed: number[];
  /** From the first sync on, a failure is final. */
  isSyncing: boolean;
  readonly #free: FreePages;
  readonly #clock: Clock;
  readonly #allocated: number[];
  readonly #pageCountBefore: number;
  #sliceEnd: number;

  constructor(pager: Pager, free: FreePages, clock: Clock) {
    this.pager = pager;
    this.writer = new PageWriter(pager);
    this.freed = [];
    this.isSyncing = false;
    this.#free = free;
    this.#clock = clock;
    this.#allocated = [];
    this.#pageCountBefore = free.pageCount;
    this.#sliceEnd = 0;
  }

  startSlice(): void {
    this.#sliceEnd = this.#clock.now() + SLICE_MS;
  }

  get sliceIsOver(): boolean {
    return this.#clock.now() >= this.#sliceEnd;
  }

  newPage(pages: number): CachedPage {
    const id = this.#free.allocate(pages);
    this.#allocated.push(id, pages);
    if (this.#free.pageCount > this.pager.pageCount) this.pager.pageCount = this.#free.pageCount;
    const page = this.pager.newPage(id, pages);
    this.writer.add(page);
    return page;
  }

  freePage(page: CachedPage): void {
    this.freed.push(page.id, page.length / this.pager.pageSize);
  }

  /** As if the commit had never begun. */
  undo(): void {
    this.pager.cache.unpinAll(this.pager);
    for (let i = 0; i < this.#allocated.length; i += 2) {
      const first = this.#allocated[i]!;
      const count = this.#allocated[i + 1]!;
      for (let id = first; id < first + count; id++) this.pager.forget(id);
      this.#free.add(first, count);
    }
    this.#free.shrink(this.#pageCountBefore);
    this.pager.pageCount = this.#pageCountBefore;
  }
}

/** The valid meta page with the higher txid. */
async function readMeta(file: File, fileBytes: number): Promise<Meta> {
  const damaged = (reason: string): BoltDamagedError => new BoltDamagedError(file.path, -1, 0, reason);
  if (fileBytes === 0) throw damaged("the file is empty");
  const first = await readMetaAt(file, 0);
  const reasons: string[] = first.ok ? [] : [`meta page 0: ${first.reason}`];
  let found = first.ok ? first.meta : undefined;
  // Where the second one is depends on the page size, which the first one would tell.
  for (let pageSize = found?.pageSize ?? 1024; pageSize <= (found?.pageSize ?? 65536); pageSize *= 2) {
    const second = await readMetaAt(file, pageSize);
    if (second.ok && second.meta.pageSize === pageSize) {
      if (found === undefined || second.meta.txid > found.txid) found = second.meta;
      break;
    }
    if (!second.ok && second.magicIsRight) reasons.push(`meta page at offset ${pageSize}: ${second.reason}`);
  }
  if (found === undefined) throw damaged(`not a bbolt database: ${reasons.join("; ")}`);
  const bytes = found.pageCount * found.pageSize;
  if (fileBytes < bytes)
    throw damaged(
      `the file is cut: it has ${fileBytes} bytes, its meta page counts ${found.pageCount} pages (${bytes} bytes)`,
    );
  return found;
}

async function readMetaAt(file: File, offset: number): Promise<ReturnType<typeof decodeMeta>> {
  const bytes = new Uint8Array(META_BYTES);
  const got = await file.read(bytes, offset);
  return decodeMeta(bytes.subarray(0, got));
}

/** Visits every page that the transaction reaches: what is not reached is free. */
async function walkFile(
  pager: Pager,
  clock: Clock,
  meta: Meta,
  visit: EntryVisitor | undefined,
): Promise<{ free: FreePages; buckets: Map<string, BucketState> }> {
  const free = new FreePages(meta.pageCount);
  free.add(2, meta.pageCount - 2);
  const path = pager.file.path;
  const use = (page: CachedPage): void => {
    const pages = page.length / pager.pageSize;
    for (let id = page.id; id < page.id + pages; id++)
      if (!free.isFree(id)) throw pager.damaged(id, "page is used twice");
    free.take(page.id, pages);
  };
  if (meta.freelist !== undefined) {
    const head = new Uint32Array(PAGE_HEADER_BYTES / 4);
    await pager.file.read(new Uint8Array(head.buffer), meta.freelist * pager.pageSize);
    const pages = overflowOf(head, 0) + 1;
    if (meta.freelist + pages > meta.pageCount)
      throw pager.damaged(meta.freelist, "the freelist goes beyond the page count");
    free.take(meta.freelist, pages);
  }
  const buckets = new Map<string, BucketState>();
  await new TreeWalk(pager, clock, {
    page: use,
    leaf(page, from, to) {
      for (let i = from; i < to; i++) {
        const name = utf8Text(page.key(i));
        if (!page.isBucket(i))
          throw pager.damaged(page.id, `the root bucket holds an entry that is no bucket: ${name}`);
        const result = decodeBucketValue(page.value(i), meta.pageCount);
        if (!result.ok) throw pager.damaged(page.id, `bucket ${name}: ${result.reason}`);
        buckets.set(name, { name, ...result.bucket });
      }
    },
  }).run({ root: meta.root, inline: undefined });
  for (const bucket of buckets.values()) {
    const visitor: WalkVisitor = {
      page: use,
      leaf(page, from, to) {
        for (let i = from; i < to; i++)
          if (page.isBucket(i)) throw new BoltUnsupportedError(path, `bucket ${bucket.name} holds a nested bucket`);
        if (visit !== undefined) for (let i = from; i < to; i++) visit(bucket.name, page.key(i), page.value(i));
      },
    };
    await new TreeWalk(pager, clock, visitor).run(bucket);
  }
  return { free, buckets };
}

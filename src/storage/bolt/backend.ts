/**
 * etcd's backend on its own bbolt file (server/storage/backend): buffered writes, batch commits, snapshots, hash, defragmentation.
 *
 * Writes go to a buffer that reads see at once. A commit takes the whole buffer at the end of a batch and merges it into the file in slices
 * while the next buffer gathers; until its meta page is durable reads go through: newest buffer, buffer in commit, file.
 *
 *   put/delete -> [ buffer ] --commit--> [ committing ] --merge, write, sync--> file
 *   get/scan   <-----+----------------------+-----------------------------------+
 *
 * A failed write or sync is final: `onFatal` is told once, nothing is written any more, reads go on. A full disk is not: the commit is
 * undone, its writes stay buffered, `onOutOfSpace` is told, and it is tried again.
 */

import { assert } from "../../base/assert.ts";
import { parentOf } from "../../base/parent-path.ts";
import { type Backend, Bucket } from "../../core/mvcc/backend.ts";
import { type Clock, type Timer, yieldTurn } from "../../io/clock.ts";
import type { Logger } from "../../io/logger.ts";
import { type HashIgnore, hashOf } from "./backend-hash.ts";
import { type BackendOptions, CACHE_BYTES_MAX } from "./backend-options.ts";
import { BoltFile } from "./bolt-file.ts";
import { removeLeftovers, wasNeverCreated } from "./database-path.ts";
import { Defragmentation } from "./defragment.ts";
import { BackendClosedError, BackendFatalError, BackendOutOfSpaceError, BoltLockedError } from "./errors.ts";
import { mergedScan } from "./merged-scan.ts";
import { BoltPinnedReader } from "./pinned-reader.ts";
import { BoltSnapshot } from "./snapshot.ts";
import { treeGet, type Visit } from "./tree-read.ts";
import { WriteBuffer } from "./write-buffer.ts";

const BATCH_INTERVAL_MS = 100;
const BATCH_LIMIT = 10000;
/** A commit begins at once when this much is buffered. */
const BATCH_BYTES = 16 << 20;
const OUT_OF_SPACE_RETRY_MS = 1000;

/** Those who wait for a buffer to become durable. */
class Waiters {
  readonly promise: Promise<void>;
  /** In both meta pages. */
  twin: boolean;
  resolve!: () => void;
  reject!: (error: Error) => void;

  constructor() {
    this.twin = false;
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}

export class BoltBackend implements Backend {
  readonly path: string;
  /** Commits that changed the file since it was opened. */
  commits: number;
  /** Defragmentations under way. */
  defragmentsInFlight: number;
  readonly #options: BackendOptions;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #batchIntervalMs: number;
  readonly #batchLimit: number;
  #file: BoltFile;
  #buffer: WriteBuffer;
  #committing: WriteBuffer | undefined;
  /** For the commit that takes #buffer. */
  #waiters: Waiters | undefined;
  /** The commit under way; settles without rejecting. */
  #running: Promise<void> | undefined;
  #commitWanted: boolean;
  #batchOpen: boolean;
  #timer: Timer | undefined;
  /** Commits wait while a defragmentation switches files. */
  #held: boolean;
  #outOfSpace: boolean;
  #fatal: BackendFatalError | undefined;
  #closed: boolean;
  /** Another file takes the name of this one. */
  #retired: boolean;
  #closing: Promise<void> | undefined;
  #defragmentation: Defragmentation | undefined;
  #defragmenting: Promise<void>;

  private constructor(file: BoltFile, options: BackendOptions) {
    this.path = options.path;
    this.commits = 0;
    this.defragmentsInFlight = 0;
    this.#options = options;
    this.#clock = options.clock;
    this.#log = options.logger;
    this.#batchIntervalMs = options.batchIntervalMs ?? BATCH_INTERVAL_MS;
    this.#batchLimit = options.batchLimit ?? BATCH_LIMIT;
    this.#file = file;
    this.#buffer = new WriteBuffer();
    this.#committing = undefined;
    this.#waiters = undefined;
    this.#running = undefined;
    this.#commitWanted = false;
    this.#batchOpen = false;
    this.#timer = undefined;
    this.#held = false;
    this.#outOfSpace = false;
    this.#fatal = undefined;
    this.#closed = false;
    this.#retired = false;
    this.#closing = undefined;
    this.#defragmentation = undefined;
    this.#defragmenting = Promise.resolve();
  }

  /**
   * Opens or creates the file, locks it, creates etcd's buckets. Rejects with {@link BoltLockedError}, BoltDamagedError,
   * BoltUnsupportedError or FileError.
   */
  static async open(options: BackendOptions): Promise<BoltBackend> {
    const { fileSystem, path } = options;
    await removeLeftovers(fileSystem, path);
    const file = await fileSystem.open(path, "write");
    try {
      if (!(await file.lock())) throw new BoltLockedError(path);
      const sync = options.unsafeNoFsync !== true;
      if (await wasNeverCreated(file)) {
        await BoltFile.create(file, options.pageSize ?? 4096, sync);
        if (sync) await fileSystem.syncDirectory(parentOf(path));
      }
      const settings = { clock: options.clock, cache: options.cacheBytes ?? CACHE_BYTES_MAX, unsafeNoFsync: !sync };
      const bolt = await BoltFile.open(file, settings, options.visit);
      if (bolt.damagedMeta !== undefined)
        options.logger.warn("a meta page of the database is damaged: the other one counts", {
          path,
          ...bolt.damagedMeta,
        });
      const missing = Object.values(Bucket).filter((bucket) => !bolt.state.buckets.has(bucket));
      if (missing.length > 0) await bolt.commit(new Map(missing.map((bucket) => [bucket, { keys: [], values: [] }])));
      return new BoltBackend(bolt, options);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get sizeBytes(): number {
    return this.#file.sizeBytes;
  }

  get sizeInUseBytes(): number {
    return this.#file.sizeInUseBytes;
  }

  /** Bytes of keys and values that are not durable yet: what a caller limits. */
  get bufferedBytes(): number {
    return this.#buffer.bytes + (this.#committing?.bytes ?? 0);
  }

  /** The last commit found no space; its writes are still buffered. */
  get outOfSpace(): boolean {
    return this.#outOfSpace;
  }

  /** Why the backend takes no more writes. */
  get fatalError(): Error | undefined {
    return this.#fatal;
  }

  /** The file in use; for checks and tests. */
  get file(): BoltFile {
    return this.#file;
  }

  /** Pinned readers of the file in use (etcd's openReadTxN). */
  get openReaders(): number {
    return this.#file.readerCount;
  }

  get(bucket: Bucket, key: Uint8Array): Uint8Array | undefined {
    let found = this.#buffer.isEmpty ? undefined : this.#buffer.bucket(bucket)?.get(key);
    if (found === undefined && this.#committing !== undefined) found = this.#committing.bucket(bucket)?.get(key);
    if (found !== undefined) return found ?? undefined;
    const tree = this.#file.state.buckets.get(bucket);
    return tree === undefined ? undefined : treeGet(this.#file.pager, tree, key);
  }

  scan(bucket: Bucket, from: Uint8Array, to: Uint8Array | undefined, visit: Visit): boolean {
    const source = {
      pager: this.#file.pager,
      tree: this.#file.state.buckets.get(bucket),
      upper: this.#buffer.bucket(bucket),
      lower: this.#committing?.bucket(bucket),
    };
    return mergedScan(source, from, to, visit);
  }

  /** Throws when the backend is closed or takes no more writes. */
  put(bucket: Bucket, key: Uint8Array, value: Uint8Array): void {
    assert(key.length > 0 && key.length <= 32768, "a key has 1 to 32768 bytes");
    this.#write(bucket, key, value);
  }

  delete(bucket: Bucket, key: Uint8Array): void {
    this.#write(bucket, key, null);
  }

  #write(bucket: Bucket, key: Uint8Array, value: Uint8Array | null): void {
    if (this.#fatal !== undefined || this.#closed) this.#refuse();
    this.#batchOpen = true;
    this.#buffer.set(bucket, key, value);
  }

  #refuse(): never {
    throw this.#fatal ?? new BackendClosedError(this.path);
  }

  endBatch(): void {
    this.#batchOpen = false;
    // A full disk is tried again by timer, and when somebody asks.
    if (this.#outOfSpace && !this.#commitWanted) return;
    if (this.#commitWanted || this.#buffer.writes >= this.#batchLimit || this.#buffer.bytes >= BATCH_BYTES)
      this.#start();
    else if (this.#timer === undefined && this.#running === undefined && !this.#buffer.isEmpty)
      this.#arm(this.#batchIntervalMs);
  }

  /**
   * Resolves when everything written before is durable. Rejects with {@link BackendOutOfSpaceError} (it stays buffered) or
   * {@link BackendFatalError}. With `twin` both meta pages of the file name a transaction that holds it: damage to either does not lose it.
   */
  commit(options: { readonly twin?: boolean } = {}): Promise<void> {
    if (this.#fatal !== undefined) return Promise.reject(this.#fatal);
    if (this.#closed) return Promise.reject(new BackendClosedError(this.path));
    return this.#commitAll(options.twin === true);
  }

  #commitAll(twin: boolean): Promise<void> {
    if (this.#buffer.isEmpty && this.#waiters === undefined) {
      if (this.#committing === undefined && (!twin || this.#file.isTwin)) return Promise.resolve();
      // What is being committed may fail for want of space: then it is in the buffer again, and wanted.
    }
    this.#waiters ??= new Waiters();
    this.#waiters.twin ||= twin;
    const { promise } = this.#waiters;
    this.#commitWanted = true;
    if (!this.#batchOpen) this.#start();
    return promise;
  }

  #arm(delayMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.setTimer(delayMs, () => {
      this.#timer = undefined;
      // A timer fires between turns, when no batch is open.
      this.#start();
    });
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #start(): void {
    this.#commitWanted = true;
    if (this.#running !== undefined || this.#held || this.#fatal !== undefined) return;
    this.#disarm();
    this.#running = this.#run();
  }

  /** Commits until nothing more is wanted. Never rejects. */
  async #run(): Promise<void> {
    while (this.#commitWanted && !this.#held && this.#fatal === undefined) {
      // Off the caller's turn, and then all batches are closed.
      await yieldTurn(this.#clock);
      assert(!this.#batchOpen, "endBatch() is called before control returns to the event loop");
      this.#commitWanted = false;
      const buffer = this.#buffer;
      const waiters = this.#waiters;
      this.#waiters = undefined;
      const twin = waiters?.twin === true && (!buffer.isEmpty || !this.#file.isTwin);
      if (buffer.isEmpty && !twin) {
        waiters?.resolve();
        continue;
      }
      this.#buffer = new WriteBuffer();
      this.#committing = buffer;
      const error = await this.#commitBuffer(buffer, twin);
      if (error === undefined) waiters?.resolve();
      else waiters?.reject(error);
      if (error instanceof BackendOutOfSpaceError) {
        this.#commitWanted = false;
        break;
      }
    }
    this.#running = undefined;
    if (this.#fatal !== undefined) this.#waiters?.reject(this.#fatal);
    else if (this.#outOfSpace) this.#arm(OUT_OF_SPACE_RETRY_MS);
    else if (!this.#buffer.isEmpty && !this.#held) this.#arm(this.#batchIntervalMs);
  }

  async #commitBuffer(buffer: WriteBuffer, twin: boolean): Promise<Error | undefined> {
    const startMs = this.#clock.now();
    const observer = this.#options.observer;
    try {
      const times = await this.#file.commit(buffer.buckets, { twin });
      this.#committing = undefined;
      this.#defragmentation?.note(buffer);
      this.commits++;
      observer?.commit?.((this.#clock.now() - startMs) / 1000);
      observer?.spill?.(times.buildMs / 1000);
      observer?.write?.(times.writeMs / 1000);
      this.#setOutOfSpace(false);
      return undefined;
    } catch (cause) {
      if (cause instanceof BackendOutOfSpaceError) {
        this.#log.warn("no space left to commit the backend, keeping the writes in memory", { path: this.path });
        this.#buffer.mergeUnder(buffer);
        this.#committing = undefined;
        this.#setOutOfSpace(true);
        return cause;
      }
      return this.#die(cause);
    }
  }

  #die(cause: unknown): BackendFatalError {
    const error = new BackendFatalError(this.path, cause);
    this.#fatal = error;
    this.#disarm();
    this.#log.error("failed to commit the backend", { path: this.path, error: String(cause) });
    this.#options.onFatal?.(error);
    return error;
  }

  #setOutOfSpace(outOfSpace: boolean): void {
    if (this.#outOfSpace === outOfSpace) return;
    this.#outOfSpace = outOfSpace;
    this.#options.onOutOfSpace?.(outOfSpace);
  }

  async pin(): Promise<BoltPinnedReader> {
    await this.commit();
    return this.pinCommitted();
  }

  /** Pins the newest durable transaction without a commit: what is buffered is not in it. */
  pinCommitted(): BoltPinnedReader {
    const file = this.#file;
    return new BoltPinnedReader(file, this.#clock, () => this.#closeIfUnused(file));
  }

  /** A file that a defragmentation replaced lives until its last reader is gone. */
  #closeIfUnused(file: BoltFile): void {
    if (file === this.#file || file.readerCount > 0) return;
    file.close().catch((error: unknown) => {
      this.#log.warn("failed to close the replaced backend file", { path: this.path, error: String(error) });
    });
  }

  /** The database as a stream of known size, consistent as of now. */
  async snapshot(): Promise<BoltSnapshot> {
    const startMs = this.#clock.now();
    const reader = await this.pin();
    return new BoltSnapshot(reader, () => {
      this.#options.observer?.snapshot?.((this.#clock.now() - startMs) / 1000);
    });
  }

  /** CRC32C over all buckets (Maintenance.Hash), in slices. */
  async hash(ignores?: HashIgnore): Promise<number> {
    const reader = await this.pin();
    try {
      return await hashOf(reader, ignores);
    } finally {
      reader.release();
    }
  }

  /**
   * Copies everything into a new file while reads, writes and commits go on, then replaces the old one. Rejects and leaves all as it was
   * when that fails before the switch. One at a time; a second call waits.
   */
  defragment(): Promise<void> {
    const result = this.#defragmenting.then(() => this.#defragment());
    this.#defragmenting = result.catch(() => undefined); // The caller hears of it.
    return result;
  }

  /**
   * Another file is about to take the name of this one: a defragmentation under way is given up, or has ended when this resolves, and later ones
   * are refused, for they would put their copy in its place. Reads, writes and commits go on.
   */
  async retire(): Promise<void> {
    this.#retired = true;
    this.#defragmentation?.cancel();
    await this.#defragmenting;
  }

  async #defragment(): Promise<void> {
    await this.commit();
    if (this.#retired) throw new BackendClosedError(this.path);
    const startMs = this.#clock.now();
    const before = { size: this.sizeBytes, inUse: this.sizeInUseBytes };
    this.#log.info("defragmenting", {
      path: this.path,
      "current-db-size-bytes": before.size,
      "current-db-size-in-use-bytes": before.inUse,
    });
    const defragmentation = new Defragmentation({
      fileSystem: this.#options.fileSystem,
      clock: this.#clock,
      path: this.path,
      source: this.#file,
      sync: this.#options.unsafeNoFsync !== true,
    });
    this.#defragmentation = defragmentation;
    this.defragmentsInFlight++;
    try {
      await defragmentation.copy();
      await this.#switchTo(defragmentation);
    } catch (error) {
      await defragmentation.abandon();
      throw error;
    } finally {
      this.#defragmentation = undefined;
      this.defragmentsInFlight--;
    }
    const tookMs = this.#clock.now() - startMs;
    this.#options.observer?.defragment?.(tookMs / 1000);
    this.#log.info("finished defragmenting directory", {
      path: this.path,
      "current-db-size-bytes-diff": this.sizeBytes - before.size,
      "current-db-size-bytes": this.sizeBytes,
      "current-db-size-in-use-bytes-diff": this.sizeInUseBytes - before.inUse,
      "current-db-size-in-use-bytes": this.sizeInUseBytes,
      took: `${(tookMs / 1000).toFixed(3)}s`,
    });
  }

  async #switchTo(defragmentation: Defragmentation): Promise<void> {
    this.#held = true;
    try {
      await this.#running;
      if (this.#fatal !== undefined) throw this.#fatal;
      const fresh = await defragmentation.finish();
      const old = this.#file;
      try {
        await defragmentation.publish();
      } catch (error) {
        // Either name may be in the folder: who writes to the wrong one loses it.
        throw this.#die(error);
      }
      this.#file = fresh;
      this.#closeIfUnused(old);
    } finally {
      this.#held = false;
      if (this.#commitWanted) this.#start();
      else if (!this.#buffer.isEmpty) this.#arm(this.#batchIntervalMs);
    }
  }

  /** Commits what is buffered and closes the file. Rejects when that commit fails; the file is closed all the same. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    assert(!this.#batchOpen, "no batch is open when the backend is closed");
    const defragmentation = this.#defragmentation;
    this.#closed = true;
    defragmentation?.cancel();
    await this.#defragmenting;
    try {
      if (this.#fatal === undefined) await this.#commitAll(false);
    } finally {
      this.#disarm();
      await this.#running;
      this.#disarm();
      await this.#file.close();
    }
  }
}

export type { BackendObserver, BackendOptions } from "./backend-options.ts";

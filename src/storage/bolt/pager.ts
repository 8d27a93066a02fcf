/**
 * The pages of one bbolt file: looks them up in the cache, reads what is missing, checks what it read.
 *
 * A page that entered the cache has passed `checkNodePage`, so that later reads stay inside of it whatever the file holds.
 * Cold single pages are read synchronously with their neighbours of the same 16 kB; whoever walks many pages calls `prefetch` before, which
 * reads off the main thread.
 */

import { LOW_WORD } from "../../codec/bolt/layout.ts";
import { checkNodePage, type NodeBounds, overflowOf } from "../../codec/bolt/node-page.ts";
import { type File, FileError } from "../../io/file-system.ts";
import { BoltDamagedError } from "./errors.ts";
import type { CachedPage, PageCache, PageOwner } from "./page-cache.ts";

/** What one synchronous read takes (64-kB reads cost a cold get 24 us, 16 kB 11 us). */
const SYNC_READ_BYTES = 16384;
/** Longest asynchronous read, and the largest hole that one read bridges. */
const ASYNC_READ_BYTES = 262144;
const BRIDGED_BYTES = 32768;
const PARALLEL_READS = 4;

export class Pager implements PageOwner {
  readonly pageSize: number;
  readonly cache: PageCache;
  readonly file: File;
  /** Slot of each cached page plus 1; 0 = not cached. */
  #slotOf: Int32Array;
  /** Page numbers are below this; grows with commits. */
  #bounds: NodeBounds;
  #scratchBytes: Uint8Array;
  #scratchWords: Uint32Array;
  readonly #readBuffers: Uint8Array[];
  /** Pages read from the file; for tests and benchmarks. */
  pagesRead: number;

  constructor(file: File, cache: PageCache, pageCount: number) {
    this.pageSize = cache.pageSize;
    this.cache = cache;
    this.file = file;
    this.#slotOf = new Int32Array(Math.max(1024, pageCount + (pageCount >> 1)));
    this.#bounds = { pageCount, inline: false };
    this.#scratchBytes = new Uint8Array(Math.max(SYNC_READ_BYTES, this.pageSize));
    this.#scratchWords = new Uint32Array(this.#scratchBytes.buffer);
    this.#readBuffers = [];
    this.pagesRead = 0;
  }

  get pageCount(): number {
    return this.#bounds.pageCount;
  }

  set pageCount(pageCount: number) {
    this.#bounds = { pageCount, inline: false };
    if (pageCount > this.#slotOf.length) {
      const larger = new Int32Array(pageCount + (pageCount >> 1));
      larger.set(this.#slotOf);
      this.#slotOf = larger;
    }
  }

  /** The page, read now when it is not cached. Throws {@link BoltDamagedError} or FileError. */
  page(id: number): CachedPage {
    const slot = this.#slotOf[id]!;
    const page = slot > 0 ? this.cache.page(slot - 1) : this.#readNow(id);
    this.cache.touch(page);
    return page;
  }

  /** The page if it is cached, without counting as use. */
  cached(id: number): CachedPage | undefined {
    const slot = this.#slotOf[id]!;
    return slot > 0 ? this.cache.page(slot - 1) : undefined;
  }

  /** As {@link page}, but does not save the page from eviction later: for walks over everything. */
  peek(id: number): CachedPage {
    const page = this.cached(id) ?? this.#readNow(id);
    this.cache.hold(page);
    return page;
  }

  /** Memory for a page that a commit writes, pinned. Whatever was cached under its numbers before is stale and goes. */
  newPage(id: number, pages: number): CachedPage {
    for (let i = id; i < id + pages; i++) this.forget(i);
    const page = this.cache.allocate(this, id, pages * this.pageSize);
    page.pins = 1;
    this.#slotOf[id] = page.slot + 1;
    return page;
  }

  /** Takes a page that is free now out of the cache. */
  forget(id: number): void {
    const slot = this.#slotOf[id]!;
    if (slot === 0) return;
    this.#slotOf[id] = 0;
    const page = this.cache.page(slot - 1);
    this.cache.retire(page);
  }

  /** The cache evicted a page. */
  dropSlot(id: number, slot: number): void {
    if (this.#slotOf[id] === slot + 1) this.#slotOf[id] = 0;
  }

  /** Takes all pages out of the cache, when the file is closed. */
  forgetAll(): void {
    for (let id = 0; id < this.pageCount; id++) this.forget(id);
  }

  damaged(page: number, reason: string): BoltDamagedError {
    return new BoltDamagedError(this.file.path, page, page * this.pageSize, reason);
  }

  /** Reads those of the pages that are not cached, off the main thread and as few large reads. */
  async prefetch(ids: readonly number[]): Promise<void> {
    const missing: number[] = [];
    for (const id of ids) if (this.#slotOf[id] === 0) missing.push(id);
    if (missing.length === 0) return;
    missing.sort((a, b) => a - b);
    const bridged = BRIDGED_BYTES / this.pageSize;
    const longest = Math.max(1, ASYNC_READ_BYTES / this.pageSize);
    const groups: number[][] = [];
    let group: number[] = [];
    for (const id of missing) {
      if (group.length > 0 && (id - group.at(-1)! > bridged || id - group[0]! >= longest)) {
        groups.push(group);
        group = [];
      }
      group.push(id);
    }
    groups.push(group);
    for (let i = 0; i < groups.length; i += PARALLEL_READS)
      await Promise.all(groups.slice(i, i + PARALLEL_READS).map((part) => this.#readGroup(part)));
  }

  async #readGroup(ids: readonly number[]): Promise<void> {
    const first = ids[0]!;
    const buffer = this.#readBuffers.pop() ?? new Uint8Array(Math.max(ASYNC_READ_BYTES, this.pageSize) + this.pageSize);
    const length = (ids.at(-1)! - first + 1) * this.pageSize;
    const long: number[] = [];
    try {
      const got = await this.file.read(buffer.subarray(0, length), first * this.pageSize);
      const words = new Uint32Array(buffer.buffer);
      for (const id of ids) {
        if (this.#slotOf[id] !== 0) continue;
        const at = (id - first) * this.pageSize;
        if (at + this.pageSize > got) throw this.damaged(id, `the file ends at ${first * this.pageSize + got}`);
        const overflow = this.#overflow(words, at, id);
        const end = at + (overflow + 1) * this.pageSize;
        if (end > got) long.push(id);
        else this.#install(buffer, at, id, overflow);
      }
    } finally {
      if (this.#readBuffers.length < PARALLEL_READS) this.#readBuffers.push(buffer);
    }
    for (const id of long) await this.#readRun(id);
  }

  /** A run that is longer than the read that met it. */
  async #readRun(id: number): Promise<void> {
    const head = new Uint32Array(this.pageSize / 4);
    await this.#readFully(new Uint8Array(head.buffer), id);
    const overflow = this.#overflow(head, 0, id);
    if (this.#slotOf[id] !== 0) return;
    const bytes = new Uint8Array((overflow + 1) * this.pageSize);
    await this.#readFully(bytes, id);
    if (this.#slotOf[id] === 0) this.#install(bytes, 0, id, overflow);
  }

  async #readFully(into: Uint8Array, id: number): Promise<void> {
    const got = await this.file.read(into, id * this.pageSize);
    if (got < into.length) throw this.damaged(id, `the file ends at ${id * this.pageSize + got}`);
  }

  #readNow(id: number): CachedPage {
    const pageSize = this.pageSize;
    const perRead = this.#scratchBytes.length / pageSize;
    const first = id - (id % perRead);
    const got = this.file.readSync(this.#scratchBytes, first * pageSize);
    const at = (id - first) * pageSize;
    if (at + pageSize > got) throw this.damaged(id, `the file ends at ${first * pageSize + got}`);
    const overflow = this.#overflow(this.#scratchWords, at, id);
    let page: CachedPage;
    if (at + (overflow + 1) * pageSize <= got) page = this.#install(this.#scratchBytes, at, id, overflow);
    else {
      page = this.cache.allocate(this, id, (overflow + 1) * pageSize);
      const view = page.bytes.subarray(page.at, page.at + page.length);
      let read: number;
      try {
        read = this.file.readSync(view, id * pageSize);
      } catch (error) {
        this.cache.drop(page);
        throw error;
      }
      if (read < page.length) {
        this.cache.drop(page);
        throw this.damaged(id, `the file ends at ${id * pageSize + read}`);
      }
      this.#admit(page);
    }
    // The neighbours came along: keep those that are pages in their own right.
    page.pins++;
    for (let other = first; other < first + perRead && other < this.pageCount; other++) {
      const otherAt = (other - first) * pageSize;
      if (other < 2 || other === id || otherAt + pageSize > got || this.#slotOf[other] !== 0) continue;
      const head = otherAt >>> 2;
      if (this.#scratchWords[head + LOW_WORD] !== other || this.#scratchWords[head + 3] !== 0) continue;
      const neighbour = this.cache.tryAllocate(this, other);
      if (neighbour === undefined) break;
      neighbour.bytes.set(this.#scratchBytes.subarray(otherAt, otherAt + pageSize), neighbour.at);
      if (checkNodePage(neighbour, this.#bounds) === undefined) this.#slotOf[other] = neighbour.slot + 1;
      else this.cache.drop(neighbour);
    }
    page.pins--;
    return page;
  }

  /** Overflow pages as the header says, checked against the file. */
  #overflow(words: Uint32Array, at: number, id: number): number {
    const overflow = overflowOf(words, at);
    if (overflow >= this.pageCount || id + overflow >= this.pageCount)
      throw this.damaged(id, `${overflow} overflow pages go beyond the page count ${this.pageCount}`);
    return overflow;
  }

  #install(from: Uint8Array, at: number, id: number, overflow: number): CachedPage {
    const length = (overflow + 1) * this.pageSize;
    const page = this.cache.allocate(this, id, length);
    page.bytes.set(from.subarray(at, at + length), page.at);
    this.#admit(page);
    return page;
  }

  #admit(page: CachedPage): void {
    const reason = checkNodePage(page, this.#bounds);
    if (reason !== undefined) {
      this.cache.drop(page);
      throw this.damaged(page.id, reason);
    }
    this.#slotOf[page.id] = page.slot + 1;
    this.pagesRead += page.length / this.pageSize;
  }
}

/** Errors of a full disk or quota: nothing was damaged by them. */
export function isOutOfSpace(error: unknown): boolean {
  return error instanceof FileError && (error.code === "ENOSPC" || error.code === "EDQUOT");
}

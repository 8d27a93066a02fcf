/**
 * Checks a whole bbolt file: all that `bbolt check` does (tx_check.go), and what it does not: that a separator is its child's first key, that
 * branches have two children, that all leaves of a tree lie on one level, that no page is lost between the tree and a given free-page map.
 *
 * It shares only the page codec with the code it checks: it reads the file by itself.
 */
import { compareBytes, utf8Text } from "../../base/bytes.ts";
import { decodeBucketValue } from "../../codec/bolt/bucket-value.ts";
import { decodeFreelist } from "../../codec/bolt/freelist.ts";
import { decodeMeta, META_BYTES, type Meta } from "../../codec/bolt/meta.ts";
import { checkNodePage, NodePage, overflowOf } from "../../codec/bolt/node-page.ts";
import { type Clock, yieldTurn } from "../../io/clock.ts";
import type { File } from "../../io/file-system.ts";
import type { FreePages } from "./free-pages.ts";

export interface CheckReport {
  /** One sentence each; empty when all is well. */
  readonly problems: readonly string[];
  readonly pagesReachable: number;
  readonly entries: number;
}

const PROBLEMS_MAX = 100;
const DEPTH_MAX = 64;
const WINDOW_BYTES = 262144;
const WINDOWS_MAX = 16;
const PAGES_PER_SLICE = 64;

/** Reads the newest transaction of a file that nobody writes to. With `free` no page may be neither reachable nor free. */
export async function checkBoltFile(file: File, clock: Clock, free?: FreePages): Promise<CheckReport> {
  const check = new Checker(file, clock);
  await check.run(free);
  return { problems: check.problems, pagesReachable: check.pagesReachable, entries: check.entries };
}

/** Keys that a subtree may hold: from <= key < to. */
interface KeyBounds {
  readonly from: Uint8Array | undefined;
  readonly to: Uint8Array | undefined;
}

class TooManyProblems extends Error {}

class Checker {
  readonly problems: string[];
  pagesReachable: number;
  entries: number;
  readonly #file: File;
  readonly #clock: Clock;
  readonly #windows: Map<number, Uint8Array>;
  #pageSize: number;
  #pageCount: number;
  #reachable: Uint8Array;
  #slicePages: number;

  constructor(file: File, clock: Clock) {
    this.problems = [];
    this.pagesReachable = 0;
    this.entries = 0;
    this.#file = file;
    this.#clock = clock;
    this.#windows = new Map();
    this.#pageSize = 0;
    this.#pageCount = 0;
    this.#reachable = new Uint8Array(0);
    this.#slicePages = 0;
  }

  async run(free: FreePages | undefined): Promise<void> {
    try {
      const meta = await this.#meta();
      if (meta === undefined) return;
      this.#pageSize = meta.pageSize;
      this.#pageCount = meta.pageCount;
      this.#reachable = new Uint8Array(meta.pageCount);
      this.#reachable.fill(1, 0, 2);
      this.pagesReachable = 2;
      const size = await this.#file.size();
      if (size < meta.pageCount * meta.pageSize)
        this.#problem(`the file has ${size} bytes, ${meta.pageCount} pages need ${meta.pageCount * meta.pageSize}`);
      await this.#tree(meta.root, "the root bucket", true);
      if (meta.freelist !== undefined) await this.#freelist(meta.freelist);
      if (free !== undefined) this.#leaks(free);
    } catch (error) {
      if (!(error instanceof TooManyProblems)) throw error;
    }
  }

  #problem(text: string): void {
    this.problems.push(text);
    if (this.problems.length >= PROBLEMS_MAX) throw new TooManyProblems();
  }

  async #meta(): Promise<Meta | undefined> {
    const metas: Meta[] = [];
    const bytes = new Uint8Array(META_BYTES);
    for (let offset = 0; offset <= 65536; offset = offset === 0 ? 1024 : offset * 2) {
      const got = await this.#file.read(bytes, offset);
      const result = decodeMeta(bytes.subarray(0, got));
      if (result.ok && (offset === 0 || result.meta.pageSize === offset)) metas.push(result.meta);
      else if (offset === 0) this.problems.push(`meta page 0: ${result.ok ? "misplaced" : result.reason}`);
    }
    metas.sort((a, b) => b.txid - a.txid);
    if (metas.length === 0) this.#problem("no valid meta page");
    return metas[0];
  }

  /** Checks the tree of a bucket, and the buckets in it. */
  async #tree(root: number, name: string, isRoot: boolean): Promise<void> {
    const depths = new Set<number>();
    await this.#node(root, { from: undefined, to: undefined }, 0, depths, name, isRoot);
    if (depths.size > 1) this.#problem(`${name}: leaves lie on different levels (${[...depths].join(", ")})`);
  }

  /** Returns the first key below the page. */
  async #node(
    id: number,
    bounds: KeyBounds,
    depth: number,
    depths: Set<number>,
    name: string,
    isRoot: boolean,
  ): Promise<Uint8Array | undefined> {
    if (depth > DEPTH_MAX) {
      this.#problem(`${name}: page ${id}: deeper than ${DEPTH_MAX} levels`);
      return undefined;
    }
    const page = await this.#page(id, name);
    if (page === undefined) return undefined;
    if (page.count === 0 && depth > 0) this.#problem(`${name}: page ${id} is empty`);
    if (!page.isLeaf && page.count < 2) this.#problem(`${name}: branch page ${id} has ${page.count} children`);
    this.#order(page, bounds, name);
    const first = page.count > 0 ? page.key(0).slice() : undefined;
    if (page.isLeaf) {
      depths.add(depth);
      await this.#leaf(page, name, isRoot);
      return first;
    }
    for (let i = 0; i < page.count; i++) {
      const key = page.key(i).slice();
      const to = i + 1 < page.count ? page.key(i + 1).slice() : bounds.to;
      const below = await this.#node(page.child(i), { from: key, to }, depth + 1, depths, name, isRoot);
      if (below !== undefined && compareBytes(below, key) !== 0)
        this.#problem(`${name}: page ${id}: separator ${i} is not the first key of page ${page.child(i)}`);
    }
    return first;
  }

  #order(page: NodePage, bounds: KeyBounds, name: string): void {
    for (let i = 0; i < page.count; i++) {
      const key = page.key(i);
      if (i === 0 && bounds.from !== undefined && compareBytes(key, bounds.from) < 0)
        this.#problem(`${name}: page ${page.id}: the first key is below that of its parent`);
      if (i > 0 && compareBytes(page.key(i - 1), key) >= 0)
        this.#problem(`${name}: page ${page.id}: key ${i} is not above the one before`);
      if (bounds.to !== undefined && compareBytes(key, bounds.to) >= 0)
        this.#problem(`${name}: page ${page.id}: key ${i} is not below the next key of the parent`);
    }
  }

  async #leaf(page: NodePage, name: string, isRoot: boolean): Promise<void> {
    for (let i = 0; i < page.count; i++) {
      if (!page.isBucket(i)) {
        if (isRoot) this.#problem(`the root bucket: entry ${i} of page ${page.id} is no bucket`);
        this.entries++;
        continue;
      }
      const child = `${isRoot ? "" : `${name}/`}${utf8Text(page.key(i))}`;
      const result = decodeBucketValue(page.value(i), this.#pageCount);
      if (!result.ok) this.#problem(`bucket ${child}: ${result.reason}`);
      else if (result.bucket.inline !== undefined) {
        if (result.bucket.inline.length > this.#pageSize / 4)
          this.#problem(`bucket ${child} is too large to be inline`);
        this.#order(result.bucket.inline, { from: undefined, to: undefined }, `bucket ${child}`);
        this.entries += result.bucket.inline.count;
      } else await this.#tree(result.bucket.root, child, false);
    }
  }

  async #page(id: number, name: string): Promise<NodePage | undefined> {
    if (id < 2 || id >= this.#pageCount) {
      this.#problem(`${name}: page ${id} is out of bounds (${this.#pageCount} pages)`);
      return undefined;
    }
    if (++this.#slicePages % PAGES_PER_SLICE === 0) await yieldTurn(this.#clock);
    const head = await this.#read(id, 1);
    const overflow = overflowOf(head, 0);
    if (id + overflow >= this.#pageCount) {
      this.#problem(`${name}: page ${id} with ${overflow} overflow pages is out of bounds`);
      return undefined;
    }
    const words = overflow === 0 ? head : await this.#read(id, overflow + 1);
    for (let i = id; i <= id + overflow; i++) {
      if (this.#reachable[i] !== 0) {
        this.#problem(`${name}: page ${i} is used more than once`);
        return undefined;
      }
      this.#reachable[i] = 1;
      this.pagesReachable++;
    }
    const page = new NodePage(id, new Uint8Array(words.buffer), words, 0, words.byteLength);
    const reason = checkNodePage(page, { pageCount: this.#pageCount, inline: false });
    if (reason === undefined) return page;
    this.#problem(`${name}: page ${id}: ${reason}`);
    return undefined;
  }

  async #freelist(id: number): Promise<void> {
    const head = await this.#read(id, 1);
    const overflow = overflowOf(head, 0);
    if (id + overflow >= this.#pageCount) return this.#problem(`the freelist at page ${id} is out of bounds`);
    const result = decodeFreelist(await this.#read(id, overflow + 1));
    if (!result.ok) return this.#problem(`the freelist at page ${id}: ${result.reason}`);
    for (let i = id; i <= id + overflow; i++) {
      if (this.#reachable[i] !== 0) this.#problem(`page ${i} of the freelist is used by a tree`);
      this.#reachable[i] = 1;
    }
    const freed = new Uint8Array(this.#pageCount);
    for (const page of result.pages) {
      if (page < 2 || page >= this.#pageCount) {
        this.#problem(`the freelist holds page ${page}, which is out of bounds`);
        continue;
      }
      if (freed[page] !== 0) this.#problem(`page ${page} is free twice`);
      freed[page] = 1;
      if (this.#reachable[page] !== 0) this.#problem(`page ${page} is free and in use`);
    }
    for (let page = 2; page < this.#pageCount; page++)
      if (freed[page] === 0 && this.#reachable[page] === 0) this.#problem(`page ${page} is neither free nor in use`);
  }

  #leaks(free: FreePages): void {
    const pending = new Uint8Array(this.#pageCount);
    for (const [first, count] of free.pendingRuns()) pending.fill(1, first, first + count);
    if (free.pageCount !== this.#pageCount)
      this.#problem(`the free-page map counts ${free.pageCount} pages, the meta page ${this.#pageCount}`);
    for (let page = 2; page < this.#pageCount; page++) {
      const isFree = free.isFree(page) || pending[page] !== 0;
      if (isFree && this.#reachable[page] !== 0) this.#problem(`page ${page} is in use, and free in memory`);
      if (!isFree && this.#reachable[page] === 0)
        this.#problem(`page ${page} is lost: neither in use nor free in memory`);
    }
  }

  async #read(id: number, pages: number): Promise<Uint32Array> {
    const out = new Uint8Array(pages * this.#pageSize);
    const start = id * this.#pageSize;
    for (let at = 0; at < out.length; ) {
      const offset = start + at;
      const window = await this.#window(Math.floor(offset / WINDOW_BYTES));
      const from = offset % WINDOW_BYTES;
      const length = Math.min(out.length - at, WINDOW_BYTES - from);
      out.set(window.subarray(from, from + length), at);
      at += length;
    }
    return new Uint32Array(out.buffer);
  }

  async #window(index: number): Promise<Uint8Array> {
    const known = this.#windows.get(index);
    if (known !== undefined) return known;
    // Zeros past the end of the file: no page checks out there.
    const window = new Uint8Array(WINDOW_BYTES);
    await this.#file.read(window, index * WINDOW_BYTES);
    if (this.#windows.size >= WINDOWS_MAX) this.#windows.delete(this.#windows.keys().next().value!);
    this.#windows.set(index, window);
    return window;
  }
}

/**
 * Which pages of a file are free, and which will be.
 *
 * One bit per page, 1 = free (256 kB for an 8-GB file). Pages that transaction N replaced are pending: transaction N-1 still needs them, so
 * they become free when no meta page names N-1 any more and no reader of an older transaction is left. Nothing of this is on disk
 * (NoFreelistSync): opening a file rebuilds it from what the tree reaches.
 */
import { assert } from "../../base/assert.ts";

interface PendingPages {
  readonly txid: number;
  /** Pairs of first page and page count. */
  readonly runs: readonly number[];
}

export class FreePages {
  #words: Int32Array;
  #pageCount: number;
  #freeCount: number;
  #pendingCount: number;
  /** Word where the search for single pages goes on (next fit). */
  #next: number;
  /** There is no run of this many free pages. */
  #noRunLength: number;
  /** Page where the search for runs goes on. */
  #nextRun: number;
  readonly #pending: PendingPages[];
  readonly #readers: Map<number, number>;

  constructor(pageCount: number) {
    this.#words = new Int32Array(((pageCount >>> 5) + 64) * 2);
    this.#pageCount = pageCount;
    this.#freeCount = 0;
    this.#pendingCount = 0;
    this.#next = 0;
    this.#noRunLength = Number.POSITIVE_INFINITY;
    this.#nextRun = 2;
    this.#pending = [];
    this.#readers = new Map();
  }

  /** High-water mark: pages in the file. */
  get pageCount(): number {
    return this.#pageCount;
  }

  /** Pages that can be allocated now. */
  get freeCount(): number {
    return this.#freeCount;
  }

  /** Pages that wait for a meta page or a reader. */
  get pendingCount(): number {
    return this.#pendingCount;
  }

  isFree(id: number): boolean {
    return id < this.#pageCount && ((this.#words[id >>> 5]! >>> (id & 31)) & 1) !== 0;
  }

  /** Makes pages free. */
  add(first: number, count: number): void {
    for (let id = first; id < first + count; id++) {
      const bit = 1 << (id & 31);
      assert((this.#words[id >>> 5]! & bit) === 0 && id >= 2 && id < this.#pageCount, "a page is freed once");
      this.#words[id >>> 5]! |= bit;
    }
    this.#freeCount += count;
    this.#noRunLength = Number.POSITIVE_INFINITY;
  }

  /** Takes `count` adjacent pages: free ones, or new ones at the end of the file. */
  allocate(count: number): number {
    const found = count === 1 ? this.#findOne() : this.#findRun(count);
    if (found < 0) return this.#extend(count);
    for (let id = found; id < found + count; id++) this.#words[id >>> 5]! &= ~(1 << (id & 31));
    this.#freeCount -= count;
    return found;
  }

  /** Takes these free pages, at opening. */
  take(first: number, count: number): void {
    for (let id = first; id < first + count; id++) {
      assert(this.isFree(id), "a page is taken once");
      this.#words[id >>> 5]! &= ~(1 << (id & 31));
    }
    this.#freeCount -= count;
  }

  #extend(count: number): number {
    const first = this.#pageCount;
    this.#pageCount += count;
    if (this.#pageCount >>> 5 >= this.#words.length) {
      const larger = new Int32Array((this.#pageCount >>> 5) * 2 + 64);
      larger.set(this.#words);
      this.#words = larger;
    }
    return first;
  }

  #findOne(): number {
    if (this.#freeCount === 0) return -1;
    const words = this.#words;
    const end = (this.#pageCount >>> 5) + 1;
    for (let step = 0; step < end; step++) {
      if (this.#next >= end) this.#next = 0;
      const word = words[this.#next]!;
      if (word !== 0) return this.#next * 32 + 31 - Math.clz32(word & -word);
      this.#next++;
    }
    throw new Error("free page count does not match the bitmap");
  }

  #findRun(count: number): number {
    if (this.#freeCount < count || count >= this.#noRunLength) return -1;
    let found = this.#findRunFrom(this.#nextRun, count);
    if (found < 0 && this.#nextRun > 2) found = this.#findRunFrom(2, count);
    if (found < 0) this.#noRunLength = count;
    else this.#nextRun = found + count;
    return found;
  }

  #findRunFrom(from: number, count: number): number {
    const words = this.#words;
    let start = 0;
    let length = 0;
    let id = from;
    while (id < this.#pageCount) {
      const word = words[id >>> 5]!;
      if ((id & 31) === 0 && (word === 0 || word === -1)) {
        // Whole words at once: most are all used or all free.
        if (word === 0) length = 0;
        else {
          if (length === 0) start = id;
          length += 32;
        }
        id += 32;
      } else {
        if (((word >>> (id & 31)) & 1) === 0) length = 0;
        else {
          if (length === 0) start = id;
          length++;
        }
        id++;
      }
      if (length >= count) return start;
    }
    return -1;
  }

  /** Back to the page count before a commit that is given up; its pages were given back with {@link add}. */
  shrink(pageCount: number): void {
    for (let id = pageCount; id < this.#pageCount; id++) {
      if (!this.isFree(id)) continue;
      this.#words[id >>> 5]! &= ~(1 << (id & 31));
      this.#freeCount--;
    }
    this.#pageCount = pageCount;
  }

  /** Notes what a transaction replaced, when its meta page is durable. */
  addPending(txid: number, runs: readonly number[]): void {
    if (runs.length === 0) return;
    this.#pending.push({ txid, runs });
    for (let i = 1; i < runs.length; i += 2) this.#pendingCount += runs[i]!;
  }

  /** Runs of pending pages (first page, count); for the checker. */
  *pendingRuns(): Generator<readonly [number, number], void, void> {
    for (const { runs } of this.#pending) for (let i = 0; i < runs.length; i += 2) yield [runs[i]!, runs[i + 1]!];
  }

  addReader(txid: number): void {
    this.#readers.set(txid, (this.#readers.get(txid) ?? 0) + 1);
  }

  removeReader(txid: number): void {
    const count = this.#readers.get(txid);
    assert(count !== undefined, "a reader is released once");
    if (count === 1) this.#readers.delete(txid);
    else this.#readers.set(txid, count - 1);
  }

  get readerCount(): number {
    let count = 0;
    for (const n of this.#readers.values()) count += n;
    return count;
  }

  /** Pages that a transaction and all readers do without: pending only for the sake of an older meta page. */
  spareCount(txid: number): number {
    const oldest = this.#oldest(txid);
    let count = 0;
    for (const pending of this.#pending) {
      if (pending.txid > oldest) break;
      for (let i = 1; i < pending.runs.length; i += 2) count += pending.runs[i]!;
    }
    return count;
  }

  #oldest(txid: number): number {
    let oldest = txid;
    for (const reader of this.#readers.keys()) if (reader < oldest) oldest = reader;
    return oldest;
  }

  /** Frees the pending pages that neither the oldest transaction of a meta page nor a reader needs; `freed` hears of each run. */
  release(oldestTxid: number, freed: (first: number, count: number) => void): void {
    const oldest = this.#oldest(oldestTxid);
    let done = 0;
    // In order of txid. What transaction N replaced is needed by readers of transactions below N.
    while (done < this.#pending.length && this.#pending[done]!.txid <= oldest) {
      const runs = this.#pending[done++]!.runs;
      for (let i = 0; i < runs.length; i += 2) {
        this.add(runs[i]!, runs[i + 1]!);
        this.#pendingCount -= runs[i + 1]!;
        freed(runs[i]!, runs[i + 1]!);
      }
    }
    this.#pending.splice(0, done);
  }
}

/** The pages of one commit: takes free pages for new ones, notes which the new transaction does not use, undoes all of it. */
import type { Clock } from "../../io/clock.ts";
import type { FreePages } from "./free-pages.ts";
import type { CachedPage } from "./page-cache.ts";
import { PageWriter } from "./page-writer.ts";
import type { Pager } from "./pager.ts";
import type { MergeTarget } from "./tree-merge.ts";

/** Time that a commit holds the loop, in milliseconds. */
const SLICE_MS = 1;

/** Everything that one commit takes and gives back. */
export class WriteTransaction implements MergeTarget {
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

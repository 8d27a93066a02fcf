/**
 * Writes the pages that a commit made, off the main thread: sorted into runs of adjacent pages, memory that is adjacent too in one part.
 * The cached page is the write buffer (nothing is copied); it stays pinned until it is written.
 */
import type { File } from "../../io/file-system.ts";
import { KEPT_BYTES_MAX } from "./node-content.ts";
import type { CachedPage } from "./page-cache.ts";
import type { Pager } from "./pager.ts";

const PARALLEL_WRITES = 4;
/** Linux takes 1024 parts in one call. */
const PARTS_MAX = 1000;

interface WriteRun {
  readonly position: number;
  readonly parts: Uint8Array[];
}

export class PageWriter {
  readonly #pager: Pager;
  readonly #file: File;
  readonly #pageSize: number;
  #pages: CachedPage[];
  #waitingBytes: number;
  /** Bytes written so far; for metrics. */
  writtenBytes: number;

  constructor(pager: Pager) {
    this.#pager = pager;
    this.#file = pager.file;
    this.#pageSize = pager.pageSize;
    this.#pages = [];
    this.#waitingBytes = 0;
    this.writtenBytes = 0;
  }

  /** Bytes that wait for {@link flush}. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  add(page: CachedPage): void {
    this.#pages.push(page);
    this.#waitingBytes += page.length;
  }

  /** Writes what waits. Rejects with the first FileError, when no write is under way any more. Not durable before a datasync. */
  async flush(): Promise<void> {
    const pages = this.#pages;
    this.#pages = [];
    this.writtenBytes += this.#waitingBytes;
    this.#waitingBytes = 0;
    const runs = this.#runs(pages.sort((a, b) => a.id - b.id));
    let next = 0;
    const failures: unknown[] = [];
    const writeSome = async (): Promise<void> => {
      while (next < runs.length && failures.length === 0) {
        const run = runs[next++]!;
        try {
          await this.#file.writev(run.parts, run.position);
        } catch (error) {
          failures.push(error);
        }
      }
    };
    const writers: Promise<void>[] = [];
    for (let i = 0; i < PARALLEL_WRITES && i < runs.length; i++) writers.push(writeSome());
    await Promise.all(writers);
    for (const page of pages) {
      page.pins--;
      // Memory for the next large value; whoever reads this one reads the file.
      if (page.length > KEPT_BYTES_MAX && page.pins === 0) this.#pager.forget(page.id);
    }
    if (failures.length > 0) throw failures[0];
  }

  #runs(pages: readonly CachedPage[]): WriteRun[] {
    const runs: WriteRun[] = [];
    let run: WriteRun | undefined;
    let nextId = -1;
    for (let i = 0; i < pages.length; ) {
      const first = pages[i++]!;
      let end = first.at + first.length;
      let afterId = first.id + first.length / this.#pageSize;
      while (i < pages.length && pages[i]!.id === afterId && pages[i]!.bytes === first.bytes && pages[i]!.at === end) {
        end += pages[i]!.length;
        afterId += pages[i]!.length / this.#pageSize;
        i++;
      }
      const part = first.bytes.subarray(first.at, end);
      if (run !== undefined && first.id === nextId && run.parts.length < PARTS_MAX) run.parts.push(part);
      else {
        run = { position: first.id * this.#pageSize, parts: [part] };
        runs.push(run);
      }
      nextId = afterId;
    }
    return runs;
  }
}

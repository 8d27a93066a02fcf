/**
 * Remembers what header blocks decoded to. A client repeats the same few bytes for every call of one method; while the dynamic table stays as
 * it is, equal bytes mean an equal list. Blocks that change the table are never kept.
 */

const ENTRIES = 8;
/** Longer blocks hold literals that hardly recur. */
const BLOCK_BYTES_MAX = 512;

interface CacheEntry<Head> {
  generation: number;
  block: Uint8Array;
  head: Head;
}

export class HeadCache<Head> {
  readonly #entries: CacheEntry<Head>[];
  #next: number;

  constructor() {
    this.#entries = [];
    this.#next = 0;
  }

  find(generation: number, bytes: Uint8Array, start: number, end: number): Head | undefined {
    const entries = this.#entries;
    const length = end - start;
    for (let k = 0; k < entries.length; k++) {
      const entry = entries[k]!;
      const block = entry.block;
      if (entry.generation !== generation || block.length !== length) continue;
      let i = 0;
      while (i < length && block[i] === bytes[start + i]) i++;
      if (i === length) return entry.head;
    }
    return undefined;
  }

  /** Keeps the outcome of a block whose decoding left the table at `generation` as it was before. */
  keep(generation: number, bytes: Uint8Array, start: number, end: number, head: Head): void {
    if (end - start > BLOCK_BYTES_MAX) return;
    const entry = { generation, block: bytes.slice(start, end), head };
    if (this.#entries.length < ENTRIES) this.#entries.push(entry);
    else this.#entries[this.#next] = entry;
    this.#next = (this.#next + 1) % ENTRIES;
  }
}

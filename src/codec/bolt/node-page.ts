/**
 * Branch and leaf pages: reading without copying, checking, searching, writing.
 *
 * After the page header come `count` elements of 16 bytes, then keys and values. `pos` counts from the start of its element.
 *
 *   leaf element     flags u32 | pos u32 | keySize u32 | valueSize u32     key, then value, at pos
 *   branch element   pos u32 | keySize u32 | page u64                      key = the child's first key
 *
 * Invariants of what we write: keys ascend strictly; a separator is exactly its child's first key (bbolt finds a child by it when it
 * writes); a branch has at least two children (bbolt's rebalance panics on less); data lies in element order without gaps.
 */
import {
  BUCKET_ELEMENT_FLAG,
  countOf,
  ELEMENT_BYTES,
  flagsAndCount,
  flagsOf,
  LOW_WORD,
  PAGE_HEADER_BYTES,
  PageFlag,
} from "./layout.ts";

/** A node page in memory: a window of a larger buffer, which is shared by byte and word view. `at` is a multiple of 4. */
export class NodePage {
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  /** Byte offset of the page in `bytes`. */
  readonly at: number;
  /** Bytes of the page with its overflow pages. */
  readonly length: number;
  /** Set from the header by {@link readHeader} or by the writer. */
  count: number;
  isLeaf: boolean;

  constructor(id: number, bytes: Uint8Array, words: Uint32Array, at: number, length: number) {
    this.id = id;
    this.bytes = bytes;
    this.words = words;
    this.at = at;
    this.length = length;
    this.count = 0;
    this.isLeaf = true;
  }

  /** Takes count and kind from the page's header. */
  readHeader(): void {
    const word = this.words[(this.at >>> 2) + 2]!;
    this.count = countOf(word);
    this.isLeaf = (flagsOf(word) & PageFlag.Leaf) !== 0;
  }

  /** Word index of an element. */
  element(index: number): number {
    return (this.at + PAGE_HEADER_BYTES + index * ELEMENT_BYTES) >>> 2;
  }

  keyStart(index: number): number {
    const element = this.element(index);
    return (element << 2) + (this.isLeaf ? this.words[element + 1]! : this.words[element]!);
  }

  keyLength(index: number): number {
    const element = this.element(index);
    return this.isLeaf ? this.words[element + 2]! : this.words[element + 1]!;
  }

  /** A view. */
  key(index: number): Uint8Array {
    const start = this.keyStart(index);
    return this.bytes.subarray(start, start + this.keyLength(index));
  }

  /** A view; leaves only. */
  value(index: number): Uint8Array {
    const element = this.element(index);
    const start = (element << 2) + this.words[element + 1]! + this.words[element + 2]!;
    return this.bytes.subarray(start, start + this.words[element + 3]!);
  }

  /** Whether the value is a bucket; leaves only. */
  isBucket(index: number): boolean {
    return (this.words[this.element(index)]! & BUCKET_ELEMENT_FLAG) !== 0;
  }

  /** Page number of a child; branches only. */
  child(index: number): number {
    return this.words[this.element(index) + 2 + LOW_WORD]!;
  }

  /** Bytes of key and value. */
  dataSize(index: number): number {
    const element = this.element(index);
    return this.isLeaf ? this.words[element + 2]! + this.words[element + 3]! : this.words[element + 1]!;
  }

  /** Order of the key at an index against `key`: negative, 0 or positive. */
  compareKey(index: number, key: Uint8Array): number {
    const words = this.words;
    const bytes = this.bytes;
    const element = (this.at + PAGE_HEADER_BYTES + index * ELEMENT_BYTES) >>> 2;
    const skip = this.isLeaf ? 1 : 0;
    const start = (element << 2) + words[element + skip]!;
    const length = words[element + skip + 1]!;
    const n = length < key.length ? length : key.length;
    for (let i = 0; i < n; i++) {
      const d = bytes[start + i]! - key[i]!;
      if (d !== 0) return d;
    }
    return length - key.length;
  }

  /** First index whose key is >= `key` (count when there is none). */
  lowerBound(key: Uint8Array): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.compareKey(middle, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Index of the child whose range holds `key`: the last separator <= key, or the first child. */
  childIndex(key: Uint8Array): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.compareKey(middle, key) <= 0) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? 0 : low - 1;
  }
}

export interface NodeBounds {
  /** Children must be below this page number. */
  readonly pageCount: number;
  /** An inline page carries id 0 and may be empty, its length is that of the value. */
  readonly inline: boolean;
}

/** Reads and checks header and element table so that later reads stay inside the page. Returns what is wrong, or undefined. */
export function checkNodePage(page: NodePage, bounds: NodeBounds): string | undefined {
  const words = page.words;
  const head = page.at >>> 2;
  const id = words[head + LOW_WORD]!;
  if (!bounds.inline && (id !== page.id || words[head + 1 - LOW_WORD] !== 0)) return `page says that it is page ${id}`;
  const flags = flagsOf(words[head + 2]!);
  if (flags !== PageFlag.Leaf && flags !== PageFlag.Branch) return `page flags ${flags} are neither leaf nor branch`;
  if (bounds.inline && flags !== PageFlag.Leaf) return "an inline bucket must be a leaf";
  page.readHeader();
  const count = page.count;
  const tableEnd = PAGE_HEADER_BYTES + count * ELEMENT_BYTES;
  if (tableEnd > page.length) return `${count} elements do not fit in ${page.length} bytes`;
  if (!page.isLeaf && count === 0) return "a branch without children";
  for (let i = 0; i < count; i++) {
    const element = head + ((PAGE_HEADER_BYTES + i * ELEMENT_BYTES) >>> 2);
    const offset = PAGE_HEADER_BYTES + i * ELEMENT_BYTES;
    const skip = page.isLeaf ? 1 : 0;
    const start = offset + words[element + skip]!;
    const keyLength = words[element + skip + 1]!;
    const valueLength = page.isLeaf ? words[element + 3]! : 0;
    if (keyLength === 0) return `element ${i} has an empty key`;
    if (start < tableEnd || start + keyLength + valueLength > page.length)
      return `element ${i} lies outside of the page (${start} + ${keyLength} + ${valueLength} of ${page.length})`;
    if (page.isLeaf) continue;
    const child = words[element + 2 + LOW_WORD]!;
    if (words[element + 3 - LOW_WORD] !== 0 || child < 2 || child >= bounds.pageCount)
      return `element ${i} points to page ${child}, which is not between 2 and ${bounds.pageCount}`;
    if (child === page.id) return `element ${i} points to its own page`;
  }
  return undefined;
}

/** Writes a page header into the word view of a page. */
export function writePageHeader(
  words: Uint32Array,
  at: number,
  id: number,
  flags: number,
  count: number,
  overflow: number,
): void {
  const head = at >>> 2;
  words[head + LOW_WORD] = id;
  words[head + 1 - LOW_WORD] = 0;
  words[head + 2] = flagsAndCount(flags, count);
  words[head + 3] = overflow;
}

/** Overflow pages that the header of a page claims. */
export function overflowOf(words: Uint32Array, at: number): number {
  return words[(at >>> 2) + 3]!;
}

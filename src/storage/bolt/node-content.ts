/**
 * A node while a commit works on it: a list of where its entries are. Entries that exist already stay in the pages they came from
 * (pinned until the node is written), new ones in the sorted changes; bytes move once, into the page that is written.
 */

import { ELEMENT_BYTES, KEYS_PER_PAGE_MIN, PAGE_HEADER_BYTES } from "../../codec/bolt/layout.ts";
import { NodePage } from "../../codec/bolt/node-page.ts";
import type { CachedPage } from "./page-cache.ts";
import type { TreeOps } from "./tree-ops.ts";

export class NodeContent {
  /** 0 = leaf; else children are of one level less. */
  readonly level: number;
  /** Page that holds an entry; undefined: it is in `ops`. */
  readonly source: (NodePage | undefined)[];
  /** Index in the source page, or in `ops`. */
  readonly index: number[];
  /** Page of each child; empty in leaves. */
  readonly child: number[];
  /** Bytes of key and value of each entry. */
  readonly dataSize: number[];
  /** Bytes of the whole node with header and elements. */
  size: number;
  /** It lost entries: it may be too small now. */
  shrunk: boolean;
  /** Pages that must stay in memory until this was written. */
  readonly pinned: CachedPage[];

  constructor(level: number) {
    this.level = level;
    this.source = [];
    this.index = [];
    this.child = [];
    this.dataSize = [];
    this.size = PAGE_HEADER_BYTES;
    this.shrunk = false;
    this.pinned = [];
  }

  get count(): number {
    return this.index.length;
  }

  pin(page: CachedPage): void {
    page.pins++;
    this.pinned.push(page);
  }

  unpin(): void {
    for (const page of this.pinned) page.pins--;
    this.pinned.length = 0;
  }

  /** Takes over entries from..to of a leaf. */
  addLeafEntries(page: NodePage, from: number, to: number): void {
    const words = page.words;
    let element = page.element(from);
    for (let i = from; i < to; i++, element += ELEMENT_BYTES / 4) {
      const size = words[element + 2]! + words[element + 3]!;
      this.source.push(page);
      this.index.push(i);
      this.dataSize.push(size);
      this.size += ELEMENT_BYTES + size;
    }
  }

  addOp(ops: TreeOps, at: number): void {
    const size = ops.keys[at]!.length + ops.values[at]!.length;
    this.source.push(undefined);
    this.index.push(at);
    this.dataSize.push(size);
    this.size += ELEMENT_BYTES + size;
  }

  /** Adds a child whose first key is the key at `index` of `source`: the old parent or the child itself. */
  addChild(source: NodePage, index: number, child: number): void {
    const size = source.keyLength(index);
    this.source.push(source);
    this.index.push(index);
    this.child.push(child);
    this.dataSize.push(size);
    this.size += ELEMENT_BYTES + size;
  }

  /** Adds a page that was just written. A large one is not kept in memory for its key. */
  addWritten(page: CachedPage): void {
    if (page.length <= KEPT_BYTES_MAX) {
      this.pin(page);
      this.addChild(page, 0, page.id);
    } else this.addChild(firstKeyOnly(page), 0, page.id);
  }

  /** Takes the last child off and returns its page number. */
  popChild(): number {
    this.source.pop();
    this.index.pop();
    this.size -= ELEMENT_BYTES + this.dataSize.pop()!;
    return this.child.pop()!;
  }

  /** Takes the first child off and returns its page number. */
  shiftChild(): number {
    this.source.shift();
    this.index.shift();
    this.size -= ELEMENT_BYTES + this.dataSize.shift()!;
    return this.child.shift()!;
  }

  /** Appends the entries of a right neighbour of the same level, which gives its pins away. */
  append(right: NodeContent): void {
    for (let i = 0; i < right.index.length; i++) {
      this.source.push(right.source[i]);
      this.index.push(right.index[i]!);
      this.dataSize.push(right.dataSize[i]!);
    }
    for (const child of right.child) this.child.push(child);
    this.size += right.size - PAGE_HEADER_BYTES;
    this.shrunk ||= right.shrunk;
    for (const page of right.pinned) this.pinned.push(page);
    right.pinned.length = 0;
  }
}

/** Larger pages leave memory as soon as they are written. */
export const KEPT_BYTES_MAX = 65536;

/** A leaf in memory of its own with the first key of a page, to take a separator from. */
function firstKeyOnly(page: NodePage): NodePage {
  const length = page.keyLength(0);
  const start = page.keyStart(0);
  const words = new Uint32Array((PAGE_HEADER_BYTES + ELEMENT_BYTES + length + 3) >>> 2);
  const bytes = new Uint8Array(words.buffer);
  bytes.set(page.bytes.subarray(start, start + length), PAGE_HEADER_BYTES + ELEMENT_BYTES);
  const out = new NodePage(page.id, bytes, words, 0, bytes.length);
  out.count = 1;
  out.isLeaf = page.isLeaf;
  const element = out.element(0) + (page.isLeaf ? 1 : 0);
  words[element] = ELEMENT_BYTES;
  words[element + 1] = length;
  return out;
}

/**
 * How many of the entries from `from` on go into the next page: bbolt's split rule (node.go splitTwo, splitIndex). Up to four entries are
 * never split, nor what is smaller than a page; else a page takes at least two entries, fills up to the threshold and leaves at least two.
 */
export function entriesOfNextPage(
  dataSize: readonly number[],
  from: number,
  sizeLeft: number,
  rule: { readonly pageSize: number; readonly fillPercent: number },
): number {
  const left = dataSize.length - from;
  if (left <= KEYS_PER_PAGE_MIN * 2 || sizeLeft < rule.pageSize) return left;
  const threshold = Math.floor(rule.pageSize * rule.fillPercent);
  let size = PAGE_HEADER_BYTES;
  let taken = 0;
  for (let i = 0; i < left - KEYS_PER_PAGE_MIN; i++) {
    taken = i;
    const entry = ELEMENT_BYTES + dataSize[from + i]!;
    if (i >= KEYS_PER_PAGE_MIN && size + entry > threshold) break;
    size += entry;
  }
  return taken;
}

/** Reading one bucket's tree synchronously: point lookup and ordered scan. The pages do not change under it (copy-on-write). */
import { compareBytes } from "../../base/bytes.ts";
import type { NodePage } from "../../codec/bolt/node-page.ts";
import type { Pager } from "./pager.ts";

/** Deeper than any sound tree (two children a branch, 2^31 pages): a cycle. */
const DEPTH_MAX = 32;

export type Visit = (key: Uint8Array, value: Uint8Array) => boolean | void;

/** A bucket as one transaction sees it: a root page, or a page inside of the root bucket. */
export interface TreeRoot {
  /** 0 when inline. */
  readonly root: number;
  readonly inline: NodePage | undefined;
}

/** View of the value, or undefined. */
export function treeGet(pager: Pager, tree: TreeRoot, key: Uint8Array): Uint8Array | undefined {
  let page: NodePage = tree.inline ?? pager.page(tree.root);
  for (let depth = 0; !page.isLeaf; depth++) {
    if (depth > DEPTH_MAX) throw pager.damaged(page.id, "the tree is too deep");
    page = pager.page(page.child(page.childIndex(key)));
  }
  const index = page.lowerBound(key);
  if (index === page.count || page.compareKey(index, key) !== 0) return undefined;
  return page.value(index);
}

/** A position in a tree, for merging with other sources of entries. Views that it gives live as long as those of `Pager.page`. */
export class TreeCursor {
  readonly #pager: Pager;
  readonly #pages: NodePage[];
  readonly #indexes: number[];
  #depth: number;

  constructor(pager: Pager, tree: TreeRoot, from: Uint8Array) {
    this.#pager = pager;
    this.#pages = [];
    this.#indexes = [];
    this.#depth = 0;
    let page: NodePage = tree.inline ?? pager.page(tree.root);
    while (!page.isLeaf) {
      const index = page.childIndex(from);
      this.#push(page, index);
      page = pager.page(page.child(index));
    }
    this.#push(page, page.lowerBound(from));
    this.#settle();
  }

  /** The leaf that holds the entry; undefined at the end. Entries `index` to `leaf.count` follow each other. */
  get leaf(): NodePage | undefined {
    return this.#depth === 0 ? undefined : this.#pages[this.#depth - 1];
  }

  get index(): number {
    return this.#indexes[this.#depth - 1]!;
  }

  /** Moves on to an index of the leaf, or to the next leaf when that is its count. */
  moveTo(index: number): void {
    this.#indexes[this.#depth - 1] = index;
    this.#settle();
  }

  #push(page: NodePage, index: number): void {
    if (this.#depth > DEPTH_MAX) throw this.#pager.damaged(page.id, "the tree is too deep");
    this.#pages[this.#depth] = page;
    this.#indexes[this.#depth] = index;
    this.#depth++;
  }

  /** From past the end of a page to the first entry after it. */
  #settle(): void {
    while (this.#depth > 0) {
      const top = this.#depth - 1;
      const page = this.#pages[top]!;
      if (this.#indexes[top]! < page.count) {
        if (page.isLeaf) return;
        this.#push(this.#pager.page(page.child(this.#indexes[top]!)), 0);
        continue;
      }
      this.#depth--;
      if (this.#depth > 0) this.#indexes[this.#depth - 1]!++;
    }
  }
}

/** Visits entries with from <= key < to; true when it reached the end of the range. */
export function treeScan(
  pager: Pager,
  tree: TreeRoot,
  from: Uint8Array,
  to: Uint8Array | undefined,
  visit: Visit,
): boolean {
  const cursor = new TreeCursor(pager, tree, from);
  for (let leaf = cursor.leaf; leaf !== undefined; leaf = cursor.leaf) {
    const end = leafEnd(leaf, cursor.index, to);
    for (let i = cursor.index; i < end; i++) if (visit(leaf.key(i), leaf.value(i)) === false) return false;
    if (end < leaf.count) return true;
    cursor.moveTo(end);
  }
  return true;
}

/** First index at or after `from` that is not below `to`. */
export function leafEnd(leaf: NodePage, from: number, to: Uint8Array | undefined): number {
  if (to === undefined || (leaf.count > from && leaf.compareKey(leaf.count - 1, to) < 0)) return leaf.count;
  const end = leaf.lowerBound(to);
  return end < from ? from : end;
}

/** First index in sorted keys with keys[index] >= key, from `low` to `high`. */
export function lowerBoundOf(keys: readonly Uint8Array[], key: Uint8Array, low: number, high: number): number {
  let from = low;
  let to = high;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (compareBytes(keys[middle]!, key) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}

/**
 * The write half of a tree: merges sorted changes into it copy-on-write and returns the new root. Pages of the old tree stay as they are.
 *
 * One walk from left to right touches only what changes. A node that lost entries and is too small is joined with its right neighbour,
 * or with its left one when it is the last (bbolt's rebalance, without its order by chance); then nodes are cut by bbolt's split rule.
 *
 * A branch with one child is never written (bbolt panics on it): what would be one is handed up as a node of a lower level, a *stub*,
 * and grafted onto a neighbour there. A stub that reaches the top is the new, lower root.
 *
 *         [ a | m ]                     delete all under a, and all but x under m
 *         /        \          merge     ->  the right branch hands up leaf [x] as a stub
 *   [ a.. ]        [ m | x ]            ->  nothing to the left or right of it: [x] is the root
 *
 * Generators, so that the driver can stop between nodes: `undefined` asks for a pause when the slice is used up, a list of page numbers
 * asks to read them off the main thread first.
 */
import { assert } from "../../base/assert.ts";
import { ELEMENT_BYTES, KEYS_PER_PAGE_MIN, LOW_WORD, PAGE_HEADER_BYTES, PageFlag } from "../../codec/bolt/layout.ts";
import { writePageHeader } from "../../codec/bolt/node-page.ts";
import { entriesOfNextPage, NodeContent } from "./node-content.ts";
import type { CachedPage } from "./page-cache.ts";
import type { Pager } from "./pager.ts";
import type { TreeOps } from "./tree-ops.ts";
import { lowerBoundOf, type TreeRoot } from "./tree-read.ts";

/** Where a merge gets pages from and gives them to: the write transaction. */
export interface MergeTarget {
  readonly pager: Pager;
  /** A fresh pinned page of so many adjacent pages, which will be written with this commit. */
  newPage(pages: number): CachedPage;
  /** The pages are not part of the new tree. */
  freePage(page: CachedPage): void;
  /** Whether the slice is used up. */
  readonly sliceIsOver: boolean;
}

export type MergeStep = readonly number[] | undefined;
type Merge<T> = Generator<MergeStep, T, void>;

const UNCHANGED = "unchanged";
/** Keys shorter than this are copied byte by byte: quicker than a call. */
const SHORT_BYTES = 24;

export class TreeMerge {
  readonly #target: MergeTarget;
  readonly #pager: Pager;
  readonly #ops: TreeOps;
  readonly #fillPercent: number;
  readonly #elementFlags: number;

  constructor(
    target: MergeTarget,
    ops: TreeOps,
    settings: { readonly fillPercent: number; readonly elementFlags: number },
  ) {
    this.#target = target;
    this.#pager = target.pager;
    this.#ops = ops;
    this.#fillPercent = settings.fillPercent;
    this.#elementFlags = settings.elementFlags;
  }

  /** The merged root node, not written yet; undefined when nothing changed. It may be empty. */
  *merge(tree: TreeRoot): Merge<NodeContent | undefined> {
    const all = this.#ops.keys.length;
    if (tree.inline !== undefined) {
      const content = this.#mergeLeaf(tree.inline, undefined, 0, all);
      return content === UNCHANGED ? undefined : content;
    }
    const root = this.#pager.page(tree.root);
    let level = 0;
    for (let page = root; !page.isLeaf; level++) page = this.#pager.page(page.child(0));
    const content = level === 0 ? this.#mergeLeaf(root, root, 0, all) : yield* this.#mergeBranch(root, level, 0, all);
    if (content === UNCHANGED) return undefined;
    this.#target.freePage(root);
    return content;
  }

  /** Writes a root node, with as many levels above it as it takes. Returns the root page. */
  *writeRoot(content: NodeContent): Merge<CachedPage> {
    let top = content;
    for (;;) {
      const parent = new NodeContent(top.level + 1);
      const page = yield* this.#write(top, parent);
      if (parent.count === 1) {
        parent.unpin();
        return page;
      }
      top = parent;
    }
  }

  /** Merges changes from..to into a leaf. `owner` is the page to pin. */
  #mergeLeaf(
    page: NonNullable<TreeRoot["inline"]>,
    owner: CachedPage | undefined,
    from: number,
    to: number,
  ): NodeContent | typeof UNCHANGED {
    const ops = this.#ops;
    const content = new NodeContent(0);
    let changed = false;
    let at = 0;
    for (let op = from; op < to; op++) {
      const key = ops.keys[op]!;
      let next = at;
      if (at < page.count) {
        // Appending is the rule: one comparison tells.
        if (page.compareKey(page.count - 1, key) < 0) next = page.count;
        else next = Math.max(at, page.lowerBound(key));
      }
      if (next > at) content.addLeafEntries(page, at, next);
      at = next;
      const exists = at < page.count && page.compareKey(at, key) === 0;
      if (exists) at++;
      if (ops.values[op] !== null) {
        content.addOp(ops, op);
        changed = true;
      } else if (exists) {
        content.shrunk = true;
        changed = true;
      }
    }
    if (!changed) return UNCHANGED;
    content.addLeafEntries(page, at, page.count);
    if (owner !== undefined) content.pin(owner);
    return content;
  }

  *#mergeBranch(page: CachedPage, level: number, from: number, to: number): Merge<NodeContent | typeof UNCHANGED> {
    const result = new NodeContent(level);
    result.pin(page);
    // Which changes go to which child; those of child i end at ends[i].
    const ends: number[] = [];
    const cold: number[] = [];
    let op = from;
    for (let i = 0; i < page.count; i++) {
      const end = i === page.count - 1 || op === to ? to : this.#opsBelow(page, i + 1, op, to);
      if (end > op && this.#pager.cached(page.child(i)) === undefined) cold.push(page.child(i));
      ends.push(end);
      op = end;
    }
    if (cold.length > 0) yield cold;
    let changed = false;
    // The last node that is still being put together; all to the left of it are in `result`.
    let held: NodeContent | undefined;
    op = from;
    for (let i = 0; i < page.count; i++) {
      const id = page.child(i);
      const end = ends[i]!;
      let content: NodeContent | typeof UNCHANGED = UNCHANGED;
      if (end > op) {
        if (this.#target.sliceIsOver) yield undefined;
        const child = this.#pager.page(id);
        content = child.isLeaf
          ? this.#mergeLeaf(child, child, op, end)
          : yield* this.#mergeBranch(child, level - 1, op, end);
        op = end;
        if (content !== UNCHANGED) {
          changed = true;
          this.#target.freePage(child);
          if (content.count === 0) {
            result.shrunk = true;
            content.unpin();
            continue;
          }
        }
      }
      if (content === UNCHANGED) {
        if (held === undefined || !this.#isTooSmall(held, level - 1)) {
          if (held !== undefined) yield* this.#write(held, result);
          held = undefined;
          result.addChild(page, i, id);
          continue;
        }
        content = this.#load(id, level - 1);
      }
      if (held === undefined) held = content;
      else if (this.#isTooSmall(held, level - 1) || this.#isTooSmall(content, level - 1)) {
        result.shrunk = true;
        held = yield* this.#join(held, content);
      } else {
        yield* this.#write(held, result);
        held = content;
      }
    }
    if (!changed) {
      result.unpin();
      return UNCHANGED;
    }
    if (held !== undefined && result.count > 0 && this.#isTooSmall(held, level - 1)) {
      result.shrunk = true;
      held = yield* this.#join(this.#load(result.popChild(), level - 1), held);
    }
    if (held === undefined) {
      if (result.count !== 1) return result;
      // Only one child is left: that child, to be grafted by the caller.
      const only = this.#load(result.popChild(), level - 1);
      result.unpin();
      return only;
    }
    if (result.count === 0) {
      result.unpin();
      return held;
    }
    yield* this.#write(held, result);
    return result;
  }

  /** End of the changes whose keys are below the separator `index`. */
  #opsBelow(page: CachedPage, index: number, from: number, to: number): number {
    const keys = this.#ops.keys;
    if (page.compareKey(index, keys[from]!) <= 0) return from;
    return lowerBoundOf(keys, page.key(index), from, to);
  }

  /** A node of the tree as content; its page is not part of the new tree any more. */
  #load(id: number, level: number): NodeContent {
    const page = this.#pager.page(id);
    assert(page.isLeaf === (level === 0), "all leaves are on one level");
    const content = new NodeContent(level);
    content.pin(page);
    if (page.isLeaf) content.addLeafEntries(page, 0, page.count);
    else for (let i = 0; i < page.count; i++) content.addChild(page, i, page.child(i));
    this.#target.freePage(page);
    return content;
  }

  /** bbolt's rule (node.go rebalance): only nodes that lost something, below half of the fill or with hardly a key. Stubs always. */
  #isTooSmall(content: NodeContent, level: number): boolean {
    if (content.level < level) return true;
    if (!content.shrunk) return false;
    const keysMin = content.level === 0 ? 1 : KEYS_PER_PAGE_MIN;
    return content.size <= Math.floor(this.#pager.pageSize * this.#fillPercent) / 2 || content.count <= keysMin;
  }

  /** Puts neighbours together; the lower one becomes part of the higher one's edge. */
  *#join(left: NodeContent, right: NodeContent): Merge<NodeContent> {
    if (left.level === right.level) {
      left.append(right);
      return left;
    }
    if (left.level > right.level) {
      const edge = yield* this.#join(this.#load(left.popChild(), left.level - 1), right);
      yield* this.#write(edge, left);
      return left;
    }
    const edge = yield* this.#join(left, this.#load(right.shiftChild(), right.level - 1));
    const front = new NodeContent(right.level);
    front.shrunk = right.shrunk;
    yield* this.#write(edge, front);
    front.append(right);
    return front;
  }

  /** Cuts a node into pages, encodes them and adds them to its parent. Returns the last page. */
  *#write(content: NodeContent, parent: NodeContent): Merge<CachedPage> {
    const rule = { pageSize: this.#pager.pageSize, fillPercent: this.#fillPercent };
    assert(content.level === parent.level - 1, "children are one level below their parent");
    let from = 0;
    let sizeLeft = content.size;
    for (;;) {
      const count = entriesOfNextPage(content.dataSize, from, sizeLeft, rule);
      let size = PAGE_HEADER_BYTES;
      for (let i = from; i < from + count; i++) size += ELEMENT_BYTES + content.dataSize[i]!;
      const page = this.#encode(content, from, count, size);
      parent.addWritten(page);
      from += count;
      sizeLeft -= size - PAGE_HEADER_BYTES;
      if (from === content.count) {
        content.unpin();
        return page;
      }
      if (this.#target.sliceIsOver) yield undefined;
    }
  }

  #encode(content: NodeContent, from: number, count: number, size: number): CachedPage {
    assert(
      count > 0 && count < 0xffff && (content.level === 0 || count >= KEYS_PER_PAGE_MIN),
      "a page has a sound number of entries",
    );
    const pages = Math.ceil(size / this.#pager.pageSize);
    const page = this.#target.newPage(pages);
    page.count = count;
    page.isLeaf = content.level === 0;
    const flags = page.isLeaf ? PageFlag.Leaf : PageFlag.Branch;
    writePageHeader(page.words, page.at, page.id, flags, count, pages - 1);
    const end = encodeEntries(page, content, { from, count, ops: this.#ops, elementFlags: this.#elementFlags });
    page.bytes.fill(0, end, page.at + page.length);
    return page;
  }
}

interface EntryRange {
  readonly from: number;
  readonly count: number;
  readonly ops: TreeOps;
  /** Of leaf elements that come from ops. */
  readonly elementFlags: number;
}

/** Writes element table and data of a page whose header is there. Returns where the data ends. */
export function encodeEntries(
  page: { readonly bytes: Uint8Array; readonly words: Uint32Array; readonly at: number; readonly isLeaf: boolean },
  content: NodeContent,
  range: EntryRange,
): number {
  const { bytes, words, isLeaf } = page;
  const { from, count, ops } = range;
  let element = (page.at + PAGE_HEADER_BYTES) >>> 2;
  let data = page.at + PAGE_HEADER_BYTES + count * ELEMENT_BYTES;
  for (let i = from; i < from + count; i++, element += ELEMENT_BYTES / 4) {
    const source = content.source[i];
    const index = content.index[i]!;
    if (source === undefined) {
      const key = ops.keys[index]!;
      const value = ops.values[index]!;
      words[element] = range.elementFlags;
      words[element + 1] = data - (element << 2);
      words[element + 2] = key.length;
      words[element + 3] = value.length;
      data = put(bytes, data, key);
      data = put(bytes, data, value);
      continue;
    }
    const sourceElement = source.element(index);
    if (isLeaf) {
      const start = (sourceElement << 2) + source.words[sourceElement + 1]!;
      words[element] = source.words[sourceElement]!;
      words[element + 1] = data - (element << 2);
      words[element + 2] = source.words[sourceElement + 2]!;
      words[element + 3] = source.words[sourceElement + 3]!;
      data = move(bytes, data, source.bytes, start, content.dataSize[i]!);
    } else {
      const start = source.keyStart(index);
      const length = source.keyLength(index);
      words[element] = data - (element << 2);
      words[element + 1] = length;
      putChild(words, element + 2, content.child[i]!);
      data = move(bytes, data, source.bytes, start, length);
    }
  }
  return data;
}

function putChild(words: Uint32Array, at: number, id: number): void {
  words[at + LOW_WORD] = id;
  words[at + 1 - LOW_WORD] = 0;
}

function put(into: Uint8Array, at: number, bytes: Uint8Array): number {
  const n = bytes.length;
  if (n < SHORT_BYTES) for (let i = 0; i < n; i++) into[at + i] = bytes[i]!;
  else into.set(bytes, at);
  return at + n;
}

function move(into: Uint8Array, at: number, source: Uint8Array, start: number, n: number): number {
  if (n < SHORT_BYTES) for (let i = 0; i < n; i++) into[at + i] = source[start + i]!;
  else if (into === source) into.copyWithin(at, start, start + n);
  else into.set(source.subarray(start, start + n), at);
  return at + n;
}

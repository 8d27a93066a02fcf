/**
 * Walks a tree's leaves in key order without holding the loop: reads ahead off the main thread in large pieces and yields when a slice
 * is used up. For boot, hashes, big lists, defragmentation, checks. The tree must not change meanwhile: the caller has it pinned.
 */

import type { NodePage } from "../../codec/bolt/node-page.ts";
import { type Clock, yieldTurn } from "../../io/clock.ts";
import type { CachedPage } from "./page-cache.ts";
import type { Pager } from "./pager.ts";
import { leafEnd, type TreeRoot } from "./tree-read.ts";

export interface WalkVisitor {
  /** A branch or leaf page with pages of its own, before what is below it. */
  page?(page: CachedPage): void;
  /** Entries from..to of a leaf, at once; the page is good until this returns. False stops the walk. */
  leaf(page: NodePage, from: number, to: number): boolean | void;
  /** Asked after each leaf: a promise is waited for. */
  pause?(): Promise<void> | undefined;
}

export interface WalkRange {
  readonly from?: Uint8Array | undefined;
  /** Exclusive; undefined: to the end. */
  readonly to?: Uint8Array | undefined;
}

/** Time that a walk holds the loop, in milliseconds. */
const SLICE_MS = 1.5;
/** Pages that one step reads ahead. */
const AHEAD_PAGES = 128;
const DEPTH_MAX = 32;
const NO_KEY = new Uint8Array(0);

export class TreeWalk {
  readonly #pager: Pager;
  readonly #clock: Clock;
  readonly #visitor: WalkVisitor;
  readonly #range: WalkRange;
  #sliceEnd: number;

  constructor(pager: Pager, clock: Clock, visitor: WalkVisitor, range: WalkRange = {}) {
    this.#pager = pager;
    this.#clock = clock;
    this.#visitor = visitor;
    this.#range = range;
    this.#sliceEnd = clock.now() + SLICE_MS;
  }

  /** Resolves to false when the visitor stopped it. */
  async run(tree: TreeRoot): Promise<boolean> {
    if (tree.inline !== undefined) return this.#leaf(tree.inline);
    await this.#pager.prefetch([tree.root]);
    return await this.#node(this.#pager.peek(tree.root), 0);
  }

  async #node(page: CachedPage, depth: number): Promise<boolean> {
    this.#visitor.page?.(page);
    if (page.isLeaf) return this.#leaf(page);
    if (depth > DEPTH_MAX) throw this.#pager.damaged(page.id, "the tree is too deep");
    const children = this.#childrenInRange(page);
    let ahead = this.#readAhead(children, 0);
    for (let start = 0; start < children.length; start += AHEAD_PAGES) {
      await ahead;
      ahead = this.#readAhead(children, start + AHEAD_PAGES);
      const end = Math.min(start + AHEAD_PAGES, children.length);
      for (let i = start; i < end; i++) {
        if (this.#clock.now() >= this.#sliceEnd) {
          await yieldTurn(this.#clock);
          this.#sliceEnd = this.#clock.now() + SLICE_MS;
        }
        const child = this.#pager.peek(children[i]!);
        // Leaves without a promise: there may be millions.
        if (child.isLeaf) {
          this.#visitor.page?.(child);
          if (!this.#leaf(child)) return false;
          const pause = this.#visitor.pause?.();
          if (pause !== undefined) await pause;
        } else if (!(await this.#node(child, depth + 1))) return false;
      }
    }
    return true;
  }

  #readAhead(children: readonly number[], start: number): Promise<void> {
    const reading = this.#pager.prefetch(children.slice(start, start + AHEAD_PAGES));
    // Awaited one step later, or never if the visitor stops or throws first: then its failure concerns nobody.
    reading.catch(() => undefined);
    return reading;
  }

  #childrenInRange(page: NodePage): number[] {
    const { from, to } = this.#range;
    const children: number[] = [];
    let i = from === undefined ? 0 : page.childIndex(from);
    children.push(page.child(i));
    for (i++; i < page.count && (to === undefined || page.compareKey(i, to) < 0); i++) children.push(page.child(i));
    return children;
  }

  #leaf(page: NodePage): boolean {
    const start = this.#range.from === undefined ? 0 : page.lowerBound(this.#range.from);
    const end = leafEnd(page, start, this.#range.to);
    if (end > start && this.#visitor.leaf(page, start, end) === false) return false;
    return true;
  }
}

/** Visits entries with from <= key < to as {@link TreeWalk}; the views are good until the visitor returns. */
export function walkEntries(
  pager: Pager,
  clock: Clock,
  tree: TreeRoot,
  visit: (key: Uint8Array, value: Uint8Array) => boolean | void,
  range: WalkRange = { from: NO_KEY },
): Promise<boolean> {
  const visitor: WalkVisitor = {
    leaf(page, from, to) {
      for (let i = from; i < to; i++) if (visit(page.key(i), page.value(i)) === false) return false;
      return true;
    },
  };
  return new TreeWalk(pager, clock, visitor, range).run(tree);
}

/** Scan over the file with one or two write buffers on top; the upper source hides the same key below. */
import { compareBytes } from "../../base/bytes.ts";
import type { Pager } from "./pager.ts";
import { leafEnd, TreeCursor, type TreeRoot, treeScan, type Visit } from "./tree-read.ts";
import type { BucketBuffer } from "./write-buffer.ts";

/** Position in a buffer that may change under the scan: the visitor may write. */
class BufferCursor {
  readonly buffer: BucketBuffer;
  at: number;
  #version: number;

  constructor(buffer: BucketBuffer, from: Uint8Array) {
    this.buffer = buffer;
    this.at = buffer.lowerBound(from);
    this.#version = buffer.version;
  }

  key(): Uint8Array | undefined {
    return this.buffer.keys[this.at];
  }

  /** Finds its place again after keys came in: behind the last key that was passed. */
  settle(passed: Uint8Array): void {
    if (this.#version === this.buffer.version) return;
    this.#version = this.buffer.version;
    this.at = this.buffer.lowerBound(passed);
    if (this.at < this.buffer.keys.length && compareBytes(this.buffer.keys[this.at]!, passed) === 0) this.at++;
  }
}

export interface MergedSource {
  readonly pager: Pager;
  readonly tree: TreeRoot | undefined;
  /** Newest. */
  readonly upper: BucketBuffer | undefined;
  /** In the hands of the commit under way. */
  readonly lower: BucketBuffer | undefined;
}

/**
 * Visits entries with from <= key < to in order; true when it reached the end of the range. What the visitor writes further up the range
 * is seen for sure only where a buffer had keys in the range already.
 */
export function mergedScan(source: MergedSource, from: Uint8Array, to: Uint8Array | undefined, visit: Visit): boolean {
  const { pager, tree } = source;
  const upper = cursorInRange(source.upper, from, to);
  const lower = cursorInRange(source.lower, from, to);
  if (upper === undefined && lower === undefined)
    return tree === undefined ? true : treeScan(pager, tree, from, to, visit);
  const cursor = tree === undefined ? undefined : new TreeCursor(pager, tree, from);
  let leaf = cursor?.leaf;
  let index = leaf === undefined ? 0 : cursor!.index;
  let end = leaf === undefined ? 0 : leafEnd(leaf, index, to);
  for (;;) {
    if (leaf !== undefined && index === end) {
      if (end < leaf.count) leaf = undefined;
      else {
        cursor!.moveTo(end);
        leaf = cursor!.leaf;
        if (leaf !== undefined) {
          index = cursor!.index;
          end = leafEnd(leaf, index, to);
        }
        continue;
      }
    }
    const upperKey = inRange(upper?.key(), to);
    const lowerKey = inRange(lower?.key(), to);
    // The least key of the two buffers.
    let key = upperKey;
    let value: Uint8Array | null | undefined;
    if (upperKey !== undefined && (lowerKey === undefined || compareBytes(upperKey, lowerKey) <= 0))
      value = upper!.buffer.values[upper!.at];
    else if (lowerKey !== undefined) {
      key = lowerKey;
      value = lower!.buffer.values[lower!.at];
    }
    if (key === undefined) {
      if (leaf === undefined) return true;
      const treeKey = leaf.key(index);
      if (visit(treeKey, leaf.value(index)) === false) return false;
      index++;
      upper?.settle(treeKey);
      continue;
    }
    const order = leaf === undefined ? 1 : leaf.compareKey(index, key);
    if (order < 0) {
      const treeKey = leaf!.key(index);
      if (visit(treeKey, leaf!.value(index)) === false) return false;
      index++;
      upper?.settle(treeKey);
      continue;
    }
    if (order === 0 && leaf !== undefined) index++;
    if (upperKey !== undefined && compareBytes(upperKey, key) === 0) upper!.at++;
    if (lowerKey !== undefined && compareBytes(lowerKey, key) === 0) lower!.at++;
    if (value !== null && value !== undefined && visit(key, value) === false) return false;
    upper?.settle(key);
  }
}

function cursorInRange(
  buffer: BucketBuffer | undefined,
  from: Uint8Array,
  to: Uint8Array | undefined,
): BufferCursor | undefined {
  if (buffer === undefined) return undefined;
  const cursor = new BufferCursor(buffer, from);
  return inRange(cursor.key(), to) === undefined ? undefined : cursor;
}

function inRange(key: Uint8Array | undefined, to: Uint8Array | undefined): Uint8Array | undefined {
  return key === undefined || (to !== undefined && compareBytes(key, to) >= 0) ? undefined : key;
}

/**
 * Ranges of keys as permissions and requests name them, and sets of such ranges.
 *
 *   range_end empty   the one key
 *   range_end "\0"    the key and all after it
 *   otherwise         from key up to but without range_end
 *
 * A set keeps the union of its ranges: disjoint, apart (touching ranges are merged), sorted. A range is covered when it lies in one of them.
 *   {[a,c), [c,e), [x,∞)} is kept as {[a,e), [x,∞)}: covers b, [b,d), [y,∞); does not cover e, [d,f).
 * A request range whose end does not lie behind its key is empty; it is covered when its key is, as in etcd.
 * Source of behaviour: etcd server/auth/range_perm_cache.go, pkg/adt/interval_tree.go (Contains, Intersects).
 */
import { compareBytes } from "../../base/bytes.ts";

/** The end of all keys. */
const INFINITY = undefined;
type RangeLimit = Uint8Array | typeof INFINITY;

interface Interval {
  readonly begin: Uint8Array;
  end: RangeLimit;
}

/** True for the range end that means "everything from the key on". */
export function isOpenEnded(rangeEnd: Uint8Array): boolean {
  return rangeEnd.length === 1 && rangeEnd[0] === 0;
}

/** Whether a permission may be granted on this range: the key is not empty and the range not either. */
export function isValidPermissionRange(key: Uint8Array, rangeEnd: Uint8Array): boolean {
  if (key.length === 0) return false;
  return rangeEnd.length === 0 || compareBytes(key, rangeEnd) < 0 || isOpenEnded(rangeEnd);
}

/** A union of key ranges that does not change any more. */
export class KeyRangeSet {
  readonly #intervals: readonly Interval[];

  constructor(ranges: Iterable<{ readonly key: Uint8Array; readonly rangeEnd: Uint8Array }>) {
    const intervals: Interval[] = [];
    for (const { key, rangeEnd } of ranges) {
      const end = rangeEnd.length === 0 ? keyAfter(key) : isOpenEnded(rangeEnd) ? INFINITY : rangeEnd;
      // Ranges that hold no key cannot be granted, but older files may have them.
      if (key.length > 0 && (end === INFINITY || compareBytes(key, end) < 0)) intervals.push({ begin: key, end });
    }
    intervals.sort((a, b) => compareBytes(a.begin, b.begin));
    const merged: Interval[] = [];
    for (const interval of intervals) {
      const last = merged.at(-1);
      if (last === undefined || compareLimits(last.end, interval.begin) < 0) merged.push(interval);
      else if (compareLimits(last.end, interval.end) < 0) last.end = interval.end;
    }
    this.#intervals = merged;
  }

  /** Whether the whole range is in the set; `rangeEnd` as requests give it. */
  covers(key: Uint8Array, rangeEnd: Uint8Array): boolean {
    if (key.length === 0) return false;
    const interval = this.#at(key);
    if (interval === undefined) return false;
    if (rangeEnd.length === 0 || interval.end === INFINITY) return true;
    return !isOpenEnded(rangeEnd) && compareBytes(interval.end, rangeEnd) >= 0;
  }

  /** The interval that holds the key: the last one that begins at or before it, if it reaches beyond. */
  #at(key: Uint8Array): Interval | undefined {
    let low = 0;
    let high = this.#intervals.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareBytes(this.#intervals[middle]!.begin, key) <= 0) low = middle + 1;
      else high = middle;
    }
    const interval = this.#intervals[low - 1];
    return interval !== undefined && compareLimits(interval.end, key) > 0 ? interval : undefined;
  }
}

/** The smallest key behind this one. */
function keyAfter(key: Uint8Array): Uint8Array {
  const after = new Uint8Array(key.length + 1);
  after.set(key);
  return after;
}

function compareLimits(a: RangeLimit, b: RangeLimit): number {
  if (a === INFINITY) return b === INFINITY ? 0 : 1;
  return b === INFINITY ? -1 : compareBytes(a, b);
}

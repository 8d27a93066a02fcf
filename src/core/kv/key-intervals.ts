/**
 * A set of keys given as intervals, merged and sorted: what the deletions of a transaction cover (etcd uses an interval tree, pkg/adt).
 * An interval whose end is not behind its begin covers nothing. This holds for the end "\0" too, which elsewhere means "no upper bound":
 * etcd compares it as an ordinary key here, and so do we.
 */
export class KeyIntervals {
  /** Begin and end (exclusive) in turn; ascending, neither touching nor overlapping. */
  #bounds: string[] = [];

  /** Adds a range as a DeleteRangeRequest names it: an empty end is the single key. */
  add(key: string, rangeEnd: string): void {
    const end = rangeEnd === "" ? `${key}\0` : rangeEnd;
    if (end <= key) return;
    const bounds = this.#bounds;
    // The first interval that ends at or behind the new one's begin, and the first that begins behind its end.
    let first = 0;
    while (first < bounds.length && bounds[first + 1]! < key) first += 2;
    let last = first;
    let from = key;
    let to = end;
    for (; last < bounds.length && bounds[last]! <= end; last += 2) {
      if (bounds[last]! < from) from = bounds[last]!;
      if (bounds[last + 1]! > to) to = bounds[last + 1]!;
    }
    bounds.splice(first, last - first, from, to);
  }

  addAll(other: KeyIntervals): void {
    const bounds = other.#bounds;
    for (let i = 0; i < bounds.length; i += 2) this.add(bounds[i]!, bounds[i + 1]!);
  }

  contains(key: string): boolean {
    const bounds = this.#bounds;
    let low = 0;
    let high = bounds.length / 2;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (bounds[2 * middle]! <= key) low = middle + 1;
      else high = middle;
    }
    return low > 0 && key < bounds[2 * low - 1]!;
  }
}

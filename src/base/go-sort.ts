/**
 * Sorting with the ties of Go's sort.Sort: a pattern-defeating quicksort, which leaves equal elements in an order of its own. Wherever etcd
 * keeps or shows what it sorted that way, members of one cluster agree only if they leave ties alike. The order is a function of length and
 * comparisons alone. (Source of behaviour: Go's package sort since 1.19; the algorithm is in https://arxiv.org/abs/2106.05123.)
 *
 * Up to twelve elements it is insertion sort, which is stable.
 */

const INSERTION_MAX = 12;
/** From here on pivots are medians of medians, and nearly sorted input is mended by shifting. */
const LONG = 50;
const MEDIAN_SWAPS_MAX = 12;
const SHIFTS_MAX = 5;

/** Sorts in place. `less` is a strict order; it sees elements, never positions. */
export function goSort<T>(items: T[], less: (a: T, b: T) => boolean): void {
  const limit = items.length === 0 ? 0 : 32 - Math.clz32(items.length);
  new GoSort(items, less).range(0, items.length, limit);
}

class GoSort<T> {
  readonly #items: T[];
  readonly #less: (a: T, b: T) => boolean;
  /** Exchanges that the last choice of a pivot had to make in its head. */
  #medianSwaps: number;

  constructor(items: T[], less: (a: T, b: T) => boolean) {
    this.#items = items;
    this.#less = less;
    this.#medianSwaps = 0;
  }

  /** Sorts [from, to); after `limit` bad pivots by heap. */
  range(from: number, to: number, limit: number): void {
    let wasBalanced = true;
    let wasPartitioned = true;
    let badPivotsLeft = limit;
    while (to - from > INSERTION_MAX) {
      if (badPivotsLeft === 0) {
        this.#heapSort(from, to);
        return;
      }
      if (!wasBalanced) {
        this.#scatter(from, to);
        badPivotsLeft--;
      }
      const length = to - from;
      let pivot = this.#choosePivot(from, to);
      let looksSorted = this.#medianSwaps === 0;
      if (this.#medianSwaps === MEDIAN_SWAPS_MAX) {
        for (let i = from, j = to - 1; i < j; i++, j--) this.#swap(i, j);
        pivot = to - 1 - (pivot - from);
        looksSorted = true;
      }
      if (wasBalanced && wasPartitioned && looksSorted && this.#mend(from, to)) return;
      if (from > 0 && !this.#isLess(from - 1, pivot)) {
        // The pivot equals what stands before the range, so all its equals go first and are done.
        from = this.#partitionEqual(from, to, pivot);
        continue;
      }
      const { middle, untouched } = this.#partition(from, to, pivot);
      wasPartitioned = untouched;
      const left = middle - from;
      const right = to - middle;
      wasBalanced = Math.min(left, right) >= Math.floor(length / 8);
      if (left < right) {
        this.range(from, middle, badPivotsLeft);
        from = middle + 1;
      } else {
        this.range(middle + 1, to, badPivotsLeft);
        to = middle;
      }
    }
    for (let i = from + 1; i < to; i++) this.#sink(i, from);
  }

  #isLess(i: number, j: number): boolean {
    return this.#less(this.#items[i]!, this.#items[j]!);
  }

  #swap(i: number, j: number): void {
    const item = this.#items[i]!;
    this.#items[i] = this.#items[j]!;
    this.#items[j] = item;
  }

  /** Moves the element down until its left neighbour is not greater, never below `floor`. */
  #sink(at: number, floor: number): void {
    for (let i = at; i > floor && this.#isLess(i, i - 1); i--) this.#swap(i, i - 1);
  }

  #choosePivot(from: number, to: number): number {
    const quarter = Math.floor((to - from) / 4);
    this.#medianSwaps = 0;
    const marks = [from + quarter, from + 2 * quarter, from + 3 * quarter] as const;
    if (to - from < LONG) return this.#median(marks[0], marks[1], marks[2]);
    const around = (at: number) => this.#median(at - 1, at, at + 1);
    const first = around(marks[0]);
    const second = around(marks[1]);
    return this.#median(first, second, around(marks[2]));
  }

  #median(a: number, b: number, c: number): number {
    let [low, middle] = this.#ordered(a, b);
    [middle] = this.#ordered(middle, c);
    [low, middle] = this.#ordered(low, middle);
    return middle;
  }

  #ordered(a: number, b: number): [number, number] {
    if (!this.#isLess(b, a)) return [a, b];
    this.#medianSwaps++;
    return [b, a];
  }

  /** Puts a few neighbours that stand the wrong way into place; true when the range is sorted then. */
  #mend(from: number, to: number): boolean {
    let at = from + 1;
    for (let shifts = 0; shifts < SHIFTS_MAX; shifts++) {
      while (at < to && !this.#isLess(at, at - 1)) at++;
      if (at === to) return true;
      if (to - from < LONG) return false;
      this.#swap(at, at - 1);
      // Go sinks the smaller one without regard to the range's start: what stands before is not greater.
      if (at - from >= 2) this.#sink(at - 1, 0);
      for (let i = at + 1; i < to && this.#isLess(i, i - 1); i++) this.#swap(i, i - 1);
    }
    return false;
  }

  /** Smaller ones before the pivot, the rest behind it. `untouched` when they stood so already. */
  #partition(from: number, to: number, pivot: number): { readonly middle: number; readonly untouched: boolean } {
    this.#swap(from, pivot);
    let i = from + 1;
    let j = to - 1;
    for (let untouched = true; ; untouched = false) {
      while (i <= j && this.#isLess(i, from)) i++;
      while (i <= j && !this.#isLess(j, from)) j--;
      if (i > j) {
        this.#swap(j, from);
        return { middle: j, untouched };
      }
      this.#swap(i++, j--);
    }
  }

  /** Those equal to the pivot first; gives where the greater ones begin. */
  #partitionEqual(from: number, to: number, pivot: number): number {
    this.#swap(from, pivot);
    let i = from + 1;
    let j = to - 1;
    for (;;) {
      while (i <= j && !this.#isLess(from, i)) i++;
      while (i <= j && this.#isLess(from, j)) j--;
      if (i > j) return i;
      this.#swap(i++, j--);
    }
  }

  /** Three exchanges around the middle, by a random sequence that the length seeds. */
  #scatter(from: number, to: number): void {
    const length = to - from;
    const mask = (1n << BigInt(length.toString(2).length)) - 1n;
    const middle = from + 2 * Math.floor(length / 4);
    let state = BigInt(length);
    for (let at = middle - 1; at <= middle + 1; at++) {
      state = BigInt.asUintN(64, state ^ (state << 13n));
      state ^= state >> 7n;
      state = BigInt.asUintN(64, state ^ (state << 17n));
      let other = Number(state & mask);
      if (other >= length) other -= length;
      this.#swap(at, from + other);
    }
  }

  #heapSort(from: number, to: number): void {
    const length = to - from;
    for (let root = Math.floor((length - 1) / 2); root >= 0; root--) this.#siftDown(from, root, length);
    for (let last = length - 1; last >= 0; last--) {
      this.#swap(from, from + last);
      this.#siftDown(from, 0, last);
    }
  }

  #siftDown(from: number, at: number, length: number): void {
    let root = at;
    for (;;) {
      let child = 2 * root + 1;
      if (child >= length) return;
      if (child + 1 < length && this.#isLess(from + child, from + child + 1)) child++;
      if (!this.#isLess(from + root, from + child)) return;
      this.#swap(from + root, from + child);
      root = child;
    }
  }
}

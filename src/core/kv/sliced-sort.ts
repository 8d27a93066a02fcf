/**
 * A stable merge sort in slices: positions 0..n-1 are brought into an order without holding the event loop. Bottom-up: runs of 512 are
 * sorted one by one, then merged pair by pair.
 */
const RUN = 512;

export class SlicedSort {
  readonly #compare: (a: number, b: number) => number;
  #from: Uint32Array;
  #to: Uint32Array;
  /** Length of the sorted runs; 0 while the first runs are made. */
  #width = 0;
  /** Next position of the current pass. */
  #at = 0;
  /** Where the current merge stands in its left and right run. */
  #left = 0;
  #right = 0;

  /** `compare` gets positions. */
  constructor(n: number, compare: (a: number, b: number) => number) {
    this.#compare = compare;
    this.#from = new Uint32Array(n);
    for (let i = 0; i < n; i++) this.#from[i] = i;
    this.#to = new Uint32Array(n);
  }

  /** Moves about `moves` positions; true when sorted. */
  step(moves: number): boolean {
    const n = this.#from.length;
    let left = moves;
    while (left > 0) {
      if (this.#width === 0) {
        const end = Math.min(this.#at + RUN, n);
        this.#from.subarray(this.#at, end).sort(this.#compare);
        left -= end - this.#at;
        this.#at = end;
        if (end === n) this.#nextPass(RUN);
        continue;
      }
      if (this.#width >= n) return true;
      left -= this.#merge(left);
      if (this.#at === n) {
        const merged = this.#to;
        this.#to = this.#from;
        this.#from = merged;
        this.#nextPass(this.#width * 2);
      }
    }
    return this.#width >= n && this.#width > 0;
  }

  #nextPass(width: number): void {
    this.#width = width;
    this.#at = 0;
    this.#left = 0;
    this.#right = Math.min(width, this.#from.length);
  }

  /** Goes on with the merge at hand, up to `moves`; returns how many were made. */
  #merge(moves: number): number {
    const from = this.#from;
    const to = this.#to;
    const n = from.length;
    const start = this.#at - (this.#at % (2 * this.#width));
    const middle = Math.min(start + this.#width, n);
    const end = Math.min(start + 2 * this.#width, n);
    let { at, left, right } = { at: this.#at, left: this.#left, right: this.#right };
    const stop = Math.min(end, at + moves);
    for (; at < stop; at++) {
      if (left < middle && (right >= end || this.#compare(from[left]!, from[right]!) <= 0)) to[at] = from[left++]!;
      else to[at] = from[right++]!;
    }
    const made = at - this.#at;
    this.#at = at;
    if (at === end) {
      left = end;
      right = Math.min(end + this.#width, n);
    }
    this.#left = left;
    this.#right = right;
    return made;
  }

  /** The positions in order; only after {@link step} returned true. */
  get order(): Uint32Array {
    return this.#from;
  }
}

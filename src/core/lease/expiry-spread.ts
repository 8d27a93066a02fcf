/**
 * Spreads leases that would end together after a change of leader, so that no second sees more than 3/4 of the revocations that the
 * primary can do (etcd server/lease/lessor.go Promote).
 */
import type { Lease } from "./lease.ts";

export interface ExpirySpread {
  readonly nowMs: number;
  /** What every lease was extended by already. */
  readonly extendMs: number;
  readonly revokesPerSecond: number;
}

/** Moves `expiryMs` of leases given in the order of it. Windows of a second hold the target number; what is beyond gets a delay. */
export function spreadExpiries(leases: readonly Lease[], { nowMs, extendMs, revokesPerSecond }: ExpirySpread): void {
  const target = Math.floor((3 * revokesPerSecond) / 4);
  let baseMs = leases[0]!.expiryMs - nowMs;
  let nextMs = baseMs + 1000;
  let expires = 0;
  for (const lease of leases) {
    const remainingMs = lease.expiryMs - nowMs;
    if (remainingMs > nextMs) {
      baseMs = remainingMs;
      nextMs = baseMs + 1000;
      expires = 1;
      continue;
    }
    expires++;
    if (expires <= target) continue;
    // A lease n seconds into the window is moved n seconds less: the window grows by what it holds too much, not by both.
    const delayMs = 1000 * (expires / target) - (remainingMs - baseMs);
    nextMs = baseMs + delayMs;
    lease.expiryMs = nowMs + delayMs + extendMs + lease.effectiveTtlSeconds * 1000;
  }
}

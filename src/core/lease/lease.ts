/** One lease: its time to live, when it ends, and the keys that end with it. Changed by the lessor only. */
import { DueTimer } from "./due-heap.ts";

/** How a wait for the end of an expired lease came out. */
export type RevocationOutcome = "revoked" | "demoted";

/** Waits for an expired lease to be revoked (a keepalive that came too late). Called once. */
export interface RevocationWaiter {
  settled(outcome: RevocationOutcome): void;
}

/** `expiryMs` of leases on a member that is not the primary. */
export const FOREVER_MS: number = Number.POSITIVE_INFINITY;

export class Lease {
  /** Signed 64-bit, never 0. */
  readonly id: bigint;
  /** As granted. */
  readonly ttlSeconds: number;
  /** Last checkpoint; 0: none, the whole time to live counts. */
  remainingTtlSeconds: number;
  expiryMs: number;
  readonly expiryTimer: DueTimer<Lease>;
  checkpointTimer: DueTimer<Lease> | undefined;
  /** Keys as latin1 strings; undefined until the first. */
  keys: Set<string> | undefined;
  waiters: RevocationWaiter[] | undefined;

  constructor(id: bigint, ttlSeconds: number, remainingTtlSeconds: number) {
    this.id = id;
    this.ttlSeconds = ttlSeconds;
    this.remainingTtlSeconds = remainingTtlSeconds;
    this.expiryMs = FOREVER_MS;
    this.expiryTimer = new DueTimer<Lease>(this);
    this.checkpointTimer = undefined;
    this.keys = undefined;
    this.waiters = undefined;
  }

  /** The checkpointed rest, or the whole time to live. */
  get effectiveTtlSeconds(): number {
    return this.remainingTtlSeconds > 0 ? this.remainingTtlSeconds : this.ttlSeconds;
  }

  /** True on a member that is not (or no longer) the primary: its remaining time means nothing. */
  get demoted(): boolean {
    return this.expiryMs === FOREVER_MS;
  }

  expired(nowMs: number): boolean {
    return this.expiryMs <= nowMs;
  }

  /** Whole seconds left, cut towards zero as Go's int64() does; negative when expiry is more than a second ago. */
  remainingSeconds(nowMs: number): number {
    // Plus zero: no negative zero.
    return Math.trunc((this.expiryMs - nowMs) / 1000) + 0;
  }

  /** Attached keys in byte order. */
  sortedKeys(): string[] {
    return this.keys === undefined ? [] : [...this.keys].sort(byCodeUnit);
  }
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * The lessor: grants leases, knows their keys, and on the primary (the raft leader) lets them expire. Keeps the behaviour of etcd
 * server/lease/lessor.go.
 *
 * Invariants:
 * - What a lease is (id, time to live, keys) is replicated state, changed only by applied entries; when it ends is the
 *   primary's own knowledge and is not replicated, except for checkpoints.
 * - An expired lease lives until its revocation is applied. Who renews it meanwhile waits for that.
 * - The item map and the key sets of the leases say the same, but for keys of a lease just revoked until they are deleted.
 *
 * Time comes in as milliseconds of a monotonic clock. IDs are signed 64-bit.
 */
import { assert } from "../../base/assert.ts";
import { etcdError } from "../../base/etcd-error.ts";
import { exponentialBounds, Histogram } from "../../base/histogram.ts";
import type { Backend } from "../mvcc/backend.ts";
import type { LeaseHooks } from "../mvcc/lease-hooks.ts";
import { DueHeap, DueTimer } from "./due-heap.ts";
import { sortedByExpiry } from "./expiry-order.ts";
import { type ExpirySpread, spreadExpiries } from "./expiry-spread.ts";
import { FOREVER_MS, Lease, type RevocationOutcome, type RevocationWaiter } from "./lease.ts";
import { deleteLeaseRecord, putLeaseRecord, readLeaseRecords } from "./lease-record.ts";

/** Greatest time to live, in seconds. */
export const LEASE_TTL_SECONDS_MAX = 9_000_000_000;
/** Leases to revoke per second; half of it per {@link Lessor.tick}, which is called every 500 ms. */
export const REVOKES_PER_SECOND = 1000;
/** Checkpoints in one raft entry. */
export const CHECKPOINTS_MAX = 1000;
/** An expired lease is named again after this time while it is still there. */
const REVOKE_RETRY_MS = 3000;
const CHECKPOINT_INTERVAL_MS = 5 * 60 * 1000;

export interface LessorOptions {
  readonly backend: Backend;
  /** Shorter grants are raised to this (etcd: ceil(3 * electionTicks / 2 * tick)). */
  readonly minTtlSeconds: number;
  /** Feature gate LeaseCheckpoint. */
  readonly checkpoints?: boolean;
  readonly checkpointIntervalMs?: number;
}

/** A checkpoint for the raft log (LeaseCheckpoint message). */
export interface LeaseCheckpoint {
  readonly id: bigint;
  readonly remainingTtlSeconds: number;
}

/**
 * - renewed: `ttlSeconds` is the granted time to live.
 * - notFound, notPrimary: as etcd's errors.
 * - expired: wait for its revocation with {@link Lessor.awaitRevocation}; revoked is then notFound, demoted is notPrimary.
 * - checkpointed: a checkpoint with remaining time 0 has to be applied first; then call again.
 */
export type RenewResult =
  | { readonly kind: "renewed"; readonly ttlSeconds: number }
  | { readonly kind: "notFound" | "notPrimary" | "expired" | "checkpointed" };

const NOT_FOUND: RenewResult = { kind: "notFound" };
const NOT_PRIMARY: RenewResult = { kind: "notPrimary" };
const EXPIRED: RenewResult = { kind: "expired" };
const CHECKPOINTED: RenewResult = { kind: "checkpointed" };

export class Lessor implements LeaseHooks {
  /** etcd_debugging_lease_ttl_total. */
  readonly ttlSeconds: Histogram = new Histogram(exponentialBounds(1, 2, 24));
  #backend: Backend;
  readonly #minTtlSeconds: number;
  readonly #checkpoints: boolean;
  readonly #checkpointIntervalMs: number;
  readonly #leases: Map<bigint, Lease>;
  readonly #leaseOfKey: Map<string, bigint>;
  readonly #expiries: DueHeap<Lease>;
  readonly #checkpointsDue: DueHeap<Lease>;
  #primary: boolean;
  #grantedTotal: number;
  #revokedTotal: number;
  #renewedTotal: number;

  /** Reads the leases of the backend; they are attached to their keys by the restore of the store. */
  constructor(options: LessorOptions) {
    this.#backend = options.backend;
    this.#minTtlSeconds = options.minTtlSeconds;
    this.#checkpoints = options.checkpoints ?? false;
    this.#checkpointIntervalMs = options.checkpointIntervalMs ?? CHECKPOINT_INTERVAL_MS;
    this.#leases = new Map();
    this.#leaseOfKey = new Map();
    this.#expiries = new DueHeap();
    this.#checkpointsDue = new DueHeap();
    this.#primary = false;
    this.#grantedTotal = 0;
    this.#revokedTotal = 0;
    this.#renewedTotal = 0;
    this.#load();
  }

  get isPrimary(): boolean {
    return this.#primary;
  }
  get size(): number {
    return this.#leases.size;
  }
  /** etcd_debugging_lease_granted_total. */
  get grantedTotal(): number {
    return this.#grantedTotal;
  }
  /** etcd_debugging_lease_revoked_total. */
  get revokedTotal(): number {
    return this.#revokedTotal;
  }
  /** etcd_debugging_lease_renewed_total. */
  get renewedTotal(): number {
    return this.#renewedTotal;
  }

  /** Applies a grant. Refusals: LeaseNotFound (id 0), LeaseTTLTooLarge, LeaseExist. */
  grant(id: bigint, ttlSeconds: number, nowMs: number): Lease {
    if (id === 0n) throw etcdError("LeaseNotFound");
    if (ttlSeconds > LEASE_TTL_SECONDS_MAX) throw etcdError("LeaseTTLTooLarge");
    if (this.#leases.has(id)) throw etcdError("LeaseExist");
    const lease = new Lease(id, Math.max(ttlSeconds, this.#minTtlSeconds), 0);
    this.#leases.set(id, lease);
    putLeaseRecord(this.#backend, lease);
    this.#grantedTotal++;
    this.ttlSeconds.observe(lease.ttlSeconds);
    if (this.#primary) {
      this.#refresh(lease, nowMs);
      this.#scheduleCheckpoint(lease, nowMs);
    }
    return lease;
  }

  /**
   * Applies a revocation: forgets the lease here and in the backend, and returns its keys in byte order. The caller deletes them in one
   * write transaction of the same backend batch (none when there are none), which also detaches them. Refusal: LeaseNotFound.
   */
  revoke(id: bigint): string[] {
    const lease = this.#leases.get(id);
    if (lease === undefined) throw etcdError("LeaseNotFound");
    this.#leases.delete(id);
    this.#expiries.remove(lease.expiryTimer);
    if (lease.checkpointTimer !== undefined) this.#checkpointsDue.remove(lease.checkpointTimer);
    deleteLeaseRecord(this.#backend, id);
    this.#revokedTotal++;
    settle(lease, "revoked");
    return lease.sortedKeys();
  }

  /** Applies a checkpoint; an unknown lease is ignored. `persist`: also write it (from cluster version 3.6 on always). */
  checkpoint(id: bigint, remainingTtlSeconds: number, persist: boolean, nowMs: number): void {
    const lease = this.#leases.get(id);
    if (lease === undefined) return;
    // Only stored: the next promotion turns it into an expiry.
    lease.remainingTtlSeconds = remainingTtlSeconds;
    if (persist) putLeaseRecord(this.#backend, lease);
    if (this.#primary) this.#scheduleCheckpoint(lease, nowMs);
  }

  /** Prolongs a lease on the primary. */
  renew(id: bigint, nowMs: number): RenewResult {
    if (!this.#primary) return NOT_PRIMARY;
    const lease = this.#leases.get(id);
    if (lease === undefined) return NOT_FOUND;
    if (lease.expired(nowMs)) return EXPIRED;
    if (this.#checkpoints && lease.remainingTtlSeconds > 0) return CHECKPOINTED;
    this.#refresh(lease, nowMs);
    this.#renewedTotal++;
    return { kind: "renewed", ttlSeconds: lease.ttlSeconds };
  }

  /** After a renew that gave "expired": calls when the lease is revoked, or this member stops being the primary. */
  awaitRevocation(id: bigint, waiter: RevocationWaiter): void {
    const lease = this.#leases.get(id);
    assert(lease !== undefined && this.#primary, "only an expired lease of the primary is waited for");
    lease.waiters ??= [];
    lease.waiters.push(waiter);
  }

  lookup(id: bigint): Lease | undefined {
    return this.#leases.get(id);
  }

  /** All leases, those that end first in front. */
  list(): Lease[] {
    return sortedByExpiry([...this.#leases.values()]);
  }

  has(id: bigint): boolean {
    return this.#leases.has(id);
  }

  leaseOf(key: string): bigint {
    return this.#leaseOfKey.get(key) ?? 0n;
  }

  attach(id: bigint, key: string): boolean {
    const lease = this.#leases.get(id);
    if (lease === undefined) return false;
    lease.keys ??= new Set();
    lease.keys.add(key);
    this.#leaseOfKey.set(key, id);
    return true;
  }

  detach(id: bigint, key: string): void {
    this.#leases.get(id)?.keys?.delete(key);
    if (this.#leaseOfKey.get(key) === id) this.#leaseOfKey.delete(key);
  }

  /**
   * This member became the leader: every lease gets its whole time (or its checkpointed rest) again plus `extendMs`. When so many end
   * together that they could not be revoked in time, they are spread.
   */
  promote(extendMs: number, nowMs: number): void {
    this.#primary = true;
    const leases = [...this.#leases.values()];
    for (const lease of leases) lease.expiryMs = nowMs + extendMs + lease.effectiveTtlSeconds * 1000;
    if (leases.length >= REVOKES_PER_SECOND) {
      const spread: ExpirySpread = { nowMs, extendMs, revokesPerSecond: REVOKES_PER_SECOND };
      spreadExpiries(sortedByExpiry(leases), spread);
    }
    // From the earliest on, so that each new timer is at its place at once.
    this.#expiries.clear();
    for (const lease of leases) {
      this.#expiries.set(lease.expiryTimer, lease.expiryMs);
      this.#scheduleCheckpoint(lease, nowMs);
    }
  }

  /** No longer the leader: nothing expires here, and who waits for a revocation asks the new primary. */
  demote(): void {
    this.#primary = false;
    this.#expiries.clear();
    this.#checkpointsDue.clear();
    for (const lease of this.#leases.values()) {
      lease.expiryMs = FOREVER_MS;
      settle(lease, "demoted");
    }
  }

  /**
   * To be called every 500 ms: leases whose time is over and that are to be revoked through raft, at most `leasesMax`. A lease that
   * is still there 3 s later is named again. Empty on a member that is not the primary.
   */
  tick(nowMs: number, leasesMax: number = REVOKES_PER_SECOND / 2): bigint[] {
    const expired: bigint[] = [];
    while (expired.length < leasesMax) {
      const timer = this.#expiries.first();
      if (timer === undefined || timer.dueMs > nowMs) break;
      expired.push(timer.owner.id);
      this.#expiries.set(timer, nowMs + REVOKE_RETRY_MS);
    }
    return expired;
  }

  /** Checkpoints that are due, for one raft entry; call again while it gives {@link CHECKPOINTS_MAX}. */
  dueCheckpoints(nowMs: number): LeaseCheckpoint[] {
    const due: LeaseCheckpoint[] = [];
    while (due.length < CHECKPOINTS_MAX) {
      const timer = this.#checkpointsDue.first();
      if (timer === undefined || timer.dueMs > nowMs) break;
      const lease = timer.owner;
      const remainingTtlSeconds = Math.ceil((lease.expiryMs - nowMs) / 1000);
      if (remainingTtlSeconds <= 0) {
        this.#checkpointsDue.remove(timer);
      } else {
        // Until the checkpoint is applied (which sets the timer anew) or, when it was just renewed, until there is something to record.
        this.#checkpointsDue.set(timer, nowMs + this.#checkpointIntervalMs);
        if (remainingTtlSeconds < lease.ttlSeconds) due.push({ id: lease.id, remainingTtlSeconds });
      }
    }
    return due;
  }

  /** Starts over from another backend (a snapshot was installed). The store attaches the keys again. */
  restore(backend: Backend): void {
    for (const lease of this.#leases.values()) settle(lease, "demoted");
    this.#backend = backend;
    this.#leases.clear();
    this.#leaseOfKey.clear();
    this.#expiries.clear();
    this.#checkpointsDue.clear();
    this.#load();
  }

  #load(): void {
    for (const { id, ttlSeconds, remainingTtlSeconds } of readLeaseRecords(this.#backend)) {
      this.#leases.set(id, new Lease(id, Math.max(ttlSeconds, this.#minTtlSeconds), remainingTtlSeconds));
    }
  }

  #refresh(lease: Lease, nowMs: number): void {
    lease.expiryMs = nowMs + lease.effectiveTtlSeconds * 1000;
    this.#expiries.set(lease.expiryTimer, lease.expiryMs);
  }

  // DIVERGES from etcd, which queues a further timer each time: here a lease has one.
  #scheduleCheckpoint(lease: Lease, nowMs: number): void {
    if (!this.#checkpoints || lease.effectiveTtlSeconds * 1000 <= this.#checkpointIntervalMs) return;
    lease.checkpointTimer ??= new DueTimer<Lease>(lease);
    this.#checkpointsDue.set(lease.checkpointTimer, nowMs + this.#checkpointIntervalMs);
  }
}

function settle(lease: Lease, outcome: RevocationOutcome): void {
  const { waiters } = lease;
  if (waiters === undefined) return;
  lease.waiters = undefined;
  for (const waiter of waiters) waiter.settled(outcome);
}

/**
 * What the store asks of the leases. Implemented by core/lease; all calls are synchronous and made while a write is applied or a store
 * is restored (etcd server/lease: Lessor.Attach, Detach, GetLease, Lookup). Lease 0 means none. Keys are latin1 strings.
 */
export interface LeaseHooks {
  /** True when the lease exists. */
  has(lease: bigint): boolean;
  /** The lease a key is attached to, 0n when there is none. */
  leaseOf(key: string): bigint;
  /** Attaches a key; false when there is no such lease. */
  attach(lease: bigint, key: string): boolean;
  /** Detaches a key; nothing happens when there is no such lease. */
  detach(lease: bigint, key: string): void;
}

/**
 * A lease on disk, as etcd keeps it (server/storage/schema/lease.go):
 *
 * ```
 *   bucket "lease"   key: 8 bytes, id big endian   value: leasepb.Lease {ID = 1, TTL = 2, RemainingTTL = 3}
 * ```
 */
import { Lease as LeaseMessage } from "../../proto/generated/lease.ts";
import { type Backend, type BackendReader, Bucket } from "../mvcc/backend.ts";
import type { Lease } from "./lease.ts";

export interface LeaseRecord {
  readonly id: bigint;
  readonly ttlSeconds: number;
  readonly remainingTtlSeconds: number;
}

export function putLeaseRecord(backend: Backend, lease: Lease): void {
  const { id, ttlSeconds, remainingTtlSeconds } = lease;
  const value = LeaseMessage.encode({ id, ttl: ttlSeconds, remainingTTL: remainingTtlSeconds });
  backend.put(Bucket.Lease, recordKey(id), value);
}

export function deleteLeaseRecord(backend: Backend, id: bigint): void {
  backend.delete(Bucket.Lease, recordKey(id));
}

/** All leases in the order of their keys. Throws ProtoError for a value that is not a lease, as etcd stops there. */
export function readLeaseRecords(reader: BackendReader): LeaseRecord[] {
  const records: LeaseRecord[] = [];
  reader.scan(Bucket.Lease, new Uint8Array(0), undefined, (_key, value) => {
    const { id, ttl, remainingTTL } = LeaseMessage.decode(value);
    records.push({ id: BigInt.asIntN(64, id), ttlSeconds: ttl, remainingTtlSeconds: remainingTTL });
  });
  return records;
}

function recordKey(id: bigint): Uint8Array {
  const key = new Uint8Array(8);
  new DataView(key.buffer).setBigInt64(0, id);
  return key;
}

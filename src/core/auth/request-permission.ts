/**
 * What a key-value or lease request as a whole needs, over the store's checks of single ranges:
 *
 *   range                        read on the range
 *   put                          write on the key; with prev_kv read too; with a lease write on every key of that lease
 *   delete range                 write on the range; with prev_kv read too
 *   txn                          all of it, for compares (read) and for both branches, nested ones included
 *   lease revoke, keep-alive     write on every key of the lease
 *   time-to-live with keys       read on every key of the lease
 *   lease list                   read on every key of every lease
 *
 * Each returns the name of the refusal, undefined when allowed or when authentication is off.
 * Source of behaviour: etcd server/etcdserver/apply/auth.go, etcdserver/v3_server.go (checkLeaseRenew, checkLeaseLeases, ...).
 */
import { EMPTY_BYTES, latin1Bytes } from "../../base/bytes.ts";
import type { EtcdErrorName } from "../../base/etcd-error.ts";
import type { DeleteRangeRequest, PutRequest, RangeRequest, RequestOp, TxnRequest } from "../../proto/generated/rpc.ts";
import type { AuthInfo } from "./auth-info.ts";
import type { AuthStore } from "./auth-store.ts";

/** The keys attached to a lease, one character a byte (latin1), as the key index keeps them; undefined when there is no such lease. */
export type AttachedKeys = (lease: bigint) => Iterable<string> | undefined;

type Refusal = EtcdErrorName | undefined;

export function refuseRange(store: AuthStore, who: AuthInfo, request: Pick<RangeRequest, "key" | "rangeEnd">): Refusal {
  return store.refuseRange(who, request.key, request.rangeEnd);
}

export function refusePut(
  store: AuthStore,
  who: AuthInfo,
  attachedKeys: AttachedKeys,
  request: Pick<PutRequest, "key" | "lease" | "prevKv">,
): Refusal {
  if (!store.enabled) return undefined;
  const { key, lease, prevKv } = request;
  let refusal = store.refusePut(who, key);
  // Whoever cannot write all keys of a lease cannot revoke it either, and must not hang more keys on it.
  if (refusal === undefined && lease !== 0n) refusal = refuseLeaseWrite(store, who, attachedKeys, lease);
  if (refusal === undefined && prevKv) refusal = store.refuseRange(who, key, EMPTY_BYTES);
  return refusal;
}

export function refuseDeleteRange(
  store: AuthStore,
  who: AuthInfo,
  request: Pick<DeleteRangeRequest, "key" | "rangeEnd" | "prevKv">,
): Refusal {
  const { key, rangeEnd, prevKv } = request;
  return store.refuseDeleteRange(who, key, rangeEnd) ?? (prevKv ? store.refuseRange(who, key, rangeEnd) : undefined);
}

export function refuseTxn(store: AuthStore, who: AuthInfo, attachedKeys: AttachedKeys, txn: TxnRequest): Refusal {
  if (!store.enabled) return undefined;
  for (const compare of txn.compare) {
    const refusal = store.refuseRange(who, compare.key, compare.rangeEnd);
    if (refusal !== undefined) return refusal;
  }
  for (const op of txn.success) {
    const refusal = refuseOp(store, who, attachedKeys, op);
    if (refusal !== undefined) return refusal;
  }
  for (const op of txn.failure) {
    const refusal = refuseOp(store, who, attachedKeys, op);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function refuseOp(store: AuthStore, who: AuthInfo, attachedKeys: AttachedKeys, op: RequestOp): Refusal {
  if (op.requestRange !== undefined) return refuseRange(store, who, op.requestRange);
  if (op.requestPut !== undefined) return refusePut(store, who, attachedKeys, op.requestPut);
  if (op.requestDeleteRange !== undefined) return refuseDeleteRange(store, who, op.requestDeleteRange);
  if (op.requestTxn !== undefined) return refuseTxn(store, who, attachedKeys, op.requestTxn);
  return undefined;
}

/** Lease revoke, and attaching a key to a lease. A lease that is not there needs no rights: the request fails on its own. */
export function refuseLeaseWrite(store: AuthStore, who: AuthInfo, attachedKeys: AttachedKeys, lease: bigint): Refusal {
  if (store.refuseAdmin(who) === undefined) return undefined;
  for (const key of attachedKeys(lease) ?? []) {
    const refusal = store.refusePut(who, latin1Bytes(key));
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** Keep-alive: as {@link refuseLeaseWrite}, for named callers only. */
export function refuseLeaseRenew(
  store: AuthStore,
  who: AuthInfo | undefined,
  attachedKeys: AttachedKeys,
  lease: bigint,
): Refusal {
  if (!store.enabled) return undefined;
  return who === undefined ? "UserEmpty" : refuseLeaseWrite(store, who, attachedKeys, lease);
}

/** Time-to-live with keys, and listing: read on the keys of all these leases. */
export function refuseLeaseRead(
  store: AuthStore,
  who: AuthInfo | undefined,
  attachedKeys: AttachedKeys,
  leases: Iterable<bigint>,
): Refusal {
  if (!store.enabled) return undefined;
  if (who === undefined) return "UserEmpty";
  if (store.refuseAdmin(who) === undefined) return undefined;
  for (const lease of leases) {
    for (const key of attachedKeys(lease) ?? []) {
      const refusal = store.refuseRange(who, latin1Bytes(key), EMPTY_BYTES);
      if (refusal !== undefined) return refusal;
    }
  }
  return undefined;
}

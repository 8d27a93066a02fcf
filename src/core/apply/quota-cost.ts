/**
 * What a request may add to the database, in bytes, for the quota (etcd server/storage/quota.go). Estimates, equal on every member.
 */
import type { PutRequest, RequestOp, TxnRequest } from "../../proto/generated/rpc.ts";

const KEY_VALUE_OVERHEAD_BYTES = 256;
export const LEASE_COST_BYTES = 64;

export function putCostBytes(request: PutRequest): number {
  return KEY_VALUE_OVERHEAD_BYTES + request.key.length + request.value.length;
}

/** The dearer branch counts. 0: nothing is put. */
export function txnCostBytes(request: TxnRequest): number {
  return Math.max(opsCostBytes(request.success), opsCostBytes(request.failure));
}

function opsCostBytes(ops: readonly RequestOp[]): number {
  let bytes = 0;
  for (const op of ops) {
    if (op.requestPut !== undefined) bytes += putCostBytes(op.requestPut);
    else if (op.requestTxn !== undefined) bytes += txnCostBytes(op.requestTxn);
  }
  return bytes;
}

/** The quota on the size of the database file; disabled when negative. */
export class BackendQuota {
  readonly bytesMax: number;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  /** Requests that add nothing always fit. */
  hasRoom(sizeBytes: number, costBytes: number): boolean {
    return costBytes === 0 || this.bytesMax < 0 || sizeBytes + costBytes < this.bytesMax;
  }
}

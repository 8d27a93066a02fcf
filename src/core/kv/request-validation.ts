/**
 * What a request must fulfil before it is proposed or served (etcd server/etcdserver/api/v3rpc/key.go): throws the EtcdError that
 * clients know. Checks that need the store are made when a request is executed.
 */
import { latin1 } from "../../base/bytes.ts";
import { type EtcdErrorName, etcdError, textError } from "../../base/etcd-error.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import type { DeleteRangeRequest, PutRequest, RangeRequest, RequestOp, TxnRequest } from "../../proto/generated/rpc.ts";
import { Reader } from "../../proto/reader.ts";
import { KeyIntervals } from "./key-intervals.ts";
import { hasRevisionFilters, isDefaultOrdering } from "./range-order.ts";

const SORT_ORDER_MAX = 2;
const SORT_TARGET_MAX = 4;

export function checkRangeRequest(request: RangeRequest): void {
  if (request.key.length === 0) throw etcdError("EmptyKey");
  if (request.sortOrder < 0 || request.sortOrder > SORT_ORDER_MAX) throw etcdError("InvalidSortOption");
  if (request.sortTarget < 0 || request.sortTarget > SORT_TARGET_MAX) throw etcdError("InvalidSortOption");
}

export function checkRangeStreamRequest(request: RangeRequest): void {
  checkRangeRequest(request);
  if (!isDefaultOrdering(request)) {
    throw textError(GrpcCode.Unimplemented, "RangeStream does not support custom sort orders");
  }
  if (hasRevisionFilters(request)) {
    throw textError(GrpcCode.Unimplemented, "RangeStream does not support revision filters");
  }
}

export function checkPutRequest(request: PutRequest): void {
  if (request.key.length === 0) throw etcdError("EmptyKey");
  if (request.ignoreValue && request.value.length !== 0) throw etcdError("ValueProvided");
  if (request.ignoreLease && request.lease !== 0n) throw etcdError("LeaseProvided");
}

/**
 * {@link checkPutRequest} on the bytes of a PutRequest, for requests that are passed on without decoding. Returns the name of the error,
 * undefined for a good request. Throws ProtoError on malformed bytes.
 */
export function putRequestFault(bytes: Uint8Array, start: number, end: number): EtcdErrorName | undefined {
  const reader = new Reader(bytes, start, end);
  let keyBytes = 0;
  let valueBytes = 0;
  let hasLease = false;
  let ignoreValue = false;
  let ignoreLease = false;
  while (reader.at < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 0x0a:
        keyBytes = reader.length();
        reader.at += keyBytes;
        break;
      case 0x12:
        valueBytes = reader.length();
        reader.at += valueBytes;
        break;
      case 0x18:
        hasLease = reader.int64() !== 0;
        break;
      case 0x28:
        ignoreValue = reader.bool();
        break;
      case 0x30:
        ignoreLease = reader.bool();
        break;
      default:
        reader.skip(tag);
    }
  }
  if (keyBytes === 0) return "EmptyKey";
  if (ignoreValue && valueBytes !== 0) return "ValueProvided";
  if (ignoreLease && hasLease) return "LeaseProvided";
  return undefined;
}

export function checkDeleteRangeRequest(request: DeleteRangeRequest): void {
  if (request.key.length === 0) throw etcdError("EmptyKey");
}

/** `txnOpsMax`: etcd's max-txn-ops (128); nested transactions share what their parents leave. */
export function checkTxnRequest(request: TxnRequest, txnOpsMax: number): void {
  checkTxnOps(request, txnOpsMax);
  // After the number of operations is known to be small.
  checkIntervals(request.success);
  checkIntervals(request.failure);
}

function checkTxnOps(request: TxnRequest, txnOpsMax: number): void {
  const ops = Math.max(request.compare.length, request.success.length, request.failure.length);
  if (ops > txnOpsMax) throw etcdError("TooManyOps");
  for (const compare of request.compare) if (compare.key.length === 0) throw etcdError("EmptyKey");
  for (const op of request.success) checkRequestOp(op, txnOpsMax - ops);
  for (const op of request.failure) checkRequestOp(op, txnOpsMax - ops);
}

function checkRequestOp(op: RequestOp, txnOpsMax: number): void {
  if (op.requestRange !== undefined) checkRangeRequest(op.requestRange);
  else if (op.requestPut !== undefined) checkPutRequest(op.requestPut);
  else if (op.requestDeleteRange !== undefined) checkDeleteRangeRequest(op.requestDeleteRange);
  else if (op.requestTxn !== undefined) checkTxnOps(op.requestTxn, txnOpsMax);
  else throw etcdError("KeyNotFound");
}

interface Writes {
  readonly puts: Set<string>;
  readonly deletions: KeyIntervals;
}

/**
 * No key may be put twice, or put and deleted, in one execution. The branches of a nested transaction exclude each other, so they may
 * put the same key. As in etcd the order counts in one case: deletions of a nested transaction forbid the puts of later siblings and
 * of the parent, not those of earlier siblings.
 */
function checkIntervals(ops: readonly RequestOp[]): Writes {
  const deletions = new KeyIntervals();
  for (const { requestDeleteRange } of ops) {
    if (requestDeleteRange !== undefined) {
      deletions.add(latin1(requestDeleteRange.key), latin1(requestDeleteRange.rangeEnd));
    }
  }
  const puts = new Set<string>();
  for (const { requestTxn } of ops) {
    if (requestTxn === undefined) continue;
    const success = checkIntervals(requestTxn.success);
    const failure = checkIntervals(requestTxn.failure);
    for (const key of success.puts) {
      if (puts.has(key) || deletions.contains(key)) throw etcdError("DuplicateKey");
      puts.add(key);
    }
    for (const key of failure.puts) {
      if ((puts.has(key) && !success.puts.has(key)) || deletions.contains(key)) throw etcdError("DuplicateKey");
      puts.add(key);
    }
    deletions.addAll(success.deletions);
    deletions.addAll(failure.deletions);
  }
  for (const { requestPut } of ops) {
    if (requestPut === undefined) continue;
    const key = latin1(requestPut.key);
    if (puts.has(key) || deletions.contains(key)) throw etcdError("DuplicateKey");
    puts.add(key);
  }
  return { puts, deletions };
}

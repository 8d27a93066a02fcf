/**
 * Execution of a transaction (etcd server/etcdserver/txn/txn.go):
 *
 * 1. The path: the compares of the transaction and of all nested ones on its way, all on the state before it.
 * 2. The check: bad revisions of ranges and missing leases or keys of puts fail here, before anything is written.
 * 3. The operations in order; ranges see the writes before them. All writes get one revision.
 * 4. The response. Headers of operations hold only a revision, those of nested transactions nothing.
 */
import { assert } from "../../base/assert.ts";
import { etcdError } from "../../base/etcd-error.ts";
import type { RangeRequest, RequestOp, TxnRequest } from "../../proto/generated/rpc.ts";
import { putUint32, sizeOfDelimited } from "../../proto/writer.ts";
import type { Store } from "../mvcc/store.ts";
import { Applied } from "./applied.ts";
import { compareHolds } from "./compare.ts";
import { DeleteRangeResult, deleteRangeOpSize, executeDeleteRange, putDeleteRangeOp } from "./delete-range.ts";
import { checkPutOp, executePutOp, PutOpResult, putOpSize, putPutOp } from "./put.ts";
import { executeRange, putRangeOp, RangeResult, rangeOpSize } from "./range.ts";
import { putRevisionHeader, type ResponseHeaderEncoder, revisionHeaderSize } from "./response-header.ts";

/** A transaction of ranges alone: served without consensus. Nested transactions never count as such. */
export function isTxnReadonly(request: TxnRequest): boolean {
  const isRange = (op: RequestOp): boolean => op.requestRange !== undefined;
  return request.success.every(isRange) && request.failure.every(isRange);
}

/** Every operation is a serializable range: served without a read index. */
export function isTxnSerializable(request: TxnRequest): boolean {
  const isSerializable = (op: RequestOp): boolean => op.requestRange?.serializable === true;
  return request.success.every(isSerializable) && request.failure.every(isSerializable);
}

/**
 * Executes a transaction with writes. Without a header no response is made and ranges are passed over.
 * Throws FutureRev, Compacted, LeaseNotFound or KeyNotFound before anything is written.
 */
export function applyTxn(store: Store, request: TxnRequest, header: ResponseHeaderEncoder | undefined): Applied {
  const path = pathOf(store, request);
  checkOps(store, opsOf(request, path), path);
  store.beginWrite();
  const respond = header !== undefined;
  const result = executeTxn(store, request, path, respond);
  const { readRevision } = store;
  const events = store.endWrite();
  return new Applied(respond ? encodeTxnResponse(result, header, readRevision) : undefined, events, readRevision);
}

/** Executes a transaction for which {@link isTxnReadonly} holds; returns the encoded response. Throws FutureRev or Compacted. */
export function executeReadonlyTxn(store: Store, request: TxnRequest, header: ResponseHeaderEncoder): Uint8Array {
  const path = pathOf(store, request);
  checkOps(store, opsOf(request, path), path);
  return encodeTxnResponse(executeTxn(store, request, path, true), header, store.readRevision);
}

/** Which branch a transaction takes, and the paths of the nested transactions in that branch, in order. */
interface TxnPath {
  readonly succeeded: boolean;
  readonly nested: readonly TxnPath[];
}

function pathOf(store: Store, request: TxnRequest): TxnPath {
  const succeeded = request.compare.every((compare) => compareHolds(store, compare));
  const nested: TxnPath[] = [];
  for (const { requestTxn } of succeeded ? request.success : request.failure) {
    if (requestTxn !== undefined) nested.push(pathOf(store, requestTxn));
  }
  return { succeeded, nested };
}

function opsOf(request: TxnRequest, path: TxnPath): readonly RequestOp[] {
  return path.succeeded ? request.success : request.failure;
}

function checkOps(store: Store, ops: readonly RequestOp[], path: TxnPath): void {
  let nested = 0;
  for (const op of ops) {
    if (op.requestRange !== undefined) checkRangeOp(store, op.requestRange);
    else if (op.requestPut !== undefined) checkPutOp(store, op.requestPut);
    else if (op.requestTxn !== undefined) {
      const inner = path.nested[nested++]!;
      checkOps(store, opsOf(op.requestTxn, inner), inner);
    }
  }
}

/** Stricter than a range on its own: a negative revision below the last compaction (-1 when there was none) fails too. */
function checkRangeOp(store: Store, request: RangeRequest): void {
  if (request.revision === 0) return;
  if (request.revision > store.revision) throw etcdError("FutureRev");
  if (request.revision < store.compactRevision) throw etcdError("Compacted");
}

/** Results of operations in order; undefined for an operation that names nothing or was passed over. */
type OpResult = RangeResult | PutOpResult | DeleteRangeResult | TxnResult | undefined;

class TxnResult {
  readonly succeeded: boolean;
  readonly ops: readonly OpResult[];
  /** Bytes behind the header. */
  readonly bodySize: number;

  constructor(succeeded: boolean, ops: readonly OpResult[]) {
    this.succeeded = succeeded;
    this.ops = ops;
    let size = succeeded ? 2 : 0;
    for (const op of ops) size += 1 + sizeOfDelimited(responseOpSize(op));
    this.bodySize = size;
  }
}

function executeTxn(store: Store, request: TxnRequest, path: TxnPath, respond: boolean): TxnResult {
  const ops = opsOf(request, path);
  const results: OpResult[] = [];
  let nested = 0;
  for (const op of ops) {
    let result: OpResult;
    if (op.requestRange !== undefined) {
      if (respond) result = executeRange(store, op.requestRange);
    } else if (op.requestPut !== undefined) {
      result = executePutOp(store, op.requestPut);
    } else if (op.requestDeleteRange !== undefined) {
      result = executeDeleteRange(store, op.requestDeleteRange, respond);
    } else if (op.requestTxn !== undefined) {
      const inner = path.nested[nested++];
      assert(inner !== undefined, "the path covers every nested transaction");
      result = executeTxn(store, op.requestTxn, inner, respond);
    }
    results.push(result);
  }
  return new TxnResult(path.succeeded, results);
}

/** Bytes of a ResponseOp. */
function responseOpSize(op: OpResult): number {
  return op === undefined ? 0 : 1 + sizeOfDelimited(responseSize(op));
}

function responseSize(op: NonNullable<OpResult>): number {
  if (op instanceof RangeResult) return rangeOpSize(op);
  if (op instanceof PutOpResult) return putOpSize(op);
  if (op instanceof DeleteRangeResult) return deleteRangeOpSize(op);
  return revisionHeaderSize(0) + op.bodySize;
}

/** Writes a ResponseOp so that it ends before `at`; returns where it starts. */
function putResponseOp(op: OpResult, into: Uint8Array, at: number): number {
  if (op === undefined) return at;
  const end = at;
  let tag: number;
  if (op instanceof RangeResult) {
    tag = 0x0a;
    at = putRangeOp(op, into, at);
  } else if (op instanceof PutOpResult) {
    tag = 0x12;
    at = putPutOp(op, into, at);
  } else if (op instanceof DeleteRangeResult) {
    tag = 0x1a;
    at = putDeleteRangeOp(op, into, at);
  } else {
    tag = 0x22;
    at = putRevisionHeader(into, putTxnBody(op, into, at), 0);
  }
  at = putUint32(into, at, end - at);
  into[--at] = tag;
  return at;
}

function putTxnBody(result: TxnResult, into: Uint8Array, at: number): number {
  const { ops } = result;
  for (let i = ops.length - 1; i >= 0; i--) {
    const end = at;
    at = putResponseOp(ops[i], into, at);
    at = putUint32(into, at, end - at);
    into[--at] = 0x1a;
  }
  if (result.succeeded) {
    into[--at] = 1;
    into[--at] = 0x10;
  }
  return at;
}

function encodeTxnResponse(result: TxnResult, header: ResponseHeaderEncoder, revision: number): Uint8Array {
  const size = header.size(revision) + result.bodySize;
  const response = header.allocate(size);
  header.put(response, putTxnBody(result, response, size), revision);
  return response;
}

/** Execution of a put (etcd server/etcdserver/txn/put.go). */
import { EMPTY_BYTES, latin1 } from "../../base/bytes.ts";
import { etcdError } from "../../base/etcd-error.ts";
import type { PutRequest } from "../../proto/generated/rpc.ts";
import { putBytes, sizeOfDelimited } from "../../proto/writer.ts";
import { KeyValueReader } from "../mvcc/key-value.ts";
import type { Store } from "../mvcc/store.ts";
import { Applied } from "./applied.ts";
import { putRevisionHeader, type ResponseHeaderEncoder, revisionHeaderSize } from "./response-header.ts";

/**
 * Puts one key as a transaction of its own. Without a header no response is made (nobody waits on this member).
 * Throws LeaseNotFound, or KeyNotFound when ignore_value or ignore_lease needs a key that is not there; nothing is written then.
 */
export function applyPut(store: Store, request: PutRequest, header: ResponseHeaderEncoder | undefined): Applied {
  checkLease(store, request);
  const key = latin1(request.key);
  const needsPrevious = request.prevKv || request.ignoreValue || request.ignoreLease;
  const previous = needsPrevious ? store.get(key, store.revision) : undefined;
  if (previous === undefined && (request.ignoreValue || request.ignoreLease)) throw etcdError("KeyNotFound");
  store.beginWrite();
  writePut(store, key, request, previous);
  const events = store.endWrite();
  const { revision } = store;
  if (header === undefined) return new Applied(undefined, events, revision);
  const shown = request.prevKv ? previous : undefined;
  if (shown === undefined) return new Applied(header.response(revision), events, revision);
  const size = header.size(revision) + 1 + sizeOfDelimited(shown.length);
  const response = header.allocate(size);
  header.put(response, putPrevious(response, size, shown), revision);
  return new Applied(response, events, revision);
}

/** Throws LeaseNotFound when the request names a lease that does not exist. */
export function checkLease(store: Store, request: PutRequest): void {
  if (request.lease !== 0n && !store.leases.has(request.lease)) throw etcdError("LeaseNotFound");
}

/** Throws what a put of a transaction may fail with, on the state before the transaction. */
export function checkPutOp(store: Store, request: PutRequest): void {
  checkLease(store, request);
  if (!request.ignoreValue && !request.ignoreLease) return;
  if (store.index.get(latin1(request.key))?.isLive !== true) throw etcdError("KeyNotFound");
}

/** A put within a transaction, for its response. */
export class PutOpResult {
  readonly revision: number;
  /** A view of stored bytes. */
  readonly prevKv: Uint8Array | undefined;

  constructor(revision: number, prevKv: Uint8Array | undefined) {
    this.revision = revision;
    this.prevKv = prevKv;
  }
}

/** Puts within an open transaction; the checks passed. */
export function executePutOp(store: Store, request: PutRequest): PutOpResult {
  const key = latin1(request.key);
  const needsPrevious = request.prevKv || request.ignoreValue || request.ignoreLease;
  const previous = needsPrevious ? store.get(key, store.readRevision) : undefined;
  writePut(store, key, request, previous);
  return new PutOpResult(store.readRevision, request.prevKv ? previous : undefined);
}

function writePut(store: Store, key: string, request: PutRequest, previous: Uint8Array | undefined): void {
  let { value, lease } = request;
  if (request.ignoreValue || request.ignoreLease) {
    const kv = new KeyValueReader();
    // Absent only when an unbounded deletion before it in the same transaction took the key, which validation lets pass. Then value
    // and lease are empty. DIVERGES: etcd 3.7.1 panics here, on every member (ADR 0011).
    kv.parse(previous ?? EMPTY_BYTES);
    if (request.ignoreValue) ({ value } = kv);
    if (request.ignoreLease) ({ lease } = kv);
  }
  store.put(key, request.key, value, lease);
}

export function putOpSize(result: PutOpResult): number {
  const { prevKv } = result;
  return revisionHeaderSize(result.revision) + (prevKv === undefined ? 0 : 1 + sizeOfDelimited(prevKv.length));
}

export function putPutOp(result: PutOpResult, into: Uint8Array, at: number): number {
  const { prevKv } = result;
  return putRevisionHeader(into, prevKv === undefined ? at : putPrevious(into, at, prevKv), result.revision);
}

function putPrevious(into: Uint8Array, at: number, previous: Uint8Array): number {
  at = putBytes(into, at, previous);
  into[--at] = 0x12;
  return at;
}

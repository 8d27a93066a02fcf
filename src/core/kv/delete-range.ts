/** Execution of a deletion (etcd server/etcdserver/txn/delete.go). */
import { latin1 } from "../../base/bytes.ts";
import type { DeleteRangeRequest } from "../../proto/generated/rpc.ts";
import { putBytes, putInt64, sizeOfDelimited, sizeOfInt64 } from "../../proto/writer.ts";
import type { Store } from "../mvcc/store.ts";
import { Applied } from "./applied.ts";
import { RangeHits } from "./range-hits.ts";
import { putRevisionHeader, type ResponseHeaderEncoder, revisionHeaderSize } from "./response-header.ts";

/** A deletion, for its response. */
export class DeleteRangeResult {
  readonly revision: number;
  readonly deleted: number;
  /** Views of stored bytes. */
  readonly prevKvs: readonly Uint8Array[];

  constructor(revision: number, deleted: number, prevKvs: readonly Uint8Array[]) {
    this.revision = revision;
    this.deleted = deleted;
    this.prevKvs = prevKvs;
  }
}

/** Deletes a range as a transaction of its own. Without a header no response is made. */
export function applyDeleteRange(
  store: Store,
  request: DeleteRangeRequest,
  header: ResponseHeaderEncoder | undefined,
): Applied {
  store.beginWrite();
  const result = executeDeleteRange(store, request, header !== undefined);
  const events = store.endWrite();
  if (header === undefined) return new Applied(undefined, events, result.revision);
  const size = header.size(result.revision) + bodySize(result);
  const response = header.allocate(size);
  header.put(response, putBody(result, response, size), result.revision);
  return new Applied(response, events, result.revision);
}

const NO_KVS: readonly Uint8Array[] = [];

/** Deletes within an open transaction. The old versions are read only when they are asked for and someone wants the response. */
export function executeDeleteRange(store: Store, request: DeleteRangeRequest, respond: boolean): DeleteRangeResult {
  const key = latin1(request.key);
  const end = latin1(request.rangeEnd);
  let prevKvs = NO_KVS;
  if (request.prevKv && respond) {
    const found = new RangeHits();
    store.collect(key, end, store.readRevision, 0, found);
    prevKvs = found.hits.map((hit) => store.storedAt(store.backend, hit.main, hit.sub));
  }
  const deleted = store.deleteRange(key, end);
  return new DeleteRangeResult(store.readRevision, deleted, prevKvs);
}

function bodySize(result: DeleteRangeResult): number {
  let size = result.deleted === 0 ? 0 : 1 + sizeOfInt64(result.deleted);
  for (const prevKv of result.prevKvs) size += 1 + sizeOfDelimited(prevKv.length);
  return size;
}

function putBody(result: DeleteRangeResult, into: Uint8Array, at: number): number {
  const { prevKvs } = result;
  for (let i = prevKvs.length - 1; i >= 0; i--) {
    at = putBytes(into, at, prevKvs[i]!);
    into[--at] = 0x1a;
  }
  if (result.deleted !== 0) {
    at = putInt64(into, at, result.deleted);
    into[--at] = 0x10;
  }
  return at;
}

export function deleteRangeOpSize(result: DeleteRangeResult): number {
  return revisionHeaderSize(result.revision) + bodySize(result);
}

export function putDeleteRangeOp(result: DeleteRangeResult, into: Uint8Array, at: number): number {
  return putRevisionHeader(into, putBody(result, into, at), result.revision);
}

/**
 * The spans inside of calls, with etcd's names and attributes (server/etcdserver/v3_server.go). Each is undefined when its call is not
 * sampled, and its attributes are then not made.
 */
import { utf8Text } from "../../base/bytes.ts";
import { isTxnReadonly } from "../../core/kv/txn.ts";
import type { AttributeValue, Span } from "../../net/tracing/span.ts";
import {
  type CompactionRequest,
  type DeleteRangeRequest,
  PutRequest,
  type RangeRequest,
  type RequestOp,
  type TxnRequest,
  type WatchCreateRequest,
} from "../../proto/generated/rpc.ts";

type Parent = Span | undefined;

export function rangeSpan(parent: Parent, request: RangeRequest): Span | undefined {
  return parent?.child("range", rangeAttributes(request));
}

export function rangeAttributes(request: RangeRequest): readonly (string | AttributeValue)[] {
  return [...streamAttributes(request), "keys_only", request.keysOnly];
}

export function rangeStreamSpan(parent: Parent, request: RangeRequest): Span | undefined {
  return parent?.child("range_streaming", streamAttributes(request));
}

function streamAttributes({ key, rangeEnd, revision, limit, countOnly }: RangeRequest): (string | AttributeValue)[] {
  return [
    ...["range_begin", utf8Text(key), "range_end", utf8Text(rangeEnd)],
    ...["rev", revision, "limit", limit, "count_only", countOnly],
  ];
}

/** `request`: an encoded PutRequest. */
export function putSpan(parent: Parent, request: Uint8Array): Span | undefined {
  return parent?.child("put", ["key", utf8Text(PutRequest.decode(request).key)]);
}

export function deleteRangeSpan(parent: Parent, { key, rangeEnd }: DeleteRangeRequest): Span | undefined {
  return parent?.child("delete_range", ["range_begin", utf8Text(key), "range_end", utf8Text(rangeEnd)]);
}

export function txnSpan(parent: Parent, request: TxnRequest): Span | undefined {
  if (parent === undefined) return undefined;
  const { compare, success, failure } = request;
  const first = success[0];
  return parent.child("txn", [
    ...["compare_first_key", utf8Text(compare[0]?.key ?? new Uint8Array(0))],
    ...["success_first_key", first === undefined ? "" : firstKey(first)],
    ...["success_first_type", first === undefined ? "" : typeOf(first)],
    ...["success_first_lease", first?.requestPut?.lease ?? -1],
    ...["compare_len", compare.length, "success_len", success.length, "failure_len", failure.length],
    ...["read_only", isTxnReadonly(request)],
  ]);
}

function firstKey({ requestPut, requestRange, requestDeleteRange }: RequestOp): string {
  const key = (requestPut ?? requestRange ?? requestDeleteRange)?.key;
  return key === undefined ? "" : utf8Text(key);
}

function typeOf(operation: RequestOp): string {
  if (operation.requestRange !== undefined) return "range";
  if (operation.requestPut !== undefined) return "put";
  if (operation.requestDeleteRange !== undefined) return "delete_range";
  return operation.requestTxn === undefined ? "" : "txn";
}

export function compactSpan(parent: Parent, { physical, revision }: CompactionRequest): Span | undefined {
  return parent?.child("compact", ["is_physical", physical, "rev", revision]);
}

export function watchSpan(parent: Parent, request: WatchCreateRequest): Span | undefined {
  if (parent === undefined) return undefined;
  const { key, rangeEnd } = request;
  // Every key from `key` on: etcd has made that end an empty one by then.
  const isFromKey = rangeEnd.length === 1 && rangeEnd[0] === 0;
  return parent.child("watch", [
    ...["key", utf8Text(key), "range_end", isFromKey ? "" : utf8Text(rangeEnd), "start_rev", request.startRevision],
    ...["progress_notify", request.progressNotify, "prev_kv", request.prevKv, "fragment", request.fragment],
  ]);
}

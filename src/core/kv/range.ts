/**
 * Execution of a range (etcd server/etcdserver/txn/range.go): revision, then index, filters, order, limit, and last the stored bytes of
 * what is left. `count` is the number of keys in the range at the revision, whatever filters and limit do; `more` comes from the limit.
 */
import { EMPTY_BYTES, latin1, latin1Bytes } from "../../base/bytes.ts";
import { type RangeRequest, SortTarget } from "../../proto/generated/rpc.ts";
import { putBytes, putInt64, sizeOfDelimited, sizeOfInt64 } from "../../proto/writer.ts";
import { encodeKeyValue, KeyValueReader } from "../mvcc/key-value.ts";
import type { Store } from "../mvcc/store.ts";
import { type RangeHit, RangeHits } from "./range-hits.ts";
import { comparisonOf, hasRevisionFilters, isSorted, needsWholeRange, passesFilters } from "./range-order.ts";
import { putRevisionHeader, type ResponseHeaderEncoder, revisionHeaderSize } from "./response-header.ts";

/** Views of stored bytes: valid in the turn of the execution. */
export class RangeResult {
  /** Revision of the store, for the header. */
  readonly revision: number;
  readonly count: number;
  readonly more: boolean;
  /** Encoded KeyValues. */
  readonly kvs: readonly Uint8Array[];

  constructor(revision: number, count: number, more: boolean, kvs: readonly Uint8Array[]) {
    this.revision = revision;
    this.count = count;
    this.more = more;
    this.kvs = kvs;
  }
}

const NO_KVS: readonly Uint8Array[] = [];

/** Executes a checked request in one go. Throws FutureRev or Compacted. Inside of a write transaction it sees the writes so far. */
export function executeRange(store: Store, request: RangeRequest): RangeResult {
  store.counts.ranges++;
  const atRevision = store.resolveRevision(request.revision);
  const revision = store.readRevision;
  const key = latin1(request.key);
  if (request.rangeEnd.length === 0 && isPlainRead(request)) {
    const stored = store.get(key, atRevision);
    return stored === undefined
      ? new RangeResult(revision, 0, false, NO_KVS)
      : new RangeResult(revision, 1, false, [stored]);
  }
  const end = request.rangeEnd.length === 0 ? "" : latin1(request.rangeEnd);
  if (request.countOnly) return new RangeResult(revision, store.index.count(key, end, atRevision), false, NO_KVS);
  const found = new RangeHits();
  const rest = store.collect(key, end, atRevision, fetchLimit(request), found);
  const count = found.hits.length + (rest === undefined ? 0 : store.index.count(rest, end, atRevision));
  return finishRange(store, request, revision, count, found.hits);
}

function isPlainRead(request: RangeRequest): boolean {
  return !request.countOnly && !request.keysOnly && !hasRevisionFilters(request);
}

/** How many keys must be fetched: one more than the limit tells whether there are more. 0: all. */
export function fetchLimit(request: RangeRequest): number {
  return request.limit > 0 && !needsWholeRange(request) ? request.limit + 1 : 0;
}

/** Filters, sorts, limits and reads the hits of a range. */
export function finishRange(
  store: Store,
  request: RangeRequest,
  revision: number,
  count: number,
  found: RangeHit[],
): RangeResult {
  let hits = found;
  if (hasRevisionFilters(request)) hits = hits.filter((hit) => passesFilters(request, hit.main, hit.created));
  if (isSorted(request) && hits.length > 1) {
    if (request.sortTarget === SortTarget.VALUE) loadValues(store, hits);
    hits.sort(comparisonOf(request));
  }
  const more = request.limit > 0 && hits.length > request.limit;
  if (more) hits = hits.slice(0, request.limit);
  const kvs: Uint8Array[] = [];
  for (const hit of hits) kvs.push(wireKv(store, request, hit));
  return new RangeResult(revision, count, more, kvs);
}

function loadValues(store: Store, hits: readonly RangeHit[]): void {
  const reader = new KeyValueReader();
  for (const hit of hits) {
    hit.stored = store.storedAt(store.backend, hit.main, hit.sub);
    reader.parse(hit.stored);
    hit.value = reader.value;
  }
}

function wireKv(store: Store, request: RangeRequest, hit: RangeHit): Uint8Array {
  if (request.keysOnly) {
    if (request.sortTarget !== SortTarget.VALUE) return keyOnlyKv(hit);
    return withoutValue(hit.stored ?? store.storedAt(store.backend, hit.main, hit.sub));
  }
  return hit.stored ?? store.storedAt(store.backend, hit.main, hit.sub);
}

/** A KeyValue from the index alone: no value, and as in etcd 3.7 no lease. */
function keyOnlyKv(hit: RangeHit): Uint8Array {
  return encodeKeyValue(undefined, latin1Bytes(hit.key), hit.created, hit.main, hit.version, EMPTY_BYTES, 0n);
}

/** Stored bytes without their value; the lease stays. */
export function withoutValue(stored: Uint8Array): Uint8Array {
  const kv = new KeyValueReader();
  kv.parse(stored);
  const { createRevision, modRevision, version } = kv;
  return encodeKeyValue(undefined, kv.keyBytes, createRevision, modRevision, version, EMPTY_BYTES, kv.lease);
}

/** Bytes of a RangeResponse behind its header. */
export function rangeBodySize(result: RangeResult): number {
  let size = (result.more ? 2 : 0) + (result.count === 0 ? 0 : 1 + sizeOfInt64(result.count));
  const { kvs } = result;
  for (let i = 0; i < kvs.length; i++) size += 1 + sizeOfDelimited(kvs[i]!.length);
  return size;
}

/** Writes a RangeResponse without its header so that it ends before `at`; returns where it starts. */
export function putRangeBody(result: RangeResult, into: Uint8Array, at: number): number {
  if (result.count !== 0) {
    at = putInt64(into, at, result.count);
    into[--at] = 0x20;
  }
  if (result.more) {
    into[--at] = 1;
    into[--at] = 0x18;
  }
  const { kvs } = result;
  for (let i = kvs.length - 1; i >= 0; i--) {
    at = putBytes(into, at, kvs[i]!);
    into[--at] = 0x12;
  }
  return at;
}

/** A whole RangeResponse, copied: it outlives the turn. */
export function encodeRangeResponse(result: RangeResult, header: ResponseHeaderEncoder): Uint8Array {
  const size = header.size(result.revision) + rangeBodySize(result);
  const bytes = header.allocate(size);
  header.put(bytes, putRangeBody(result, bytes, size), result.revision);
  return bytes;
}

/** Bytes of a RangeResponse inside of a transaction. */
export function rangeOpSize(result: RangeResult): number {
  return revisionHeaderSize(result.revision) + rangeBodySize(result);
}

export function putRangeOp(result: RangeResult, into: Uint8Array, at: number): number {
  return putRevisionHeader(into, putRangeBody(result, into, at), result.revision);
}

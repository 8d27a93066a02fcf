/** Filters and order of a range (etcd server/etcdserver/txn/range.go): decided on the index alone, except for the order by value. */
import { compareBytes } from "../../base/bytes.ts";
import { type RangeRequest, SortOrder, SortTarget } from "../../proto/generated/rpc.ts";
import type { RangeHit } from "./range-hits.ts";

/** The index gives keys in ascending order already. */
export function isDefaultOrdering(request: RangeRequest): boolean {
  return (
    request.sortOrder === SortOrder.NONE ||
    (request.sortTarget === SortTarget.KEY && request.sortOrder === SortOrder.ASCEND)
  );
}

export function hasRevisionFilters(request: RangeRequest): boolean {
  return (
    request.minModRevision !== 0 ||
    request.maxModRevision !== 0 ||
    request.minCreateRevision !== 0 ||
    request.maxCreateRevision !== 0
  );
}

/** Whether the request must see all keys of its range before its limit counts. `sort_target` alone, without an order, sorts ascending. */
export function needsWholeRange(request: RangeRequest): boolean {
  return !isDefaultOrdering(request) || hasRevisionFilters(request);
}

export function passesFilters(request: RangeRequest, modRevision: number, createRevision: number): boolean {
  if (request.maxModRevision !== 0 && modRevision > request.maxModRevision) return false;
  if (request.minModRevision !== 0 && modRevision < request.minModRevision) return false;
  if (request.maxCreateRevision !== 0 && createRevision > request.maxCreateRevision) return false;
  return request.minCreateRevision === 0 || createRevision >= request.minCreateRevision;
}

/** True when results must be sorted: by another target than the key, or descending. */
export function isSorted(request: RangeRequest): boolean {
  return request.sortTarget !== SortTarget.KEY || request.sortOrder === SortOrder.DESCEND;
}

/** The order of a request as a comparison; equal ones stay in key order. For the order by value the hits carry their values. */
export function comparisonOf(request: RangeRequest): (a: RangeHit, b: RangeHit) => number {
  const ascending = ascendingBy(request.sortTarget);
  return request.sortOrder === SortOrder.DESCEND ? (a, b) => ascending(b, a) : ascending;
}

function ascendingBy(target: SortTarget): (a: RangeHit, b: RangeHit) => number {
  switch (target) {
    case SortTarget.VERSION:
      return (a, b) => a.version - b.version;
    case SortTarget.CREATE:
      return (a, b) => a.created - b.created;
    case SortTarget.MOD:
      return (a, b) => a.main - b.main;
    case SortTarget.VALUE:
      return (a, b) => compareBytes(a.value, b.value);
    default:
      return (a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
  }
}

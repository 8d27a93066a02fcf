/**
 * The conditions of a transaction (etcd server/etcdserver/txn/txn.go `applyCompare`), on the state before it. A key that does not exist
 * compares as version, revisions and lease 0; its value equals nothing, so a compare of values fails. With range_end every key of the
 * range must match. An unknown result holds, an unknown target compares as equal.
 */
import { compareBytes, EMPTY_BYTES, latin1 } from "../../base/bytes.ts";
import { type Compare, CompareResult, CompareTarget } from "../../proto/generated/rpc.ts";
import { FoundRevision, type KeyEntry } from "../mvcc/key-entry.ts";
import { KeyValueReader } from "../mvcc/key-value.ts";
import type { Store } from "../mvcc/store.ts";

export function compareHolds(store: Store, compare: Compare): boolean {
  const key = latin1(compare.key);
  const end = compare.rangeEnd.length === 0 ? "" : latin1(compare.rangeEnd);
  const { revision } = store;
  let any = false;
  let holds = true;
  const sink = {
    add(_: KeyEntry, found: FoundRevision): void {
      any = true;
      holds = holds && keyHolds(store, compare, found);
    },
  };
  let next: string | undefined = key;
  // In slices, so that the first key that does not match ends it.
  const found = new FoundRevision();
  while (next !== undefined && holds) next = store.index.collect(next, end, revision, 0, 256, found, sink);
  if (any) return holds;
  if (compare.target === CompareTarget.VALUE) return false;
  return resultHolds(compare.result, signOfMissing(compare));
}

function keyHolds(store: Store, compare: Compare, found: FoundRevision): boolean {
  switch (compare.target) {
    case CompareTarget.VERSION:
      return resultHolds(compare.result, found.version - (compare.version ?? 0));
    case CompareTarget.CREATE:
      return resultHolds(compare.result, found.created - (compare.createRevision ?? 0));
    case CompareTarget.MOD:
      return resultHolds(compare.result, found.main - (compare.modRevision ?? 0));
    case CompareTarget.VALUE: {
      const kv = new KeyValueReader();
      kv.parse(store.storedAt(store.backend, found.main, found.sub));
      return resultHolds(compare.result, compareBytes(kv.value, compare.value ?? EMPTY_BYTES));
    }
    case CompareTarget.LEASE: {
      const kv = new KeyValueReader();
      kv.parse(store.storedAt(store.backend, found.main, found.sub));
      return resultHolds(compare.result, signOf(kv.lease, compare.lease ?? 0n));
    }
    default:
      return resultHolds(compare.result, 0);
  }
}

function signOfMissing(compare: Compare): number {
  switch (compare.target) {
    case CompareTarget.VERSION:
      return -(compare.version ?? 0);
    case CompareTarget.CREATE:
      return -(compare.createRevision ?? 0);
    case CompareTarget.MOD:
      return -(compare.modRevision ?? 0);
    case CompareTarget.LEASE:
      return signOf(0n, compare.lease ?? 0n);
    default:
      return 0;
  }
}

function signOf(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function resultHolds(result: CompareResult, sign: number): boolean {
  switch (result) {
    case CompareResult.EQUAL:
      return sign === 0;
    case CompareResult.NOT_EQUAL:
      return sign !== 0;
    case CompareResult.GREATER:
      return sign > 0;
    case CompareResult.LESS:
      return sign < 0;
    default:
      return true;
  }
}

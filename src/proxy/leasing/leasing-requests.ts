/** The comparisons of the leasing protocol, and which operations of a transaction write. */
import { Compare, CompareResult, CompareTarget, type RequestOp } from "../../proto/generated/rpc.ts";

/** What a write touches, and the leasing keys of it. */
export interface KeyRange {
  /** As latin1. */
  readonly start: string;
  /** Undefined: the end of all keys. Without meaning for a single key. */
  readonly end: string | undefined;
  /** Empty: one key. */
  readonly rangeEnd: Uint8Array;
  readonly leasing: { readonly key: Uint8Array; readonly rangeEnd: Uint8Array };
}

/** 0: the key does not exist. */
export function createdAt(key: Uint8Array, revision: number): Compare {
  return Compare.create({
    key,
    target: CompareTarget.CREATE,
    result: CompareResult.EQUAL,
    createRevision: revision,
  });
}

/** Every key there was created before the revision; true where there is none. */
export function createdBefore(
  range: { readonly key: Uint8Array; readonly rangeEnd: Uint8Array },
  revision: number,
): Compare {
  return Compare.create({
    ...range,
    target: CompareTarget.CREATE,
    result: CompareResult.LESS,
    createRevision: revision,
  });
}

/** The key does not go with a lease. */
export function noLease(key: Uint8Array): Compare {
  return Compare.create({ key, target: CompareTarget.LEASE, result: CompareResult.EQUAL, lease: 0n });
}

/** The puts and deletions among operations, at every depth. */
export function writesOf(operations: readonly RequestOp[]): RequestOp[] {
  return operations.flatMap((operation) => {
    const { requestPut, requestDeleteRange, requestTxn } = operation;
    if (requestTxn !== undefined) return writesOf([...requestTxn.success, ...requestTxn.failure]);
    return requestPut !== undefined || requestDeleteRange !== undefined ? [operation] : [];
  });
}

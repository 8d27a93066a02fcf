/**
 * Reads and writes of keys as values: what `get`, `put` and `delete` send, and what stands in the branches of a transaction. An operation
 * knows the type of its own result, so a transaction knows those of its branches.
 */

import { EMPTY_BYTES } from "../base/bytes.ts";
import {
  type DeleteRangeRequest,
  type DeleteRangeResponse,
  type PutRequest,
  type PutResponse,
  type RangeRequest,
  type RangeResponse,
  type RequestOp,
  type ResponseOp,
  SortOrder,
  SortTarget,
} from "../proto/generated/rpc.ts";
import type { Init } from "../proto/message-codec.ts";
import type { KeyPrefix, KeySelector } from "./key-range.ts";
import { type Bytes, type Header, headerOf, KeyValue, toBytes } from "./key-value.ts";

/** What a range gives, and in which order. */
export interface RangeOptions {
  /** At most so many keys; 0 or absent: all. */
  readonly limit?: number | undefined;
  /** As of this revision; absent: the newest. */
  readonly revision?: number | undefined;
  readonly sort?: { readonly by: SortKey; readonly order?: "ascend" | "descend" } | undefined;
  /** Answer from the member's own data without asking the others: faster, perhaps a little behind. */
  readonly serializable?: boolean | undefined;
  /** Values stay empty. */
  readonly keysOnly?: boolean | undefined;
  readonly minModRevision?: number | undefined;
  readonly maxModRevision?: number | undefined;
  readonly minCreateRevision?: number | undefined;
  readonly maxCreateRevision?: number | undefined;
}

/** What a range can be sorted by. */
export type SortKey = "key" | "version" | "createRevision" | "modRevision" | "value";

/** Keys of a range, as of one revision. */
export interface RangeResult {
  readonly header: Header;
  readonly kvs: readonly KeyValue[];
  /** Keys in the range, whatever the limit. */
  readonly count: number;
  /** There are more than the limit let through. */
  readonly more: boolean;
}

/** How a key is written. */
export interface PutOptions {
  /** The key goes when the lease does. */
  readonly lease?: bigint | { readonly id: bigint } | undefined;
  /** Gives the key as it was before. */
  readonly prevKv?: boolean | undefined;
  /** Keeps the value and changes the lease only. */
  readonly ignoreValue?: boolean | undefined;
  /** Keeps the lease and changes the value only. */
  readonly ignoreLease?: boolean | undefined;
}

/** What a put gives. */
export interface PutResult {
  readonly header: Header;
  /** With `prevKv`, when the key existed. */
  readonly prevKv: KeyValue | undefined;
}

/** How keys are deleted. */
export interface DeleteOptions {
  /** Gives the keys as they were. */
  readonly prevKv?: boolean | undefined;
}

/** What a delete gives. */
export interface DeleteResult {
  readonly header: Header;
  /** How many keys there were to delete. */
  readonly deleted: number;
  readonly prevKvs: readonly KeyValue[];
}

/** One operation of a transaction, with the type of its result. Made by {@link op}. */
export interface Operation<R> {
  /** @internal */
  readonly request: (prefix: KeyPrefix) => Init<RequestOp>;
  /** @internal */
  readonly result: (prefix: KeyPrefix, response: ResponseOp | undefined) => R;
}

const SORT_TARGETS: Readonly<Record<SortKey, SortTarget>> = {
  key: SortTarget.KEY,
  version: SortTarget.VERSION,
  createRevision: SortTarget.CREATE,
  modRevision: SortTarget.MOD,
  value: SortTarget.VALUE,
};

export function rangeRequest(prefix: KeyPrefix, selector: KeySelector, options: RangeOptions = {}): Init<RangeRequest> {
  const { sort } = options;
  return {
    ...prefix.range(selector),
    limit: options.limit,
    revision: options.revision,
    sortOrder: sort === undefined ? SortOrder.NONE : sort.order === "descend" ? SortOrder.DESCEND : SortOrder.ASCEND,
    sortTarget: sort === undefined ? SortTarget.KEY : SORT_TARGETS[sort.by],
    serializable: options.serializable,
    keysOnly: options.keysOnly,
    minModRevision: options.minModRevision,
    maxModRevision: options.maxModRevision,
    minCreateRevision: options.minCreateRevision,
    maxCreateRevision: options.maxCreateRevision,
  };
}

export function rangeResult(prefix: KeyPrefix, response: RangeResponse): RangeResult {
  return {
    header: headerOf(response),
    kvs: response.kvs.map((kv) => new KeyValue(prefix.strip(kv.key), kv)),
    count: response.count,
    more: response.more,
  };
}

export function putRequest(prefix: KeyPrefix, key: Bytes, value: Bytes, options: PutOptions = {}): Init<PutRequest> {
  const { lease } = options;
  return {
    key: prefix.key(key),
    value: options.ignoreValue === true ? EMPTY_BYTES : toBytes(value),
    lease: typeof lease === "object" ? lease.id : (lease ?? 0n),
    prevKv: options.prevKv,
    ignoreValue: options.ignoreValue,
    ignoreLease: options.ignoreLease,
  };
}

export function putResult(prefix: KeyPrefix, response: PutResponse): PutResult {
  const { prevKv } = response;
  return {
    header: headerOf(response),
    prevKv: prevKv === undefined ? undefined : new KeyValue(prefix.strip(prevKv.key), prevKv),
  };
}

export function deleteRequest(
  prefix: KeyPrefix,
  selector: KeySelector,
  options: DeleteOptions = {},
): Init<DeleteRangeRequest> {
  return { ...prefix.range(selector), prevKv: options.prevKv };
}

export function deleteResult(prefix: KeyPrefix, response: DeleteRangeResponse): DeleteResult {
  return {
    header: headerOf(response),
    deleted: response.deleted,
    prevKvs: response.prevKvs.map((kv) => new KeyValue(prefix.strip(kv.key), kv)),
  };
}

/** A branch's answer to something else than was asked is a broken server. */
export function answer<T>(part: T | undefined): T {
  if (part === undefined) throw new TypeError("the answer to a transaction does not fit its operations");
  return part;
}

/** Operations for transactions: `op.get("a")`, `op.range({ prefix: "a/" })`, `op.put("a", "1")`, `op.delete("a")`. */
export const op = {
  /** One key: its value, or undefined when it does not exist. */
  get(key: Bytes, options: RangeOptions = {}): Operation<KeyValue | undefined> {
    return {
      request: (prefix) => ({ requestRange: rangeRequest(prefix, key, options) }),
      result: (prefix, response) => rangeResult(prefix, answer(response?.responseRange)).kvs[0],
    };
  },
  /** The keys of a range. */
  range(selector: KeySelector, options: RangeOptions = {}): Operation<RangeResult> {
    return {
      request: (prefix) => ({ requestRange: rangeRequest(prefix, selector, options) }),
      result: (prefix, response) => rangeResult(prefix, answer(response?.responseRange)),
    };
  },
  /** Writes one key. */
  put(key: Bytes, value: Bytes, options: PutOptions = {}): Operation<PutResult> {
    return {
      request: (prefix) => ({ requestPut: putRequest(prefix, key, value, options) }),
      result: (prefix, response) => putResult(prefix, answer(response?.responsePut)),
    };
  },
  /** Deletes a key or a range. */
  delete(selector: KeySelector, options: DeleteOptions = {}): Operation<DeleteResult> {
    return {
      request: (prefix) => ({ requestDeleteRange: deleteRequest(prefix, selector, options) }),
      result: (prefix, response) => deleteResult(prefix, answer(response?.responseDeleteRange)),
    };
  },
} as const;

/**
 * Transactions: conditions, and what happens when they all hold or not. The results of the branches have the types of their operations:
 *
 *   const result = await client.txn().if(compare.missing("k")).then(op.put("k", "1")).else(op.get("k")).commit();
 *   if (result.succeeded) result.results[0].header.revision; else result.results[0]?.value;
 */
import {
  type Compare,
  CompareResult,
  CompareTarget,
  KVService,
  type RequestOp,
  type ResponseOp,
  type TxnRequest,
  type TxnResponse,
} from "../proto/generated/rpc.ts";
import type { Init } from "../proto/message-codec.ts";
import type { Caller, CallOptions } from "./caller.ts";
import type { KeyPrefix, KeySelector } from "./key-range.ts";
import { type Bytes, type Header, headerOf, toBytes } from "./key-value.ts";
import { answer, type Operation } from "./operation.ts";

/** How a condition compares. */
export type Relation = "=" | "!=" | "<" | ">";

const RELATIONS: Readonly<Record<Relation, CompareResult>> = {
  "=": CompareResult.EQUAL,
  "!=": CompareResult.NOT_EQUAL,
  "<": CompareResult.LESS,
  ">": CompareResult.GREATER,
};

/** A condition on a key, or on every key of a range. Made by {@link compare}. */
export interface Condition {
  /** @internal */
  readonly request: (prefix: KeyPrefix) => Init<Compare>;
}

function condition(selector: KeySelector, relation: Relation, target: CompareTarget, value: Init<Compare>): Condition {
  return { request: (prefix) => ({ ...prefix.range(selector), result: RELATIONS[relation], target, ...value }) };
}

/** Conditions for transactions. A key that does not exist has version, revisions and lease 0, and no value equals its value. */
export const compare = {
  /** Writes since the key was made. */
  version: (selector: KeySelector, relation: Relation, version: number): Condition =>
    condition(selector, relation, CompareTarget.VERSION, { version }),
  /** The revision that made the key. */
  createRevision: (selector: KeySelector, relation: Relation, createRevision: number): Condition =>
    condition(selector, relation, CompareTarget.CREATE, { createRevision }),
  /** The revision of the last write. */
  modRevision: (selector: KeySelector, relation: Relation, modRevision: number): Condition =>
    condition(selector, relation, CompareTarget.MOD, { modRevision }),
  /** What the key holds, compared as bytes. */
  value: (selector: KeySelector, relation: Relation, value: Bytes): Condition =>
    condition(selector, relation, CompareTarget.VALUE, { value: toBytes(value) }),
  /** The lease that the key is attached to. */
  lease: (selector: KeySelector, relation: Relation, lease: bigint): Condition =>
    condition(selector, relation, CompareTarget.LEASE, { lease }),
  /** The key is there; for a range: all of its keys are, whichever they be. */
  exists: (selector: KeySelector): Condition => condition(selector, ">", CompareTarget.CREATE, { createRevision: 0 }),
  /** The key, or every key of the range, is not there. */
  missing: (selector: KeySelector): Condition => condition(selector, "=", CompareTarget.CREATE, { createRevision: 0 }),
} as const;

/** The results of a list of operations, in order. */
export type Results<Ops extends readonly Operation<unknown>[]> = {
  readonly [I in keyof Ops]: Ops[I] extends Operation<infer R> ? R : never;
};

/** Which branch ran, with the results of its operations. */
export type TxnResult<Then extends readonly Operation<unknown>[], Else extends readonly Operation<unknown>[]> =
  | { readonly succeeded: true; readonly header: Header; readonly results: Results<Then> }
  | { readonly succeeded: false; readonly header: Header; readonly results: Results<Else> };

/** What a transaction needs of its client. */
export interface TransactionContext {
  readonly caller: Caller;
  readonly prefix: KeyPrefix;
}

/** Immutable: each step gives a new one. */
export class Transaction<
  Then extends readonly Operation<unknown>[] = readonly [],
  Else extends readonly Operation<unknown>[] = readonly [],
> {
  readonly #context: TransactionContext;
  readonly #conditions: readonly Condition[];
  readonly #then: Then;
  readonly #else: Else;

  /**
   * Use `client.txn()`.
   * @internal
   */
  constructor(context: TransactionContext, conditions: readonly Condition[], then: Then, otherwise: Else) {
    this.#context = context;
    this.#conditions = conditions;
    this.#then = then;
    this.#else = otherwise;
  }

  /** Adds conditions; all must hold. */
  if(...conditions: readonly Condition[]): Transaction<Then, Else> {
    return new Transaction(this.#context, [...this.#conditions, ...conditions], this.#then, this.#else);
  }

  /** What is done when the conditions hold. The name is part of etcd's vocabulary; a transaction is no promise. */
  // biome-ignore lint/suspicious/noThenProperty: awaited only by commit(); `then` with operations cannot be taken for a promise's
  then<Ops extends readonly Operation<unknown>[]>(...operations: Ops): Transaction<Ops, Else> {
    if (operations.some((operation) => typeof operation === "function"))
      throw new TypeError("a transaction is not a promise: end it with commit()");
    return new Transaction(this.#context, this.#conditions, operations, this.#else);
  }

  /** What is done when one of them does not. */
  else<Ops extends readonly Operation<unknown>[]>(...operations: Ops): Transaction<Then, Ops> {
    return new Transaction(this.#context, this.#conditions, this.#then, operations);
  }

  /** This transaction as an operation of another one. */
  asOperation(): Operation<TxnResult<Then, Else>> {
    return {
      request: (prefix) => ({ requestTxn: this.#request(prefix) }),
      result: (prefix, response) => this.#result(prefix, answer(response?.responseTxn)),
    };
  }

  /** Rejects with EtcdError; with kind `ConnectionLost` it is not known whether it took effect. */
  async commit(options: CallOptions = {}): Promise<TxnResult<Then, Else>> {
    const { caller, prefix } = this.#context;
    const request = this.#request(prefix);
    const policy = isReadOnly(request) ? "read" : "write";
    return this.#result(prefix, await caller.unary(KVService.txn, request, policy, options));
  }

  #request(prefix: KeyPrefix): Init<TxnRequest> {
    return {
      compare: this.#conditions.map((one) => one.request(prefix)),
      success: this.#then.map((operation) => operation.request(prefix)),
      failure: this.#else.map((operation) => operation.request(prefix)),
    };
  }

  #result(prefix: KeyPrefix, response: TxnResponse): TxnResult<Then, Else> {
    const header = headerOf(response);
    const { responses } = response;
    return response.succeeded
      ? { succeeded: true, header, results: resultsOf(prefix, this.#then, responses) }
      : { succeeded: false, header, results: resultsOf(prefix, this.#else, responses) };
  }
}

function resultsOf<Ops extends readonly Operation<unknown>[]>(
  prefix: KeyPrefix,
  operations: Ops,
  responses: readonly ResponseOp[],
): Results<Ops> {
  // A mapped tuple cannot be built element by element without a cast.
  return operations.map((operation, i) => operation.result(prefix, responses[i])) as unknown as Results<Ops>;
}

/** No branch writes: it may be made twice, as clientv3 decides it. */
function isReadOnly(request: Init<TxnRequest>): boolean {
  const reads = ({ requestRange, requestTxn }: Init<RequestOp>): boolean =>
    requestRange !== undefined || (requestTxn !== undefined && isReadOnly(requestTxn));
  return (request.success ?? []).every(reads) && (request.failure ?? []).every(reads);
}

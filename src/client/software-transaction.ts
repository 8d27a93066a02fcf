/**
 * Transactions written as a function that reads and writes (clientv3 concurrency.STM): the function runs, its reads are remembered, its writes
 * held back; then all is committed if nothing that it read has changed, or it runs again.
 *
 * - `serializableSnapshot` (default): all reads are of one revision, and what it writes was not written by others since.
 * - `serializable`: all reads are of one revision.
 * - `repeatableReads`: a key is read once and must not have changed at the commit.
 */
import { latin1 } from "../base/bytes.ts";
import { GrpcCode } from "../base/grpc-code.ts";
import type { CallOptions } from "./caller.ts";
import { EtcdError } from "./errors.ts";
import type { KeySpace } from "./key-space.ts";
import { type Bytes, type KeyValue, toBytes } from "./key-value.ts";
import { type Operation, op, type PutOptions } from "./operation.ts";
import { type Condition, compare } from "./transaction.ts";

/** What must not have changed when a transaction of the STM is committed. */
export type Isolation = "serializableSnapshot" | "serializable" | "repeatableReads";

/** How a transaction of the STM runs. */
export interface SoftwareTransactionOptions extends CallOptions {
  readonly isolation?: Isolation | undefined;
  /** Runs of the function; default 100. Beyond that it rejects with kind `Conflict`. */
  readonly attemptsMax?: number | undefined;
}

interface Read {
  readonly key: Uint8Array;
  readonly kv: KeyValue | undefined;
}

interface Write {
  readonly key: Uint8Array;
  /** Undefined: the key is deleted. */
  readonly value: Uint8Array | undefined;
  readonly options: PutOptions;
}

const ATTEMPTS_MAX = 100;

/** What the function works with. */
export class SoftwareTransaction {
  readonly #space: KeySpace;
  readonly #isolation: Isolation;
  readonly #options: CallOptions;
  readonly #reads: Map<string, Read>;
  readonly #writes: Map<string, Write>;
  /** Of the first read; 0 before it. */
  #revision: number;

  constructor(space: KeySpace, isolation: Isolation, options: CallOptions) {
    this.#space = space;
    this.#isolation = isolation;
    this.#options = options;
    this.#reads = new Map();
    this.#writes = new Map();
    this.#revision = 0;
  }

  /** The value as text; undefined when the key does not exist. Sees what this transaction has written. */
  async get(key: Bytes): Promise<string | undefined> {
    const bytes = await this.getBytes(key);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  }

  /** The value as bytes, as {@link get} gives it as text. */
  async getBytes(key: Bytes): Promise<Uint8Array | undefined> {
    const bytes = toBytes(key);
    const written = this.#writes.get(latin1(bytes));
    return written === undefined ? (await this.#read(bytes))?.valueBytes : written.value;
  }

  /** Written when the function has ended and nothing that it read has changed. */
  put(key: Bytes, value: Bytes, options: PutOptions = {}): void {
    const bytes = toBytes(key);
    this.#writes.set(latin1(bytes), { key: bytes, value: toBytes(value), options });
  }

  /** Deleted as {@link put} writes. */
  delete(key: Bytes): void {
    const bytes = toBytes(key);
    this.#writes.set(latin1(bytes), { key: bytes, value: undefined, options: {} });
  }

  async #read(key: Uint8Array): Promise<KeyValue | undefined> {
    const name = latin1(key);
    const known = this.#reads.get(name);
    if (known !== undefined) return known.kv;
    const pinned = this.#isolation === "repeatableReads" || this.#revision === 0 ? {} : { revision: this.#revision };
    const { kvs, header } = await this.#space.range(key, { ...this.#options, ...pinned });
    if (this.#revision === 0) this.#revision = header.revision;
    this.#reads.set(name, { key, kv: kvs[0] });
    return kvs[0];
  }

  /** @internal True when it went through. */
  async commit(): Promise<boolean> {
    const conditions: Condition[] = [];
    for (const { key, kv } of this.#reads.values())
      conditions.push(compare.modRevision(key, "=", kv?.modRevision ?? 0));
    if (this.#isolation === "serializableSnapshot" && this.#revision > 0) {
      for (const [name, { key }] of this.#writes) {
        if (!this.#reads.has(name)) conditions.push(compare.modRevision(key, "<", this.#revision + 1));
      }
    }
    const operations: Operation<unknown>[] = [...this.#writes.values()].map(({ key, value, options }) =>
      value === undefined ? op.delete(key) : op.put(key, value, options),
    );
    const transaction = this.#space.txn().if(...conditions);
    return (await transaction.then(...operations).commit(this.#options)).succeeded;
  }
}

/** Runs the function until its transaction goes through; resolves to its last result. */
export async function runSoftwareTransaction<T>(
  space: KeySpace,
  run: (transaction: SoftwareTransaction) => Promise<T> | T,
  options: SoftwareTransactionOptions,
): Promise<T> {
  const { isolation = "serializableSnapshot", attemptsMax = ATTEMPTS_MAX, ...call } = options;
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const transaction = new SoftwareTransaction(space, isolation, call);
    const result = await run(transaction);
    if (await transaction.commit()) return result;
  }
  throw new EtcdError("Conflict", GrpcCode.Aborted, `others were faster in ${attemptsMax} attempts`);
}

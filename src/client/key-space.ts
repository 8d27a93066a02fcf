/** The keys below a prefix, or all of them, and everything that is done with keys: a client is one, `namespace()` gives others. */
import { yieldTurn } from "../io/clock.ts";
import { KVService } from "../proto/generated/rpc.ts";
import type { Caller, CallOptions } from "./caller.ts";
import { Election } from "./election.ts";
import type { KeyPrefix, KeySelector } from "./key-range.ts";
import { type Bytes, type Header, headerOf, type KeyValue, toBytes } from "./key-value.ts";
import type { Lease } from "./lease.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import { Lock, type LockOptions } from "./lock.ts";
import {
  type DeleteOptions,
  type DeleteResult,
  deleteRequest,
  deleteResult,
  type PutOptions,
  type PutResult,
  putRequest,
  putResult,
  type RangeOptions,
  type RangeResult,
  rangeRequest,
  rangeResult,
} from "./operation.ts";
import { type EntriesOptions, rangeEntries, type StreamSupport } from "./range-iteration.ts";
import {
  runSoftwareTransaction,
  type SoftwareTransaction,
  type SoftwareTransactionOptions,
} from "./software-transaction.ts";
import { Transaction } from "./transaction.ts";
import type { WatchStream } from "./watch-stream.ts";
import type { WatchOptions } from "./watch-types.ts";
import { Watcher } from "./watcher.ts";

/** What all key spaces of a client share. */
export interface SharedParts {
  readonly caller: Caller;
  readonly watches: WatchStream;
  readonly leases: LeaseKeeper;
  readonly streamSupport: StreamSupport;
}

/** How a lease is granted. */
export interface LeaseOptions extends CallOptions {
  /** 0n or absent: the server chooses. */
  readonly id?: bigint | undefined;
}

/** Everything that is done with keys, all of them or those below a prefix: what a client and its namespaces have in common. */
export class KeySpace {
  readonly #parts: SharedParts;
  readonly #prefix: KeyPrefix;

  /** @internal */
  constructor(parts: SharedParts, prefix: KeyPrefix) {
    this.#parts = parts;
    this.#prefix = prefix;
  }

  /** The keys below a prefix: it goes before every key on the way out and off again on the way in. */
  namespace(prefix: Bytes): KeySpace {
    return new KeySpace(this.#parts, this.#prefix.below(toBytes(prefix)));
  }

  /** One key; undefined when it does not exist. */
  async get(key: Bytes, options: RangeOptions & CallOptions = {}): Promise<KeyValue | undefined> {
    return (await this.range(key, options)).kvs[0];
  }

  /** The keys of a range in one answer, sorted by key unless asked otherwise. For many keys see {@link entries}. */
  async range(selector: KeySelector, options: RangeOptions & CallOptions = {}): Promise<RangeResult> {
    const request = rangeRequest(this.#prefix, selector, options);
    return rangeResult(this.#prefix, await this.#parts.caller.unary(KVService.range, request, "read", options));
  }

  /** How many keys there are. */
  async count(selector: KeySelector, options: RangeOptions & CallOptions = {}): Promise<number> {
    const request = { ...rangeRequest(this.#prefix, selector, options), countOnly: true };
    return (await this.#parts.caller.unary(KVService.range, request, "read", options)).count;
  }

  /** All keys of a range in order of their names, as of one revision, however many there are. */
  entries(selector: KeySelector, options: EntriesOptions = {}): AsyncGenerator<KeyValue, void, void> {
    const { caller, streamSupport } = this.#parts;
    return rangeEntries(caller, this.#prefix, selector, options, streamSupport);
  }

  /** Writes one key. Rejects with kind ConnectionLost when the write may have taken effect or not. */
  async put(key: Bytes, value: Bytes, options: PutOptions & CallOptions = {}): Promise<PutResult> {
    const request = putRequest(this.#prefix, key, value, options);
    return putResult(this.#prefix, await this.#parts.caller.unary(KVService.put, request, "write", options));
  }

  /** Deletes a key or a range; gives how many there were. */
  async delete(selector: KeySelector, options: DeleteOptions & CallOptions = {}): Promise<DeleteResult> {
    const request = deleteRequest(this.#prefix, selector, options);
    return deleteResult(this.#prefix, await this.#parts.caller.unary(KVService.deleteRange, request, "write", options));
  }

  /** Begins a transaction; `commit()` sends it. */
  txn(): Transaction {
    return new Transaction({ caller: this.#parts.caller, prefix: this.#prefix }, [], [], []);
  }

  /** Runs a function as a transaction, again and again until nothing that it read has changed. It must have no other effects. */
  stm<T>(
    run: (transaction: SoftwareTransaction) => Promise<T> | T,
    options: SoftwareTransactionOptions = {},
  ): Promise<T> {
    return runSoftwareTransaction(this, run, options);
  }

  /** Watches keys: an async iterator and an event emitter. Resumes by itself when a connection breaks. */
  watch(selector: KeySelector, options: WatchOptions = {}): Watcher {
    const watcher = new Watcher(this.#parts.watches, this.#prefix, selector, options);
    if (!watcher.isEnded) this.#parts.watches.add(watcher);
    return watcher;
  }

  /** Grants a lease and keeps it alive until it is revoked or released, or the client closed. */
  lease(ttlSeconds: number, options: LeaseOptions = {}): Promise<Lease> {
    return this.#parts.leases.grant(ttlSeconds, options.id ?? 0n, options);
  }

  /** Waits for the lock of that name. `await using lock = await client.lock("name")` releases it at the end of the block. */
  lock(name: Bytes, options: LockOptions = {}): Promise<Lock> {
    return Lock.acquire(this, name, options);
  }

  /** An election by its name; nothing is sent before it is used. */
  election(name: Bytes): Election {
    return new Election(this, name);
  }

  /** Forgets what happened before a revision. With `physical` it resolves when the space is free for reuse. */
  async compact(revision: number, options: CallOptions & { readonly physical?: boolean } = {}): Promise<Header> {
    const request = { revision, physical: options.physical };
    return headerOf(await this.#parts.caller.unary(KVService.compact, request, "write", options));
  }

  /** @internal Waits before a repetition. */
  async pause(attempt: number): Promise<void> {
    const { caller } = this.#parts;
    await new Promise<void>((resolve) => {
      caller.clock.setTimer(caller.retryDelayMs() * Math.min(attempt, 20), resolve);
    });
    await yieldTurn(caller.clock);
  }
}

/** Elections: who is at the head of the line leads, and tells something with the value of its key (clientv3 concurrency.Election). */
import { equalBytes } from "../base/bytes.ts";
import { GrpcCode } from "../base/grpc-code.ts";
import type { CallOptions } from "./caller.ts";
import { EtcdError } from "./errors.ts";
import type { KeySpace } from "./key-space.ts";
import { type Bytes, type KeyValue, toBytes } from "./key-value.ts";
import type { Lease } from "./lease.ts";
import { op } from "./operation.ts";
import { joinQueue, leaveQueue, type QueueKey, queuePrefix, repeated, waitForHead } from "./queue-key.ts";
import { compare } from "./transaction.ts";

export interface CampaignOptions extends CallOptions {
  /** Of a lease of its own, in seconds; default 60. */
  readonly ttlSeconds?: number | undefined;
  readonly lease?: Lease | undefined;
}

const TTL_SECONDS = 60;

/** An election by name: `client.election(name)`. */
export class Election {
  readonly #space: KeySpace;
  readonly #prefix: Uint8Array;

  /**
   * Use `client.election()`.
   * @internal
   */
  constructor(space: KeySpace, name: Bytes) {
    this.#space = space;
    this.#prefix = queuePrefix(name);
  }

  /** Resolves when elected. Rejects with Aborted or LeaseLost. */
  async campaign(value: Bytes, options: CampaignOptions = {}): Promise<Leadership> {
    const { signal } = options;
    const space = this.#space;
    const grant = (): Promise<Lease> => space.lease(options.ttlSeconds ?? TTL_SECONDS, { signal });
    // A lease whose grant was not heard of ends by itself.
    const lease = options.lease ?? (await repeated(space, grant, signal));
    const ownsLease = options.lease === undefined;
    let key: QueueKey | undefined;
    try {
      key = await joinQueue(space, this.#prefix, lease, value, signal);
      const leadership = new Leadership(space, key, lease, ownsLease);
      // The lease was a candidate before, with another value.
      if (!equalBytes(key.valueBytes, toBytes(value))) await leadership.proclaim(value, { signal });
      await waitForHead(space, this.#prefix, key, lease, signal);
      return leadership;
    } catch (error) {
      try {
        if (ownsLease) await lease.revoke({ timeoutMs: 2000 });
        else if (key !== undefined) await leaveQueue(space, key);
      } catch (second) {
        if (!(second instanceof EtcdError)) throw second;
        lease.release();
      }
      throw error;
    }
  }

  /** The leader's key with its value; undefined when there is none. */
  async leader(options: CallOptions = {}): Promise<KeyValue | undefined> {
    const found = await this.#space.range({ prefix: this.#prefix }, { ...options, ...FIRST });
    return found.kvs[0];
  }

  /** The leader's key now, and each time that another leads or says something else. Ends when the signal fires. */
  async *observe(options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<KeyValue, void, void> {
    const { signal } = options;
    const watcherOptions = signal === undefined ? {} : { signal };
    for (;;) {
      const { kvs, header } = await this.#space.range({ prefix: this.#prefix }, { ...FIRST, signal });
      const leader = kvs[0];
      if (leader !== undefined) yield leader;
      // Without a leader anything under the prefix is news, with one only its own key.
      const watched = leader === undefined ? { prefix: this.#prefix } : leader.keyBytes;
      const watcher = this.#space.watch(watched, { ...watcherOptions, startRevision: header.revision + 1 });
      try {
        for await (const event of watcher) {
          if (leader === undefined || event.type === "delete") break;
          yield event.kv;
        }
      } catch (error) {
        if (!(error instanceof EtcdError) || error.kind !== "Compacted") throw error;
      } finally {
        await watcher.cancel();
      }
    }
  }
}

const FIRST = { limit: 1, sort: { by: "createRevision", order: "ascend" } } as const;

/** What an elected candidate holds. */
export class Leadership {
  readonly keyBytes: Uint8Array;
  /** Greater than that of every leader before. */
  readonly revision: number;
  readonly lease: Lease;
  readonly #space: KeySpace;
  readonly #key: QueueKey;
  readonly #ownsLease: boolean;
  #resigned: boolean;

  /** @internal */
  constructor(space: KeySpace, key: QueueKey, lease: Lease, ownsLease: boolean) {
    this.keyBytes = key.keyBytes;
    this.revision = key.revision;
    this.lease = lease;
    this.#space = space;
    this.#key = key;
    this.#ownsLease = ownsLease;
    this.#resigned = false;
  }

  /** Aborts when the leadership is lost because its lease ended. */
  get signal(): AbortSignal {
    return this.lease.signal;
  }

  /** Says something else without another election. Rejects with LeaseLost when this one does not lead any more. */
  async proclaim(value: Bytes, options: CallOptions = {}): Promise<void> {
    const { keyBytes, lease, revision } = this;
    const transaction = this.#space
      .txn()
      .if(compare.createRevision(keyBytes, "=", revision))
      .then(op.put(keyBytes, value, { lease }));
    const result = await repeated(this.#space, () => transaction.commit(options), options.signal);
    if (!result.succeeded)
      throw new EtcdError("LeaseLost", GrpcCode.FailedPrecondition, "this candidate does not lead any more");
  }

  /** Lets the next candidate lead. May be called more than once. */
  async resign(): Promise<void> {
    if (this.#resigned) return;
    this.#resigned = true;
    if (this.lease.isEnded) return;
    if (this.#ownsLease) await this.lease.revoke();
    else await leaveQueue(this.#space, this.#key);
  }

  /** The same as `resign()`: for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.resign();
  }
}

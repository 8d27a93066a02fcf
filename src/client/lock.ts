/**
 * Locks that end with their holder: the key is on a lease, and `signal` aborts when the lease is gone. `revision` grows from one holder to the
 * next: pass it on to what the lock protects, so that it can refuse the one who lost the lock and has not noticed yet.
 */
import { GrpcCode } from "../base/grpc-code.ts";
import type { CallOptions } from "./caller.ts";
import { EtcdError } from "./errors.ts";
import type { KeySpace } from "./key-space.ts";
import type { Bytes } from "./key-value.ts";
import type { Lease } from "./lease.ts";
import { joinQueue, leaveQueue, type QueueKey, queuePrefix, repeated, waitForHead } from "./queue-key.ts";

/** How a lock is waited for and kept. */
export interface LockOptions extends CallOptions {
  /** Of a lease of its own, in seconds; default 60. How long the lock outlives a holder that died. */
  readonly ttlSeconds?: number | undefined;
  /** A lease of the caller instead; it stays when the lock is released. */
  readonly lease?: Lease | undefined;
  /** False: rejects with kind `Locked` when somebody else has it. Default true. */
  readonly wait?: boolean | undefined;
}

const TTL_SECONDS = 60;

/** A lock that is held: `await client.lock(name)`. */
export class Lock {
  /** Of the key that stands for the holder. */
  readonly keyBytes: Uint8Array;
  /** Greater than that of every holder before. */
  readonly revision: number;
  readonly lease: Lease;
  readonly #space: KeySpace;
  readonly #key: QueueKey;
  readonly #ownsLease: boolean;
  #released: boolean;

  private constructor(space: KeySpace, key: QueueKey, lease: Lease, ownsLease: boolean) {
    this.keyBytes = key.keyBytes;
    this.revision = key.revision;
    this.lease = lease;
    this.#space = space;
    this.#key = key;
    this.#ownsLease = ownsLease;
    this.#released = false;
  }

  /** Use `client.lock()`. */
  static async acquire(space: KeySpace, name: Bytes, options: LockOptions): Promise<Lock> {
    const { signal } = options;
    const grant = (): Promise<Lease> => space.lease(options.ttlSeconds ?? TTL_SECONDS, { signal });
    // A lease whose grant was not heard of ends by itself.
    const lease = options.lease ?? (await repeated(space, grant, signal));
    const ownsLease = options.lease === undefined;
    const prefix = queuePrefix(name);
    let key: QueueKey | undefined;
    try {
      key = await joinQueue(space, prefix, lease, "", signal);
      const isHead = key.head === undefined || key.head.createRevision === key.revision;
      if (!isHead && options.wait === false)
        throw new EtcdError("Locked", GrpcCode.FailedPrecondition, "the lock is held by somebody else");
      if (!isHead) await waitForHead(space, prefix, key, lease, signal);
      return new Lock(space, key, lease, ownsLease);
    } catch (error) {
      await abandon(space, key, lease, ownsLease);
      throw error;
    }
  }

  /** Aborts when the lock is lost because its lease ended. Also after {@link release} of a lock with a lease of its own. */
  get signal(): AbortSignal {
    return this.lease.signal;
  }

  /** By the last renewal of the lease it certainly is held. */
  get isHeld(): boolean {
    return !this.#released && this.lease.isCertain;
  }

  /** Gives it to whoever waits next. May be called more than once. */
  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    if (this.lease.isEnded) return;
    // Revoking the lease deletes the key.
    if (this.#ownsLease) await this.lease.revoke();
    else await leaveQueue(this.#space, this.#key);
  }

  /** The same as `release()`: for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }
}

/** Leaves nothing behind after a failure; should that fail too, the lease ends by itself. */
async function abandon(space: KeySpace, key: QueueKey | undefined, lease: Lease, ownsLease: boolean): Promise<void> {
  try {
    if (ownsLease) await lease.revoke({ timeoutMs: ABANDON_TIMEOUT_MS });
    else if (key !== undefined) await leaveQueue(space, key);
  } catch (error) {
    if (!(error instanceof EtcdError)) throw error;
    lease.release();
  }
}

const ABANDON_TIMEOUT_MS = 2000;

/**
 * The queue behind locks and elections, with the keys of clientv3's concurrency package, so that all clients of etcd stand in one line: each
 * waits with a key `<name>/<lease in hex>` on its lease; the oldest key is at the head.
 *
 * Every step may be repeated: the key is made only if it is not there, so an answer that was lost does no harm.
 */

import { concatBytes, utf8 } from "../base/bytes.ts";
import { GrpcCode } from "../base/grpc-code.ts";
import { abortedError, EtcdError } from "./errors.ts";
import type { KeySpace } from "./key-space.ts";
import type { Bytes, KeyValue } from "./key-value.ts";
import { toBytes } from "./key-value.ts";
import type { Lease } from "./lease.ts";
import { op } from "./operation.ts";
import { compare } from "./transaction.ts";

const ATTEMPTS_MAX = 20;

/** The key of one waiter. */
export interface QueueKey {
  readonly keyBytes: Uint8Array;
  /** Revision at which it was made: the place in the line, and a token that only grows from one holder to the next. */
  readonly revision: number;
  /** The key at the head when this one was made; itself when nobody else waited. */
  readonly head: KeyValue | undefined;
  /** The value that the key has. */
  readonly valueBytes: Uint8Array;
}

export function queuePrefix(name: Bytes): Uint8Array {
  return concatBytes([toBytes(name), utf8("/")]);
}

/** Repeats what may be repeated while the answer is Unavailable. */
export async function repeated<T>(space: KeySpace, step: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await step();
    } catch (error) {
      const passing =
        error instanceof EtcdError && error.code === GrpcCode.Unavailable && error.kind !== "ClientClosed";
      if (!passing || attempt >= ATTEMPTS_MAX) throw error;
      if (signal?.aborted === true) throw abortedError(signal);
      await space.pause(attempt);
    }
  }
}

/** Makes the key, or finds it when it is there. */
export async function joinQueue(
  space: KeySpace,
  prefix: Uint8Array,
  lease: Lease,
  value: Bytes,
  signal: AbortSignal | undefined,
): Promise<QueueKey> {
  const keyBytes = concatBytes([prefix, utf8(lease.id.toString(16))]);
  const first = { limit: 1, sort: { by: "createRevision", order: "ascend" } } as const;
  const transaction = space
    .txn()
    .if(compare.missing(keyBytes))
    .then(op.put(keyBytes, value, { lease }), op.range({ prefix }, first))
    .else(op.get(keyBytes), op.range({ prefix }, first));
  const result = await repeated(space, () => transaction.commit({ signal }), signal);
  if (result.succeeded) {
    const head = result.results[1].kvs[0];
    return { keyBytes, revision: result.header.revision, head, valueBytes: toBytes(value) };
  }
  const [own, { kvs }] = result.results;
  return { keyBytes, revision: own!.createRevision, head: kvs[0], valueBytes: own!.valueBytes };
}

/** Resolves when no key before `revision` is left. Rejects with Aborted, or LeaseLost when the lease ends first. */
export async function waitForHead(
  space: KeySpace,
  prefix: Uint8Array,
  key: QueueKey,
  lease: Lease,
  signal: AbortSignal | undefined,
): Promise<void> {
  const stop = signal === undefined ? lease.signal : AbortSignal.any([signal, lease.signal]);
  try {
    for (;;) {
      const before = await space.range(
        { prefix },
        {
          maxCreateRevision: key.revision - 1,
          limit: 1,
          sort: { by: "createRevision", order: "descend" },
          keysOnly: true,
          signal: stop,
        },
      );
      const predecessor = before.kvs[0];
      if (predecessor === undefined) break;
      await waitForDeletion(space, predecessor.keyBytes, before.header.revision + 1, stop);
    }
    const own = await space.get(key.keyBytes, { signal: stop });
    if (own?.createRevision !== key.revision) throw lost(lease);
  } catch (error) {
    if (signal?.aborted !== true && lease.isEnded) throw lost(lease);
    throw error;
  }
}

async function waitForDeletion(space: KeySpace, key: Uint8Array, from: number, signal: AbortSignal): Promise<void> {
  const watcher = space.watch(key, { startRevision: from, ignore: "put", signal });
  try {
    for await (const event of watcher) if (event.type === "delete") return;
  } catch (error) {
    // Compacted while we were away: the caller looks who is there now.
    if (!(error instanceof EtcdError) || error.kind !== "Compacted") throw error;
  } finally {
    await watcher.cancel();
  }
}

export function lost(lease: Lease): EtcdError {
  return new EtcdError(
    "LeaseLost",
    GrpcCode.FailedPrecondition,
    "the lease ended, and the place in the queue with it",
    {
      cause: lease.error,
    },
  );
}

/** Gives the place up. Whoever comes next moves up. */
export async function leaveQueue(space: KeySpace, key: QueueKey, signal?: AbortSignal): Promise<void> {
  const transaction = space
    .txn()
    .if(compare.createRevision(key.keyBytes, "=", key.revision))
    .then(op.delete(key.keyBytes));
  await repeated(space, () => transaction.commit({ signal }), signal);
}

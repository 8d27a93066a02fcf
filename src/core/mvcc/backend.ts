/**
 * What the deciding code knows of storage: named buckets of sorted byte keys, buffered writes, batch commits.
 * Real: `storage/bolt` (etcd's bbolt file). Twin for tests: `test/support/memory-backend.ts`.
 *
 * Semantics (etcd server/storage/backend: BatchTx and ReadTx):
 * - `put` and `delete` go to a buffer that `get` and `scan` see at once. All writes between two `endBatch()` calls land in the same
 *   durable transaction or not at all: a commit never cuts a batch in two.
 * - The backend commits by itself (after batchIntervalMs or batchLimit writes); `commit()` forces it.
 * - Slices returned by `get` and passed to a `scan` visitor are views. They stay valid until the caller's turn of the event loop ends
 *   (no await in between); copy what must live longer.
 * - `put` takes ownership of key and value: the caller never changes them afterwards.
 */
export const Bucket = {
  Key: "key",
  Meta: "meta",
  Lease: "lease",
  Alarm: "alarm",
  Cluster: "cluster",
  Members: "members",
  MembersRemoved: "members_removed",
  Auth: "auth",
  AuthUsers: "authUsers",
  AuthRoles: "authRoles",
} as const;
export type Bucket = (typeof Bucket)[keyof typeof Bucket];

/** Synchronous reading in byte order. */
export interface BackendReader {
  get(bucket: Bucket, key: Uint8Array): Uint8Array | undefined;
  /**
   * Visits entries with from <= key < to in order (`to` undefined: to the end of the bucket) until the visitor returns false.
   * Returns true when it reached the end of the range. Callers slice long scans themselves: stop, yield, go on after the last key.
   */
  scan(
    bucket: Bucket,
    from: Uint8Array,
    to: Uint8Array | undefined,
    visit: (key: Uint8Array, value: Uint8Array) => boolean | void,
  ): boolean;
}

/** A transaction that no later write changes. Costs file space while held: freed pages are not reused. */
export interface PinnedReader extends BackendReader {
  release(): void;
}

export interface Backend extends BackendReader {
  put(bucket: Bucket, key: Uint8Array, value: Uint8Array): void;
  delete(bucket: Bucket, key: Uint8Array): void;
  /** Ends an atomic batch (one applied entry). Must be called before control returns to the event loop. */
  endBatch(): void;
  /** Makes everything written so far durable. */
  commit(): Promise<void>;
  /** Commits, then pins what was committed. */
  pin(): Promise<PinnedReader>;
  /** Bytes of the file (etcd's dbSize; what the quota compares). */
  readonly sizeBytes: number;
  /** Bytes of pages in use (etcd's dbSizeInUse). */
  readonly sizeInUseBytes: number;
}

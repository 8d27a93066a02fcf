/** What a backend is given: its surroundings, limits and those who hear of it. */
import type { Clock } from "../../io/clock.ts";
import type { FileSystem } from "../../io/file-system.ts";
import type { Logger } from "../../io/logger.ts";
import type { EntryVisitor } from "./bolt-open.ts";

/** Durations in seconds, as etcd's histograms take them. */
export interface BackendObserver {
  commit?(seconds: number): void;
  /** Merging trees, which holds both rebalance and spill of bbolt. */
  spill?(seconds: number): void;
  write?(seconds: number): void;
  defragment?(seconds: number): void;
  snapshot?(seconds: number): void;
}

export interface BackendOptions {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of the file, `<data-dir>/member/snap/db`; its folder exists. */
  readonly path: string;
  /** Longest time that a write waits for its commit to begin. Default 100. */
  readonly batchIntervalMs?: number;
  /** Writes after which a commit begins at once. Default 10000. */
  readonly batchLimit?: number;
  /** No sync at all (etcd --unsafe-no-fsync). */
  readonly unsafeNoFsync?: boolean;
  /** Memory for pages; default 256 MB, see {@link defaultCacheBytes}. Reserved at once, used as needed. */
  readonly cacheBytes?: number;
  /** Page size of a new file; default 4096. Existing files keep theirs. */
  readonly pageSize?: number;
  /** Sees every entry in key order, bucket by bucket, while the file is opened: the key index is built in the same pass. */
  readonly visit?: EntryVisitor;
  /** A commit failed for good. */
  readonly onFatal?: (error: Error) => void;
  /** The disk is full (true), or has space again (false). */
  readonly onOutOfSpace?: (outOfSpace: boolean) => void;
  readonly observer?: BackendObserver;
}

/** Cache size for a machine with that much memory. */
export function defaultCacheBytes(memoryBytes: number): number {
  return Math.min(CACHE_BYTES_MAX, Math.floor(memoryBytes / 4));
}

export const CACHE_BYTES_MAX: number = 256 << 20;

/**
 * The disk as the server sees it. Real: `io/node/file-system.ts`. Simulated: `test/sim/disk.ts`, which keeps only what was synced,
 * tears the last write, stalls, fills and flips bits.
 *
 * Contract:
 * - Every method rejects (or throws) with {@link FileError}, which names the path and carries the errno text.
 * - `writev` writes all bytes or rejects: short writes are continued inside.
 * - Bytes are durable only after `datasync` (contents and length) of the file, and names only after `syncDirectory` of the folder.
 * - The caller leaves buffers untouched until the promise of a write settles.
 */
export interface FileSystem {
  open(path: string, mode: OpenMode): Promise<File>;
  /** Names in a folder, sorted. Rejects when it is not there. */
  list(path: string): Promise<string[]>;
  stat(path: string): Promise<FileStat | undefined>;
  /** Creates the folder and its parents with mode 0700. */
  makeDirectory(path: string): Promise<void>;
  /** Atomic replace within one folder. Durable after syncDirectory. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; succeeds when it is not there. */
  remove(path: string): Promise<void>;
  /** Removes a folder and all below it; succeeds when it is not there. */
  removeTree(path: string): Promise<void>;
  syncDirectory(path: string): Promise<void>;
  readFile(path: string): Promise<Uint8Array>;
  /** Free bytes for an unprivileged writer on the file system that holds the path. */
  freeBytes(path: string): Promise<number>;
}

/**
 * - `read`: must exist, read-only.
 * - `write`: read and write, created (0600) when absent, never truncated.
 * - `create`: read and write, must not exist.
 * - `truncate`: read and write, created or emptied.
 */
export type OpenMode = "read" | "write" | "create" | "truncate";

export interface FileStat {
  readonly size: number;
  readonly isDirectory: boolean;
  readonly modifiedMs: number;
}

export interface File {
  readonly path: string;
  /** Reads up to `into.length` bytes at `position`; fewer only at the end of the file. Resolves to the number read. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** As {@link read} but holds the loop: for single cold pages only. */
  readSync(into: Uint8Array, position: number): number;
  writev(parts: readonly Uint8Array[], position: number): Promise<void>;
  /**
   * Writes and makes durable in one trip off the main thread (write + fdatasync).
   * After a rejection the file's durable state is unknown: the caller must treat it as fatal.
   */
  writevDurable(parts: readonly Uint8Array[], position: number): Promise<void>;
  datasync(): Promise<void>;
  size(): Promise<number>;
  /** Sets the length; growing gives zeros (sparse). */
  truncate(size: number): Promise<void>;
  /** Reserves real blocks so that writes below `size` cannot run out of space; length becomes at least `size`. */
  preallocate(size: number): Promise<void>;
  /**
   * Takes flock(2) LOCK_EX without waiting, as etcd does on its WAL segments and bbolt on `db`. Resolves to false when another process
   * (or another open of this one) holds it. Released by close.
   */
  lock(): Promise<boolean>;
  close(): Promise<void>;
}

/** An operation of the operating system that failed: what, where, why. */
export class FileError extends Error {
  override readonly name = "FileError";
  /** errno name: ENOSPC, EIO, ENOENT, EACCES, ... */
  readonly code: string;
  readonly path: string;
  readonly operation: string;

  constructor(operation: string, path: string, code: string, cause?: unknown) {
    super(`${operation} ${path}: ${code}`, cause === undefined ? undefined : { cause });
    this.operation = operation;
    this.path = path;
    this.code = code;
  }
}

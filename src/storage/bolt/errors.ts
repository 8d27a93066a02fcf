/** What can go wrong with a bbolt file, as types: who catches one decides by class and field, never by text. */

/** The file is not what it should be. Names file, page and reason. */
export class BoltDamagedError extends Error {
  override readonly name = "BoltDamagedError";
  readonly path: string;
  /** Page number, -1 when it is about the file as a whole. */
  readonly page: number;
  /** Byte offset in the file. */
  readonly offset: number;
  readonly reason: string;

  constructor(path: string, page: number, offset: number, reason: string) {
    super(page < 0 ? `${path}: ${reason}` : `${path}: page ${page} at offset ${offset}: ${reason}`);
    this.path = path;
    this.page = page;
    this.offset = offset;
    this.reason = reason;
  }
}

/** A sound file with something in it that etcd never writes (nested buckets). */
export class BoltUnsupportedError extends Error {
  override readonly name = "BoltUnsupportedError";
  readonly path: string;
  readonly reason: string;

  constructor(path: string, reason: string) {
    super(`${path}: ${reason}`);
    this.path = path;
    this.reason = reason;
  }
}

/** Another process, or another open in this one, holds the file. */
export class BoltLockedError extends Error {
  override readonly name = "BoltLockedError";
  readonly path: string;

  constructor(path: string) {
    super(`${path}: locked by another process`);
    this.path = path;
  }
}

/** The disk is full. Nothing is lost: the writes stay buffered, reads see them, a later commit takes them along. */
export class BackendOutOfSpaceError extends Error {
  override readonly name = "BackendOutOfSpaceError";

  constructor(path: string, cause: unknown) {
    super(`${path}: no space left to commit`, { cause });
  }
}

/** A write or sync of a commit failed: what is durable is unknown, so nothing is written any more. Reads may go on. */
export class BackendFatalError extends Error {
  override readonly name = "BackendFatalError";

  constructor(path: string, cause: unknown) {
    super(`${path}: commit failed, the backend takes no more writes`, { cause });
  }
}

/** The backend was closed. */
export class BackendClosedError extends Error {
  override readonly name = "BackendClosedError";

  constructor(path: string) {
    super(`${path}: backend is closed`);
  }
}

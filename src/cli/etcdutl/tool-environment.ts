/** What the commands of etcdutl are given of the outside, and the error by which a command ends with a text and an exit status. */
import type { Clock } from "../../io/clock.ts";
import { sleep } from "../../io/clock.ts";
import type { FileError, FileSystem } from "../../io/file-system.ts";
import type { Logger } from "../../io/logger.ts";
import { BoltLockedError } from "../../storage/bolt/errors.ts";
import { ERRNO_TEXTS } from "../log/zap-logger.ts";

export interface ToolEnvironment {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The address of a host name, or undefined when it has none. */
  readonly resolve: (host: string) => Promise<string | undefined>;
}

/** The exit statuses of etcd's tools (pkg/cobrautl). */
export const ExitStatus = { Error: 1, Crash: 2, BadFeature: 4, BadArguments: 128 } as const;
export type ExitStatus = (typeof ExitStatus)[keyof typeof ExitStatus];

/** Ends the program with `Error: <message>` and a status. */
export class ToolError extends Error {
  override readonly name = "ToolError";
  readonly status: ExitStatus;

  constructor(message: string, status: ExitStatus = ExitStatus.Error, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
  }
}

/** How long a locked database is waited for in milliseconds; 0: without end. */
const LOCK_RETRY_MS = 100;

/** Tries until the lock is free. Throws the BoltLockedError of the last try after `timeoutMs` (0: never). */
export async function withLockWait<T>(clock: Clock, timeoutMs: number, open: () => Promise<T>): Promise<T> {
  const start = clock.now();
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof BoltLockedError)) throw error;
      if (timeoutMs > 0 && clock.now() - start >= timeoutMs) throw error;
      await sleep(clock, LOCK_RETRY_MS);
    }
  }
}

/** Throws as os.Stat would when there is no file. */
export async function requireFile(fileSystem: FileSystem, path: string): Promise<void> {
  if ((await fileSystem.stat(path)) === undefined) throw new ToolError(`stat ${path}: ${ERRNO_TEXTS.ENOENT!}`);
}

/** The text of a failed file operation as Go has it: `open db: permission denied`. */
export function fileErrorText(error: FileError): string {
  return `${error.operation} ${error.path}: ${ERRNO_TEXTS[error.code] ?? error.code}`;
}

/** The folder's database, as etcd lays it out. Slashes as Go's filepath.Join cleans them. */
export function databasePath(dataDir: string): string {
  return joinPath(dataDir, "member", "snap", "db");
}

/** Joins and cleans: no doubled, trailing or `.` parts. */
export function joinPath(...parts: readonly string[]): string {
  const text = parts.filter((part) => part !== "").join("/");
  const names: string[] = [];
  for (const name of text.split("/")) {
    if (name === "" || name === ".") continue;
    if (name === ".." && names.length > 0 && names.at(-1) !== "..") names.pop();
    else if (name !== ".." || !text.startsWith("/")) names.push(name);
  }
  const clean = names.join("/");
  return text.startsWith("/") ? `/${clean}` : clean === "" ? "." : clean;
}

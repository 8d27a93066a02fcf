/** The database of a stopped member, opened for writing. */
import { BoltBackend } from "../../storage/bolt/backend.ts";
import { BoltLockedError } from "../../storage/bolt/errors.ts";
import { opened } from "./snapshot-status.ts";
import { ExitStatus, type ToolEnvironment, ToolError, withLockWait } from "./tool-environment.ts";

const CACHE_BYTES = 64 << 20;

/** Throws ToolError when the file is damaged, or still locked after `lockTimeoutMs` (0: waits without end). */
export async function openDatabase(
  environment: ToolEnvironment,
  path: string,
  lockTimeoutMs: number,
): Promise<BoltBackend> {
  const { fileSystem, clock, logger } = environment;
  try {
    return await opened(
      withLockWait(clock, lockTimeoutMs, () =>
        BoltBackend.open({ fileSystem, clock, logger, path, cacheBytes: CACHE_BYTES }),
      ),
    );
  } catch (error) {
    if (!(error instanceof BoltLockedError)) throw error;
    throw new ToolError(
      `failed to open database: timeout: ${path} is locked by another process`,
      ExitStatus.Crash,
      error,
    );
  }
}

/**
 * `etcdutl migrate`: brings the database of a stopped member to the storage version of another etcd.
 * Source of behaviour: etcd etcdutl/migrate_command.go, server/storage/schema.
 */

import { utf8 } from "../../base/bytes.ts";
import { goQuote } from "../../base/go-quote.ts";
import { parseVersion, type Version, versionLessThan, versionsEqual, versionText } from "../../base/semver.ts";
import { Bucket } from "../../core/mvcc/backend.ts";
import { entriesMinimumVersion } from "../../core/version/entry-version.ts";
import { V3_5, V3_6 } from "../../core/version/server-version.ts";
import { detectStorageVersion, migrateStorage, saveStorageVersion } from "../../core/version/storage-version.ts";
import type { BoltBackend } from "../../storage/bolt/backend.ts";
import { problemText } from "../../storage/wal/wal-problem.ts";
import { readWal, validSnapshotEntries } from "../../storage/wal/wal-reader.ts";
import { ExitStatus, joinPath, type ToolEnvironment, ToolError } from "./tool-environment.ts";

/** Reads `X.Y`. Throws ToolError. */
export function migrationTarget(text: string): Version {
  if (text.split(".").length !== 2) {
    throw new ToolError(`wrong target version format, expected "X.Y", got ${goQuote(text)}`, ExitStatus.BadArguments);
  }
  for (const part of text.split(".")) {
    if (/^\d+$/.test(part) && Number.isSafeInteger(Number(part))) continue;
    const why = `strconv.ParseInt: parsing ${goQuote(part)}: ${/^\d+$/.test(part) ? "value out of range" : "invalid syntax"}`;
    throw new ToolError(`failed to parse target version: ${why}`, ExitStatus.BadArguments);
  }
  const target = parseVersion(`${text}.0`);
  if (target === undefined) {
    throw new ToolError(
      `failed to parse target version: ${text}.0 is not in dotted-tri format`,
      ExitStatus.BadArguments,
    );
  }
  if (versionLessThan(target, V3_5)) {
    throw new ToolError(`target version "${shortText(target)}" not supported. Minimal "3.5"`, ExitStatus.BadArguments);
  }
  return target;
}

/** Changes the open database; the caller commits and closes it. Throws ToolError. */
export async function migrate(
  environment: ToolEnvironment,
  backend: BoltBackend,
  options: { readonly dataDir: string; readonly target: Version; readonly force: boolean },
): Promise<void> {
  const { logger } = environment;
  const { target } = options;
  const current = detectStorageVersion(backend);
  if (current === undefined) {
    logger.error("failed to detect storage version. Please make sure you are using data dir from etcd v3.5 and older", {
      caller: "etcdutl/migrate_command.go",
    });
    throw new ToolError("cannot detect storage schema version: missing term information");
  }
  if (versionsEqual(current, target)) {
    logger.info("storage version up-to-date", {
      caller: "etcdutl/migrate_command.go",
      "storage-version": shortText(current),
    });
    return;
  }
  const walMinimum = await walMinimumVersion(environment, options.dataDir);
  const result = migrateStorage(backend, target, walMinimum);
  if (result.ok) {
    for (const step of stepsBetween(current, target))
      logger.info("updated storage version", { caller: "schema/migration.go", "new-storage-version": step });
    return;
  }
  if (!options.force) throw new ToolError(result.reason);
  logger.info("normal migrate failed, trying with force", {
    caller: "etcdutl/migrate_command.go",
    error: result.reason,
  });
  if (versionLessThan(target, V3_6)) {
    backend.delete(Bucket.Meta, utf8("storageVersion"));
    logger.warn("forcefully cleared storage version", { caller: "etcdutl/migrate_command.go" });
  } else {
    saveStorageVersion(backend, target);
    logger.warn("forcefully set storage version", {
      caller: "etcdutl/migrate_command.go",
      "storage-version": shortText(target),
    });
  }
}

/** The lowest version that can read what is in the log behind its newest snapshot. */
async function walMinimumVersion(environment: ToolEnvironment, dataDir: string): Promise<Version | undefined> {
  const { fileSystem, logger } = environment;
  const failed = (why: string): ToolError => {
    logger.error("Failed to finalize config", { caller: "etcdutl/migrate_command.go", error: why });
    return new ToolError(why);
  };
  const walDir = joinPath(dataDir, "member", "wal");
  const snapshots = await validSnapshotEntries(fileSystem, walDir);
  if (!snapshots.ok) throw failed(`failed to get the lastest snapshot: ${problemText(snapshots.problem)}`);
  const newest = snapshots.snapshots.at(-1) ?? { index: 0, term: 0 };
  const read = await readWal(fileSystem, walDir, { index: newest.index, term: newest.term });
  if (!read.ok) throw failed(`failed to read wal: ${problemText(read.problem)}`);
  return entriesMinimumVersion(read.contents.entries);
}

/** The versions that a migration passes through: one minor version at a time. */
function stepsBetween(from: Version, to: Version): string[] {
  const steps: string[] = [];
  const step = from.minor < to.minor ? 1 : -1;
  for (let minor = from.minor; minor !== to.minor; minor += step)
    steps.push(versionText({ ...to, minor: minor + step }));
  return steps;
}

function shortText({ major, minor }: Version): string {
  return `${major}.${minor}`;
}

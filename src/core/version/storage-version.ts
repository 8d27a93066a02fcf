/**
 * The storage version of a backend: key `storageVersion` in bucket `meta`, "3.7.0". It exists since 3.6; a file without it is 3.5 when it
 * has a raft term, and of unknown version before the first entry was applied by a 3.5 server.
 *
 * Each member follows the cluster version: within MONITOR_VERSION_INTERVAL_MS of a change (or at once when told) it migrates its own file,
 * step by step through the minor versions. 3.6 added the key, 3.7 changed nothing; a downgrade below 3.6 removes it.
 * Source of behaviour: etcd server/storage/schema/schema.go, migration.go, version.go; etcdserver/version/monitor.go.
 */
import { utf8, utf8Text } from "../../base/bytes.ts";
import {
  minorVersion,
  parseVersion,
  type Version,
  versionLessThan,
  versionsEqual,
  versionText,
} from "../../base/semver.ts";
import { type Backend, type BackendReader, Bucket } from "../mvcc/backend.ts";
import { MIN_CLUSTER_VERSION, SERVER_MINOR_VERSION, V3_5, V3_6 } from "./server-version.ts";

const STORAGE_VERSION = utf8("storageVersion");
const TERM = utf8("term");

export type MigrationResult = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** What stands under the key; undefined when it is absent or malformed. */
export function loadStorageVersion(reader: BackendReader): Version | undefined {
  const value = reader.get(Bucket.Meta, STORAGE_VERSION);
  return value === undefined ? undefined : parseVersion(utf8Text(value));
}

export function saveStorageVersion(backend: Backend, to: Version): void {
  backend.put(Bucket.Meta, STORAGE_VERSION.slice(), utf8(versionText(minorVersion(to))));
}

/** The version of the file: its key, or 3.5 when it has none but a term; undefined when it cannot be told. */
export function detectStorageVersion(reader: BackendReader): Version | undefined {
  const stored = loadStorageVersion(reader);
  if (stored !== undefined) return stored;
  const term = reader.get(Bucket.Meta, TERM);
  return term?.some((byte) => byte !== 0) ? V3_5 : undefined;
}

/** At start: whether this server can open the file. A file whose version cannot be told passes. */
export function validateStorageVersion(reader: BackendReader, server: Version = SERVER_MINOR_VERSION): MigrationResult {
  const current = detectStorageVersion(reader);
  return current === undefined ? { ok: true } : checkPlan(minorVersion(current), minorVersion(server));
}

/** The version that the file should be migrated to now, by the cluster version; undefined when nothing is to be done. */
export function storageVersionToSet(
  clusterVersion: Version | undefined,
  current: Version | undefined,
): Version | undefined {
  if (clusterVersion === undefined || versionsEqual(clusterVersion, MIN_CLUSTER_VERSION)) return undefined;
  const target = minorVersion(clusterVersion);
  return current !== undefined && versionsEqual(minorVersion(current), target) ? undefined : target;
}

/**
 * Migrates the file. `walMinimum` is the lowest etcd version that can read the entries still in the WAL (undefined: any): a downgrade
 * below it is refused, and succeeds later, when a snapshot has released those entries.
 */
export function migrateStorage(backend: Backend, target: Version, walMinimum: Version | undefined): MigrationResult {
  const current = detectStorageVersion(backend);
  if (current === undefined) {
    return { ok: false, reason: "cannot detect storage schema version: missing term information" };
  }
  const from = minorVersion(current);
  const to = minorVersion(target);
  const plan = checkPlan(from, to);
  if (!plan.ok) return { ok: false, reason: `cannot create migration plan: ${plan.reason}` };
  if (versionLessThan(to, from) && walMinimum !== undefined && versionLessThan(to, walMinimum)) {
    const versions = `the target version (${versionText(to)}) is lower than the version (${versionText(walMinimum)})`;
    return {
      ok: false,
      reason: `cannot downgrade storage, WAL contains newer entries, as ${versions} detected from WAL logs`,
    };
  }
  if (versionsEqual(from, to)) return { ok: true };
  if (versionLessThan(to, V3_6)) backend.delete(Bucket.Meta, STORAGE_VERSION.slice());
  else saveStorageVersion(backend, to);
  return { ok: true };
}

/** Every step between the two versions must be one whose changes are known: 3.5 to 3.6 and 3.6 to 3.7. */
function checkPlan(from: Version, to: Version): MigrationResult {
  if (from.major !== to.major) return { ok: false, reason: "changing major storage version is not supported" };
  const step = from.minor < to.minor ? 1 : -1;
  for (let minor = from.minor; minor !== to.minor; minor += step) {
    // The changes belong to the higher version of a step.
    const changed = step > 0 ? minor + 1 : minor;
    if (from.major !== 3 || changed < 6 || changed > 7) {
      return { ok: false, reason: `version "${from.major}.${changed}.0" is not supported` };
    }
  }
  return { ok: true };
}

/**
 * The lowest etcd version that can read entries of the log: what a downgrade of the storage version is held against
 * (etcd server/storage/wal/version.go, which looks at version marks in the proto files).
 *
 * The requests of this version hold nothing newer than 3.5, but for one: a test request, new in 3.6, that claims a version of its own.
 */
import { compareVersions, parseVersion, type Version } from "../../base/semver.ts";
import { EntryType } from "../../proto/generated/raft.ts";
import { InternalRaftRequest } from "../../proto/generated/raft-internal.ts";
import { V3_6 } from "./server-version.ts";

/** Highest version above 3.5 that one of the entries since the last snapshot needs; undefined when 3.5 can read them all. */
export function entriesMinimumVersion(
  entries: Iterable<{ readonly type: EntryType; readonly data: Uint8Array }>,
): Version | undefined {
  let highest: Version | undefined;
  for (const { type, data } of entries) {
    if (type !== EntryType.EntryNormal || data.length === 0) continue;
    const { downgradeVersionTest } = InternalRaftRequest.decode(data);
    if (downgradeVersionTest === undefined) continue;
    for (const version of [V3_6, parseVersion(downgradeVersionTest.ver)]) {
      if (version !== undefined && (highest === undefined || compareVersions(highest, version) < 0)) highest = version;
    }
  }
  return highest;
}

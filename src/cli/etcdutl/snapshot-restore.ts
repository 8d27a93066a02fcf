/**
 * `etcdutl snapshot restore`: a new data directory from a snapshot, as the first member of a new cluster would have it after its first
 * entries: the database without the old members, a log that adds the new ones at term 1, a raft snapshot of that.
 *
 * Everything is checked before the first byte is written. All changes to the database are one commit, so it is walked once (the original
 * opens it four times). Source of behaviour: etcd etcdutl/snapshot/v3_snapshot.go (Restore).
 */
import { assert } from "../../base/assert.ts";
import { idHex } from "../../base/bytes.ts";
import { goQuote } from "../../base/go-quote.ts";
import { parseUrlList } from "../../base/go-url.ts";
import { staticMembers } from "../../core/membership/bootstrap-members.ts";
import { addChange } from "../../core/membership/conf-change-context.ts";
import { confStateOf } from "../../core/membership/conf-state-json.ts";
import type { Member } from "../../core/membership/member.ts";
import { parseUrlsMap } from "../../core/membership/member-urls.ts";
import { saveMember, trimMembership } from "../../core/membership/membership-store.ts";
import { encodeV2Membership } from "../../core/membership/v2-snapshot.ts";
import { Bucket } from "../../core/mvcc/backend.ts";
import { writeScheduledCompact } from "../../core/mvcc/compaction-marks.ts";
import { isRevisionKey, mainOf, revisionKey } from "../../core/mvcc/revision-key.ts";
import { Metadata } from "../../proto/generated/etcdserver.ts";
import { ConfChange, Entry, EntryType } from "../../proto/generated/raft.ts";
import { saveConsistentIndex } from "../../server/consistent-index.ts";
import { bootstrapRefusal } from "../../server/verify-bootstrap.ts";
import { BoltBackend } from "../../storage/bolt/backend.ts";
import { Snapshotter } from "../../storage/snap/snapshotter.ts";
import { Wal } from "../../storage/wal/wal.ts";
import { copySnapshot } from "./snapshot-copy.ts";
import { opened } from "./snapshot-status.ts";
import { joinPath, type ToolEnvironment, ToolError } from "./tool-environment.ts";

export interface RestoreOptions {
  readonly snapshotPath: string;
  readonly name: string;
  readonly dataDir: string;
  /** Empty: `<dataDir>/member/wal`. */
  readonly walDir: string;
  readonly peerURLs: readonly string[];
  readonly initialCluster: string;
  readonly initialClusterToken: string;
  readonly skipHashCheck: boolean;
  /** Accepted and logged: there is no memory map here. */
  readonly initialMemoryMapBytes: bigint;
  /** How much the latest revision grows; what is before is marked as compacted. 0: not at all. */
  readonly revisionBump: number;
}

/** Memory for pages while the database is rewritten; the walk reads each page once. */
const CACHE_BYTES = 32 << 20;
const TERM = 1;

interface RestorePlan {
  readonly members: readonly Member[];
  readonly clusterId: bigint;
  readonly local: Member;
}

/** Throws ToolError with the original's text. */
export async function restoreSnapshot(environment: ToolEnvironment, options: RestoreOptions): Promise<void> {
  const { fileSystem, logger } = environment;
  const plan = await planRestore(environment, options);
  const { dataDir } = options;
  if ((await fileSystem.stat(dataDir)) !== undefined && !(await isEmptyFolder(environment, dataDir)))
    throw new ToolError(`data-dir ${goQuote(dataDir)} not empty or could not be read`);
  const walDir = options.walDir === "" ? joinPath(dataDir, "member", "wal") : options.walDir;
  if ((await fileSystem.stat(walDir)) !== undefined) throw new ToolError(`wal-dir ${goQuote(walDir)} exists`);
  const snapDir = joinPath(dataDir, "member", "snap");
  const fields = {
    caller: "snapshot/v3_snapshot.go",
    path: options.snapshotPath,
    "wal-dir": walDir,
    "data-dir": dataDir,
    "snap-dir": snapDir,
    "initial-memory-map-size": options.initialMemoryMapBytes,
  };
  logger.info("restoring snapshot", fields);
  const path = `${snapDir}/db`;
  await copySnapshot({
    fileSystem,
    from: options.snapshotPath,
    to: path,
    folder: snapDir,
    skipHashCheck: options.skipHashCheck,
  });
  await rewriteDatabase(environment, path, plan, options.revisionBump);
  await writeLog(environment, { walDir, snapDir }, plan);
  logger.info("restored snapshot", fields);
}

/** The members of the new cluster, or the reason why these flags make none. */
async function planRestore(environment: ToolEnvironment, options: RestoreOptions): Promise<RestorePlan> {
  const peerUrls = parseUrlList(options.peerURLs);
  if (!peerUrls.ok) throw new ToolError(peerUrls.reason);
  const cluster = parseUrlsMap(options.initialCluster);
  if (!cluster.ok) throw new ToolError(cluster.reason);
  const config = { name: options.name, advertisePeerUrls: peerUrls.urls, discovery: { endpoints: [] } };
  const refusal = await bootstrapRefusal(config, cluster.members, environment.resolve);
  if (refusal !== undefined) throw new ToolError(refusal);
  const planned = staticMembers(cluster.members, options.initialClusterToken);
  if (!planned.ok) throw new ToolError(planned.reason);
  const local = planned.members.find((member) => member.name === options.name);
  assert(local !== undefined, "a cluster that was not refused has the local member");
  return { members: planned.members, clusterId: planned.clusterId, local };
}

async function isEmptyFolder({ fileSystem }: ToolEnvironment, path: string): Promise<boolean> {
  if ((await fileSystem.stat(path))?.isDirectory !== true) return false;
  return (await fileSystem.list(path)).length === 0;
}

async function rewriteDatabase(
  environment: ToolEnvironment,
  path: string,
  plan: RestorePlan,
  revisionBump: number,
): Promise<void> {
  const { fileSystem, clock, logger } = environment;
  let latest = 0;
  const noteLatest = (bucket: string, key: Uint8Array): void => {
    if (bucket === Bucket.Key && isRevisionKey(key)) latest = mainOf(key);
  };
  const backend = await opened(
    BoltBackend.open({
      fileSystem,
      clock,
      logger,
      path,
      cacheBytes: CACHE_BYTES,
      ...(revisionBump > 0 ? { visit: noteLatest } : {}),
    }),
  );
  try {
    logger.info("Trimming membership information from the backend...", { caller: "schema/membership.go" });
    trimMembership(backend);
    if (revisionBump > 0) {
      const revision = latest + revisionBump;
      if (!Number.isSafeInteger(revision)) throw new ToolError(`revision ${latest} cannot grow by ${revisionBump}`);
      logger.info("bumping latest revision", {
        caller: "snapshot/v3_snapshot.go",
        "latest-revision": latest,
        "bump-amount": revisionBump,
        "new-latest-revision": revision,
      });
      backend.put(Bucket.Key, revisionKey(revision, 0), new Uint8Array(0));
      logger.info("marking revision compacted", { caller: "snapshot/v3_snapshot.go", revision });
      writeScheduledCompact(backend, revision);
    }
    for (const member of plan.members) {
      saveMember(backend, member);
      logger.info("added member", {
        caller: "membership/cluster.go",
        "cluster-id": idHex(plan.clusterId),
        "local-member-id": "0",
        "added-peer-id": idHex(member.id),
        "added-peer-peer-urls": member.peerURLs,
        "added-peer-is-learner": false,
      });
    }
    saveConsistentIndex(backend, plan.members.length, TERM);
    backend.endBatch();
  } finally {
    await backend.close();
  }
}

async function writeLog(
  environment: ToolEnvironment,
  { walDir, snapDir }: { readonly walDir: string; readonly snapDir: string },
  plan: RestorePlan,
): Promise<void> {
  const { fileSystem, clock, logger } = environment;
  const { members, local, clusterId } = plan;
  const metadata = Metadata.encode({ nodeID: local.id, clusterID: clusterId });
  const wal = await Wal.create({ fileSystem, clock, log: logger, directory: walDir }, metadata);
  try {
    const entries = members.map((member, i) =>
      Entry.create({
        type: EntryType.EntryConfChange,
        term: TERM,
        index: i + 1,
        data: ConfChange.encode(ConfChange.create(addChange(member))),
      }),
    );
    const commit = entries.length;
    await wal.save({ term: TERM, vote: members[0]!.id, commit }, entries);
    const confState = confStateOf(members);
    const snapshotter = new Snapshotter({ fileSystem, log: logger, directory: snapDir });
    await snapshotter.save({
      data: encodeV2Membership({ members, removedIds: [], version: undefined }),
      metadata: { confState, index: commit, term: TERM },
    });
    await wal.saveSnapshot({ index: commit, term: TERM, confState });
  } finally {
    await wal.close();
  }
}

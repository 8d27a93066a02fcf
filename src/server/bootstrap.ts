/**
 * From a data directory to a raft node that can run (etcd server/etcdserver/bootstrap.go).
 *
 * - No log yet: the member of a new cluster starts from --initial-cluster; one that joins learns members and cluster ID from its peers.
 * - A log: its metadata says who we are; the newest valid snapshot record says from where to read; the members come from the database.
 *
 * Nothing is overwritten when something does not fit: the error names what and where.
 */
import { idHex, utf8 } from "../base/bytes.ts";
import { staticMembers } from "../core/membership/bootstrap-members.ts";
import { confStateOf } from "../core/membership/conf-state-json.ts";
import type { Member } from "../core/membership/member.ts";
import { memberText } from "../core/membership/member.ts";
import { loadMembers } from "../core/membership/membership-store.ts";
import { MemoryStorage } from "../core/raft/memory-storage.ts";
import type { Entry, HardState, Peer } from "../core/raft/types.ts";
import type { Clock } from "../io/clock.ts";
import type { FileSystem } from "../io/file-system.ts";
import type { Logger } from "../io/logger.ts";
import { Metadata } from "../proto/generated/etcdserver.ts";
import { repairWal } from "../storage/wal/repair.ts";
import { Wal, type WalOptions } from "../storage/wal/wal.ts";
import { problemText } from "../storage/wal/wal-problem.ts";
import { validSnapshotEntries, type WalContents, walExists } from "../storage/wal/wal-reader.ts";
import type { DataDir } from "./data-dir.ts";
import type { MemberConfig } from "./member-config.ts";
import type { OpenDatabase } from "./member-state.ts";

/** The member cannot start. The message is one clear line: what, where. */
export class BootstrapError extends Error {
  override readonly name = "BootstrapError";
}

export interface BootstrappedRaft {
  readonly wal: Wal;
  readonly memberId: bigint;
  readonly clusterId: bigint;
  readonly storage: MemoryStorage;
  readonly hardState: HardState;
  /** Members to start the log with; empty on a restart and for a member that joins. */
  readonly peers: readonly Peer[];
  /** Members known before the log tells of them. */
  readonly seed: readonly Member[];
  readonly haveWal: boolean;
  /** The snapshot that the log starts from; 0 without one. */
  readonly snapshotIndex: number;
  readonly snapshotTerm: number;
}

/** What a joining member learned from its peers. */
export interface ExistingCluster {
  readonly clusterId: bigint;
  readonly members: readonly Member[];
  readonly localId: bigint;
}

export interface BootstrapEnvironment {
  readonly config: MemberConfig;
  readonly dirs: DataDir;
  readonly clock: Clock;
  readonly fileSystem: FileSystem;
  readonly logger: Logger;
  readonly observeSync: (seconds: number) => void;
  /** Asks the peers of --initial-cluster about the running cluster; rejects with BootstrapError. */
  joinExisting(): Promise<ExistingCluster>;
}

const NO_HARD_STATE: HardState = { term: 0, vote: 0n, commit: 0 };

function walOptions(environment: BootstrapEnvironment): WalOptions {
  const { fileSystem, clock, logger, dirs, config, observeSync } = environment;
  const segmentBytes = config.walSegmentBytes === undefined ? {} : { segmentBytes: config.walSegmentBytes };
  const directory = dirs.wal;
  return { fileSystem, clock, log: logger, directory, noSync: config.unsafeNoFsync, observeSync, ...segmentBytes };
}

/** Snapshot records of the log, oldest first; the index and term of the newest. */
export async function newestSnapshot(
  environment: BootstrapEnvironment,
): Promise<{ index: number; term: number } | undefined> {
  const found = await validSnapshotEntries(environment.fileSystem, environment.dirs.wal);
  if (!found.ok) throw new BootstrapError(problemText(found.problem));
  const newest = found.snapshots.at(-1);
  return newest === undefined ? undefined : { index: newest.index, term: newest.term };
}

export async function bootstrapNew(environment: BootstrapEnvironment): Promise<BootstrappedRaft> {
  const { config, logger } = environment;
  const create = (memberId: bigint, clusterId: bigint): Promise<Wal> => {
    logger.info("starting local member", { "local-member-id": idHex(memberId), "cluster-id": idHex(clusterId) });
    return Wal.create(walOptions(environment), Metadata.encode({ nodeID: memberId, clusterID: clusterId }));
  };
  if (config.isNewCluster) {
    const planned = plannedCluster(config);
    return firstStart(await create(planned.localId, planned.clusterId), planned);
  }
  const existing = await environment.joinExisting();
  return {
    wal: await create(existing.localId, existing.clusterId),
    memberId: existing.localId,
    clusterId: existing.clusterId,
    storage: new MemoryStorage(),
    hardState: NO_HARD_STATE,
    peers: [],
    seed: existing.members,
    haveWal: false,
    snapshotIndex: 0,
    snapshotTerm: 0,
  };
}

interface PlannedCluster {
  readonly members: readonly Member[];
  readonly clusterId: bigint;
  readonly localId: bigint;
}

/** A log that is still empty: raft puts the members into it. */
function firstStart(wal: Wal, planned: PlannedCluster): BootstrappedRaft {
  return {
    wal,
    memberId: planned.localId,
    clusterId: planned.clusterId,
    storage: new MemoryStorage(),
    hardState: NO_HARD_STATE,
    peers: planned.members.map((member) => ({ id: member.id, context: utf8(memberText(member)) })),
    seed: planned.members,
    haveWal: false,
    snapshotIndex: 0,
    snapshotTerm: 0,
  };
}

function plannedCluster(config: MemberConfig): PlannedCluster {
  const planned = staticMembers(config.initialCluster, config.initialClusterToken);
  if (!planned.ok) throw new BootstrapError(planned.reason);
  const local = planned.members.find((member) => member.name === config.name);
  if (local === undefined)
    throw new BootstrapError(`couldn't find local name "${config.name}" in the initial cluster configuration`);
  return { members: planned.members, clusterId: planned.clusterId, localId: local.id };
}

/** Restarts from the log behind `snapshot`. */
export async function bootstrapRestart(
  environment: BootstrapEnvironment,
  snapshot: { index: number; term: number } | undefined,
  database: OpenDatabase,
): Promise<BootstrappedRaft> {
  const { config, logger } = environment;
  const start = snapshot ?? { index: 0, term: 0 };
  const { wal, contents } = await openWal(environment, start, knownIndex(config, database));
  const { nodeID: memberId, clusterID: clusterId } = Metadata.decode(contents.metadata);
  if (
    contents.hardState === undefined &&
    contents.entries.length === 0 &&
    start.index === 0 &&
    config.isNewCluster &&
    !config.forceNewCluster
  ) {
    // The first start ended between the creation of the log and its first entries: it starts again. (etcd then never elects a leader.)
    const planned = plannedCluster(config);
    if (planned.localId === memberId && planned.clusterId === clusterId) return firstStart(wal, planned);
  }
  let hardState: HardState = contents.hardState ?? NO_HARD_STATE;
  let entries: readonly Entry[] = contents.entries;
  if (config.forceNewCluster) {
    ({ hardState, entries } = await forceNewCluster(environment, wal, { hardState, entries, memberId, database }));
    logger.info("forcing restart member", {
      "cluster-id": idHex(clusterId),
      "local-member-id": idHex(memberId),
      "commit-index": hardState.commit,
    });
  } else {
    logger.info("restarting local member", {
      "cluster-id": idHex(clusterId),
      "local-member-id": idHex(memberId),
      "commit-index": hardState.commit,
    });
  }
  // A commit index alone is not synced: a snapshot of ours proves more.
  if (hardState.commit < start.index) hardState = { ...hardState, commit: start.index };
  const storage = new MemoryStorage();
  // The configuration of raft is that of the database: entries it has seen are not applied to raft again.
  const confState = confStateOf([...loadMembers(database.backend).values()]);
  storage.applySnapshot({ data: new Uint8Array(0), metadata: { confState, index: start.index, term: start.term } });
  storage.setHardState(hardState);
  if (entries.length > 0) storage.append(entries.slice());
  return {
    wal,
    memberId,
    clusterId,
    storage,
    hardState,
    peers: [],
    seed: [],
    haveWal: true,
    snapshotIndex: start.index,
    snapshotTerm: start.term,
  };
}

/**
 * An entry that the log must hold because it was applied to the database. Other members send again what a log has lost (etcd applies entries before they are
 * durable in a follower's own log); the only voter has nobody to ask, and would take new entries for those that it has applied.
 */
function knownIndex(config: MemberConfig, database: OpenDatabase): number {
  const voters = [...loadMembers(database.backend).values()].filter((member) => !member.isLearner);
  return voters.length <= 1 || config.forceNewCluster ? database.consistent.index : 0;
}

async function openWal(
  environment: BootstrapEnvironment,
  start: { index: number; term: number },
  reach: number,
): Promise<{ wal: Wal; contents: WalContents }> {
  const options = walOptions(environment);
  let opened = await Wal.open(options, start, reach);
  if (!opened.ok && opened.problem.kind === "torn") {
    const repaired = await repairWal(environment.fileSystem, environment.dirs.wal, environment.logger);
    if (!repaired.ok) throw new BootstrapError(`failed to repair the WAL: ${problemText(repaired.problem)}`);
    environment.logger.info("repaired WAL", { path: repaired.path, "truncated-at": repaired.truncatedAt });
    opened = await Wal.open(options, start, reach);
  }
  if (!opened.ok) throw new BootstrapError(problemText(opened.problem));
  return { wal: opened.wal, contents: opened.contents };
}

/**
 * --force-new-cluster: what was not committed is dropped, and entries that remove every other member (and add this one, should it be
 * missing) are committed on top.
 */
async function forceNewCluster(
  environment: BootstrapEnvironment,
  wal: Wal,
  input: { hardState: HardState; entries: readonly Entry[]; memberId: bigint; database: OpenDatabase },
): Promise<{ hardState: HardState; entries: readonly Entry[] }> {
  const { forcedChanges } = await import("./force-new-cluster.ts");
  // A commit index alone is not synced, so the database may know of more.
  const commit = Math.max(input.hardState.commit, input.database.consistent.index);
  const kept = input.entries.filter((entry) => entry.index <= commit);
  if (kept.length < input.entries.length) {
    environment.logger.info("discarding uncommitted WAL entries", {
      "commit-index-from-wal": commit,
      "number-of-discarded-entries": input.entries.length - kept.length,
    });
  }
  const forced = forcedChanges({
    members: loadMembers(input.database.backend),
    entries: kept.filter((entry) => entry.index > input.database.consistent.index),
    memberId: input.memberId,
    term: input.hardState.term,
    commit,
    peerUrls: environment.config.advertisePeerUrls,
  });
  await wal.save(undefined, forced);
  return { hardState: { ...input.hardState, commit: forced.at(-1)?.index ?? commit }, entries: [...kept, ...forced] };
}

export function hasWal(environment: BootstrapEnvironment): Promise<boolean> {
  return walExists(environment.fileSystem, environment.dirs.wal);
}

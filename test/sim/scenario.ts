/** One run of the simulation from a seed: a cluster, clients, harm, and in the end the checks of what must hold once the harm is over. */
import { versionText } from "../../src/base/semver.ts";
import { SERVER_MINOR_VERSION } from "../../src/core/version/server-version.ts";
import { AlarmType, DowngradeAction } from "../../src/proto/generated/rpc.ts";
import { type RunningMember, versionsOf } from "../../src/server/embed.ts";
import type { MemberConfig } from "../../src/server/member-config.ts";
import { SimulatedCluster } from "./cluster.ts";
import { KV_PREFIX, KvClient, storedValue } from "./kv-client.ts";
import { LeaseClient } from "./lease-client.ts";
import { isLinearizable } from "./linearizability.ts";
import { FAULTS, type Fault, Nemesis } from "./nemesis.ts";
import type { NetworkWeather } from "./network.ts";
import { Violation } from "./violation.ts";
import { WatchClient } from "./watch-client.ts";

export interface ScenarioOptions {
  readonly seed: number;
  readonly members: number;
  /** Milliseconds of harm, of the world. */
  readonly durationMs: number;
  /** Default: all of them, or a part chosen by the seed. */
  readonly faults?: readonly Fault[];
  /** Mean time between faults. Default: by the seed. */
  readonly faultEveryMs?: number;
  readonly config?: Partial<MemberConfig>;
  /** From the start; the fault "weather" goes over it. */
  readonly weather?: Partial<NetworkWeather>;
  /** What an operation of a disk takes at most, milliseconds; default 2. */
  readonly diskLatencyMs?: number;
  readonly plant?: (running: RunningMember) => void;
}

export interface ScenarioResult {
  readonly seed: number;
  readonly simulatedMs: number;
  readonly revisions: number;
  readonly answered: number;
  readonly unanswered: number;
  readonly crashes: number;
  readonly elections: number;
  readonly delivered: number;
  readonly renewals: number;
  readonly packets: number;
  readonly faults: ReadonlyMap<Fault, number>;
  /** What differs between two runs if anything does. */
  readonly fingerprint: string;
}

/** A run that broke a promise: seed and time replay it. */
export class SimulationFailure extends Error {
  override readonly name = "SimulationFailure";
  readonly seed: number;
  readonly atMs: number;

  constructor(cluster: SimulatedCluster, cause: unknown) {
    const atMs = cluster.world.now();
    super(
      `seed ${cluster.seed}, ${atMs.toFixed(3)} ms: ${cause instanceof Error ? cause.message : String(cause)}\n${cluster.log.text(Number(process.env.SIM_LINES ?? 40))}`,
      { cause },
    );
    this.seed = cluster.seed;
    this.atMs = atMs;
  }
}

const SETTLE_MS = 60_000;
/** The leader looks at versions every four seconds. */
const VERSIONS_MS = 30_000;
/** A lease lives on for up to its time to live at each change of the leader, and is revoked at a limited rate. */
const LEASE_SLACK_MS = 15_000;

export async function runScenario(options: ScenarioOptions): Promise<ScenarioResult> {
  const { seed, members } = options;
  const cluster = new SimulatedCluster({
    seed,
    members,
    ...(options.config === undefined ? {} : { config: options.config }),
    ...(options.plant === undefined ? {} : { plant: options.plant }),
    ...(options.diskLatencyMs === undefined ? {} : { diskLatencyMs: options.diskLatencyMs }),
  });
  const onRejection = (error: unknown): void => {
    cluster.findings.report(
      `a promise was rejected and nobody looked: ${error instanceof Error ? error.stack : String(error)}`,
    );
  };
  process.on("unhandledRejection", onRejection);
  try {
    return await run(cluster, options);
  } catch (error) {
    throw error instanceof SimulationFailure ? error : new SimulationFailure(cluster, error);
  } finally {
    process.off("unhandledRejection", onRejection);
    for (const node of cluster.nodes) node.process.kill();
  }
}

async function run(cluster: SimulatedCluster, options: ScenarioOptions): Promise<ScenarioResult> {
  const { random, shared } = cluster;
  const all = Object.keys(FAULTS) as Fault[];
  const every = options.faultEveryMs ?? 200 + random.integer(1500);
  // A few kinds at a time go deeper than all at once.
  const some = random.chance(0.3) ? all : all.filter(() => random.chance(0.4));
  const faults = options.faults ?? some;
  const clients = Array.from({ length: 4 }, (_, i) => new KvClient(`c${i}`, shared, random.fork()));
  for (let i = 0; i < 2; i++) clients.push(new KvClient(`r${i}`, shared, random.fork(), { readsOnly: true }));
  const watches = Array.from({ length: 2 }, (_, i) => new WatchClient(`w${i}`, shared, random.fork()));
  const leases = Array.from({ length: 2 }, (_, i) => new LeaseClient(`l${i}`, shared, random.fork()));
  const written = new Map<string, number>();
  cluster.revisions.onChange = (change, atMs) => {
    if (!change.isDelete && change.key.startsWith(KV_PREFIX)) {
      // Each value is written by one request.
      const value = storedValue(change.kv)!;
      const before = written.get(value);
      cluster.findings.check(
        before === undefined,
        () => `${value} was written at revisions ${before} and ${change.revision}`,
      );
      written.set(value, change.revision);
    }
    if (change.isDelete) for (const lease of leases) lease.deleted(change.key, atMs);
  };
  const nemesis = new Nemesis(cluster, { random: random.fork(), faults, meanMs: every });
  Object.assign(cluster.network.weather, options.weather);
  cluster.startAll();
  for (const each of [...clients, ...watches, ...leases]) each.start();
  nemesis.start();
  await cluster.run(options.durationMs);
  nemesis.calm();
  for (const each of [...clients, ...leases]) each.stop();
  await settle(cluster, nemesis);
  if (nemesis.counts.has("downgrade")) await checkVersions(cluster);
  await checkEqual(cluster);
  await checkWatches(cluster, watches);
  await checkLeases(cluster, leases);
  checkHistory(cluster);
  const { world, revisions, raft, network } = cluster;
  return {
    seed: cluster.seed,
    simulatedMs: world.now(),
    revisions: revisions.newest,
    answered: shared.answered,
    unanswered: shared.unanswered,
    crashes: cluster.crashes,
    elections: raft.elections,
    delivered: watches.reduce((sum, watch) => sum + watch.delivered, 0),
    renewals: leases.reduce((sum, lease) => sum + lease.renewals, 0),
    packets: network.packets,
    faults: nemesis.counts,
    fingerprint: `${world.now()}/${revisions.newest}/${network.packets}/${network.bytes}/${raft.committedIndex}`,
  };
}

/** After the harm a leader comes up, and all members come to the same applied index. */
async function settle(cluster: SimulatedCluster, nemesis: Nemesis): Promise<void> {
  const settled = (): boolean => {
    for (const node of cluster.nodes) {
      // A removed one ends, and one that was never added finds nobody who knows it.
      if (node.end?.kind === "removed") cluster.forget(node);
      else if (node.end !== undefined) nemesis.calm();
    }
    const { leader } = cluster;
    if (leader === undefined) return false;
    const { members, applied } = {
      members: leader.running!.member.state.cluster.members(),
      applied: leader.running!.member.appliedIndex,
    };
    if (leader.running!.member.committedIndex !== applied || applied < cluster.raft.committedIndex) return false;
    const urls = new Set(members.flatMap((member) => member.peerURLs));
    for (const node of cluster.nodes) {
      if (!urls.has(node.config.advertisePeerUrls[0]!)) cluster.forget(node);
      // Added by a request whose answer was lost with the process that was asked: the operator sees it in the list, and starts it.
      else if (node.lives === 0) cluster.start(node);
    }
    return cluster.nodes.every((node) => node.alive && node.running!.member.appliedIndex === applied);
  };
  if (!(await cluster.runUntil(settled, SETTLE_MS))) {
    const state = cluster.nodes.map(
      ({ name, alive, running, end }) =>
        `${name}: ${alive ? "alive" : "dead"} ${end === undefined ? "" : end.kind} applied ${running?.member.appliedIndex}, leader ${running?.member.leader.toString(16)}`,
    );
    throw new Violation(
      `no progress in ${SETTLE_MS} ms after the faults ended (${cluster.raft.committedIndex} was committed): ${state.join("; ")}`,
    );
  }
}

/** Once no downgrade is wanted any more, cluster and files of all members come back to the version that they run. */
async function checkVersions(cluster: SimulatedCluster): Promise<void> {
  const wanted = versionText(SERVER_MINOR_VERSION);
  const versions = (): string[] =>
    cluster.nodes.map(({ name, running }) => {
      const of = versionsOf(running!.member);
      return `${name}: cluster ${of.clusterVersion()}, storage ${of.storageVersion()}`;
    });
  const isBack = (): boolean => {
    const cancel = cluster.leader?.running?.maintenance;
    if (cluster.leader?.running?.member.state.cluster.downgradeInfo.enabled === true)
      cancel?.downgrade(DowngradeAction.CANCEL, "").catch(() => undefined);
    return versions().every((text) => text.endsWith(`: cluster ${wanted}, storage ${wanted}`));
  };
  if (!(await cluster.runUntil(isBack, VERSIONS_MS)))
    throw new Violation(`versions ${VERSIONS_MS} ms after the last downgrade: ${versions().join("; ")}`);
  // What was proposed for it is applied everywhere.
  const settled = (): boolean =>
    cluster.nodes.every(({ running }) => running!.member.appliedIndex === cluster.raft.committedIndex);
  if (!(await cluster.runUntil(settled, 10_000))) throw new Violation("members do not come to the same applied index");
}

/** The hash of the key space is the same on all members, and so is what the history says is in it. */
async function checkEqual(cluster: SimulatedCluster): Promise<void> {
  const { findings, revisions, shared } = cluster;
  const leader = cluster.leader!;
  const { revision } = leader.running!.member.state.store;
  findings.check(
    revision >= shared.acknowledgedRevision,
    () => `revision ${revision} at the end; ${shared.acknowledgedRevision} was acknowledged`,
  );
  findings.check(revision === revisions.newest, () => `revision ${revision} at the end; ${revisions.newest} was made`);
  const corrupt = leader.running!.member.state.alarms.get(AlarmType.CORRUPT);
  findings.check(
    corrupt.length === 0,
    () => `an alarm of corruption for ${corrupt.map((each) => each.memberID.toString(16)).join()}`,
  );
  for (let attempt = 0; ; attempt++) {
    const hashes = [];
    for (const node of cluster.nodes)
      hashes.push(await cluster.await(node.running!.maintenance.hashKv(revision), 60_000, "a hash"));
    if (new Set(hashes.map((each) => each.compactRevision)).size > 1 && attempt < 10) {
      // A compaction went through in between.
      await cluster.run(500);
      continue;
    }
    const texts = hashes.map(
      (each, i) => `${cluster.nodes[i]!.name}: ${each.hash} (compacted ${each.compactRevision})`,
    );
    const same = new Set(hashes.map((each) => each.hash)).size === 1;
    findings.check(same, () => `hashes at revision ${revision}: ${texts.join("; ")}`);
    break;
  }
  findings.raise();
}

async function checkWatches(cluster: SimulatedCluster, watches: readonly WatchClient[]): Promise<void> {
  const caughtUp = (): boolean => watches.every((watch) => watch.nextRevision > cluster.revisions.newest);
  if (!(await cluster.runUntil(caughtUp, 20_000))) {
    const where = watches.map(({ nextRevision }) => nextRevision).join();
    throw new Violation(`watches stand at ${where}, the store at ${cluster.revisions.newest}`);
  }
}

async function checkLeases(cluster: SimulatedCluster, leases: readonly LeaseClient[]): Promise<void> {
  const overdue = (): string[] => leases.flatMap((lease) => lease.overdue(cluster.world.now(), LEASE_SLACK_MS));
  await cluster.run(LEASE_SLACK_MS + 8000);
  const late = overdue();
  if (late.length > 0) throw new Violation(`leases of ${late.join()} have not ended`);
}

function checkHistory(cluster: SimulatedCluster): void {
  for (const [key, calls] of cluster.shared.calls)
    if (!isLinearizable(calls)) throw new Violation(`the calls to ${key} have no linear order`);
}

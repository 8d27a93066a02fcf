/**
 * A cluster of simulated members under checkers, and what a fault injector may do to it. Everything follows from one seed.
 */
import { memberId } from "../../src/core/membership/member.ts";
import { FileError } from "../../src/io/file-system.ts";
import type { RunningMember } from "../../src/server/embed.ts";
import { DEFAULT_MEMBER_CONFIG, type MemberConfig } from "../../src/server/member-config.ts";
import { BackendFatalError, BackendOutOfSpaceError } from "../../src/storage/bolt/errors.ts";
import { WalWriteError } from "../../src/storage/wal/wal-problem.ts";
import { SimulatedClock } from "./clock.ts";
import { ClientWorld } from "./kv-client.ts";
import { DRIFT_MAX } from "./lease-client.ts";
import { SimulatedNetwork } from "./network.ts";
import { LogRing, SimulatedNode } from "./node.ts";
import { RaftChecker } from "./raft-checker.ts";
import { SeededRandom } from "./random.ts";
import { RevisionLog } from "./revision-log.ts";
import { Findings, Violation } from "./violation.ts";

export interface ClusterOptions {
  readonly seed: number;
  readonly members: number;
  readonly config?: Partial<MemberConfig>;
  /** Called with every member of every life before it starts: where the tests of the simulation plant bugs. */
  readonly plant?: (running: RunningMember) => void;
  /** What an operation of a disk takes at most, milliseconds; default 2. */
  readonly diskLatencyMs?: number;
}

/** Small, so that snapshots to disk and to followers that lag happen all the time. */
const CONFIG: Partial<MemberConfig> = {
  heartbeatMs: 50,
  electionTicks: 10,
  snapshotCount: 60,
  snapshotCatchupEntries: 20,
  backendBatchIntervalMs: 50,
  compactionBatchLimit: 20,
  compactionSleepMs: 5,
  backendCacheBytes: 1 << 20,
  // Nothing is corrupt here: none of the checks may say so.
  corruptCheckMs: 4000,
  compactHashCheckMs: 1500,
  features: new Set([...DEFAULT_MEMBER_CONFIG.features, "CompactHashCheck", "InitialCorruptCheck"]),
};

export class SimulatedCluster {
  readonly seed: number;
  readonly world: SimulatedClock;
  readonly random: SeededRandom;
  readonly log: LogRing;
  readonly findings: Findings;
  readonly network: SimulatedNetwork;
  readonly raft: RaftChecker;
  readonly revisions: RevisionLog;
  readonly shared: ClientWorld;
  /** All that are, or should be, members. */
  nodes: SimulatedNode[];
  readonly #options: ClusterOptions;
  readonly #initial: Map<string, string[]>;
  #nextNode: number;
  /** Lives that met an injected fault and may end because of it. */
  readonly #faulty: Set<SimulatedNode>;
  crashes: number;
  starts: number;

  constructor(options: ClusterOptions) {
    this.seed = options.seed;
    this.#options = options;
    this.world = new SimulatedClock();
    this.random = new SeededRandom(options.seed);
    this.log = new LogRing();
    this.findings = new Findings();
    this.network = new SimulatedNetwork(this.world, this.random.fork());
    this.raft = new RaftChecker(this.findings);
    this.revisions = new RevisionLog(this.findings, () => this.world.now());
    this.shared = new ClientWorld({
      world: this.world,
      findings: this.findings,
      revisions: this.revisions,
      nodes: () => this.nodes,
    });
    this.nodes = [];
    this.#initial = new Map();
    this.#nextNode = 1;
    this.#faulty = new Set();
    this.crashes = 0;
    this.starts = 0;
    for (let i = 1; i <= options.members; i++) this.#initial.set(`n${i}`, [`http://n${i}:2380`]);
    for (const name of this.#initial.keys()) this.#newNode(name, this.#initial, true);
  }

  #newNode(name: string, initialCluster: ReadonlyMap<string, readonly string[]>, isNewCluster: boolean): SimulatedNode {
    this.#nextNode++;
    const node = new SimulatedNode({
      name,
      world: this.world,
      log: this.log,
      random: this.random.fork(),
      diskLatencyMs: this.#options.diskLatencyMs ?? 2,
      config: { ...CONFIG, initialCluster, isNewCluster, ...this.#options.config },
    });
    node.onStart = (running) => {
      this.starts++;
      this.raft.attach(name, node.lives, running);
      this.revisions.attach(name, node.lives, running);
      this.#options.plant?.(running);
    };
    node.onEnd = (reason) => {
      if (reason.kind === "removed" || isDiskError(reason.error)) return;
      this.findings.report(`${name} ended: ${String(reason.error)}`);
    };
    this.nodes.push(node);
    this.network.add(node);
    return node;
  }

  get alive(): SimulatedNode[] {
    return this.nodes.filter((node) => node.alive);
  }

  get leader(): SimulatedNode | undefined {
    const leaders = this.alive.filter((node) => node.running!.member.isLeader);
    return leaders.sort((a, b) => b.running!.member.raftTerm - a.running!.member.raftTerm)[0];
  }

  /** Starts a node that is not running. It may end before it has started; then it is to be started again. */
  start(node: SimulatedNode): void {
    node.start({ peers: this.network.peersOf(node) }).catch((error: unknown) => {
      if (isDiskError(error) && this.#faulty.has(node)) {
        node.end ??= { kind: "failed", error };
        return;
      }
      this.findings.report(`${node.name} does not start: ${String(error)}`);
    });
  }

  startAll(): void {
    for (const node of this.nodes) this.start(node);
  }

  /** The next life of a node has another clock: off and a little fast or slow. */
  crash(node: SimulatedNode, powerLoss: boolean): void {
    this.crashes++;
    // A disk stays full when the process is gone.
    if (node.disk.capacityBytes === Number.MAX_SAFE_INTEGER) this.#faulty.delete(node);
    const rate = 1 + ((this.random.integer(2001) - 1000) / 1000) * (DRIFT_MAX / 2);
    node.kill({ powerLoss, clock: { rate, wallOffsetMs: this.random.integer(2000) - 1000 } });
  }

  /** From now on the disk of the node may be to blame. */
  blameDisk(node: SimulatedNode): void {
    this.#faulty.add(node);
  }

  /** A fresh node, as the operator sets it up after `member add`. */
  prepareJoin(): SimulatedNode {
    const name = `n${this.#nextNode}`;
    const cluster = new Map<string, readonly string[]>([...this.#initial, [name, [`http://${name}:2380`]]]);
    for (const node of this.nodes) cluster.set(node.name, node.config.advertisePeerUrls);
    return this.#newNode(name, cluster, false);
  }

  forget(node: SimulatedNode): void {
    this.nodes = this.nodes.filter((each) => each !== node);
  }

  newMemberId(node: SimulatedNode): bigint {
    return memberId(node.config.advertisePeerUrls, "", Math.floor(this.world.wallNow() / 1000));
  }

  /** Runs events for that long; throws the first finding at the event that made it. */
  async run(durationMs: number): Promise<void> {
    const until = this.world.now() + durationMs;
    this.world.setTimer(durationMs, () => undefined);
    while (this.world.now() < until) {
      await this.world.step();
      this.findings.raise();
    }
  }

  /** Runs until the condition holds; false when it does not within the time. */
  async runUntil(condition: () => boolean, withinMs: number): Promise<boolean> {
    const until = this.world.now() + withinMs;
    while (!condition()) {
      if (this.world.now() >= until) return false;
      await this.run(50);
    }
    return true;
  }

  /** Runs until the work is done; a rejection is the caller's. */
  async await<T>(work: Promise<T>, withinMs: number, what: string): Promise<T> {
    let settled = false;
    const mark = (): void => {
      settled = true;
    };
    work.then(mark, mark);
    if (!(await this.runUntil(() => settled, withinMs))) throw new Violation(`${what} takes more than ${withinMs} ms`);
    return work;
  }
}

function isDiskError(error: unknown): boolean {
  const kinds = [FileError, WalWriteError, BackendFatalError, BackendOutOfSpaceError];
  return kinds.some((kind) => error instanceof kind);
}

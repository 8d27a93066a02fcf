/**
 * Does harm to a simulated cluster: now and then one of the faults that it was given. All of it can be undone ({@link Nemesis.calm}), so that what must hold
 * in the end can be checked.
 */
import { RequestField } from "../../src/core/apply/raft-request.ts";
import { createMember } from "../../src/core/membership/member.ts";
import { CompactionRequest, DowngradeAction } from "../../src/proto/generated/rpc.ts";
import { damageMetaPage } from "./bit-rot.ts";
import type { SimulatedCluster } from "./cluster.ts";
import type { SimulatedNode } from "./node.ts";
import type { SeededRandom } from "./random.ts";

export const FAULTS = {
  crash: "one member loses its power or is killed",
  crashAtDisk: "the same in the middle of its next disk operations",
  crashVoter: "a member is lost right after it has voted, and comes back at once",
  crashAll: "all members lose their power at once",
  partition: "members are cut off from others, in one direction or both",
  weather: "packets get lost, doubled and late",
  diskError: "a write or sync fails",
  diskFull: "a disk is full for a while",
  diskStall: "writes and syncs take seconds",
  stop: "a process is stopped and continued",
  clock: "a wall clock jumps",
  transfer: "the leader hands over",
  compact: "old revisions are compacted",
  maintain: "databases are defragmented, snapshotted and hashed",
  metaPage: "a bit of a meta page turns over while a member is down",
  downgrade: "a downgrade is enabled, or cancelled",
  members: "members are added as learners, promoted, and removed",
} as const;
export type Fault = keyof typeof FAULTS;

/** How often each comes, relative to the others. */
const WEIGHTS: Readonly<Record<Fault, number>> = {
  crash: 10,
  crashAtDisk: 8,
  crashVoter: 4,
  crashAll: 3,
  partition: 14,
  weather: 6,
  diskError: 3,
  diskFull: 3,
  diskStall: 5,
  stop: 5,
  clock: 3,
  transfer: 4,
  compact: 10,
  maintain: 6,
  metaPage: 4,
  downgrade: 3,
  members: 6,
};

export class Nemesis {
  readonly #cluster: SimulatedCluster;
  readonly #random: SeededRandom;
  readonly #faults: readonly Fault[];
  readonly #meanMs: number;
  readonly #membersMin: number;
  #active: boolean;
  #changes: number;
  #removing: boolean;
  /** How often each fault was done. */
  readonly counts: Map<Fault, number>;

  constructor(
    cluster: SimulatedCluster,
    options: { readonly random: SeededRandom; readonly faults: readonly Fault[]; readonly meanMs: number },
  ) {
    this.#cluster = cluster;
    this.#random = options.random;
    this.#faults = options.faults.filter((fault) => WEIGHTS[fault] > 0);
    this.#meanMs = options.meanMs;
    this.#membersMin = cluster.nodes.length;
    this.#active = false;
    this.#changes = 0;
    this.#removing = false;
    this.counts = new Map();
  }

  start(): void {
    this.#active = true;
    this.#next();
  }

  #next(): void {
    if (!this.#active || this.#faults.length === 0) return;
    this.#cluster.world.setTimer(this.#random.integer(2 * this.#meanMs), () => {
      if (!this.#active) return;
      this.#strike(this.#draw());
      this.#next();
    });
  }

  #draw(): Fault {
    const total = this.#faults.reduce((sum, fault) => sum + WEIGHTS[fault], 0);
    let dice = this.#random.integer(total);
    for (const fault of this.#faults) {
      dice -= WEIGHTS[fault];
      if (dice < 0) return fault;
    }
    return this.#faults[0]!;
  }

  #later(maxMs: number, action: () => void): void {
    this.#cluster.world.setTimer(this.#random.integer(maxMs), () => {
      if (this.#active) action();
    });
  }

  #any(): SimulatedNode | undefined {
    const nodes = this.#cluster.alive;
    return nodes.length === 0 ? undefined : nodes[this.#random.integer(nodes.length)]!;
  }

  /** The leader as often as not. */
  #victim(): SimulatedNode | undefined {
    return this.#random.chance(0.5) ? (this.#cluster.leader ?? this.#any()) : this.#any();
  }

  #strike(fault: Fault): void {
    this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1);
    this.#cluster.log.add({
      atMs: this.#cluster.world.now(),
      node: "nemesis",
      level: "info",
      message: FAULTS[fault],
      fields: {},
    });
    switch (fault) {
      case "crash":
        this.#crash(this.#victim());
        return;
      case "crashAtDisk":
        this.#crashAtDisk(this.#victim());
        return;
      case "crashVoter":
        this.#crashVoter();
        return;
      case "crashAll":
        for (const node of this.#cluster.alive) this.#crash(node, true);
        return;
      case "partition":
        this.#partition();
        return;
      case "weather":
        this.#weather();
        return;
      case "diskError":
        this.#diskError(this.#victim());
        return;
      case "diskFull":
        this.#diskFull(this.#victim());
        return;
      case "diskStall":
        this.#diskStall(this.#victim());
        return;
      case "stop":
        this.#stop(this.#victim());
        return;
      case "clock":
        this.#any()?.process.jumpWall(this.#random.integer(20_000) - 10_000);
        return;
      case "transfer":
        this.#transfer();
        return;
      case "compact":
        this.#compact();
        return;
      case "maintain":
        this.#maintain();
        return;
      case "downgrade":
        this.#downgrade();
        return;
      case "metaPage":
        this.#damageMeta(this.#victim());
        return;
      case "members":
        this.#changeMembers();
    }
  }

  #crash(node: SimulatedNode | undefined, powerLoss = this.#random.chance(0.6)): void {
    if (node === undefined) return;
    this.#cluster.crash(node, powerLoss);
    this.#restart(node);
  }

  #restart(node: SimulatedNode, withinMs = this.#random.chance(0.3) ? 50 : 3000): void {
    this.#later(withinMs, () => {
      if (!node.process.alive && this.#cluster.nodes.includes(node)) this.#cluster.start(node);
    });
  }

  #crashVoter(): void {
    const { network, world } = this.#cluster;
    network.onVote = (voter) => {
      network.onVote = undefined;
      const { process } = voter;
      world.setTimer(this.#random.integer(5), () => {
        if (!this.#active || voter.process !== process || !process.alive) return;
        this.#cluster.crash(voter, this.#random.chance(0.6));
        this.#restart(voter, 10);
      });
    };
  }

  #crashAtDisk(node: SimulatedNode | undefined): void {
    if (node === undefined) return;
    const { process, disk } = node;
    disk.dieAt(disk.operations + 1 + this.#random.integer(40), () => {
      process.kill();
      // The present turn ends without a disk; then the machine is gone.
      this.#cluster.world.nextTurn(() => {
        if (node.process === process) this.#crash(node);
      });
    });
  }

  #partition(): void {
    const { network, nodes } = this.#cluster;
    const names = nodes.map((node) => node.name);
    const dice = this.#random.integer(4);
    if (dice === 0) {
      // One direction between two.
      const from = names[this.#random.integer(names.length)]!;
      const to = names[this.#random.integer(names.length)]!;
      if (from !== to) network.block(from, to);
    } else if (dice === 1) {
      // One that is heard by nobody, or hears nobody.
      const one = this.#victim()?.name ?? names[0]!;
      const deaf = this.#random.chance(0.5);
      for (const other of names) if (other !== one) network.block(deaf ? other : one, deaf ? one : other);
    } else {
      const side = new Set(names.filter(() => this.#random.chance(0.4)));
      if (dice === 3) {
        side.clear();
        side.add(this.#victim()?.name ?? names[0]!);
      }
      for (const a of names) for (const b of names) if (side.has(a) !== side.has(b)) network.block(a, b);
    }
    this.#later(6000, () => network.healAll());
  }

  #weather(): void {
    const { weather } = this.#cluster.network;
    weather.loss = this.#random.integer(30) / 100;
    weather.duplication = this.#random.integer(20) / 100;
    weather.delayMaxMs = 1 + this.#random.integer(200);
    weather.reorder = this.#random.chance(0.7);
    this.#later(5000, () => this.#clear());
  }

  #clear(): void {
    Object.assign(this.#cluster.network.weather, { loss: 0.002, duplication: 0.002, delayMinMs: 0.1, delayMaxMs: 3 });
  }

  #diskError(node: SimulatedNode | undefined): void {
    if (node === undefined) return;
    this.#cluster.blameDisk(node);
    const path = this.#random.chance(0.5) ? "/wal/" : "/snap/";
    const operations = this.#random.chance(0.5) ? (["write"] as const) : (["datasync"] as const);
    node.disk.inject({ operations, path, skip: this.#random.integer(6), code: "EIO" });
    // An operator looks after it when it has ended.
    this.#later(4000, () => {
      node.disk.clearFaults();
      if (node.end !== undefined) this.#crash(node);
    });
  }

  #diskFull(node: SimulatedNode | undefined): void {
    if (node === undefined) return;
    this.#cluster.blameDisk(node);
    node.disk.capacityBytes = node.disk.usedBytes + this.#random.integer(60_000);
    this.#later(8000, () => this.#makeRoom(node));
  }

  #makeRoom(node: SimulatedNode): void {
    node.disk.capacityBytes = Number.MAX_SAFE_INTEGER;
    if (this.#active && node.end !== undefined && node.process.alive) this.#crash(node);
  }

  #diskStall(node: SimulatedNode | undefined): void {
    for (let i = 0; i < 3; i++)
      node?.disk.inject({
        operations: ["write", "datasync"],
        skip: this.#random.integer(10),
        stallMs: this.#random.integer(3000),
      });
  }

  #stop(node: SimulatedNode | undefined): void {
    if (node === undefined) return;
    const { process } = node;
    process.stop();
    this.#later(4000, () => process.continue());
  }

  #transfer(): void {
    const leader = this.#cluster.leader;
    const target = this.#any();
    if (leader === undefined || target === undefined || target === leader) return;
    leader.running!.member.transferLeader(target.running!.member.memberId);
  }

  #compact(): void {
    const member = this.#any()?.running?.member;
    if (member === undefined) return;
    const { revision, compactRevision } = member.state.store;
    const from = Math.max(1, compactRevision + 1);
    if (revision <= from) return;
    const target = from + this.#random.integer(revision - from);
    const bytes = CompactionRequest.encode({ revision: target, physical: false });
    member.proposer.request(RequestField.Compaction, bytes).catch(ignore);
  }

  #maintain(): void {
    const running = this.#any()?.running;
    if (running === undefined) return;
    const dice = this.#random.integer(3);
    if (dice === 0) running.maintenance.defragment().catch(ignore);
    else if (dice === 1) running.maintenance.hashKv(0).catch(ignore);
    else
      running.maintenance
        .snapshot()
        .then(async (snapshot) => {
          try {
            for await (const piece of snapshot.pieces) if (piece.length === 0) break;
          } finally {
            snapshot.close();
          }
        })
        .catch(ignore);
  }

  #downgrade(): void {
    const running = this.#any()?.running;
    if (running === undefined) return;
    const { enabled } = running.member.state.cluster.downgradeInfo;
    const action = enabled ? DowngradeAction.CANCEL : DowngradeAction.ENABLE;
    running.maintenance.downgrade(action, "3.6.0").catch(ignore);
  }

  #damageMeta(node: SimulatedNode | undefined): void {
    if (node === undefined) return;
    this.#crash(node);
    damageMetaPage(node.disk, this.#random);
  }

  #changeMembers(): void {
    const { nodes } = this.#cluster;
    // Two at a time: the second one is for raft to refuse.
    if (this.#changes >= 2) return;
    this.#changes++;
    const change = nodes.length > this.#membersMin ? this.#remove() : this.#add();
    change.catch(ignore).finally(() => {
      this.#changes--;
    });
  }

  /** Add a learner, start it, promote it once it has caught up. */
  async #add(): Promise<void> {
    const cluster = this.#cluster;
    const running = this.#any()?.running;
    if (running === undefined) return;
    const node = cluster.prepareJoin();
    const id = cluster.newMemberId(node);
    const isLearner = this.#random.chance(0.8);
    try {
      await running.cluster.addMember(createMember({ id, peerURLs: node.config.advertisePeerUrls, isLearner }));
    } catch (error) {
      // Whether it was added is not known: the node is there, in case it was; else it finds no place and is given up by calm().
      if (!this.#wasAdded(node)) cluster.forget(node);
      throw error;
    }
    if (node.lives === 0) cluster.start(node);
    if (!isLearner) return;
    for (let attempt = 0; attempt < 40; attempt++) {
      await new Promise<void>((resolve) => cluster.world.setTimer(400, resolve));
      const through = this.#any()?.running;
      if (!this.#active || through === undefined) continue;
      try {
        await Promise.race([
          through.cluster.promoteMember(id, undefined),
          new Promise<void>((_, reject) => cluster.world.setTimer(3000, () => reject(new Error("too long")))),
        ]);
        return;
      } catch {
        // Not in sync yet, or nobody there to ask.
      }
    }
  }

  #wasAdded(node: SimulatedNode): boolean {
    const urls = node.config.advertisePeerUrls.join();
    return this.#cluster.alive.some(({ running }) =>
      running!.member.state.cluster.members().some((member) => member.peerURLs.join() === urls),
    );
  }

  async #remove(): Promise<void> {
    const cluster = this.#cluster;
    const doomed = cluster.nodes[this.#random.integer(cluster.nodes.length)]!;
    const through = this.#any()?.running;
    if (through === undefined) return;
    const urls = doomed.config.advertisePeerUrls.join();
    const member = through.member.state.cluster.members().find((each) => each.peerURLs.join() === urls);
    if (member === undefined) return;
    const { cluster: known } = through.member.state;
    if (!member.isLearner && (this.#removing || known.votingMembers().length <= this.#membersMin)) return;
    this.#removing = true;
    try {
      await through.cluster.removeMember(member.id);
    } finally {
      this.#removing = false;
    }
    cluster.world.setTimer(3000, () => {
      if (doomed.process.alive) cluster.crash(doomed, false);
      cluster.forget(doomed);
    });
  }

  /** Ends all harm: heals, continues, restarts. Members that nobody knows are forgotten. */
  calm(): void {
    this.#active = false;
    const { network, nodes } = this.#cluster;
    network.healAll();
    network.onVote = undefined;
    this.#clear();
    network.weather.loss = 0;
    for (const node of nodes) {
      node.disk.clearFaults();
      this.#makeRoom(node);
      if (node.process.stopped) node.process.continue();
      if (node.process.alive && node.end !== undefined) this.#cluster.crash(node, this.#random.chance(0.5));
      if (!node.process.alive) this.#cluster.start(node);
    }
  }
}

/** Refusals and lost answers are what clients live with. */
function ignore(): void {}

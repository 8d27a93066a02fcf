/** What is done to a cluster in a round, until it is whole again, and how long the others took to go on. */
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { Prng } from "../../support/prng.ts";
import type { Load } from "./load.ts";
import type { NamespaceNetwork } from "./member-network.ts";
import type { ProcessCluster, ProcessMember } from "./process-cluster.ts";
import type { SmallDisk } from "./small-disk.ts";
import { starvation } from "./starvation.ts";

export interface FaultContext {
  readonly cluster: ProcessCluster;
  readonly load: Load;
  readonly random: Prng;
  readonly round: number;
}

/** Times of one round in milliseconds from the fault on, by what was waited for; "without a processor": for how long the machine let them wait. */
export type Outcome = Readonly<Record<string, number>>;
export type Fault = (context: FaultContext) => Promise<Outcome>;

const others = (cluster: ProcessCluster, than: ProcessMember): ProcessMember[] =>
  cluster.running.filter((member) => member !== than);

/** Waits until the survivors name another leader. */
async function leaderAfter(
  cluster: ProcessCluster,
  old: ProcessMember,
  startMs: number,
): Promise<{ atMs: number; times: Record<string, number> }> {
  const survivors = others(cluster, old);
  const starved = starvation(survivors.map((member) => member.process!.pid));
  const { atMs } = await cluster.newLeader(old, survivors);
  return { atMs, times: { [NEW_LEADER]: atMs - startMs, [STARVED]: starved() } };
}

export const NEW_LEADER = "new leader";
export const STARVED = "without a processor";

/** Milliseconds from a time until a write that was acknowledged behind another one. */
async function writesAgain(load: Load, behindMs: number, sinceMs: number): Promise<number> {
  for (const endMs = performance.now() + 30_000; performance.now() < endMs; await pause(10)) {
    const at = load.firstWriteAfter(behindMs);
    if (at !== undefined) return at - sinceMs;
  }
  throw new Error("no write was acknowledged within 30 s");
}

export const killLeader: Fault = async ({ cluster, load }) => {
  const old = await cluster.ready();
  const startMs = performance.now();
  await cluster.stop(old, "SIGKILL");
  const { atMs, times } = await leaderAfter(cluster, old, startMs);
  const write = await writesAgain(load, atMs, startMs);
  cluster.spawn(old, "existing");
  await cluster.ready();
  return { ...times, "first write": write };
};

export const killFollower: Fault = async ({ cluster, load, random }) => {
  const leader = await cluster.ready();
  const victim = random.pick(others(cluster, leader));
  const startMs = performance.now();
  await cluster.stop(victim, "SIGKILL");
  const write = await writesAgain(load, performance.now(), startMs);
  await pause(random.integer(1500));
  cluster.spawn(victim, "existing");
  assert.equal(await cluster.ready(), leader, "the leader stays when a follower is killed");
  return { "first write": write };
};

export const killAll: Fault = async ({ cluster, load }) => {
  await cluster.ready();
  await Promise.all(cluster.members.map((member) => cluster.stop(member, "SIGKILL")));
  const startMs = performance.now();
  for (const member of cluster.members) cluster.spawn(member, "existing");
  await cluster.ready();
  const leaderMs = performance.now() - startMs;
  return { "started with a leader": leaderMs, "first write": await writesAgain(load, startMs, startMs) };
};

export const pauseLeader: Fault = async ({ cluster, load, random }) => {
  const old = await cluster.ready();
  const startMs = performance.now();
  cluster.freeze(old);
  const { atMs, times } = await leaderAfter(cluster, old, startMs);
  const write = await writesAgain(load, atMs, startMs);
  await pause(random.integer(1500));
  cluster.thaw(old);
  await cluster.ready();
  return { ...times, "first write": write };
};

/** SIGTERM: the leader hands over before it ends. */
export const stopLeader: Fault = async ({ cluster, load }) => {
  const old = await cluster.ready();
  const startMs = performance.now();
  const stopped = cluster.stop(old, "SIGTERM").then(() => performance.now());
  const { atMs, times } = await leaderAfter(cluster, old, startMs);
  const write = await writesAgain(load, atMs, startMs);
  const ended = await stopped;
  cluster.spawn(old, "existing");
  await cluster.ready();
  return { ...times, "first write": write, ended: ended - startMs };
};

const CUTS = [
  "leader alone",
  "leader unheard",
  "leader deaf",
  "follower alone",
  "follower deaf to the leader",
  "followers apart",
] as const;

export const partition =
  (network: NamespaceNetwork, firstCut: number): Fault =>
  async ({ cluster, load, random, round }) => {
    const leader = await cluster.ready();
    const [a, b] = others(cluster, leader) as [ProcessMember, ProcessMember];
    const kind = CUTS[(firstCut + round) % CUTS.length]!;
    const startMs = performance.now();
    const cut = (from: ProcessMember, to: ProcessMember): void => network.cut(from.at, to.at);
    for (const other of [a, b]) {
      if (kind === "leader alone" || kind === "leader unheard") cut(leader, other);
      if (kind === "leader alone" || kind === "leader deaf") cut(other, leader);
    }
    if (kind === "follower alone") {
      for (const other of [leader, b]) {
        cut(a, other);
        cut(other, a);
      }
    } else if (kind === "follower deaf to the leader") cut(leader, a);
    else if (kind === "followers apart") {
      cut(a, b);
      cut(b, a);
    }
    const outcome: Record<string, number> = {};
    if (kind.startsWith("leader")) {
      const { atMs } = await cluster.newLeader(leader, [a, b]);
      outcome[`new leader (${kind})`] = atMs - startMs;
      outcome[`first write (${kind})`] = await writesAgain(load, atMs, startMs);
    } else {
      await pause(1000 + random.integer(2000));
      outcome[`first write (${kind})`] = await writesAgain(load, startMs, startMs);
    }
    network.heal();
    const healedMs = performance.now();
    await cluster.ready();
    outcome["whole again"] = performance.now() - healedMs;
    return outcome;
  };

/** In turns the leader's disk and a follower's. */
export const fillDisk =
  (disks: readonly SmallDisk[]): Fault =>
  async ({ cluster, load, random, round }) => {
    const leader = await cluster.ready();
    const role = round % 2 === 0 ? "leader" : "follower";
    const victim = role === "leader" ? leader : random.pick(others(cluster, leader));
    const disk = disks[victim.at]!;
    const startMs = performance.now();
    disk.fill();
    await pause(4000);
    const outcome: Record<string, number> = {};
    // Somebody takes writes while it is full.
    outcome[`first write (${role})`] = await writesAgain(load, startMs + 1000, startMs + 1000);
    if (victim.kind === "ours") {
      assert.ok(victim.process !== undefined, `${victim.name} ended: ${victim.unexpectedEnd}`);
      assert.notEqual(
        (await cluster.status(victim, 2000))?.leader,
        victim.id,
        "a member with a full disk does not lead",
      );
    }
    disk.empty();
    const emptiedMs = performance.now();
    if (victim.process === undefined) cluster.spawn(victim, "existing");
    await cluster.ready();
    for (;;) {
      const put = await load.tryWrite(victim);
      if (put) break;
      assert.ok(performance.now() < emptiedMs + 20_000, `${victim.name} takes no writes after its disk has room again`);
      await pause(50);
    }
    outcome["takes writes again"] = performance.now() - emptiedMs;
    return outcome;
  };

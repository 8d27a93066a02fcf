/** Single situations of a cluster that the random runs came upon, each in a few lines. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "../../src/base/bytes.ts";
import { RequestField } from "../../src/core/apply/raft-request.ts";
import { LeaseGrantRequest, PutRequest } from "../../src/proto/generated/rpc.ts";
import type { MemberConfig } from "../../src/server/member-config.ts";
import { VersionKeeper } from "../../src/server/version-keeper.ts";
import { SimulatedCluster } from "./cluster.ts";
import type { SimulatedNode } from "./node.ts";
import { runScenario } from "./scenario.ts";

async function clusterOf(
  members: number,
  seed: number,
  config: Partial<MemberConfig> = {},
): Promise<{ cluster: SimulatedCluster; leader: SimulatedNode }> {
  const cluster = new SimulatedCluster({ seed, members, config });
  cluster.startAll();
  const ready = (): boolean => cluster.alive.length === members && cluster.leader?.running?.member.isPublished === true;
  assert.ok(await cluster.runUntil(ready, 10_000));
  return { cluster, leader: cluster.leader! };
}

test("a leader that was stopped for a while renews no lease before it knows that it still leads", async () => {
  for (let seed = 1; seed <= 5; seed++) {
    const { cluster, leader } = await clusterOf(3, seed);
    const { member, leases } = leader.running!;
    const grant = LeaseGrantRequest.encode({ id: 77n, ttl: 60 });
    await cluster.await(member.proposer.request(RequestField.LeaseGrant, grant), 1000, "a grant");
    leader.process.stop();
    // What others send meanwhile does not reach it in time.
    for (const other of cluster.nodes) if (other !== leader) cluster.network.block(other.name, leader.name);
    assert.ok(await cluster.runUntil(() => cluster.leader !== leader, 10_000), "another one leads");
    leader.process.continue();
    await cluster.run(60);
    assert.ok(member.isLeader, "it does not know better yet");
    let renewed: number | undefined;
    leases.renew(77n, undefined).then(
      (ttlSeconds) => {
        renewed = ttlSeconds;
      },
      () => undefined,
    );
    await cluster.run(100);
    assert.equal(renewed, undefined);
    // With the others in reach it learns who leads, and asks that one.
    cluster.network.healAll();
    assert.ok(await cluster.runUntil(() => !member.isLeader && member.leader !== 0n, 10_000));
    assert.equal(await cluster.await(leases.renew(77n, undefined), 5000, "a renewal"), 60);
  }
});

const putRequest = (key: string, bytes: number): Uint8Array =>
  PutRequest.encode(PutRequest.create({ key: utf8(key), value: new Uint8Array(bytes) }));

test("a leader whose disk stands still hands over, and those who can write go on", async () => {
  for (let seed = 1; seed <= 5; seed++) {
    const { cluster, leader } = await clusterOf(3, seed);
    leader.disk.inject({ operations: ["datasync"], path: ".wal", stallMs: 20_000 });
    cluster.blameDisk(leader);
    const others = cluster.nodes.filter((node) => node !== leader);
    const proposer = others[0]!.running!.member.proposer;
    await cluster.await(
      proposer.request(RequestField.Put, putRequest("before", 10)),
      2000,
      "a put, by two of three disks",
    );
    assert.ok(await cluster.runUntil(() => cluster.leader !== leader, 2500), "another one leads");
    await cluster.await(proposer.request(RequestField.Put, putRequest("after", 10)), 2000, "a put");
    assert.ok(leader.alive && !leader.running!.member.isLeader);
    await cluster.run(25_000);
    const { store } = leader.running!.member.state;
    assert.equal(store.revision, others[0]!.running!.member.state.store.revision, "it has caught up");
  }
});

test("members whose disks are full lose nothing: a leader hands over, a follower waits for room", async () => {
  for (let seed = 1; seed <= 5; seed++) {
    const { cluster, leader } = await clusterOf(3, seed);
    const victim = seed % 2 === 0 ? leader : cluster.nodes.find((node) => node !== leader)!;
    cluster.blameDisk(victim);
    victim.disk.capacityBytes = victim.disk.usedBytes + 8192;
    const other = cluster.nodes.find((node) => node !== leader && node !== victim)!;
    let answered = 0;
    for (let i = 0; i < 60; i++) {
      const call = other.running!.member.proposer.request(RequestField.Put, putRequest(`k${i}`, 20_000)).then(
        () => {
          answered++;
        },
        () => undefined,
      );
      await cluster.await(call, 10_000, `put ${i}`);
    }
    assert.ok(answered > 40, `${answered} of 60 puts`);
    assert.notEqual(cluster.leader, victim);
    assert.equal(victim.end, undefined, "it goes on");
    victim.disk.capacityBytes = 1e12;
    const isEqual = (): boolean =>
      victim.running!.member.state.store.revision === other.running!.member.state.store.revision;
    assert.ok(await cluster.runUntil(isEqual, 20_000), "it has caught up");
    assert.ok(await cluster.runUntil(() => victim.running!.kv.hasRoomForPut(1000), 5000), "it takes writes again");
  }
});

test("members whose database lost a meta page while they were down come back with everything", async () => {
  for (let seed = 1; seed <= 3; seed++) {
    const { faults } = await runScenario({
      seed,
      members: 3,
      durationMs: 10_000,
      faults: ["metaPage", "maintain", "compact", "crashAtDisk"],
      faultEveryMs: 400,
    });
    assert.ok(faults.get("metaPage")! > 0);
  }
});

async function put(cluster: SimulatedCluster, node: SimulatedNode, key: string, value: string): Promise<void> {
  const bytes = PutRequest.encode(PutRequest.create({ key: utf8(key), value: utf8(value) }));
  await cluster.await(node.running!.member.proposer.request(RequestField.Put, bytes), 5000, "a put");
}

/** A follower that has to catch up by snapshot, and nobody writes any more. */
async function laggingFollower(seed: number): Promise<{
  cluster: SimulatedCluster;
  leader: SimulatedNode;
  follower: SimulatedNode;
}> {
  const { cluster, leader } = await clusterOf(3, seed, { snapshotCount: 10, snapshotCatchupEntries: 2 });
  const follower = cluster.nodes.find((node) => node !== leader)!;
  for (const other of cluster.nodes) {
    cluster.network.block(other.name, follower.name);
    cluster.network.block(follower.name, other.name);
  }
  for (let i = 0; i < 60; i++) await put(cluster, leader, `k${i}`, "v".repeat(100));
  cluster.network.healAll();
  return { cluster, leader, follower };
}

async function checkSame(cluster: SimulatedCluster, leader: SimulatedNode, follower: SimulatedNode): Promise<void> {
  const { appliedIndex, state } = leader.running!.member;
  const caughtUp = (): boolean => (follower.running?.member.appliedIndex ?? 0) >= appliedIndex;
  assert.ok(await cluster.runUntil(caughtUp, 10_000));
  const hashes = [leader, follower].map((node) => node.running!.maintenance.hashKv(state.store.revision));
  const [ours, theirs] = await cluster.await(Promise.all(hashes), 10_000, "hashes");
  assert.equal(theirs!.hash, ours!.hash);
}

test("a follower that loses its power after it has installed a snapshot still has it (etcd issue 10219)", async () => {
  for (let seed = 1; seed <= 5; seed++) {
    const { cluster, leader, follower } = await laggingFollower(seed);
    const target = leader.running!.member.appliedIndex;
    const { member } = follower.running!;
    assert.ok(await cluster.runUntil(() => member.appliedIndex >= target, 10_000));
    await cluster.run((seed - 1) * 50);
    cluster.crash(follower, true);
    cluster.start(follower);
    await checkSame(cluster, leader, follower);
  }
});

test("a defragmentation that is under way when a snapshot of the leader is installed does not take the place of its database", async () => {
  let refused = 0;
  for (let seed = 1; seed <= 16; seed++) {
    const { cluster, leader, follower } = await laggingFollower(seed);
    const target = leader.running!.member.appliedIndex;
    const { member, maintenance } = follower.running!;
    // It takes so long that it ends at one moment or another of the installation.
    follower.disk.inject({ operations: ["write"], path: "db.tmp", times: 1000, stallMs: seed });
    maintenance.defragment().catch(() => refused++);
    assert.ok(await cluster.runUntil(() => member.appliedIndex >= target, 10_000));
    await cluster.run(3000);
    assert.equal(follower.end, undefined);
    follower.disk.clearFaults();
    cluster.crash(follower, true);
    cluster.start(follower);
    await checkSame(cluster, leader, follower);
  }
  assert.ok(refused > 0 && refused < 16, `${refused} of 16 were given up`);
});

test("a member that is started while its disk is full may end, and starts when there is room", async () => {
  const { cluster } = await clusterOf(3, 1);
  const node = cluster.nodes[0]!;
  cluster.blameDisk(node);
  node.disk.capacityBytes = node.disk.usedBytes;
  cluster.crash(node, true);
  // As when the torn end of a log is to be copied before it is cut off.
  node.disk.inject({ operations: ["open"], path: ".touch", code: "ENOSPC" });
  cluster.start(node);
  await cluster.run(1000);
  assert.equal(node.end?.kind, "failed");
  node.disk.capacityBytes = Number.MAX_SAFE_INTEGER;
  cluster.crash(node, false);
  cluster.start(node);
  assert.ok(await cluster.runUntil(() => node.running?.member.isPublished === true, 10_000));
});

test("what is proposed while the leadership is handed over goes on to the next leader, once", async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const { cluster, leader } = await clusterOf(3, seed);
    const others = cluster.nodes.filter((node) => node !== leader);
    const { member } = leader.running!;
    const { revision } = member.state.store;
    member.transferLeader(others[seed % 2]!.running!.member.memberId);
    const calls: Promise<unknown>[] = [];
    for (let i = 0; i < 10; i++) {
      for (const node of cluster.nodes)
        calls.push(node.running!.member.proposer.request(RequestField.Put, putRequest(`${node.name}-${i}`, 10)));
      await cluster.run(1);
    }
    await cluster.await(Promise.all(calls), 800, `the puts, seed ${seed}`);
    assert.notEqual(cluster.leader, leader);
    assert.equal(cluster.leader!.running!.member.state.store.revision, revision + calls.length);
  }
});

const DOWNGRADES = { members: 3, durationMs: 15_000, faultEveryMs: 700 } as const;

test("downgrades that are enabled and cancelled under faults leave one cluster version, and every file follows it", async () => {
  for (let seed = 1; seed <= 3; seed++) {
    const faults = ["downgrade", "crash", "partition", "transfer", "weather"] as const;
    const result = await runScenario({ ...DOWNGRADES, seed, faults });
    assert.ok(result.faults.get("downgrade")! > 0);
  }
});

test("a storage version that does not follow the cluster version is found", async () => {
  const update = Object.getOwnPropertyDescriptor(VersionKeeper.prototype, "updateStorageVersion")!;
  let calls = 0;
  VersionKeeper.prototype.updateStorageVersion = function (this: VersionKeeper): void {
    // Follows in the beginning, and never after.
    if (++calls < 30) (update.value as () => void).call(this);
  };
  try {
    const faults = ["downgrade", "transfer"] as const;
    await assert.rejects(
      runScenario({ ...DOWNGRADES, seed: 1, faults }),
      /versions \d+ ms after the last downgrade: .*storage 3\.6/,
    );
  } finally {
    Object.defineProperty(VersionKeeper.prototype, "updateStorageVersion", update);
  }
});

/** Single situations of a cluster that the random runs came upon, each in a few lines. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "../../src/base/bytes.ts";
import { RequestField } from "../../src/core/apply/raft-request.ts";
import { LeaseGrantRequest, PutRequest } from "../../src/proto/generated/rpc.ts";
import { SimulatedCluster } from "./cluster.ts";
import type { SimulatedNode } from "./node.ts";

async function clusterOf(members: number, seed: number): Promise<{ cluster: SimulatedCluster; leader: SimulatedNode }> {
  const cluster = new SimulatedCluster({ seed, members });
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

const put = (key: string, bytes: number): Uint8Array =>
  PutRequest.encode(PutRequest.create({ key: utf8(key), value: new Uint8Array(bytes) }));

test("a leader whose disk stands still hands over, and those who can write go on", async () => {
  for (let seed = 1; seed <= 5; seed++) {
    const { cluster, leader } = await clusterOf(3, seed);
    leader.disk.inject({ operations: ["datasync"], path: ".wal", stallMs: 20_000 });
    cluster.blameDisk(leader);
    const others = cluster.nodes.filter((node) => node !== leader);
    const proposer = others[0]!.running!.member.proposer;
    await cluster.await(proposer.request(RequestField.Put, put("before", 10)), 2000, "a put, by two of three disks");
    assert.ok(await cluster.runUntil(() => cluster.leader !== leader, 2500), "another one leads");
    await cluster.await(proposer.request(RequestField.Put, put("after", 10)), 2000, "a put");
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
      const call = other.running!.member.proposer.request(RequestField.Put, put(`k${i}`, 20_000)).then(
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

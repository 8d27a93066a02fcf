/** Single situations of a cluster that the random runs came upon, each in a few lines. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { RequestField } from "../../src/core/apply/raft-request.ts";
import { LeaseGrantRequest } from "../../src/proto/generated/rpc.ts";
import { SimulatedCluster } from "./cluster.ts";
import type { SimulatedNode } from "./node.ts";
import { runScenario } from "./scenario.ts";

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

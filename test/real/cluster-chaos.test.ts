/**
 * Three members as processes under a steady load, and what a cluster must live through: after every round nothing acknowledged is lost, revisions
 * never go back, histories are linearizable (own checker and porcupine), HashKV is equal, and calls end by their deadline.
 *
 * CHAOS_ROUNDS (default 2) rounds of each fault; CHAOS_SEED chooses the run and is printed; CHAOS_KIND=real does the same to real etcd, for
 * comparison. One fault: `--test-name-pattern`.
 */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  fillDisk,
  killAll,
  killFollower,
  killLeader,
  NEW_LEADER,
  type Outcome,
  partition,
  pauseLeader,
  STARVED,
  stopLeader,
} from "./chaos/faults.ts";
import { type Call, History } from "./chaos/history.ts";
import { LoopbackNetwork, NamespaceNetwork, namespacesMissing } from "./chaos/member-network.ts";
import { askPorcupine, buildPorcupine } from "./chaos/porcupine.ts";
import { type Kind, ProcessCluster, type ProcessClusterOptions } from "./chaos/process-cluster.ts";
import { runChaos } from "./chaos/run.ts";
import { SmallDisk, smallDiskMissing } from "./chaos/small-disk.ts";
import { temporaryFolder } from "./reference.ts";

const rounds = Number(process.env["CHAOS_ROUNDS"] ?? 2);
const seed = Number(process.env["CHAOS_SEED"] ?? Date.now() % 1_000_000);
const ELECTION_TIMEOUT_MS = 1000;
const HAND_OVER_MS_MAX = 500;
const kind: Kind = process.env["CHAOS_KIND"] === "real" ? "real" : "ours";
const THREE: readonly Kind[] = [kind, kind, kind];
const FLAGS = ["--log-level=info", "--snapshot-count=1000", `--election-timeout=${ELECTION_TIMEOUT_MS}`];
const timeout = 120_000 + rounds * 40_000;

const folder = temporaryFolder("chaos");
after(() => folder.remove());
const withoutPorcupine = buildPorcupine(folder.path);

/** In every round, apart from the time for which the machine gave the survivors no processor. */
function leadsWithin(outcomes: readonly Outcome[], limitMs: number): void {
  for (const outcome of outcomes)
    assert.ok(outcome[NEW_LEADER]! - outcome[STARVED]! < limitMs, `${limitMs} ms are over: ${JSON.stringify(outcome)}`);
}

async function withCluster(
  options: ProcessClusterOptions,
  use: (cluster: ProcessCluster) => Promise<void>,
): Promise<void> {
  const cluster = await ProcessCluster.start(THREE, { flags: FLAGS, ...options });
  try {
    await use(cluster);
  } finally {
    await cluster.close();
  }
}

describe(`a cluster under load, ${rounds} rounds of each fault`, { timeout: timeout * 7 }, () => {
  const common = { rounds, seed, withPorcupine: withoutPorcupine === false };

  test("both checkers refuse a history that lost a write", { skip: withoutPorcupine }, async () => {
    const history = new History();
    const add = (call: Call): void => {
      const [start, end] = [history.nextOrder(), history.nextOrder()];
      history.calls.push({ client: 0, group: "g", call, start, end, before: 1, revision: 2 });
    };
    add({ kind: "putBoth", a: "1", b: "1" });
    assert.deepEqual((await askPorcupine(history, folder.path)).illegal, []);
    history.checkLinearizable("so far");
    add({ kind: "getBoth", a: "1", b: undefined });
    assert.deepEqual((await askPorcupine(history, folder.path)).illegal, ["g"]);
    assert.throws(() => history.checkLinearizable("then"), /g\/b have no linear order/);
  });

  test("kill -9 of the leader: another leads within two election timeouts", { timeout }, (t) =>
    withCluster({ network: new LoopbackNetwork() }, async (cluster) => {
      const { outcomes } = await runChaos(t, { ...common, cluster, fault: killLeader });
      leadsWithin(outcomes, 2 * ELECTION_TIMEOUT_MS);
    }),
  );

  test("kill -9 of a follower: the leader stays", { timeout }, (t) =>
    withCluster({ network: new LoopbackNetwork() }, async (cluster) => {
      await runChaos(t, { ...common, cluster, fault: killFollower });
    }),
  );

  test("kill -9 of all", { timeout }, (t) =>
    withCluster({ network: new LoopbackNetwork() }, async (cluster) => {
      await runChaos(t, { ...common, cluster, fault: killAll });
    }),
  );

  test("SIGSTOP and SIGCONT of the leader: another leads within two election timeouts", { timeout }, (t) =>
    withCluster({ network: new LoopbackNetwork() }, async (cluster) => {
      const { outcomes } = await runChaos(t, { ...common, cluster, fault: pauseLeader });
      leadsWithin(outcomes, 2 * ELECTION_TIMEOUT_MS);
    }),
  );

  test("SIGTERM of the leader: it hands over in less than half a second", { timeout }, (t) =>
    withCluster({ network: new LoopbackNetwork() }, async (cluster) => {
      const { outcomes } = await runChaos(t, { ...common, cluster, fault: stopLeader });
      leadsWithin(outcomes, HAND_OVER_MS_MAX);
    }),
  );

  test("partitions, also in one direction", { timeout, skip: namespacesMissing() }, (t) => {
    const network = new NamespaceNetwork();
    return withCluster({ network }, async (cluster) => {
      await runChaos(t, { ...common, cluster, fault: partition(network, seed) });
    });
  });

  test("the disk of one member is full", { timeout, skip: smallDiskMissing(`${folder.path}/probe`) }, async (t) => {
    const disks = THREE.map((_, at) => new SmallDisk(`${folder.path}/disk${at}`, (40 + 10 * rounds) * 2 ** 20));
    const ours = [process.execPath, fileURLToPath(new URL("./chaos/small-segment-member.js", import.meta.url))];
    try {
      await withCluster(
        { network: new LoopbackNetwork(), ours, dataDirOf: (at) => `${disks[at]!.path}/data` },
        async (cluster) => {
          await runChaos(t, { ...common, cluster, fault: fillDisk(disks), valueBytes: 8000 });
        },
      );
    } finally {
      for (const disk of disks) disk.close();
    }
  });
});

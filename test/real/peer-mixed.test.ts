/**
 * Members of ours and of real etcd 3.7 in one cluster: what they say to each other is understood, whoever leads.
 * Needs etcd, etcdctl and benchmark in $ETCD_TS_REFERENCE (default $HOME/.cache/etcd-ts-reference).
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { eventually, type Kind, MixedCluster } from "./mixed-cluster.ts";
import { missing } from "./reference.ts";

const skip = missing("etcd", "etcdctl", "benchmark");
const mixes: readonly (readonly Kind[])[] = [
  ["real", "real", "ours"],
  ["ours", "real", "ours"],
];

for (const mix of mixes) {
  describe(`a cluster of ${mix.join(", ")}`, { skip, timeout: 240_000 }, () => {
    let cluster: MixedCluster;
    before(async () => {
      cluster = await MixedCluster.start(mix, ["--snapshot-count", "100", "--snapshot-catchup-entries", "20"]);
    });
    after(() => cluster.close());

    test("every member serves writes and linearizable reads, whoever leads", async () => {
      for (const leader of cluster.members) {
        await cluster.moveLeader(leader);
        for (const through of cluster.members) {
          const value = `${leader.name}-${through.name}`;
          cluster.etcdctl(through.endpoint, "put", "shared", value);
          for (const reader of cluster.members)
            assert.equal(cluster.etcdctl(reader.endpoint, "get", "shared", "--print-value-only").trim(), value);
        }
      }
    });

    test("leases granted by one member are kept alive and seen through every other, whoever leads", async () => {
      for (const leader of cluster.members) {
        await cluster.moveLeader(leader);
        const granted = cluster.etcdctl(leader.endpoint, "lease", "grant", "300");
        const id = /lease ([0-9a-f]+) granted/.exec(granted)![1]!;
        cluster.etcdctl(leader.endpoint, "put", `leased-${leader.name}`, "1", `--lease=${id}`);
        for (const through of cluster.members) {
          assert.match(
            cluster.etcdctl(through.endpoint, "lease", "keep-alive", "--once", id),
            /keepalived with TTL\(300\)/,
          );
          assert.match(
            cluster.etcdctl(through.endpoint, "lease", "timetolive", id, "--keys"),
            new RegExp(`remaining\\(\\d+s\\), attached keys\\(\\[leased-${leader.name}\\]\\)`),
          );
        }
        cluster.etcdctl(leader.endpoint, "lease", "revoke", id);
        for (const through of cluster.members)
          assert.match(cluster.etcdctl(through.endpoint, "lease", "timetolive", id), /already expired/);
      }
    });

    test("each member, killed and started again, comes back and nothing is lost", async () => {
      for (const victim of cluster.members) {
        await cluster.stop(victim);
        await cluster.ready();
        cluster.load(10);
        cluster.etcdctl(cluster.endpoints, "put", "while-down", victim.name);
        cluster.spawn(victim, "existing");
        await cluster.ready();
        assert.equal(cluster.etcdctl(victim.endpoint, "get", "while-down", "--print-value-only").trim(), victim.name);
      }
    });

    test("a member far behind gets a snapshot from the leader, whoever leads", async () => {
      // Once from each: for 30 s after it sent one, real etcd lets go of no entries.
      for (const [i, sender] of cluster.members.entries()) {
        const behind = cluster.members[(i + 1) % cluster.members.length]!;
        await cluster.moveLeader(sender);
        await cluster.stop(behind);
        cluster.load(600);
        cluster.spawn(behind, "existing");
        await cluster.ready();
        const hashes = await cluster.hashes();
        assert.equal(new Set(hashes).size, 1, `${sender.kind} to ${behind.kind}: ${hashes.join(" | ")}`);
        const lines = (log: string): string[] => log.split("\n").filter((line) => line.includes("database snapshot"));
        const sent = lines(cluster.log(sender));
        const received = lines(cluster.log(behind).split("--- stopped").at(-1)!);
        assert.ok(
          sent.some((line) => line.includes("sent database") && line.includes(behind.id.toString(16))),
          `${sender.name} says that it sent a snapshot: ${sent.join("\n")}`,
        );
        assert.ok(
          received.some((line) => line.includes("received and saved")),
          `${behind.name} says that it received a snapshot: ${received.join("\n")}`,
        );
      }
    });

    for (const kind of ["ours", "real"] as const) {
      test(`a learner (${kind}) joins, catches up, is promoted and removed`, async () => {
        // Strict reconfiguration checks ask for five seconds of connections.
        const learner = await eventually("a learner can be added", () => {
          cluster.etcdctl(cluster.endpoints, "endpoint", "health");
          return cluster.members;
        }).then(() => cluster.plan(kind));
        const among = cluster.members;
        await eventually("the learner is added", () =>
          cluster.etcdctl(
            cluster.endpoints,
            "member",
            "add",
            learner.name,
            "--learner",
            `--peer-urls=${learner.peerUrl}`,
          ),
        );
        cluster.spawn(learner, "existing", among);
        await cluster.ready();
        const hex = learner.id.toString(16);
        // A follower passes the request on to the leader.
        const follower = cluster.members.find((each) => each !== learner && each !== cluster.leader())!;
        await eventually("the learner is promoted", () => cluster.etcdctl(follower.endpoint, "member", "promote", hex));
        assert.equal(new Set(await cluster.hashes()).size, 1);
        await cluster.moveLeader(learner);
        cluster.etcdctl(learner.endpoint, "put", "led-by", learner.name);
        await eventually("the member is removed", () => cluster.etcdctl(follower.endpoint, "member", "remove", hex));
        await eventually("the removed member ends", () => (learner.process!.exitCode === null ? undefined : true));
        learner.process = undefined;
        cluster.members.splice(cluster.members.indexOf(learner), 1);
        await cluster.ready();
      });
    }

    test("all members have the same hash in the end", async () => {
      cluster.load(100);
      assert.equal(new Set(await cluster.hashes()).size, 1);
    });
  });
}

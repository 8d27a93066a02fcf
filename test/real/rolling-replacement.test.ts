/**
 * A running cluster of real etcd is replaced member by member by ours while a writer and a watcher go on, and then back: on the same data
 * directories, and by removing and adding members. ROLLING_KINDS=real,real replaces real etcd by itself, to see which errors are its own.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import {
  MemberAddRequest,
  MemberAddResponse,
  MemberRemoveRequest,
  MemberRemoveResponse,
} from "../../src/proto/generated/rpc.ts";
import { LoopbackNetwork } from "./chaos/member-network.ts";
import { type Kind, ProcessCluster } from "./chaos/process-cluster.ts";
import { ResumingWatch } from "./chaos/resuming-watch.ts";
import { SteadyWriter } from "./chaos/steady-writer.ts";
import { missing } from "./reference.ts";

const [theirs, ours] = (process.env["ROLLING_KINDS"] ?? "real,ours").split(",") as [Kind, Kind];
const skip = missing("etcd");
const timeout = 240_000;
const PREFIX = "rolling/";

/** What etcd itself answers while a member goes and a leader changes, and what a broken connection looks like to grpc-js. */
const ETCDS_OWN = [
  /^14 (No connection established|Connection dropped|read ECONNRESET|connect ECONNREFUSED|The server is shutting down)/,
  /^14 (etcdserver: leader changed|etcdserver: server stopped|etcdserver: request timed out)/,
  /^14 etcdserver: request timed out, (possibly due to previous leader failure|possibly due to connection lost)/,
  /^2 (raft proposal dropped|raft: stopped)$/,
];

async function underLoad(
  t: { diagnostic(text: string): void },
  replaceAll: (cluster: ProcessCluster, kind: Kind) => Promise<void>,
): Promise<void> {
  const flags = ["--snapshot-count=300", "--log-level=info"];
  const cluster = await ProcessCluster.start([theirs, theirs, theirs], { network: new LoopbackNetwork(), flags });
  try {
    const endpoints = (): string[] => cluster.running.map((member) => member.address.client);
    const range = { key: PREFIX, rangeEnd: "rolling0" };
    const writer = new SteadyWriter(PREFIX, endpoints);
    const watch = new ResumingWatch(endpoints, range);
    await pause(500);
    for (const kind of [ours, theirs]) {
      await replaceAll(cluster, kind);
      assert.deepEqual(
        cluster.members.map((member) => member.kind),
        [kind, kind, kind],
      );
      await pause(500);
    }
    await writer.stop();
    await watch.until(writer.newestRevision);
    await watch.stop();
    const { revision, hashes } = await cluster.hashes();
    assert.equal(new Set(hashes).size, 1, `HashKV at revision ${revision}: ${hashes.join(", ")}`);
    const failures = new Map<string, number>();
    for (const { code, message } of writer.failures) {
      const text = `${code} ${message.replace(/127\.0\.0\.1:\d+.*/, "an address")}`;
      failures.set(text, (failures.get(text) ?? 0) + 1);
    }
    t.diagnostic(
      `${writer.written} puts, ${writer.acknowledged.size} acknowledged, longest pause ${writer.longestGapMs.toFixed(0)} ms; ${watch.told.length} events on ${watch.streams} streams`,
    );
    for (const [text, count] of failures) t.diagnostic(`failed ${count}x: ${text}`);
    for (const text of failures.keys())
      assert.ok(
        ETCDS_OWN.some((own) => own.test(text)),
        `not etcd's own: ${text}`,
      );
    checkEvents(writer, watch);
  } finally {
    await cluster.close();
  }
}

/** Nobody but the writer makes revisions: the watch must have told each of them, once and in order. */
function checkEvents(writer: SteadyWriter, watch: ResumingWatch): void {
  assert.ok(writer.acknowledged.size > 200, `only ${writer.acknowledged.size} puts were acknowledged`);
  const first = watch.told[0]!.revision;
  for (const [i, { revision }] of watch.told.entries())
    assert.equal(revision, first + i, `event ${i} is of revision ${revision}: one is lost or told twice`);
  const byNumber = new Map(watch.told.map((each) => [Number(each.value), each.revision]));
  assert.equal(byNumber.size, watch.told.length, "no put took effect twice");
  for (const [number, revision] of writer.acknowledged)
    assert.equal(byNumber.get(number), revision, `put ${number} was acknowledged at revision ${revision}`);
}

test("members are replaced on their data directories, and back", { skip, timeout }, (t) =>
  underLoad(t, async (cluster, kind) => {
    for (const member of cluster.members) {
      await cluster.stop(member, "SIGTERM");
      member.kind = kind;
      cluster.spawn(member, "existing");
      await cluster.ready();
      await pause(300);
    }
  }),
);

test("members are replaced by removing and adding, and back", { skip, timeout }, (t) =>
  underLoad(t, async (cluster, kind) => {
    for (const old of [...cluster.members]) {
      const through = cluster.members.find((member) => member !== old)!;
      await accepted(`${old.name} is removed`, () =>
        through.admin.unary(
          "/etcdserverpb.Cluster/MemberRemove",
          MemberRemoveRequest,
          MemberRemoveResponse,
          MemberRemoveRequest.create({ id: old.id }),
        ),
      );
      // A member that was removed ends by itself.
      while (old.process !== undefined) await pause(50);
      old.unexpectedEnd = undefined;
      cluster.forget(old);
      await cluster.ready();
      const added = await cluster.plan(kind);
      const { address } = added;
      await accepted(`${added.name} is added`, () =>
        through.admin.unary(
          "/etcdserverpb.Cluster/MemberAdd",
          MemberAddRequest,
          MemberAddResponse,
          MemberAddRequest.create({ peerURLs: [address.peerUrl] }),
        ),
      );
      cluster.spawn(added, "existing");
      await cluster.ready();
    }
  }),
);

const DONE_BEFORE: ReadonlySet<string> = new Set([
  "etcdserver: member not found",
  "etcdserver: Peer URLs already exists",
]);

/** The cluster refuses changes while connections are younger than five seconds, and while it has no leader. */
async function accepted(what: string, attempt: () => Promise<unknown>): Promise<void> {
  for (const endMs = performance.now() + 30_000; ; await pause(200)) {
    try {
      await attempt();
      return;
    } catch (error) {
      // An attempt before took effect and its answer was lost.
      if (DONE_BEFORE.has((error as Error & { details?: string }).details ?? "")) return;
      if (performance.now() > endMs) throw new Error(`${what}: not within 30 s`, { cause: error });
    }
  }
}

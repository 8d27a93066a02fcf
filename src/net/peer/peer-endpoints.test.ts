import assert from "node:assert/strict";
import { request } from "node:http";
import { connect } from "node:net";
import { after, before, beforeEach, test } from "node:test";
import { CLUSTER_ID, type PeerNode, startPeerNode, until } from "../../../test/support/peer-node.ts";
import { Prng } from "../../../test/support/prng.ts";
import { etcdError } from "../../base/etcd-error.ts";
import { MessageStreamEncoder } from "../../codec/raft-stream/message-stream.ts";
import { createMember } from "../../core/membership/member.ts";
import { Message, MessageType } from "../../core/raft/types.ts";
import { SILENT_LOGGER } from "../../io/logger.ts";
import { NodeClock } from "../../io/node/clock.ts";
import { isMemberBootstrapped, joinExistingCluster } from "./join-cluster.ts";
import { PeerRequests } from "./peer-requests.ts";

let node: PeerNode;
before(async () => {
  node = await startPeerNode(1n);
});
beforeEach(() => {
  node.server.received.length = 0;
  node.server.refusal = undefined;
});
after(() => node.close());

interface Reply {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body: Uint8Array | string = "",
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const lengths = body.length > 0 ? { "Content-Length": String(Buffer.byteLength(body)) } : {};
    const options = {
      port: node.port,
      host: "127.0.0.1",
      method,
      path,
      headers: { ...headers, ...lengths },
      agent: false,
    };
    const sent = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const PEER = {
  "X-Server-From": "5",
  "X-Server-Version": "3.7.1",
  "X-Min-Cluster-Version": "3.0.0",
  "X-Etcd-Cluster-ID": "abc",
};

test("requests that carry raft are refused with etcd's status and words", async () => {
  node.server.removed.add(6n);
  const raft = Message.encode({ type: MessageType.MsgHeartbeat, from: 5n, to: 1n, term: 1 });
  const cases: [string, string, Record<string, string>, Uint8Array | string, number, string][] = [
    ["GET", "/raft", PEER, "", 405, "Method Not Allowed\n"],
    ["GET", "/raft/snapshot", PEER, "", 405, "Method Not Allowed\n"],
    ["POST", "/raft/stream/message/5", PEER, "", 405, "Method Not Allowed\n"],
    ["POST", "/raft", { ...PEER, "X-Etcd-Cluster-ID": "abd" }, raft, 412, "cluster ID mismatch\n"],
    ["POST", "/raft", {}, raft, 412, "incompatible version\n"],
    ["POST", "/raft", { ...PEER, "X-Server-Version": "2.3.0" }, raft, 412, "incompatible version\n"],
    ["POST", "/raft", { ...PEER, "X-Server-Version": "x" }, raft, 412, "incompatible version\n"],
    ["POST", "/raft", { ...PEER, "X-Min-Cluster-Version": "3.8.0" }, raft, 412, "incompatible version\n"],
    ["POST", "/raft/snapshot", { ...PEER, "X-Etcd-Cluster-ID": "" }, raft, 412, "cluster ID mismatch\n"],
    ["POST", "/raft", PEER, "\xff\xff", 400, "error unmarshalling raft message\n"],
    [
      "POST",
      "/raft",
      PEER,
      Message.encode({ type: MessageType.MsgApp, to: 1n, from: 6n }),
      403,
      '{"message":"cannot process message from removed member"}',
    ],
    [
      "POST",
      "/raft",
      PEER,
      Message.encode({ type: MessageType.MsgApp, to: 2n, from: 5n }),
      500,
      "error processing raft message\n",
    ],
    ["GET", "/raft/stream/message/5", { ...PEER, "X-Etcd-Cluster-ID": "1" }, "", 412, "cluster ID mismatch\n"],
    ["GET", "/raft/stream/other/5", PEER, "", 404, "invalid path\n"],
    ["GET", "/raft/stream/message/", PEER, "", 404, "invalid path\n"],
    ["GET", "/raft/stream/message/xyz", PEER, "", 404, "invalid from\n"],
    ["GET", "/raft/stream/message/11112222333344445", PEER, "", 404, "invalid from\n"],
    ["GET", "/raft/stream/msgapp/6", PEER, "", 410, "removed member\n"],
    ["GET", "/raft/stream/msgapp/77", PEER, "", 404, "error sender not found\n"],
    ["POST", "/raft/snapshot", PEER, "short", 400, "failed to decode raft message (unexpected EOF)\n"],
    [
      "POST",
      "/raft/snapshot",
      PEER,
      new Uint8Array(8).fill(255),
      400,
      "failed to decode raft message (rafthttp: error limit exceeded)\n",
    ],
    [
      "POST",
      "/raft/snapshot",
      PEER,
      new Uint8Array([0, 0, 0, 0, 4, 0, 0, 1]),
      400,
      "failed to decode raft message (rafthttp: error limit exceeded)\n",
    ],
    [
      "POST",
      "/raft/snapshot",
      PEER,
      new MessageStreamEncoder().encode([Message.decode(raft)]),
      400,
      "wrong raft message type\n",
    ],
    ["GET", "/raft/unknown", PEER, "", 404, "404 page not found\n"],
    ["GET", "/", PEER, "", 404, "404 page not found\n"],
    ["GET", "/members/other", PEER, "", 404, "404 page not found\n"],
  ];
  for (const [method, path, headers, body, status, text] of cases) {
    const reply = await ask(method, path, headers, body);
    assert.deepEqual([reply.status, reply.body], [status, text], `${method} ${path} ${JSON.stringify(headers)}`);
  }
  assert.deepEqual(node.server.received, []);
  const accepted = await ask("POST", "/raft", PEER, raft);
  assert.deepEqual([accepted.status, accepted.body, accepted.headers["x-etcd-cluster-id"]], [204, "", "abc"]);
  assert.equal(node.server.received.length, 1);
});

test("a stream to another member than this one is refused", async () => {
  node.network.addPeer(5n, ["http://127.0.0.1:9"]);
  const reply = await ask("GET", "/raft/stream/message/5", { ...PEER, "X-Raft-To": "2" });
  assert.deepEqual([reply.status, reply.body], [412, "to field mismatch\n"]);
  assert.equal(reply.headers["x-server-version"], "3.7.1");
  node.network.removePeer(5n);
});

test("peers are told members, versions and the time", async () => {
  node.server.clusterMembers = [
    createMember({ id: 10276657743932975437n, name: "a", peerURLs: ["http://a:2380"], clientURLs: ["http://a:2379"] }),
    createMember({ id: 11n, peerURLs: ["http://b:2380"], isLearner: true }),
  ];
  const members = await ask("GET", "/members");
  assert.equal(
    members.body,
    '[{"id":10276657743932975437,"peerURLs":["http://a:2380"],"name":"a","clientURLs":["http://a:2379"]},' +
      '{"id":11,"peerURLs":["http://b:2380"],"isLearner":true}]\n',
  );
  assert.deepEqual(
    [members.headers["x-etcd-cluster-id"], members.headers["content-type"]],
    ["abc", "application/json"],
  );
  assert.equal((await ask("POST", "/members")).status, 405);
  assert.equal((await ask("GET", "/version")).body, '{"etcdserver":"3.7.1","etcdcluster":"3.7.0","storage":"unknown"}');
  const { OK: ok, Now: now } = JSON.parse((await ask("GET", "/raft/probing")).body) as { OK: boolean; Now: string };
  assert.equal(ok, true);
  assert.ok(Math.abs(Date.parse(now) - Date.now()) < 60_000);
});

test("hashes are asked for and told in Go's JSON", async () => {
  const reply = await ask("GET", "/members/hashkv", { "X-Etcd-Cluster-ID": "abc" }, '{"revision":7}');
  assert.equal(reply.body, '{"header":{"revision":12},"hash":4000000000,"compact_revision":-1,"hash_revision":7}');
  assert.equal((await ask("GET", "/members/hashkv", {}, "{}")).status, 200);
  assert.deepEqual(await statusAndBody("GET", "/members/hashkv", { "X-Etcd-Cluster-ID": "1" }, "{}"), [
    412,
    "cluster ID mismatch\n",
  ]);
  assert.deepEqual(await statusAndBody("GET", "/members/hashkv", {}, "[1]"), [400, "error unmarshalling request\n"]);
  assert.deepEqual(await statusAndBody("GET", "/members/hashkv", {}, '{"revision":"7"}'), [
    400,
    "error unmarshalling request\n",
  ]);
  node.server.refusal = etcdError("Compacted");
  assert.deepEqual(await statusAndBody("GET", "/members/hashkv", {}, "{}"), [
    400,
    "mvcc: required revision has been compacted\n",
  ]);
});

async function statusAndBody(...args: Parameters<typeof ask>): Promise<[number, string]> {
  const { status, body } = await ask(...args);
  return [status, body];
}

test("leases are refused with etcd's status and words", async () => {
  assert.deepEqual(await statusAndBody("GET", "/leases"), [405, "Method Not Allowed\n"]);
  assert.deepEqual(await statusAndBody("POST", "/leases", {}, "\xff"), [400, "error unmarshalling request\n"]);
  assert.deepEqual(await statusAndBody("POST", "/leases/internal", {}, ""), [400, "error unmarshalling request\n"]);
  assert.deepEqual(await statusAndBody("POST", "/leases", {}, new Uint8Array(70_000)), [
    413,
    "request body too large\n",
  ]);
  node.server.refusal = etcdError("TimeoutWaitAppliedIndex");
  assert.deepEqual(await statusAndBody("POST", "/leases"), [
    408,
    "waiting for node to catch up its applied index has timed out\n",
  ]);
  node.server.refusal = etcdError("NotPrimaryLessor");
  assert.deepEqual(await statusAndBody("POST", "/leases"), [400, "not a primary lessor\n"]);
});

const requests = (): PeerRequests =>
  new PeerRequests({ dialer: node.dialer, clock: new NodeClock(), logger: SILENT_LOGGER, timeoutMs: 5000 });

test("questions to a member are answered, from the first of its URLs that is reached", async () => {
  const urls = ["http://127.0.0.1:9", node.url];
  const asking = requests();
  assert.deepEqual(await asking.versions(urls), { server: "3.7.1", cluster: "3.7.0" });
  assert.equal(await asking.downgradeEnabled(urls), true);
  assert.equal(await asking.renewLease(urls, 9n), 60);
  const told = await asking.leaseTimeToLive(urls, -3n, true);
  assert.deepEqual([told.id, told.ttl, told.grantedTTL, told.keys.length], [-3n, 5, 60, 1]);
  assert.deepEqual(await asking.hashKv(urls, CLUSTER_ID, 5), {
    hash: 4_000_000_000,
    compactRevision: -1,
    hashRevision: 5,
    revision: 12,
  });
  await asking.promoteMember(urls, 2n ** 63n, "token");
  assert.deepEqual(node.server.promoted, { id: 2n ** 63n, token: "token" });
  const cluster = await asking.cluster(urls);
  assert.deepEqual(cluster, { clusterId: CLUSTER_ID, members: node.server.clusterMembers });
});

test("refusals of a member reach who asked as the same errors", async () => {
  const asking = requests();
  const kindOf = async (refusal: Error, work: () => Promise<unknown>): Promise<unknown> => {
    node.server.refusal = refusal;
    return work().then(
      () => "answered",
      (error: { kind?: string; name: string }) => error.kind ?? error.name,
    );
  };
  for (const kind of ["LeaseNotFound", "TimeoutWaitAppliedIndex"] as const) {
    assert.equal(await kindOf(etcdError(kind), () => asking.renewLease([node.url], 1n)), kind);
    assert.equal(await kindOf(etcdError(kind), () => asking.leaseTimeToLive([node.url], 1n, false)), kind);
  }
  assert.equal(
    await kindOf(etcdError("NotPrimaryLessor"), () => asking.renewLease([node.url], 1n)),
    "PeerResponseError",
  );
  for (const kind of ["MemberNotFound", "MemberNotLearner", "LearnerNotReady"] as const)
    assert.equal(await kindOf(etcdError(kind), () => asking.promoteMember([node.url], 1n)), kind);
  for (const kind of ["Compacted", "FutureRev"] as const)
    assert.equal(await kindOf(etcdError(kind), () => asking.hashKv([node.url], CLUSTER_ID, 1)), kind);
  assert.equal(await kindOf(etcdError("Timeout"), () => asking.hashKv([node.url], 5n, 1)), "ClusterIDMismatch");
  node.server.refusal = etcdError("Timeout");
  assert.equal(await asking.downgradeEnabled([node.url]), undefined);
  await assert.rejects(asking.renewLease([], 1n), { name: "DialError" });
  assert.equal(await asking.versions(["http://127.0.0.1:9"]), undefined);
});

test("a member that joins takes the IDs of the running cluster, and is refused when the lists differ", async () => {
  const own = "http://127.0.0.1:7";
  node.server.clusterMembers = [
    createMember({ id: 100n, name: "a", peerURLs: [node.url], clientURLs: ["http://c"] }),
    createMember({ id: 200n, peerURLs: [own] }),
  ];
  node.server.refusal = undefined;
  const options = {
    name: "b",
    initialCluster: new Map([
      ["a", [node.url.replace("127.0.0.1", "localhost")]],
      ["b", [own]],
    ]),
    initialClusterToken: "t",
    resolve: (host: string) => Promise.resolve(host === "localhost" ? ["127.0.0.1"] : [host]),
  };
  const windowed = await joinExistingCluster(requests(), options);
  // A downgrade is under way there, so only one version above would fit.
  assert.deepEqual(windowed, { ok: false, reason: "incompatible with current running cluster" });
  node.server.refusal = etcdError("Timeout");
  const joined = await joinExistingCluster(requests(), options);
  assert.ok(joined.ok);
  assert.deepEqual(
    [joined.clusterId, joined.localId, joined.members.map((m) => m.id)],
    [CLUSTER_ID, 200n, [100n, 200n]],
  );
  const unequal = await joinExistingCluster(requests(), {
    ...options,
    initialCluster: new Map([...options.initialCluster, ["c", ["http://c:1"]]]),
  });
  assert.deepEqual(unequal, { ok: false, reason: "error validating peerURLs: member count is unequal" });
  const alone = await joinExistingCluster(requests(), { ...options, initialCluster: new Map([["b", [own]]]) });
  assert.ok(!alone.ok && alone.reason.startsWith("cannot fetch cluster info from peer urls"));
  assert.equal(await isMemberBootstrapped(requests(), options, 1000), false);
});

test("broken requests on the peer port are refused or cut off, and cost nothing afterwards (seeded)", async () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1e9);
  const random = new Prng(seed);
  const head = "Host: x\r\nX-Server-Version: 3.7.1\r\nX-Min-Cluster-Version: 3.0.0\r\nX-Etcd-Cluster-ID: abc\r\n";
  const paths = ["/raft", "/raft/snapshot", "/leases", "/leases/internal", "/members/hashkv", "/raft/stream/message/5"];
  let open = 0;
  for (let i = 0; i < 150; i++) {
    const body = random.bytes(random.integer(300));
    const announced = body.length + (random.chance(0.5) ? random.integer(1000) : 0);
    const method = random.chance(0.8) ? "POST" : "GET";
    const socket = connect(node.port, "127.0.0.1");
    open++;
    socket
      .on("close", () => open--)
      .on("error", () => undefined)
      .on("data", () => undefined);
    socket.write(`${method} ${random.pick(paths)} HTTP/1.1\r\n${head}Content-Length: ${announced}\r\n\r\n`);
    socket.write(body);
    // Half of them wait for an answer, the others are gone before it.
    if (random.chance(0.5)) socket.end();
    else setTimeout(() => socket.destroy(), random.integer(30));
  }
  await until(`all sockets are closed (seed ${seed})`, () => open === 0);
  assert.deepEqual(node.server.received, [], `seed ${seed}`);
  for (const counters of node.network.metrics.peers.values()) assert.equal(counters.snapshotReceivesInFlight, 0);
  assert.equal((await ask("GET", "/members")).status, 200);
});

/**
 * The same requests on the peer URL of a real member and of one of ours get the same answers, and our questions are understood by a real one.
 * Needs etcd and etcdctl in $ETCD_TS_REFERENCE (default $HOME/.cache/etcd-ts-reference).
 */
import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, describe, test } from "node:test";
import { MessageStreamEncoder } from "../../src/codec/raft-stream/message-stream.ts";
import { Message, MessageType } from "../../src/core/raft/types.ts";
import { SILENT_LOGGER } from "../../src/io/logger.ts";
import { NodeClock } from "../../src/io/node/clock.ts";
import { NodeDialer } from "../../src/net/peer/node-dialer.ts";
import { PeerRequests } from "../../src/net/peer/peer-requests.ts";
import { LeaseInternalRequest } from "../../src/proto/generated/lease.ts";
import { LeaseKeepAliveRequest } from "../../src/proto/generated/rpc.ts";
import { eventually, type Kind, MixedCluster } from "./mixed-cluster.ts";
import { missing } from "./reference.ts";

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Record<string, string | string[] | undefined>;
}

function ask(
  url: string,
  method: string,
  path: string,
  headers: Record<string, string>,
  body: Uint8Array | string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = body.length > 0 || method === "POST" ? { "Content-Length": String(Buffer.byteLength(body)) } : {};
    const sent = request(`${url}${path}`, { method, headers: { ...headers, ...length }, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      // Real etcd cuts some answers off.
      response.on("error", () => undefined);
      response.on("close", () =>
        resolve({
          status: response.statusCode!,
          body: Buffer.concat(chunks).toString("latin1"),
          headers: response.headers,
        }),
      );
    });
    sent.setTimeout(5000, () =>
      sent.destroy(
        new Error(
          `no answer to ${method} ${path} ${JSON.stringify(headers)} ${Buffer.from(body).toString("hex")} of ${url}`,
        ),
      ),
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

const COMPARED_HEADERS = ["content-type", "x-etcd-cluster-id", "x-server-version", "allow", "x-content-type-options"];

describe("a peer URL", { skip: missing("etcd", "etcdctl"), timeout: 120_000 }, () => {
  const clusters = new Map<Kind, MixedCluster>();
  const ids = new Map<Kind, { cluster: string; member: string }>();
  const dialer = new NodeDialer({ clock: new NodeClock(), dialTimeoutMs: 2000 });
  const requests = new PeerRequests({ dialer, clock: new NodeClock(), logger: SILENT_LOGGER, timeoutMs: 5000 });
  const urlOf = (kind: Kind): string => clusters.get(kind)!.members[0]!.peerUrl;

  before(async () => {
    for (const kind of ["real", "ours"] as const) {
      const cluster = await MixedCluster.start([kind]);
      clusters.set(kind, cluster);
      const member = cluster.members[0]!;
      for (let i = 0; i < 5; i++) cluster.etcdctl(member.endpoint, "put", "key", String(i));
      cluster.etcdctl(member.endpoint, "compact", "3");
      const running = await requests.cluster([member.peerUrl]);
      ids.set(kind, { cluster: running!.clusterId.toString(16), member: member.id.toString(16) });
      await eventually("the storage version is set", () =>
        cluster.etcdctl(member.endpoint, "endpoint", "status").includes("3.7.0") ? true : undefined,
      );
    }
  });
  after(async () => {
    dialer.close();
    for (const cluster of clusters.values()) await cluster.close();
  });

  test("of ours answers as one of real etcd does", async () => {
    const answersOf = async (kind: Kind): Promise<string[]> => {
      const { cluster, member } = ids.get(kind)!;
      const peer = {
        "X-Server-From": "5",
        "X-Server-Version": "3.7.1",
        "X-Min-Cluster-Version": "3.0.0",
        "X-Etcd-Cluster-ID": cluster,
      };
      const other = { ...peer, "X-Etcd-Cluster-ID": "77" };
      const to = BigInt(`0x${member}`);
      const heartbeat = Message.encode({ type: MessageType.MsgHeartbeat, from: 5n, to, term: 1 });
      const list: [string, string, Record<string, string>, Uint8Array | string][] = [
        ["GET", "/members", {}, ""],
        ["POST", "/members", {}, ""],
        ["HEAD", "/members", {}, ""],
        ["GET", "/members/none", {}, ""],
        ["GET", "/version", {}, ""],
        ["POST", "/version", {}, ""],
        ["GET", "/downgrade/enabled", {}, ""],
        ["POST", "/downgrade/enabled", {}, ""],
        ["GET", "/members/hashkv", peer, '{"revision":0}'],
        ["GET", "/members/hashkv", {}, '{"revision":6}'],
        ["GET", "/members/hashkv", {}, '{"revision":2}'],
        ["GET", "/members/hashkv", {}, '{"revision":100}'],
        ["GET", "/members/hashkv", {}, "{"],
        ["GET", "/members/hashkv", other, "{}"],
        ["POST", "/members/hashkv", {}, "{}"],
        ["GET", "/members/promote/5", {}, ""],
        ["POST", "/members/promote/5", {}, ""],
        ["POST", "/members/promote/x", {}, ""],
        ["POST", `/members/promote/${to}`, {}, ""],
        ["GET", "/leases", {}, ""],
        ["POST", "/leases", {}, LeaseKeepAliveRequest.encode({ id: 9n })],
        ["POST", "/leases", {}, "\xff"],
        [
          "POST",
          "/leases/internal",
          {},
          LeaseInternalRequest.encode({ leaseTimeToLiveRequest: { id: 9n, keys: true } }),
        ],
        ["POST", "/leases/other", {}, ""],
        ["GET", "/raft", peer, ""],
        ["POST", "/raft", other, heartbeat],
        ["POST", "/raft", {}, heartbeat],
        ["POST", "/raft", { ...peer, "X-Server-Version": "2.1.0" }, heartbeat],
        ["POST", "/raft", { ...peer, "X-Min-Cluster-Version": "3.8.0" }, heartbeat],
        ["POST", "/raft", peer, "\xff\xff"],
        ["POST", "/raft", peer, heartbeat],
        ["GET", "/raft/snapshot", peer, ""],
        ["POST", "/raft/snapshot", other, ""],
        ["POST", "/raft/snapshot", peer, new Uint8Array(8).fill(255)],
        ["POST", "/raft/snapshot", peer, new MessageStreamEncoder().encode([Message.decode(heartbeat)])],
        ["POST", "/raft/stream/message/5", peer, ""],
        ["GET", "/raft/stream/message/5", other, ""],
        ["GET", "/raft/stream/message/5", peer, ""],
        ["GET", "/raft/stream/message/zz", peer, ""],
        ["GET", "/raft/stream/none/5", peer, ""],
        ["GET", "/raft/none", peer, ""],
        ["GET", "/", {}, ""],
        ["GET", "/health", {}, ""],
      ];
      const answers: string[] = [];
      for (const [method, path, headers, body] of list) {
        const answer = await ask(urlOf(kind), method, path, headers, body);
        const shown = COMPARED_HEADERS.map((name) => `${name}: ${String(answer.headers[name])}`).join(", ");
        const { members } = clusters.get(kind)!;
        const text = `${method} ${path} ${JSON.stringify(body)} -> ${answer.status} ${answer.body} (${shown})`;
        // What differs between any two clusters.
        answers.push(
          [
            [members[0]!.peerUrl, "PEER"],
            [members[0]!.endpoint, "CLIENT"],
            [String(to), "MEMBER"],
            [member, "MEMBER"],
            [cluster, "CLUSTER"],
          ].reduce(
            (out, [from, name]) => out.replaceAll(from!, name!),
            text.replace(/"\{\\"0\\".*?\}"/g, "").replace(/ \{"0":.*?\} ->/, " ->"),
          ),
        );
      }
      return answers;
    };
    const ours = await answersOf("ours");
    const real = await answersOf("real");
    const different = ours.flatMap((answer, i) => (answer === real[i] ? [] : [`ours: ${answer}`, `real: ${real[i]}`]));
    assert.equal(different.join("\n"), "");
  });

  for (const kind of ["real", "ours"] as const) {
    test(`of a member (${kind}) answers our questions`, async () => {
      const urls = [urlOf(kind)];
      const cluster = clusters.get(kind)!;
      const { endpoint } = cluster.members[0]!;
      const running = await requests.cluster(urls);
      assert.deepEqual(
        running!.members.map((m) => [m.name, m.peerURLs, m.clientURLs]),
        [["m0", urls, [endpoint]]],
      );
      assert.deepEqual(await requests.versions(urls), { server: "3.7.1", cluster: "3.7.0" });
      assert.equal(await requests.downgradeEnabled(urls), false);
      const hash = await requests.hashKv(urls, running!.clusterId, 6);
      assert.deepEqual([hash.revision, hash.hashRevision, hash.compactRevision], [6, 6, 3]);
      assert.match(cluster.etcdctl(endpoint, "endpoint", "hashkv", "--rev", "6"), new RegExp(`\\b${hash.hash}\\b`));
      await assert.rejects(requests.hashKv(urls, running!.clusterId, 2), { kind: "Compacted" });
      await assert.rejects(requests.hashKv(urls, running!.clusterId, 50), { kind: "FutureRev" });
      await assert.rejects(requests.hashKv(urls, 1n, 2), { kind: "ClusterIDMismatch" });
      await assert.rejects(requests.renewLease(urls, 4n), { kind: "LeaseNotFound" });
      await assert.rejects(requests.leaseTimeToLive(urls, 4n, true), { kind: "LeaseNotFound" });
      await assert.rejects(requests.promoteMember(urls, 4n), { kind: "MemberNotFound" });
      await assert.rejects(requests.promoteMember(urls, running!.members[0]!.id), { kind: "MemberNotLearner" });
      const [, id] = /lease ([0-9a-f]+) granted/.exec(cluster.etcdctl(endpoint, "lease", "grant", "100"))!;
      cluster.etcdctl(endpoint, "put", "leased", "1", `--lease=${id}`);
      assert.equal(await requests.renewLease(urls, BigInt(`0x${id}`)), 100);
      const told = await requests.leaseTimeToLive(urls, BigInt(`0x${id}`), true);
      assert.deepEqual([told.grantedTTL, told.keys.map((key) => Buffer.from(key).toString())], [100, ["leased"]]);
      assert.ok(told.ttl > 90 && told.ttl <= 100);
    });
  }
});

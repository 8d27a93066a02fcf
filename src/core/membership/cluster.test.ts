/** The claims of etcd's membership/cluster_test.go. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryBackend } from "../../../test/support/memory-backend.ts";
import { utf8Text } from "../../base/bytes.ts";
import { parseVersion } from "../../base/semver.ts";
import { RaftCluster, ServerTooOldError } from "./cluster.ts";
import { addChange, type MemberChange, promoteChange, removeChange, updateChange } from "./conf-change-context.ts";
import { createMember, type Member } from "./member.ts";
import { type MembershipRefusal, membershipError } from "./membership-error.ts";
import { decodeV2Membership } from "./v2-snapshot.ts";

const url = (port: bigint) => `http://127.0.0.1:${port}`;
const learner = (id: bigint, port = id) => createMember({ id, peerURLs: [url(port)], isLearner: true });
const voter = (id: bigint, port = id) => createMember({ id, peerURLs: [url(port)] });

function newCluster(members: readonly Member[], learnersMax = 1): { cluster: RaftCluster; backend: MemoryBackend } {
  const backend = new MemoryBackend();
  const cluster = new RaftCluster({ localId: 1n, clusterId: 9n, backend, learnersMax });
  for (const member of members) cluster.apply(addChange(member));
  return { cluster, backend };
}

test("changes are validated against the members and the removed IDs", () => {
  const { cluster } = newCluster([learner(1n), voter(2n), voter(3n), voter(4n)]);
  cluster.apply(removeChange(4n));
  const cases: [string, MemberChange, MembershipRefusal | undefined][] = [
    ["remove a member", removeChange(3n), undefined],
    ["add a removed ID", addChange(voter(4n)), "IDRemoved"],
    ["remove a removed ID", removeChange(4n), "IDRemoved"],
    ["add an ID that is there", addChange(voter(1n)), "IDExists"],
    ["add with a peer URL that is there", addChange(voter(5n, 1n)), "PeerURLExists"],
    ["remove an unknown ID", removeChange(5n), "IDNotFound"],
    ["add a voter", addChange(voter(5n)), undefined],
    ["update an unknown ID", updateChange(5n, [url(5n)]), "IDNotFound"],
    ["update to another's peer URL", updateChange(2n, [url(3n)]), "PeerURLExists"],
    ["update to its own peer URL", updateChange(2n, [url(2n)]), undefined],
    ["update to a new peer URL", updateChange(2n, [url(5n)]), undefined],
    ["promote a voter", promoteChange(3n), "MemberNotLearner"],
    ["promote an unknown ID", promoteChange(6n), "IDNotFound"],
    ["add a learner too many", addChange(learner(7n)), "TooManyLearners"],
    ["promote a learner", promoteChange(1n), undefined],
  ];
  for (const [name, change, refusal] of cases) assert.equal(cluster.refuse(change), refusal, name);
  assert.equal(membershipError("IDRemoved").message, "etcdserver: member not found");
});

test("validation looks at the backend, not at members that are only seeded", () => {
  const { cluster } = newCluster([]);
  cluster.seed([voter(1n)]);
  assert.equal(cluster.refuse(addChange(voter(1n))), undefined);
  assert.equal(cluster.hasMember(1n), true);
});

test("members live through adding, promoting, updating and removing", () => {
  const { cluster } = newCluster([voter(1n), learner(2n)]);
  assert.deepEqual(
    cluster.votingMembers().map((m) => m.id),
    [1n],
  );
  assert.deepEqual(
    cluster.learners().map((m) => m.id),
    [2n],
  );
  const promoted = cluster.apply(promoteChange(2n));
  assert.deepEqual(promoted, { kind: "promoted", id: 2n, member: voter(2n) });
  assert.deepEqual(cluster.apply(updateChange(2n, [url(8n)])), { kind: "updated", id: 2n, member: voter(2n, 8n) });
  assert.equal(cluster.updateAttributes(2n, { name: "two", clientURLs: ["http://c:1"] }), true);
  assert.equal(cluster.memberByName("two")?.id, 2n);
  assert.deepEqual(cluster.peerURLs(), [url(1n), url(8n)]);
  assert.deepEqual(cluster.clientURLs(), ["http://c:1"]);
  const removed = cluster.apply(removeChange(2n));
  assert.equal(removed.kind, "removed");
  assert.deepEqual(cluster.memberIds(), [1n]);
  assert.deepEqual(cluster.removedIds(), [2n]);
  assert.equal(cluster.updateAttributes(2n, { name: "late", clientURLs: [] }), false);
  assert.equal(cluster.member(2n), undefined);
});

test("attributes for a member that never existed are a broken log", () => {
  const { cluster } = newCluster([voter(1n)]);
  assert.throws(() => cluster.updateAttributes(7n, { name: "x", clientURLs: [] }), /never existed/);
});

test("a promotion keeps name and URLs, an update keeps the rest", () => {
  const { cluster } = newCluster([learner(2n)]);
  cluster.updateAttributes(2n, { name: "two", clientURLs: ["http://c:1"] });
  cluster.apply(promoteChange(2n));
  cluster.apply(updateChange(2n, [url(5n)]));
  const expected = createMember({ id: 2n, peerURLs: [url(5n)], name: "two", clientURLs: ["http://c:1"] });
  assert.deepEqual(cluster.member(2n), expected);
});

test("recover restores everything, also from another backend", () => {
  const { cluster, backend } = newCluster([voter(1n), voter(2n)]);
  cluster.apply(removeChange(2n));
  cluster.setVersion(parseVersion("3.7.0")!);
  cluster.setDowngradeInfo({ targetVersion: "3.6.0", enabled: true });
  const other = newCluster([voter(5n)]).cluster;
  other.recover(backend);
  assert.deepEqual(other.members(), [voter(1n)]);
  assert.equal(other.isRemoved(2n), true);
  assert.deepEqual(other.version, parseVersion("3.7.0"));
  assert.deepEqual(other.downgradeInfo, { targetVersion: "3.6.0", enabled: true });
});

test("a cluster version above this server's stops it, when it is set and when it is recovered", () => {
  const { cluster, backend } = newCluster([voter(1n)]);
  assert.throws(() => cluster.setVersion(parseVersion("3.8.0")!), ServerTooOldError);
  cluster.setVersion(parseVersion("3.7.0")!);
  const older = new RaftCluster({ localId: 1n, clusterId: 9n, backend, serverVersion: parseVersion("3.6.4")! });
  assert.throws(() => older.recover(), /server version is lower than determined cluster version/);
});

test("setVersion tells a downgrade, after which a snapshot is due", () => {
  const { cluster } = newCluster([voter(1n)]);
  assert.equal(cluster.setVersion(parseVersion("3.0.0")!), false);
  assert.equal(cluster.setVersion(parseVersion("3.7.0")!), false);
  assert.equal(cluster.setVersion(parseVersion("3.6.0")!), true);
});

test("snapshot data follows every change and is kept in between", () => {
  const { cluster, backend } = newCluster([voter(1n)]);
  const data = () => {
    assert.equal(cluster.snapshotData(), cluster.snapshotData(), "kept");
    const decoded = decodeV2Membership(cluster.snapshotData());
    assert.ok(decoded);
    assert.deepEqual(decoded.members, cluster.members());
    assert.deepEqual(decoded.removedIds, cluster.removedIds());
    assert.deepEqual(decoded.version, cluster.version);
    return utf8Text(cluster.snapshotData());
  };
  const seen = new Set([data()]);
  const changes: (() => unknown)[] = [
    () => cluster.apply(addChange(learner(2n))),
    () => cluster.apply(promoteChange(2n)),
    () => cluster.apply(updateChange(2n, [url(7n)])),
    () => cluster.updateAttributes(2n, { name: "two", clientURLs: ["http://c:1"] }),
    () => cluster.setVersion(parseVersion("3.7.0")!),
    () => cluster.apply(removeChange(2n)),
    () => cluster.seed([voter(9n)]),
    () => cluster.recover(newCluster([voter(4n)]).backend),
    () => cluster.recover(backend),
  ];
  for (const change of changes.slice(0, -1)) {
    change();
    const text = data();
    assert.ok(!seen.has(text), String(change));
    seen.add(text);
  }
  changes.at(-1)!();
  data();
});

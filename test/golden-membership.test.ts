/**
 * Replays what a real etcd had in its log (test/golden/membership-auth.golden.json, recorded by test/real/record-membership-auth.ts)
 * through our membership and alarm state machines, and compares the buckets byte for byte with what etcd wrote.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Text } from "../src/base/bytes.ts";
import { parseVersion, versionText } from "../src/base/semver.ts";
import { AlarmStore } from "../src/core/alarm/alarm-store.ts";
import { staticMembers } from "../src/core/membership/bootstrap-members.ts";
import { RaftCluster } from "../src/core/membership/cluster.ts";
import {
  addChange,
  parseConfChangeContext,
  promoteChange,
  removeChange,
  updateChange,
} from "../src/core/membership/conf-change-context.ts";
import { confStateOf, decodeConfStateJson, encodeConfStateJson } from "../src/core/membership/conf-state-json.ts";
import { parseUrlsMap } from "../src/core/membership/member-urls.ts";
import { decodeV2Membership, encodeV2Membership } from "../src/core/membership/v2-snapshot.ts";
import { saveStorageVersion } from "../src/core/version/storage-version.ts";
import { ConfChange, ConfChangeType, Snapshot } from "../src/proto/generated/raft.ts";
import { InternalRaftRequest } from "../src/proto/generated/raft-internal.ts";
import { Snapshot as SnapFile } from "../src/proto/generated/snap.ts";
import { golden, goldenBucket, hex, unhex } from "./support/golden-membership.ts";
import { MemoryBackend } from "./support/memory-backend.ts";

interface Replayed {
  readonly backend: MemoryBackend;
  readonly cluster: RaftCluster;
  readonly alarms: AlarmStore;
  readonly refusals: string[];
}

function replay(): Replayed {
  const backend = new MemoryBackend();
  const urls = parseUrlsMap(golden.initialCluster);
  assert.ok(urls.ok);
  const members = staticMembers(urls.members, golden.token);
  assert.ok(members.ok);
  const { clusterId } = members;
  const cluster = new RaftCluster({ localId: members.members[0]!.id, clusterId, backend });
  cluster.seed(members.members);
  const alarms = new AlarmStore(backend);
  const refusals: string[] = [];
  for (const entry of golden.entries) {
    const data = unhex(entry.data);
    if (entry.type === 1) {
      const change = ConfChange.decode(data);
      const refusal = cluster.refuse(change);
      if (refusal === undefined) cluster.apply(change);
      else refusals.push(`${entry.index} ${refusal}`);
    } else if (data.length > 0) {
      const request = InternalRaftRequest.decode(data);
      if (request.clusterMemberAttrSet !== undefined) {
        const { memberID, memberAttributes } = request.clusterMemberAttrSet;
        assert.ok(memberAttributes);
        cluster.updateAttributes(memberID, { name: memberAttributes.name, clientURLs: memberAttributes.clientUrls });
      }
      if (request.clusterVersionSet !== undefined) cluster.setVersion(parseVersion(request.clusterVersionSet.ver)!);
      if (request.downgradeInfoSet !== undefined) {
        const { enabled, ver } = request.downgradeInfoSet;
        cluster.setDowngradeInfo({ enabled, targetVersion: enabled ? ver : "" });
      }
      if (request.alarm !== undefined) alarms.apply(request.alarm);
    }
    backend.endBatch();
  }
  return { backend, cluster, alarms, refusals };
}

function bucketOf(backend: MemoryBackend, bucket: Parameters<MemoryBackend["get"]>[0]): [string, string][] {
  const entries: [string, string][] = [];
  backend.scan(bucket, new Uint8Array(0), undefined, (key, value) => {
    entries.push([hex(key), hex(value)]);
  });
  return entries;
}

test("the log of a real etcd gives the buckets members, members_removed, cluster and alarm byte for byte", () => {
  const { backend } = replay();
  for (const bucket of ["members", "members_removed", "cluster", "alarm"] as const) {
    assert.ok(goldenBucket(bucket).length > 0, bucket);
    assert.deepEqual(bucketOf(backend, bucket), goldenBucket(bucket), bucket);
  }
});

test("the changes that etcd refused are refused here for the same reasons", () => {
  assert.deepEqual(replay().refusals, [
    "12 TooManyLearners",
    "16 MemberNotLearner",
    "18 PeerURLExists",
    "20 PeerURLExists",
  ]);
});

test("a cluster recovered from the backend equals the one that replayed the log", () => {
  const { backend, cluster } = replay();
  const again = new RaftCluster({ localId: cluster.localId, clusterId: cluster.clusterId, backend });
  again.recover();
  assert.deepEqual(again.members(), cluster.members());
  assert.deepEqual(again.removedIds(), cluster.removedIds());
  assert.deepEqual(again.version, cluster.version);
  assert.deepEqual(again.downgradeInfo, cluster.downgradeInfo);
});

test("conf change contexts are encoded to the bytes that etcd proposed", () => {
  const kinds = new Set<string>();
  for (const entry of golden.entries) {
    if (entry.type !== 1) continue;
    const change = ConfChange.decode(unhex(entry.data));
    if (change.type === ConfChangeType.ConfChangeRemoveNode) {
      assert.deepEqual(removeChange(change.nodeId).context, change.context);
      kinds.add("remove");
      continue;
    }
    const context = parseConfChangeContext(change.context);
    assert.ok(context);
    const { member, isPromote } = context;
    const isUpdate = change.type === ConfChangeType.ConfChangeUpdateNode;
    const made = isPromote
      ? promoteChange(member.id)
      : isUpdate
        ? updateChange(member.id, member.peerURLs)
        : addChange(member);
    assert.equal(utf8Text(made.context), utf8Text(change.context));
    assert.equal(made.type, change.type);
    assert.equal(made.nodeId, change.nodeId);
    kinds.add(isPromote ? "promote" : isUpdate ? "update" : member.isLearner ? "learner" : "voter");
  }
  assert.deepEqual([...kinds].sort(), ["learner", "promote", "remove", "update", "voter"]);
});

test("confState and storageVersion in bucket meta have etcd's bytes", () => {
  const { cluster, backend } = replay();
  const meta = new Map(goldenBucket("meta").map(([key, value]) => [utf8Text(unhex(key)), value]));
  const confState = meta.get("confState")!;
  assert.equal(hex(encodeConfStateJson(confStateOf(cluster.members()))), confState);
  assert.deepEqual(decodeConfStateJson(unhex(confState)), confStateOf(cluster.members()));
  saveStorageVersion(backend, cluster.version!);
  assert.deepEqual(bucketOf(backend, "meta"), [[hex(Buffer.from("storageVersion")), meta.get("storageVersion")!]]);
});

test("the .snap data of a real etcd is read, and ours is the same but for the order of writes", () => {
  const { cluster } = replay();
  const snapshot = Snapshot.decode(SnapFile.decode(unhex(golden.snap)).data);
  const theirs = decodeV2Membership(snapshot.data);
  assert.ok(theirs);
  assert.deepEqual(theirs.members, cluster.members());
  assert.deepEqual(theirs.removedIds, cluster.removedIds());
  assert.equal(versionText(theirs.version!), versionText(cluster.version!));
  const ours = encodeV2Membership(theirs);
  assert.deepEqual(decodeV2Membership(ours), theirs);
  assert.equal(ours.length, snapshot.data.length);
  assert.deepEqual(withoutOrder(ours), withoutOrder(snapshot.data));
});

/** The JSON with indexes blanked and events sorted by key: etcd writes members in the random order of a Go map. */
function withoutOrder(data: Uint8Array): unknown {
  const json = JSON.parse(utf8Text(data), (key, value: unknown) =>
    /^(created|modified)Index$/i.test(key) ? Math.sign(value as number) : value,
  ) as { WatcherHub: { EventHistory: { Queue: { Events: ({ node: { key: string } } | null)[] } } } };
  json.WatcherHub.EventHistory.Queue.Events.sort((a, b) =>
    a === null || b === null ? 0 : a.node.key < b.node.key ? -1 : 1,
  );
  return json;
}

/** The claims of etcd's etcdserver/version tests and storage/schema tests. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryBackend } from "../../../test/support/memory-backend.ts";
import { parseVersion, type Version, versionText } from "../../base/semver.ts";
import { EntryType } from "../../proto/generated/raft.ts";
import { InternalRaftRequest } from "../../proto/generated/raft-internal.ts";
import { Bucket } from "../mvcc/backend.ts";
import {
  isServerTooOld,
  isValidClusterVersionChange,
  NO_DOWNGRADE,
  parseDowngradeTarget,
  refuseDowngrade,
  refuseDowngradeCancel,
} from "./downgrade.ts";
import { entriesMinimumVersion } from "./entry-version.ts";
import {
  detectStorageVersion,
  loadStorageVersion,
  migrateStorage,
  saveStorageVersion,
  storageVersionToSet,
  validateStorageVersion,
} from "./storage-version.ts";
import {
  decideClusterVersion,
  isCompatibleWithCluster,
  isDowngradeComplete,
  lowestServerVersion,
  type MemberVersions,
} from "./version-monitor.ts";

const v = (text: string): Version => parseVersion(text)!;
const opt = (text: string): Version | undefined => (text === "" ? undefined : v(text));
const server = (text: string): MemberVersions | undefined => (text === "" ? undefined : { server: text, cluster: "" });
const downgrade = (target: string) => ({ targetVersion: target, enabled: true });

test("the lowest server version is unknown as soon as one member is", () => {
  const cases: [string[], string | undefined][] = [
    [["2.0.0"], "2.0.0"],
    [[""], undefined],
    [["2.0.0", "2.1.0", "2.1.0"], "2.0.0"],
    [["", "2.1.0"], undefined],
    [["2.1.0", "nonsense"], undefined],
  ];
  for (const [servers, want] of cases) {
    const lowest = lowestServerVersion(servers.map(server));
    assert.equal(lowest === undefined ? undefined : versionText(lowest), want, servers.join());
  }
});

test("the leader decides the cluster version", () => {
  const cases: [string, string, string[], string, string][] = [
    ["a new cluster takes the lowest server", "", ["3.7.1", "3.7.0"], "", "3.7.0"],
    ["a new cluster starts low while servers are unknown", "", ["3.7.1", ""], "", "3.0.0"],
    ["it rises with the servers", "3.0.0", ["3.7.1"], "", "3.7.0"],
    ["it waits for all servers", "3.0.0", ["3.7.1", ""], "", "keep"],
    ["it stays when nothing changed", "3.7.0", ["3.7.1"], "", "keep"],
    ["it does not fall without a downgrade", "3.7.0", ["3.6.1"], "", "keep"],
    ["it falls by one minor version in a downgrade", "3.7.0", ["3.7.1"], "3.6.0", "3.6.0"],
    ["it stays once it fell", "3.6.0", ["3.7.1"], "3.6.0", "keep"],
    ["it does not fall by two", "3.7.0", ["3.7.1"], "3.5.0", "invalid downgrade target"],
    ["a lower server blocks the downgrade", "3.7.0", ["3.6.1"], "3.6.0", "invalid downgrade target"],
  ];
  for (const [name, current, servers, target, want] of cases) {
    const job = target === "" ? NO_DOWNGRADE : downgrade(target);
    const decision = decideClusterVersion(opt(current), servers.map(server), job);
    assert.equal(decision.kind === "set" ? versionText(decision.version) : decision.kind, want, name);
  }
});

test("a downgrade is complete when all servers run the target's minor version", () => {
  assert.equal(isDowngradeComplete(downgrade("3.6.0"), ["3.6.1", "3.6.2-pre"].map(server)), true);
  assert.equal(isDowngradeComplete(downgrade("3.6.0"), ["3.6.1", "3.7.1"].map(server)), false);
  assert.equal(isDowngradeComplete(downgrade("3.6.0"), ["3.6.1", ""].map(server)), false);
  assert.equal(isDowngradeComplete(NO_DOWNGRADE, ["3.6.1"].map(server)), false);
});

test("downgrade requests are judged by the cluster version and the running job", () => {
  assert.deepEqual(parseDowngradeTarget("3.6"), v("3.6.0"));
  assert.deepEqual(parseDowngradeTarget("3.6.4"), v("3.6.0"));
  for (const bad of ["", "3", "v3.6", "3.6.x"]) assert.equal(parseDowngradeTarget(bad), undefined, bad);
  assert.equal(refuseDowngrade(v("3.6.0"), undefined, NO_DOWNGRADE), "ClusterVersionUnavailable");
  assert.equal(refuseDowngrade(v("3.6.0"), v("3.7.0"), NO_DOWNGRADE), undefined);
  for (const bad of ["3.5.0", "3.7.0", "3.8.0", "2.6.0"]) {
    assert.equal(refuseDowngrade(v(bad), v("3.7.0"), NO_DOWNGRADE), "InvalidDowngradeTargetVersion", bad);
  }
  assert.equal(refuseDowngrade(v("3.6.0"), v("3.7.0"), downgrade("3.6.0")), "DowngradeInProcess");
  assert.equal(refuseDowngradeCancel(NO_DOWNGRADE), "NoInflightDowngrade");
  assert.equal(refuseDowngradeCancel(downgrade("3.6.0")), undefined);
});

test("cluster versions rise within a major version and fall by one minor version", () => {
  const cases: [string, string, boolean][] = [
    ["3.5.0", "3.6.0", true],
    ["3.0.0", "3.7.0", true],
    ["3.7.0", "3.6.4", true],
    ["3.7.0", "3.5.0", false],
    ["3.7.0", "3.7.1", false],
    ["3.7.0", "4.0.0", false],
  ];
  for (const [from, to, want] of cases)
    assert.equal(isValidClusterVersionChange(v(from), v(to)), want, `${from} ${to}`);
});

test("a server refuses a cluster version above its own minor version", () => {
  assert.equal(isServerTooOld(v("3.7.1"), undefined), false);
  assert.equal(isServerTooOld(v("3.7.1"), v("3.7.0")), false);
  assert.equal(isServerTooOld(v("3.7.1"), v("3.6.0")), false);
  assert.equal(isServerTooOld(v("3.7.1"), v("3.8.0")), true);
});

test("a joiner is compatible when the others' cluster versions lie in its window", () => {
  const cluster = (text: string): MemberVersions | undefined =>
    text === "" ? undefined : { server: "", cluster: text };
  const joins = (others: string[], enabled = false) =>
    isCompatibleWithCluster(others.map(cluster), enabled, v("3.7.0"));
  assert.equal(joins(["3.7.0", ""]), true);
  assert.equal(joins(["3.0.0"]), true);
  assert.equal(joins(["2.9.0"]), false);
  assert.equal(joins(["3.8.0"]), false);
  assert.equal(joins(["3.7.0", "3.8.0"]), false);
  assert.equal(joins([""]), false, "nobody answered");
  assert.equal(joins(["not_decided"]), false, "nobody knows");
  assert.equal(joins(["3.8.0"], true), true, "a downgrade from the next version");
  assert.equal(joins(["3.7.0"], true), false);
});

test("the storage version follows the cluster version", () => {
  const cases: [string, string, string | undefined][] = [
    ["", "", undefined],
    ["3.0.0", "", undefined],
    ["3.7.0", "", "3.7.0"],
    ["3.7.0", "3.7.0", undefined],
    ["3.6.0", "3.7.0", "3.6.0"],
    ["", "3.5.0", undefined],
  ];
  for (const [cluster, current, want] of cases) {
    const target = storageVersionToSet(opt(cluster), opt(current));
    assert.equal(target === undefined ? undefined : versionText(target), want, `${cluster} ${current}`);
  }
});

const term = new TextEncoder().encode("term");

test("a file without a storage version is 3.5 when it has a term, else unknown", () => {
  const backend = new MemoryBackend();
  assert.equal(detectStorageVersion(backend), undefined);
  assert.deepEqual(validateStorageVersion(backend), { ok: true });
  assert.equal(migrateStorage(backend, v("3.7.0"), undefined).ok, false);
  backend.put(Bucket.Meta, term, new Uint8Array(8));
  assert.equal(detectStorageVersion(backend), undefined, "term 0");
  backend.put(Bucket.Meta, term, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 2));
  assert.deepEqual(detectStorageVersion(backend), v("3.5.0"));
});

test("migration goes up to 3.7, down to 3.5 and no further", () => {
  const backend = new MemoryBackend();
  backend.put(Bucket.Meta, term, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 2));
  assert.deepEqual(migrateStorage(backend, v("3.7.0"), undefined), { ok: true });
  assert.deepEqual(loadStorageVersion(backend), v("3.7.0"));
  assert.deepEqual(migrateStorage(backend, v("3.6.0"), v("3.6.0")), { ok: true });
  assert.deepEqual(loadStorageVersion(backend), v("3.6.0"));
  assert.deepEqual(migrateStorage(backend, v("3.5.0"), undefined), { ok: true });
  assert.equal(loadStorageVersion(backend), undefined);
  const refused = (target: string) => migrateStorage(backend, v(target), undefined);
  assert.deepEqual(refused("3.8.0"), {
    ok: false,
    reason: 'cannot create migration plan: version "3.8.0" is not supported',
  });
  assert.deepEqual(refused("3.4.0"), {
    ok: false,
    reason: 'cannot create migration plan: version "3.5.0" is not supported',
  });
  assert.deepEqual(refused("4.0.0"), {
    ok: false,
    reason: "cannot create migration plan: changing major storage version is not supported",
  });
});

test("entries of a newer version in the WAL hold a downgrade back", () => {
  const backend = new MemoryBackend();
  saveStorageVersion(backend, v("3.7.1"));
  assert.deepEqual(loadStorageVersion(backend), v("3.7.0"));
  assert.deepEqual(migrateStorage(backend, v("3.6.0"), v("3.7.0")), {
    ok: false,
    reason:
      "cannot downgrade storage, WAL contains newer entries, as the target version (3.6.0) is lower than the version (3.7.0) detected from WAL logs",
  });
  assert.deepEqual(loadStorageVersion(backend), v("3.7.0"));
});

test("a file of a version that this server does not know is refused at start", () => {
  const backend = new MemoryBackend();
  saveStorageVersion(backend, v("3.8.0"));
  assert.deepEqual(validateStorageVersion(backend), { ok: false, reason: 'version "3.8.0" is not supported' });
});

test("only the test request of 3.6 needs more than 3.5 to be read", () => {
  const normal = (request: Parameters<typeof InternalRaftRequest.encode>[0]) => ({
    type: EntryType.EntryNormal,
    data: InternalRaftRequest.encode(request),
  });
  const plain = [
    normal({ clusterVersionSet: { ver: "3.7.0" } }),
    normal({ put: { key: new Uint8Array(1) } }),
    { type: EntryType.EntryNormal, data: new Uint8Array(0) },
    { type: EntryType.EntryConfChange, data: new Uint8Array(3) },
  ];
  assert.equal(entriesMinimumVersion(plain), undefined);
  const probe = (ver: string) => entriesMinimumVersion([normal({ downgradeVersionTest: { ver } }), ...plain]);
  assert.deepEqual(probe("3.7.0"), v("3.7.0"));
  assert.deepEqual(probe("3.5.0"), v("3.6.0"));
});

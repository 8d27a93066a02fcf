/**
 * Membership on disk (etcd server/storage/schema/membership.go):
 *
 *   bucket            key                     value
 *   members           ID in lowercase hex     JSON of the member
 *   members_removed   ID in lowercase hex     "removed"
 *   cluster           "clusterVersion"        "3.7.0"
 *   cluster           "downgrade"             {"target-version":"3.6.0","enabled":true}
 *
 * What cannot be read back is a damaged or foreign file: the member stops (assert).
 */
import { assert } from "../../base/assert.ts";
import { isJsonObject, parseBigJson, stringifyBigJson } from "../../base/big-json.ts";
import { EMPTY_BYTES, idHex, utf8, utf8Text } from "../../base/bytes.ts";
import { parseVersion, type Version, versionText } from "../../base/semver.ts";
import { type Backend, type BackendReader, Bucket } from "../mvcc/backend.ts";
import type { DowngradeInfo } from "../version/downgrade.ts";
import { type Member, memberText, parseIdHex, parseMember } from "./member.ts";

const CLUSTER_VERSION = "clusterVersion";
const DOWNGRADE = "downgrade";
const REMOVED = "removed";

export function saveMember(backend: Backend, member: Member): void {
  backend.put(Bucket.Members, utf8(idHex(member.id)), utf8(memberText(member)));
}

/** Deletes the member and remembers its ID as used up. */
export function saveMemberRemoval(backend: Backend, id: bigint): void {
  backend.delete(Bucket.Members, utf8(idHex(id)));
  backend.put(Bucket.MembersRemoved, utf8(idHex(id)), utf8(REMOVED));
}

export function loadMembers(reader: BackendReader): Map<bigint, Member> {
  const members = new Map<bigint, Member>();
  reader.scan(Bucket.Members, EMPTY_BYTES, undefined, (key, value) => {
    const id = parseIdHex(utf8Text(key));
    assert(id !== undefined, "bucket members has a key that is not a member ID");
    const member = parseMember(utf8Text(value), id);
    assert(member !== undefined, "bucket members has a value that is not a member");
    members.set(id, member);
  });
  return members;
}

export function loadRemovedIds(reader: BackendReader): Set<bigint> {
  const ids = new Set<bigint>();
  reader.scan(Bucket.MembersRemoved, EMPTY_BYTES, undefined, (key) => {
    const id = parseIdHex(utf8Text(key));
    assert(id !== undefined, "bucket members_removed has a key that is not a member ID");
    ids.add(id);
  });
  return ids;
}

/** Empties `members` and `members_removed` (etcdutl snapshot restore, force-new-cluster of a restored file). */
export function trimMembership(backend: Backend): void {
  for (const bucket of [Bucket.Members, Bucket.MembersRemoved]) {
    const keys: Uint8Array[] = [];
    backend.scan(bucket, EMPTY_BYTES, undefined, (key) => {
      keys.push(key.slice());
    });
    for (const key of keys) backend.delete(bucket, key);
  }
}

export function saveClusterVersion(backend: Backend, version: Version): void {
  backend.put(Bucket.Cluster, utf8(CLUSTER_VERSION), utf8(versionText(version)));
}

/** Undefined before the first leader has decided it, and in files of etcd before 3.5. */
export function loadClusterVersion(reader: BackendReader): Version | undefined {
  const value = reader.get(Bucket.Cluster, utf8(CLUSTER_VERSION));
  if (value === undefined) return undefined;
  const version = parseVersion(utf8Text(value));
  assert(version !== undefined, "bucket cluster has a malformed clusterVersion");
  return version;
}

export function saveDowngradeInfo(backend: Backend, info: DowngradeInfo): void {
  const text = stringifyBigJson({ "target-version": info.targetVersion, enabled: info.enabled });
  backend.put(Bucket.Cluster, utf8(DOWNGRADE), utf8(text));
}

export function loadDowngradeInfo(reader: BackendReader): DowngradeInfo | undefined {
  const value = reader.get(Bucket.Cluster, utf8(DOWNGRADE));
  if (value === undefined) return undefined;
  const parsed = parseBigJson(utf8Text(value));
  assert(parsed.ok && isJsonObject(parsed.value), "bucket cluster has a malformed downgrade record");
  const targetVersion = parsed.value["target-version"] ?? "";
  const enabled = parsed.value.enabled ?? false;
  assert(
    typeof targetVersion === "string" && typeof enabled === "boolean",
    "bucket cluster has a malformed downgrade record",
  );
  assert(!enabled || parseVersion(targetVersion) !== undefined, "bucket cluster has a malformed downgrade target");
  return { targetVersion, enabled };
}

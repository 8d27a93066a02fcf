/**
 * Replays the auth requests that a real etcd had in its log (test/golden/membership-auth.golden.json) and compares the buckets auth,
 * authUsers and authRoles byte for byte with what etcd wrote.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { RaftRequestReader } from "../src/core/apply/raft-request.ts";
import { applyAuth, isAuthField } from "../src/core/auth/auth-apply.ts";
import { AuthStore } from "../src/core/auth/auth-store.ts";
import { golden, goldenBucket, hex, unhex } from "./support/golden-membership.ts";
import { MemoryBackend } from "./support/memory-backend.ts";
import { MapTokenKeeper } from "./support/token-keeper.ts";

interface Replayed {
  readonly backend: MemoryBackend;
  readonly store: AuthStore;
  readonly tokens: MapTokenKeeper;
  readonly refusals: string[];
  readonly applied: number;
}

function replay(): Replayed {
  const backend = new MemoryBackend();
  const tokens = new MapTokenKeeper();
  const store = new AuthStore(backend, tokens);
  const reader = new RaftRequestReader();
  const refusals: string[] = [];
  let applied = 0;
  for (const entry of golden.entries) {
    const payload = unhex(entry.data);
    if (entry.type !== 0 || payload.length === 0) continue;
    reader.read(payload);
    if (!isAuthField(reader.field)) continue;
    const who = { username: reader.username, revision: reader.authRevision };
    const outcome = applyAuth(store, reader.field, payload.subarray(reader.start, reader.end), who, entry.index);
    if (!outcome.ok) refusals.push(`${entry.index} ${outcome.refusal}`);
    backend.endBatch();
    applied++;
  }
  return { backend, store, tokens, refusals, applied };
}

test("the log of a real etcd gives the buckets auth, authUsers and authRoles byte for byte", () => {
  const { backend, applied } = replay();
  assert.equal(applied, 58);
  for (const bucket of ["auth", "authUsers", "authRoles"] as const) {
    const entries: [string, string][] = [];
    backend.scan(bucket, new Uint8Array(0), undefined, (key, value) => {
      entries.push([hex(key), hex(value)]);
    });
    assert.ok(entries.length > 1, bucket);
    assert.deepEqual(entries, goldenBucket(bucket), bucket);
  }
});

test("the requests that etcd refused are refused here for the same reasons", () => {
  assert.deepEqual(replay().refusals, [
    "31 RootUserNotExist",
    "33 RootRoleNotExist",
    "35 RoleAlreadyExist",
    "39 UserAlreadyExist",
    "51 InvalidAuthMgmt",
    "52 RoleNotFound",
    "54 PermissionNotGranted",
    "59 UserNotFound",
    "60 RoleNotFound",
    "63 RoleNotGranted",
    "65 RoleNotFound",
    "67 UserNotFound",
    "73 UserEmpty",
    "79 InvalidAuthMgmt",
    "81 InvalidAuthMgmt",
    "83 InvalidAuthMgmt",
    "85 PermissionDenied",
  ]);
});

test("a store opened on the replayed backend has the same state, and disabling had voided all tokens", () => {
  const { backend, store, tokens } = replay();
  assert.equal(tokens.tokens.size, 0);
  const again = new AuthStore(backend, new MapTokenKeeper());
  assert.equal(again.enabled, true);
  assert.equal(again.revision, store.revision);
  assert.deepEqual(again.userNames(), ["alice", "bob", "carol", "root"]);
  assert.deepEqual(again.roleNames(), ["readers", "root", "writers"]);
  assert.deepEqual(again.userRoles("alice"), store.userRoles("alice"));
  assert.deepEqual(again.rolePermissions("readers"), store.rolePermissions("readers"));
});

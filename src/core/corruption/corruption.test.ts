/** The claims of etcd's corrupt_test.go about whom the checks name. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { KeyValueHash } from "../mvcc/hash.ts";
import { judgeCompactHash, uncheckedHashes } from "./compact-hash-check.ts";
import { judgeInitially } from "./initial-check.ts";
import type { PeerHash, PeerHashAnswer } from "./peer-hash.ts";
import { judgePeriodically } from "./periodic-check.ts";

function hash(value: number, compactRevision = 0, revision = 0): KeyValueHash {
  return { hash: value, compactRevision, revision };
}

function peer(memberId: bigint, value: number, compactRevision = 0, storeRevision = 0): PeerHash {
  return { memberId, answer: { kind: "hash", hash: hash(value, compactRevision, storeRevision), storeRevision } };
}

function silent(memberId: bigint, kind: Exclude<PeerHashAnswer["kind"], "hash"> = "no answer"): PeerHash {
  return { memberId, answer: { kind } };
}

test("initially only a different hash behind the same compaction is a mismatch", () => {
  assert.equal(judgeInitially(hash(1, 1), peer(2n, 1, 1)), "same hash");
  assert.equal(judgeInitially(hash(1, 1), peer(2n, 1, 2)), "same hash");
  assert.equal(judgeInitially(hash(1, 1), peer(2n, 2, 1)), "different hash");
  assert.equal(judgeInitially(hash(1, 1), peer(2n, 2, 2)), "different compact revision");
  assert.equal(judgeInitially(hash(1, 1), silent(2n, "future revision")), "peer is slow");
  assert.equal(judgeInitially(hash(1, 1), silent(2n, "compacted")), "local member is behind");
  assert.equal(judgeInitially(hash(1, 1), silent(2n, "cluster ID mismatch")), "cluster ID mismatch");
  assert.equal(judgeInitially(hash(1, 1), silent(2n)), "no answer");
});

function periodically(first: KeyValueHash, second: KeyValueHash, storeRevision: number, ...peers: PeerHash[]) {
  return judgePeriodically({ memberId: 1n, first, second, storeRevision }, peers);
}

test("a leader whose hash changes without a write is named", () => {
  assert.equal(periodically(hash(1, 1, 1), hash(2, 1, 1), 1).corrupt, 1n);
  assert.equal(periodically(hash(1, 0, 1), hash(2, 0, 2), 2).corrupt, undefined);
  assert.equal(periodically(hash(1, 1, 1), hash(2, 2, 1), 1).corrupt, undefined);
  assert.equal(periodically(hash(1, 1, 1), hash(1, 1, 1), 1).corrupt, undefined);
});

test("a follower ahead of the leader in revision or compaction is named", () => {
  assert.equal(periodically(hash(0), hash(0), 0, peer(42n, 0, 0, 1)).corrupt, 42n);
  assert.equal(periodically(hash(0), hash(0), 10, peer(88n, 0, 2, 10)).corrupt, 88n);
});

test("a follower is compared with the leader's first hash if they stand behind the same compaction", () => {
  const first = hash(1, 1, 1);
  const second = hash(2, 2, 2);
  assert.equal(periodically(first, second, 2, peer(2n, 1, 1, 1)).corrupt, undefined);
  assert.equal(periodically(first, second, 2, peer(666n, 2, 1, 1)).corrupt, 666n);
  assert.equal(periodically(first, second, 2, peer(666n, 9, 2, 1)).corrupt, undefined);
});

test("several corrupt followers raise one alarm, for the first of them", () => {
  const verdict = periodically(hash(0), hash(0), 0, peer(88n, 0, 2, 10), peer(89n, 0, 2, 10));
  assert.equal(verdict.corrupt, 88n);
  assert.deepEqual(
    verdict.findings.map(({ kind, memberId }) => `${memberId} ${kind}`),
    ["88 revision ahead", "88 compact revision ahead", "89 revision ahead", "89 compact revision ahead"],
  );
});

test("members that do not answer are not counted and not named", () => {
  const verdict = periodically(hash(0), hash(0), 0, silent(2n), silent(3n, "cluster ID mismatch"), peer(4n, 0));
  assert.equal(verdict.checkedCount, 1);
  assert.equal(verdict.corrupt, undefined);
});

test("a leader against whom a majority of all members agrees is named itself", () => {
  const own = hash(1, 1, 5);
  assert.equal(periodically(own, own, 5, peer(2n, 7, 1, 5), peer(3n, 7, 1, 5)).corrupt, 1n);
  assert.equal(periodically(own, own, 5, peer(2n, 7, 1, 5), peer(3n, 8, 1, 5)).corrupt, 2n);
  assert.equal(periodically(own, own, 5, peer(2n, 7, 1, 5), silent(3n)).corrupt, 0n, "it may be either");
  assert.equal(periodically(own, own, 5, peer(2n, 1, 1, 5), peer(3n, 7, 1, 5)).corrupt, 3n);
});

function corruptBy(own: KeyValueHash, ...peers: PeerHash[]): readonly bigint[] {
  const { verdict } = judgeCompactHash(1n, own, peers);
  return verdict.kind === "mismatch" ? verdict.corrupt : [];
}

test("compaction hashes name the minority", () => {
  assert.deepEqual(corruptBy(hash(2, 1), peer(42n, 2, 1), peer(43n, 3, 1)), [43n]);
  assert.deepEqual(corruptBy(hash(2, 1), peer(42n, 2, 1), peer(43n, 2, 1), peer(44n, 7, 1), peer(45n, 7, 1)), [
    44n,
    45n,
  ]);
  assert.deepEqual(corruptBy(hash(2, 1), peer(42n, 2, 1), peer(43n, 2, 1), peer(44n, 3, 1), peer(45n, 2, 1)), [44n]);
  assert.deepEqual(corruptBy(hash(2, 1), peer(42n, 2, 1), silent(43n), peer(44n, 3, 1), peer(45n, 2, 1)), [44n]);
});

test("compaction hashes name the leader when the others agree against it", () => {
  assert.deepEqual(corruptBy(hash(2, 1), peer(42n, 3, 1), peer(43n, 3, 1)), [1n]);
});

test("compaction hashes without a majority name the whole cluster", () => {
  assert.deepEqual(corruptBy(hash(2, 1), silent(42n), peer(43n, 3, 1)), [0n]);
  const seven = [42n, 43n, 44n, 45n, 46n, 47n].map((id, i) => peer(id, [2, 3, 3, 3, 4, 2][i]!, 1));
  assert.deepEqual(corruptBy(hash(2, 1), ...seven), [0n]);
});

test("a member that does not answer, or stands behind another compaction, leaves a comparison incomplete", () => {
  const { skipped, verdict } = judgeCompactHash(1n, hash(2, 1), [peer(42n, 2, 1), silent(43n), peer(44n, 9, 3)]);
  assert.deepEqual(verdict, { kind: "incomplete", checkedCount: 1 });
  assert.deepEqual(skipped, [
    { memberId: 43n, reason: "no response" },
    { memberId: 44n, reason: "the peer's CompactRevision 3 doesn't match leader's CompactRevision 1" },
  ]);
  assert.deepEqual(judgeCompactHash(1n, hash(2, 1), [peer(42n, 2, 1)]).verdict, {
    kind: "consistent",
    checkedCount: 1,
  });
});

test("hashes are compared from the newest to the last that was found equal", () => {
  const hashes = [1, 2, 3, 4].map((revision) => hash(0, 0, revision));
  assert.deepEqual(
    uncheckedHashes(hashes, 2).map((each) => each.revision),
    [4, 3],
  );
  assert.deepEqual(uncheckedHashes([], 0), []);
});

/** Golden vectors of etcd server/storage/mvcc/hash_test.go: other values would make our members disagree with etcd's. */
import assert from "node:assert/strict";
import test from "node:test";
import { NoLeases } from "../../../test/support/map-leases.ts";
import { MemoryBackend } from "../../../test/support/memory-backend.ts";
import { latin1, utf8 } from "../../base/bytes.ts";
import { crc32c } from "../../codec/crc32c.ts";
import { CompactionStep } from "./compaction.ts";
import { HashHistory, type KeyValueHash } from "./hash.ts";

import { Store } from "./store.ts";

const CYCLE = 71;
const REVISIONS = 1210;

function pickKey(i: number): string {
  if (i % (CYCLE * 2) === 30) return "zenek";
  if (i % CYCLE === 30) return "xavery";
  return ["alice", "bob", "celine", "dominik", "eve", "frederica", "gorge"][i % 7]!;
}

function freshStore(): Store {
  return new Store({ backend: new MemoryBackend(), leases: new NoLeases(), crc32c });
}

function put(store: Store, key: string, value: string): void {
  store.beginWrite();
  store.put(latin1(utf8(key)), utf8(key), utf8(value), 0n);
  store.endWrite();
  store.backend.endBatch();
}

async function hashAt(store: Store, revision: number, entriesPerStep = 97): Promise<KeyValueHash> {
  const job = store.startHash(revision);
  const reader = await store.backend.pin();
  let steps = 0;
  while (!job.step(reader, entriesPerStep)) assert.ok(++steps < 100_000);
  reader.release();
  job.close();
  return job.result;
}

function compact(store: Store, revision: number): void {
  const job = store.scheduleCompaction(revision);
  store.backend.endBatch();
  while (job.step(100) !== CompactionStep.Done) assert.ok(!job.isDone);
}

async function goldenRun(revisionOf: (rev: number, count: number) => number): Promise<[number, number, number][]> {
  const store = freshStore();
  const got: [number, number, number][] = [];
  const round = async (rev: number, count: number): Promise<void> => {
    for (let i = rev; i <= rev + count; i++) put(store, pickKey(i), String(i));
    const wanted = revisionOf(rev, count) || store.revision;
    const { hash, compactRevision, revision } = await hashAt(store, wanted);
    got.push([hash, compactRevision, revision]);
    compact(store, wanted);
  };
  let rev = 0;
  for (; rev < REVISIONS; rev += CYCLE) await round(rev, CYCLE);
  await round(rev, REVISIONS);
  return got;
}

test("HashKV at a revision in the middle equals etcd's (TestHashByRevValue)", async () => {
  assert.deepEqual(await goldenRun((rev, count) => rev + Math.floor(count / 2)), [
    [4082599214, -1, 35],
    [2279933401, 35, 106],
    [3284231217, 106, 177],
    [126286495, 177, 248],
    [900108730, 248, 319],
    [2475485232, 319, 390],
    [1226296507, 390, 461],
    [2503661030, 461, 532],
    [4155130747, 532, 603],
    [106915399, 603, 674],
    [406914006, 674, 745],
    [1882211381, 745, 816],
    [806177088, 816, 887],
    [664311366, 887, 958],
    [1496914449, 958, 1029],
    [2434525091, 1029, 1100],
    [3988652253, 1100, 1171],
    [1122462288, 1171, 1242],
    [724436716, 1242, 1883],
  ]);
});

test("HashKV at the newest revision equals etcd's (TestHashByRevValueLastRevision)", async () => {
  assert.deepEqual(await goldenRun(() => 0), [
    [1913897190, -1, 73],
    [224860069, 73, 145],
    [1565167519, 145, 217],
    [1566261620, 217, 289],
    [2037173024, 289, 361],
    [691659396, 361, 433],
    [2713730748, 433, 505],
    [3919322507, 505, 577],
    [769967540, 577, 649],
    [2909194793, 649, 721],
    [1576921157, 721, 793],
    [4067701532, 793, 865],
    [2226384237, 865, 937],
    [2923408134, 937, 1009],
    [2680329256, 1009, 1081],
    [1546717673, 1081, 1153],
    [2713657846, 1153, 1225],
    [1046575299, 1225, 1297],
    [2017735779, 1297, 2508],
  ]);
});

test("a compaction that is accepted before the reader of a hash is pinned takes nothing away from the hash", async () => {
  const hashes: KeyValueHash[] = [];
  for (const meanwhile of [false, true]) {
    const store = freshStore();
    for (let i = 1; i <= 40; i++) put(store, pickKey(i), String(i));
    compact(store, 10);
    const job = store.startHash(0);
    // As long as it waits for a commit of the backend, time goes by.
    const compaction = meanwhile ? store.scheduleCompaction(30) : undefined;
    store.backend.endBatch();
    for (let i = 0; i < 10; i++) compaction?.step(100);
    const reader = await store.backend.pin();
    while (!job.step(reader, 7));
    reader.release();
    job.close();
    hashes.push(job.result);
    if (compaction === undefined) continue;
    for (let i = 0; i < 10; i++) compaction.step(100);
    assert.ok(compaction.isDone, "and it goes on when the hash is done");
  }
  assert.deepEqual(hashes[1], hashes[0]);
});

test("the hash of a compaction equals HashKV before it and after it, with deletions (TestCompactionHash)", async () => {
  const store = freshStore();
  const round = async (start: number, stop: number): Promise<void> => {
    for (let i = start; i <= stop; i++) {
      if (i % 67 === 0) {
        store.beginWrite();
        store.deleteRange(pickKey(i + 83), "");
        store.endWrite();
        store.backend.endBatch();
      } else put(store, pickKey(i), String(i));
    }
    const before = store.hashes.get(stop) ?? (await hashAt(store, stop));
    compact(store, stop);
    assert.deepEqual(store.hashes.get(stop), before);
    const afterwards = await hashAt(store, stop);
    assert.equal(afterwards.compactRevision, stop);
  };
  let rev = 0;
  for (; rev < REVISIONS; rev += CYCLE) await round(rev, rev + CYCLE);
  await round(rev, rev + REVISIONS);
});

test("the history keeps the ten newest revisions (TestHasherStoreFull)", () => {
  const history = new HashHistory();
  for (let i = 0; i < 10; i++) history.add({ hash: i, compactRevision: 1, revision: 100 + i });
  history.add({ hash: 11, compactRevision: 1, revision: 99 });
  assert.equal(history.get(99), undefined);
  history.add({ hash: 12, compactRevision: 1, revision: 111 });
  assert.equal(history.get(111)?.hash, 12);
  assert.equal(history.get(100), undefined);
  assert.equal(history.list().length, 10);
});

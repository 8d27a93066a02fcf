/** The store: transactions, leases, compaction beside writes, and restarts at every moment of a compaction. */
import assert from "node:assert/strict";
import test from "node:test";
import { MapLeases } from "../../../test/support/map-leases.ts";
import { MemoryBackend } from "../../../test/support/memory-backend.ts";
import { EMPTY_BYTES, latin1, utf8 } from "../../base/bytes.ts";
import { EtcdError } from "../../base/etcd-error.ts";
import { crc32c } from "../../codec/crc32c.ts";
import { KeyValue } from "../../proto/generated/kv.ts";
import { Bucket } from "./backend.ts";
import { CompactionStep } from "./compaction.ts";
import { readCompactionMarks, writeScheduledCompact } from "./compaction-marks.ts";
import { FoundRevision } from "./key-entry.ts";
import { FROM_KEY } from "./key-index.ts";
import { isTombstoneKey, mainOf, revisionKey, subOf, tombstoneKey } from "./revision-key.ts";
import { Store } from "./store.ts";
import { type RestoredStore, StoreRestore } from "./store-restore.ts";
import type { WatchEvent } from "./watch-event.ts";

class Fixture {
  backend: MemoryBackend;
  leases: MapLeases;
  store: Store;

  constructor(backend: MemoryBackend = new MemoryBackend(), leases: MapLeases = new MapLeases()) {
    this.backend = backend;
    this.leases = leases;
    this.store = new Store({ backend, leases, crc32c });
  }

  write(...changes: ((store: Store) => void)[]): readonly WatchEvent[] {
    this.store.beginWrite();
    for (const change of changes) change(this.store);
    const events = this.store.endWrite();
    this.backend.endBatch();
    return events;
  }

  /** Compacts to the end; returns how often it paused. */
  compact(revision: number, batchLimit = 1000): number {
    const job = this.store.scheduleCompaction(revision);
    this.backend.endBatch();
    let pauses = 0;
    for (;;) {
      const step = job.step(batchLimit);
      if (step === CompactionStep.Pause) pauses++;
      if (step === CompactionStep.Done) return pauses;
    }
  }

  /** What a restart makes of what the last commit wrote. */
  restart(): RestoredStore {
    this.backend = this.backend.crash();
    const restore = new StoreRestore({ backend: this.backend, leases: this.leases, crc32c });
    this.backend.scan(Bucket.Key, EMPTY_BYTES, undefined, (key, kv) => assert.ok(restore.add(key, kv)));
    for (let i = 0; !restore.attachLeases(2); i++) assert.ok(i < 10_000);
    const restored = restore.finish();
    this.backend.endBatch();
    this.store = restored.store;
    return restored;
  }

  /** Revisions in the backend. */
  stored(): string[] {
    const revisions: string[] = [];
    this.backend.scan(Bucket.Key, EMPTY_BYTES, undefined, (key) => {
      revisions.push(`${mainOf(key)}.${subOf(key)}${isTombstoneKey(key) ? "t" : ""}`);
    });
    return revisions;
  }

  value(key: string, revision: number = this.store.revision): string | undefined {
    const stored = this.store.get(key, revision);
    return stored === undefined ? undefined : latin1(KeyValue.decode(stored).value);
  }
}

const put =
  (key: string, value: string, lease = 0n) =>
  (store: Store): void =>
    void store.put(key, utf8(key), utf8(value), lease);
const del =
  (key: string, end = "") =>
  (store: Store): void =>
    void store.deleteRange(key, end);

const isKind = (kind: string) => (error: unknown) => error instanceof EtcdError && error.kind === kind;

test("an empty store is at revision 1, each transaction that changes something takes the next", () => {
  const f = new Fixture();
  assert.equal(f.store.revision, 1);
  assert.equal(f.write(put("a", "1")).length, 1);
  assert.equal(f.store.revision, 2);
  assert.deepEqual(f.write(del("x")), []);
  assert.deepEqual(f.write(), []);
  assert.equal(f.store.revision, 2);
  f.write(put("a", "1"), put("b", "2"), del("a", FROM_KEY));
  assert.equal(f.store.revision, 3);
  assert.deepEqual(f.stored(), ["2.0", "3.0", "3.1", "3.2t", "3.3t"]);
});

test("a transaction sees its own writes, under the revision it will get", () => {
  const f = new Fixture();
  f.write(put("a", "old"));
  f.store.beginWrite();
  assert.equal(f.store.readRevision, 2);
  f.store.put("a", utf8("a"), utf8("new"), 0n);
  assert.equal(f.store.readRevision, 3);
  assert.equal(f.store.revision, 2);
  assert.equal(f.value("a", f.store.resolveRevision(0)), "new");
  assert.equal(f.value("a", f.store.resolveRevision(2)), "old");
  assert.throws(() => f.store.resolveRevision(4), isKind("FutureRev"));
  f.store.endWrite();
  assert.equal(f.store.revision, 3);
});

test("events carry the stored bytes, deletions {key, mod_revision}", () => {
  const f = new Fixture();
  const [created] = f.write(put("k", "v"));
  assert.deepEqual(
    { ...created, kv: KeyValue.decode(created!.kv) },
    {
      key: "k",
      isDelete: false,
      isCreate: true,
      modRevision: 2,
      subRevision: 0,
      kv: KeyValue.create({ key: utf8("k"), createRevision: 2, modRevision: 2, version: 1, value: utf8("v") }),
    },
  );
  assert.equal(f.store.get("k", 2), f.backend.get(Bucket.Key, revisionKey(2, 0)));
  const [updated] = f.write(put("k", "w"));
  assert.equal(updated!.isCreate, false);
  const [deleted] = f.write(del("k"));
  assert.ok(deleted!.isDelete && !deleted!.isCreate);
  assert.deepEqual(KeyValue.decode(deleted!.kv), KeyValue.create({ key: utf8("k"), modRevision: 4 }));
  const tombstone = f.backend.get(Bucket.Key, tombstoneKey(4, 0))!;
  assert.deepEqual(KeyValue.decode(tombstone), KeyValue.create({ key: utf8("k") }));
  assert.equal(latin1(f.store.previousKv("k", 4)!), latin1(updated!.kv));
  assert.equal(f.store.previousKv("k", 2), undefined);
});

test("a key follows the lease of its last put, and leaves it when it is deleted", () => {
  const f = new Fixture();
  for (const lease of [1n, 2n]) f.leases.keys.set(lease, new Set());
  const keys = (lease: bigint): string[] => [...f.leases.keys.get(lease)!];
  f.write(put("a", "", 1n), put("b", "", 1n));
  assert.deepEqual(keys(1n), ["a", "b"]);
  f.write(put("a", "", 2n), put("b", "", 0n));
  assert.deepEqual([keys(1n), keys(2n)], [[], ["a"]]);
  f.write(del("a"));
  assert.deepEqual(keys(2n), []);
  f.write(put("a", "", 1n), del("a"), put("b", "", 2n));
  assert.deepEqual([keys(1n), keys(2n)], [[], ["b"]]);
  assert.throws(() => f.write(put("c", "", 3n)), /lease of a put exists/);
});

test("deleteKeys() deletes in key order in one revision, and nothing makes no revision", () => {
  const f = new Fixture();
  f.write(put("b", ""), put("a", ""), put("c", ""));
  const events = f.store.deleteKeys(new Set(["c", "gone", "a", "b"]));
  assert.deepEqual(
    events.map(({ key, modRevision, subRevision }) => [key, modRevision, subRevision]),
    [
      ["a", 3, 0],
      ["b", 3, 1],
      ["c", 3, 2],
    ],
  );
  assert.deepEqual(f.store.deleteKeys(["a"]), []);
  assert.equal(f.store.revision, 3);
});

test("compaction leaves the latest versions and the tombstone at its revision; that revision stays readable", () => {
  const f = new Fixture();
  f.write(put("a", "1")); // 2
  f.write(put("a", "2")); // 3
  f.write(put("b", "1")); // 4
  f.write(del("b")); // 5
  f.write(put("c", "1")); // 6
  f.write(del("c")); // 7
  f.write(put("a", "3")); // 8
  f.compact(7);
  assert.deepEqual(f.stored(), ["3.0", "7.0t", "8.0"]);
  assert.equal(f.value("a", f.store.resolveRevision(7)), "2");
  assert.throws(() => f.store.resolveRevision(6), isKind("Compacted"));
  assert.throws(() => f.store.scheduleCompaction(7), isKind("Compacted"));
  assert.throws(() => f.store.scheduleCompaction(9), isKind("FutureRev"));
  f.compact(8);
  assert.deepEqual(f.stored(), ["8.0"]);
  assert.deepEqual(readCompactionMarks(f.backend), { scheduled: 8, finished: 8 });
  assert.equal(f.store.index.size, 1);
});

test("compaction looks at no more than its batch limit at a time", () => {
  const f = new Fixture();
  for (let i = 0; i < 95; i++) f.write(put(`k${i % 10}`, `${i}`));
  assert.equal(f.compact(90, 10), 8);
  assert.equal(f.stored().length, 10 + 6);
});

test("puts between the steps of a compaction are untouched by it", () => {
  const f = new Fixture();
  for (let i = 0; i < 300; i++) f.write(put(`k${i % 30}`, `${i}`));
  const target = f.store.revision;
  const job = f.store.scheduleCompaction(target);
  f.backend.endBatch();
  let i = 300;
  while (job.step(7) !== CompactionStep.Done) {
    f.write(put(`k${i % 40}`, `${i}`));
    if (i % 5 === 0) f.write(del(`k${(i + 7) % 40}`));
    i++;
    const at = f.store.resolveRevision(target);
    for (let k = 0; k < 30; k++) assert.equal(f.value(`k${k}`, at), `${270 + k}`);
  }
  assert.ok(i > 330);
  assert.equal(f.store.index.check(), undefined);
  const found = new FoundRevision();
  const atOrBelow = f.stored().filter((revision) => Number.parseInt(revision, 10) <= target);
  assert.equal(atOrBelow.length, 30);
  for (let k = 0; k < 30; k++) assert.ok(f.store.find(`k${k}`, target, found));
});

test("compactions run one after another; a held revision lets none above it begin", () => {
  const f = new Fixture();
  for (let i = 0; i < 20; i++) f.write(put("k", `${i}`));
  f.store.hold(5);
  f.store.hold(4);
  const first = f.store.scheduleCompaction(5);
  const second = f.store.scheduleCompaction(10);
  f.backend.endBatch();
  assert.equal(first.step(100), CompactionStep.Waiting);
  f.store.release(4);
  assert.equal(second.step(100), CompactionStep.Waiting);
  assert.equal(f.store.compaction, first);
  while (first.step(100) !== CompactionStep.Done) assert.equal(second.step(100), CompactionStep.Waiting);
  assert.equal(second.step(100), CompactionStep.Waiting);
  f.store.release(5);
  while (second.step(100) !== CompactionStep.Done) assert.equal(f.store.compaction, second);
  assert.equal(f.store.compaction, undefined);
  assert.equal(f.stored()[0], "10.0");
  // The second began before the first had finished: its hash does not cover all revisions since, so it is not kept.
  assert.deepEqual(
    f.store.hashes.list().map(({ revision }) => revision),
    [5],
  );
});

test("a restart finds the same store, at every step of an interrupted compaction, and finishes it", async () => {
  for (let interruptAt = 0; interruptAt < 30; interruptAt++) {
    const f = new Fixture();
    f.leases.keys.set(7n, new Set());
    for (let i = 0; i < 60; i++) {
      if (i % 9 === 8) f.write(del(`k${i % 7}`));
      else f.write(put(`k${i % 7}`, `${i}`, i % 4 === 0 ? 7n : 0n));
    }
    const target = 40;
    const job = f.store.scheduleCompaction(target);
    f.backend.endBatch();
    for (let step = 0; step < interruptAt; step++) job.step(3);
    const wasDone = job.isDone;
    const state = (store: Store): string[] => {
      const out: string[] = [];
      for (let revision = target; revision <= store.revision; revision++) {
        for (let k = 0; k < 7; k++) out.push(latin1(store.get(`k${k}`, revision) ?? EMPTY_BYTES));
      }
      return out;
    };
    const before = state(f.store);
    const attached = [...f.leases.keys.get(7n)!].sort();
    await f.backend.commit();
    f.leases = new MapLeases();
    f.leases.keys.set(7n, new Set());
    const { resumed, orphans } = f.restart();
    assert.deepEqual(orphans, []);
    assert.deepEqual([...f.leases.keys.get(7n)!].sort(), attached);
    assert.equal(f.store.revision, 61);
    assert.equal(f.store.compactRevision, target);
    assert.equal(resumed !== undefined, !wasDone);
    assert.deepEqual(state(f.store), before);
    if (resumed !== undefined) while (resumed.step(3) !== CompactionStep.Done) assert.ok(!resumed.isDone);
    assert.deepEqual(state(f.store), before);
    assert.deepEqual(readCompactionMarks(f.backend), { scheduled: target, finished: target });
    assert.equal(f.store.hashes.list().length, 0);
    const uninterrupted = new Fixture();
    uninterrupted.leases.keys.set(7n, new Set());
    for (let i = 0; i < 60; i++) {
      if (i % 9 === 8) uninterrupted.write(del(`k${i % 7}`));
      else uninterrupted.write(put(`k${i % 7}`, `${i}`, i % 4 === 0 ? 7n : 0n));
    }
    uninterrupted.compact(target);
    assert.deepEqual(f.stored(), uninterrupted.stored());
  }
});

test("a restart never goes back behind a compaction, even when nothing is left of it (etcd issue 17780)", async () => {
  const f = new Fixture();
  f.write(put("a", "1"));
  f.write(del("a"));
  f.write(put("b", "1"));
  f.write(del("b"));
  f.compact(5);
  assert.deepEqual(f.stored(), ["5.0t"]);
  // A file that an older etcd compacted: the tombstone is gone, and the end of the compaction was not recorded.
  f.backend.delete(Bucket.Key, tombstoneKey(5, 0));
  writeScheduledCompact(f.backend, 6);
  f.backend.endBatch();
  await f.backend.commit();
  const { store, resumed } = f.restart();
  assert.equal(store.revision, 6);
  assert.equal(store.compactRevision, 6);
  while (resumed!.step(10) !== CompactionStep.Done) assert.ok(!resumed!.isDone);
  f.write(put("a", "2"));
  assert.equal(f.store.revision, 7);
  assert.equal(f.store.previousKv("a", 7), undefined);
});

test("a restart reports keys whose lease is gone and keeps them", async () => {
  const f = new Fixture();
  f.leases.keys.set(7n, new Set());
  f.write(put("a", "1", 7n), put("b", "1", 7n));
  f.write(put("b", "2"));
  await f.backend.commit();
  f.leases = new MapLeases();
  assert.deepEqual(f.restart().orphans, [{ key: "a", lease: 7n }]);
  assert.equal(f.value("a"), "1");
});

test("restore refuses damaged entries and takes odd ones that etcd takes", () => {
  const parts = { backend: new MemoryBackend(), leases: new MapLeases(), crc32c };
  const kv = KeyValue.encode({ key: utf8("k"), createRevision: 2, modRevision: 2, version: 1 });
  const add = (key: Uint8Array, value: Uint8Array): boolean => new StoreRestore(parts).add(key, value);
  assert.ok(add(revisionKey(2, 0), kv));
  assert.ok(!add(new Uint8Array(16), kv));
  assert.ok(!add(new Uint8Array(17), kv));
  assert.ok(!add(new Uint8Array(18).fill(0xff), kv));
  assert.ok(!add(revisionKey(2, 0), kv.subarray(0, 2)));
  assert.ok(!add(revisionKey(2, 0), new Uint8Array([0x08, 0x80])));
  assert.ok(!add(revisionKey(2, 0), new Uint8Array([0x07])));
  // An empty entry, as `etcdutl snapshot restore --bump-revision` leaves one: a key without a name.
  const restore = new StoreRestore(parts);
  assert.ok(restore.add(revisionKey(2, 0), kv));
  assert.ok(!restore.add(revisionKey(2, 0), kv));
  assert.ok(restore.add(tombstoneKey(2, 1), KeyValue.encode({ key: utf8("k") })));
  assert.ok(restore.add(tombstoneKey(3, 0), KeyValue.encode({ key: utf8("k") })));
  assert.ok(restore.add(revisionKey(1_000_000, 0), EMPTY_BYTES));
  for (let i = 0; !restore.attachLeases(1); i++) assert.ok(i < 10_000);
  const { store } = restore.finish();
  assert.equal(store.revision, 1_000_000);
  assert.equal(store.index.count("\0", FROM_KEY, store.revision), 0);
  assert.equal(store.index.check(), undefined);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { entrySize } from "./entry-size.ts";
import { MemoryStorage } from "./memory-storage.ts";
import { COMPACTED, SNAPSHOT_OUT_OF_DATE, UNAVAILABLE } from "./raft-error.ts";
import { type ConfState, type Entry, NO_LIMIT, newEntry, type Snapshot } from "./types.ts";

const at = (index: number, term: number): Entry => ({ ...newEntry(new Uint8Array(0)), index, term });
const snapshotAt = (index: number, term: number, confState?: ConfState): Snapshot => ({
  data: new Uint8Array(0),
  metadata: { confState, index, term },
});

/** Compacted at (3, 3), entries (4, 4) and (5, 5). */
function filled(): MemoryStorage {
  const storage = new MemoryStorage();
  storage.applySnapshot(snapshotAt(3, 3));
  storage.append([at(4, 4), at(5, 5)]);
  return storage;
}

const shown = (storage: MemoryStorage): [number, number][] => {
  const entries = storage.entries(storage.firstIndex(), storage.lastIndex() + 1, NO_LIMIT);
  return Array.isArray(entries) ? entries.map((e) => [e.index, e.term]) : [];
};

test("MemoryStorage.term() answers from the compacted position to the last entry", () => {
  assert.deepEqual(
    [2, 3, 4, 5, 6].map((index) => filled().term(index)),
    [COMPACTED, 3, 4, 5, UNAVAILABLE],
  );
});

test("MemoryStorage.entries() grants at least one entry and keeps to the size otherwise", () => {
  const storage = filled();
  storage.append([at(6, 6)]);
  const size = entrySize(at(4, 4));
  const count = (lo: number, hi: number, maxSize: number): unknown => {
    const entries = storage.entries(lo, hi, maxSize);
    return Array.isArray(entries) ? entries.length : entries;
  };
  assert.equal(count(3, 6, NO_LIMIT), COMPACTED);
  assert.equal(count(4, 7, NO_LIMIT), 3);
  assert.equal(count(4, 7, 0), 1);
  assert.equal(count(4, 7, 2 * size), 2);
  assert.equal(count(4, 7, 3 * size - 1), 2);
  assert.equal(count(4, 7, 3 * size), 3);
  assert.throws(() => storage.entries(4, 8, NO_LIMIT));
  assert.equal(new MemoryStorage().entries(1, 1, NO_LIMIT), UNAVAILABLE);
});

test("MemoryStorage.append() replaces from the first new index and skips what is compacted", () => {
  for (const [entries, expected] of [
    [
      [at(1, 1), at(2, 2)],
      [
        [4, 4],
        [5, 5],
      ],
    ],
    [
      [at(3, 3), at(4, 4), at(5, 5)],
      [
        [4, 4],
        [5, 5],
      ],
    ],
    [
      [at(3, 3), at(4, 6), at(5, 6)],
      [
        [4, 6],
        [5, 6],
      ],
    ],
    [[at(2, 3), at(3, 3), at(4, 5)], [[4, 5]]],
    [[at(4, 5)], [[4, 5]]],
    [
      [at(6, 5)],
      [
        [4, 4],
        [5, 5],
        [6, 5],
      ],
    ],
  ] as const) {
    const storage = filled();
    const before = storage.entries(4, 6, NO_LIMIT);
    storage.append(entries);
    assert.deepEqual(shown(storage), expected);
    assert.deepEqual(before, [at(4, 4), at(5, 5)], "an array that was handed out changed");
  }
  assert.throws(() => filled().append([at(7, 5)]));
});

test("MemoryStorage.compact() keeps the term of its position", () => {
  for (const [index, refused, first, term] of [
    [2, COMPACTED, 4, 3],
    [3, COMPACTED, 4, 3],
    [4, undefined, 5, 4],
    [5, undefined, 6, 5],
  ] as const) {
    const storage = filled();
    assert.equal(storage.compact(index), refused);
    assert.deepEqual([storage.firstIndex(), storage.term(storage.firstIndex() - 1)], [first, term]);
    assert.equal(storage.lastIndex(), 5);
  }
});

test("MemoryStorage.createSnapshot() takes term and membership along, and only moves forward", () => {
  const storage = filled();
  const confState: ConfState = {
    voters: [1n],
    learners: [],
    votersOutgoing: [],
    learnersNext: [],
    autoLeave: false,
  };
  assert.equal(storage.createSnapshot(3, confState, new Uint8Array(0)), SNAPSHOT_OUT_OF_DATE);
  assert.deepEqual(storage.createSnapshot(4, confState, Uint8Array.of(1)), {
    data: Uint8Array.of(1),
    metadata: { confState, index: 4, term: 4 },
  });
  storage.createSnapshot(5, undefined, Uint8Array.of(2));
  assert.deepEqual(storage.snapshot().metadata, { confState, index: 5, term: 5 });
  assert.equal(storage.firstIndex(), 4);
  assert.throws(() => storage.createSnapshot(6, undefined, new Uint8Array(0)));
});

test("MemoryStorage.applySnapshot() refuses what is not newer, and drops the log", () => {
  const storage = filled();
  assert.equal(storage.applySnapshot(snapshotAt(3, 3)), SNAPSHOT_OUT_OF_DATE);
  assert.equal(storage.applySnapshot(snapshotAt(9, 7)), undefined);
  assert.deepEqual([storage.firstIndex(), storage.lastIndex(), storage.term(9)], [10, 9, 7]);
});

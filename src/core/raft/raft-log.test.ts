import assert from "node:assert/strict";
import { test } from "node:test";
import { entrySize } from "./entry-size.ts";
import { MemoryStorage } from "./memory-storage.ts";
import { COMPACTED } from "./raft-error.ts";
import { RaftLog, TERM_COMPACTED, TERM_UNAVAILABLE } from "./raft-log.ts";
import { SILENT_RAFT_LOGGER } from "./raft-logger.ts";
import { type Entry, NO_LIMIT, newEntry } from "./types.ts";
import { UNKNOWN } from "./unstable-log.ts";

const at = (index: number, term: number, bytes = 0): Entry => ({ ...newEntry(new Uint8Array(bytes)), index, term });

/** A log with entries of these terms from index 1 on, the first `stable` of them in storage. */
function logOf(terms: readonly number[], stable = 0, maxApplyingSize = NO_LIMIT): RaftLog {
  const storage = new MemoryStorage();
  storage.append(terms.slice(0, stable).map((term, i) => at(i + 1, term)));
  const log = new RaftLog(storage, SILENT_RAFT_LOGGER, maxApplyingSize);
  log.append(terms.slice(stable).map((term, i) => at(stable + i + 1, term)));
  return log;
}

const termsOf = (log: RaftLog): number[] => {
  const entries = log.slice(log.firstIndex(), log.lastIndex() + 1, NO_LIMIT);
  assert.ok(Array.isArray(entries));
  return entries.map((e) => e.term);
};

test("RaftLog.findConflict() names the first entry that is missing or has another term", () => {
  const log = logOf([1, 2, 3]);
  for (const [entries, conflict] of [
    [[], 0],
    [[at(1, 1), at(2, 2), at(3, 3)], 0],
    [[at(2, 2), at(3, 3)], 0],
    [[at(1, 1), at(2, 2), at(3, 3), at(4, 4)], 4],
    [[at(4, 4), at(5, 4)], 4],
    [[at(1, 4), at(2, 4)], 1],
    [[at(2, 1), at(3, 4)], 2],
    [[at(3, 1), at(4, 2)], 3],
  ] as const)
    assert.equal(log.findConflict(entries), conflict);
});

test("RaftLog.findConflictByTerm() finds the highest position at or below an index whose term is not above the given one", () => {
  for (const [terms, index, term, found] of [
    [[2, 2, 5, 5, 5], 5, 5, 5],
    [[2, 2, 5, 5, 5], 5, 4, 2],
    [[2, 2, 5, 5, 5], 3, 3, 2],
    [[2, 2, 5, 5, 5], 2, 2, 2],
    [[2, 2, 5, 5, 5], 2, 1, 0],
    [[2, 2, 5, 5, 5], 0, 1, 0],
    [[1, 1, 1], 9, 1, 9],
  ] as const)
    assert.equal(logOf(terms).findConflictByTerm(index, term).index, found);
});

test("RaftLog.isUpToDate() compares last terms first, then last indexes (Raft paper, 5.4.1)", () => {
  const log = logOf([1, 2, 3]);
  for (const [index, term, upToDate] of [
    [2, 4, true],
    [3, 4, true],
    [4, 2, false],
    [3, 2, false],
    [2, 3, false],
    [3, 3, true],
    [4, 3, true],
  ] as const)
    assert.equal(log.isUpToDate(index, term), upToDate);
});

test("RaftLog.append() replaces from its first index on, unstable or stable", () => {
  for (const [stable, entries, terms, offset] of [
    [2, [], [1, 2], 3],
    [2, [at(3, 2)], [1, 2, 2], 3],
    [2, [at(1, 2)], [2], 1],
    [2, [at(2, 3), at(3, 3)], [1, 3, 3], 2],
  ] as const) {
    const log = logOf([1, 2], stable);
    log.append(entries);
    assert.deepEqual(termsOf(log), terms);
    assert.equal(log.unstable.offset, offset);
  }
});

test("RaftLog.maybeAppend() needs a matching position, appends what is new, commits as far as it goes (Raft paper, 5.3)", () => {
  for (const [prevIndex, prevTerm, committed, entries, last, commit, terms] of [
    [3, 2, 3, [at(4, 4)], UNKNOWN, 1, [1, 2, 3]],
    [4, 4, 3, [at(5, 4)], UNKNOWN, 1, [1, 2, 3]],
    [3, 3, 3, [], 3, 3, [1, 2, 3]],
    [3, 3, 4, [], 3, 3, [1, 2, 3]],
    [3, 3, 2, [], 3, 2, [1, 2, 3]],
    [3, 3, 0, [], 3, 1, [1, 2, 3]],
    [0, 0, 3, [], 0, 1, [1, 2, 3]],
    [3, 3, 3, [at(4, 4)], 4, 3, [1, 2, 3, 4]],
    [3, 3, 5, [at(4, 4)], 4, 4, [1, 2, 3, 4]],
    [3, 3, 5, [at(4, 4), at(5, 4)], 5, 5, [1, 2, 3, 4, 4]],
    [2, 2, 3, [at(3, 4)], 3, 3, [1, 2, 4]],
    [1, 1, 3, [at(2, 4)], 2, 2, [1, 4]],
    [1, 1, 3, [at(2, 2)], 2, 2, [1, 2, 3]],
  ] as const) {
    const log = logOf([1, 2, 3]);
    log.committed = 1;
    assert.equal(log.maybeAppend(prevIndex, prevTerm, entries, committed), last);
    assert.equal(log.committed, commit);
    assert.deepEqual(termsOf(log), terms);
  }
});

test("RaftLog refuses to change what is committed", () => {
  const log = logOf([1, 2, 3]);
  log.committed = 2;
  assert.throws(() => log.maybeAppend(0, 0, [at(1, 9)], 0), /conflict with committed entry/);
  assert.throws(() => log.append([at(2, 9)]), /out of range/);
  log.commitTo(1);
  assert.equal(log.committed, 2);
  assert.throws(() => log.commitTo(4), /Was the raft log corrupted, truncated, or lost/);
});

test("RaftLog.maybeCommit() commits only an entry of the given term (Raft paper, 5.4.2)", () => {
  for (const [index, term, commit] of [
    [3, 3, 3],
    [2, 3, 0],
    [2, 2, 2],
    [4, 3, 0],
    [Number.POSITIVE_INFINITY, 3, 0],
    [3, 0, 0],
  ] as const) {
    const log = logOf([1, 2, 3]);
    assert.equal(log.maybeCommit(index, term), commit > 0);
    assert.equal(log.committed, commit);
  }
});

test("RaftLog.term() knows terms from one before the first entry to the last one", () => {
  const storage = new MemoryStorage();
  storage.applySnapshot({ data: new Uint8Array(0), metadata: { confState: undefined, index: 100, term: 7 } });
  const log = new RaftLog(storage, SILENT_RAFT_LOGGER);
  log.append([at(101, 8)]);
  assert.deepEqual(
    [99, 100, 101, 102].map((index) => log.term(index)),
    [TERM_COMPACTED, 7, 8, TERM_UNAVAILABLE],
  );
  log.restore({ data: new Uint8Array(0), metadata: { confState: undefined, index: 105, term: 9 } });
  // With a snapshot that is not stored yet, what storage still has does not count.
  assert.deepEqual(
    [100, 104, 105, 106].map((index) => log.term(index)),
    [TERM_COMPACTED, TERM_COMPACTED, 9, TERM_UNAVAILABLE],
  );
  assert.deepEqual([log.firstIndex(), log.lastIndex(), log.committed], [106, 105, 105]);
});

test("RaftLog.slice() joins storage and the unstable part and cuts at the size limit, granting one entry", () => {
  const log = logOf([1, 1, 1, 1, 1, 1], 3);
  const size = entrySize(at(1, 1));
  const indexes = (lo: number, hi: number, maxSize: number): number[] => {
    const entries = log.slice(lo, hi, maxSize);
    assert.ok(Array.isArray(entries));
    return entries.map((e) => e.index);
  };
  assert.deepEqual(indexes(2, 6, NO_LIMIT), [2, 3, 4, 5]);
  assert.deepEqual(indexes(4, 7, NO_LIMIT), [4, 5, 6]);
  assert.deepEqual(indexes(3, 3, NO_LIMIT), []);
  for (let count = 1; count <= 5; count++) {
    const expected = [2, 3, 4, 5, 6].slice(0, count);
    assert.deepEqual(indexes(2, 7, size * count), expected);
    assert.deepEqual(indexes(2, 7, size * count + size - 1), expected);
  }
  assert.deepEqual(indexes(2, 7, 0), [2]);
  assert.deepEqual(indexes(4, 7, 0), [4]);
  assert.throws(() => log.slice(2, 8, NO_LIMIT), /out of bound/);
  assert.throws(() => log.slice(3, 2, NO_LIMIT), /invalid slice/);
});

test("RaftLog reads past a compaction are refused, the rest goes on", () => {
  const log = logOf([1, 2, 3, 4], 4);
  (log.storage as MemoryStorage).compact(2);
  assert.equal(log.slice(2, 4, NO_LIMIT), COMPACTED);
  assert.equal(log.term(1), TERM_COMPACTED);
  assert.equal(log.term(2), 2);
  assert.deepEqual(termsOf(log), [3, 4]);
});

test("committed entries are handed out once, only stable ones unless allowed, within the size in flight (etcd-io/raft, applying)", () => {
  const size = entrySize(at(1, 1));
  const log = logOf([1, 1, 1, 1], 2, 2 * size);
  log.commitTo(4);
  assert.deepEqual([log.maxAppliableIndex(true), log.maxAppliableIndex(false)], [4, 2]);
  const first = log.nextCommittedEntries(true);
  assert.deepEqual(
    first.map((e) => e.index),
    [1, 2],
  );
  log.acceptApplying(2, 2 * size, true);
  assert.equal(log.hasNextCommittedEntries(true), false, "the limit is reached");
  log.appliedTo(1, size);
  assert.deepEqual(
    log.nextCommittedEntries(true).map((e) => e.index),
    [3],
  );
  assert.equal(log.hasNextCommittedEntries(false), false);
  assert.throws(() => log.appliedTo(0, 0), /out of range/);
  assert.throws(() => log.appliedTo(5, 0), /out of range/);
});

test("entrySize() is the length of the encoding", async () => {
  const { Entry: codec } = await import("./types.ts");
  for (const term of [1, 127, 128, 16383, 16384, 2 ** 31, 2 ** 35 - 1, 2 ** 35, 2 ** 49, 2 ** 53 - 1])
    for (const bytes of [0, 1, 127, 128, 20000])
      for (const type of [0, 1, 2] as const) {
        const entry: Entry = { type, term, index: term, data: new Uint8Array(bytes) };
        assert.equal(entrySize(entry), codec.sizeOf(entry));
      }
});

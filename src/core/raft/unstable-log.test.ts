import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { SILENT_RAFT_LOGGER } from "./raft-logger.ts";
import { type Entry, newEntry, type Snapshot } from "./types.ts";
import { UNKNOWN, UnstableLog } from "./unstable-log.ts";

const entryAt = (index: number, term: number): Entry => ({ ...newEntry(new Uint8Array(0)), index, term });
const snapshotAt = (index: number, term: number): Snapshot => ({
  data: new Uint8Array(0),
  metadata: { confState: undefined, index, term },
});

/** The same by a map from index to term, and two watermarks. */
class NaiveUnstable {
  terms = new Map<number, number>();
  snapshot: { index: number; term: number; taken: boolean } | undefined;
  /** Everything below is stable. */
  offset: number;
  /** Everything below is handed out. */
  taken: number;

  constructor(offset: number) {
    this.offset = offset;
    this.taken = offset;
  }

  get last(): number {
    return Math.max(UNKNOWN, this.snapshot?.index ?? UNKNOWN, ...this.terms.keys());
  }
  term(index: number): number {
    if (this.terms.has(index)) return this.terms.get(index)!;
    return this.snapshot?.index === index && index < this.offset ? this.snapshot.term : UNKNOWN;
  }
  append(entries: readonly Entry[]): void {
    const first = entries[0]!.index;
    for (const index of this.terms.keys()) if (index >= first) this.terms.delete(index);
    for (const { index, term } of entries) this.terms.set(index, term);
    this.taken = Math.min(this.taken, first);
    if (first < this.offset) this.offset = first;
  }
  stableTo(index: number, term: number): void {
    if (this.terms.get(index) !== term) return;
    for (const i of this.terms.keys()) if (i <= index) this.terms.delete(i);
    this.offset = index + 1;
    this.taken = Math.max(this.taken, this.offset);
  }
  next(): number[] {
    return [...this.terms.keys()].filter((index) => index >= this.taken).sort((a, b) => a - b);
  }
}

type Step =
  | { kind: "append"; back: number; count: number }
  | { kind: "accept" }
  | { kind: "stable"; ahead: number; staleTerm: boolean }
  | { kind: "snapshot"; ahead: number }
  | { kind: "snapshotStable" };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("append" as const), back: fc.nat(6), count: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ kind: fc.constant("accept" as const) }),
  fc.record({ kind: fc.constant("stable" as const), ahead: fc.nat(8), staleTerm: fc.boolean() }),
  fc.record({ kind: fc.constant("snapshot" as const), ahead: fc.nat(10) }),
  fc.record({ kind: fc.constant("snapshotStable" as const) }),
);

test("the unstable log does what a map from index to term does", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const log = new UnstableLog(5, SILENT_RAFT_LOGGER);
      const naive = new NaiveUnstable(5);
      let term = 1;
      for (const s of steps) {
        switch (s.kind) {
          case "append": {
            term++;
            const end = naive.offset + naive.terms.size;
            const floor = (naive.snapshot?.index ?? 0) + 1;
            const first = Math.max(floor, end - s.back);
            const entries = Array.from({ length: s.count }, (_, i) => entryAt(first + i, term));
            log.truncateAndAppend(entries);
            naive.append(entries);
            break;
          }
          case "accept":
            log.acceptInProgress();
            if (naive.terms.size > 0) naive.taken = naive.last + 1;
            if (naive.snapshot !== undefined) naive.snapshot.taken = true;
            break;
          case "stable": {
            const index = naive.offset + s.ahead;
            const at = (naive.terms.get(index) ?? term) - (s.staleTerm ? 1 : 0);
            log.stableTo(index, at);
            naive.stableTo(index, at);
            break;
          }
          case "snapshot": {
            const index = Math.max(naive.last, naive.offset - 1) + 1 + s.ahead;
            log.restore(snapshotAt(index, term));
            naive.terms.clear();
            naive.snapshot = { index, term, taken: false };
            naive.offset = index + 1;
            naive.taken = index + 1;
            break;
          }
          case "snapshotStable":
            log.stableSnapshotTo(naive.snapshot?.index ?? 0);
            naive.snapshot = undefined;
            break;
        }
        assert.equal(log.offset, naive.offset);
        assert.equal(log.offsetInProgress, naive.taken);
        assert.equal(log.lastIndex(), naive.last);
        assert.equal(log.firstIndex(), naive.snapshot === undefined ? UNKNOWN : naive.snapshot.index + 1);
        assert.deepEqual(
          log.nextEntries().map((e) => e.index),
          naive.next(),
        );
        assert.equal(log.hasNextEntries(), naive.next().length > 0);
        assert.equal(log.nextSnapshot() !== undefined, naive.snapshot !== undefined && !naive.snapshot.taken);
        for (let index = 0; index < naive.offset + 12; index++) assert.equal(log.term(index), naive.term(index));
      }
    }),
    { numRuns: 500 },
  );
});

test("UnstableLog.slice() refuses what is not here", () => {
  const log = new UnstableLog(5, SILENT_RAFT_LOGGER);
  log.truncateAndAppend([entryAt(5, 1), entryAt(6, 1), entryAt(7, 1)]);
  assert.deepEqual(
    log.slice(6, 8).map((e) => e.index),
    [6, 7],
  );
  for (const [lo, hi] of [
    [4, 6],
    [6, 9],
    [7, 6],
  ] as const)
    assert.throws(() => log.slice(lo, hi));
});

test("arrays from the unstable log are copies, their entries are not", () => {
  const log = new UnstableLog(1, SILENT_RAFT_LOGGER);
  const given = [entryAt(1, 1)];
  log.truncateAndAppend(given);
  const handed = log.nextEntries();
  log.truncateAndAppend([entryAt(2, 1)]);
  assert.deepEqual([given.length, handed.length], [1, 1]);
  assert.equal(handed[0], given[0]);
});

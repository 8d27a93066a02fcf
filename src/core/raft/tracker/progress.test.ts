import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Inflights } from "./inflights.ts";
import { Progress, ProgressMap, ProgressState } from "./progress.ts";

function progressIn(state: ProgressState, match: number, next: number): Progress {
  const progress = new Progress(1n, match, next, new Inflights(8, 0), false, true);
  progress.state = state;
  return progress;
}

test("inflights behave like a queue of (index, bytes)", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 0, max: 60 }),
      fc.array(fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: -12, max: -1 })), { maxLength: 120 }),
      (maxCount, maxBytes, steps) => {
        const inflights = new Inflights(maxCount, maxBytes);
        let queue: { index: number; bytes: number }[] = [];
        let index = 0;
        for (const step of steps) {
          const bytes = queue.reduce((sum, item) => sum + item.bytes, 0);
          const full = queue.length === maxCount || (maxBytes !== 0 && bytes >= maxBytes);
          assert.equal(inflights.full(), full);
          if (step >= 0) {
            if (full) assert.throws(() => inflights.add(index + 1, step));
            else {
              index += 1 + (step % 3);
              inflights.add(index, step);
              queue.push({ index, bytes: step });
            }
          } else {
            const upTo = index + 6 + step;
            inflights.freeUpTo(upTo);
            queue = queue.filter((item) => item.index > upTo);
          }
          const sum = queue.reduce((s, item) => s + item.bytes, 0);
          assert.deepEqual([inflights.count, inflights.bytes], [queue.length, sum]);
          const copy = inflights.clone();
          assert.deepEqual([copy.count, copy.bytes, copy.full()], [inflights.count, inflights.bytes, inflights.full()]);
        }
        inflights.reset();
        assert.deepEqual([inflights.count, inflights.bytes], [0, 0]);
      },
    ),
    { numRuns: 400 },
  );
});

test("Progress.maybeUpdate() moves match forward only and keeps next above it", () => {
  for (const [index, match, next, moved] of [
    [2, 3, 5, false],
    [3, 3, 5, false],
    [4, 4, 5, true],
    [5, 5, 6, true],
  ] as const) {
    const progress = progressIn(ProgressState.StateReplicate, 3, 5);
    progress.appendFlowPaused = true;
    assert.equal(progress.maybeUpdate(index), moved);
    assert.deepEqual([progress.match, progress.next, progress.appendFlowPaused], [match, next, !moved]);
  }
});

test("Progress.maybeDecreaseTo() follows the hint while probing, falls back to match while replicating, and ignores old rejections", () => {
  for (const [state, match, next, rejected, hint, decreased, expected] of [
    [ProgressState.StateReplicate, 5, 10, 5, 5, false, 10],
    [ProgressState.StateReplicate, 5, 10, 4, 4, false, 10],
    [ProgressState.StateReplicate, 5, 10, 9, 9, true, 6],
    [ProgressState.StateProbe, 0, 10, 5, 5, false, 10],
    [ProgressState.StateProbe, 0, 10, 9, 9, true, 9],
    [ProgressState.StateProbe, 0, 2, 1, 1, true, 1],
    [ProgressState.StateProbe, 0, 1, 0, 0, true, 1],
    [ProgressState.StateProbe, 0, 10, 9, 2, true, 3],
    [ProgressState.StateProbe, 4, 10, 9, 1, true, 5],
  ] as const) {
    const progress = progressIn(state, match, next);
    assert.equal(progress.maybeDecreaseTo(rejected, hint), decreased);
    assert.deepEqual([progress.match, progress.next], [match, expected]);
  }
});

test("Progress probes from behind the snapshot that was sent", () => {
  for (const [pending, next] of [
    [10, 11],
    [0, 2],
  ] as const) {
    const progress = progressIn(ProgressState.StateProbe, 1, 5);
    progress.becomeSnapshot(10);
    assert.deepEqual([progress.next, progress.isPaused()], [11, true]);
    progress.pendingSnapshot = pending;
    progress.becomeProbe();
    assert.deepEqual([progress.state, progress.match, progress.next], [ProgressState.StateProbe, 1, next]);
  }
});

test("Progress.sentEntries() pauses a probed member at once and a replicating one when its window is full", () => {
  const probed = progressIn(ProgressState.StateProbe, 0, 1);
  probed.sentEntries(0, 0);
  assert.equal(probed.isPaused(), false);
  probed.sentEntries(1, 10);
  assert.deepEqual([probed.isPaused(), probed.next], [true, 1]);
  const replicating = new Progress(1n, 0, 1, new Inflights(2, 0), false, true);
  replicating.becomeReplicate();
  replicating.sentEntries(3, 10);
  assert.deepEqual([replicating.isPaused(), replicating.next], [false, 4]);
  replicating.sentEntries(1, 10);
  assert.equal(replicating.isPaused(), true);
  replicating.becomeSnapshot(9);
  assert.throws(() => replicating.sentEntries(1, 1));
});

test("Progress prints as in etcd raft's log lines", () => {
  const progress = new Progress(1n, 1, 2, new Inflights(1, 0), true, false);
  progress.inflights.add(123, 1);
  progress.becomeSnapshot(123);
  progress.inflights.add(123, 1);
  assert.equal(
    progress.toString(),
    "StateSnapshot match=1 next=124 learner paused pendingSnap=123 inactive inflight=1[full]",
  );
});

test("a progress map is sorted by ID", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.bigInt({ min: 1n, max: 8n }), fc.boolean()), { maxLength: 40 }), (steps) => {
      const map = new ProgressMap();
      const naive = new Set<bigint>();
      for (const [id, add] of steps) {
        if (add) {
          map.set(new Progress(id, 0, 1, new Inflights(1, 0), false, true));
          naive.add(id);
        } else {
          map.delete(id);
          naive.delete(id);
        }
        assert.deepEqual(
          map.list.map((p) => p.id),
          [...naive].sort((a, b) => Number(a - b)),
        );
        for (let i = 1n; i <= 8n; i++) assert.equal(map.get(i) !== undefined, naive.has(i));
      }
    }),
  );
});

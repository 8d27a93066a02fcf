import assert from "node:assert/strict";
import { test } from "node:test";
import { etcdError } from "../base/etcd-error.ts";
import type { Clock } from "../io/clock.ts";
import { SILENT_LOGGER } from "../io/logger.ts";
import { AutoCompaction, type AutoCompactionPolicy } from "./auto-compaction.ts";

/** A clock whose repeating timers fire as `advance` passes their times. */
function manualClock(): { clock: Clock; advance: (ms: number) => Promise<void> } {
  let now = 0;
  const repeating: { period: number; next: number; callback: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    wallNow: () => now,
    setTimer: () => ({ cancel() {} }),
    setRepeating(period, callback) {
      repeating.push({ period, next: now + period, callback });
      return { cancel: () => repeating.splice(0) };
    },
    nextTurn: (callback) => callback(),
  };
  const advance = async (ms: number): Promise<void> => {
    const end = now + ms;
    for (;;) {
      const due = repeating.filter((t) => t.next <= end).sort((a, b) => a.next - b.next)[0];
      if (!due) break;
      now = due.next;
      due.next += due.period;
      due.callback();
      await Promise.resolve();
    }
    now = end;
  };
  return { clock, advance };
}

function setup(policy: AutoCompactionPolicy): {
  advance: (ms: number) => Promise<void>;
  state: { rev: number; leader: boolean; compacted: number[]; fail?: Error };
} {
  const { clock, advance } = manualClock();
  const state: { rev: number; leader: boolean; compacted: number[]; fail?: Error } = {
    rev: 1,
    leader: true,
    compacted: [],
  };
  new AutoCompaction({
    policy,
    clock,
    logger: SILENT_LOGGER,
    target: {
      revision: () => state.rev,
      isLeader: () => state.leader,
      compact: (revision) => {
        state.compacted.push(revision);
        return state.fail ? Promise.reject(state.fail) : Promise.resolve();
      },
    },
  }).start();
  return { advance, state };
}

test("periodic compaction keeps one retention period and then runs once an hour", async () => {
  const { advance, state } = setup({ mode: "periodic", retentionMs: 2 * 3_600_000 });
  for (let minute = 0; minute < 240; minute++) {
    state.rev = minute + 1;
    await advance(60_000);
  }
  assert.equal(state.compacted.length, 3);
  assert.equal(state.compacted[0], 1);
  // Each compacts what was current two hours before.
  assert.ok(Math.abs(state.compacted[1]! - 60) <= 7, String(state.compacted));
});

test("periodic compaction does nothing on a follower and nothing when no revision was added", async () => {
  const { advance, state } = setup({ mode: "periodic", retentionMs: 600_000 });
  state.leader = false;
  await advance(3_600_000);
  assert.deepEqual(state.compacted, []);
  state.leader = true;
  await advance(3_600_000);
  assert.deepEqual(state.compacted, [1]);
});

test("revision compaction keeps the newest revisions, and an already compacted revision counts as done", async () => {
  const { advance, state } = setup({ mode: "revision", retentionRevisions: 10 });
  state.rev = 5;
  await advance(300_000);
  assert.deepEqual(state.compacted, []);
  state.rev = 100;
  state.fail = etcdError("Compacted");
  await advance(300_000);
  await advance(300_000);
  assert.deepEqual(state.compacted, [90]);
});

test("a failed compaction is tried again", async () => {
  const { advance, state } = setup({ mode: "revision", retentionRevisions: 10 });
  state.rev = 100;
  state.fail = new Error("no leader");
  await advance(300_000);
  await advance(300_000);
  assert.deepEqual(state.compacted, [90, 90]);
});

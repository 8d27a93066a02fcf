import assert from "node:assert/strict";
import { test } from "node:test";
import { HandClock } from "../../test/support/fake-call.ts";
import { SILENT_LOGGER } from "../io/logger.ts";
import { ElectionTickAdvance } from "./election-ticks.ts";

function member(over: { isWanted?: boolean; memberCount?: number } = {}): {
  clock: HandClock;
  advance: ElectionTickAdvance;
  state: { active: number; ticks: number };
} {
  const clock = new HandClock();
  const state = { active: 0, ticks: 0 };
  const advance = new ElectionTickAdvance({
    clock,
    logger: SILENT_LOGGER,
    memberId: 1n,
    electionTicks: 10,
    isWanted: over.isWanted ?? true,
    memberCount: () => over.memberCount ?? 3,
    activePeers: () => state.active,
    tick: () => {
      state.ticks++;
    },
  });
  return { clock, advance, state };
}

function run(clock: HandClock, ms: number): void {
  for (let at = 0; at < ms; at += 50) clock.advance(50);
}

test("a member connected to several others advances its election ticks once, by all but two", () => {
  const { clock, advance, state } = member();
  advance.start();
  run(clock, 500);
  state.active = 1;
  run(clock, 500);
  assert.equal(state.ticks, 0, "one peer is not enough, as in etcd");
  state.active = 2;
  run(clock, 50);
  assert.equal(state.ticks, 8);
  run(clock, 10_000);
  assert.equal(state.ticks, 8);
  assert.equal(clock.timers, 0);
});

test("without peers it stops looking after five seconds", () => {
  const { clock, advance, state } = member();
  advance.start();
  run(clock, 5000);
  assert.equal(clock.timers, 0);
  state.active = 2;
  run(clock, 1000);
  assert.equal(state.ticks, 0);
});

test("neither a single member nor one that is told not to advances its ticks", () => {
  for (const over of [{ memberCount: 1 }, { isWanted: false }]) {
    const { clock, advance, state } = member(over);
    state.active = 2;
    advance.start();
    run(clock, 1000);
    assert.equal(state.ticks, 0);
    assert.equal(clock.timers, 0);
  }
});

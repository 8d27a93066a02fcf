import assert from "node:assert/strict";
import { test } from "node:test";
import { HandClock } from "../../../test/support/fake-call.ts";
import { LateFlush } from "./late-flush.ts";

test("lateFlush waits one period at least and two at most, and its timer rests when nobody waits", () => {
  const clock = new HandClock();
  const late = new LateFlush(clock);
  const flushed: string[] = [];
  const sender = (name: string) => ({ flushLate: () => void flushed.push(name) });
  late.add(sender("a"));
  clock.advance(4);
  late.add(sender("b"));
  clock.advance(1);
  assert.deepEqual(flushed, [], "b came a moment ago");
  late.add(sender("c"));
  clock.advance(5);
  assert.deepEqual(flushed, ["a", "b"]);
  clock.advance(5);
  assert.deepEqual(flushed, ["a", "b", "c"]);
  clock.advance(1000);
  assert.equal(clock.timers, 0);
  late.add(sender("d"));
  clock.advance(5);
  clock.advance(5);
  assert.deepEqual(flushed, ["a", "b", "c", "d"]);
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sleep, yieldTurn } from "../clock.ts";
import { NodeClock } from "./clock.ts";
import { NodeRandom } from "./random.ts";

describe("NodeClock", () => {
  it("calls timers once or repeatedly, not after cancel, and next turns after the current one", async () => {
    const clock = new NodeClock();
    const before = clock.now();
    let cancelled = 0;
    let repeated = 0;
    clock.setTimer(1, () => cancelled++).cancel();
    const never = clock.setTimer(2 ** 31 + 10, () => cancelled++);
    await new Promise<void>((resolve) => {
      const timer = clock.setRepeating(1, () => {
        if (++repeated === 3) {
          timer.cancel();
          resolve();
        }
      });
    });
    await sleep(clock, 5);
    await yieldTurn(clock);
    never.cancel();
    assert.equal(cancelled, 0);
    assert.equal(repeated, 3);
    assert.ok(clock.now() > before);
    assert.ok(clock.wallNow() > 1.6e12);
  });
});

describe("NodeClock's repeating timers", () => {
  it("do not fall behind while the event loop is busy, and skip what they missed", async () => {
    const periodMs = 10;
    const startMs = performance.now();
    const firedMs: number[] = [];
    let isBusy = true;
    // Periods in which the loop came round at all, on a machine that may be busy with other things.
    let served = 0;
    let latest = 0;
    const hold = (): void => {
      const period = Math.floor((performance.now() - startMs) / periodMs);
      if (period > latest) served++;
      latest = period;
      const endMs = performance.now() + 7;
      while (performance.now() < endMs);
      if (isBusy) setTimeout(hold, 0);
    };
    hold();
    const timer = new NodeClock().setRepeating(periodMs, () => firedMs.push(performance.now() - startMs));
    await new Promise((resolve) => setTimeout(resolve, 800));
    const before = firedMs.length;
    isBusy = false;
    const stalledMs = performance.now() + 200;
    while (performance.now() < stalledMs);
    await new Promise((resolve) => setTimeout(resolve, 100));
    timer.cancel();
    assert.ok(before > 0.9 * served, `${before} calls in ${served} periods: they fall behind`);
    for (const [i, ms] of firedMs.slice(0, before).entries())
      assert.ok(ms >= (i + 1) * periodMs - 2, `call ${i} came after ${ms} ms, before its time`);
    assert.ok(firedMs.length - before < 200 / periodMs, "what the stall of 200 ms covered is not made up for");
  });
});

describe("NodeRandom", () => {
  it("draws integers below any bound up to 2^48, all values of a small one", () => {
    const random = new NodeRandom();
    const seen = new Set<number>();
    for (let i = 0; i < 3000; i++) {
      const value = random.integer(7);
      assert.ok(Number.isInteger(value) && value >= 0 && value < 7);
      seen.add(value);
    }
    assert.equal(seen.size, 7);
    assert.equal(random.integer(1), 0);
    assert.ok(random.integer(2 ** 48) < 2 ** 48);
    assert.throws(() => random.integer(0));
    assert.notEqual(random.u64(), random.u64());
    assert.equal(random.bytes(33).length, 33);
    assert.notDeepEqual(random.bytes(16), random.bytes(16));
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { HandClock } from "../../../test/support/fake-call.ts";
import { Prng } from "../../../test/support/prng.ts";
import { type DeadlineEntry, Deadlines } from "./deadlines.ts";
import { FloodBudget } from "./flood-budget.ts";
import { DEFAULT_KEEPALIVE, type KeepaliveTarget, Pinger, PingPolice } from "./keepalive.ts";

class Target implements KeepaliveTarget {
  sawBytes = false;
  wants = true;
  pings = 0;
  timeouts = 0;
  sendKeepalivePing(): void {
    this.pings++;
  }
  onKeepaliveTimeout(): void {
    this.timeouts++;
  }
  wantsKeepalive(): boolean {
    return this.wants;
  }
}

const OPTIONS = { ...DEFAULT_KEEPALIVE, intervalMs: 1000, timeoutMs: 200 };

test("a silent peer is pinged once and given up after the timeout", () => {
  const clock = new HandClock();
  const target = new Target();
  new Pinger(clock, target, OPTIONS);
  clock.advance(999);
  assert.equal(target.pings, 0);
  clock.advance(1);
  assert.equal(target.pings, 1);
  clock.advance(199);
  assert.equal(target.timeouts, 0);
  clock.advance(1);
  assert.equal(target.timeouts, 1);
  clock.advance(10_000);
  assert.equal(target.pings, 1);
});

test("any byte counts as an answer, and a peer that sends by itself is not pinged", () => {
  const clock = new HandClock();
  const target = new Target();
  new Pinger(clock, target, OPTIONS);
  clock.advance(1000);
  target.sawBytes = true;
  clock.advance(200);
  assert.equal(target.timeouts, 0);
  for (let i = 0; i < 5; i++) {
    target.sawBytes = true;
    clock.advance(1000);
  }
  assert.equal(target.pings, 1);
});

test("a client without calls is not pinged, nor one whose interval is zero", () => {
  const clock = new HandClock();
  const target = new Target();
  target.wants = false;
  new Pinger(clock, target, OPTIONS);
  new Pinger(clock, target, { ...OPTIONS, intervalMs: 0 });
  clock.advance(1000);
  clock.advance(1000);
  assert.equal(target.pings, 0);
  assert.equal(clock.timers, 1);
});

test("pings at the agreed distance are allowed; the third that comes too early is too many", () => {
  const police = new PingPolice(DEFAULT_KEEPALIVE);
  let now = 0;
  for (let i = 0; i < 10; i++) assert.ok(police.allows((now += 5000), 1, false));
  assert.ok(police.allows((now += 4999), 1, false));
  assert.ok(police.allows((now += 4999), 1, false));
  assert.equal(police.allows((now += 4999), 1, false), false);
});

test("without calls, pings need two hours between them unless permitted", () => {
  const strict = new PingPolice(DEFAULT_KEEPALIVE);
  const outcomes = [0, 10_000, 20_000, 30_000].map((now) => strict.allows(now, 0, false));
  assert.deepEqual(outcomes, [true, true, true, false]);
  const lenient = new PingPolice({ ...DEFAULT_KEEPALIVE, permitWithoutStream: true });
  for (let now = 0; now < 100_000; now += 5000) assert.ok(lenient.allows(now, 0, false));
});

test("frames sent to the client excuse its pings and clear its strikes", () => {
  const police = new PingPolice(DEFAULT_KEEPALIVE);
  for (let i = 0; i < 100; i++) {
    assert.ok(police.allows(i, 1, false));
    assert.ok(police.allows(i, 1, false));
    assert.ok(police.allows(i, 1, true));
  }
});

class Entry implements DeadlineEntry {
  deadlineMs: number | undefined;
  deadlineSlot = -1;
  deadlinePrevious: DeadlineEntry | undefined;
  deadlineNext: DeadlineEntry | undefined;
  firedMs: number | undefined;
  readonly #clock: HandClock;

  constructor(clock: HandClock, deadlineMs: number) {
    this.#clock = clock;
    this.deadlineMs = deadlineMs;
  }

  onDeadline(): void {
    assert.equal(this.firedMs, undefined, "fired twice");
    this.firedMs = this.#clock.now();
  }
}

test("deadlines fire once, not early and at most one slot late, as a naive list says", () => {
  const prng = new Prng(Number(process.env.SEED ?? Date.now()) >>> 0);
  console.log(`# seed ${prng.seed}`);
  for (let round = 0; round < 30; round++) {
    const clock = new HandClock();
    clock.advance(prng.integer(100_000));
    const deadlines = new Deadlines(clock);
    const live = new Set<Entry>();
    for (let step = 0; step < 400; step++) {
      if (prng.chance(0.6)) {
        const entry = new Entry(clock, clock.now() + prng.pick([0, 1, 3, 50, 1000, 9000, 60_000]) * prng.next());
        deadlines.add(entry);
        live.add(entry);
      }
      if (prng.chance(0.3) && live.size > 0) {
        const entry = prng.pick([...live]);
        deadlines.remove(entry);
        deadlines.remove(entry);
        live.delete(entry);
        entry.deadlineMs = undefined;
      }
      // Time passes in steps of a millisecond, so that timers fire when due.
      const target = clock.now() + prng.pick([0, 1, 5, 40, 700]);
      while (clock.now() < target) {
        clock.advance(1);
        for (const entry of live) {
          if (entry.firedMs !== undefined) {
            assert.ok(entry.firedMs >= entry.deadlineMs!, "fired early");
            live.delete(entry);
          } else {
            assert.ok(clock.now() <= entry.deadlineMs! + 9, `overdue by ${clock.now() - entry.deadlineMs!} ms`);
          }
        }
      }
    }
    deadlines.stop();
  }
});

test("a flood budget allows its burst, then its rate, and productive frames earn more", () => {
  const clock = new HandClock();
  const budget = new FloodBudget(clock, 10, 5);
  for (let i = 0; i < 10; i++) assert.ok(budget.spend(1));
  assert.equal(budget.spend(1), false);
  clock.advance(1000);
  for (let i = 0; i < 5; i++) assert.ok(budget.spend(1));
  assert.equal(budget.spend(1), false);
  budget.earn(2);
  assert.ok(budget.spend(2));
  assert.equal(budget.spend(1), false);
  clock.advance(1_000_000);
  for (let i = 0; i < 10; i++) assert.ok(budget.spend(1));
  assert.equal(budget.spend(1), false);
});

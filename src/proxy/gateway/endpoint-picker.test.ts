import assert from "node:assert/strict";
import { test } from "node:test";
import type { Random } from "../../io/random.ts";
import { EndpointPicker, type SrvRecord } from "./endpoint-picker.ts";

const record = (target: string, priority = 0, weight = 0): SrvRecord => ({ target, port: 1, priority, weight });

/** Numbers that go round through every value below the bound: exact proportions without chance. */
function roundRandom(): Random {
  let next = 0;
  return { integer: (bound) => next++ % bound, u64: () => 0n, bytes: (length) => new Uint8Array(length) };
}

function picks(picker: EndpointPicker, count: number): Record<string, number> {
  const seen: Record<string, number> = {};
  for (let i = 0; i < count; i++) {
    const target = picker.pick()?.record.target ?? "none";
    seen[target] = (seen[target] ?? 0) + 1;
  }
  return seen;
}

test("endpoints without weights are taken in turn", () => {
  const picker = new EndpointPicker([record("a"), record("b"), record("c")], roundRandom());
  assert.deepEqual(
    [0, 1, 2, 3].map(() => picker.pick()?.record.target),
    ["a", "b", "c", "a"],
  );
});

test("an inactive endpoint is passed over until it is active again; none is left when all are inactive", () => {
  const picker = new EndpointPicker([record("a"), record("b")], roundRandom());
  picker.remotes[0]!.active = false;
  assert.deepEqual(picks(picker, 4), { b: 4 });
  picker.remotes[1]!.active = false;
  assert.equal(picker.pick(), undefined);
  picker.remotes[0]!.active = true;
  assert.deepEqual(picks(picker, 2), { a: 2 });
});

test("the lowest priority number goes first; the next one serves when it is gone", () => {
  const picker = new EndpointPicker([record("far", 20), record("near", 10), record("near2", 10)], roundRandom());
  assert.deepEqual(picks(picker, 4), { near: 2, near2: 2 });
  picker.remotes[1]!.active = false;
  picker.remotes[2]!.active = false;
  assert.deepEqual(picks(picker, 2), { far: 2 });
});

test("weights are proportions, small ones too", () => {
  assert.deepEqual(picks(new EndpointPicker([record("a", 0, 1), record("b", 0, 1)], roundRandom()), 10), {
    a: 5,
    b: 5,
  });
  assert.deepEqual(picks(new EndpointPicker([record("a", 0, 1), record("b", 0, 3)], roundRandom()), 40), {
    a: 10,
    b: 30,
  });
});

test("an endpoint without a weight beside weighted ones is taken one time in a hundred", () => {
  const draws = [0, 1, 1, 5, 9];
  const random: Random = { ...roundRandom(), integer: () => draws.shift() ?? 1 };
  const picker = new EndpointPicker([record("a", 0, 10), record("b")], random);
  assert.deepEqual(picks(picker, 1), { b: 1 });
  assert.deepEqual(picks(picker, 2), { a: 2 });
});

test("addresses are written as Go writes them", () => {
  const picker = new EndpointPicker([record("::1"), record("host")], roundRandom());
  assert.deepEqual(
    picker.remotes.map(({ address }) => address),
    ["[::1]:1", "host:1"],
  );
});

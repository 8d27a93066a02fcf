import assert from "node:assert/strict";
import { test } from "node:test";
import { exponentialBounds, Histogram } from "./histogram.ts";

test("a value on a bound counts into the bucket of that bound", () => {
  const h = new Histogram([1, 2, 4]);
  for (const value of [0, 1, 1.5, 2, 3, 4, 5, 100]) h.observe(value);
  assert.deepEqual([...h.counts], [2, 2, 2, 2]);
  assert.equal(h.count, 8);
  assert.equal(h.sum, 116.5);
});

test("exponential bounds grow by the factor", () => {
  assert.deepEqual(exponentialBounds(1, 2, 4), [1, 2, 4, 8]);
});

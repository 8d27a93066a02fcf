import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { SlicedSort } from "./sliced-sort.ts";

test("a sort in slices equals a stable sort at once", () => {
  const numbers = fc.array(fc.nat({ max: 50 }), { maxLength: 6000, size: "max" });
  fc.assert(
    fc.property(numbers, fc.integer({ min: 1, max: 3000 }), (values, moves) => {
      const sort = new SlicedSort(values.length, (a, b) => values[a]! - values[b]!);
      for (let i = 0; !sort.step(moves); i++) assert.ok(i < 200_000);
      const expected = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
      assert.deepEqual(Array.from(sort.order), expected);
    }),
    { numRuns: 60 },
  );
});

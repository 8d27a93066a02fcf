import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { END_OF_KEYS, IntervalTree } from "./interval-tree.ts";

const point = fc.string({ unit: fc.constantFrom("a", "b", "c", "\xff", "\x00"), maxLength: 3 });
const end = fc.oneof({ weight: 6, arbitrary: point }, { weight: 1, arbitrary: fc.constant(END_OF_KEYS) });

test("IntervalTree answers as a list of intervals does, through inserts and removals", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ start: point, end, remove: fc.boolean(), at: point }), { maxLength: 120 }),
      (steps) => {
        const tree = new IntervalTree<string>();
        const twin = new Map<string, { start: string; end: string }>();
        for (const step of steps) {
          if (step.start >= step.end) continue;
          const name = JSON.stringify([step.start, step.end]);
          assert.equal(tree.find(step.start, step.end), twin.has(name) ? name : undefined);
          if (step.remove) {
            assert.equal(tree.remove(step.start, step.end), twin.delete(name));
          } else if (!twin.has(name)) {
            tree.insert(step.start, step.end, name);
            twin.set(name, step);
          }
          assert.equal(tree.size, twin.size);
          const expected = [...twin].filter(([, i]) => i.start <= step.at && step.at < i.end).map(([n]) => n);
          const actual: string[] = [];
          tree.stab(step.at, actual);
          assert.deepEqual(actual.sort(), expected.sort());
          assert.equal(tree.covers(step.at), expected.length > 0);
        }
      },
    ),
    { numRuns: 400 },
  );
});

test("IntervalTree.stab() visits few nodes among ten thousand intervals that do not hold the point", () => {
  const tree = new IntervalTree<number>();
  const name = (i: number): string => `k${String(i).padStart(6, "0")}`;
  let compared = 0;
  // An end that counts how often it is compared stands for a node that was visited.
  for (let i = 0; i < 10_000; i++) tree.insert(name(i), name(i + 1), i);
  const probe = {
    [Symbol.toPrimitive]: (): string => {
      compared++;
      return name(5000);
    },
  } as unknown as string;
  const hits: number[] = [];
  tree.stab(probe, hits);
  assert.deepEqual(hits, [5000]);
  assert.ok(compared < 400, `${compared} comparisons`);
});

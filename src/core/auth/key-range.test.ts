/** The claims of etcd's range_perm_cache_test.go, and a twin that looks at every key. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compareBytes, utf8 } from "../../base/bytes.ts";
import { isValidPermissionRange, KeyRangeSet } from "./key-range.ts";

const ALL_FROM = "\0";
const range = ([key, rangeEnd]: readonly [string, string]) => ({ key: utf8(key), rangeEnd: utf8(rangeEnd) });
const covers = (ranges: readonly (readonly [string, string])[], key: string, rangeEnd: string) =>
  new KeyRangeSet(ranges.map(range)).covers(utf8(key), utf8(rangeEnd));

test("ranges are covered by the union of permissions", () => {
  const nested = [
    ["a", "d"],
    ["a", "b"],
    ["c", "f"],
  ] as const;
  assert.equal(
    covers(
      [
        ["a", "c"],
        ["x", "z"],
      ],
      "a",
      "z",
    ),
    false,
  );
  assert.equal(
    covers(
      [
        ["a", "f"],
        ["c", "d"],
        ["f", "z"],
      ],
      "a",
      "z",
    ),
    true,
  );
  assert.equal(covers(nested, "a", "f"), true);
  assert.equal(covers(nested, "a", ALL_FROM), false);
  assert.equal(covers([["a", ALL_FROM]], "a", ALL_FROM), true);
  assert.equal(covers([[ALL_FROM, ALL_FROM]], "a", ALL_FROM), true);
  assert.equal(covers([[ALL_FROM, ALL_FROM]], ALL_FROM, ALL_FROM), true);
});

test("keys are covered by the union of permissions", () => {
  assert.equal(
    covers(
      [
        ["a", "c"],
        ["x", "z"],
      ],
      "f",
      "",
    ),
    false,
  );
  assert.equal(
    covers(
      [
        ["a", "f"],
        ["c", "d"],
        ["f", "z"],
      ],
      "b",
      "",
    ),
    true,
  );
  assert.equal(
    covers(
      [
        ["a", "d"],
        ["a", "b"],
        ["c", "f"],
      ],
      "d",
      "",
    ),
    true,
  );
  assert.equal(
    covers(
      [
        ["a", "d"],
        ["a", "b"],
        ["c", "f"],
      ],
      "f",
      "",
    ),
    false,
  );
  assert.equal(
    covers(
      [
        ["a", "d"],
        ["c", ALL_FROM],
      ],
      "f",
      "",
    ),
    true,
  );
  assert.equal(covers([["k", ""]], "k", ""), true);
  assert.equal(covers([["k", ""]], "k\0", ""), false);
  assert.equal(covers([["k", ""]], "k", "k\0"), true, "the range that holds just the key");
  assert.equal(covers([["k", ""]], "k", "l"), false);
});

test("an empty key is covered by nothing, an empty range by what covers its key", () => {
  assert.equal(covers([[ALL_FROM, ALL_FROM]], "", ""), false);
  assert.equal(covers([["a", "c"]], "b", "a"), true);
  assert.equal(covers([["a", "c"]], "b", "b"), true);
  assert.equal(covers([["a", "c"]], "d", "a"), false);
});

test("permissions can be granted on keys and ranges that hold a key", () => {
  const cases: [string, string, boolean][] = [
    ["a", "", true],
    ["a", "b", true],
    ["a", "a", false],
    ["b", "a", false],
    ["", "a", false],
    ["", "", false],
    ["", ALL_FROM, false],
    [ALL_FROM, "", true],
    ["a", ALL_FROM, true],
    [ALL_FROM, ALL_FROM, true],
  ];
  for (const [key, rangeEnd, valid] of cases) {
    assert.equal(isValidPermissionRange(utf8(key), utf8(rangeEnd)), valid, JSON.stringify([key, rangeEnd]));
  }
});

// A small universe: keys over two letters, and one beyond all range ends that stands for "everything behind".
const KEYS: readonly Uint8Array[] = keysUpTo(3);
const BEYOND = Uint8Array.of(255, 255);

function keysUpTo(length: number): Uint8Array[] {
  if (length === 0) return [];
  const shorter = keysUpTo(length - 1);
  const longest = shorter.length === 0 ? [new Uint8Array(0)] : shorter.filter((key) => key.length === length - 1);
  return [...shorter, ...longest.flatMap((key) => [0, 97, 98].map((byte) => Uint8Array.of(...key, byte)))];
}

interface Range {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
}

/** The twin: whether a key is in a range, by the words of the API. */
function holds({ key, rangeEnd }: Range, candidate: Uint8Array): boolean {
  if (rangeEnd.length === 0) return compareBytes(candidate, key) === 0;
  if (compareBytes(candidate, key) < 0) return false;
  return (rangeEnd.length === 1 && rangeEnd[0] === 0) || compareBytes(candidate, rangeEnd) < 0;
}

test("KeyRangeSet agrees with looking at every key", () => {
  const key = fc.constantFrom(...KEYS);
  const anyRange = fc.record({ key, rangeEnd: fc.oneof(key, fc.constantFrom(new Uint8Array(0), Uint8Array.of(0))) });
  // One byte longer than the keys: whatever a set covers and another does not shows on one of these.
  const candidates = [...keysUpTo(4), BEYOND];
  let covered = 0;
  fc.assert(
    fc.property(
      fc.array(
        anyRange.filter((r) => isValidPermissionRange(r.key, r.rangeEnd)),
        { maxLength: 6 },
      ),
      anyRange.filter((r) => isValidPermissionRange(r.key, r.rangeEnd)),
      (granted, asked) => {
        const expected = candidates.every((c) => !holds(asked, c) || granted.some((r) => holds(r, c)));
        if (expected) covered++;
        assert.equal(new KeyRangeSet(granted).covers(asked.key, asked.rangeEnd), expected);
      },
    ),
    { numRuns: 5000 },
  );
  assert.ok(covered > 100, "the random ranges must be covered often enough to mean something");
});

/** The index against a naive twin: a sorted array of keys with the revisions at which each came and went. */
import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { FoundRevision, KeyEntry } from "./key-entry.ts";
import { CountCursor, FROM_KEY, KeyIndex } from "./key-index.ts";

/** Naive: for each key the revisions of puts (true) and deletions (false). */
class Twin {
  readonly #histories: Map<string, { revision: number; put: boolean }[]> = new Map();

  record(key: string, revision: number, put: boolean): void {
    const history = this.#histories.get(key) ?? [];
    history.push({ revision, put });
    this.#histories.set(key, history);
  }

  exists(key: string, atRevision: number): boolean {
    const past = (this.#histories.get(key) ?? []).filter(({ revision }) => revision <= atRevision);
    return past.at(-1)?.put === true;
  }

  keys(from: string, end: string, atRevision: number): string[] {
    const inRange = (key: string): boolean =>
      end === "" ? key === from : key >= from && (end === FROM_KEY || key < end);
    return [...this.#histories.keys()].filter((key) => inRange(key) && this.exists(key, atRevision)).sort();
  }
}

function keysOf(index: KeyIndex, from: string, end: string, atRevision: number, slice: number): string[] {
  const keys: string[] = [];
  const sink = { add: (entry: KeyEntry): void => void keys.push(entry.key) };
  let next: string | undefined = from;
  while (next !== undefined) next = index.collect(next, end, atRevision, 0, slice, new FoundRevision(), sink);
  return keys;
}

function countInSlices(index: KeyIndex, from: string, end: string, atRevision: number, slice: number): number {
  if (end === "") return index.count(from, end, atRevision);
  const cursor = new CountCursor(from, end, atRevision);
  while (!index.countSome(cursor, slice)) assert.ok(cursor.key !== "");
  return cursor.count;
}

// Long runs make blocks split; few distinct keys make generations.
const changes = fc.array(fc.record({ key: fc.integer({ min: 0, max: 1500 }), put: fc.boolean() }), {
  minLength: 1,
  maxLength: 3000,
  size: "max",
});

test("collect() and count() agree with a naive twin at every revision, whole and in slices", () => {
  fc.assert(
    fc.property(changes, fc.integer({ min: 1, max: 700 }), fc.infiniteStream(fc.nat()), (ops, slice, random) => {
      const index = new KeyIndex();
      const twin = new Twin();
      let revision = 1;
      for (const op of ops) {
        const key = `k${op.key}`;
        const entry = index.get(key);
        revision++;
        if (op.put) {
          if (entry === undefined) index.create(new KeyEntry(key, revision, 0, revision, 1, 10));
          else index.put(entry, revision, 0, 10);
        } else if (entry === undefined || !index.tombstone(entry, revision, 0)) continue;
        twin.record(key, revision, op.put);
      }
      const below = (n: number): number => random.next().value! % n;
      let compacted = 0;
      for (let i = 0; i < 8; i++) {
        assert.equal(index.check(), undefined);
        const at = compacted + below(revision - compacted + 1);
        const from = `k${below(1500)}`;
        const end = ["", FROM_KEY, `k${below(1500)}`, "kz"][below(4)]!;
        const expected = twin.keys(from, end, at);
        assert.deepEqual(keysOf(index, from, end, at, slice), expected);
        assert.equal(index.count(from, end, at), expected.length);
        assert.equal(countInSlices(index, from, end, at, slice), expected.length);
        const any = index.anyAt(new CountCursor("", FROM_KEY, at), Number.POSITIVE_INFINITY);
        assert.equal(any, twin.keys("", FROM_KEY, at).length > 0);
        if (i % 3 !== 2) continue;
        compacted = at;
        let next: string | undefined = "";
        while (next !== undefined) next = index.compactSome(next, at, slice, { kept: 0 });
      }
    }),
    { numRuns: 40 },
  );
});

test("an index that was loaded and put in order equals one that was built key by key", () => {
  fc.assert(
    fc.property(changes, fc.integer({ min: 1, max: 3000 }), (ops, slice) => {
      const indexes = [new KeyIndex(), new KeyIndex(true)];
      let revision = 1;
      for (const op of ops) {
        revision++;
        const key = `${op.key * 7919}`;
        for (const index of indexes) {
          const entry = index.get(key);
          if (entry === undefined) {
            if (op.put) index.create(new KeyEntry(key, revision, 0, revision, 1, 10));
            else index.create(KeyEntry.ofTombstone(key, revision, 0));
          } else if (op.put) index.put(entry, revision, 0, 10);
          else index.tombstone(entry, revision, 0);
        }
      }
      const [built, loaded] = indexes as [KeyIndex, KeyIndex];
      for (let i = 0; !loaded.loadSome(slice); i++) assert.ok(i < 10_000);
      assert.equal(loaded.check(), undefined);
      assert.equal(loaded.liveKeys, built.liveKeys);
      const describe = (index: KeyIndex): string[] => {
        const out: string[] = [];
        index.scan("", FROM_KEY, Number.POSITIVE_INFINITY, (entry) => out.push(`${entry.key} ${entry.describe()}`));
        return out;
      };
      assert.deepEqual(describe(loaded), describe(built));
      for (const at of [revision, revision >> 1, revision >> 2]) {
        assert.equal(loaded.count("", FROM_KEY, at), built.count("", FROM_KEY, at));
      }
    }),
    { numRuns: 30 },
  );
});

test("collect() stops at the limit and names where to go on", () => {
  const index = new KeyIndex();
  for (let i = 0; i < 1000; i++) {
    index.create(new KeyEntry(`k${String(i).padStart(4, "0")}`, i + 2, 0, i + 2, 1, 10));
  }
  const keys: string[] = [];
  const sink = { add: (entry: KeyEntry): void => void keys.push(entry.key) };
  const next = index.collect("k0100", FROM_KEY, 2000, 300, Number.POSITIVE_INFINITY, new FoundRevision(), sink);
  assert.equal(keys.length, 300);
  assert.equal(keys[0], "k0100");
  assert.equal(next, "k0400");
  assert.equal(index.count(next, FROM_KEY, 2000), 600);
  assert.equal(index.liveKeys, 1000);
});

test("keys are ordered by bytes, the empty key first", () => {
  const index = new KeyIndex();
  const keys = ["", "\0", "\0\0", "a", "a\0", "a\xff", "b", "\x80", "\xff", "\xff\xff"];
  for (const [i, key] of keys.toReversed().entries()) index.create(new KeyEntry(key, i + 2, 0, i + 2, 1, 10));
  const seen: string[] = [];
  index.scan("", FROM_KEY, Number.POSITIVE_INFINITY, (entry) => seen.push(entry.key));
  assert.deepEqual(seen, keys);
  assert.equal(index.count("\0", FROM_KEY, 100), keys.length - 1);
});

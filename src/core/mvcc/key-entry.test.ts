/** The claims of etcd server/storage/mvcc/key_index_test.go as a table: what a key's history is and what compaction leaves of it. */
import assert from "node:assert/strict";
import test from "node:test";
import { FoundRevision, KeyEntry } from "./key-entry.ts";

type Pair = readonly [main: number, sub: number];

/**
 * ```
 *   [2.0 4.0 6.0t] [8.0 10.0 12.0t] [14.0 15.1 16.0t] []
 * ```
 */
const HISTORY: readonly Pair[] = [
  [2, 0],
  [4, 0],
  [6, 0],
  [8, 0],
  [10, 0],
  [12, 0],
  [14, 0],
  [15, 1],
  [16, 0],
];
const TOMBSTONES: ReadonlySet<number> = new Set([6, 12, 16]);

function entryOf(history: readonly Pair[] = HISTORY): KeyEntry {
  const [[main, sub] = [0, 0]] = history;
  const entry = new KeyEntry("foo", main, sub, main, 1, 10);
  for (const [nextMain, nextSub] of history.slice(1)) {
    if (TOMBSTONES.has(nextMain)) assert.ok(entry.tombstone(nextMain, nextSub));
    else entry.put(nextMain, nextSub, 10);
  }
  return entry;
}

function find(entry: KeyEntry, atRevision: number): string {
  const found = new FoundRevision();
  const exists = entry.find(atRevision, found);
  assert.equal(entry.existsAt(atRevision), exists);
  return exists ? `${found.main}.${found.sub} created ${found.created} version ${found.version}` : "none";
}

/** The revisions for which a question holds, among all of the history. */
function revisionsThat(holds: (main: number, sub: number) => boolean): string {
  return HISTORY.filter(([main, sub]) => holds(main, sub))
    .map(([main, sub]) => `${main}.${sub}`)
    .join(" ");
}

test("find() gives revision, creation and version at every revision (TestKeyIndexGet)", () => {
  const entry = entryOf();
  entry.compact(4);
  const wanted: readonly (readonly [number, string])[] = [
    [17, "none"],
    [16, "none"],
    [15, "15.1 created 14 version 2"],
    [14, "14.0 created 14 version 1"],
    [13, "none"],
    [12, "none"],
    [11, "10.0 created 8 version 2"],
    [10, "10.0 created 8 version 2"],
    [9, "8.0 created 8 version 1"],
    [8, "8.0 created 8 version 1"],
    [7, "none"],
    [6, "none"],
    [5, "4.0 created 2 version 2"],
    [4, "4.0 created 2 version 2"],
    [3, "none"],
    [2, "none"],
    [1, "none"],
    [0, "none"],
  ];
  for (const [revision, state] of wanted) assert.equal(find(entry, revision), state, `at ${revision}`);
});

test("put() extends the generation, tombstone() ends it once (TestKeyIndexPut, TestKeyIndexTombstone)", () => {
  const entry = new KeyEntry("foo", 5, 0, 5, 1, 10);
  assert.equal(entry.describe(), "{5/1: 5.0}");
  entry.put(7, 0, 10);
  assert.equal(entry.describe(), "{5/2: 5.0 7.0}");
  assert.ok(entry.tombstone(8, 0));
  assert.equal(entry.describe(), "{5/3: 5.0 7.0 8.0} {}");
  entry.put(9, 0, 10);
  entry.put(10, 0, 10);
  assert.ok(entry.tombstone(15, 0));
  assert.equal(entry.describe(), "{5/3: 5.0 7.0 8.0} {9/3: 9.0 10.0 15.0} {}");
  assert.equal(entry.tombstone(16, 0), false);
  assert.equal(entry.isLive, false);
});

test("put() refuses a revision that is not behind the newest", () => {
  const entry = new KeyEntry("foo", 5, 1, 5, 1, 10);
  assert.throws(() => entry.put(5, 1, 10), /must grow/);
  assert.throws(() => entry.put(4, 9, 10), /must grow/);
  entry.put(5, 2, 10);
});

test("a restored tombstone is found nowhere, kept at its own revision, and takes new puts (TestRestoreTombstone)", () => {
  const entry = KeyEntry.ofTombstone("foo", 16, 0);
  for (let revision = 15; revision <= 20; revision++) assert.equal(find(entry, revision), "none");
  assert.equal(entry.compact(16), true);
  assert.ok(entry.retains(16, 0));
  entry.put(17, 0, 10);
  entry.put(18, 0, 10);
  assert.equal(entry.describe(), "{0/1: 16.0} {17/2: 17.0 18.0}");
  assert.equal(entry.compact(17), true);
  assert.equal(entry.describe(), "{17/2: 17.0 18.0}");
});

interface CompactionCase {
  readonly at: number;
  readonly left: string;
  /** The revision at or below the target that stays. */
  readonly kept: string;
}

const G1 = "{2/3: 2.0 4.0 6.0} ";
const G2 = "{8/3: 8.0 10.0 12.0} ";
const G3 = "{14/3: 14.0 15.1 16.0} {}";

/** TestKeyIndexCompactAndKeep. */
const COMPACTIONS: readonly CompactionCase[] = [
  { at: 1, left: G1 + G2 + G3, kept: "" },
  { at: 2, left: G1 + G2 + G3, kept: "2.0" },
  { at: 3, left: G1 + G2 + G3, kept: "2.0" },
  { at: 4, left: `{2/3: 4.0 6.0} ${G2}${G3}`, kept: "4.0" },
  { at: 5, left: `{2/3: 4.0 6.0} ${G2}${G3}`, kept: "4.0" },
  { at: 6, left: `{2/3: 6.0} ${G2}${G3}`, kept: "6.0" },
  { at: 7, left: G2 + G3, kept: "" },
  { at: 8, left: G2 + G3, kept: "8.0" },
  { at: 9, left: G2 + G3, kept: "8.0" },
  { at: 10, left: `{8/3: 10.0 12.0} ${G3}`, kept: "10.0" },
  { at: 11, left: `{8/3: 10.0 12.0} ${G3}`, kept: "10.0" },
  { at: 12, left: `{8/3: 12.0} ${G3}`, kept: "12.0" },
  { at: 13, left: G3, kept: "" },
  { at: 14, left: G3, kept: "14.0" },
  { at: 15, left: "{14/3: 15.1 16.0} {}", kept: "15.1" },
  { at: 16, left: "{14/3: 16.0} {}", kept: "16.0" },
  { at: 17, left: "{}", kept: "" },
];

function checkCompaction(entry: KeyEntry, { at, left, kept }: CompactionCase): void {
  const before = entry.describe();
  const hashed = revisionsThat((main, sub) => entry.keepsAt(at, main, sub));
  assert.equal(hashed, TOMBSTONES.has(at) ? "" : kept, `hash at ${at} of ${before}`);
  assert.equal(entry.describe(), before);
  assert.equal(entry.compact(at), kept !== "", `compact(${at}) of ${before}`);
  assert.equal(entry.describe(), left);
  assert.equal(
    revisionsThat((main, sub) => main <= at && entry.retains(main, sub)),
    kept,
  );
  assert.equal(entry.isEmpty, left === "{}");
}

test("compact() keeps the newest revision at or below the target, one target after another", () => {
  const entry = entryOf();
  for (const compaction of COMPACTIONS) checkCompaction(entry, compaction);
});

test("compact() keeps the same when it jumps straight to the target", () => {
  for (const compaction of COMPACTIONS) checkCompaction(entryOf(), compaction);
});

test("compact() beyond the newest revision keeps the newest (TestKeyIndexCompactOnFurtherRev)", () => {
  const entry = new KeyEntry("foo", 1, 0, 1, 1, 10);
  entry.put(2, 0, 10);
  assert.equal(entry.compact(3), true);
  assert.equal(entry.describe(), "{1/2: 2.0}");
});

test("of several changes in one transaction the last counts", () => {
  const entry = new KeyEntry("foo", 5, 0, 5, 1, 10);
  entry.put(5, 1, 10);
  assert.equal(find(entry, 5), "5.1 created 5 version 2");
  entry.tombstone(5, 2);
  assert.equal(find(entry, 5), "none");
  entry.put(5, 3, 10);
  assert.equal(find(entry, 5), "5.3 created 5 version 1");
  assert.equal(entry.compact(5), true);
  assert.equal(find(entry, 5), "5.3 created 5 version 1");
  assert.ok(entry.retains(5, 3));
});

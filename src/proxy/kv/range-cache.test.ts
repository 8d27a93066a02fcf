import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8, utf8Text } from "../../base/bytes.ts";
import { RangeRequest } from "../../proto/generated/rpc.ts";
import { RangeCache } from "./range-cache.ts";

const NO_END = new Uint8Array(0);
const read = (key: string, rangeEnd = "", revision = 0): RangeRequest =>
  RangeRequest.create({ key: utf8(key), rangeEnd: utf8(rangeEnd), revision, serializable: true });

function answer(cache: RangeCache, request: RangeRequest, token = ""): string | undefined {
  const found = cache.get(request, token);
  return typeof found === "object" ? utf8Text(found) : found;
}

test("a linearizable read fills the cache for the serializable one", () => {
  const cache = new RangeCache();
  cache.add(RangeRequest.create({ key: utf8("a") }), "", utf8("reply"));
  assert.equal(answer(cache, read("a")), "reply");
  assert.equal(answer(cache, read("b")), undefined);
  assert.equal(cache.size, 1);
});

test("who has another token does not get the reply", () => {
  const cache = new RangeCache();
  cache.add(read("a"), "alice", utf8("secret"));
  assert.equal(answer(cache, read("a"), "bob"), undefined);
  assert.equal(answer(cache, read("a"), ""), undefined);
  assert.equal(answer(cache, read("a"), "alice"), "secret");
});

test("a write drops the reads that hold its key: the key, ranges, ranges without an end; reads of old revisions stay", () => {
  const cache = new RangeCache();
  const kept = [read("a"), read("c"), read("b", "", 5), read("b\0")];
  const dropped = [read("b"), read("a", "c"), read("a", "\0"), read("b", "b\0")];
  for (const request of [...kept, ...dropped]) cache.add(request, "", utf8("x"));
  cache.invalidate(utf8("b"), NO_END);
  for (const request of kept) assert.equal(answer(cache, request), "x", utf8Text(request.key));
  for (const request of dropped) assert.equal(answer(cache, request), undefined, utf8Text(request.rangeEnd));
});

test("a deleted range drops every read that overlaps it", () => {
  const cache = new RangeCache();
  for (const request of [read("a"), read("m"), read("k", "n"), read("z")]) cache.add(request, "", utf8("x"));
  cache.invalidate(utf8("l"), utf8("\0"));
  assert.equal(answer(cache, read("a")), "x");
  for (const request of [read("m"), read("k", "n"), read("z")]) assert.equal(answer(cache, request), undefined);
});

test("after a compaction older revisions are refused, the newest one is kept as before", () => {
  const cache = new RangeCache();
  cache.add(read("a", "", 3), "", utf8("old"));
  cache.compact(5);
  assert.equal(answer(cache, read("a", "", 3)), "compacted");
  assert.equal(answer(cache, read("b", "", 4)), "compacted");
  assert.equal(answer(cache, read("a", "", 5)), undefined);
  cache.add(read("a"), "", utf8("new"));
  assert.equal(answer(cache, read("a")), "new");
});

test("the least recently used go first, by count and by bytes", () => {
  const byCount = new RangeCache(2);
  byCount.add(read("a"), "", utf8("1"));
  byCount.add(read("b"), "", utf8("2"));
  answer(byCount, read("a"));
  byCount.add(read("c"), "", utf8("3"));
  assert.deepEqual(
    ["a", "b", "c"].map((key) => answer(byCount, read(key))),
    ["1", undefined, "3"],
  );
  const byBytes = new RangeCache(100, 10);
  byBytes.add(read("a"), "", new Uint8Array(6));
  byBytes.add(read("b"), "", new Uint8Array(6));
  byBytes.add(read("c"), "", new Uint8Array(11));
  assert.deepEqual(
    ["a", "b", "c"].map((key) => byBytes.get(read(key), "") !== undefined),
    [false, true, false],
  );
});

test("random reads and writes agree with a list that is searched from end to end", (t) => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000_007);
  t.diagnostic(`SEED=${seed}`);
  let state = seed || 1;
  const dice = (bound: number): number => {
    state = (state * 48271) % 2147483647;
    return state % bound;
  };
  const cache = new RangeCache(10_000);
  const naive = new Map<string, { readonly request: RangeRequest; readonly reply: string }>();
  const letter = (): string =>
    String.fromCharCode(97 + dice(6)) + (dice(2) === 0 ? "" : String.fromCharCode(97 + dice(3)));
  const holds = (request: RangeRequest, start: string, end: string | undefined): boolean => {
    const key = utf8Text(request.key);
    const rangeEnd = utf8Text(request.rangeEnd);
    const last = rangeEnd === "" ? `${key}\0` : rangeEnd === "\0" ? undefined : rangeEnd;
    return (
      (last === undefined || start < last) && (end === undefined || key < end) && (last === undefined || key < last)
    );
  };
  for (let step = 0; step < 3000; step++) {
    const key = letter();
    const rangeEnd = [" ", letter(), "\0"][dice(3)]!.trim();
    const request = read(key, rangeEnd);
    const id = `${key} ${rangeEnd}`;
    if (dice(3) > 0) {
      cache.add(request, "", utf8(String(step)));
      naive.set(id, { request, reply: String(step) });
    } else {
      const end = rangeEnd === "" ? `${key}\0` : rangeEnd === "\0" ? undefined : rangeEnd;
      cache.invalidate(request.key, request.rangeEnd);
      if (end === undefined || key < end)
        for (const [each, entry] of naive) if (holds(entry.request, key, end)) naive.delete(each);
    }
    const asked = read(letter(), ["", letter(), "\0"][dice(3)]!);
    const expected = naive.get(`${utf8Text(asked.key)} ${utf8Text(asked.rangeEnd)}`)?.reply;
    assert.equal(answer(cache, asked), expected, `step ${step}`);
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "../../base/bytes.ts";
import { decodeBucketValue } from "./bucket-value.ts";
import { fnv1a64 } from "./checksum.ts";
import { decodeFreelist } from "./freelist.ts";
import { ELEMENT_BYTES, flagsAndCount, PAGE_HEADER_BYTES, PageFlag } from "./layout.ts";
import { decodeMeta, encodeMeta, META_BYTES } from "./meta.ts";
import { checkNodePage, NodePage, writePageHeader } from "./node-page.ts";

/** Meta page 1 of a file that bbolt 1.5.0 wrote (little-endian machine). */
const BBOLT_META =
  "01000000000000000400000000000000edda0ced02000000001000000000000067020000000000000000000000000000" +
  "ffffffffffffffff68020000000000000700000000000000fbdca8182d16c6cd";

function fnvNaive(bytes: Uint8Array): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  return hash;
}

test("fnv1a64() equals its definition in 64-bit arithmetic", () => {
  for (const text of ["", "a", "foobar", "\xff\xfe".repeat(40)]) {
    const { high, low } = fnv1a64(utf8(text));
    assert.equal((BigInt(high) << 32n) | BigInt(low), fnvNaive(utf8(text)), text);
  }
});

test("a meta page of bbolt decodes, and encodes to the same bytes", () => {
  const bytes = Uint8Array.from(Buffer.from(BBOLT_META, "hex"));
  assert.equal(bytes.length, META_BYTES);
  const result = decodeMeta(bytes);
  assert.ok(result.ok);
  assert.deepEqual(result.meta, {
    pageSize: 4096,
    root: 0x267,
    sequence: 0,
    freelist: undefined,
    pageCount: 0x268,
    txid: 7,
  });
  const again = new Uint8Array(4096);
  encodeMeta(result.meta, again);
  assert.equal(Buffer.from(again.subarray(0, META_BYTES)).toString("hex"), BBOLT_META);
  assert.ok(again.subarray(META_BYTES).every((byte) => byte === 0));
});

test("every flipped bit of a meta page is noticed", () => {
  const bytes = Uint8Array.from(Buffer.from(BBOLT_META, "hex"));
  // The page id, count and overflow are not under the checksum, nor does bbolt look at them.
  for (let bit = 16 * 8; bit < bytes.length * 8; bit++) {
    const bad = bytes.slice();
    bad[bit >>> 3]! ^= 1 << (bit & 7);
    assert.equal(decodeMeta(bad).ok, false, `bit ${bit}`);
  }
  assert.equal(decodeMeta(bytes.subarray(0, 40)).ok, false);
});

/** A leaf page built the simple way. */
function leaf(id: number, entries: readonly (readonly [string, string])[], length = 4096): NodePage {
  const words = new Uint32Array(length / 4);
  const page = new NodePage(id, new Uint8Array(words.buffer), words, 0, length);
  writePageHeader(words, 0, id, PageFlag.Leaf, entries.length, 0);
  let data = PAGE_HEADER_BYTES + entries.length * ELEMENT_BYTES;
  entries.forEach(([key, value], i) => {
    const element = PAGE_HEADER_BYTES + i * ELEMENT_BYTES;
    words.set([0, data - element, key.length, value.length], element / 4);
    page.bytes.set(utf8(key + value), data);
    data += key.length + value.length;
  });
  page.readHeader();
  return page;
}

const ENTRIES = [
  ["b", "1"],
  ["bb", ""],
  ["d", "three"],
] as const;

test("NodePage finds keys, lower bounds and values", () => {
  const page = leaf(5, ENTRIES);
  assert.equal(checkNodePage(page, { pageCount: 10, inline: false }), undefined);
  assert.deepEqual(
    ["a", "b", "ba", "bb", "c", "d", "e"].map((key) => page.lowerBound(utf8(key))),
    [0, 0, 1, 1, 2, 2, 3],
  );
  assert.deepEqual(
    ["a", "b", "ba", "bb", "c", "d", "e"].map((key) => page.childIndex(utf8(key))),
    [0, 0, 0, 1, 1, 2, 2],
  );
  assert.equal(Buffer.from(page.value(2)).toString(), "three");
  assert.equal(page.value(1).length, 0);
});

test("checkNodePage() names what is wrong with a page", () => {
  const spoil = (change: (words: Uint32Array) => void): string | undefined => {
    const page = leaf(5, ENTRIES);
    change(page.words);
    return checkNodePage(page, { pageCount: 10, inline: false });
  };
  assert.match(spoil((w) => (w[0] = 6))!, /page says that it is page 6/);
  assert.match(spoil((w) => (w[2] = flagsAndCount(PageFlag.Meta, 3)))!, /neither leaf nor branch/);
  assert.match(spoil((w) => (w[2] = flagsAndCount(PageFlag.Leaf, 300)))!, /300 elements do not fit/);
  assert.match(spoil((w) => (w[5] = 5000))!, /element 0 lies outside/);
  assert.match(spoil((w) => (w[5] = 3))!, /element 0 lies outside/);
  assert.match(spoil((w) => (w[7] = 0xffffffff))!, /element 0 lies outside/);
  assert.match(spoil((w) => (w[10] = 0))!, /element 1 has an empty key/);
  assert.match(spoil((w) => (w[2] = flagsAndCount(PageFlag.Branch, 0)))!, /without children/);
});

test("an inline bucket decodes from any offset, and its damage is named", () => {
  const page = leaf(0, ENTRIES);
  const used = PAGE_HEADER_BYTES + 3 * ELEMENT_BYTES + 10;
  const value = new Uint8Array(16 + used);
  value[8] = 9;
  value.set(page.bytes.subarray(0, used), 16);
  const unaligned = new Uint8Array(value.length + 3);
  unaligned.set(value, 3);
  const result = decodeBucketValue(unaligned.subarray(3), 10);
  assert.ok(result.ok && result.bucket.inline !== undefined);
  assert.equal(result.bucket.sequence, 9);
  assert.equal(Buffer.from(result.bucket.inline.value(2)).toString(), "three");
  assert.equal(decodeBucketValue(value.subarray(0, 10), 10).ok, false);
  assert.equal(decodeBucketValue(value.subarray(0, 20), 10).ok, false);
  assert.equal(decodeBucketValue(value.subarray(0, value.length - 1), 10).ok, false);
  const beyond = value.slice(0, 16);
  beyond[0] = 10;
  assert.equal(decodeBucketValue(beyond, 10).ok, false);
});

test("a persisted freelist decodes in both forms of its count", () => {
  const words = new Uint32Array(64);
  writePageHeader(words, 0, 2, PageFlag.Freelist, 2, 0);
  words.set([7, 0, 9, 0], 4);
  const short = decodeFreelist(words);
  assert.deepEqual(short.ok && short.pages, [7, 9]);
  words[2] = flagsAndCount(PageFlag.Freelist, 0xffff);
  words.set([3, 0, 7, 0, 9, 0, 12, 0], 4);
  const long = decodeFreelist(words);
  assert.deepEqual(long.ok && long.pages, [7, 9, 12]);
  words[4] = 1000;
  assert.equal(decodeFreelist(words).ok, false);
});

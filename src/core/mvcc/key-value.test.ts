/** The bytes of stored entries and of their keys against the generated codec and against naive forms. */
import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { compareBytes, latin1, utf8 } from "../../base/bytes.ts";
import { KeyValue } from "../../proto/generated/kv.ts";
import { ByteSlab } from "./byte-slab.ts";
import { encodeKeyValue, encodeTombstone, KeyValueReader, keyValueSize } from "./key-value.ts";
import { isRevisionKey, isTombstoneKey, mainOf, revisionKey, subOf, tombstoneKey } from "./revision-key.ts";

const revisions = fc.oneof(fc.nat({ max: 300 }), fc.maxSafeNat());
const kvs = fc.record({
  key: fc.uint8Array({ maxLength: 40 }),
  createRevision: revisions,
  modRevision: revisions,
  version: revisions,
  value: fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constant(new Uint8Array(20_000).fill(7))),
  lease: fc.oneof(fc.constant(0n), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
});

test("encoded entries equal those of the generated codec, and are read back", () => {
  const slab = new ByteSlab();
  const reader = new KeyValueReader();
  fc.assert(
    fc.property(kvs, fc.boolean(), (kv, inSlab) => {
      const { key, createRevision, modRevision, version, value, lease } = kv;
      const from = inSlab ? slab : undefined;
      const bytes = encodeKeyValue(from, key, createRevision, modRevision, version, value, lease);
      assert.equal(latin1(bytes), latin1(KeyValue.encode(kv)));
      assert.equal(bytes.length, keyValueSize(key.length, createRevision, modRevision, version, value.length, lease));
      assert.ok(reader.parse(bytes));
      assert.equal(reader.key, latin1(key));
      assert.equal(latin1(reader.keyBytes), latin1(key));
      assert.equal(reader.createRevision, createRevision);
      assert.equal(reader.modRevision, modRevision);
      assert.equal(reader.version, version);
      assert.equal(latin1(reader.value), latin1(value));
      assert.equal(reader.lease, lease);
      assert.equal(reader.hasLease, lease !== 0n);
      // Cut anywhere it is either another entry or none, never a crash or a read beyond the end.
      for (const cut of [bytes.length - 1, bytes.length >> 1, 1]) {
        if (cut < 0) continue;
        if (reader.parse(bytes.subarray(0, cut))) assert.ok(reader.valueEnd <= cut && reader.keyEnd <= cut);
      }
    }),
  );
});

test("random bytes never make the reader crash or reach beyond them", () => {
  const reader = new KeyValueReader();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      if (!reader.parse(bytes)) return;
      assert.ok(reader.keyEnd <= bytes.length && reader.valueEnd <= bytes.length);
      assert.equal(typeof reader.lease, "bigint");
    }),
    { numRuns: 5000 },
  );
});

test("the stored tombstone is the front of the event of a deletion", () => {
  for (const key of ["", "k", "x".repeat(300)]) {
    const { event, storedBytes } = encodeTombstone(new ByteSlab(), key, 1_000_000);
    assert.equal(latin1(event), latin1(KeyValue.encode({ key: utf8(key), modRevision: 1_000_000 })));
    assert.equal(latin1(event.subarray(0, storedBytes)), latin1(KeyValue.encode({ key: utf8(key) })));
  }
});

test("revision keys keep the order of revisions and are read back", () => {
  fc.assert(
    fc.property(revisions, revisions, revisions, revisions, (mainA, subA, mainB, subB) => {
      const a = revisionKey(mainA, subA);
      assert.deepEqual([mainOf(a), subOf(a), isTombstoneKey(a), isRevisionKey(a)], [mainA, subA, false, true]);
      const naive = new DataView(new ArrayBuffer(17));
      naive.setBigUint64(0, BigInt(mainA));
      naive.setUint8(8, 0x5f);
      naive.setBigUint64(9, BigInt(subA));
      assert.equal(latin1(a), latin1(new Uint8Array(naive.buffer)));
      const order = mainA - mainB || subA - subB;
      assert.equal(Math.sign(compareBytes(a, revisionKey(mainB, subB))), Math.sign(order));
      const tombstone = tombstoneKey(mainA, subA);
      assert.ok(isTombstoneKey(tombstone) && isRevisionKey(tombstone));
      assert.equal(latin1(tombstone), `${latin1(a)}t`);
    }),
  );
  const beyond = revisionKey(0, 0);
  beyond[0] = 0x7f;
  assert.equal(isRevisionKey(beyond), false);
});

test("slices of a slab do not overlap", () => {
  const slab = new ByteSlab();
  const sizes = Array.from({ length: 2000 }, (_, i) => (i * 37) % 5000);
  const slices = sizes.map((size, i) => slab.take(size).fill(i & 0xff));
  for (const [i, slice] of slices.entries())
    assert.ok(slice.length === sizes[i] && slice.every((b) => b === (i & 0xff)));
});

/** Ranges in slices against the same range executed at once: equal bytes, whatever the slices. */
import assert from "node:assert/strict";
import test from "node:test";
import { NoLeases } from "../../../test/support/map-leases.ts";
import { MemoryBackend } from "../../../test/support/memory-backend.ts";
import { concatBytes, EMPTY_BYTES, latin1, utf8 } from "../../base/bytes.ts";
import { EtcdError } from "../../base/etcd-error.ts";
import { crc32c } from "../../codec/crc32c.ts";
import { KeyValue } from "../../proto/generated/kv.ts";
import { RangeRequest, RangeResponse, RangeStreamResponse, SortOrder, SortTarget } from "../../proto/generated/rpc.ts";
import { CompactionStep } from "../mvcc/compaction.ts";
import { Store } from "../mvcc/store.ts";
import { encodeRangeResponse, executeRange } from "./range.ts";
import { planRange } from "./range-plan.ts";
import { adjustedChunkKeys, RangeStream } from "./range-stream.ts";
import { ResponseHeaderEncoder } from "./response-header.ts";

const ids = { clusterId: 0xcdf8_1818_e32a_35aan, memberId: 5n };
const header = new ResponseHeaderEncoder(ids, 7);
const ALL = { key: new Uint8Array([0]), rangeEnd: new Uint8Array([0]) };
const KEYS = 6000;

function keyOf(i: number): Uint8Array {
  return utf8(`key/${String((i * 7919) % KEYS).padStart(5, "0")}`);
}

function write(store: Store, changes: (store: Store) => void): void {
  store.beginWrite();
  changes(store);
  store.endWrite();
  store.backend.endBatch();
}

/** Keys put once, twice and deleted, with values of several sizes. */
function filledStore(): Store {
  const store = new Store({ backend: new MemoryBackend(), leases: new NoLeases(), crc32c });
  const put = (i: number, value: Uint8Array): void =>
    write(store, (s) => void s.put(latin1(keyOf(i)), keyOf(i), value, 0n));
  for (let i = 0; i < KEYS; i++) put(i, utf8(`${(i * 31) % 97}`.repeat(1 + (i % 40))));
  for (let i = 0; i < KEYS; i += 3) put(i, new Uint8Array(i % 300).fill(i));
  for (let i = 0; i < KEYS; i += 7) write(store, (s) => void s.deleteRange(latin1(keyOf(i)), ""));
  return store;
}

async function inPieces(store: Store, request: RangeRequest, between: () => void = () => {}): Promise<Uint8Array> {
  const { large } = planRange(store, request);
  assert.ok(large !== undefined, "the range is large");
  assert.ok(store.isHeldBelow(Number.POSITIVE_INFINITY));
  const reader = await store.backend.pin();
  for (let i = 0; !large.prepare(reader); i++) {
    assert.ok(i < 10_000);
    between();
  }
  assert.ok(!store.isHeldBelow(Number.POSITIVE_INFINITY));
  const pieces: Uint8Array[] = [];
  for (let piece = large.nextPiece(reader, header, 4000); piece !== undefined; ) {
    assert.ok(piece.length < 6000);
    pieces.push(piece);
    between();
    piece = large.nextPiece(reader, header, 4000);
  }
  assert.equal(large.nextPiece(reader, header), undefined);
  large.close();
  reader.release();
  const whole = concatBytes(pieces);
  assert.equal(whole.length, large.messageBytes(header));
  return whole;
}

const store = filledStore();
const OLD = KEYS + 500;

const REQUESTS: Readonly<Record<string, Partial<RangeRequest>>> = {
  everything: {},
  "an old revision": { revision: OLD },
  "a limit": { limit: 3000 },
  "a limit beyond the end": { limit: 100_000 },
  "an old revision with a limit": { revision: OLD, limit: 2500 },
  "keys only": { keysOnly: true },
  "keys only of an old revision": { keysOnly: true, revision: OLD, limit: 4000 },
  "descending keys": { sortOrder: SortOrder.DESCEND },
  "descending keys with a limit": { sortOrder: SortOrder.DESCEND, limit: 10 },
  "ascending keys": { sortOrder: SortOrder.ASCEND },
  "order by version": { sortTarget: SortTarget.VERSION, sortOrder: SortOrder.ASCEND },
  "order by creation": { sortTarget: SortTarget.CREATE, sortOrder: SortOrder.DESCEND, limit: 2222 },
  "order by change": { sortTarget: SortTarget.MOD, sortOrder: SortOrder.DESCEND },
  "order by value": { sortTarget: SortTarget.VALUE, sortOrder: SortOrder.ASCEND },
  "order by value, descending": { sortTarget: SortTarget.VALUE, sortOrder: SortOrder.DESCEND, limit: 3333 },
  "order by value of keys only": { sortTarget: SortTarget.VALUE, sortOrder: SortOrder.ASCEND, keysOnly: true },
  "a sort target without an order": { sortTarget: SortTarget.MOD, limit: 2100 },
  "filters by change": { minModRevision: 1000, maxModRevision: 7000 },
  "filters by creation, with a limit": { minCreateRevision: 100, maxCreateRevision: 5500, limit: 50 },
  "filters that pass nothing": { minModRevision: 1_000_000 },
};

for (const [name, fields] of Object.entries(REQUESTS)) {
  test(`a large range in pieces equals the range at once: ${name}`, async () => {
    const request = RangeRequest.create({ ...ALL, ...fields });
    assert.equal(
      latin1(await inPieces(store, request)),
      latin1(encodeRangeResponse(executeRange(store, request), header)),
    );
  });
}

test("a large range is not disturbed by writes and compactions while it is read", async () => {
  const busy = filledStore();
  const request = RangeRequest.create({ ...ALL, revision: OLD });
  const expected = encodeRangeResponse(executeRange(busy, request), header);
  const { revision } = busy;
  let compactedEntries = 0;
  const steps = new Set<CompactionStep>();
  let i = 0;
  const got = await inPieces(busy, request, () => {
    i++;
    if (i === 1) {
      busy.scheduleCompaction(busy.revision);
      busy.backend.endBatch();
    }
    for (let k = 0; k < 20; k++) {
      const key = keyOf(i * 20 + k);
      write(busy, (s) => (k % 2 === 0 ? s.put(latin1(key), key, EMPTY_BYTES, 0n) : s.deleteRange(latin1(key), "")));
    }
    const job = busy.compaction;
    if (job === undefined) return;
    steps.add(job.step(1000));
    compactedEntries = job.deletedEntries;
  });
  assert.ok(steps.has(CompactionStep.Waiting) && steps.has(CompactionStep.Pause));
  assert.ok(compactedEntries > 1000);
  assert.equal(latin1(got), latin1(expected));
  assert.equal(RangeResponse.decode(got).header!.revision, revision);
});

test("small ranges are answered at once", () => {
  for (const fields of [{ limit: 500 }, { countOnly: true }, { limit: 1, revision: OLD }]) {
    const request = RangeRequest.create({ ...ALL, ...fields });
    const { result } = planRange(store, request);
    assert.deepEqual(result, executeRange(store, request));
  }
  assert.equal(store.isHeldBelow(Number.POSITIVE_INFINITY), false);
});

test("few keys with large values are a large range, at old revisions too", async () => {
  const wide = new Store({ backend: new MemoryBackend(), leases: new NoLeases(), crc32c });
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 20; i++) {
      write(wide, (s) => void s.put(latin1(keyOf(i)), keyOf(i), new Uint8Array(100_000 >> (8 * round)), 0n));
    }
  }
  assert.ok(planRange(wide, RangeRequest.create(ALL)).result !== undefined);
  const { large } = planRange(wide, RangeRequest.create({ ...ALL, revision: 21 }));
  assert.ok(large !== undefined);
  large.close();
  assert.equal(wide.isHeldBelow(Number.POSITIVE_INFINITY), false);
});

/** etcd's loop, on whole ranges. */
function naiveStream(request: RangeRequest, targetBytes: number): RangeResponse[] {
  const total = request.limit === 0 ? Number.MAX_SAFE_INTEGER : request.limit;
  const chunks: RangeResponse[] = [];
  let { key } = request;
  let limit = Math.min(10, total);
  let sent = 0;
  for (;;) {
    const result = executeRange(store, RangeRequest.create({ ...request, key, limit }));
    const kvs = result.kvs.map((kv) => KeyValue.decode(kv.slice()));
    sent += kvs.length;
    const next = concatBytes([kvs.at(-1)?.key ?? key, new Uint8Array(1)]);
    const { more, revision } = result;
    if (!more || sent === total) {
      const rest = more
        ? executeRange(store, RangeRequest.create({ ...request, key: next, countOnly: true })).count
        : 0;
      const whole = { ...ids, revision, raftTerm: 7 };
      chunks.push(RangeResponse.create({ header: whole, kvs, more, count: sent + rest }));
      return chunks;
    }
    chunks.push(RangeResponse.create({ kvs }));
    const sized = RangeResponse.create({ kvs, more, count: limit + 1 });
    const size = RangeResponse.encode({
      ...sized,
      header: { clusterId: 0n, memberId: 0n, revision, raftTerm: 0 },
    }).length;
    limit = Math.min(adjustedChunkKeys(limit, size, targetBytes), total - sent);
    key = next;
  }
}

const STREAMS: Readonly<Record<string, Partial<RangeRequest>>> = {
  everything: {},
  "an old revision": { revision: OLD },
  "a limit within the first chunk": { limit: 7 },
  "a limit at a chunk's end": { limit: 10 },
  "a limit": { limit: 1234 },
  "keys only": { keysOnly: true },
  "a single key": { key: keyOf(1), rangeEnd: EMPTY_BYTES },
  "no key": { key: utf8("nothing"), rangeEnd: EMPTY_BYTES },
};

for (const [name, fields] of Object.entries(STREAMS)) {
  test(`RangeStream gives etcd's chunks: ${name}`, () => {
    for (const targetBytes of [1, 3000, 20_000, 1_572_864]) {
      const request = RangeRequest.create({ ...ALL, ...fields });
      const stream = new RangeStream(store, request, targetBytes);
      const chunks: string[] = [];
      for (let i = 0; !stream.isDone; i++) {
        assert.ok(i < 10_000);
        const bytes = stream.step(header);
        if (bytes !== undefined) chunks.push(latin1(bytes));
      }
      const expected = naiveStream(request, targetBytes);
      assert.deepEqual(
        chunks,
        expected.map((rangeResponse) => latin1(RangeStreamResponse.encode({ rangeResponse }))),
      );
    }
  });
}

test("RangeStream of a count is one chunk with the count", () => {
  const stream = new RangeStream(store, RangeRequest.create({ ...ALL, countOnly: true }), 1000);
  const { rangeResponse } = RangeStreamResponse.decode(stream.step(header)!);
  assert.ok(stream.isDone);
  assert.equal(rangeResponse!.count, executeRange(store, RangeRequest.create(ALL)).count);
  assert.deepEqual(rangeResponse!.kvs, []);
});

test("RangeStream without an explicit revision shows the state at its start; a compaction past it ends it", () => {
  const busy = filledStore();
  const { count } = executeRange(busy, RangeRequest.create(ALL));
  const stream = new RangeStream(busy, RangeRequest.create(ALL), 20_000);
  const keys: string[] = [];
  let last: RangeResponse | undefined;
  while (!stream.isDone) {
    const bytes = stream.step(header);
    if (bytes !== undefined) {
      last = RangeStreamResponse.decode(bytes).rangeResponse!;
      keys.push(...last.kvs.map((kv) => latin1(kv.key)));
    }
    write(busy, (s) => void s.deleteRange("key/", "key0"));
  }
  assert.equal(keys.length, count);
  assert.equal(last!.count, count);
  assert.deepEqual(keys, keys.toSorted());

  const doomed = new RangeStream(store, RangeRequest.create({ ...ALL, revision: OLD }), 20_000);
  doomed.step(header);
  store.scheduleCompaction(store.revision);
  assert.throws(
    () => doomed.step(header),
    (error) => error instanceof EtcdError && error.kind === "Compacted",
  );
});

test("a large range of the newest revision delays no compaction, and is not disturbed by it", async () => {
  const busy = filledStore();
  const request = RangeRequest.create(ALL);
  const expected = encodeRangeResponse(executeRange(busy, request), header);
  const steps: CompactionStep[] = [];
  const got = await inPieces(busy, request, () => {
    if (steps.length === 0) {
      busy.scheduleCompaction(busy.revision);
      busy.backend.endBatch();
    }
    if (busy.compaction !== undefined) steps.push(busy.compaction.step(1000));
  });
  assert.ok(!steps.includes(CompactionStep.Waiting) && steps.includes(CompactionStep.Done));
  assert.equal(latin1(got), latin1(expected));
});

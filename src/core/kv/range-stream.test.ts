import assert from "node:assert/strict";
import { test } from "node:test";
import { MapLeases } from "../../../test/support/map-leases.ts";
import { MemoryBackend } from "../../../test/support/memory-backend.ts";
import { latin1, utf8, utf8Text } from "../../base/bytes.ts";
import { crc32c } from "../../codec/crc32c.ts";
import { RangeRequest, RangeStreamResponse, SortTarget } from "../../proto/generated/rpc.ts";
import { Store } from "../mvcc/store.ts";
import { RangeStream } from "./range-stream.ts";
import { ResponseHeaderEncoder } from "./response-header.ts";

function streamed(store: Store, init: Partial<RangeRequest>): string[][] {
  const stream = new RangeStream(store, RangeRequest.create(init), 1_000_000);
  const header = new ResponseHeaderEncoder({ clusterId: 1n, memberId: 2n });
  const chunks: string[][] = [];
  while (!stream.isDone) {
    const bytes = stream.step(header);
    if (bytes !== undefined)
      chunks.push(RangeStreamResponse.decode(bytes).rangeResponse!.kvs.map((kv) => utf8Text(kv.key)));
  }
  return chunks;
}

function storeWith(entries: readonly (readonly [string, string])[]): Store {
  const store = new Store({ backend: new MemoryBackend(), leases: new MapLeases(), crc32c });
  for (const [key, value] of entries) {
    store.beginWrite();
    store.put(latin1(utf8(key)), utf8(key), utf8(value), 0n);
    store.endWrite();
  }
  return store;
}

test("a sort target without an order sorts what fits one chunk, as a plain range does", () => {
  const store = storeWith([
    ["a", "3"],
    ["b", "1"],
    ["c", "2"],
  ]);
  const all = { key: utf8("a"), rangeEnd: utf8("z") };
  assert.deepEqual(streamed(store, { ...all, sortTarget: SortTarget.VALUE }), [["b", "c", "a"]]);
  assert.deepEqual(streamed(store, { ...all, sortTarget: SortTarget.VALUE, keysOnly: true }), [["b", "c", "a"]]);
  assert.deepEqual(streamed(store, { ...all, sortTarget: SortTarget.MOD }), [["a", "b", "c"]]);
});

test("chunks follow the keys even when each is sorted: none is left out or repeated", () => {
  const keys = Array.from({ length: 57 }, (_, i) => `k${String(i).padStart(2, "0")}`);
  const store = storeWith(keys.map((key, i) => [key, String(999 - i)]));
  const chunks = streamed(store, { key: utf8("k"), rangeEnd: utf8("l"), sortTarget: SortTarget.VALUE });
  assert.ok(chunks.length > 1);
  assert.deepEqual(chunks[0], keys.slice(0, 10).reverse());
  assert.deepEqual(chunks.flat().sort(), keys);
});

/**
 * What the store and the execution of requests cost without disk and network: a backend that is a Map. Run:
 *
 *     node --expose-gc --import tsx test/bench/mvcc.ts [keys]
 *
 * Prints microseconds per operation (median of seven rounds) and the memory of the index per key.
 */
import { latin1 } from "../../src/base/bytes.ts";
import { applyDeleteRange } from "../../src/core/kv/delete-range.ts";
import { applyPut } from "../../src/core/kv/put.ts";
import { encodeRangeResponse, executeRange } from "../../src/core/kv/range.ts";
import { planRange } from "../../src/core/kv/range-plan.ts";
import { ResponseHeaderEncoder } from "../../src/core/kv/response-header.ts";
import { applyTxn } from "../../src/core/kv/txn.ts";
import type { Backend, Bucket, PinnedReader } from "../../src/core/mvcc/backend.ts";
import { KeyEntry } from "../../src/core/mvcc/key-entry.ts";
import { FROM_KEY, KeyIndex } from "../../src/core/mvcc/key-index.ts";
import { Store } from "../../src/core/mvcc/store.ts";
import {
  Compare,
  DeleteRangeRequest,
  PutRequest,
  RangeRequest,
  RequestOp,
  TxnRequest,
} from "../../src/proto/generated/rpc.ts";
import { crc32c } from "../../src/storage/crc32c.ts";
import { NoLeases } from "../support/map-leases.ts";

const KEYS = Number(process.argv[2] ?? 100_000);
const ROUNDS = 7;

/** As cheap as a backend can be: what it costs is the store's. One slot per revision; sub revisions are not used here. */
class SlotBackend implements Backend {
  readonly sizeBytes = 0;
  readonly sizeInUseBytes = 0;
  readonly #slots: (Uint8Array | undefined)[] = [];

  #slot(key: Uint8Array): number {
    return ((key[4]! << 24) | (key[5]! << 16) | (key[6]! << 8) | key[7]!) >>> 0;
  }
  get(_: Bucket, key: Uint8Array): Uint8Array | undefined {
    return this.#slots[this.#slot(key)];
  }
  put(_: Bucket, key: Uint8Array, value: Uint8Array): void {
    this.#slots[this.#slot(key)] = value;
  }
  delete(_: Bucket, key: Uint8Array): void {
    this.#slots[this.#slot(key)] = undefined;
  }
  scan(): boolean {
    return true;
  }
  endBatch(): void {}
  commit(): Promise<void> {
    return Promise.resolve();
  }
  pin(): Promise<PinnedReader> {
    return Promise.reject(new Error("not used"));
  }
}

function keyOf(i: number): Uint8Array {
  return new TextEncoder().encode(`key-${String((i * 7919) % KEYS).padStart(12, "0")}`);
}

function report(name: string, perRound: number, run: (round: number) => void): void {
  const micros: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.hrtime.bigint();
    run(round);
    micros.push(Number(process.hrtime.bigint() - start) / 1000 / perRound);
  }
  micros.sort((a, b) => a - b);
  const middle = micros[ROUNDS >> 1]!;
  console.log(
    `${name.padEnd(58)} ${middle.toFixed(3).padStart(9)} us   (${micros[0]!.toFixed(3)} .. ${micros.at(-1)!.toFixed(3)})`,
  );
}

const header = new ResponseHeaderEncoder({ clusterId: 0xcdf8_1818_e32a_35aan, memberId: 0x8e9e_05c5_2164_694dn }, 3);
const value = new Uint8Array(256).fill(120);
const store = new Store({ backend: new SlotBackend(), leases: new NoLeases(), crc32c });

console.log(`${KEYS} keys of 16 bytes, values of 256 bytes, node ${process.version}`);
const putBytes = Array.from({ length: KEYS }, (_, i) => PutRequest.encode({ key: keyOf(i), value }));
{
  const start = process.hrtime.bigint();
  for (const bytes of putBytes) applyPut(store, PutRequest.decode(bytes), header);
  console.log(
    `fill: ${(Number(process.hrtime.bigint() - start) / 1000 / KEYS).toFixed(3)} us per new key, decode included`,
  );
}
const BATCH = 20_000;
report("applyPut of a known key, decode included", BATCH, (round) => {
  for (let i = 0; i < BATCH; i++) applyPut(store, PutRequest.decode(putBytes[(round * BATCH + i) % KEYS]!), header);
});
const puts = putBytes.slice(0, BATCH).map((bytes) => PutRequest.decode(bytes));
report("applyPut of a known key, decoded", BATCH, () => {
  for (const put of puts) applyPut(store, put, header);
});
const gets = Array.from({ length: BATCH }, (_, i) => RangeRequest.create({ key: keyOf(i * 3) }));
report("range of a key, response encoded", BATCH, () => {
  for (const get of gets) encodeRangeResponse(executeRange(store, get), header);
});
report("range of a key, not encoded", BATCH, () => {
  for (const get of gets) executeRange(store, get);
});
const page = RangeRequest.create({ key: keyOf(0), rangeEnd: new Uint8Array([0]), limit: 500 });
report("range of 500 of all keys, with count, encoded", 100, () => {
  for (let i = 0; i < 100; i++) encodeRangeResponse(planRange(store, page).result!, header);
});
const oldPage = RangeRequest.create({ ...page, revision: store.revision - 1000 });
report("the same 1000 revisions ago", 100, () => {
  for (let i = 0; i < 100; i++) encodeRangeResponse(planRange(store, oldPage).result!, header);
});
const all = RangeRequest.create({ key: new Uint8Array([0]), rangeEnd: new Uint8Array([0]), countOnly: true });
report("count of all keys", 100, () => {
  for (let i = 0; i < 100; i++) encodeRangeResponse(executeRange(store, all), header);
});
const txns = puts.slice(0, 5000).map((put) =>
  TxnRequest.create({
    compare: [Compare.create({ key: put.key, target: 2, result: 1, modRevision: 0 })],
    success: [RequestOp.create({ requestPut: put })],
    failure: [RequestOp.create({ requestRange: RangeRequest.create({ key: put.key }) })],
  }),
);
report("txn: compare mod revision, put", txns.length, () => {
  for (const txn of txns) applyTxn(store, txn, header);
});
const deletions = puts.slice(0, 5000).map(({ key }) => DeleteRangeRequest.create({ key }));
report("delete and put again", deletions.length, () => {
  for (let i = 0; i < deletions.length; i++) {
    applyDeleteRange(store, deletions[i]!, header);
    applyPut(store, puts[i]!, header);
  }
});

{
  const MILLION = 1_000_000;
  const gc = (globalThis as { gc?: () => void }).gc ?? (() => {});
  gc();
  const before = process.memoryUsage().heapUsed;
  const index = new KeyIndex();
  const start = process.hrtime.bigint();
  let longest = 0;
  for (let i = 0; i < MILLION; i++) {
    const at = performance.now();
    const key = latin1(new TextEncoder().encode(`key-${String((i * 7919) % MILLION).padStart(12, "0")}`));
    index.create(new KeyEntry(key, i + 2, 0, i + 2, 1, 300));
    longest = Math.max(longest, performance.now() - at);
  }
  const micros = Number(process.hrtime.bigint() - start) / 1000;
  gc();
  const heap = process.memoryUsage().heapUsed - before;
  console.log(
    `index of a million keys: ${(heap / 1e6).toFixed(0)} MB heap, ${(micros / MILLION).toFixed(3)} us per key, longest ${longest.toFixed(1)} ms`,
  );
  report("  count of all", 1, () => void index.count("", FROM_KEY, MILLION + 1));
  report("  count of all, every block changed since", 1, () => void index.count("", FROM_KEY, MILLION / 2));
  report("  compaction", 1, () => {
    for (let next: string | undefined = ""; next !== undefined; )
      next = index.compactSome(next, MILLION / 2, 8192, { kept: 0 });
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8, utf8Text } from "../../base/bytes.ts";
import { KeyValue } from "../../proto/generated/kv.ts";
import {
  CompactionResponse,
  Compare,
  DeleteRangeRequest,
  DeleteRangeResponse,
  PutRequest,
  PutResponse,
  RangeRequest,
  RangeResponse,
  RequestOp,
  ResponseOp,
  TxnRequest,
  TxnResponse,
} from "../../proto/generated/rpc.ts";
import { CallScope } from "../call-scope.ts";
import { KeyNamespace, prefixEnd } from "./key-namespace.ts";
import type { KvLayer } from "./kv-layer.ts";
import { NamespaceKv } from "./namespace-kv.ts";

const scope = new CallScope({ token: "", requireLeader: false });
const kv = (key: string): KeyValue => KeyValue.create({ key: utf8(key) });

/** Remembers what arrives and answers with keys below the prefix. */
class Below implements KvLayer {
  readonly seen: unknown[] = [];
  range = (request: RangeRequest): Promise<RangeResponse> =>
    this.#answer(request, RangeResponse.create({ kvs: [kv("p/a")] }));
  put = (request: PutRequest): Promise<PutResponse> => this.#answer(request, PutResponse.create({ prevKv: kv("p/a") }));
  deleteRange = (request: DeleteRangeRequest): Promise<DeleteRangeResponse> =>
    this.#answer(request, DeleteRangeResponse.create({ prevKvs: [kv("p/a"), kv("p/b")] }));
  txn = (request: TxnRequest): Promise<TxnResponse> => {
    const inner = TxnResponse.create({
      responses: [ResponseOp.create({ responseRange: RangeResponse.create({ kvs: [kv("p/c")] }) })],
    });
    const responses = [
      ResponseOp.create({ responsePut: PutResponse.create({ prevKv: kv("p/a") }) }),
      ResponseOp.create({ responseTxn: inner }),
    ];
    return this.#answer(request, TxnResponse.create({ succeeded: true, responses }));
  };
  compact = (): Promise<CompactionResponse> => Promise.resolve(CompactionResponse.create());

  #answer<R>(request: object, reply: R): Promise<R> {
    this.seen.push(request);
    return Promise.resolve(reply);
  }
}

function setUp(): { below: Below; space: NamespaceKv } {
  const below = new Below();
  return { below, space: new NamespaceKv(below, new KeyNamespace(utf8("p/"))) };
}

test("keys and ends get the prefix; the end of all keys becomes the end of the prefix; replies lose it", async () => {
  const { below, space } = setUp();
  const range = await space.range(RangeRequest.create({ key: utf8("a"), rangeEnd: utf8("\0"), limit: 3 }), scope);
  assert.equal(utf8Text(range.kvs[0]!.key), "a");
  const put = await space.put(PutRequest.create({ key: utf8("a"), value: utf8("v"), lease: 7n }), scope);
  assert.equal(utf8Text(put.prevKv!.key), "a");
  const deleted = await space.deleteRange(DeleteRangeRequest.create({ key: utf8("a"), rangeEnd: utf8("b") }), scope);
  assert.deepEqual(
    deleted.prevKvs.map(({ key }) => utf8Text(key)),
    ["a", "b"],
  );
  assert.deepEqual(below.seen, [
    RangeRequest.create({ key: utf8("p/a"), rangeEnd: utf8("p0"), limit: 3 }),
    PutRequest.create({ key: utf8("p/a"), value: utf8("v"), lease: 7n }),
    DeleteRangeRequest.create({ key: utf8("p/a"), rangeEnd: utf8("p/b") }),
  ]);
});

test("comparisons and operations of a transaction move too, at every depth", async () => {
  const { below, space } = setUp();
  const request = (p: string): TxnRequest =>
    TxnRequest.create({
      compare: [Compare.create({ key: utf8(`${p}a`), rangeEnd: utf8(`${p}b`), version: 1 })],
      success: [
        RequestOp.create({ requestPut: PutRequest.create({ key: utf8(`${p}a`) }) }),
        RequestOp.create({
          requestTxn: TxnRequest.create({
            failure: [RequestOp.create({ requestRange: RangeRequest.create({ key: utf8(`${p}c`) }) })],
          }),
        }),
      ],
      failure: [RequestOp.create({ requestDeleteRange: DeleteRangeRequest.create({ key: utf8(`${p}d`) }) })],
    });
  const reply = await space.txn(request(""), scope);
  assert.deepEqual(below.seen, [request("p/")]);
  assert.equal(utf8Text(reply.responses[0]!.responsePut!.prevKv!.key), "a");
  assert.equal(utf8Text(reply.responses[1]!.responseTxn!.responses[0]!.responseRange!.kvs[0]!.key), "c");
});

test("an empty key is refused, alone and in a transaction: the prefix itself is no key", async () => {
  const { below, space } = setUp();
  const refused = { message: "etcdserver: key is not provided" };
  await assert.rejects(space.range(RangeRequest.create(), scope), refused);
  await assert.rejects(space.put(PutRequest.create(), scope), refused);
  await assert.rejects(space.deleteRange(DeleteRangeRequest.create(), scope), refused);
  const success = [RequestOp.create({ requestPut: PutRequest.create() })];
  await assert.rejects(space.txn(TxnRequest.create({ success }), scope), refused);
  assert.deepEqual(below.seen, []);
});

test("the end of a prefix is the next key that does not begin with it; of 0xff alone there is none", () => {
  assert.deepEqual(prefixEnd(Uint8Array.of(1, 2)), Uint8Array.of(1, 3));
  assert.deepEqual(prefixEnd(Uint8Array.of(1, 255)), Uint8Array.of(2, 0));
  assert.deepEqual(prefixEnd(Uint8Array.of(255, 255)), Uint8Array.of(0));
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { PutRequest, PutResponse, RangeRequest, RangeResponse, ResponseHeader } from "../../proto/generated/rpc.ts";
import { CallScope } from "../call-scope.ts";
import type { KvLayer } from "./kv-layer.ts";
import { OrderingKv } from "./ordering-kv.ts";

const scope = new CallScope({ token: "", requireLeader: false });

/** Members that answer in turn with these revisions; the last one goes on for ever. */
function answering(revisions: number[]): { kv: OrderingKv; asked: () => number } {
  let asked = 0;
  const header = (): ResponseHeader => {
    asked++;
    return ResponseHeader.create({ revision: revisions.length > 1 ? revisions.shift()! : revisions[0]! });
  };
  const below = {
    range: () => Promise.resolve(RangeResponse.create({ header: header() })),
    put: () => Promise.resolve(PutResponse.create({ header: header() })),
  } as unknown as KvLayer;
  return { kv: new OrderingKv(below, () => 3), asked: () => asked };
}

const revisionOf = async (kv: OrderingKv): Promise<number> =>
  (await kv.range(RangeRequest.create(), scope)).header!.revision;

test("a reply from before the last one is asked for again until a member is up to date", async () => {
  const { kv, asked } = answering([10, 7, 9, 10, 12]);
  assert.equal(await revisionOf(kv), 10);
  assert.equal(await revisionOf(kv), 10);
  assert.equal(asked(), 4);
  assert.equal(await revisionOf(kv), 12);
});

test("a write sets the mark as well", async () => {
  const { kv } = answering([10, 8, 10]);
  await kv.put(PutRequest.create(), scope);
  assert.equal(await revisionOf(kv), 10);
});

test("with no member up to date it gives up after five rounds", async () => {
  const { kv, asked } = answering([10, 7]);
  await revisionOf(kv);
  await assert.rejects(revisionOf(kv), {
    message: "etcdclient: no cluster members have a revision higher than the previously received revision",
  });
  assert.equal(asked(), 1 + 5 * 3 + 1);
});

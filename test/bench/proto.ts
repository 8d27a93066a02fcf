/**
 * Microseconds per message of the generated codecs: `node --import tsx test/bench/proto.ts`. The bar is 0.8 us for decoding and encoding a
 * PutRequest with a key of 16 and a value of 256 bytes.
 */
import { KeyValue } from "../../src/proto/generated/kv.ts";
import { Entry, Message, MessageType } from "../../src/proto/generated/raft.ts";
import { PutRequest, PutResponse, RangeRequest, RangeResponse } from "../../src/proto/generated/rpc.ts";
import type { MessageCodec } from "../../src/proto/message-codec.ts";

const ROUNDS = 400_000;
let sink = 0;

function measure(name: string, work: () => number): void {
  for (let i = 0; i < ROUNDS / 4; i++) sink += work();
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 3; run++) {
    const start = performance.now();
    for (let i = 0; i < ROUNDS / 3; i++) sink += work();
    best = Math.min(best, performance.now() - start);
  }
  console.log(`${name.padEnd(44)} ${((best * 1000) / (ROUNDS / 3)).toFixed(3)} us`);
}

function both<M extends object>(name: string, codec: MessageCodec<M>, message: M): void {
  const bytes = codec.encode(message);
  measure(`${name}: decode`, () => (codec.decode(bytes) ? 1 : 0));
  measure(`${name}: encode`, () => codec.encode(message).length);
  measure(`${name}: decode and encode`, () => codec.encode(codec.decode(bytes)).length);
}

const key = new Uint8Array(16).fill(107);
const value = new Uint8Array(256).fill(118);
const kv = KeyValue.create({
  key,
  value,
  createRevision: 123456,
  modRevision: 1234567,
  version: 3,
  lease: 7587869999012345678n,
});
both("PutRequest 16 B, 256 B", PutRequest, PutRequest.create({ key, value }));
both("PutRequest with lease", PutRequest, PutRequest.create({ key, value, lease: 7587869999012345678n }));
both("KeyValue", KeyValue, kv);
const header = { clusterId: 14841639068965178418n, memberId: 10276657743932975437n, revision: 123456, raftTerm: 7 };
both("PutResponse", PutResponse, PutResponse.create({ header }));
both("RangeRequest", RangeRequest, RangeRequest.create({ key, limit: 10 }));
both("RangeResponse, one kv", RangeResponse, RangeResponse.create({ header, kvs: [kv], count: 1 }));
const entry = Entry.create({ term: 7, index: 1234567, data: value });
both("Entry", Entry, entry);
both(
  "MsgApp, 8 entries",
  Message,
  Message.create({
    type: MessageType.MsgApp,
    to: 10276657743932975437n,
    from: 9372538179322589801n,
    term: 7,
    logTerm: 7,
    index: 1234567,
    commit: 1234560,
    entries: Array.from({ length: 8 }, () => entry),
  }),
);
if (sink === 0) console.log(sink);

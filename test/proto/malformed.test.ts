/** Hostile bytes: a decoder either gives a message or throws ProtoError, in time that grows with the input's length only. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldEnd, writeBytesField, writeUint32 } from "../../src/proto/field.ts";
import { Message } from "../../src/proto/generated/raft.ts";
import { InternalRaftRequest } from "../../src/proto/generated/raft-internal.ts";
import { PutRequest, RangeResponse, TxnRequest, WatchCreateRequest } from "../../src/proto/generated/rpc.ts";
import { ProtoError } from "../../src/proto/proto-error.ts";
import { fuzzRounds } from "../support/fuzz-rounds.ts";
import { type AnyCodec, CODECS } from "./codecs.ts";
import { Dice, randomMessage } from "./random-message.ts";

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

function decodes(codec: AnyCodec, bytes: Uint8Array): object | undefined {
  try {
    return codec.decode(bytes);
  } catch (error) {
    if (error instanceof ProtoError) return undefined;
    throw new Error(`${codec.typeName} of ${Buffer.from(bytes).toString("hex")}, SEED=${SEED}`, { cause: error });
  }
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
}

function refused(codec: AnyCodec, text: string): void {
  assert.throws(() => codec.decode(bytesOf(text)), ProtoError, text);
}

test("truncated messages never decode to more than their bytes hold", () => {
  const dice = new Dice(SEED);
  for (const codec of CODECS.values()) {
    const bytes = codec.encode(randomMessage(codec, dice));
    for (let length = 0; length < Math.min(bytes.length, 400); length++) {
      const message = decodes(codec, bytes.slice(0, length));
      if (message !== undefined) assert.ok(codec.sizeOf(message) <= length + 64, codec.typeName);
    }
  }
});

test("flipped bits give a message or a ProtoError", () => {
  const dice = new Dice(SEED);
  let failures = 0;
  for (const codec of CODECS.values()) {
    for (let round = 0; round < fuzzRounds(60); round++) {
      const bytes = codec.encode(randomMessage(codec, dice));
      if (bytes.length === 0) continue;
      for (let flips = 1 + dice.below(3); flips > 0; flips--) bytes[dice.below(bytes.length)]! ^= 1 << dice.below(8);
      if (decodes(codec, bytes) === undefined) failures++;
    }
  }
  assert.ok(failures > 100, `${failures} failures`);
});

test("random bytes give a message or a ProtoError, from every decoder and from fieldEnd", () => {
  const dice = new Dice(SEED);
  for (let round = 0; round < fuzzRounds(4000); round++) {
    const bytes = Uint8Array.from({ length: dice.below(40) }, () => (dice.below(3) ? dice.below(64) : dice.below(256)));
    decodes(dice.pick([...CODECS.values()]), bytes);
    try {
      for (let at = 0; at < bytes.length; ) {
        const next = fieldEnd(bytes, at, bytes.length);
        assert.ok(next > at && next <= bytes.length);
        at = next;
      }
    } catch (error) {
      assert.ok(error instanceof ProtoError, String(error));
    }
  }
});

test("a decoder and fieldEnd accept the same unknown fields", () => {
  const dice = new Dice(SEED);
  const empty = CODECS.get("etcdserverpb.StatusRequest")!;
  for (let round = 0; round < fuzzRounds(4000); round++) {
    const bytes = Uint8Array.from({ length: 1 + dice.below(12) }, () =>
      dice.below(3) ? dice.below(32) : dice.below(256),
    );
    let walked = true;
    try {
      for (let at = 0; at < bytes.length; ) at = fieldEnd(bytes, at, bytes.length);
    } catch (error) {
      assert.ok(error instanceof ProtoError);
      walked = false;
    }
    assert.equal(decodes(empty, bytes) !== undefined, walked, Buffer.from(bytes).toString("hex"));
  }
});

test("malformed wire format is refused", () => {
  refused(PutRequest, "0a"); // no length
  refused(PutRequest, "0a 05 61"); // length beyond the end
  refused(PutRequest, "0a ff ff ff ff ff ff ff ff ff 01"); // 2^64 - 1 bytes
  refused(PutRequest, "0a ff ff ff ff 0f"); // 2^32 - 1 bytes
  refused(PutRequest, "18 ff ff ff ff ff ff ff ff ff 02"); // 65 bits
  refused(PutRequest, "18 ff ff ff ff ff ff ff ff ff ff 01"); // eleven bytes
  refused(PutRequest, "18 80"); // open varint
  refused(PutRequest, "00 00"); // field number 0
  refused(PutRequest, "07"); // wire type 7
  refused(PutRequest, "3c"); // end of a group that was not begun
  refused(PutRequest, "3b 44"); // group 7 ended as group 8
  refused(PutRequest, "3b"); // open group
  refused(PutRequest, "3d 00 00 00"); // short fixed32
  refused(PutRequest, "39 00 00 00 00 00 00 00"); // short fixed64
  refused(PutRequest, "f8 ff ff ff ff 01 00"); // tag of more than 32 bits
  refused(RangeResponse, "12 03 0a 05 61 62 63 64 65"); // inner length beyond its message though inside of the outer one
  refused(WatchCreateRequest, "2a 02 01 80 00"); // packed list ends inside of a varint
  refused(CODECS.get("etcdserverpb.AuthUserAddRequest")!, "0a 02 c3 28"); // not UTF-8
  refused(CODECS.get("etcdserverpb.AuthUserAddRequest")!, "0a 03 ed a0 80"); // a surrogate in UTF-8
});

test("odd but legal wire format is read", () => {
  assert.equal(PutRequest.decode(bytesOf("18 81 80 80 80 80 80 80 80 80 00")).lease, 1n); // overlong varint
  assert.equal(PutRequest.decode(bytesOf("20 80 02")).prevKv, true); // a bool of 256
  assert.equal(PutRequest.decode(bytesOf("18 ff ff ff ff ff ff ff ff ff 01")).lease, -1n);
  assert.deepEqual(PutRequest.decode(bytesOf("0a 01 61 0a 01 62")).key, Uint8Array.of(98)); // the last one counts
  assert.deepEqual(
    PutRequest.decode(bytesOf("3b 08 01 43 0a 01 61 44 3c 0a 01 61 3d 00 00 00 00 08 05")).key,
    Uint8Array.of(97),
  );
  assert.deepEqual(WatchCreateRequest.decode(bytesOf("28 01 2a 02 00 01 28 00")).filters, [1, 0, 1, 0]); // packed and not
  const merged = RangeResponse.decode(bytesOf("0a 02 08 05 0a 02 18 07")); // two parts of one header
  assert.equal(merged.header?.clusterId, 5n);
  assert.equal(merged.header?.revision, 7);
  const last = TxnRequest.decode(bytesOf("12 08 0a 00 12 04 0a 02 61 62")).success[0]; // the last member of a oneof counts
  assert.equal(last?.requestRange, undefined);
  assert.equal(last?.requestPut?.key.length, 2);
});

test("numbers beyond 2^53 decode to the nearest double, identities exactly", () => {
  const bytes = bytesOf(
    "08 ff ff ff ff ff ff ff ff ff 01 10 ff ff ff ff ff ff ff ff ff 01 18 ff ff ff ff ff ff ff ff 7f",
  );
  const header = RangeResponse.decode(Uint8Array.of(0x0a, bytes.length, ...bytes)).header!;
  assert.equal(header.clusterId, 2n ** 64n - 1n);
  assert.equal(header.revision, 2 ** 63);
  assert.equal(Message.decode(bytesOf("30 81 80 80 80 80 80 80 10")).index, 2 ** 53 + 0); // 2^53 + 1 rounds to even
  assert.equal(Message.decode(bytesOf("30 83 80 80 80 80 80 80 10")).index, 2 ** 53 + 4);
});

test("nesting is bounded: a thousand levels of transactions decode, a hundred thousand are refused", () => {
  const nest = (levels: number): Uint8Array => {
    // Built from the inside: RequestOp{request_txn = TxnRequest{success = [RequestOp ...]}}.
    let size = 0;
    const lengths: number[] = [];
    for (let i = 0; i < levels; i++) {
      lengths.push(size);
      const scratch = new Uint8Array(8);
      size += writeUint32(size, scratch, 0) + 1;
    }
    const out = new Uint8Array(size);
    let at = 0;
    for (let i = levels - 1; i >= 0; i--) {
      out[at++] = i % 2 === (levels - 1) % 2 ? 0x12 : 0x22;
      at = writeUint32(lengths[i]!, out, at);
    }
    return out;
  };
  const deep = TxnRequest.decode(nest(1000));
  assert.equal(TxnRequest.encode(deep).length, nest(1000).length);
  assert.throws(() => TxnRequest.decode(nest(1001)), ProtoError);
  assert.throws(() => TxnRequest.decode(nest(100_000)), ProtoError);
  const groups = new Uint8Array(200_000).fill(0x3b, 0, 100_000).fill(0x3c, 100_000);
  assert.throws(() => PutRequest.decode(groups), ProtoError);
  assert.throws(() => fieldEnd(groups, 0, groups.length), ProtoError);
});

test("a hundred thousand parts of one sub-message merge in linear time", () => {
  const part = Uint8Array.of(0x1a, 0x05, 0x0a, 0x01, 0x61, 0x20, 0x01); // InternalRaftRequest.range = {key, revision}
  const bytes = new Uint8Array(part.length * 100_000);
  for (let i = 0; i < 100_000; i++) bytes.set(part, i * part.length);
  assert.equal(InternalRaftRequest.decode(bytes).range?.revision, 1);
});

test("a message spliced from encoded parts is the message", () => {
  const put = PutRequest.encode({ key: Uint8Array.of(1), value: new Uint8Array(300), lease: 5n });
  const room = new Uint8Array(put.length + 10);
  const end = writeBytesField(4, put, room, 0);
  assert.deepEqual(InternalRaftRequest.decode(room, 0, end).put, PutRequest.decode(put));
});

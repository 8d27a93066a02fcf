/** Random messages of every kind, both ways through our codecs and through @bufbuild/protobuf, in binary and in JSON. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBinary, fromJson, type JsonValue, toBinary, toJson } from "@bufbuild/protobuf";
import { bufOracle } from "./buf-oracle.ts";
import { type AnyCodec, CODECS, hex } from "./codecs.ts";
import { Dice, randomMessage } from "./random-message.ts";

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const ROUNDS = 40;
const PROTO2 = /^(raftpb|walpb|snappb)\.|^etcdserverpb\.Metadata$/;
const oracle = bufOracle();

function everyMessage(check: (codec: AnyCodec, message: object) => void): void {
  for (const [name, codec] of CODECS) {
    const dice = new Dice(SEED + name.length * 7919);
    for (let i = 0; i < ROUNDS; i++) {
      const message = randomMessage(codec, dice);
      try {
        check(codec, message);
      } catch (error) {
        throw new Error(`${name}, round ${i}, SEED=${SEED}`, { cause: error });
      }
    }
  }
}

test("what a codec writes it reads back, and sizeOf, encode and write agree", () => {
  everyMessage((codec, message) => {
    const bytes = codec.encode(message);
    assert.equal(bytes.length, codec.sizeOf(message));
    const room = new Uint8Array(bytes.length + 7).fill(255);
    assert.equal(codec.write(message, room, 3), bytes.length + 3);
    assert.equal(hex(room), `ffffff${hex(bytes)}ffffffff`);
    assert.deepEqual(codec.decode(room, 3, bytes.length + 3), message);
  });
});

test("the oracle reads what a codec writes as the same message", () => {
  everyMessage((codec, message) => {
    const schema = oracle(codec.typeName);
    const theirs = fromBinary(schema, codec.encode(message));
    assert.deepEqual(codec.decode(toBinary(schema, theirs)), message);
    assert.equal(theirs.$unknown, undefined);
  });
});

test("JSON of a codec is the oracle's JSON", () => {
  everyMessage((codec, message) => {
    // proto2 fields have presence, which our messages do not keep: only the gateway's packages are printed.
    if (PROTO2.test(codec.typeName)) return;
    const schema = oracle(codec.typeName);
    const theirs = toJson(schema, fromBinary(schema, codec.encode(message)), { useProtoFieldName: true });
    assert.deepEqual(codec.toJson(message), theirs);
  });
});

test("a codec reads its JSON and the oracle's JSON with either kind of name", () => {
  everyMessage((codec, message) => {
    const schema = oracle(codec.typeName);
    const decoded = fromBinary(schema, codec.encode(message));
    assert.deepEqual(codec.fromJson(codec.toJson(message)), message);
    assert.deepEqual(codec.fromJson(toJson(schema, decoded)), message);
    assert.deepEqual(codec.decode(toBinary(schema, fromJson(schema, codec.toJson(message) as JsonValue))), message);
  });
});

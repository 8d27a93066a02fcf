import assert from "node:assert/strict";
import { test } from "node:test";
import { Prng } from "../../../test/support/prng.ts";
import { latin1, latin1Bytes } from "../../base/bytes.ts";
import { WriteBuffer } from "./write-buffer.ts";

function random(buffer: WriteBuffer, model: Map<string, Uint8Array | null>, prng: Prng, steps: number): void {
  let next = 0;
  for (let i = 0; i < steps; i++) {
    const kind = prng.next();
    // Appending, ascending deletions, anything.
    const number = kind < 0.4 ? 5000 + i : kind < 0.6 ? next++ : prng.integer(4000);
    const key = String(number).padStart(6, "0");
    const value = prng.chance(0.3) ? null : prng.bytes(prng.integer(20));
    buffer.set("key", latin1Bytes(key), value);
    model.set(key, value);
  }
}

function same(buffer: WriteBuffer, model: Map<string, Uint8Array | null>): void {
  const bucket = buffer.bucket("key")!;
  assert.deepEqual(bucket.keys.map(latin1), [...model.keys()].sort());
  for (const [key, value] of model) assert.equal(bucket.get(latin1Bytes(key)), value);
  assert.equal(bucket.get(latin1Bytes("zzz")), undefined);
  assert.equal(bucket.get(latin1Bytes("")), undefined);
}

test("WriteBuffer equals a Map, in order, and counts its bytes", () => {
  for (const seed of [1, 2, 3]) {
    const buffer = new WriteBuffer();
    const model = new Map<string, Uint8Array | null>();
    random(buffer, model, new Prng(seed), 3000);
    same(buffer, model);
    let bytes = 0;
    for (const [key, value] of model) bytes += key.length + (value?.length ?? 0);
    assert.equal(buffer.bytes, bytes);
    assert.equal(buffer.writes, 3000);
  }
});

test("WriteBuffer.mergeUnder() keeps the newer write of each key", () => {
  const older = new WriteBuffer();
  const newer = new WriteBuffer();
  const model = new Map<string, Uint8Array | null>();
  const prng = new Prng(9);
  random(older, model, prng, 800);
  random(newer, model, prng, 500);
  older.set("meta", latin1Bytes("only"), latin1Bytes("below"));
  newer.mergeUnder(older);
  same(newer, model);
  assert.deepEqual(newer.bucket("meta")!.get(latin1Bytes("only")), latin1Bytes("below"));
});

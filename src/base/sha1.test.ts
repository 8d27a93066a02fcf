import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { sha1, sha1Id } from "./sha1.ts";

test("sha1 equals node:crypto's for every length around the block borders", () => {
  for (let length = 0; length < 200; length++) {
    const message = Uint8Array.from({ length }, (_, i) => (i * 31 + length) & 255);
    assert.deepEqual(Buffer.from(sha1(message)), createHash("sha1").update(message).digest(), `length ${length}`);
  }
});

test("sha1Id is the first eight bytes, big-endian", () => {
  // FIPS 180-4 example: SHA-1("abc") = a9993e364706816a...
  assert.equal(sha1Id(new TextEncoder().encode("abc")), 0xa9993e364706816an);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "../base/bytes.ts";
import { crc32c } from "./crc32c.ts";

/** The definition, bit by bit. */
function naive(bytes: Uint8Array, seed: number): number {
  let crc = ~seed;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) !== 0 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

test("crc32c() gives the check values of RFC 3720 B.4", () => {
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assert.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
  assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e);
  assert.equal(crc32c(utf8("123456789")), 0xe3069283);
  assert.equal(crc32c(new Uint8Array(0), 7), 7);
});

test("crc32c() equals the bitwise definition at every length, offset and seed", () => {
  const bytes = Uint8Array.from({ length: 100 }, (_, i) => (i * 151 + 43) & 0xff);
  for (let from = 0; from < 9; from++)
    for (let to = from; to <= 100; to++) {
      const part = bytes.subarray(from, to);
      assert.equal(crc32c(part, to * 0x01234567), naive(part, (to * 0x01234567) >>> 0), `${from}..${to}`);
      assert.equal(crc32c(part, crc32c(bytes.subarray(0, from))), crc32c(bytes.subarray(0, to)));
    }
});

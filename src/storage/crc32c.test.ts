import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32c as portable } from "../codec/crc32c.ts";
import { crc32c } from "./crc32c.ts";

test("crc32c() of storage equals the portable one at every length around the switch and with every seed", () => {
  const bytes = Uint8Array.from({ length: 5000 }, (_, i) => (i * i * 31 + 7) & 0xff);
  for (let n = 0; n < 5000; n += 37) {
    const part = bytes.subarray(n % 11, n);
    const seed = Math.imul(n, 0x9e3779b1) >>> 0;
    assert.equal(crc32c(part, seed), portable(part, seed), `length ${part.length}`);
    assert.equal(crc32c(part), portable(part));
  }
});

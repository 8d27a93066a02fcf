import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8, utf8Text } from "../../src/base/bytes.ts";
import { MemoryBackend } from "./memory-backend.ts";

function dump(reader: Pick<MemoryBackend, "scan">): string {
  const out: string[] = [];
  reader.scan("key", utf8(""), undefined, (k, v) => void out.push(`${utf8Text(k)}=${utf8Text(v)}`));
  return out.join(" ");
}

test("MemoryBackend reads its own writes in byte order, keeps pins stable and loses on a crash what was not committed", async () => {
  const backend = new MemoryBackend();
  for (const key of ["b", "a", "c"]) backend.put("key", utf8(key), utf8(key + "1"));
  backend.endBatch();
  assert.equal(dump(backend), "a=a1 b=b1 c=c1");
  const pinned = await backend.pin();
  backend.put("key", utf8("b"), utf8("b2"));
  backend.delete("key", utf8("a"));
  backend.endBatch();
  assert.equal(dump(backend), "b=b2 c=c1");
  assert.equal(dump(pinned), "a=a1 b=b1 c=c1");
  assert.equal(dump(backend.crash()), "a=a1 b=b1 c=c1");
  pinned.release();
  assert.throws(() => pinned.get("key", utf8("a")), /released/);
});

test("MemoryBackend.scan() honours both bounds and stops when the visitor says so", () => {
  const backend = new MemoryBackend();
  for (const key of ["a", "b", "c", "d"]) backend.put("key", utf8(key), utf8(""));
  const seen: string[] = [];
  assert.equal(
    backend.scan("key", utf8("b"), utf8("d"), (k) => void seen.push(utf8Text(k))),
    true,
  );
  assert.equal(
    backend.scan("key", utf8("a"), undefined, (k) => {
      seen.push(utf8Text(k));
      return false;
    }),
    false,
  );
  assert.deepEqual(seen, ["b", "c", "a"]);
});

/** Messages as Go's etcd 3.7.1 and raft 3.7.0 build them, marshalled by Go: our bytes are the same. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { CODECS, hex, ROOT } from "./codecs.ts";

interface Vector {
  readonly name: string;
  readonly type: string;
  readonly bytes: string;
  readonly json: unknown;
}

const vectors = JSON.parse(
  readFileSync(join(ROOT, "test", "golden", "go-messages.golden.json"), "utf8"),
) as readonly Vector[];
const PROTO2 = /^(raftpb|walpb|snappb)\.|^etcdserverpb\.Metadata$/;

for (const vector of vectors) {
  test(`${vector.type}: ${vector.name}: bytes are Go's`, () => {
    const codec = CODECS.get(vector.type);
    assert.ok(codec, "no such codec");
    const message = codec.decode(Buffer.from(vector.bytes, "hex"));
    assert.equal(hex(codec.encode(message)), vector.bytes);
    assert.equal(hex(codec.encode(codec.fromJson(vector.json))), vector.bytes);
    if (!PROTO2.test(vector.type))
      assert.deepEqual(Object.entries(codec.toJson(message)), Object.entries(vector.json as object));
  });
}

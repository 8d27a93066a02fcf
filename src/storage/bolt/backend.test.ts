import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { after, test } from "node:test";
import { utf8, utf8Text } from "../../base/bytes.ts";
import { Bucket } from "../../core/mvcc/backend.ts";
import { SILENT_LOGGER } from "../../io/logger.ts";
import { NodeClock } from "../../io/node/clock.ts";
import { NodeFileSystem } from "../../io/node/file-system.ts";
import { BoltBackend } from "./backend.ts";
import type { BackendOptions } from "./backend-options.ts";

const directory = fs.mkdtempSync(path.join(os.tmpdir(), "bolt-backend-"));
after(() => fs.rmSync(directory, { recursive: true }));
let files = 0;

function options(extra: Partial<BackendOptions> = {}): BackendOptions {
  return {
    fileSystem: new NodeFileSystem(),
    clock: new NodeClock(),
    logger: SILENT_LOGGER,
    path: path.join(directory, `db${files++}`),
    cacheBytes: 4 << 20,
    ...extra,
  };
}

test("a fresh backend is small, keeps what it committed and shows it after a reopen", async () => {
  const opts = options();
  const backend = await BoltBackend.open(opts);
  assert.ok(backend.sizeBytes < 50_000, `${backend.sizeBytes}`);
  for (let i = 0; i < 2000; i++) {
    backend.put(Bucket.Key, utf8(`key-${String(i).padStart(8, "0")}`), utf8(`value ${i}`));
    backend.endBatch();
  }
  assert.equal(utf8Text(backend.get(Bucket.Key, utf8("key-00000007"))!), "value 7");
  await backend.commit();
  assert.equal(utf8Text(backend.get(Bucket.Key, utf8("key-00000007"))!), "value 7");
  await backend.close();
  let seen = 0;
  const again = await BoltBackend.open({ ...opts, visit: (bucket) => void (bucket === "key" && seen++) });
  assert.equal(seen, 2000);
  let count = 0;
  again.scan(Bucket.Key, utf8("key-00000100"), utf8("key-00000200"), () => void count++);
  assert.equal(count, 100);
  await again.close();
});

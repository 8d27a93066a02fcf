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

test("views stay what they were for the whole turn, though the cache is far too small for them", async () => {
  const backend = await BoltBackend.open(options({ cacheBytes: 0, pageSize: 1024 }));
  for (let i = 0; i < 5000; i++) {
    const size = i % 100 === 0 ? 5000 : 100;
    backend.put(Bucket.Key, utf8(`k${String(i).padStart(6, "0")}`), new Uint8Array(size).fill(i & 0xff));
  }
  backend.endBatch();
  await backend.commit();
  const cache = backend.file.pager.cache;
  assert.equal(cache.pinnedPages, 0);
  assert.ok(cache.usedBytes <= 140_000, `${cache.usedBytes}`);
  for (let turn = 0; turn < 3; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    const views: Uint8Array[] = [];
    for (let i = 0; i < 5000; i++)
      views.push(backend.get(Bucket.Key, utf8(`k${String((i * 37) % 5000).padStart(6, "0")}`))!);
    backend.scan(Bucket.Key, utf8(""), undefined, (_, value) => void views.push(value));
    assert.equal(views.length, 10_000);
    for (let i = 0; i < 10_000; i++) {
      const expected = (i < 5000 ? (i * 37) % 5000 : i - 5000) & 0xff;
      assert.ok(
        views[i]!.every((byte) => byte === expected),
        `turn ${turn}, view ${i}`,
      );
    }
  }
  await backend.close();
});

test("a batch is durable as a whole or not at all, also when commits begin by themselves", async () => {
  const opts = options({ batchLimit: 7, batchIntervalMs: 1 });
  const backend = await BoltBackend.open(opts);
  for (let batch = 0; backend.commits < 12; batch++) {
    for (let i = 0; i < 5; i++) backend.put(Bucket.Lease, utf8(`${i}`), utf8(`${batch}`));
    backend.endBatch();
    if (batch % 10 !== 0) continue;
    await new Promise((resolve) => setTimeout(resolve, 1));
    const pinned = backend.pinCommitted();
    const values = new Set(
      [0, 1, 2, 3, 4].map((i) => utf8Text(pinned.get(Bucket.Lease, utf8(`${i}`)) ?? utf8("none"))),
    );
    assert.equal(values.size, 1, `${[...values].join(" ")}`);
    pinned.release();
  }
  await backend.close();
});

test("dbSize grows with puts, and a defragmentation after deletions shrinks it", async () => {
  const backend = await BoltBackend.open(options());
  const fresh = backend.sizeBytes;
  let last = fresh;
  for (let round = 0; round < 10; round++) {
    for (let i = 0; i < 20; i++) backend.put(Bucket.Key, utf8(`${round}-${i}`), new Uint8Array(1000));
    backend.endBatch();
    await backend.commit();
    assert.ok(backend.sizeBytes > last && backend.sizeBytes < last + 80_000, `${last} -> ${backend.sizeBytes}`);
    last = backend.sizeBytes;
  }
  for (let round = 0; round < 10; round++)
    for (let i = 0; i < 20; i++) backend.delete(Bucket.Key, utf8(`${round}-${i}`));
  backend.endBatch();
  await backend.commit();
  assert.ok(backend.sizeBytes >= last);
  assert.ok(backend.sizeInUseBytes < fresh + 8192);
  await backend.defragment();
  assert.ok(backend.sizeBytes <= fresh + 8192, `${backend.sizeBytes}`);
  assert.ok(backend.sizeInUseBytes <= backend.sizeBytes);
  backend.put(Bucket.Key, utf8("after"), utf8("defragmentation"));
  backend.endBatch();
  await backend.commit();
  await backend.close();
});

test("a pinned reader goes on reading the file that a defragmentation replaced", async () => {
  const opts = options();
  const backend = await BoltBackend.open(opts);
  for (let i = 0; i < 500; i++) backend.put(Bucket.Key, utf8(`k${i}`), utf8("old"));
  backend.endBatch();
  const pinned = await backend.pin();
  await backend.defragment();
  for (let i = 0; i < 500; i++) backend.put(Bucket.Key, utf8(`k${i}`), utf8("new"));
  backend.endBatch();
  await backend.commit();
  let count = 0;
  await pinned.scanSlices(Bucket.Key, utf8(""), undefined, (_, value) => {
    assert.equal(utf8Text(value), "old");
    count++;
  });
  assert.equal(count, 500);
  pinned.release();
  await backend.close();
  assert.deepEqual(
    fs.readdirSync(directory).filter((name) => name.startsWith(path.basename(opts.path))),
    [path.basename(opts.path)],
  );
});

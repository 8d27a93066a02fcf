/**
 * A writer is killed (SIGKILL) in its loop of durable commits that reuse pages: every acknowledged batch is there afterwards, whole, and the
 * file is sound. The real file system and real fdatasync; power losses are simulated in storage/bolt/backend-failure.test.ts.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { utf8, utf8Text } from "../../src/base/bytes.ts";
import { Bucket } from "../../src/core/mvcc/backend.ts";
import { SILENT_LOGGER } from "../../src/io/logger.ts";
import { NodeClock } from "../../src/io/node/clock.ts";
import { NodeFileSystem } from "../../src/io/node/file-system.ts";
import { BoltBackend } from "../../src/storage/bolt/backend.ts";
import { checkBoltFile } from "../../src/storage/bolt/checker.ts";
import { missing, mustRun, temporaryFolder } from "./reference.ts";

const KEYS = 200;

function open(path: string): Promise<BoltBackend> {
  const clock = new NodeClock();
  return BoltBackend.open({
    fileSystem: new NodeFileSystem(),
    clock,
    logger: SILENT_LOGGER,
    path,
    cacheBytes: 4 << 20,
  });
}

/** Every batch rewrites all keys with its number; a line on stdout says that it is durable. */
async function write(path: string): Promise<void> {
  const backend = await open(path);
  const last = backend.get(Bucket.Meta, utf8("batch"));
  for (let batch = last === undefined ? 1 : Number(utf8Text(last)) + 1; ; batch++) {
    backend.put(Bucket.Meta, utf8("batch"), utf8(String(batch)));
    for (let i = 0; i < KEYS; i++) {
      if ((i + batch) % 7 === 0) backend.delete(Bucket.Key, utf8(`k${i}`));
      else backend.put(Bucket.Key, utf8(`k${i}`), utf8(`${batch} `.repeat(1 + ((i * batch) % 60))));
    }
    backend.endBatch();
    if (batch % 20 === 0) void backend.defragment().catch(() => undefined);
    await backend.commit();
    process.stdout.write(`${batch}\n`);
  }
}

async function verify(path: string, acknowledged: number): Promise<void> {
  const backend = await open(path);
  const report = await checkBoltFile(backend.file.file, new NodeClock(), backend.file.freePages);
  assert.deepEqual(report.problems, []);
  const text = backend.get(Bucket.Meta, utf8("batch"));
  const batch = text === undefined ? 0 : Number(utf8Text(text));
  assert.ok(batch >= acknowledged, `batch ${batch} after ${acknowledged} was acknowledged`);
  for (let i = 0; i < KEYS && batch > 0; i++) {
    const value = backend.get(Bucket.Key, utf8(`k${i}`));
    if ((i + batch) % 7 === 0) assert.equal(value, undefined);
    else assert.equal(utf8Text(value!), `${batch} `.repeat(1 + ((i * batch) % 60)));
  }
  await backend.close();
}

function killedRun(path: string, afterMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const script = `process.env.BOLT_WRITER_PATH = ${JSON.stringify(path)}; await import(${JSON.stringify(pathToFileURL(process.argv[1]!).href)});`;
    const child = spawn(
      process.execPath,
      [...process.execArgv.filter((arg) => arg !== "--test"), "--input-type=module", "-e", script],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    let acknowledged = 0;
    let started = false;
    child.stdout.on("data", (bytes: Buffer) => {
      // From the first batch on, so that the start of the process does not count.
      if (!started) setTimeout(() => child.kill("SIGKILL"), afterMs);
      started = true;
      for (const line of bytes.toString().split("\n")) if (line !== "") acknowledged = Number(line);
    });
    child.once("error", reject);
    child.once("exit", () => resolve(acknowledged));
  });
}

if (process.env.BOLT_WRITER_PATH !== undefined) await write(process.env.BOLT_WRITER_PATH);
else {
  const folder = temporaryFolder("bolt-kill");
  after(() => folder.remove());
  test("no acknowledged batch is lost when the writer is killed", { skip: missing("bbolt") }, async () => {
    const path = join(folder.path, "db");
    for (let round = 0; round < 10; round++) {
      const acknowledged = await killedRun(path, 20 + ((round * 53) % 200));
      assert.ok(acknowledged > 0);
      await verify(path, acknowledged);
      assert.match(mustRun("bbolt", "check", path), /OK/);
    }
  });
}

/**
 * Our bolt files in the hands of real bbolt, etcd and their tools, and theirs in ours: the same file goes back and forth.
 * Needs the reference programs, and Go with bbolt 1.5.0 for those that write by bbolt itself (test/real/go/bolt).
 */
import assert from "node:assert/strict";
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { utf8 } from "../../src/base/bytes.ts";
import { Bucket } from "../../src/core/mvcc/backend.ts";
import { SILENT_LOGGER } from "../../src/io/logger.ts";
import { NodeClock } from "../../src/io/node/clock.ts";
import { NodeFileSystem } from "../../src/io/node/file-system.ts";
import { BoltBackend } from "../../src/storage/bolt/backend.ts";
import { checkBoltFile } from "../../src/storage/bolt/checker.ts";
import { BoltLockedError, BoltUnsupportedError } from "../../src/storage/bolt/errors.ts";
import { OfflineBolt } from "../../src/storage/bolt/offline.ts";
import { Prng } from "../support/prng.ts";
import { missing, mustRun, reference, repository, run, startMember, temporaryFolder } from "./reference.ts";

const folder = temporaryFolder("bolt");
after(() => folder.remove());
const clock = new NodeClock();
const fileSystem = new NodeFileSystem();
const NO_KEY = new Uint8Array(0);

/** The Go program, built once; or why it is missing. */
const goProgram = ((): { path: string } | { missing: string } => {
  const path = join(folder.path, "gobolt");
  const built = run(["go", "build", "-C", join(repository, "test/real/go/bolt"), "-o", path, "."]);
  return built.code === 0 ? { path } : { missing: `Go or bbolt 1.5.0 is missing: ${built.stderr.slice(0, 200)}` };
})();
const skipGo = "missing" in goProgram ? goProgram.missing : missing("bbolt");

function go(...args: string[]): string {
  assert.ok("path" in goProgram);
  const ran = run([goProgram.path, ...args]);
  assert.equal(ran.code, 0, `${args.join(" ")}: ${ran.stderr.slice(0, 2000)}`);
  return ran.stdout;
}

function open(path: string): Promise<BoltBackend> {
  return BoltBackend.open({ fileSystem, clock, logger: SILENT_LOGGER, path, cacheBytes: 8 << 20 });
}

function fnv(bytes: Uint8Array): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  return hash.toString(16).padStart(16, "0");
}

/** As `bolt dump` of the Go program. */
async function dump(path: string): Promise<string> {
  const file = await OfflineBolt.open({ fileSystem, clock, path });
  const lines: string[] = [];
  for (const bucket of file.reader.bucketNames)
    file.reader.scan(bucket, NO_KEY, undefined, (key, value) => {
      lines.push(`${bucket} ${Buffer.from(key).toString("hex")} ${fnv(value)}\n`);
    });
  assert.deepEqual((await file.check()).problems, []);
  await file.close();
  return lines.join("");
}

function change(backend: BoltBackend, random: Prng): void {
  for (const bucket of [Bucket.Key, Bucket.Meta, Bucket.Lease])
    for (let i = random.integer(150); i >= 0; i--) {
      const key = utf8(String(random.integer(3000)).padStart(5, "0"));
      if (random.chance(0.45)) backend.delete(bucket, key);
      else backend.put(bucket, key, random.bytes(random.chance(0.05) ? random.integer(20_000) : random.integer(200)));
    }
  if (random.chance(0.2)) {
    const from = random.integer(3000);
    for (let i = from; i < from + 800; i++) backend.delete(Bucket.Key, utf8(String(i).padStart(5, "0")));
  }
  backend.endBatch();
}

test("a file goes back and forth between ours and real bbolt in StrictMode, and both see the same", {
  skip: skipGo,
}, async () => {
  const seed = Number(process.env["SEED"] ?? 1);
  const random = new Prng(seed);
  const path = join(folder.path, "ping.db");
  for (let round = 0; round < Number(process.env["ROUNDS"] ?? 8); round++) {
    const backend = await open(path);
    for (let i = 0; i < 20; i++) {
      change(backend, random);
      await backend.commit();
      if (random.chance(0.05)) await backend.defragment();
    }
    const report = await checkBoltFile(backend.file.file, clock, backend.file.freePages);
    assert.deepEqual(report.problems, [], `seed ${seed}, round ${round}`);
    await backend.close();
    assert.match(mustRun("bbolt", "check", path), /OK/);
    assert.equal(await dump(path), go("dump", path), `seed ${seed}, round ${round}: ours`);
    go("write", path, String(seed * 1000 + round), "20");
    assert.match(mustRun("bbolt", "check", path), /OK/);
    assert.equal(await dump(path), go("dump", path), `seed ${seed}, round ${round}: theirs`);
  }
});

for (const pageSize of [1024, 4096, 16384, 65536])
  for (const freelist of [0, 1])
    test(`a file of bbolt with ${pageSize}-byte pages and ${freelist === 1 ? "a" : "no"} freelist is read, written and handed back`, {
      skip: skipGo,
    }, async () => {
      const path = join(folder.path, `made-${pageSize}-${freelist}.db`);
      go("make", path, String(pageSize), String(freelist), "0");
      assert.equal(await dump(path), go("dump", path));
      const backend = await open(path);
      const random = new Prng(pageSize + freelist);
      for (let i = 0; i < 10; i++) {
        change(backend, random);
        await backend.commit();
      }
      const report = await checkBoltFile(backend.file.file, clock, backend.file.freePages);
      assert.deepEqual(report.problems, []);
      assert.equal(backend.file.pager.pageSize, pageSize);
      await backend.close();
      assert.match(mustRun("bbolt", "check", path), /OK/);
      assert.equal(await dump(path), go("dump", path));
      go("write", path, "5", "10");
      assert.equal(await dump(path), go("dump", path));
    });

test("a nested bucket is refused politely, and checked all the same", { skip: skipGo }, async () => {
  const path = join(folder.path, "nested.db");
  go("make", path, "4096", "1", "1");
  await assert.rejects(open(path), BoltUnsupportedError);
  const file = await fileSystem.open(path, "read");
  assert.deepEqual((await checkBoltFile(file, clock)).problems, []);
  await file.close();
});

test("real bbolt waits for the file while ours has it open, and ours refuses one that is taken", {
  skip: missing("bbolt"),
}, async () => {
  const path = join(folder.path, "locked.db");
  const backend = await open(path);
  await assert.rejects(open(path), BoltLockedError);
  // The command waits for the lock for ever; it must not get it within a second.
  const waited = run(["timeout", "1", reference("bbolt")!, "check", path]);
  assert.equal(waited.code, 124, waited.stdout + waited.stderr);
  await backend.close();
  assert.match(mustRun("bbolt", "check", path), /OK/);
});

test("a database of real etcd, copied entry by entry into a file of ours, has the same hashes by etcdutl", {
  skip: missing("etcd", "etcdctl", "etcdutl", "bbolt", "etcd-dump-db"),
}, async () => {
  const dataDir = join(folder.path, "real.etcd");
  const member = await startMember({ command: [reference("etcd")!], dataDir });
  const ctl = (...args: string[]): string => mustRun("etcdctl", `--endpoints=${member.endpoint}`, ...args);
  for (let i = 0; i < 60; i++) ctl("put", `key-${i % 20}`, "v".repeat(i * 50));
  ctl("del", "key-3");
  ctl("compaction", "30");
  ctl("lease", "grant", "1000");
  ctl("user", "add", "root:secret");
  await member.stop();
  const theirs = join(dataDir, "member/snap/db");

  // Bucket by bucket into a fresh file.
  const copyDir = join(folder.path, "copy.etcd");
  mkdirSync(join(copyDir, "member/snap"), { recursive: true });
  const copy = join(copyDir, "member/snap/db");
  const source = await OfflineBolt.open({ fileSystem, clock, path: theirs });
  const backend = await open(copy);
  for (const bucket of Object.values(Bucket)) {
    source.reader.scan(bucket, NO_KEY, undefined, (key, value) => backend.put(bucket, key.slice(), value.slice()));
    backend.endBatch();
    await backend.commit();
  }
  const hash = await backend.hash();
  await source.close();
  await backend.close();
  assert.match(mustRun("bbolt", "check", copy), /OK/);
  const status = (file: string): { hash: number } =>
    JSON.parse(mustRun("etcdutl", "snapshot", "status", file, "-w", "json"));
  assert.equal(status(copy).hash, status(theirs).hash);
  assert.equal(status(copy).hash, hash);
  const hashKV = (file: string): string => mustRun("etcdutl", "hashkv", file);
  assert.equal(hashKV(copy), hashKV(theirs));
  for (const bucket of ["key", "members", "lease", "auth"])
    assert.equal(
      mustRun("etcd-dump-db", "iterate-bucket", copyDir, bucket),
      mustRun("etcd-dump-db", "iterate-bucket", dataDir, bucket),
    );

  // And real etcd runs on what ours wrote into its own folder.
  const again = await open(theirs);
  for (let i = 0; i < 5; i++) {
    // The same consistent index, by its present value: a commit that changes pages but not what they mean.
    const index = again.get(Bucket.Meta, utf8("consistent_index"))!.slice();
    again.put(Bucket.Meta, utf8("consistent_index"), index);
    again.endBatch();
    await again.commit();
  }
  await again.defragment();
  await again.close();
  const second = await startMember({ command: [reference("etcd")!], dataDir });
  const ctl2 = (...args: string[]): string => mustRun("etcdctl", `--endpoints=${second.endpoint}`, ...args);
  assert.match(ctl2("get", "key-5"), /^key-5\nv+/);
  ctl2("put", "after", "hand-over");
  ctl2("compaction", "40");
  ctl2("defrag");
  await second.stop();
  assert.match(mustRun("bbolt", "check", theirs), /OK/);
  const last = await open(theirs);
  const report = await checkBoltFile(last.file.file, clock, last.file.freePages);
  assert.deepEqual(report.problems, []);
  await last.close();
});

test("a snapshot taken while writes go on is a whole database for bbolt", { skip: skipGo }, async () => {
  const path = join(folder.path, "snapped.db");
  const backend = await open(path);
  const random = new Prng(9);
  for (let i = 0; i < 30; i++) change(backend, random);
  await backend.commit();
  const before = join(folder.path, "before.db");
  cpSync(path, before);
  const snapshot = await backend.snapshot();
  const target = join(folder.path, "snapshot.db");
  const out = await fileSystem.open(target, "create");
  let at = 0;
  for await (const piece of snapshot) {
    await out.writev([piece], at);
    at += piece.length;
    change(backend, random);
    await backend.commit();
  }
  await out.close();
  assert.equal(at, snapshot.sizeBytes);
  assert.match(mustRun("bbolt", "check", target), /OK/);
  assert.equal(go("dump", target), go("dump", before));
  await backend.close();
  assert.notEqual(go("dump", target), go("dump", path));
});

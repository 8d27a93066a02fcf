/** etcdutl on snapshots of our own server: restored members serve what was saved, damage is refused. The original is compared in test/real. */
import assert from "node:assert/strict";
import { mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { EtcdClient } from "../../client/index.ts";
import { SILENT_LOGGER } from "../../io/logger.ts";
import { NodeClock } from "../../io/node/clock.ts";
import { NodeFileSystem } from "../../io/node/file-system.ts";
import { startEtcd } from "../../server/index.ts";
import { runEtcdutl } from "./run-etcdutl.ts";

let folder: string;
let revision: number;
let hash: number;
const at = (name: string): string => join(folder, name);
const PEER = "http://127.0.0.1:0";

async function etcdutl(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  let stdout = "";
  let stderr = "";
  const fileSystem = new NodeFileSystem({ log: SILENT_LOGGER });
  const code = await runEtcdutl(args, {
    environment: { fileSystem, clock: new NodeClock(), logger: SILENT_LOGGER, resolve: async () => undefined },
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
  });
  return { code, stdout, stderr };
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "etcd-ts-etcdutl-"));
  await using etcd = await startEtcd();
  await using client = new EtcdClient({ endpoints: etcd.clientUrl });
  for (let i = 0; i < 50; i++) await client.put(`k/${i % 20}`, `value ${i}`);
  await client.delete("k/3");
  const { header } = await client.put("last", "one");
  await client.compact(header.revision - 10);
  revision = header.revision;
  hash = (await client.maintenance.hashKv()).hash;
  const pieces: Uint8Array[] = [];
  for await (const piece of client.maintenance.snapshot()) pieces.push(piece);
  await writeFile(at("snapshot.db"), Buffer.concat(pieces));
});
after(() => rm(folder, { recursive: true, force: true }));

test("status and hashkv tell what the server told, and leave the file as it is", async () => {
  const original = await readFile(at("snapshot.db"));
  const status = await etcdutl("snapshot", "status", at("snapshot.db"), "-w", "json");
  assert.equal(status.code, 0, status.stderr);
  const told = JSON.parse(status.stdout) as { revision: number; totalKey: number; totalSize: number };
  assert.deepEqual([told.revision, told.totalKey, told.totalSize], [revision, 20, original.length - 32]);
  const hashed = await etcdutl("hashkv", at("snapshot.db"), "-w", "json");
  assert.deepEqual(JSON.parse(hashed.stdout), { hash, hashRevision: revision, compactRevision: revision - 10 });
  assert.deepEqual(await readFile(at("snapshot.db")), original);
});

for (const bump of [0, 1000]) {
  test(`a member restored${bump === 0 ? "" : " with a greater revision"} serves what was saved`, async () => {
    const dataDir = at(`restored-${bump}`);
    const args = ["--data-dir", dataDir, "--initial-cluster", `default=${PEER}`, "--initial-advertise-peer-urls", PEER];
    if (bump > 0) args.push("--bump-revision", String(bump), "--mark-compacted");
    const restored = await etcdutl("snapshot", "restore", at("snapshot.db"), ...args);
    assert.equal(restored.code, 0, restored.stderr);
    const again = await etcdutl("snapshot", "restore", at("snapshot.db"), ...args);
    assert.deepEqual([again.code, again.stderr], [1, `Error: data-dir "${dataDir}" not empty or could not be read\n`]);
    await using etcd = await startEtcd({ dataDir });
    await using client = new EtcdClient({ endpoints: etcd.clientUrl });
    const { kvs, header } = await client.range({ prefix: "k/" });
    assert.equal(kvs.length, 19);
    assert.equal(header.revision, revision + bump);
    assert.equal((await client.get("last"))?.value, "one");
    assert.deepEqual(
      (await client.cluster.members()).map(({ name }) => name),
      ["default"],
    );
    if (bump > 0) await assert.rejects(client.get("last", { revision }), { kind: "Compacted" });
    assert.equal((await client.put("last", "two")).header.revision, revision + bump + 1);
  });
}

test("a snapshot that was changed or cut is refused, unless the check is skipped", async () => {
  const whole = await readFile(at("snapshot.db"));
  await writeFile(at("changed.db"), whole);
  const file = await open(at("changed.db"), "r+");
  await file.write(Buffer.from("XX"), 0, 2, whole.length - 100);
  await file.close();
  const restore = (name: string, ...more: string[]): ReturnType<typeof etcdutl> =>
    etcdutl("snapshot", "restore", at(name), "--data-dir", at(`out-${name}-${more.length}`), ...more);
  const changed = await restore("changed.db");
  assert.equal(changed.code, 1);
  assert.match(changed.stderr, /^Error: expected sha256 \[\d+( \d+){31}\], got \[/);
  await writeFile(at("bare.db"), whole.subarray(0, whole.length - 32));
  const bare = await restore("bare.db");
  assert.deepEqual([bare.code, bare.stderr], [1, "Error: snapshot missing hash but --skip-hash-check=false\n"]);
  assert.equal((await restore("bare.db", "--skip-hash-check")).code, 0);
  await writeFile(at("cut.db"), whole.subarray(0, 8192));
  for (const command of [["snapshot", "status"], ["hashkv"]]) {
    const cut = await etcdutl(...command, at("cut.db"));
    assert.equal(cut.code, 1);
    assert.match(cut.stderr, /^Error: invalid database/);
  }
});

test("a database in use is not touched: defrag gives up when its time is over", async () => {
  const dataDir = at("used");
  await using etcd = await startEtcd({ dataDir });
  assert.ok(etcd.port > 0);
  const { code, stderr } = await etcdutl("defrag", "--data-dir", dataDir, "--timeout", "150ms");
  assert.equal(code, 2);
  assert.match(stderr, /^Error: failed to open database: timeout/);
});

/** Our client against a real etcd that is killed and comes back: keys, a stream of ranges, watches, leases, locks. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { compare, EtcdClient, EtcdError, op } from "../../src/client/index.ts";
import { freePort } from "../support/free-port.ts";
import { type Member, missing, mustRun, reference, startMember, temporaryFolder } from "./reference.ts";

const skip = missing("etcd", "etcdctl");
const folder = temporaryFolder("client-real");
after(() => folder.remove());

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds(); waited += 10) {
    assert.ok(waited < 20_000, `never: ${what}`);
    await delay(10);
  }
}

test("kills of a real etcd leave no gap, no duplicate and no lost write", { skip }, async () => {
  const clientPort = await freePort();
  const peerPort = await freePort();
  const start = (): Promise<Member> =>
    startMember({ command: [reference("etcd")!], dataDir: join(folder.path, "killed"), clientPort, peerPort });
  let member = await start();
  const client = new EtcdClient({ endpoints: member.endpoint });
  try {
    const lease = await client.lease(60);
    await client.put("leased", "stays", { lease });
    const lock = await client.lock("door", { ttlSeconds: 60 });
    const told: string[] = [];
    const watcher = client.watch({ prefix: "w/" });
    watcher.on("put", ({ kv }) => told.push(kv.key));
    await watcher.established;
    const acknowledged: string[] = [];
    let stopping = false;
    const writing = (async () => {
      for (let i = 0; !stopping; i++) {
        const key = `w/${String(i).padStart(6, "0")}`;
        try {
          await client.put(key, "x");
          acknowledged.push(key);
        } catch (error) {
          assert.ok(error instanceof EtcdError && error.code === 14, String(error));
        }
      }
    })();
    for (let round = 0; round < 4; round++) {
      const goal = acknowledged.length + 30;
      await until("writes go on", () => acknowledged.length >= goal);
      await member.stop("SIGKILL");
      member = await start();
      assert.equal((await client.get("leased"))?.value, "stays");
    }
    stopping = true;
    await writing;
    await client.put("w/last", "x");
    await until("the last event", () => told.at(-1) === "w/last");
    const stored: string[] = [];
    for await (const kv of client.entries({ prefix: "w/" }, { by: "stream" })) stored.push(kv.key);
    assert.deepEqual(told, stored);
    const kept = new Set(stored);
    assert.deepEqual(
      acknowledged.filter((key) => !kept.has(key)),
      [],
    );
    assert.ok(lock.isHeld);
    await lock.release();
    await watcher.cancel();
  } finally {
    await client.close();
    await member.stop();
  }
});

test("locks and elections have the keys of etcdctl's", { skip }, async () => {
  const clientPort = await freePort();
  const dataDir = join(folder.path, "calls");
  const member = await startMember({ command: [reference("etcd")!], dataDir, clientPort });
  const own = new EtcdClient({ endpoints: member.endpoint });
  try {
    const election = own.election("e");
    const leadership = await election.campaign("ours");
    const keys = mustRun("etcdctl", `--endpoints=${member.endpoint}`, "get", "--prefix", "e/");
    assert.match(keys, /^e\/[0-9a-f]+\nours\n$/);
    await leadership.resign();
    const lock = await own.lock("l");
    assert.match(
      mustRun("etcdctl", `--endpoints=${member.endpoint}`, "get", "--prefix", "l/", "--keys-only"),
      /^l\/[0-9a-f]+/,
    );
    await lock.release();
    const result = await own.txn().if(compare.missing("t")).then(op.put("t", "1"), op.get("t")).commit();
    assert.ok(result.succeeded && result.results[1]?.value === "1");
    assert.equal(mustRun("etcdctl", `--endpoints=${member.endpoint}`, "get", "t", "--print-value-only"), "1\n");
    let bytes = 0;
    for await (const piece of own.maintenance.snapshot()) bytes += piece.length;
    assert.equal(bytes % 512, 32);
  } finally {
    await own.close();
    await member.stop();
  }
});

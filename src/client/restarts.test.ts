/**
 * A client beside a server that stops and comes back again and again, under a writer, watchers, a lease and a lock with somebody waiting
 * for it: nothing acknowledged is lost, nothing is told twice or left out, nobody holds the lock twice, nothing stays open at the end.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type Etcd, startEtcd } from "../server/index.ts";
import { EtcdError } from "./errors.ts";
import { EtcdClient } from "./etcd-client.ts";
import type { Lock } from "./lock.ts";

const RESTARTS = 10;
const WRITES_BETWEEN = 40;

/** What keeps a process alive, by kind. */
function openHandles(): string[] {
  return process
    .getActiveResourcesInfo()
    .filter((kind) => /TCP|Pipe|Timeout/.test(kind))
    .sort();
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds(); waited += 10) {
    assert.ok(waited < 20_000, `never: ${what}`);
    await delay(10);
  }
}

test("restarts of the server leave no gap, no duplicate, no lost write and no open handle", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "etcd-ts-restarts-"));
  const before = openHandles();
  let etcd: Etcd = await startEtcd({ dataDir });
  const { port } = etcd;
  const client = new EtcdClient({ endpoints: etcd.clientUrl });
  try {
    const lease = await client.lease(30);
    await client.put("leased", "stays", { lease });
    const lock = await client.lock("door", { ttlSeconds: 30 });
    let second: Lock | undefined;
    const waiting = client.lock("door", { ttlSeconds: 30 }).then((held) => {
      second = held;
    });

    const told: string[] = [];
    const revisions: number[] = [];
    let disconnects = 0;
    const watcher = client.watch({ prefix: "w/" }, { progressNotify: true });
    watcher.on("disconnected", () => disconnects++);
    watcher.on("put", ({ kv }) => {
      told.push(kv.key);
      revisions.push(kv.modRevision);
    });
    await watcher.established;
    const iterated: string[] = [];
    const iterating = (async () => {
      for await (const event of client.watch({ prefix: "w/" }, { startRevision: watcher.nextRevision })) {
        iterated.push(event.kv.key);
        if (event.kv.key === "w/last") break;
      }
    })();

    const acknowledged: string[] = [];
    const unknown: string[] = [];
    let stopping = false;
    let written = 0;
    const writing = (async () => {
      for (; !stopping; written++) {
        const key = `w/${String(written).padStart(6, "0")}`;
        try {
          await client.put(key, "x");
          acknowledged.push(key);
        } catch (error) {
          // The connection broke under it: it may have taken effect, or not.
          assert.ok(error instanceof EtcdError, String(error));
          assert.ok(error.kind === "ConnectionLost" || error.kind === "Stopped", `${error.kind}: ${error.message}`);
          unknown.push(key);
        }
      }
    })();

    for (let restart = 0; restart < RESTARTS; restart++) {
      const goal = acknowledged.length + WRITES_BETWEEN;
      await until("writes go on", () => acknowledged.length >= goal);
      await etcd.close();
      etcd = await startEtcd({ dataDir, port });
      assert.equal((await client.get("leased"))?.value, "stays");
      assert.equal(second, undefined, "the lock has two holders");
      assert.ok(!lock.lease.isEnded && !lease.isEnded);
    }
    stopping = true;
    await writing;
    await client.put("w/last", "x");
    await until("the last event arrives", () => told.at(-1) === "w/last");
    await iterating;

    const stored: string[] = [];
    for await (const kv of client.entries({ prefix: "w/" })) {
      stored.push(kv.key);
      assert.equal(kv.version, 1, `${kv.key} was written more than once`);
    }
    assert.deepEqual(told, stored, "the watch differs from what was written");
    assert.deepEqual(iterated, stored);
    assert.deepEqual(
      revisions,
      revisions.toSorted((a, b) => a - b),
    );
    const kept = new Set(stored);
    assert.deepEqual(
      acknowledged.filter((key) => !kept.has(key)),
      [],
      "acknowledged and lost",
    );
    assert.ok(acknowledged.length >= RESTARTS * WRITES_BETWEEN);
    assert.ok(disconnects >= RESTARTS, `${disconnects} disconnects`);

    assert.ok(lock.isHeld);
    await lock.release();
    await waiting;
    assert.ok(second !== undefined && (second as Lock).revision > lock.revision);
    await (second as Lock).release();
    assert.equal((await client.leases.timeToLive(lease.id, { keys: true })).keys.length, 1);
    await lease.revoke();
    assert.equal(await client.get("leased"), undefined);
    await watcher.cancel();
  } finally {
    await client.close();
    await etcd.close();
    await rm(dataDir, { recursive: true, force: true });
  }
  await until("all handles are closed", () => openHandles().length <= before.length);
});

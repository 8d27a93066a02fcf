/** Watches: many on one stream, over connections that break, through compaction, fragments, slow readers and progress. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { CutProxy } from "../../test/support/cut-proxy.ts";
import { type Etcd, startEtcd } from "../server/index.ts";
import { EtcdError, WatchCompactedError } from "./errors.ts";
import { EtcdClient } from "./etcd-client.ts";
import { op } from "./operation.ts";

let etcd: Etcd;
let proxy: CutProxy;
/** Goes straight to the server. */
let direct: EtcdClient;
/** Goes through the proxy. */
let client: EtcdClient;

before(async () => {
  etcd = await startEtcd();
  proxy = await CutProxy.start(etcd.port);
  direct = new EtcdClient({ endpoints: etcd.clientUrl });
  client = new EtcdClient({ endpoints: `127.0.0.1:${proxy.port}` });
});
after(async () => {
  await client.close();
  await direct.close();
  await proxy.close();
  await etcd.close();
});

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds(); waited += 5) {
    assert.ok(waited < 10_000, `never: ${what}`);
    await delay(5);
  }
}

test("an event tells what happened to which key, with its past when asked", async () => {
  const { header } = await direct.put("ev/before", "0");
  const watcher = client.watch({ prefix: "ev/" }, { prevKv: true, startRevision: header.revision + 1 });
  await direct.put("ev/a", "1");
  await direct.put("ev/a", "2");
  await direct.delete("ev/a");
  const told: unknown[] = [];
  for await (const { type, kv, prevKv, isCreate } of watcher) {
    told.push([type, kv.key, kv.value, prevKv?.value, isCreate]);
    if (told.length === 3) break;
  }
  assert.deepEqual(told, [
    ["put", "ev/a", "1", undefined, true],
    ["put", "ev/a", "2", "1", false],
    ["delete", "ev/a", "", "2", false],
  ]);
  assert.ok(watcher.isEnded);
  const puts = client.watch({ prefix: "ev/" }, { ignore: "delete", startRevision: header.revision + 1 });
  assert.equal((await puts.next()).value?.kv.value, "1");
  assert.equal((await puts.next()).value?.kv.value, "2");
  await direct.put("ev/a", "3");
  assert.equal((await puts.next()).value?.kv.value, "3");
  await puts.cancel();
  assert.deepEqual(await puts.next(), { done: true, value: undefined });
});

test("two hundred watches share a stream, and none misses or repeats an event when connections break under them", async () => {
  const watchers = Array.from({ length: 200 }, (_, i) => {
    const told: number[] = [];
    const watcher = client.watch(i % 2 === 0 ? { prefix: "many/" } : `many/${i}`);
    watcher.on("event", ({ kv }) => told.push(kv.modRevision));
    return { watcher, told, key: i % 2 === 0 ? undefined : `many/${i}` };
  });
  await Promise.all(watchers.map(({ watcher }) => watcher.established));
  const connectionsBefore = proxy.connections;
  const written = new Map<number, string>();
  for (let round = 0; round < 8; round++) {
    for (let i = 0; i < 25; i++) {
      const key = `many/${(round * 31 + i * 7) % 200}`;
      written.set((await direct.put(key, "x")).header.revision, key);
      if (i === 12) proxy.cut();
    }
    await delay(10);
  }
  const all = [...written.keys()];
  const last = all.at(-1)!;
  await until("all have caught up", () => watchers.every(({ told, key }) => key !== undefined || told.at(-1) === last));
  for (const { told, key } of watchers) {
    const expected = key === undefined ? all : all.filter((revision) => written.get(revision) === key);
    if (key !== undefined) await until(`${key} has caught up`, () => told.length >= expected.length);
    assert.deepEqual(told, expected, key);
  }
  assert.ok(proxy.connections - connectionsBefore >= 4, "the connections broke");
  assert.ok(proxy.open <= 1, "all watches are on one connection");
  for (const { watcher } of watchers) await watcher.cancel();
});

test("revisions larger than a message come in fragments and are told as one, whatever breaks in between", async () => {
  const value = "v".repeat(300_000);
  const { header } = await direct.put("big/start", "0");
  const revisions: number[] = [];
  for (let i = 0; i < 4; i++) {
    for (const key of ["a", "b", "c", "d"]) await direct.put(`big/${i}/${key}`, value);
    const result = await direct.delete({ prefix: `big/${i}/` });
    revisions.push(result.header.revision);
  }
  // Four deletions of one revision carry 1.2 MB of what was before, a batch several times that.
  const batches: string[] = [];
  const watcher = client.watch({ prefix: "big/" }, { prevKv: true, ignore: "put", startRevision: header.revision + 1 });
  watcher.on("batch", ({ events }) => {
    for (const event of events) {
      assert.equal(event.prevKv?.valueBytes.length, 300_000);
      batches.push(`${event.kv.modRevision} ${event.kv.key}`);
    }
  });
  await watcher.established;
  proxy.cut();
  await until("all deletions are told", () => batches.length >= 16);
  await delay(20);
  const expected = revisions.flatMap((revision, i) => ["a", "b", "c", "d"].map((key) => `${revision} big/${i}/${key}`));
  assert.deepEqual(batches, expected);
  await watcher.cancel();
});

test("a watch whose revisions are compacted fails with the oldest one left, or skips when told to", async () => {
  const { header } = await direct.put("c/1", "1");
  await direct.put("c/2", "2");
  const { header: last } = await direct.put("c/3", "3");
  await direct.compact(last.revision);
  const failing = client.watch({ prefix: "c/" }, { startRevision: header.revision });
  await assert.rejects(failing.next(), (error: unknown) => {
    assert.ok(error instanceof WatchCompactedError && error.kind === "Compacted");
    assert.equal(error.compactRevision, last.revision);
    return true;
  });
  assert.deepEqual(await failing.next(), { done: true, value: undefined });
  const skipping = client.watch({ prefix: "c/" }, { startRevision: header.revision, onCompaction: "skip" });
  let skippedTo = 0;
  skipping.on("compacted", (revision) => {
    skippedTo = revision;
  });
  assert.equal((await skipping.next()).value?.kv.key, "c/3");
  assert.equal(skippedTo, last.revision);
  await skipping.cancel();
});

test("a reader that falls behind holds its own watch back, and loses nothing", async () => {
  const watcher = client.watch({ prefix: "slow/" }, { queueMax: 20 });
  const other = client.watch({ prefix: "slow/" });
  await Promise.all([watcher.established, other.established]);
  const expected: string[] = [];
  for (let i = 0; i < 300; i++) {
    await direct.put(`slow/${i}`, "x");
    expected.push(`slow/${i}`);
  }
  const told: string[] = [];
  for await (const { kv } of watcher) {
    told.push(kv.key);
    if (told.length % 40 === 0) await delay(1);
    if (told.length === expected.length) break;
  }
  assert.deepEqual(told, expected);
  let others = 0;
  for await (const _ of other) if (++others === expected.length) break;
});

test("progress is told on request, and never ahead of what was told", async () => {
  const watcher = client.watch({ prefix: "quiet/" });
  await watcher.established;
  const { header } = await direct.put("loud", "1");
  let progress = 0;
  watcher.on("progress", (revision) => {
    progress = revision;
  });
  await until("progress", () => {
    watcher.requestProgress();
    return progress >= header.revision;
  });
  assert.equal(watcher.nextRevision, watcher.revision + 1);
  // It resumes from there: what happens while it is away is told.
  proxy.cut();
  await direct.put("quiet/1", "1");
  assert.equal((await watcher.next()).value?.kv.key, "quiet/1");
  await watcher.cancel();
});

test("a watch ends by its signal and by the end of the client", async () => {
  const stop = new AbortController();
  const aborted = client.watch("x", { signal: stop.signal });
  const next = aborted.next();
  stop.abort();
  await assert.rejects(next, { kind: "Aborted" });
  const late = client.watch("x", { signal: stop.signal });
  await assert.rejects(late.next(), { kind: "Aborted" });
  const own = new EtcdClient({ endpoints: etcd.clientUrl });
  const watcher = own.watch("x");
  const waiting = watcher.next();
  let told: unknown;
  watcher.on("error", (error) => {
    told = error;
  });
  await watcher.established;
  await Promise.all([assert.rejects(waiting, { kind: "ClientClosed" }), own.close()]);
  assert.ok(told instanceof EtcdError && told.kind === "ClientClosed");
  await assert.rejects(own.watch("x").next(), { kind: "ClientClosed" });
});

test("events of one transaction are told together", async () => {
  const watcher = client.watch({ prefix: "t/" });
  await watcher.established;
  const sizes: number[] = [];
  watcher.on("batch", ({ events }) => sizes.push(events.length));
  await direct.txn().then(op.put("t/1", "a"), op.put("t/2", "b"), op.put("t/3", "c")).commit();
  await until("the batch", () => sizes.length > 0);
  assert.deepEqual(sizes, [3]);
  await watcher.cancel();
});

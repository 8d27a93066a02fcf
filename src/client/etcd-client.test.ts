/** The client against a server in the same process: keys, ranges, transactions, namespaces, leases, locks, elections, STM, errors. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { GrpcCode } from "../base/grpc-code.ts";
import { type Etcd, startEtcd } from "../server/index.ts";
import { EtcdError } from "./errors.ts";
import { EtcdClient } from "./etcd-client.ts";
import { op } from "./operation.ts";
import { compare } from "./transaction.ts";

let etcd: Etcd;
let client: EtcdClient;

before(async () => {
  etcd = await startEtcd();
  client = new EtcdClient({ endpoints: etcd.clientUrl });
});
after(async () => {
  await client.close();
  await etcd.close();
});
beforeEach(async () => {
  await client.delete({ prefix: "" });
});

async function kindOf(call: Promise<unknown>): Promise<string> {
  return await call.then(
    () => "resolved",
    (error: unknown) => (error instanceof EtcdError ? error.kind : `not an EtcdError: ${String(error)}`),
  );
}

test("a key is written, read and deleted, as text and as bytes", async () => {
  const bytes = Uint8Array.of(0, 255, 10);
  const { header } = await client.put("a", "eins");
  await client.put(bytes, bytes);
  const a = await client.get("a");
  assert.equal(a?.value, "eins");
  assert.equal(a?.createRevision, header.revision);
  assert.deepEqual((await client.get(bytes))?.valueBytes, bytes);
  const put = await client.put("a", '{"b":2}', { prevKv: true });
  assert.equal(put.prevKv?.value, "eins");
  assert.deepEqual((await client.get("a"))?.json(), { b: 2 });
  assert.equal((await client.get("a", { revision: header.revision }))?.value, "eins");
  const deleted = await client.delete("a", { prevKv: true });
  assert.deepEqual([deleted.deleted, deleted.prevKvs[0]?.value], [1, '{"b":2}']);
  assert.equal(await client.get("a"), undefined);
});

test("ranges take prefixes, bounds, limits and orders", async () => {
  for (const key of ["a", "b/1", "b/2", "b/3", "c"]) await client.put(key, key.toUpperCase());
  const keys = async (...args: Parameters<typeof client.range>): Promise<string[]> =>
    (await client.range(...args)).kvs.map((kv) => kv.key);
  assert.deepEqual(await keys({ prefix: "b/" }), ["b/1", "b/2", "b/3"]);
  assert.deepEqual(await keys({ from: "b/2" }), ["b/2", "b/3", "c"]);
  assert.deepEqual(await keys({ from: "a", to: "b/3" }), ["a", "b/1", "b/2"]);
  assert.deepEqual(await keys({ prefix: "" }, { sort: { by: "key", order: "descend" }, limit: 2 }), ["c", "b/3"]);
  assert.deepEqual(await keys({ prefix: "" }, { sort: { by: "modRevision", order: "descend" }, limit: 1 }), ["c"]);
  const limited = await client.range({ prefix: "" }, { limit: 2, keysOnly: true });
  assert.deepEqual([limited.count, limited.more, limited.kvs[0]?.value], [5, true, ""]);
  assert.equal(await client.count({ prefix: "b" }), 3);
});

test("entries gives every key once, as of one revision, by stream and by pages", async () => {
  const operations = Array.from({ length: 100 }, (_, i) => op.put(`k/${String(i).padStart(3, "0")}`, "v"));
  await client
    .txn()
    .then(...operations)
    .commit();
  for (const by of ["stream", "page", "auto"] as const) {
    const keys: string[] = [];
    for await (const kv of client.entries({ prefix: "k/" }, { by, pageSize: 7 })) {
      keys.push(kv.key);
      // Comes after the revision that is read.
      if (keys.length === 3) await client.put(`k/${by}`, "late");
    }
    assert.equal(keys.filter((key) => /\d{3}$/.test(key)).length, 100, by);
    assert.ok(!keys.includes(`k/${by}`), by);
    assert.deepEqual(keys, keys.toSorted());
    let limited = 0;
    for await (const _ of client.entries({ prefix: "k/" }, { by, pageSize: 7, limit: 20 })) limited++;
    assert.equal(limited, 20, by);
  }
});

test("a transaction decides by its conditions and gives the results of the branch that ran", async () => {
  const transaction = client
    .txn()
    .if(compare.missing("k"))
    .then(op.put("k", "1"))
    .else(op.get("k"), op.range({ prefix: "" }));
  const first = await transaction.commit();
  assert.ok(first.succeeded);
  assert.equal(first.results[0].prevKv, undefined);
  const second = await transaction.commit();
  assert.ok(!second.succeeded);
  assert.equal(second.results[0]?.value, "1");
  assert.equal(second.results[1].count, 1);
  const nested = await client
    .txn()
    .if(compare.value("k", "=", "1"), compare.version("k", "<", 2), compare.exists({ prefix: "k" }))
    .then(op.delete("k"), client.txn().if(compare.exists("other")).else(op.put("other", "2")).asOperation())
    .commit();
  assert.ok(nested.succeeded);
  assert.equal(nested.results[0].deleted, 1);
  assert.equal(nested.results[1].succeeded, false);
  assert.equal((await client.get("other"))?.value, "2");
});

test("a transaction that is awaited without commit is refused, not lost", async () => {
  await assert.rejects(async () => await (client.txn().then(op.put("k", "1")) as unknown as Promise<void>), TypeError);
});

test("a namespace sees its own keys only, in every call", async () => {
  const space = client.namespace("app/").namespace("x/");
  await client.put("zzz", "outside");
  await space.put("k", "1");
  assert.equal((await client.get("app/x/k"))?.value, "1");
  assert.deepEqual(
    (await space.range({ prefix: "" })).kvs.map((kv) => kv.key),
    ["k"],
  );
  assert.deepEqual(
    (await space.range({ from: "a" })).kvs.map((kv) => kv.key),
    ["k"],
  );
  const result = await space.txn().if(compare.exists("k")).then(op.get("k"), op.put("l", "2")).commit();
  assert.ok(result.succeeded);
  assert.equal(result.results[0]?.key, "k");
  const watcher = space.watch({ prefix: "" }, { startRevision: 1 });
  assert.equal((await watcher.next()).value?.kv.key, "k");
  await watcher.cancel();
  const lock = await space.lock("door", { ttlSeconds: 5 });
  assert.equal(await client.count({ prefix: "app/x/door/" }), 1);
  await lock.release();
  assert.equal((await space.delete({ prefix: "" })).deleted, 2);
  assert.equal((await client.get("zzz"))?.value, "outside");
});

test("refusals have etcd's kinds and codes", async () => {
  assert.equal(await kindOf(client.put("", "1")), "EmptyKey");
  assert.equal(await kindOf(client.get("a", { revision: 1_000_000 })), "FutureRev");
  assert.equal(await kindOf(client.put("a", "1", { lease: 12345n })), "LeaseNotFound");
  assert.equal(await kindOf(client.txn().then(op.put("a", "1"), op.put("a", "2")).commit()), "DuplicateKey");
  const { header } = await client.put("a", "1");
  await client.put("a", "2");
  await client.compact(header.revision + 1);
  const error = await client.get("a", { revision: header.revision - 1 }).then(
    () => undefined,
    (thrown: unknown) => thrown as EtcdError,
  );
  assert.deepEqual([error?.kind, error?.code], ["Compacted", GrpcCode.OutOfRange]);
});

test("a call ends by its signal, its timeout and the end of the client", async () => {
  assert.equal(await kindOf(client.get("a", { signal: AbortSignal.abort() })), "Aborted");
  const held = await client.lock("held", { ttlSeconds: 10 });
  assert.equal(await kindOf(client.lock("held", { signal: AbortSignal.timeout(30) })), "Aborted");
  assert.equal(await kindOf(client.lock("held", { wait: false })), "Locked");
  // Nobody stands in the line any more.
  assert.equal(await client.count({ prefix: "held/" }), 1);
  await held.release();
  const nowhere = new EtcdClient({ endpoints: "127.0.0.1:1", timeoutMs: 80 });
  assert.equal(await kindOf(nowhere.get("a")), "CallTimeout");
  const open = nowhere.get("a", { timeoutMs: 10_000 });
  await Promise.all([assert.rejects(open, { kind: "ClientClosed" }), nowhere.close()]);
  assert.equal(await kindOf(nowhere.get("a")), "ClientClosed");
  const once = new EtcdClient({ endpoints: "127.0.0.1:1", attemptsMax: 1 });
  assert.equal(await kindOf(once.put("a", "1")), "NotConnected");
  await once.close();
  assert.throws(() => new EtcdClient({ endpoints: "http://" }), TypeError);
});

test("a lease is kept alive until it is revoked, and its end is told", async () => {
  const lease = await client.lease(2);
  await client.put("leased", "1", { lease });
  await delay(2600);
  assert.ok(lease.isCertain);
  assert.equal((await client.get("leased"))?.lease, lease.id);
  assert.deepEqual((await client.leases.timeToLive(lease.id, { keys: true })).keys.length, 1);
  assert.ok((await client.leases.list()).includes(lease.id));
  await lease.revoke();
  assert.ok(lease.signal.aborted);
  assert.equal(await client.get("leased"), undefined);
  assert.equal((await client.leases.timeToLive(lease.id)).ttlSeconds, -1);
  const other = await client.lease(3);
  let told: unknown;
  other.on("lost", (error) => {
    told = error;
  });
  await client.leases.revoke(other.id);
  for (let i = 0; told === undefined && i < 300; i++) await delay(10);
  assert.ok(told instanceof EtcdError && told.kind === "LeaseLost");
  assert.equal(await kindOf(other.keepAliveOnce()), "LeaseNotFound");
});

test("a lock has one holder at a time, in the order of the line, with growing revisions", async () => {
  let holders = 0;
  let last = 0;
  const order: number[] = [];
  await Promise.all(
    Array.from({ length: 8 }, async (_, i) => {
      await delay(i * 15);
      const lock = await client.lock("one", { ttlSeconds: 10 });
      assert.equal(++holders, 1);
      assert.ok(lock.revision > last && lock.isHeld);
      last = lock.revision;
      order.push(i);
      await delay(5);
      holders--;
      await lock.release();
      assert.ok(!lock.isHeld);
    }),
  );
  assert.deepEqual(order, [0, 1, 2, 3, 4, 5, 6, 7]);
});

test("a waiter whose lease ends does not get the lock", async () => {
  const held = await client.lock("one", { ttlSeconds: 10 });
  const lease = await client.lease(10);
  const waiting = kindOf(client.lock("one", { lease }));
  while ((await client.count({ prefix: "one/" })) < 2) await delay(5);
  await lease.revoke();
  assert.equal(await waiting, "LeaseLost");
  await held.release();
});

test("an election has one leader, which its observers see", async () => {
  const election = client.election("e");
  const seen: string[] = [];
  const stop = new AbortController();
  const observing = (async () => {
    try {
      for await (const kv of election.observe({ signal: stop.signal })) seen.push(kv.value);
    } catch (error) {
      assert.ok(error instanceof EtcdError && error.kind === "Aborted");
    }
  })();
  const first = await election.campaign("one", { ttlSeconds: 10 });
  const waiting = election.campaign("two", { ttlSeconds: 10 });
  await first.proclaim("one again");
  assert.equal((await election.leader())?.value, "one again");
  for (let i = 0; seen.at(-1) !== "one again" && i < 200; i++) await delay(10);
  await first.resign();
  const second = await waiting;
  assert.ok(second.revision > first.revision);
  assert.equal(await kindOf(first.proclaim("late")), "LeaseLost");
  for (let i = 0; seen.at(-1) !== "two" && i < 200; i++) await delay(10);
  stop.abort();
  await observing;
  assert.equal(seen.at(-1), "two");
  assert.ok(seen.includes("one again"));
  await second.resign();
  assert.equal(await election.leader(), undefined);
});

test("STM: concurrent increments are all counted, whatever the isolation", async () => {
  for (const isolation of ["serializableSnapshot", "serializable", "repeatableReads"] as const) {
    await client.put("n", "0");
    await Promise.all(
      Array.from({ length: 10 }, () =>
        client.stm(async (tx) => tx.put("n", String(Number(await tx.get("n")) + 1)), { isolation }),
      ),
    );
    assert.equal((await client.get("n"))?.value, "10", isolation);
  }
  const moved = await client.stm(async (tx) => {
    tx.put("to", (await tx.get("n")) ?? "");
    tx.delete("n");
    return [await tx.get("to"), await tx.get("n")];
  });
  assert.deepEqual(moved, ["10", undefined]);
  assert.equal(await client.get("n"), undefined);
  const conflict = client.stm(
    async (tx) => {
      await tx.get("to");
      await client.put("to", "other");
      tx.put("to", "mine");
    },
    { attemptsMax: 2 },
  );
  assert.equal(await kindOf(conflict), "Conflict");
});

test("maintenance and cluster answer for a member", async () => {
  const [endpoint] = client.endpoints;
  const status = await client.maintenance.status({ endpoint });
  assert.ok(status.dbSize > 0 && status.leader !== 0n);
  assert.equal((await client.maintenance.hashKv({ endpoint })).hashRevision, status.header?.revision);
  await client.maintenance.defragment({ endpoint });
  assert.deepEqual(await client.maintenance.alarms(), []);
  let bytes = 0;
  for await (const piece of client.maintenance.snapshot()) bytes += piece.length;
  assert.equal(bytes % 512, 32);
  const members = await client.cluster.members();
  assert.equal(members.length, 1);
  assert.equal(await kindOf(client.cluster.remove(1n)), "MemberNotFound");
  assert.equal((await client.syncEndpoints()).length, 1);
});

/** --experimental-leasing-prefix: proxies that read from memory, in front of one member, see each write that was acknowledged by any of them. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { utf8 } from "../src/base/bytes.ts";
import { EtcdClient } from "../src/client/etcd-client.ts";
import { op } from "../src/client/operation.ts";
import { compare } from "../src/client/transaction.ts";
import { SILENT_LOGGER } from "../src/io/logger.ts";
import { NodeClock } from "../src/io/node/clock.ts";
import { DeleteRangeRequest, PutRequest, RangeRequest, RequestOp, TxnRequest } from "../src/proto/generated/rpc.ts";
import { CallScope } from "../src/proxy/call-scope.ts";
import type { GrpcProxy } from "../src/proxy/grpc/grpc-proxy.ts";
import { ClusterKv, type KvLayer } from "../src/proxy/kv/kv-layer.ts";
import { LeasingKv } from "../src/proxy/leasing/leasing-kv.ts";
import { Upstream } from "../src/proxy/upstream.ts";
import { UpstreamWatches } from "../src/proxy/watch/upstream-watches.ts";
import { LocalCluster } from "./support/local-cluster.ts";
import { startLocalProxy } from "./support/local-proxy.ts";

let cluster: LocalCluster;
let direct: EtcdClient;
const proxies: GrpcProxy[] = [];
const clients: EtcdClient[] = [];

before(async () => {
  cluster = await LocalCluster.start(1, {});
  const endpoint = cluster.members[0]!.clientUrl;
  direct = new EtcdClient({ endpoints: endpoint });
  for (let i = 0; i < 2; i++) {
    const proxy = await startLocalProxy([endpoint], { leasingPrefix: "lk/" });
    proxies.push(proxy);
    clients.push(new EtcdClient({ endpoints: `127.0.0.1:${proxy.port}` }));
  }
});

after(async () => {
  for (const client of [...clients, direct]) await client.close();
  for (const proxy of proxies) await proxy.close();
  await cluster.close();
});

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > deadline) assert.fail(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const isOwned = async (key: string): Promise<boolean> => (await direct.get(`lk/${key}`)) !== undefined;

/** Reads until the key is owned: the session of a proxy may just have begun. */
async function own(client: EtcdClient, key: string): Promise<void> {
  await until(async () => {
    await client.get(key);
    return isOwned(key);
  }, `${key} is owned`);
}

test("a key that was read is owned and read from memory, until a write elsewhere asks for it", async () => {
  const [one, two] = clients as [EtcdClient, EtcdClient];
  await direct.put("a", "1");
  await own(one, "a");
  // Past the leasing, which only those who take part in it hold to: shows that the read is from memory.
  await direct.put("a", "unseen");
  assert.equal((await one.get("a"))?.value, "1");
  await two.put("a", "2");
  assert.equal(await isOwned("a"), false);
  assert.equal((await one.get("a"))?.value, "2");
  assert.equal((await two.get("a"))?.value, "2");
});

test("the owner's own writes are seen in its memory as the cluster has them", async () => {
  const [one] = clients as [EtcdClient, EtcdClient];
  await own(one, "b");
  assert.equal(await one.get("b"), undefined);
  await one.put("b", "1");
  await one.put("b", "2");
  const fields = async (client: EtcdClient): Promise<unknown> => {
    const { kvs, header } = await client.range("b");
    const [kv] = kvs;
    return kv === undefined
      ? undefined
      : [kv.value, kv.createRevision, kv.modRevision, kv.version, kv.lease, header.revision >= kv.modRevision];
  };
  assert.deepEqual(await fields(one), await fields(direct));
  assert.equal(await isOwned("b"), true);
  await one.delete("b");
  assert.equal(await one.get("b"), undefined);
  assert.equal(await direct.get("b"), undefined);
  await one.put("b", "3");
  assert.deepEqual(await fields(one), await fields(direct));
});

test("filters and counts of reads are answered from memory as by the cluster", async () => {
  const [one] = clients as [EtcdClient, EtcdClient];
  await direct.put("c", "value");
  await own(one, "c");
  const { modRevision } = (await direct.get("c"))!;
  for (const options of [
    { keysOnly: true },
    { minModRevision: modRevision + 1 },
    { maxModRevision: modRevision - 1 },
    { minModRevision: modRevision },
  ]) {
    const [ours, theirs] = [await one.range("c", options), await direct.range("c", options)];
    assert.deepEqual([ours.kvs, ours.count], [theirs.kvs, theirs.count], JSON.stringify(options));
  }
  assert.equal(await one.count("c"), 1);
});

test("transactions and deletions of ranges take the keys of all proxies away first", async () => {
  const [one, two] = clients as [EtcdClient, EtcdClient];
  for (const key of ["d1", "d2"]) await direct.put(key, "1");
  await own(one, "d1");
  await own(two, "d2");
  const { succeeded } = await two
    .txn()
    .if(compare.value("d1", "=", "1"))
    .then(op.put("d1", "2"), op.delete("d2"))
    .commit();
  assert.equal(succeeded, true);
  for (const client of clients)
    assert.deepEqual([(await client.get("d1"))?.value, await client.get("d2")], ["2", undefined]);
  await direct.put("e1", "1");
  await own(one, "e1");
  assert.equal((await two.delete({ prefix: "e" })).deleted, 1);
  assert.equal(await one.get("e1"), undefined);
});

test("a key that goes with a lease is not kept in memory", async () => {
  const [one] = clients as [EtcdClient, EtcdClient];
  await own(one, "f");
  const lease = await direct.lease(30);
  await one.put("f", "1", { lease });
  await until(async () => !(await isOwned("f")), "given up");
  assert.equal((await one.get("f"))?.value, "1");
  await lease.revoke();
  assert.equal(await one.get("f"), undefined);
});

test("a proxy that goes away loses its keys with its lease", async () => {
  const endpoint = cluster.members[0]!.clientUrl;
  const proxy = await startLocalProxy([endpoint], { leasingPrefix: "lk/" });
  const client = new EtcdClient({ endpoints: `127.0.0.1:${proxy.port}` });
  await direct.put("g", "1");
  await own(client, "g");
  const lease = (await direct.get("lk/g"))!.lease;
  await client.close();
  await proxy.close();
  const [one] = clients as [EtcdClient, EtcdClient];
  const writing = one.put("g", "2");
  await direct.leases.revoke(lease);
  await writing;
  assert.equal((await direct.get("g"))?.value, "2");
});

/** A layer as a proxy has it, without waiting between giving a key up and owning it again. */
async function leasingLayer(): Promise<{ kv: LeasingKv; asked: () => number; close: () => Promise<void> }> {
  const clock = new NodeClock();
  const endpoint = cluster.members[0]!.clientUrl;
  const upstream = new Upstream({
    clock,
    logger: SILENT_LOGGER,
    endpoints: [endpoint],
    tls: undefined,
    keepalive: undefined,
    sendBytesMax: 1e6,
    receiveBytesMax: 1e9,
    syncIntervalMs: 0,
  });
  const watches = new UpstreamWatches(upstream);
  const client = new EtcdClient({ endpoints: endpoint });
  const bottom = new ClusterKv(upstream);
  let asked = 0;
  const counted = <R>(reply: Promise<R>): Promise<R> => {
    asked++;
    return reply;
  };
  const below: KvLayer = {
    range: (request, scope) => counted(bottom.range(request, scope)),
    put: (request, scope) => counted(bottom.put(request, scope)),
    deleteRange: (request, scope) => counted(bottom.deleteRange(request, scope)),
    txn: (request, scope) => counted(bottom.txn(request, scope)),
    compact: (request, scope) => bottom.compact(request, scope),
  };
  const kv = new LeasingKv({
    below,
    start: (options, listener) => watches.watch(options, listener),
    client,
    clock,
    logger: SILENT_LOGGER,
    prefix: "load/",
    backoffMs: -1,
  });
  void kv.run();
  const close = async (): Promise<void> => {
    await client.close();
    upstream.close();
  };
  return { kv, asked: () => asked, close };
}

test("under load every read is at least as new as the last write that was acknowledged before it", async (t) => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000_007);
  t.diagnostic(`SEED=${seed}`);
  let state = seed || 1;
  const dice = (bound: number): number => {
    state = (state * 48271) % 2147483647;
    return state % bound;
  };
  const layers = await Promise.all([leasingLayer(), leasingLayer(), leasingLayer()]);
  const scope = (): CallScope => new CallScope({ token: "", requireLeader: false });
  const acknowledged = new Map<string, number>();
  const note = (key: string, revision: number): void => {
    acknowledged.set(key, Math.max(acknowledged.get(key) ?? 0, revision));
  };
  let reads = 0;
  let writes = 0;
  const worker = async ({ kv }: (typeof layers)[number]): Promise<void> => {
    for (let i = 0; i < 200; i++) {
      const name = `load${dice(3)}`;
      const key = utf8(name);
      const what = dice(24);
      if (what < 3) {
        const put = PutRequest.create({ key, value: utf8(String(i)) });
        const request = RequestOp.create({ requestPut: put });
        const { header } =
          what === 0 ? await kv.txn(TxnRequest.create({ success: [request] }), scope()) : await kv.put(put, scope());
        note(name, header!.revision);
        writes++;
      } else if (what === 3) {
        const { header, deleted } = await kv.deleteRange(
          DeleteRangeRequest.create({ key, rangeEnd: utf8("load9") }),
          scope(),
        );
        if (deleted > 0) writes++;
        note(`deleted ${name}`, header!.revision);
      } else {
        const least = acknowledged.get(name) ?? 0;
        const { kvs, header } = await kv.range(RangeRequest.create({ key }), scope());
        reads++;
        // A deleted key shows by the revision of the answer.
        const seen = kvs[0]?.modRevision ?? header!.revision;
        assert.ok(seen >= least, `${name}: read ${seen} after ${least} was acknowledged (step ${i})`);
      }
    }
  };
  try {
    // Until the sessions stand.
    await until(async () => {
      for (const { kv } of layers) await kv.range(RangeRequest.create({ key: utf8("warm") }), scope());
      return (await direct.get("load/warm")) !== undefined;
    }, "sessions");
    const before = layers.reduce((sum, { asked }) => sum + asked(), 0);
    await Promise.all([...layers, ...layers, ...layers].map(worker));
    for (let i = 0; i < 3; i++) {
      const key = utf8(`load${i}`);
      const truth = (await direct.get(`load${i}`))?.modRevision;
      for (const { kv } of layers)
        assert.equal((await kv.range(RangeRequest.create({ key }), scope())).kvs[0]?.modRevision, truth);
    }
    const asked = layers.reduce((sum, layer) => sum + layer.asked(), 0) - before;
    t.diagnostic(`${reads} reads, ${writes} writes, ${asked} requests to the cluster`);
    assert.ok(writes > 100 && reads > 500);
    // Nobody writes any more: the reads of one are from its memory.
    const [{ kv, asked: askedByFirst }] = layers;
    const request = RangeRequest.create({ key: utf8("load0") });
    await kv.put(PutRequest.create({ key: utf8("load0"), value: utf8("last") }), scope());
    await kv.range(request, scope());
    const quiet = askedByFirst();
    for (let i = 0; i < 50; i++) assert.equal((await kv.range(request, scope())).kvs.length, 1);
    assert.equal(askedByFirst(), quiet);
  } finally {
    for (const { close } of layers) await close();
  }
});

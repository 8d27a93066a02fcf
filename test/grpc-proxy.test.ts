/** The gRPC proxy in front of a member of ours, in one process: what its clients and its operator see. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { utf8 } from "../src/base/bytes.ts";
import { EtcdClient } from "../src/client/etcd-client.ts";
import { op } from "../src/client/operation.ts";
import type { WatchEvent } from "../src/client/watch-types.ts";
import { type LogFields, type Logger, SILENT_LOGGER } from "../src/io/logger.ts";
import type { GrpcProxy } from "../src/proxy/grpc/grpc-proxy.ts";
import { LocalCluster } from "./support/local-cluster.ts";
import { startLocalProxy } from "./support/local-proxy.ts";

let cluster: LocalCluster;
let endpoint: string;
let direct: EtcdClient;

before(async () => {
  cluster = await LocalCluster.start(1, {});
  endpoint = cluster.members[0]!.clientUrl;
  direct = new EtcdClient({ endpoints: endpoint });
});

after(async () => {
  await direct.close();
  await cluster.close();
});

/** Runs with a proxy and a client of it, and closes both. */
async function withProxy(
  options: Parameters<typeof startLocalProxy>[1],
  use: (client: EtcdClient, proxy: GrpcProxy) => Promise<void>,
  logger?: Logger,
): Promise<void> {
  const proxy = await startLocalProxy([endpoint], options, logger);
  const client = new EtcdClient({ endpoints: `127.0.0.1:${proxy.port}` });
  try {
    await use(client, proxy);
  } finally {
    await client.close();
    await proxy.close();
  }
}

async function page(proxy: GrpcProxy, path: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://127.0.0.1:${proxy.port}${path}`);
  return { status: response.status, text: await response.text() };
}

async function metric(proxy: GrpcProxy, name: string): Promise<number> {
  const { text } = await page(proxy, "/proxy/metrics");
  return Number(new RegExp(`^${name} (.*)$`, "m").exec(text)?.[1]);
}

async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > deadline) assert.fail(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test("reads, writes, transactions and refusals are those of the cluster", async () => {
  await withProxy({}, async (client) => {
    await client.put("kv/a", "1");
    assert.equal((await direct.get("kv/a"))?.value, "1");
    await direct.put("kv/b", "2");
    const { kvs, count } = await client.range({ prefix: "kv/" });
    assert.deepEqual([kvs.map(({ value }) => value), count], [["1", "2"], 2]);
    await client.delete({ prefix: "kv/" });
    assert.equal(await direct.count({ prefix: "kv/" }), 0);
    await assert.rejects(client.range("kv/a", { revision: 1_000_000 }), { kind: "FutureRev" });
    await assert.rejects(client.put("", "x"), { kind: "EmptyKey" });
  });
});

test("a serializable read is answered from the cache until a write through the proxy drops it", async () => {
  await withProxy({}, async (client, proxy) => {
    const read = async (): Promise<string | undefined> => (await client.get("cached", { serializable: true }))?.value;
    await client.put("cached", "1");
    assert.equal((await client.get("cached"))?.value, "1");
    // Behind the proxy's back: serializable reads may be old.
    await direct.put("cached", "2");
    assert.equal(await read(), "1");
    assert.equal(await metric(proxy, "etcd_grpc_proxy_cache_hits_total"), 1);
    assert.equal(await metric(proxy, "etcd_grpc_proxy_cache_keys_total"), 1);
    await client.put("cached", "3");
    assert.equal(await read(), "3");
    assert.equal(await metric(proxy, "etcd_grpc_proxy_cache_misses_total"), 1);
    await client.txn().then(op.put("cached", "4")).commit();
    assert.equal(await read(), "4");
  });
});

test("watches of one range share one watch at the cluster, each client gets what it asked for", async () => {
  await withProxy({}, async (client, proxy) => {
    const others = Array.from({ length: 4 }, () => new EtcdClient({ endpoints: `127.0.0.1:${proxy.port}` }));
    const heard: string[][] = [];
    const told = (event: WatchEvent): string =>
      `${event.type} ${event.kv.key} ${event.kv.value} ${event.prevKv?.value ?? "-"}`;
    const watchers = [client, ...others].map((each, at) => {
      const list: string[] = [];
      heard.push(list);
      const watcher = each.watch("shared", at === 1 ? { prevKv: true } : {});
      watcher.on("event", (event) => list.push(told(event)));
      return watcher;
    });
    await Promise.all(watchers.map(({ established }) => established));
    await until(async () => (await metric(proxy, "etcd_grpc_proxy_watchers_coalescing_total")) === 4, "all merged");
    await direct.put("shared", "1");
    await direct.put("shared", "2");
    await direct.delete("shared");
    await until(() => heard.every((list) => list.length === 3), "all heard");
    assert.deepEqual(heard[0], ["put shared 1 -", "put shared 2 -", "delete shared  -"]);
    assert.deepEqual(heard[1], ["put shared 1 -", "put shared 2 1", "delete shared  2"]);
    assert.equal(await metric(proxy, "etcd_grpc_proxy_events_coalescing_total"), 12);
    await Promise.all(others.map((each) => each.close()));
    await until(async () => (await metric(proxy, "etcd_grpc_proxy_watchers_coalescing_total")) === 0, "one is left");
    await direct.put("shared", "3");
    await until(() => heard[0]!.length === 4, "the one that is left hears on");
  });
});

test("a watch from the past gets the past; one from before a compaction is told of it", async () => {
  await withProxy({}, async (client) => {
    const { header } = await direct.put("past", "1");
    await direct.put("past", "2");
    const seen: string[] = [];
    for await (const event of client.watch("past", { startRevision: header.revision })) {
      seen.push(event.kv.value);
      if (seen.length === 2) break;
    }
    assert.deepEqual(seen, ["1", "2"]);
    await direct.compact(header.revision + 1);
    const watcher = client.watch("past", { startRevision: header.revision });
    await assert.rejects(watcher.next(), { kind: "Compacted", compactRevision: header.revision + 1 });
  });
});

test("leases are granted, renewed, shown and revoked", async () => {
  await withProxy({}, async (client) => {
    const lease = await client.lease(30);
    await client.put("leased", "x", { lease });
    assert.equal(await lease.keepAliveOnce(), 30);
    const time = await client.leases.timeToLive(lease.id, { keys: true });
    assert.deepEqual([time.grantedTtlSeconds, time.keys.map((key) => Buffer.from(key).toString())], [30, ["leased"]]);
    await lease.revoke();
    assert.equal(await direct.get("leased"), undefined);
    await assert.rejects(lease.keepAliveOnce(), { kind: "LeaseNotFound" });
  });
});

test("locks and elections work through the proxy, and end with the client that held them", async () => {
  await withProxy({}, async (client) => {
    const lock = await client.lock("proxied");
    await assert.rejects(direct.lock("proxied", { wait: false }), { kind: "Locked" });
    await lock.release();
    const again = await direct.lock("proxied", { wait: false });
    await again.release();
  });
});

test("a namespace is all that its clients see: keys, watches, keys of leases", async () => {
  await withProxy({ namespace: "space/" }, async (client) => {
    const watcher = client.watch({ prefix: "n" });
    await watcher.established;
    const lease = await client.lease(30);
    await client.put("name", "x", { lease });
    await direct.put("name", "outside", { lease: lease.id });
    assert.equal((await direct.get("space/name"))?.value, "x");
    const { value } = await watcher.next();
    assert.deepEqual([value?.kv.key, value?.kv.value], ["name", "x"]);
    await watcher.cancel();
    const all = await client.range({ prefix: "" });
    assert.deepEqual(
      all.kvs.map(({ key }) => key),
      ["name"],
    );
    const { keys } = await client.leases.timeToLive(lease.id, { keys: true });
    assert.deepEqual(keys, [utf8("name")]);
    await lease.revoke();
    await direct.delete("name");
  });
});

test("without an advertised address the members are the cluster's, with one they are the proxies", async () => {
  await withProxy({}, async (client) => {
    assert.deepEqual(
      (await client.cluster.members()).map(({ clientURLs }) => clientURLs),
      [[endpoint]],
    );
  });
  await withProxy({ advertiseClientUrl: "127.0.0.1:1" }, async (client) => {
    const [member, ...others] = await client.cluster.members();
    assert.deepEqual([member!.name, member!.clientURLs, others.length], ["host", ["127.0.0.1:1"], 0]);
  });
});

test("registered proxies know each other; who goes away is forgotten with its lease", async () => {
  const settings = { resolverPrefix: "resolver", resolverTtlSeconds: 1 };
  await withProxy({ ...settings, advertiseClientUrl: "127.0.0.1:11", hostName: "one" }, async (client) => {
    const names = async (): Promise<string[]> => (await client.cluster.members()).map(({ name }) => name).sort();
    await withProxy({ ...settings, advertiseClientUrl: "127.0.0.1:12", hostName: "two" }, async () => {
      await until(async () => (await names()).join() === "one,two", "both are known");
      assert.equal(
        (await direct.get("resolver/127.0.0.1:12"))?.value,
        String.raw`{"Op":0,"Addr":"127.0.0.1:12","Metadata":"{\"name\":\"two\"}"}`,
      );
    });
    await until(async () => (await names()).join() === "one", "the other is forgotten");
  });
});

test("what the proxy does not offer is refused with etcd's words", async () => {
  await withProxy({}, async (client) => {
    await assert.rejects(client.cluster.promote(1n), { message: "not implemented" });
  });
});

test("health, metrics of the member and of the proxy, and nothing else, are served over HTTP", async () => {
  await withProxy({ metrics: { listen: { host: "127.0.0.1", port: 0 }, tls: undefined } }, async (_client, proxy) => {
    assert.deepEqual(await page(proxy, "/health"), { status: 200, text: '{"health":"true","reason":""}' });
    assert.deepEqual(await page(proxy, "/proxy/health"), {
      status: 503,
      text: '{"health":"false","reason":"no connection to proxy"}\n',
    });
    assert.match((await page(proxy, "/metrics")).text, /^etcd_server_has_leader 1$/m);
    assert.deepEqual(await page(proxy, "/version"), { status: 404, text: "404 page not found\n" });
    const other = await fetch(`http://127.0.0.1:${proxy.metricsPort}/proxy/metrics`);
    assert.match(await other.text(), /^etcd_grpc_proxy_cache_keys_total 0$/m);
  });
});

test("the proxy finds itself healthy by the address that it advertises", async () => {
  const first = await startLocalProxy([endpoint]);
  const { port } = first;
  await first.close();
  await withProxy(
    { advertiseClientUrl: `127.0.0.1:${port}`, listen: { host: "127.0.0.1", port } },
    async (_client, proxy) => {
      assert.deepEqual(await page(proxy, "/proxy/health"), { status: 200, text: '{"health":"true","reason":""}' });
    },
  );
});

test("a request above the limit for sending, and one that no member answers, are refused as grpc-go refuses them", async () => {
  await withProxy({ sendBytesMax: 100 }, async (client) => {
    await assert.rejects(client.put("big", "x".repeat(200)), {
      code: 8,
      message: /^trying to send message larger than max \(2\d\d vs\. 100\)$/,
    });
  });
  const proxy = await startLocalProxy(["127.0.0.1:1"]);
  const client = new EtcdClient({ endpoints: `127.0.0.1:${proxy.port}`, attemptsMax: 1 });
  await assert.rejects(client.put("a", "b"), {
    code: 14,
    message:
      'connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:1: connect: connection refused"',
  });
  const health = await page(proxy, "/health");
  assert.equal(health.status, 503);
  assert.match(health.text, /^\{"health":"false","reason":"GET ERROR:/);
  await client.close();
  await proxy.close();
});

test("with logging of messages each request and reply is in the log as JSON", async () => {
  const lines: { message: string; fields: LogFields | undefined }[] = [];
  const logger: Logger = {
    debug() {},
    info: (message, fields) => void lines.push({ message, fields }),
    warn() {},
    error() {},
    with: () => logger,
  };
  const run = async (client: EtcdClient): Promise<void> => {
    await client.range({ prefix: "logged" });
    await assert.rejects(client.put("", ""));
  };
  await withProxy({ logsMessages: true }, run, logger);
  const of = (method: string, type: string): unknown =>
    lines.find(({ fields }) => fields?.["grpc.method"] === method && fields[`grpc.${type}.content`] !== undefined)
      ?.fields;
  const { "peer.address": peer, ...request } = of("Range", "request") as LogFields;
  assert.match(peer as string, /^127\.0\.0\.1:\d+$/);
  assert.deepEqual(request, {
    "grpc.request.content": '{"key":"bG9nZ2Vk","rangeEnd":"bG9nZ2Vl"}',
    "grpc.service": "etcdserverpb.KV",
    "grpc.method": "Range",
  });
  assert.match((of("Put", "response") as LogFields)["grpc.response.error"] as string, /key is not provided$/);
});

test("with auto sync the proxy takes the members' client URLs as endpoints, and goes on by them", async () => {
  const two = await LocalCluster.start(2, {});
  const [first, second] = two.members;
  const lines: string[] = [];
  const logger: Logger = {
    ...SILENT_LOGGER,
    info: (message, fields) => void lines.push(`${message} ${JSON.stringify(fields)}`),
    with: () => logger,
  };
  const proxy = await startLocalProxy([first!.clientUrl.replace("http://", "")], { syncIntervalMs: 50 }, logger);
  const client = new EtcdClient({ endpoints: `127.0.0.1:${proxy.port}` });
  try {
    await client.put("synced", "1");
    await until(() => lines.some((line) => line.includes(second!.clientUrl)), "the other member is known");
    await two.stopMember(0);
    assert.equal((await client.get("synced", { serializable: true, minModRevision: 1 }))?.value, "1");
  } finally {
    await client.close();
    await proxy.close();
    await two.close();
  }
});

test("watches and renewals go on when the member comes back", async () => {
  const lone = await LocalCluster.start(1, {});
  const proxy = await startLocalProxy([lone.members[0]!.clientUrl]);
  const client = new EtcdClient({ endpoints: `127.0.0.1:${proxy.port}` });
  try {
    const seen: string[] = [];
    const watcher = client.watch("returning");
    watcher.on("event", ({ kv }) => seen.push(kv.value));
    await watcher.established;
    const lease = await client.lease(60);
    await client.put("returning", "1");
    await lone.stopMember(0);
    await lone.startMember(0);
    await until(async () => (await client.put("returning", "2").catch(() => undefined)) !== undefined, "writes again");
    await until(() => seen.includes("2"), "the watch goes on");
    assert.deepEqual(seen, ["1", "2"]);
    assert.equal(await lease.keepAliveOnce(), 60);
  } finally {
    await client.close();
    await proxy.close();
    await lone.close();
  }
});

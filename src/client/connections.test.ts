/** Connections: going round endpoints, living without some of them, what is repeated and what is not, tokens that a server has forgotten. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { CutProxy } from "../../test/support/cut-proxy.ts";
import {
  CA_CERTIFICATE,
  CLIENT_CERTIFICATE,
  CLIENT_KEY,
  SERVER_CERTIFICATE,
  SERVER_KEY,
} from "../../test/support/test-certificates.ts";
import { hostUrl } from "../base/go-url.ts";
import { GrpcCode } from "../base/grpc-code.ts";
import { DEFAULT_SERVER_CONFIG } from "../server/default-config.ts";
import { startEtcd } from "../server/index.ts";
import { parseEndpoint } from "./endpoint.ts";
import { EtcdError, errorOfStatus } from "./errors.ts";
import { EtcdClient } from "./etcd-client.ts";

test("endpoints are read as etcd's clients write them", () => {
  const address = (text: string): unknown => parseEndpoint(text, false).address;
  assert.deepEqual(address("http://10.0.0.1:2379"), { host: "10.0.0.1", port: 2379 });
  assert.deepEqual(address("example.com:1"), { host: "example.com", port: 1 });
  assert.deepEqual(address("https://[::1]:3/path"), { host: "::1", port: 3 });
  assert.deepEqual(address("localhost"), { host: "127.0.0.1", port: 2379 });
  assert.deepEqual(address("unix:///run/etcd.sock"), { socketPath: "/run/etcd.sock" });
  assert.equal(parseEndpoint("https://a:1", false).tls, true);
  assert.equal(parseEndpoint("http://a:1", true).tls, false);
  assert.equal(parseEndpoint("a:1", true).tls, true);
  for (const text of ["", "a:b", "a:1:2", "http://", "a:99999"])
    assert.throws(() => parseEndpoint(text, false), TypeError);
});

test("calls go round all endpoints, and go on when all but one are gone", async () => {
  const etcd = await startEtcd();
  const proxies = await Promise.all([1, 2, 3].map(() => CutProxy.start(etcd.port)));
  const client = new EtcdClient({ endpoints: proxies.map(({ port }) => `127.0.0.1:${port}`) });
  try {
    for (let i = 0; i < 30; i++) await client.put("k", String(i));
    assert.deepEqual(
      proxies.map(({ connections }) => connections),
      [1, 1, 1],
    );
    for (const proxy of proxies.slice(0, 2)) {
      proxy.refuses = true;
      proxy.cut();
      for (let i = 0; i < 30; i++) assert.equal((await client.get("k"))?.value, "29");
    }
    // One comes back, the last one goes.
    proxies[0]!.refuses = false;
    proxies[2]!.refuses = true;
    proxies[2]!.cut();
    for (let i = 0; i < 30; i++) assert.equal((await client.get("k"))?.value, "29");
    assert.ok(proxies[0]!.connections >= 2);
    client.setEndpoints(etcd.clientUrl);
    assert.equal((await client.get("k"))?.value, "29");
    for (let i = 0; proxies[0]!.open > 0 && i < 200; i++) await delay(10);
    assert.equal(proxies[0]!.open, 0, "connections to endpoints that are no more are closed");
  } finally {
    await client.close();
    await Promise.all(proxies.map((proxy) => proxy.close()));
    await etcd.close();
  }
});

test("while connections break all the time no read fails and no write happens twice", async () => {
  const etcd = await startEtcd();
  const proxy = await CutProxy.start(etcd.port);
  const client = new EtcdClient({ endpoints: `127.0.0.1:${proxy.port}` });
  const direct = new EtcdClient({ endpoints: etcd.clientUrl });
  let cutting = true;
  const cuts = (async () => {
    for (let i = 0; cutting; i++) {
      await delay(15 + (i % 7) * 5);
      proxy.refuses = i % 4 === 0;
      proxy.cut();
    }
  })();
  const sent: string[] = [];
  const acknowledged = new Set<string>();
  let unknown = 0;
  try {
    await direct.put("stays", "1");
    await Promise.all([
      ...Array.from({ length: 10 }, async (_, worker) => {
        for (let i = 0; i < 40; i++) {
          const key = `w/${worker}/${i}`;
          sent.push(key);
          try {
            await client.put(key, "x");
            acknowledged.add(key);
          } catch (error) {
            assert.ok(error instanceof EtcdError && error.kind === "ConnectionLost", String(error));
            assert.equal(error.unprocessed, false);
            unknown++;
          }
          await delay(1);
        }
      }),
      ...Array.from({ length: 5 }, async () => {
        for (let i = 0; i < 60; i++) {
          assert.equal((await client.get("stays"))?.value, "1");
          await delay(1);
        }
      }),
    ]);
    cutting = false;
    await cuts;
    const stored = await direct.range({ prefix: "w/" });
    for (const kv of stored.kvs) assert.equal(kv.version, 1, `${kv.key} was written twice`);
    const keys = new Set(stored.kvs.map((kv) => kv.key));
    for (const key of acknowledged) assert.ok(keys.has(key), `${key} was acknowledged and lost`);
    assert.ok(unknown > 0, "no connection broke under a write: the test shows nothing");
    assert.equal(acknowledged.size + unknown, sent.length);
  } finally {
    cutting = false;
    await cuts;
    await client.close();
    await direct.close();
    await proxy.close();
    await etcd.close();
  }
});

test("a user's token is fetched, and fetched again when the server has forgotten it", async () => {
  const etcd = await startEtcd();
  const admin = new EtcdClient({ endpoints: etcd.clientUrl });
  const auth = { username: "root", password: "secret" };
  await admin.auth.addUser("root", "secret");
  await admin.auth.addRole("root");
  await admin.auth.grantRole("root", "root");
  await admin.auth.addUser("alice", "pw");
  await admin.auth.addRole("reader");
  await admin.auth.grantPermission("reader", "read", { prefix: "open/" });
  await admin.auth.grantRole("alice", "reader");
  const [permission] = await admin.auth.permissionsOfRole("reader");
  assert.deepEqual([permission?.access, permission?.keyBytes.length], ["read", 5]);
  await admin.auth.enable();
  const root = new EtcdClient({ endpoints: etcd.clientUrl, auth });
  const alice = new EtcdClient({ endpoints: etcd.clientUrl, auth: { username: "alice", password: "pw" } });
  const stranger = new EtcdClient({ endpoints: etcd.clientUrl, auth: { username: "root", password: "wrong" } });
  try {
    await assert.rejects(admin.get("open/a"), { kind: "UserEmpty" });
    await assert.rejects(stranger.get("open/a"), { kind: "AuthFailed" });
    await root.put("open/a", "1");
    assert.equal((await alice.get("open/a"))?.value, "1");
    await assert.rejects(alice.put("open/a", "2"), { kind: "PermissionDenied" });
    await assert.rejects(alice.watch("closed").next(), { kind: "PermissionDenied" });
    const watcher = alice.watch({ prefix: "open/" });
    await watcher.established;
    // Tokens live in the memory of the server: a new token of an old revision, and none at all after it is forgotten.
    await root.auth.addRole("another");
    assert.equal((await alice.get("open/a"))?.value, "1");
    const lease = await root.lease(10);
    await root.put("open/leased", "1", { lease });
    assert.equal((await watcher.next()).value?.kv.key, "open/leased");
    await watcher.cancel();
    await lease.revoke();
    assert.deepEqual(await root.auth.users(), ["alice", "root"]);
  } finally {
    for (const client of [admin, root, alice, stranger]) await client.close();
    // With authentication on: nothing of it may keep this process alive.
    await etcd.close();
  }
});

test("over TLS both sides show their certificates, and a client without one is refused", async () => {
  const folder = await mkdtemp(join(tmpdir(), "etcd-ts-client-tls-"));
  const at = (name: string): string => join(folder, name);
  await writeFile(at("ca.pem"), CA_CERTIFICATE);
  await writeFile(at("server.pem"), SERVER_CERTIFICATE);
  await writeFile(at("server.key"), SERVER_KEY);
  const url = hostUrl("https", "127.0.0.1:0");
  const clientTls = {
    ...DEFAULT_SERVER_CONFIG.clientTls,
    certFile: at("server.pem"),
    keyFile: at("server.key"),
    trustedCaFile: at("ca.pem"),
    clientCertAuth: true,
  };
  const etcd = await startEtcd({ config: { listenClientUrls: [url], advertiseClientUrls: [url], clientTls } });
  const endpoints = `https://127.0.0.1:${etcd.port}`;
  const tls = { ca: CA_CERTIFICATE, cert: CLIENT_CERTIFICATE, key: CLIENT_KEY };
  const client = new EtcdClient({ endpoints, tls });
  const anonymous = new EtcdClient({ endpoints, tls: { ca: CA_CERTIFICATE }, attemptsMax: 2 });
  const distrustful = new EtcdClient({ endpoints, tls: { cert: CLIENT_CERTIFICATE, key: CLIENT_KEY }, attemptsMax: 2 });
  const plain = new EtcdClient({ endpoints: `http://127.0.0.1:${etcd.port}`, attemptsMax: 2 });
  try {
    await client.put("k", "v");
    assert.equal((await client.get("k"))?.value, "v");
    for (const refused of [anonymous, distrustful, plain])
      await assert.rejects(refused.put("k", "w"), (error: unknown) => error instanceof EtcdError && error.code === 14);
    assert.equal((await client.get("k"))?.value, "v");
  } finally {
    for (const one of [client, anonymous, distrustful, plain]) await one.close();
    await etcd.close();
    await rm(folder, { recursive: true, force: true });
  }
});

test("a write whose proposal was dropped is made again: it never came into the log", () => {
  const status = { code: GrpcCode.Unknown, trailers: [["grpc-status", "2"]] as never, unprocessed: false };
  const dropped = errorOfStatus({ ...status, message: "raft proposal dropped" });
  assert.deepEqual([dropped.kind, dropped.unprocessed], ["ProposalDropped", true]);
  const other = errorOfStatus({ ...status, message: "raft: something else" });
  assert.deepEqual([other.kind, other.unprocessed], ["Other", false]);
});

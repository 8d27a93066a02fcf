/** Members that find each other: through a discovery service, and through SRV records of a resolver that answers as told. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type GoUrl, hostUrl } from "../src/base/go-url.ts";
import { EtcdClient } from "../src/client/index.ts";
import { SILENT_LOGGER } from "../src/io/logger.ts";
import { DEFAULT_SERVER_CONFIG } from "../src/server/default-config.ts";
import { planInitialCluster } from "../src/server/discovery/initial-cluster.ts";
import { NameError, type NameResolver, type SrvTarget } from "../src/server/discovery/name-resolver.ts";
import {
  memberKey,
  membersPrefix,
  parseClusterSize,
  RegisteredMembers,
  sizeKey,
} from "../src/server/discovery/registered-members.ts";
import { startEtcd } from "../src/server/index.ts";
import { freePort } from "./support/free-port.ts";
import { LocalCluster } from "./support/local-cluster.ts";
import { CA_CERTIFICATE, SERVER_CERTIFICATE, SERVER_KEY } from "./support/test-certificates.ts";

async function discoveryService(t: TestContext, size: string | undefined) {
  const etcd = await startEtcd();
  t.after(() => etcd.close());
  if (size !== undefined) {
    await using client = new EtcdClient({ endpoints: etcd.clientUrl });
    await client.put(sizeKey("token"), size);
  }
  const discovery = { ...DEFAULT_SERVER_CONFIG.discovery, token: "token", endpoints: [etcd.clientUrl] };
  return { clientUrl: etcd.clientUrl, config: { initialCluster: "", discovery } };
}

test("three members that know only the discovery service form one cluster, and a fourth is refused", async (t) => {
  const { clientUrl, config } = await discoveryService(t, "3");
  const cluster = await LocalCluster.start(3, config);
  try {
    const states = cluster.members.map((each) => each.server!.running.member);
    assert.equal(new Set(states.map((member) => member.clusterId)).size, 1);
    for (const member of states) {
      const names = member.state.cluster.members().map(({ name }) => name);
      assert.deepEqual(names.sort(), ["m0", "m1", "m2"]);
    }
    await using registry = new EtcdClient({ endpoints: clientUrl });
    for (const member of states) {
      const entry = await registry.get(memberKey("token", member.memberId));
      assert.equal(entry?.value, `${member.config.name}=${member.config.advertisePeerUrls.join(",")}`);
    }
    await using client = new EtcdClient({ endpoints: cluster.members.map((each) => each.clientUrl) });
    await client.put("key", "value");
    await assert.rejects(LocalCluster.start(1, config), {
      message: "failed to join discovery cluster (discovery: cluster is full)",
    });
    // A restart needs no discovery, though the flags are still there.
    await cluster.stopMember(0);
    await cluster.startMember(0);
    assert.equal((await client.get("key"))?.value, "value");
  } finally {
    await cluster.close();
  }
});

test("a discovery service with TLS and users is asked as it wants, after an endpoint where nobody listens", async (t) => {
  const dir = await mkdtemp(join(tmpdir(), "etcd-ts-discovery-"));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const paths = { cert: join(dir, "cert.pem"), key: join(dir, "key.pem"), ca: join(dir, "ca.pem") };
  await writeFile(paths.cert, SERVER_CERTIFICATE);
  await writeFile(paths.key, SERVER_KEY);
  await writeFile(paths.ca, CA_CERTIFICATE);
  const clientUrl = hostUrl("https", `127.0.0.1:${await freePort()}`);
  const service = await startEtcd({
    config: {
      listenClientUrls: [clientUrl],
      advertiseClientUrls: [clientUrl],
      clientTls: { ...DEFAULT_SERVER_CONFIG.clientTls, certFile: paths.cert, keyFile: paths.key },
    },
  });
  t.after(() => service.close());
  await using client = new EtcdClient({ endpoints: clientUrl.text, tls: { ca: CA_CERTIFICATE } });
  await client.put(sizeKey("token"), "1");
  await client.auth.addUser("root", "secret");
  await client.auth.addRole("root");
  await client.auth.grantRole("root", "root");
  await client.auth.enable();
  const discovery = {
    ...DEFAULT_SERVER_CONFIG.discovery,
    token: "token",
    endpoints: [`127.0.0.1:${await freePort()}`, clientUrl.text],
    cacert: paths.ca,
    user: "root",
    password: "secret",
  };
  const cluster = await LocalCluster.start(1, { initialCluster: "", discovery });
  assert.equal(cluster.members[0]!.server!.running.member.state.cluster.members().length, 1);
  await cluster.close();
});

test("a token without a size, or with one that is no number, is refused", async (t) => {
  const missing = await discoveryService(t, undefined);
  await assert.rejects(LocalCluster.start(1, missing.config), {
    message: "failed to join discovery cluster (discovery: size key not found)",
  });
  const bad = await discoveryService(t, "three");
  await assert.rejects(LocalCluster.start(1, bad.config), {
    message: "failed to join discovery cluster (discovery: size key is bad)",
  });
});

test("the members that registered first are the cluster", () => {
  const members = new RegisteredMembers("t");
  assert.equal(members.add(memberKey("t", 3n), "c=http://127.0.0.1:3", 30), undefined);
  assert.equal(members.add(memberKey("t", 1n), "a=http://127.0.0.1:1", 10), undefined);
  assert.equal(members.add(memberKey("t", 2n), "b=http://127.0.0.1:2", 20), undefined);
  assert.equal(members.add("/elsewhere", "d=http://127.0.0.1:4", 40), "invalid peer registry key");
  assert.equal(members.add(`${membersPrefix("t")}/4`, "d", 40), "invalid peer info returned from discovery service");
  assert.equal(members.add(memberKey("t", 1n), "a=x", 50), "found duplicate peer from discovery service");
  assert.equal(members.initialCluster(2), "a=http://127.0.0.1:1,b=http://127.0.0.1:2");
  assert.deepEqual(
    [1n, 2n, 3n, 4n].map((id) => members.isFullFor(id, 2)),
    [false, false, true, true],
  );
  assert.equal(members.isFullFor(4n, 4), false);
  assert.equal(members.add(memberKey("t", 5n), "e=no url", 5), undefined);
  assert.equal(members.initialCluster(2), undefined);
});

test("keys of the registry are cleaned as paths, sizes are positive whole numbers", () => {
  assert.equal(sizeKey("token"), "/_etcd/registry/token/_config/size");
  assert.equal(memberKey("a//b/", 0xabcn), "/_etcd/registry/a/b/members/abc");
  assert.deepEqual(["3", "+3", "0", "-1", "", "3 ", "x"].map(parseClusterSize), [
    3,
    3,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

function resolverOf(
  records: Readonly<Record<string, readonly SrvTarget[]>>,
  addresses: Readonly<Record<string, string>>,
): NameResolver {
  const find = <T>(table: Readonly<Record<string, T>>, name: string): Promise<T> => {
    const found = table[name];
    return found === undefined ? Promise.reject(new NameError(`lookup ${name}: no such host`)) : Promise.resolve(found);
  };
  return {
    srv: (name) => find(records, name),
    address: (host) => (/^[\d.]+$/.test(host) ? Promise.resolve(host) : find(addresses, host)),
  };
}

async function planned(resolver: NameResolver, own: GoUrl, serviceName = ""): Promise<string> {
  const config = {
    ...DEFAULT_SERVER_CONFIG,
    name: "own",
    initialCluster: "",
    discoverySrv: "example.com",
    discoverySrvName: serviceName,
    advertisePeerUrls: [own],
  };
  return (await planInitialCluster(config, resolver, SILENT_LOGGER)).initialCluster;
}

const THREE: readonly SrvTarget[] = [1, 2, 3].map((i) => ({ host: `node${i}.example.com`, port: 2380 }));
const ADDRESSES = { "node1.example.com": "10.0.0.1", "node2.example.com": "10.0.0.2", "node3.example.com": "10.0.0.3" };

test("SRV records give the members; the one with this member's address has its name", async () => {
  const plain = resolverOf({ "_etcd-server._tcp.example.com": THREE }, ADDRESSES);
  const expected = "0=http://node1.example.com:2380,own=http://node2.example.com:2380,1=http://node3.example.com:2380";
  assert.equal(await planned(plain, hostUrl("http", "10.0.0.2:2380")), expected);
  assert.equal(await planned(plain, hostUrl("http", "node2.example.com:2380")), expected);
  const named = resolverOf({ "_etcd-server-ssl-blue._tcp.example.com": THREE.slice(0, 1) }, ADDRESSES);
  assert.equal(await planned(named, hostUrl("https", "10.0.0.1:2380"), "blue"), "own=https://node1.example.com:2380");
});

test("records whose hosts have no address are left out", async () => {
  const { "node3.example.com": _, ...two } = ADDRESSES;
  const resolver = resolverOf({ "_etcd-server._tcp.example.com": THREE }, two);
  assert.equal(
    await planned(resolver, hostUrl("http", "10.0.0.1:2380")),
    "own=http://node1.example.com:2380,0=http://node2.example.com:2380",
  );
});

test("refusals of SRV discovery say what was looked for", async () => {
  const own = hostUrl("http", "10.0.0.1:2380");
  await assert.rejects(planned(resolverOf({}, {}), own), {
    message:
      "error setting up initial cluster: error querying DNS SRV records for _etcd-server-ssl lookup _etcd-server-ssl._tcp.example.com: no such host\n" +
      "error querying DNS SRV records for _etcd-server lookup _etcd-server._tcp.example.com: no such host",
  });
  const others = resolverOf({ "_etcd-server._tcp.example.com": THREE.slice(1) }, ADDRESSES);
  await assert.rejects(planned(others, own), {
    message: 'error setting up initial cluster: cannot find local etcd member "own" in SRV records',
  });
  const wrong = resolverOf({ "_etcd-server-ssl._tcp.example.com": THREE.slice(0, 1) }, ADDRESSES);
  await assert.rejects(
    planned(wrong, own),
    /bootstrap at https:\/\/node1\.example\.com:2380 from DNS for etcd-server-ssl has scheme mismatch with expected peer http:\/\/10\.0\.0\.1:2380/,
  );
});

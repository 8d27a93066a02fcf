/**
 * `etcd grpc-proxy`, real and ours, in front of real etcd and ours: the same etcdctl commands give the same output through each, watches of many
 * etcdctl share one watch at the cluster, and TLS and users pass through.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { EtcdClient } from "../../src/client/etcd-client.ts";
import { CertificateAuthority } from "../support/certificate-authority.ts";
import { freePort } from "../support/free-port.ts";
import { type ProxyProcess, startProxy } from "./proxy-process.ts";
import { type Member, missing, OUR_ETCD, reference, run, startMember, temporaryFolder } from "./reference.ts";

const skip = missing("etcd", "etcdctl");
const programs = { real: [reference("etcd") ?? ""], ours: OUR_ETCD } as const;
type Kind = keyof typeof programs;
const KINDS: readonly Kind[] = ["real", "ours"];

async function startGrpcProxy(kind: Kind, cwd: string, endpoint: string, ...args: string[]): Promise<ProxyProcess> {
  const address = `127.0.0.1:${await freePort()}`;
  return startProxy({
    command: programs[kind],
    args: [
      "grpc-proxy",
      "start",
      `--listen-addr=${address}`,
      `--endpoints=${endpoint}`,
      "--advertise-client-url=",
      ...args,
    ],
    address,
    ready: "started gRPC proxy",
    cwd,
  });
}

interface Setting {
  readonly server: Kind;
  readonly proxy: ProxyProcess;
  readonly member: Member;
  readonly folder: string;
  /** Output and exit code of an etcdctl command through the proxy, without what differs from run to run. */
  ctl(...args: string[]): string;
}

async function inSetting(
  server: Kind,
  proxyKind: Kind,
  args: readonly string[],
  use: (setting: Setting) => Promise<void>,
): Promise<void> {
  const folder = temporaryFolder("grpc-proxy");
  let member: Member | undefined;
  let proxy: ProxyProcess | undefined;
  try {
    member = await startMember({ command: programs[server], dataDir: join(folder.path, "m") });
    proxy = await startGrpcProxy(proxyKind, folder.path, member.endpoint, ...args);
    const endpoint = proxy.address;
    const leases = new Map<string, string>();
    const ctl = (...command: string[]): string => {
      const real = command.map((word) => [...leases].find(([, name]) => name === word)?.[0] ?? word);
      const ran = run([reference("etcdctl")!, `--endpoints=${endpoint}`, ...real]);
      const text = `${ran.stdout}${ran.stderr
        .split("\n")
        .filter((line) => !line.startsWith("{"))
        .join("\n")}[${ran.code}]`;
      return normal(text, leases, endpoint);
    };
    await use({ server, proxy, member, folder: folder.path, ctl });
    assert.equal(await proxy.stop(), "SIGTERM");
  } finally {
    proxy?.process.kill("SIGKILL");
    await member?.stop();
    folder.remove();
  }
}

/** Leases get names in the order in which they appear. */
function normal(text: string, leases: Map<string, string>, endpoint: string): string {
  for (const [id] of text.matchAll(/\b[0-9a-f]{16}\b/g)) if (!leases.has(id)) leases.set(id, `LEASE${leases.size}`);
  for (const [id, name] of leases) text = text.replaceAll(id, name);
  return text
    .replaceAll(endpoint, "PROXY")
    .replace(/took( =)? [\w.µ]+/g, "took T")
    .replace(/"(cluster_id|member_id|raft_term)":\d+/g, '"$1":0')
    .replace(/^"(ClusterID|MemberID|RaftTerm)" : \d+$/gm, '"$1" : 0')
    .replace(/remaining\(\d+s\)/g, "remaining(R)");
}

const SCENARIO: readonly (readonly string[])[] = [
  ["put", "a", "1"],
  ["put", "a", "2", "--prev-kv"],
  ["put", "b", "1"],
  ["get", "a", "-w=json"],
  ["get", "a", "--consistency=s", "-w=json"],
  ["get", "", "--prefix", "--keys-only"],
  ["get", "a", "--rev=2"],
  ["get", "a", "--rev=99"],
  ["get", "a", "--rev=-1"],
  ["get", "", "--from-key", "--limit=1", "--order=DESCEND", "--sort-by=MODIFY", "-w=fields"],
  ["get", "a", "c", "--count-only", "-w=fields"],
  ["put", "a", "--ignore-value", "--lease=1"],
  ["put", "missing", "--ignore-value"],
  ["del", "b", "--prev-kv"],
  ["del", "b"],
  ["compact", "3"],
  ["compact", "3"],
  ["get", "a", "--rev=2"],
  ["get", "a", "--rev=2", "--consistency=s"],
  ["lease", "grant", "100"],
  ["put", "l", "x", "--lease=LEASE0"],
  ["lease", "timetolive", "LEASE0", "--keys"],
  ["lease", "keep-alive", "--once", "LEASE0"],
  ["lease", "list"],
  ["lease", "revoke", "LEASE0"],
  ["lease", "revoke", "LEASE0"],
  ["lease", "timetolive", "LEASE0"],
  ["lease", "keep-alive", "--once", "LEASE0"],
  ["get", "l"],
  ["watch", "a", "--rev=2"],
  ["endpoint", "health"],
  ["alarm", "list"],
  ["alarm", "disarm"],
  ["defrag"],
  ["member", "promote", "1"],
  ["member", "remove", "1"],
  ["auth", "status"],
  ["user", "add", "u:p"],
  ["user", "add", "u:p"],
  ["role", "add", "r"],
  ["role", "grant-permission", "r", "readwrite", "a"],
  ["user", "grant-role", "u", "r"],
  ["user", "add", "root:r"],
  ["user", "grant-role", "root", "root"],
  ["auth", "enable"],
  ["get", "a"],
  ["get", "a", "--consistency=s"],
  ["get", "a", "--user=u:p"],
  ["get", "b", "--user=u:p"],
  ["get", "a", "--user=u:wrong"],
  ["put", "a", "3", "--user=u:p"],
  ["put", "b", "3", "--user=u:p"],
  ["user", "list", "--user=u:p"],
  ["user", "list", "--user=root:r"],
  ["lock", "name", "--user=u:p"],
  ["auth", "disable", "--user=root:r"],
  ["lock", "name", "echo", "held"],
  ["elect", "name", "--listen=false", "x", "--command-timeout=1ms"],
  ["move-leader", "1"],
  ["downgrade", "validate", "3.5"],
  ["compact", "99999"],
];

for (const server of KINDS) {
  test(`${SCENARIO.length} etcdctl commands before ${server} etcd print the same through both proxies`, {
    skip,
  }, async () => {
    const outputs: string[][] = [];
    for (const proxyKind of KINDS) {
      const lines: string[] = [];
      await inSetting(server, proxyKind, [], async ({ ctl }) => {
        for (const command of SCENARIO) {
          if (command[0] === "elect") continue;
          lines.push(
            `${command.join(" ")}\n${ctl(...command, ...(command[0] === "lock" ? [] : ["--command-timeout=5s"]))}`,
          );
        }
      });
      outputs.push(lines);
    }
    for (const [at, line] of outputs[0]!.entries()) assert.equal(outputs[1]![at], line);
  });
}

/** An etcdctl that watches; `heard` grows with what it prints. */
function startWatch(endpoint: string, ...args: string[]): { readonly process: ChildProcess; heard: () => string } {
  const child = spawn(reference("etcdctl")!, [`--endpoints=${endpoint}`, "watch", ...args], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  return { process: child, heard: () => text };
}

async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > deadline) assert.fail(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function metric(address: string, path: string, name: string): Promise<number> {
  const text = await (await fetch(`http://${address}${path}`)).text();
  return Number(new RegExp(`^${name} (.*)$`, "m").exec(text)?.[1]);
}

for (const server of KINDS) {
  for (const proxyKind of KINDS) {
    test(`ten etcdctl that watch one range through the ${proxyKind} proxy are few watches for ${server} etcd`, {
      skip,
    }, async () => {
      await inSetting(server, proxyKind, [], async ({ proxy, member, ctl }) => {
        const atRest = await metric(member.endpoint, "/metrics", "etcd_debugging_mvcc_watcher_total");
        const watches = Array.from({ length: 10 }, (_, i) =>
          startWatch(proxy.address, "w", "--prefix", ...(i === 0 ? ["--prev-kv"] : [])),
        );
        try {
          const coalesced = (): Promise<number> =>
            metric(proxy.address, "/proxy/metrics", "etcd_grpc_proxy_watchers_coalescing_total");
          // etcd's proxy counts joined watches, not those of merged ones: there the cluster's own number tells.
          const watchers = async (): Promise<number> =>
            (await metric(member.endpoint, "/metrics", "etcd_debugging_mvcc_watcher_total")) - atRest;
          const all = watches.map(({ heard }) => heard);
          await until(async () => {
            ctl("put", "w0", "probe");
            return all.every((heard) => heard().includes("probe"));
          }, "all watch");
          await until(async () => (await watchers()) <= 3, "few watches at the cluster");
          if (proxyKind === "ours") assert.ok((await coalesced()) >= 7);
          ctl("put", "w1", "x");
          ctl("put", "w1", "y");
          ctl("del", "w1");
          const tail = "PUT\nw1\nx\nPUT\nw1\ny\nDELETE\nw1\n\n";
          await until(() => all.slice(1).every((heard) => heard().endsWith(tail)), "all heard");
          await until(
            () => all[0]!().endsWith("PUT\nw1\nx\nPUT\nw1\nx\nw1\ny\nDELETE\nw1\ny\nw1\n\n"),
            "one with values",
          );
        } finally {
          for (const { process } of watches) process.kill("SIGKILL");
        }
      });
    });
  }
}

test("a snapshot through our proxy is one that etcdutl takes", {
  skip: missing("etcd", "etcdctl", "etcdutl"),
}, async () => {
  await inSetting("real", "ours", [], async ({ ctl, folder }) => {
    ctl("put", "a", "b");
    const file = join(folder, "snapshot.db");
    assert.match(ctl("snapshot", "save", file), /Snapshot saved at/);
    const status = run([reference("etcdutl")!, "snapshot", "status", file]);
    assert.equal(status.code, 0, status.stderr);
  });
});

test("a namespace holds for etcdctl, through both proxies alike", { skip }, async () => {
  const outputs: string[] = [];
  for (const proxyKind of KINDS) {
    await inSetting("real", proxyKind, ["--namespace=app/"], async ({ ctl, member }) => {
      const direct = (...args: string[]): string =>
        run([reference("etcdctl")!, `--endpoints=${member.endpoint}`, ...args]).stdout;
      const lines = [ctl("put", "a", "1"), ctl("get", "", "--prefix"), direct("get", "", "--prefix")];
      direct("put", "b", "outside");
      lines.push(ctl("get", "", "--from-key"), ctl("lease", "grant", "50"), ctl("put", "c", "2", "--lease=LEASE0"));
      lines.push(
        ctl("lease", "timetolive", "LEASE0", "--keys"),
        ctl("del", "", "--prefix"),
        direct("get", "", "--prefix"),
      );
      outputs.push(lines.join("\n---\n"));
    });
  }
  assert.equal(outputs[1], outputs[0]);
});

test("TLS in and out: clients with a certificate get through, others do not", { skip }, async () => {
  const folder = temporaryFolder("grpc-proxy-tls");
  const authority = new CertificateAuthority("proxy");
  const write = (name: string, text: string): string => {
    const path = join(folder.path, name);
    writeFileSync(path, text);
    return path;
  };
  const ca = write("ca.pem", authority.cert);
  const pair = (name: string, commonName: string): { cert: string; key: string } => {
    const made = authority.issue(commonName === "" ? {} : { commonName });
    return { cert: write(`${name}.pem`, made.cert), key: write(`${name}.key`, made.key) };
  };
  const server = pair("server", "server");
  const nameless = pair("nameless", "");
  const client = pair("client", "client");
  const port = await freePort();
  const url = `https://127.0.0.1:${port}`;
  const peer = `http://127.0.0.1:${await freePort()}`;
  const member = await startProxy({
    command: programs.real,
    args: [
      "--name=m",
      `--data-dir=${join(folder.path, "m")}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=m=${peer}`,
      ...["--cert-file", server.cert, "--key-file", server.key, "--trusted-ca-file", ca, "--client-cert-auth"],
    ],
    address: `127.0.0.1:${port}`,
    ready: "ready to serve client requests",
  });
  let proxy: ProxyProcess | undefined;
  try {
    proxy = await startGrpcProxy(
      "ours",
      folder.path,
      url,
      ...["--cacert", ca, "--cert", nameless.cert, "--key", nameless.key],
      ...["--cert-file", server.cert, "--key-file", server.key, "--trusted-ca-file", ca],
    );
    const ctl = (...args: string[]): ReturnType<typeof run> =>
      run([
        reference("etcdctl")!,
        `--endpoints=https://${proxy!.address}`,
        `--cacert=${ca}`,
        "--command-timeout=3s",
        ...args,
      ]);
    const own = ["--cert", client.cert, "--key", client.key];
    assert.equal(ctl("put", "a", "b", ...own).stdout, "OK\n");
    assert.equal(ctl("get", "a", ...own).stdout, "a\nb\n");
    assert.notEqual(ctl("get", "a").code, 0);
    const named = run([
      ...programs.ours,
      ...["grpc-proxy", "start", `--listen-addr=127.0.0.1:${await freePort()}`, `--endpoints=${url}`],
      ...["--cacert", ca, "--cert", client.cert, "--key", client.key],
    ]);
    assert.match(named.stderr, /cert has non empty Common Name \(client\)/);
    assert.equal(named.code, 1);
  } finally {
    proxy?.process.kill("SIGKILL");
    await member.stop();
    folder.remove();
  }
});

test("--auto-tls serves with a certificate of its own", { skip }, async () => {
  await inSetting("real", "ours", ["--auto-tls", "--data-dir=auto.proxy"], async ({ proxy }) => {
    const client = new EtcdClient({ endpoints: `https://${proxy.address}`, tls: { rejectUnauthorized: false } });
    await client.put("a", "b");
    assert.equal((await client.get("a"))?.value, "b");
    await client.close();
  });
});

test("proxies of both kinds share a leasing prefix: what one owns the other can write, and nobody reads old values", {
  skip,
}, async () => {
  await inSetting("real", "ours", ["--experimental-leasing-prefix=lk/"], async ({ proxy, member, folder }) => {
    const theirs = await startGrpcProxy("real", folder, member.endpoint, "--experimental-leasing-prefix=lk/");
    const clients = [proxy.address, theirs.address, member.endpoint].map(
      (endpoint) => new EtcdClient({ endpoints: endpoint }),
    );
    const [ours, real, direct] = clients as [EtcdClient, EtcdClient, EtcdClient];
    try {
      const owned = async (client: EtcdClient, key: string): Promise<void> => {
        await until(async () => {
          await client.get(key);
          return (await direct.get(`lk/${key}`)) !== undefined;
        }, `${key} is owned`);
      };
      for (const [owner, writer, key] of [
        [ours, real, "a"],
        [real, ours, "b"],
      ] as const) {
        await direct.put(key, "1");
        await owned(owner, key);
        // Past the leasing: the owner reads from memory.
        await direct.put(key, "unseen");
        assert.equal((await owner.get(key))?.value, "1");
        for (const value of ["2", "3"]) {
          await writer.put(key, value);
          for (const client of clients) assert.equal((await client.get(key))?.value, value);
        }
        await writer.delete(key);
        for (const client of clients) assert.equal(await client.get(key), undefined);
      }
    } finally {
      for (const client of clients) await client.close();
      theirs.process.kill("SIGKILL");
    }
  });
});

/**
 * TLS with the real programs: etcdctl (Go's TLS client) against our listeners, and a cluster whose members, ours and real ones, know each other by
 * certificates.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { hostUrl } from "../../src/base/go-url.ts";
import type { ServerConfig } from "../../src/server/config.ts";
import { DEFAULT_SERVER_CONFIG } from "../../src/server/default-config.ts";
import { startEtcd } from "../../src/server/index.ts";
import {
  CertificateAuthority,
  type TestCertificate,
  type TestCertificateOptions,
} from "../support/certificate-authority.ts";
import { freePort } from "../support/free-port.ts";
import { missing, reference, repository, temporaryFolder } from "./reference.ts";

const skip = missing("etcd", "etcdctl");
const folder = temporaryFolder("security-tls");
const authority = new CertificateAuthority("the CA");
const caFile = write("ca.pem", authority.cert);
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill("SIGKILL");
  folder.remove();
});

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder.path, name);
  writeFileSync(path, content);
  return path;
}

function pair(name: string, certificate: TestCertificate): { cert: string; key: string } {
  return { cert: write(`${name}.pem`, certificate.cert), key: write(`${name}-key.pem`, certificate.key) };
}

const issue = (name: string, options: TestCertificateOptions = {}): { cert: string; key: string } =>
  pair(name, authority.issue({ commonName: name, ...options }));

/** stdout, or stderr when it failed. The server may run in this process: nothing here may block. */
function etcdctl(endpoint: string, tls: readonly string[], ...args: string[]): Promise<{ code: number; text: string }> {
  const child = spawn(reference("etcdctl")!, ["--endpoints", endpoint, "--command-timeout", "5s", ...tls, ...args]);
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (piece) => (stdout += piece));
  child.stderr.on("data", (piece) => (stderr += piece));
  return new Promise((resolve) => {
    child.on("close", (code) => resolve({ code: code ?? 1, text: code === 0 ? stdout : stderr }));
  });
}

const using = (own: { cert: string; key: string }, ca = caFile): string[] => [
  ...["--cacert", ca, "--cert", own.cert, "--key", own.key],
];

function secure(files: { cert: string; key: string }, crlFile: string): Partial<ServerConfig> {
  const { clientTls } = DEFAULT_SERVER_CONFIG;
  return {
    bcryptCost: 4,
    listenClientUrls: [hostUrl("https", "127.0.0.1:0")],
    clientTls: {
      ...clientTls,
      certFile: files.cert,
      keyFile: files.key,
      trustedCaFile: caFile,
      clientCertAuth: true,
      crlFile,
    },
  };
}

test("etcdctl gets in with a good certificate and is told off with each bad one, while files change", {
  skip,
}, async () => {
  const stranger = new CertificateAuthority("another CA");
  const revoked = authority.issue({ commonName: "revoked" });
  const crl = write("crl.der", authority.revocationList([revoked]));
  const own = issue("server");
  await using etcd = await startEtcd({ config: secure(own, crl) });
  const put = (tls: string[]) => etcdctl(etcd.clientUrl, tls, "put", "a", "b");
  const good = issue("good");
  assert.equal((await put(using(good))).text, "OK\n");
  const refused: [string, string[]][] = [
    ["no certificate", ["--cacert", caFile]],
    ["another CA's", using(pair("stranger", stranger.issue()))],
    ["expired", using(issue("expired", { notAfterMs: Date.now() - 1000 }))],
    ["not yet valid", using(issue("early", { notBeforeMs: Date.now() + 3_600_000 }))],
    ["for servers only", using(issue("server-only", { clientAuth: false }))],
    ["revoked", using(pair("revoked", revoked))],
  ];
  for (const [what, tls] of refused) assert.notEqual((await put(tls)).code, 0, what);
  const blind = await put(using(good, write("other-ca.pem", stranger.cert)));
  assert.match(blind.text, /certificate signed by unknown authority/);
  assert.equal((await put(using(good))).text, "OK\n", "the server goes on");

  const next = authority.issue({ hosts: ["elsewhere.example"] });
  writeFileSync(own.cert, next.cert);
  writeFileSync(own.key, next.key);
  assert.match((await put(using(good))).text, /doesn't contain any IP SANs|not 127\.0\.0\.1/);
  const back = authority.issue();
  writeFileSync(own.key, back.key);
  writeFileSync(own.cert, back.cert);
  assert.equal((await put(using(good))).text, "OK\n");
  writeFileSync(crl, authority.revocationList([]));
  assert.equal((await put(using(pair("revoked", revoked)))).text, "OK\n", "taken off the list");
});

for (const [algorithm, settings] of [
  [
    "TLS 1.2 with one suite",
    { tlsMaxVersion: "TLS1.2", cipherSuites: ["TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"] },
  ],
  ["TLS 1.3 only", { tlsMinVersion: "TLS1.3" }],
] as const) {
  test(`etcdctl agrees on ${algorithm}`, { skip }, async () => {
    await using etcd = await startEtcd({ config: { ...secure(issue("versions"), ""), ...settings } });
    assert.equal((await etcdctl(etcd.clientUrl, using(issue("client")), "put", "a", "b")).text, "OK\n");
  });
}

interface Node {
  readonly name: string;
  readonly kind: "ours" | "real";
  readonly client: string;
  readonly peer: string;
  readonly log: string;
}

const OURS = [process.execPath, "--import", "tsx", join(repository, "src/cli/etcd.ts")];

async function plan(name: string, kind: "ours" | "real", prefix: string): Promise<Node> {
  const client = `http://127.0.0.1:${await freePort()}`;
  const peer = `https://127.0.0.1:${await freePort()}`;
  return { name, kind, client, peer, log: join(folder.path, `${prefix}-${name}.log`) };
}

function launch(node: Node, all: readonly Node[], prefix: string, flags: readonly string[]): ChildProcess {
  const command = node.kind === "ours" ? OURS : [reference("etcd")!];
  const log = openSync(node.log, "a");
  const args = [
    ...["--name", node.name, "--data-dir", join(folder.path, `${prefix}-${node.name}`)],
    ...["--listen-client-urls", node.client, "--advertise-client-urls", node.client],
    ...["--listen-peer-urls", node.peer, "--initial-advertise-peer-urls", node.peer],
    ...["--initial-cluster", all.map((each) => `${each.name}=${each.peer}`).join(",")],
    ...flags,
  ];
  const child = spawn(command[0]!, [...command.slice(1), ...args], { stdio: ["ignore", log, log], cwd: repository });
  closeSync(log);
  children.push(child);
  return child;
}

async function eventuallyPut(node: Node, key: string): Promise<void> {
  let last = "";
  for (let tries = 0; tries < 20; tries++) {
    const { code, text } = await etcdctl(node.client, [], "put", key, "v");
    if (code === 0) return;
    last = text;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  assert.fail(`${node.name}: ${last}\n${readFileSync(node.log, "utf8").slice(-3000)}`);
}

for (const how of ["certificates of one CA", "certificates of their own (--peer-auto-tls)"] as const) {
  test(`members of ours and a real one form a cluster over TLS with ${how}`, { skip, timeout: 120_000 }, async () => {
    const prefix = how.includes("auto") ? "auto" : "ca";
    const kinds = ["ours", "real", "ours"] as const;
    const nodes: Node[] = [];
    for (const kind of kinds) nodes.push(await plan(`m${nodes.length}`, kind, prefix));
    const flagsOf = (node: Node): string[] => {
      if (prefix === "auto") return ["--peer-auto-tls"];
      const { cert, key } = issue(`peer-${node.name}`);
      return [
        ...[
          "--peer-cert-file",
          cert,
          "--peer-key-file",
          key,
          "--peer-trusted-ca-file",
          caFile,
          "--peer-client-cert-auth",
        ],
        ...["--peer-cert-allowed-cn", "peer-m0,peer-m1,peer-m2"],
      ];
    };
    const running = nodes.map((node) => launch(node, nodes, prefix, flagsOf(node)));
    for (const node of nodes) await eventuallyPut(node, `from-${node.name}`);
    for (const node of nodes) {
      const { text } = await etcdctl(node.client, [], "get", "--prefix", "--keys-only", "from-");
      assert.equal(text.trim().split(/\s+/).length, 3, node.name);
    }
    if (prefix === "ca") {
      // One that the others must not believe: right CA, wrong name.
      const url = new URL(nodes[0]!.peer);
      const { connect } = await import("node:tls");
      const mallory = issue("mallory");
      const socket = connect({
        host: url.hostname,
        port: Number(url.port),
        ca: authority.cert,
        cert: readFileSync(mallory.cert),
        key: readFileSync(mallory.key),
      });
      socket.on("error", () => undefined);
      socket.write("GET /version HTTP/1.0\r\n\r\n");
      let answer = "";
      socket.on("data", (piece) => (answer += piece));
      await new Promise((resolve) => socket.on("close", resolve));
      assert.equal(answer, "");
    }
    for (const child of running) child.kill("SIGTERM");
    await Promise.all(running.map((child) => new Promise((resolve) => child.once("exit", resolve))));
    if (prefix === "ca")
      assert.ok(readFileSync(nodes[0]!.log, "utf8").includes("rejected connection on peer endpoint"));
  });
}

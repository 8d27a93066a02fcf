/** etcdctl with certificates, and with endpoints from SRV records, beside the original. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { CertificateAuthority, type TestCertificate } from "../support/certificate-authority.ts";
import { type DnsServer, startDnsServer } from "../support/dns-server.ts";
import { freePort } from "../support/free-port.ts";
import { missing, reference, temporaryFolder } from "./reference.ts";
import { both, type Ended, type Tool } from "./side-by-side.ts";

const skip = missing("etcd", "etcdctl");
const DAY_MS = 86_400_000;
const folder = temporaryFolder("etcdctl-tls");
const authority = new CertificateAuthority("the CA");
const stranger = new CertificateAuthority("a stranger");
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill("SIGKILL");
  folder.remove();
});

function write(name: string, text: string): string {
  const path = join(folder.path, name);
  writeFileSync(path, text);
  return path;
}

interface Pair {
  readonly cert: string;
  readonly key: string;
}

function pair(name: string, { cert, key }: TestCertificate): Pair {
  return { cert: write(`${name}.pem`, cert), key: write(`${name}-key.pem`, key) };
}

const ca = write("ca.pem", authority.cert);
const strangerCa = write("stranger.pem", stranger.cert);
const client = pair("client", authority.issue({ commonName: "client" }));
const other = pair("other", authority.issue({ commonName: "other" }));
const foreign = pair("foreign", stranger.issue({ commonName: "foreign" }));
const old = pair(
  "old",
  authority.issue({ commonName: "old", notAfterMs: Date.now() - DAY_MS, notBeforeMs: Date.now() - 2 * DAY_MS }),
);
const notForClients = pair("server-only", authority.issue({ commonName: "server-only", clientAuth: false }));

/** A member of one with TLS for its clients; gives host and port. */
async function secureMember(name: string, own: Pair, args: string[] = []): Promise<string> {
  const port = await freePort();
  const url = `https://localhost:${port}`;
  const peer = `http://127.0.0.1:${await freePort()}`;
  const child = spawn(
    reference("etcd")!,
    [
      ...[
        "--data-dir",
        join(folder.path, `${name}.etcd`),
        "--log-level=error",
        "--listen-client-urls",
        `https://127.0.0.1:${port}`,
      ],
      ...["--advertise-client-urls", url, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer],
      ...["--initial-cluster", `default=${peer}`, "--cert-file", own.cert, "--key-file", own.key, ...args],
    ],
    { stdio: "ignore" },
  );
  children.push(child);
  return `localhost:${port}`;
}

let servers: Record<"plain" | "mutual" | "old" | "elsewhere", string>;
before(async () => {
  if (skip !== false) return;
  const server = pair("server", authority.issue());
  const expired = pair(
    "expired",
    authority.issue({ notAfterMs: Date.now() - DAY_MS, notBeforeMs: Date.now() - 2 * DAY_MS }),
  );
  const elsewhere = pair("elsewhere", authority.issue({ hosts: ["elsewhere.example"] }));
  servers = {
    plain: await secureMember("plain", server),
    mutual: await secureMember("mutual", server, ["--trusted-ca-file", ca, "--client-cert-auth"]),
    old: await secureMember("old", expired),
    elsewhere: await secureMember("elsewhere", elsewhere),
  };
  await delay(3000);
});

type Server = keyof typeof servers;
const CASES: readonly [title: string, server: Server, scheme: string, flags: string[], ok: boolean][] = [
  ["an authority", "plain", "https", [`--cacert=${ca}`], true],
  ["an authority, no scheme", "plain", "", [`--cacert=${ca}`], true],
  ["an authority, scheme http", "plain", "http", [`--cacert=${ca}`], false],
  ["no check of the server", "plain", "https", ["--insecure-skip-tls-verify"], true],
  [
    "no check of the server, no scheme",
    "plain",
    "",
    ["--insecure-skip-tls-verify", "--insecure-transport=false"],
    true,
  ],
  ["no authority", "plain", "https", [], false],
  ["transport security asked for, no authority", "plain", "", ["--insecure-transport=false"], false],
  ["no TLS at all", "plain", "http", [], false],
  ["a stranger's authority", "plain", "https", [`--cacert=${strangerCa}`], false],
  [
    "a stranger's authority, not asked",
    "plain",
    "https",
    [`--cacert=${strangerCa}`, "--insecure-skip-tls-verify"],
    true,
  ],
  [
    "a pair that is not asked for",
    "plain",
    "https",
    [`--cacert=${ca}`, `--cert=${client.cert}`, `--key=${client.key}`],
    true,
  ],
  ["a pair", "mutual", "https", [`--cacert=${ca}`, `--cert=${client.cert}`, `--key=${client.key}`], true],
  ["no pair where one is asked for", "mutual", "https", [`--cacert=${ca}`], false],
  ["a stranger's pair", "mutual", "https", [`--cacert=${ca}`, `--cert=${foreign.cert}`, `--key=${foreign.key}`], false],
  ["an expired pair", "mutual", "https", [`--cacert=${ca}`, `--cert=${old.cert}`, `--key=${old.key}`], false],
  [
    "a pair not for clients",
    "mutual",
    "https",
    [`--cacert=${ca}`, `--cert=${notForClients.cert}`, `--key=${notForClients.key}`],
    false,
  ],
  ["another's key", "mutual", "https", [`--cacert=${ca}`, `--cert=${client.cert}`, `--key=${other.key}`], false],
  ["a key in place of the certificate", "mutual", "https", [`--cert=${client.key}`, `--key=${client.key}`], false],
  ["a certificate in place of the key", "mutual", "https", [`--cert=${client.cert}`, `--key=${client.cert}`], false],
  ["a file that is no certificate", "plain", "https", [`--cacert=${write("text.pem", "text\n")}`], false],
  ["a folder for a certificate", "plain", "https", [`--cacert=${folder.path}`], false],
  ["a server whose certificate has expired", "old", "https", [`--cacert=${ca}`], false],
  ["a server whose certificate has expired, not checked", "old", "https", ["--insecure-skip-tls-verify"], true],
  ["a server with another's name", "elsewhere", "https", [`--cacert=${ca}`], false],
  [
    "a server with another's name, not checked",
    "elsewhere",
    "https",
    [`--cacert=${ca}`, "--insecure-skip-tls-verify"],
    true,
  ],
];

/** Of lines that the Go client logs on stderr nothing is left but texts that etcdctl prints itself. */
function masked(ended: Ended): Ended {
  const mask = (text: string): string =>
    text.replace(/localhost:\d+/g, "SERVER").replace(/took = [^,\n]+|\d+(?:\.\d+)?[mµ]?s\b/g, "TIME");
  return { ...ended, stdout: mask(ended.stdout), stderr: mask(ended.stderr) };
}

for (const [title, server, scheme, flags, ok] of CASES) {
  test(`TLS: ${title}`, { skip, timeout: 60_000 }, async () => {
    const { original, ours } = await both("etcdctl", async (tool: Tool) => {
      const at = [
        `--endpoints=${scheme === "" ? "" : `${scheme}://`}${servers[server]}`,
        `--command-timeout=${ok ? "5s" : "700ms"}`,
      ];
      const run = (...args: string[]): Promise<Ended> => tool.run([...at, ...flags, ...args]).then(masked);
      const put = await run("put", "key", "value");
      return [put, await run("get", "key", "-w", "fields"), await run("endpoint", "health")];
    });
    const endings = ({ stdout, stderr, end }: Ended): unknown => ({
      stdout: stdout.replace(/(Revision|RaftTerm|ID|Version|Count)" : \d+/g, '$1" : N'),
      stderr,
      end,
    });
    assert.deepEqual(ours.map(endings), original.map(endings));
    assert.equal(ours[0]!.end === 0, ok);
  });
}

test("environment variables name the files too", { skip }, async () => {
  const env = {
    ETCDCTL_CACERT: ca,
    ETCDCTL_CERT: client.cert,
    ETCDCTL_KEY: client.key,
    ETCDCTL_ENDPOINTS: `https://${servers.mutual}`,
  };
  const { original, ours } = await both("etcdctl", (tool) => tool.run(["put", "key", "from the environment"], { env }));
  assert.deepEqual(ours, original);
  assert.equal(ours.stdout, "OK\n");
});

// ---- SRV records -----------------------------------------------------------------------------------------------------------

/** The system's resolver file is ours in a mount namespace of the program alone. */
const RESOLVER = "127.0.53.99";
const skipSrv = skip || canReplaceResolver();

function canReplaceResolver(): false | string {
  const tried = spawnSync("unshare", ["-m", "sh", "-c", "mount --bind /etc/hostname /etc/resolv.conf"]);
  return tried.status === 0 ? false : "needs the right to mount over /etc/resolv.conf";
}

test("endpoints come from SRV records", { skip: skipSrv, timeout: 120_000 }, async (t) => {
  const hosts = write("hosts", "127.0.0.1 localhost secure.example plain.example\n");
  const resolv = write("resolv.conf", `nameserver ${RESOLVER}\noptions timeout:1 attempts:1\n`);
  const port = (server: Server): number => Number(servers[server].split(":")[1]);
  const records = (service: string, domain: string, server: Server, target: string) => ({
    name: `_${service}._tcp.${domain}`,
    target,
    port: port(server),
  });
  let dns: DnsServer;
  try {
    dns = await startDnsServer(RESOLVER, [
      records("etcd-client-ssl", "both.example", "plain", "localhost"),
      records("etcd-client", "both.example", "mutual", "localhost"),
      records("etcd-client", "plain.example", "plain", "localhost"),
      records("etcd-client-ssl-mine", "named.example", "plain", "localhost"),
    ]);
  } catch (error) {
    t.skip(`cannot answer as ${RESOLVER}: ${(error as Error).message}`);
    return;
  }
  const cases: Record<string, string[]> = {
    "a domain with secure and plain endpoints": ["-d", "both.example", `--cacert=${ca}`],
    "secure endpoints, name not checked": ["-d", "both.example", "--insecure-skip-tls-verify", "--insecure-discovery"],
    "secure endpoints with the domain's name on the certificate": [
      "--discovery-srv=both.example",
      "--insecure-skip-tls-verify",
    ],
    "plain endpoints are passed over": ["-d", "plain.example"],
    "plain endpoints are taken": ["-d", "plain.example", "--insecure-discovery"],
    "a service name": ["-d", "named.example", "--discovery-srv-name=mine", `--cacert=${ca}`, "--insecure-discovery"],
    "a service name that is not there": ["-d", "named.example", "--discovery-srv-name=yours"],
    "a domain without records": ["-d", "none.example"],
    "endpoints are named as well": ["-d", "both.example", "--endpoints=localhost:1", "--insecure-skip-tls-verify"],
  };
  try {
    for (const [title, flags] of Object.entries(cases)) {
      const { original, ours } = await both("etcdctl", async (tool) => {
        const words = [
          ...tool.command,
          ...flags,
          "--command-timeout=2s",

          "put",
          "key",
          "value",
        ];
        const shell = `mount --bind ${resolv} /etc/resolv.conf && mount --bind ${hosts} /etc/hosts && exec "$@"`;
        return masked(await tool.inside(["unshare", "-m", "sh", "-c", shell, "sh", ...words]));
      });
      assert.deepEqual(ours, original, title);
    }
  } finally {
    await dns.close();
  }
});

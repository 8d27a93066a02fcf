/** `etcdctl make-mirror` beside the original: what arrives in which transactions, how it goes on, is interrupted and refused. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { CertificateAuthority } from "../support/certificate-authority.ts";
import { freePort } from "../support/free-port.ts";
import { type Member, missing, reference, startMember, temporaryFolder } from "./reference.ts";
import { both, type Ended, Tool } from "./side-by-side.ts";

const skip = missing("etcd", "etcdctl");
const folder = temporaryFolder("mirror");
let from: Member;
let to: Member;

before(async () => {
  if (skip !== false) return;
  from = await startMember(serverOptions("from"));
  to = await startMember(serverOptions("to"));
});
after(async () => {
  await from?.stop();
  await to?.stop();
  folder.remove();
});

function serverOptions(name: string, ...args: string[]): Parameters<typeof startMember>[0] {
  return { command: [reference("etcd")!], dataDir: join(folder.path, name), args: ["--log-level=error", ...args] };
}

const at = (member: Member): string => `--endpoints=${member.endpoint}`;

interface Stored {
  readonly text: string;
  readonly modRevision: number;
}

async function stored(tool: Tool, member: Member): Promise<Stored[]> {
  const { stdout } = await tool.run([at(member), "get", "", "--prefix", "-w", "json"]);
  const { kvs = [] } = JSON.parse(stdout) as { kvs?: { key: string; value: string; mod_revision: number }[] };
  const text = (base64: string): string => Buffer.from(base64, "base64").toString();
  return kvs.map(({ key, value, mod_revision }) => ({
    text: `${text(key)}=${text(value)}`,
    modRevision: mod_revision,
  }));
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 20_000; !(await holds()); await delay(50))
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
}

async function arrives(tool: Tool, ending: string): Promise<void> {
  await until(`${ending} in the mirror`, async () =>
    (await stored(tool, to)).some(({ text }) => text.endsWith(ending)),
  );
}

async function emptyBoth(tool: Tool): Promise<void> {
  for (const member of [from, to]) await tool.run([at(member), "del", "", "--prefix"]);
}

async function put(tool: Tool, key: string, value: string): Promise<number> {
  const { stdout } = await tool.run([at(from), "put", key, value, "-w", "json"]);
  return (JSON.parse(stdout) as { header: { revision: number } }).header.revision;
}

interface Mirrored {
  /** key=value of the mirror, with the distance of each revision from the first one. */
  readonly stored: readonly string[];
  readonly ended: Ended;
}

const FIVE_PUTS = `\n${[1, 2, 3, 4, 5].map((i) => `put p/t${i} v`).join("\n")}\n\n\n`;

/** Mirrors what is there and a transaction, a put and a delete that follow; then interrupts. */
async function mirror(tool: Tool, flags: (revision: number) => string[], waitFor: string): Promise<Mirrored> {
  await emptyBoth(tool);
  await put(tool, "p/a", "1");
  const revision = await put(tool, "x", "2");
  const running = tool.start([at(from), "make-mirror", ...flags(revision), to.endpoint]);
  if (waitFor !== "") await arrives(tool, waitFor);
  await tool.run([at(from), "txn"], { stdin: FIVE_PUTS });
  await tool.run([at(from), "del", "p/a"]);
  await put(tool, "p/last", "end");
  await arrives(tool, "last=end");
  running.signal("SIGINT");
  const ended = await running.ended;
  const kvs = await stored(tool, to);
  const first = Math.min(...kvs.map(({ modRevision }) => modRevision));
  return { stored: kvs.map(({ text, modRevision }) => `${text} +${modRevision - first}`), ended };
}

const CASES: readonly [title: string, flags: (revision: number) => string[], waitFor: string][] = [
  ["everything", () => [], "x=2"],
  ["a prefix", () => ["--prefix=p/"], "a=1"],
  ["a prefix to another", () => ["--prefix=p/", "--dest-prefix=q/"], "a=1"],
  ["a prefix to the root", () => ["--prefix=p/", "--no-dest-prefix"], "a=1"],
  ["everything under a prefix", () => ["--dest-prefix=q/"], "x=2"],
  ["from a revision", (revision) => [`--rev=${revision}`], "x=2"],
  ["a prefix from a revision", (revision) => [`--rev=${revision}`, "--prefix=p/"], ""],
  ["from revision 1, which is everything", () => ["--rev=1"], "x=2"],
  ["from a negative revision", () => ["--rev=-5"], "x=2"],
  ["two operations a transaction", () => ["--max-txn-ops=2"], "x=2"],
  ["no operations a transaction", () => ["--max-txn-ops=0"], "x=2"],
];

for (const [title, flags, waitFor] of CASES) {
  test(`make-mirror of ${title}`, { skip }, async () => {
    const { original, ours } = await both("etcdctl", (tool) => mirror(tool, flags, waitFor));
    assert.deepEqual(ours, original);
    assert.ok(ours.stored.length >= 6);
    assert.equal(ours.ended.end, "SIGINT");
  });
}

test("make-mirror copies more than one page, and goes on by --rev after an interruption", { skip }, async () => {
  const scenario = async (tool: Tool) => {
    await emptyBoth(tool);
    for (let page = 0; page < 25; page++) {
      const puts = Array.from({ length: 100 }, (_, i) => `put k/${page}-${i} v`).join("\n");
      await tool.run([at(from), "txn"], { stdin: `\n${puts}\n\n\n` });
    }
    const revision = await put(tool, "marker", "one");
    const first = tool.start([at(from), "make-mirror", to.endpoint]);
    await arrives(tool, "marker=one");
    first.signal("SIGTERM");
    const ends = [await first.ended];
    const copied = (await stored(tool, to)).length;
    // Written while nobody mirrors.
    await tool.run([at(from), "del", "k/1-1"]);
    await put(tool, "marker", "two");
    const second = tool.start([at(from), "make-mirror", `--rev=${revision + 1}`, to.endpoint]);
    await arrives(tool, "marker=two");
    second.signal("SIGKILL");
    ends.push(await second.ended);
    const [source, copy] = [await stored(tool, from), await stored(tool, to)];
    assert.deepEqual(
      copy.map(({ text }) => text),
      source.map(({ text }) => text),
    );
    return { ends, copied, left: copy.length };
  };
  const { original, ours } = await both("etcdctl", scenario);
  assert.deepEqual(ours, original);
  assert.deepEqual([ours.copied, ours.left], [2501, 2500]);
});

test("make-mirror says every 30 seconds how many keys it has mirrored", { skip, timeout: 120_000 }, async () => {
  const scenario = async (tool: Tool): Promise<Ended> => {
    const running = tool.start([
      at(from),
      "make-mirror",
      "--prefix=counted/",
      `--dest-prefix=${tool.maker}/`,
      to.endpoint,
    ]);
    await delay(31_000);
    running.signal("SIGINT");
    return running.ended;
  };
  const tools = [new Tool("etcdctl", "original"), new Tool("etcdctl", "ours")] as const;
  for (let i = 0; i < 3; i++) await put(tools[1], `counted/${i}`, "v");
  const [original, ours] = await Promise.all(tools.map(scenario));
  assert.deepEqual(ours, original);
  assert.equal(ours!.stdout, "3\n");
});

test("make-mirror ends with what the source refuses: compacted revisions", { skip }, async () => {
  const tools = await both("etcdctl", async (tool) => {
    const revision = await put(tool, "c", "1");
    await put(tool, "c", "2");
    await tool.run([at(from), "compaction", String(revision + 1)]);
    return tool.run([at(from), "make-mirror", `--rev=${revision}`, to.endpoint]);
  });
  assert.deepEqual(tools.ours, tools.original);
  assert.equal(tools.ours.end, 1);
});

test("make-mirror where nobody listens", { skip, timeout: 120_000 }, async () => {
  const dead = `127.0.0.1:${await freePort()}`;
  const outcome = async (tool: Tool, args: string[]): Promise<Ended> => {
    const running = tool.start(args);
    const timer = setTimeout(() => running.signal("SIGINT"), 10_000);
    const ended = await running.ended;
    clearTimeout(timer);
    return ended;
  };
  const scenario = (tool: Tool): Promise<Ended[]> =>
    Promise.all([
      outcome(tool, [at(from), "make-mirror", dead]),
      outcome(tool, [`--endpoints=${dead}`, "make-mirror", to.endpoint]),
    ]);
  await put(new Tool("etcdctl", "ours"), "k", "v");
  const { original, ours } = await both("etcdctl", scenario);
  const masked = (all: Ended[]): string => JSON.stringify(all).replaceAll(dead, "DEAD");
  assert.equal(masked(ours), masked(original));
});

test("make-mirror with users on both sides, and TLS at the destination", { skip, timeout: 120_000 }, async () => {
  const authority = new CertificateAuthority("the CA");
  const stranger = new CertificateAuthority("a stranger");
  const write = (name: string, text: string): string => {
    const path = join(folder.path, name);
    writeFileSync(path, text);
    return path;
  };
  const server = authority.issue();
  const client = authority.issue({ commonName: "mirror" });
  const files = {
    ca: write("ca.pem", authority.cert),
    strangerCa: write("stranger.pem", stranger.cert),
    serverCert: write("server.pem", server.cert),
    serverKey: write("server-key.pem", server.key),
    cert: write("client.pem", client.cert),
    key: write("client-key.pem", client.key),
  };
  const port = await freePort();
  const url = `https://127.0.0.1:${port}`;
  const secure = await startSecure(url, files);
  const source = await startMember(serverOptions("source"));
  try {
    const original = new Tool("etcdctl", "original");
    const done = async (args: string[]): Promise<void> => {
      const ended = await original.run(args);
      assert.equal(ended.end, 0, `${args.join(" ")}: ${ended.stderr}`);
    };
    const tls = ["--cacert", files.ca, "--cert", files.cert, "--key", files.key];
    for (const base of [[at(source)], [`--endpoints=${url}`, ...tls]]) {
      await done([...base, "put", "allowed/a", "1"]);
      await done([...base, "put", "other", "1"]);
      await done([...base, "user", "add", "root:root"]);
      await done([...base, "user", "add", "some:body"]);
      await done([...base, "role", "add", "part"]);
      await done([...base, "role", "grant-permission", "part", "readwrite", "allowed/", "--prefix"]);
      await done([...base, "user", "grant-role", "some", "part"]);
      await done([...base, "auth", "enable"]);
    }
    const dest = [`--dest-cacert=${files.ca}`, `--dest-cert=${files.cert}`, `--dest-key=${files.key}`];
    const user = ["--user=some:body"];
    const CASES_OF_ACCESS: Record<string, string[]> = {
      "everything that is allowed": [...user, "--dest-user=some:body", "--prefix=allowed/", ...dest],
      "passwords as flags": [
        ...["--user=some", "--password=body", "--dest-user=some", "--dest-password=body"],
        ...["--prefix=allowed/", ...dest],
      ],
      "more than is allowed": [...user, "--dest-user=some:body", ...dest],
      "a destination prefix that is not allowed": [
        ...[...user, "--dest-user=some:body", "--prefix=allowed/", "--dest-prefix=other/", ...dest],
      ],
      "no user at the source": ["--dest-user=some:body", ...dest],
      "no user at the destination": [...user, "--prefix=allowed/", ...dest],
      "wrong password at the destination": [...user, "--dest-user=some:wrong", "--prefix=allowed/", ...dest],
      "wrong password at the source": ["--user=some:wrong", "--dest-user=some:body", ...dest],
      "a certificate without its key": [...user, `--dest-cert=${files.cert}`],
      "a certificate that is not there": [...user, `--dest-cert=${files.cert}x`, `--dest-key=${files.key}`],
      "an authority that is not there": [...user, `--dest-cacert=${files.ca}x`],
      "an empty certificate": [...user, "--dest-cert="],
      "a foreign authority, with a user": [...user, "--dest-user=some:body", `--dest-cacert=${files.strangerCa}`],
    };
    for (const [title, flags] of Object.entries(CASES_OF_ACCESS)) {
      const { original: theirs, ours } = await both("etcdctl", async (tool) => {
        const running = tool.start([at(source), "make-mirror", ...flags, url], { stdin: "" });
        const timer = setTimeout(() => running.signal("SIGINT"), 4000);
        const ended = await running.ended;
        clearTimeout(timer);
        return ended;
      });
      assert.deepEqual(ours, theirs, title);
    }
  } finally {
    await source.stop();
    await secure.stop();
  }
});

async function startSecure(url: string, files: Record<string, string>): Promise<{ stop(): Promise<void> }> {
  const peer = `http://127.0.0.1:${await freePort()}`;
  const child = spawn(
    reference("etcd")!,
    [
      ...["--data-dir", join(folder.path, "secure"), "--log-level=error", "--listen-client-urls", url],
      ...["--advertise-client-urls", url, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer],
      ...[
        "--initial-cluster",
        `default=${peer}`,
        "--cert-file",
        files["serverCert"]!,
        "--key-file",
        files["serverKey"]!,
      ],
      ...["--trusted-ca-file", files["ca"]!, "--client-cert-auth"],
    ],
    { stdio: "ignore" },
  );
  await delay(2000);
  return {
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.kill("SIGTERM");
      }),
  };
}

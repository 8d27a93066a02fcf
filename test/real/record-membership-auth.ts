/**
 * Records test/golden/membership-auth.golden.json: what a real etcd wrote while its members, alarms and auth data changed.
 *
 * usage: node --import tsx test/real/record-membership-auth.ts
 * Needs etcd, etcdctl and bbolt in $ETCD_TS_REFERENCE (default $HOME/.cache/etcd-ts-reference).
 *
 * The file holds the WAL entries of the first member in order (type 0 = InternalRaftRequest, 1 = ConfChange), the small buckets after the
 * last of them and the newest .snap file, everything in hex. Tests replay the entries and compare buckets byte for byte.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../support/free-port.ts";

const reference = process.env.ETCD_TS_REFERENCE ?? join(homedir(), ".cache", "etcd-ts-reference");
const out = fileURLToPath(new URL("../golden/membership-auth.golden.json", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "etcd-record-"));
const running: ChildProcess[] = [];

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

interface Member {
  readonly name: string;
  readonly client: string;
  readonly peer: string;
}

async function newMember(name: string): Promise<Member> {
  return {
    name,
    client: `http://127.0.0.1:${await freePort()}`,
    peer: `http://127.0.0.1:${await freePort()}`,
  };
}

function start(m: Member, initialCluster: string, state: "new" | "existing"): void {
  const child = spawn(
    join(reference, "etcd"),
    [
      `--name=${m.name}`,
      `--data-dir=${join(work, m.name)}`,
      `--listen-client-urls=${m.client}`,
      `--advertise-client-urls=${m.client}`,
      `--listen-peer-urls=${m.peer}`,
      `--initial-advertise-peer-urls=${m.peer}`,
      `--initial-cluster=${initialCluster}`,
      `--initial-cluster-state=${state}`,
      "--initial-cluster-token=golden",
      "--snapshot-count=5",
      "--bcrypt-cost=4",
      "--log-level=error",
    ],
    { stdio: ["ignore", "ignore", "ignore"] },
  );
  running.push(child);
}

function ctl(m: Member, ...args: string[]): string {
  try {
    return execFileSync(join(reference, "etcdctl"), [`--endpoints=${m.client}`, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  } catch (error) {
    // Refusals are part of the recording: most of them reach the log too.
    const text = String((error as { stderr?: string }).stderr ?? error).trim();
    console.log(`${args.join(" ")}: ${text.split("\n").at(-1)}`);
    return text;
  }
}

async function post(m: Member, path: string, body: unknown): Promise<unknown> {
  const response = await fetch(m.client + path, { method: "POST", body: JSON.stringify(body) });
  return response.json();
}

async function healthy(m: Member): Promise<void> {
  for (let i = 0; i < 100; i++) {
    try {
      if ((await fetch(`${m.client}/health`)).ok) return;
    } catch (error) {
      if (i === 99) throw error;
    }
    await sleep(100);
  }
  throw new Error(`${m.name} did not become healthy`);
}

function memberId(m: Member, match: string): string {
  const line = ctl(m, "member", "list")
    .split("\n")
    .find((text) => text.includes(match));
  if (line === undefined) throw new Error(`no member with ${match}`);
  return line.split(",")[0]!;
}

/** Raft entries of a WAL in file order; later entries with a lower or equal index override. */
function walEntries(dir: string): { index: number; term: number; type: number; data: string }[] {
  const byIndex = new Map<number, { index: number; term: number; type: number; data: string }>();
  for (const name of readdirSync(dir)
    .filter((n) => n.endsWith(".wal"))
    .sort()) {
    const bytes = readFileSync(join(dir, name));
    for (let at = 0; at + 8 <= bytes.length; ) {
      const low = bytes.readUIntLE(at, 6);
      const pad = bytes[at + 7]! & 0x80 ? bytes[at + 7]! & 0x07 : 0;
      if (low === 0) break;
      const record = fields(bytes.subarray(at + 8, at + 8 + low));
      at += 8 + low + pad;
      if (record.get(1) !== 2) continue;
      const entry = fields(record.get(3) as Buffer);
      const index = entry.get(3) as number;
      for (const key of byIndex.keys()) if (key >= index) byIndex.delete(key);
      byIndex.set(index, {
        index,
        term: (entry.get(2) as number | undefined) ?? 0,
        type: (entry.get(1) as number | undefined) ?? 0,
        data: ((entry.get(4) as Buffer | undefined) ?? Buffer.alloc(0)).toString("hex"),
      });
    }
  }
  return [...byIndex.values()];
}

/** Varint and length-delimited fields of one protobuf message. */
function fields(bytes: Buffer): Map<number, number | Buffer> {
  const found = new Map<number, number | Buffer>();
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    if ((tag & 7) === 0) found.set(tag >>> 3, varint());
    else {
      const length = varint();
      found.set(tag >>> 3, bytes.subarray(at, at + length));
      at += length;
    }
  }
  return found;
}

function dumpBucket(db: string, bucket: string): [string, string][] {
  const bbolt = join(reference, "bbolt");
  const lines = (args: string[]) => execFileSync(bbolt, args, { encoding: "utf8" }).split("\n");
  return lines(["keys", "--format=hex", db, bucket])
    .filter((key) => key !== "")
    .map((key) => [key, lines(["get", "--parse-format=hex", "--format=hex", db, bucket, key])[0] ?? ""]);
}

async function record(): Promise<void> {
  const [m1, m2, m3, m4] = [await newMember("m1"), await newMember("m2"), await newMember("m3"), await newMember("m4")];
  start(m1, `m1=${m1.peer}`, "new");
  await healthy(m1);
  for (let i = 0; i < 3; i++) ctl(m1, "put", `key${i}`, "value");
  await sleep(500);

  ctl(m1, "member", "add", "m2", `--peer-urls=${m2.peer}`);
  start(m2, `m1=${m1.peer},m2=${m2.peer}`, "existing");
  await healthy(m2);
  await sleep(6000); // the interval that a member must have been connected before etcd allows the next change
  ctl(m1, "member", "add", "m3", "--learner", `--peer-urls=${m3.peer}`);
  ctl(m1, "member", "add", "too-many", "--learner", "--peer-urls=http://127.0.0.1:1");
  start(m3, `m1=${m1.peer},m2=${m2.peer},m3=${m3.peer}`, "existing");
  await sleep(6000);
  const id3 = memberId(m1, m3.peer);
  ctl(m1, "member", "promote", id3);
  await healthy(m3);
  await sleep(6000);
  ctl(m1, "member", "promote", id3);
  ctl(m1, "member", "add", "m4", "--learner", `--peer-urls=${m4.peer},https://member-4.example.com:2380`);
  ctl(m1, "member", "add", "again", `--peer-urls=${m4.peer}`);
  const id4 = memberId(m1, m4.peer);
  ctl(m1, "member", "update", id4, "--peer-urls=http://127.0.0.1:2,http://a&b<c>:3");
  ctl(m1, "member", "update", id4, `--peer-urls=${m1.peer}`);
  ctl(m1, "member", "remove", memberId(m1, m2.peer));
  await sleep(500);

  ctl(m1, "downgrade", "enable", "3.6");
  await sleep(6000);
  ctl(m1, "downgrade", "cancel");
  await sleep(6000);

  const id1 = BigInt(`0x${memberId(m1, m1.peer)}`).toString();
  await post(m1, "/v3/maintenance/alarm", { action: "ACTIVATE", memberID: id1, alarm: "NOSPACE" });
  await post(m1, "/v3/maintenance/alarm", { action: "ACTIVATE", memberID: id1, alarm: "NOSPACE" });
  await post(m1, "/v3/maintenance/alarm", { action: "ACTIVATE", memberID: "7", alarm: "CORRUPT" });
  await post(m1, "/v3/maintenance/alarm", { action: "ACTIVATE", memberID: "9", alarm: "CORRUPT" });
  await post(m1, "/v3/maintenance/alarm", { action: "GET" });
  await post(m1, "/v3/maintenance/alarm", { action: "DEACTIVATE", memberID: "9", alarm: "CORRUPT" });
  await post(m1, "/v3/maintenance/alarm", { action: "DEACTIVATE", memberID: "9", alarm: "CORRUPT" });

  const steps = [
    "auth enable", // refused: no root
    "user add root:rootpw",
    "POST /v3/auth/enable", // refused: no role (etcdctl would add it)
    "role add root",
    "role add root", // refused
    "user grant-role root root",
    "user grant-role root root", // already there
    "user add alice:pw",
    "user add alice:pw",
    "user add bob --no-password",
    "user add gone:pw",
    "role add readers",
    "role add writers",
    "role add gone",
    "role grant-permission readers read /a",
    "role grant-permission readers read /a/ --prefix",
    "role grant-permission readers read /z --from-key",
    "role grant-permission writers readwrite /b /c",
    "role grant-permission writers write /a",
    "role grant-permission writers write /b /c",
    "role grant-permission writers readwrite /d /c", // refused
    "role grant-permission nobody read /x", // refused
    "role revoke-permission writers /a",
    "role revoke-permission writers /nothing", // refused
    "user grant-role alice writers",
    "user grant-role alice readers",
    "user grant-role alice gone",
    "user grant-role gone gone",
    "user grant-role nobody readers", // refused
    "user grant-role alice nothing", // refused
    "user grant-role bob readers",
    "user revoke-role bob readers",
    "user revoke-role bob readers", // refused
    "role delete gone",
    "role delete gone", // refused
    "user delete gone",
    "user delete gone", // refused
    "user get alice",
    "user list",
    "role get writers",
    "role list",
    "auth enable",
    "auth enable",
  ];
  for (const step of steps) {
    if (step.startsWith("POST ")) console.log(step, JSON.stringify(await post(m1, step.slice(5), {})));
    else ctl(m1, ...step.split(" "));
  }
  execFileSync(
    join(reference, "etcdctl"),
    [`--endpoints=${m1.client}`, "--user=root:rootpw", "user", "passwd", "alice", "--interactive=false"],
    {
      input: "changed\n",
      stdio: ["pipe", "ignore", "inherit"],
    },
  );
  ctl(m1, "--user=root:rootpw", "user", "add", "carol:pw");
  ctl(m1, "--user=root:rootpw", "user", "delete", "root"); // refused while enabled
  ctl(m1, "--user=root:rootpw", "role", "delete", "root"); // refused while enabled
  ctl(m1, "--user=root:rootpw", "user", "revoke-role", "root", "root"); // refused while enabled
  ctl(m1, "--user=alice:changed", "role", "list"); // refused: not an admin
  ctl(m1, "--user=root:rootpw", "auth", "disable");
  ctl(m1, "auth", "enable");
  await sleep(1000);

  const alive = running.filter((child) => child.exitCode === null); // the removed member has gone by itself
  for (const child of alive) child.kill("SIGTERM");
  await Promise.all(alive.map((child) => new Promise((resolve) => child.once("exit", resolve))));

  const data = join(work, "m1", "member");
  const snaps = readdirSync(join(data, "snap"))
    .filter((name) => name.endsWith(".snap"))
    .sort();
  const snap = snaps.at(-1);
  if (snap === undefined) throw new Error("etcd wrote no .snap file");
  const buckets: Record<string, [string, string][]> = {};
  for (const name of ["meta", "alarm", "cluster", "members", "members_removed", "auth", "authUsers", "authRoles"])
    buckets[name] = dumpBucket(join(data, "snap", "db"), name);
  const golden = {
    about: "Recorded from etcd 3.7.1 by test/real/record-membership-auth.ts; everything in hex.",
    token: "golden",
    initialCluster: `m1=${m1.peer}`,
    snapName: snap,
    snap: readFileSync(join(data, "snap", snap)).toString("hex"),
    buckets,
    entries: walEntries(join(data, "wal")),
  };
  writeFileSync(out, JSON.stringify(golden, undefined, 1) + "\n");
  console.log(`${out}: ${golden.entries.length} entries, ${Object.keys(buckets).length} buckets, ${snap}`);
}

try {
  await record();
} finally {
  for (const child of running) if (child.exitCode === null) child.kill("SIGKILL");
  rmSync(work, { recursive: true, force: true });
}

// Makes the golden files of this folder with a real etcd (needs the programs in ETCD_TS_REFERENCE, default ~/.cache/etcd-ts-reference):
// a single member is started in a temporary folder, given some requests, and stopped. Kept are
//   0000000000000000-0000000000000000.wal   the segment, cut 512 bytes after the sector of its last record (the rest of 64,000,000 B is zeros)
//   <term>-<index>.snap                     the newest snapshot file
//   facts.json                              what was done, and what etcd says of itself
// usage: node test/golden/wal/make.mjs
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const programs = process.env.ETCD_TS_REFERENCE ?? join(homedir(), ".cache/etcd-ts-reference");
const folder = mkdtempSync(join(tmpdir(), "etcd-golden-"));
const [client, peer] = ["http://127.0.0.1:23791", "http://127.0.0.1:23801"];
const server = spawn(
  join(programs, "etcd"),
  [
    ...["--name", "golden", "--data-dir", join(folder, "data"), "--snapshot-count", "20", "--log-level", "error"],
    ...["--listen-client-urls", client, "--advertise-client-urls", client],
    ...["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", `golden=${peer}`],
  ],
  { stdio: "inherit" },
);
const ctl = (...args) =>
  execFileSync(join(programs, "etcdctl"), ["--endpoints", client, ...args], { encoding: "utf8", input: "" });
try {
  for (let tries = 0; ; tries++) {
    try {
      ctl("endpoint", "health");
      break;
    } catch (error) {
      if (tries > 20) throw error;
    }
  }
  for (let i = 0; i < 45; i++) ctl("put", `key-${i}`, "v".repeat(i * 7));
  ctl("del", "key-1", "key-3");
  ctl("lease", "grant", "1000");
  ctl("compact", "10");
  const statusText = ctl("endpoint", "status", "-w", "json");
  const [{ Status: status }] = JSON.parse(statusText);
  const version = status.version;
  server.kill("SIGTERM");
  await new Promise((resolve) => server.once("exit", resolve));

  const member = join(folder, "data/member");
  for (const old of readdirSync(here)) if (/\.(wal|snap|json)$/.test(old)) rmSync(join(here, old));
  const wal = readFileSync(join(member, "wal/0000000000000000-0000000000000000.wal"));
  let end = wal.length;
  while (end > 0 && wal[end - 1] === 0) end--;
  const kept = wal.subarray(0, Math.ceil(end / 512) * 512 + 512);
  writeFileSync(join(here, "0000000000000000-0000000000000000.wal"), kept);
  const snap = readdirSync(join(member, "snap"))
    .filter((name) => name.endsWith(".snap"))
    .sort()
    .at(-1);
  writeFileSync(join(here, snap), readFileSync(join(member, "snap", snap)));
  const facts = {
    etcdVersion: version,
    segmentBytes: wal.length,
    // From the text: as a JSON number it would lose digits.
    memberId: /"member_id":(\d+)/.exec(statusText)[1],
    clusterId: /"cluster_id":(\d+)/.exec(statusText)[1],
    raftTerm: status.raftTerm,
    raftIndex: status.raftIndex,
    snapFile: snap,
    puts: 45,
    peerUrl: peer,
  };
  writeFileSync(join(here, "facts.json"), `${JSON.stringify(facts, null, 2)}\n`);
} finally {
  server.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
}

/**
 * How fast the command-line tools are beside the originals, each command in turns with its twin: one `etcdctl get`, and a snapshot of a large
 * database saved and restored. Needs real etcd's programs (see test/real/reference.ts) and a build. Run:
 *
 *     node --import tsx test/bench/tools.ts [--megabytes 1024] [--rounds 3] [--server real|ours] [--folder DIR]
 *
 * Prints a table: median wall seconds, the ratio to the original's, peak resident memory (the kernel's high-water mark, asked for every
 * 20 ms). The bars: a get in at most 0.15 s; save and restore at no less than half the original's speed, in less than 200 MB.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { EtcdClient } from "../../src/client/index.ts";
import { type Member, missing, OUR_ETCD, reference, repository, startMember } from "../real/reference.ts";

const VALUE_BYTES = 64 * 1024;
const WRITERS = 16;
const GET_ROUNDS = 15;
const WALL_SECONDS_MAX = 0.15;
const RATIO_MAX = 2;
const MEMORY_MB_MAX = 200;

const { values } = parseArgs({
  options: {
    megabytes: { type: "string", default: "1024" },
    rounds: { type: "string", default: "3" },
    server: { type: "string", default: "real" },
    folder: { type: "string", default: tmpdir() },
  },
});
const absent = missing("etcd", "etcdctl", "etcdutl");
if (absent !== false) throw new Error(absent);
const folder = mkdtempSync(join(values.folder, "etcd-ts-tools-"));

interface Sample {
  readonly seconds: number;
  readonly peakMb: number;
}

/** Runs a command to its end; throws when it fails. */
async function sample(command: readonly string[]): Promise<Sample> {
  const start = performance.now();
  const child = spawn(command[0]!, command.slice(1), { stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  let seconds: number | undefined;
  void ended.then(() => {
    seconds = (performance.now() - start) / 1000;
  });
  let peakMb = 0;
  while (seconds === undefined) {
    peakMb = Math.max(peakMb, highWaterMb(child.pid!));
    await Promise.race([ended, delay(20)]);
  }
  const code = await ended;
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}\n${stderr.slice(-2000)}`);
  return { seconds, peakMb };
}

/** 0 once the process is gone. */
function highWaterMb(pid: number): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Number(kilobytes ?? 0) / 1024;
  } catch {
    return 0;
  }
}

async function fill(endpoint: string, megabytes: number): Promise<void> {
  await using client = new EtcdClient({ endpoints: endpoint });
  const keys = Math.ceil((megabytes * 1024 * 1024) / VALUE_BYTES);
  const value = new Uint8Array(VALUE_BYTES);
  let next = 0;
  await Promise.all(
    Array.from({ length: WRITERS }, async () => {
      while (next < keys) {
        const key = next++;
        for (let i = 0; i < VALUE_BYTES; i += 4) value[i] = Math.imul(key + i, 0x9e3779b1) >>> 24;
        await client.put(`bench/${String(key).padStart(8, "0")}`, value.slice());
      }
    }),
  );
}

interface Twins {
  readonly name: string;
  readonly rounds: number;
  readonly ours: (round: number) => readonly string[];
  readonly theirs: (round: number) => readonly string[];
  readonly after?: (round: number) => void;
}

function median(samples: readonly Sample[]): Sample {
  const seconds = samples.map((one) => one.seconds).sort((a, b) => a - b)[samples.length >> 1]!;
  return { seconds, peakMb: Math.max(...samples.map((one) => one.peakMb)) };
}

async function compare(twins: Twins): Promise<{ ours: Sample; theirs: Sample }> {
  const ours: Sample[] = [];
  const theirs: Sample[] = [];
  // The first round warms the caches of the system.
  for (let round = 0; round <= twins.rounds; round++) {
    const a = await sample(twins.ours(round));
    const b = await sample(twins.theirs(round));
    twins.after?.(round);
    if (round === 0) continue;
    ours.push(a);
    theirs.push(b);
  }
  return { ours: median(ours), theirs: median(theirs) };
}

const ours = (program: string): string[] => [process.execPath, join(repository, `dist/cli/${program}.js`)];
const theirs = { etcdctl: reference("etcdctl")!, etcdutl: reference("etcdutl")! };
const rounds = Number(values.rounds);
let member: Member | undefined;
try {
  member = await startMember({
    command: values.server === "ours" ? OUR_ETCD : [reference("etcd")!],
    dataDir: join(folder, "data"),
    args: ["--quota-backend-bytes=8589934592", "--log-level=error"],
  });
  const at = `--endpoints=${member.endpoint}`;
  await fill(member.endpoint, Number(values.megabytes));
  const rows: { name: string; result: { ours: Sample; theirs: Sample }; passed: boolean }[] = [];
  const key = "bench/00000000";
  const get = await compare({
    name: "get",
    rounds: GET_ROUNDS,
    ours: () => [...ours("etcdctl"), at, "get", key, "--keys-only"],
    theirs: () => [theirs.etcdctl, at, "get", key, "--keys-only"],
  });
  rows.push({ name: "etcdctl get of one key", result: get, passed: get.ours.seconds <= WALL_SECONDS_MAX });
  const file = (who: string): string => join(folder, `${who}.db`);
  const save = await compare({
    name: "save",
    rounds,
    ours: () => [...ours("etcdctl"), at, "snapshot", "save", file("ours")],
    theirs: () => [theirs.etcdctl, at, "snapshot", "save", file("theirs")],
  });
  const megabytes = Math.round(statSync(file("ours")).size / 1024 / 1024);
  rows.push({ name: `etcdctl snapshot save, ${megabytes} MB`, result: save, passed: isFastAndSmall(save) });
  await member.stop();
  member = undefined;
  const restored = (who: string): string => join(folder, `restored-${who}`);
  const restore = await compare({
    name: "restore",
    rounds,
    ours: () => [...ours("etcdutl"), "snapshot", "restore", file("ours"), "--data-dir", restored("ours")],
    theirs: () => [theirs.etcdutl, "snapshot", "restore", file("ours"), "--data-dir", restored("theirs")],
    after: () => {
      for (const who of ["ours", "theirs"]) rmSync(restored(who), { recursive: true });
    },
  });
  rows.push({ name: `etcdutl snapshot restore, ${megabytes} MB`, result: restore, passed: isFastAndSmall(restore) });

  console.log("| command | ours s | original s | ours / original | ours MB | original MB | within the bar |");
  console.log("| --- | --- | --- | --- | --- | --- | --- |");
  for (const { name, result, passed } of rows) {
    const { ours: a, theirs: b } = result;
    const numbers = [a.seconds.toFixed(3), b.seconds.toFixed(3), (a.seconds / b.seconds).toFixed(2)];
    const memory = [a.peakMb.toFixed(0), b.peakMb.toFixed(0)];
    console.log(`| ${[name, ...numbers, ...memory, passed ? "yes" : "NO"].join(" | ")} |`);
  }
  if (rows.some((row) => !row.passed)) process.exitCode = 1;
} finally {
  await member?.stop();
  rmSync(folder, { recursive: true, force: true });
}

function isFastAndSmall({ ours: a, theirs: b }: { ours: Sample; theirs: Sample }): boolean {
  return a.seconds / b.seconds <= RATIO_MAX && a.peakMb < MEMORY_MB_MAX;
}

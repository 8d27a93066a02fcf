/** `etcdctl check perf` and `check datascale` beside the original: what they print and how they end; numbers are masked. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { freePort } from "../support/free-port.ts";
import { type Member, missing, reference, startMember, temporaryFolder } from "./reference.ts";
import { type Ended, type Maker, Tool } from "./side-by-side.ts";

const skip = missing("etcd", "etcdctl");
const folder = temporaryFolder("etcdctl-check");
/** One for each, so that both run at once. */
const members = new Map<Maker, Member>();
const MAKERS: readonly Maker[] = ["original", "ours"];

before(async () => {
  if (skip !== false) return;
  for (const maker of MAKERS) {
    const dataDir = join(folder.path, maker);
    members.set(maker, await startMember({ command: [reference("etcd")!], dataDir, args: ["--log-level=error"] }));
  }
});
after(async () => {
  for (const member of members.values()) await member.stop();
  folder.remove();
});

/** The same with both makes at once, each on its own server. */
async function same(scenario: (tool: Tool, at: string) => Promise<Ended>): Promise<Ended> {
  const [original, ours] = await Promise.all(
    MAKERS.map(async (maker) => {
      const { endpoint } = members.get(maker)!;
      const { stdout, stderr, end } = await scenario(new Tool("etcdctl", maker), `--endpoints=${endpoint}`);
      return { stdout: masked(stdout.replaceAll(endpoint, "SERVER")), stderr: masked(withoutBars(stderr)), end };
    }),
  );
  assert.deepEqual(ours, original);
  return ours!;
}

/** The original draws bars on stderr. */
function withoutBars(text: string): string {
  return text
    .replace(/^.*\d+ \/ \d+.*$/gm, "")
    .replace(/\n+/g, "\n")
    .replace(/^\n/, "");
}

/** Numbers, and how fast a laden machine happened to be. */
function masked(text: string): string {
  return text
    .replace(/(?:FAIL: Throughput too low: |PASS: Throughput is )\d+ writes\/s/g, "THROUGHPUT")
    .replace(/(?:Slowest request took too long: |PASS: Slowest request took )[\d.]+s/g, "SLOWEST")
    .replace(/(?:Stddev too high: |PASS: Stddev is )[\d.]+s/g, "STDDEV")
    .replace(/revision \d+/g, "revision N")
    .replace(/(memory used : )-?\d+\.\d\d/g, "$1N");
}

/** Good or bad is the machine's doing. */
function withoutVerdict(ended: Ended): Ended {
  const verdict = /^(PASS|FAIL)\n?$/m.exec(ended.stdout)?.[1];
  assert.equal(ended.end, verdict === "PASS" ? 0 : 1, `${verdict} and exit code ${ended.end}`);
  return { ...ended, stdout: ended.stdout.replace(/^(PASS|FAIL)\n?$/m, "VERDICT\n"), end: 0 };
}

test("check perf runs for a minute, judges, and leaves nothing behind", { skip, timeout: 240_000 }, async () => {
  const flags = ["--auto-compact", "--auto-defrag", "--prefix=/perf/"];
  const { stdout } = await same(async (tool, at) =>
    withoutVerdict(await tool.run([at, "check", "perf", "--load=small", ...flags])),
  );
  assert.match(
    stdout,
    /^Compacting with revision N\nCompacted with revision N\nDefragmenting "SERVER"\nDefragmented "SERVER"\nTHROUGHPUT\nSLOWEST\nSTDDEV\nVERDICT\n$/,
  );
  const left = await same((tool, at) => tool.run([at, "get", "/perf/", "--prefix", "--keys-only"]));
  assert.equal(left.stdout, "");
});

test("check perf that is interrupted cleans up and judges what there was", { skip, timeout: 60_000 }, async () => {
  await same(async (tool, at) => {
    const running = tool.start([at, "check", "perf"], { stdin: "" });
    setTimeout(() => running.signal("SIGINT"), 4000);
    return withoutVerdict(await running.ended);
  });
  const left = await same((tool, at) => tool.run([at, "get", "/etcdctl-check-perf/", "--prefix", "--keys-only"]));
  assert.equal(left.stdout, "");
});

test("check datascale tells how much memory the keys took", { skip, timeout: 240_000 }, async () => {
  const { stdout } = await same((tool, at) => tool.run([at, "check", "datascale", "--load=s", "--auto-compact"]));
  assert.match(
    stdout,
    /^Start data scale check [^\n]*\nCompacting with revision N\nCompacted with revision N\nPASS: [^\n]* N MB\.\n$/,
  );
  const left = await same((tool, at) => tool.run([at, "get", "/etcdctl-check", "--prefix", "--keys-only"]));
  assert.equal(left.stdout, "");
});

test("checks refuse what they cannot work with", { skip, timeout: 60_000 }, async () => {
  const dead = `--endpoints=127.0.0.1:${await freePort()}`;
  for (const check of ["perf", "datascale"]) {
    await same((tool, at) => tool.run([at, "check", check, "--load=huge"]));
    await same((tool, at) => tool.run([at, "put", `/etcdctl-check-${check}/key`, "value"]));
    await same((tool, at) => tool.run([at, "check", check]));
    await same((tool, at) => tool.run([at, "check", check, `--prefix=/etcdctl-check-${check}/`, "-w", "nope"]));
    await same((tool, at) => tool.run([at, "del", `/etcdctl-check-${check}/key`]));
  }
  const refused = await same(async (tool) => {
    const running = tool.start([dead, "check", "perf"], { stdin: "" });
    setTimeout(() => running.signal("SIGKILL"), 10_000);
    return running.ended;
  });
  assert.notEqual(refused.end, 0);
});

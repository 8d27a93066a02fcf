/**
 * Users, roles, passwords and tokens under faults: what an answer to one client says holds for the others on every member from then on. SIM_SEED and
 * SIM_SEEDS choose the runs. Each planted bug must be found.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { AuthStore } from "../../src/core/auth/auth-store.ts";
import { Bucket } from "../../src/core/mvcc/backend.ts";
import type { RunningMember } from "../../src/server/embed.ts";
import { AuthWorld } from "./auth-clients.ts";
import { SimulatedCluster } from "./cluster.ts";
import { type Fault, Nemesis } from "./nemesis.ts";
import type { SimulatedNode } from "./node.ts";

const FIRST = Number(process.env.SIM_SEED ?? 1);
const SEEDS = Number(process.env.SIM_SEEDS ?? 2);
const FAULTS: readonly Fault[] = [
  "crash",
  "crashAll",
  "crashAtDisk",
  "partition",
  "weather",
  "stop",
  "transfer",
  "diskStall",
  "clock",
];

/** Users, roles and whether they count, byte for byte. */
function authState(node: SimulatedNode): string {
  const { backend } = node.running!.member.state;
  const entries: string[] = [];
  for (const bucket of [Bucket.Auth, Bucket.AuthUsers, Bucket.AuthRoles])
    backend.scan(bucket, new Uint8Array(0), undefined, (key, value) => {
      entries.push(Buffer.concat([key, value]).toString("latin1"));
    });
  return entries.join("\n");
}

async function run(seed: number, plant?: (running: RunningMember) => void): Promise<AuthWorld["counts"]> {
  const cluster = new SimulatedCluster({ seed, members: 3, ...(plant === undefined ? {} : { plant }) });
  try {
    cluster.startAll();
    const ready = (): boolean => cluster.alive.length === 3 && cluster.leader?.running?.member.isPublished === true;
    assert.ok(await cluster.runUntil(ready, 10_000), "the cluster starts");
    const users = new AuthWorld(cluster, cluster.random.fork());
    await cluster.await(users.setUp(), 10_000, "the first users");
    const nemesis = new Nemesis(cluster, { random: cluster.random.fork(), faults: FAULTS, meanMs: 1500 });
    users.start();
    nemesis.start();
    await cluster.run(20_000);
    nemesis.calm();
    await cluster.run(5000);
    users.stop();
    await cluster.run(4000);
    const applied = (): boolean =>
      cluster.alive.length === 3 &&
      cluster.alive.every(({ running }) => running!.member.appliedIndex === cluster.raft.committedIndex);
    assert.ok(await cluster.runUntil(applied, 30_000), "all come to the same applied index");
    const states = new Set(cluster.nodes.map(authState));
    assert.equal(states.size, 1, "users and roles are the same on all members");
    return users.counts;
  } catch (error) {
    throw new Error(`seed ${seed}: ${String(error)}\n${cluster.log.text(40)}`, { cause: error });
  } finally {
    for (const node of cluster.nodes) node.process.kill();
  }
}

test("permissions, passwords and tokens mean the same on every member, whatever happens", async (t) => {
  const sums = { allowed: 0, denied: 0, unanswered: 0, rounds: 0, oldPasswords: 0 };
  for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
    const counts = await run(seed);
    for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += counts[key];
  }
  t.diagnostic(JSON.stringify(sums));
  for (const [name, count] of Object.entries(sums)) assert.ok(count > SEEDS, `${name}: ${count}`);
});

/** Replaces a method of the auth store for the length of a run. */
async function withStore<K extends keyof AuthStore>(
  name: K,
  twin: AuthStore[K],
  work: () => Promise<void>,
): Promise<void> {
  const original = AuthStore.prototype[name];
  AuthStore.prototype[name] = twin;
  try {
    await work();
  } finally {
    AuthStore.prototype[name] = original;
  }
}

async function findsIt(expected: RegExp, plant?: (running: RunningMember) => void): Promise<void> {
  for (let seed = FIRST; seed < FIRST + 10; seed++) {
    const found = await run(seed, plant).then(
      () => undefined,
      (error: Error) => error,
    );
    if (found === undefined) continue;
    assert.match(found.message, expected);
    return;
  }
  assert.fail("not found with 10 seeds");
}

test("it finds: writes are not checked when they are applied", () =>
  withStore(
    "refusePut",
    () => undefined,
    () => findsIt(/a write of a\d+ by (alice is answered behind|bob is answered)/),
  ));

test("it finds: reads are checked before they have waited for the log", () =>
  findsIt(/a read of a\d+ by alice is (answered behind|denied)/, (running) => {
    // The read index is never asked for: what is here has to do.
    running.member.waitRead = (settle) => settle(undefined);
  }));

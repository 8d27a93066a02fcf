/**
 * One client of three members that are restarted and killed, lose their leader and are cut off, again and again, under a writer, a watcher, a
 * lease and locks: no acknowledged write is lost, no event left out or told twice, no lock held twice, and neither handles nor memory grow.
 *
 * SURVIVAL_ROUNDS=100 for the long form (each round is one restart, one change of leader and one lost endpoint); SURVIVAL_SEED replays the
 * choices of a run.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type ErrorKind, EtcdClient, EtcdError, type Lock } from "../src/client/index.ts";
import { Prng } from "./support/prng.ts";
import { ProcessCluster, type ProcessMember } from "./support/process-cluster.ts";

const ROUNDS = Number(process.env.SURVIVAL_ROUNDS ?? 3);
const SEED = Number(process.env.SURVIVAL_SEED ?? Date.now() % 1_000_000);
const WRITES_BETWEEN = 25;
const PAUSE_MS = 2;
const PATIENCE_MS = 60_000;
const HEAP_GROWTH_BYTES_MAX = 8 * 1024 * 1024;

const program = (() => {
  for (let dir = dirname(fileURLToPath(import.meta.url)); dir !== dirname(dir); dir = dirname(dir))
    if (existsSync(join(dir, "tsconfig.core.json"))) return join(dir, "dist/cli/etcd.js");
  return "";
})();
const skip = existsSync(program) ? false : "dist/ is not built";

/** What a write may fail with while its member goes down or loses its leader: it may have taken effect, or not. */
const UNCERTAIN: ReadonlySet<ErrorKind> = new Set([
  "ConnectionLost",
  "Stopped",
  "LeaderChanged",
  "NoLeader",
  "NotLeader",
  "Timeout",
  "TimeoutDueToLeaderFail",
  "TimeoutDueToConnectionLost",
]);

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

function heapBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function openHandles(): number {
  return process.getActiveResourcesInfo().filter((kind) => /TCP|Pipe|Timeout/.test(kind)).length;
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; !holds(); await delay(10))
    assert.ok(Date.now() < deadline, `never: ${what}`);
}

const keyOf = (number: number): string => `w/${String(number).padStart(8, "0")}`;
const numberOf = (key: string): number => Number(key.slice(2));

test(`a client survives ${ROUNDS} restarts, changes of leader and lost endpoints`, {
  skip,
  timeout: 3_600_000,
}, async (t) => {
  t.diagnostic(`seed ${SEED}`);
  const random = new Prng(SEED);
  const handlesBefore = openHandles();
  const cluster = await ProcessCluster.start([process.execPath, program], 3);
  const client = new EtcdClient({ endpoints: cluster.endpoints });
  const admin = new EtcdClient({ endpoints: cluster.members.map(({ url }) => url) });
  try {
    const lease = await client.lease(30);
    await client.put("leased", "stays", { lease });
    const door = await client.lock("door", { ttlSeconds: 30 });
    let second: Lock | undefined;
    const waiting = client.lock("door", { ttlSeconds: 30 }).then((held) => {
      second = held;
    });

    // Two ways to watch the same.
    const told: number[] = [];
    let lastRevision = 0;
    const watcher = client.watch({ prefix: "w/" }, { progressNotify: true });
    watcher.on("put", ({ kv }) => {
      assert.ok(kv.modRevision > lastRevision, "revisions go up");
      lastRevision = kv.modRevision;
      told.push(numberOf(kv.key));
    });
    await watcher.established;
    const iterated: number[] = [];
    const iterating = (async () => {
      for await (const { kv } of client.watch({ prefix: "w/" }, { startRevision: watcher.nextRevision })) {
        iterated.push(numberOf(kv.key));
        if (kv.value === "last") break;
      }
    })();

    let stopping = false;
    const acknowledged: number[] = [];
    let uncertain = 0;
    const writing = (async () => {
      for (let next = 0; !stopping; next++) {
        try {
          await client.put(keyOf(next), "x");
          acknowledged.push(next);
        } catch (error) {
          assert.ok(error instanceof EtcdError && UNCERTAIN.has(error.kind), String(error));
          uncertain++;
        }
        await delay(PAUSE_MS);
      }
    })();

    // Locks that go from hand to hand.
    let holders = 0;
    let turns = 0;
    let newestTurn = 0;
    const locking = [1, 2].map(async () => {
      while (!stopping) {
        const lock = await client.lock("turns", { ttlSeconds: 30 });
        holders++;
        assert.equal(holders, 1, "the lock has two holders");
        assert.ok(lock.revision > newestTurn, "fencing revisions go up");
        newestTurn = lock.revision;
        turns++;
        await delay(20);
        holders--;
        await lock.release();
      }
    });
    const running = Promise.all([writing, ...locking]);
    // So that the first failure is what is told.
    for (const each of [waiting, iterating]) each.catch(() => undefined);
    let failure: unknown;
    running.catch((error: unknown) => {
      failure = error;
    });

    const goesOn = async (): Promise<void> => {
      const [writes, turnsBefore] = [acknowledged.length + WRITES_BETWEEN, turns];
      await until("writes and locks go on", () => {
        if (failure !== undefined) throw failure;
        return acknowledged.length >= writes && turns > turnsBefore && told.length > 0;
      });
      assert.equal((await client.get("leased"))?.value, "stays");
      assert.equal(second, undefined, "the door has two holders");
      assert.ok(!door.lease.isEnded && !lease.isEnded, "a lease was lost");
    };
    const pick = (): ProcessMember => random.pick(cluster.members);

    let heapEarly = 0;
    let changes = 0;
    for (let round = 0; round < ROUNDS; round++) {
      await cluster.restart(pick(), random.chance(0.5) ? "SIGTERM" : "SIGKILL");
      await goesOn();

      if (await moveLeader(admin, random)) changes++;
      await goesOn();

      const { proxy } = pick();
      proxy.refuses = true;
      proxy.cut();
      await delay(random.integer(300));
      await goesOn();
      proxy.refuses = false;
      await goesOn();
      if (round === Math.floor(ROUNDS / 5)) heapEarly = heapBytes();
    }
    const heapLate = heapBytes();
    stopping = true;
    await running;
    const last = acknowledged.at(-1)! + 1_000_000;
    await client.put(keyOf(last), "last");
    await until("the last event arrives", () => told.at(-1) === last);
    await iterating;

    const found: [revision: number, number: number][] = [];
    for await (const kv of client.entries({ prefix: "w/" })) {
      found.push([kv.modRevision, numberOf(kv.key)]);
      assert.equal(kv.version, 1, `${kv.key} was written more than once`);
    }
    // In the order of their revisions: an uncertain write may take effect after the one that followed it.
    const stored = found.sort(([a], [b]) => a - b).map(([, number]) => number);
    assert.deepEqual(told, stored, "the watcher was told of what is stored, once each, in order");
    assert.deepEqual(iterated, stored);
    const kept = new Set(stored);
    assert.deepEqual(
      acknowledged.filter((number) => !kept.has(number)),
      [],
      "acknowledged and lost",
    );

    assert.ok(door.isHeld);
    await door.release();
    await waiting;
    assert.ok(second !== undefined && (second as Lock).revision > door.revision);
    await (second as Lock).release();
    assert.equal((await client.leases.timeToLive(lease.id, { keys: true })).keys.length, 1);
    await lease.revoke();
    assert.equal(await client.get("leased"), undefined);
    await watcher.cancel();

    const grown = heapLate - heapEarly;
    t.diagnostic(
      `${acknowledged.length} writes acknowledged, ${uncertain} uncertain, ${turns} locks, ${changes} leaders changed, heap ${heapEarly} -> ${heapLate} bytes`,
    );
    assert.ok(grown < HEAP_GROWTH_BYTES_MAX, `the heap grew by ${grown} bytes`);
    assert.ok(changes >= ROUNDS * 0.9, `${changes} changes of leader`);
    for (const { proxy } of cluster.members) assert.ok(proxy.open <= 1, `${proxy.open} connections to one endpoint`);
  } finally {
    await client.close();
    await admin.close();
    await cluster.close();
  }
  await until("all handles are closed", () => openHandles() <= handlesBefore);
});

/** False when the leader changed by itself meanwhile. */
async function moveLeader(admin: EtcdClient, random: Prng): Promise<boolean> {
  try {
    const members = await admin.cluster.members();
    const statuses = await Promise.all(admin.endpoints.map((endpoint) => admin.maintenance.status({ endpoint })));
    const leader = statuses[0]!.leader;
    const at = statuses.findIndex(({ header }) => header?.memberId === leader);
    const others = members.filter(({ id }) => id !== leader);
    await admin.maintenance.moveLeader(random.pick(others).id, { endpoint: admin.endpoints[at]! });
    return true;
  } catch (error) {
    if (!(error instanceof EtcdError)) throw error;
    return false;
  }
}

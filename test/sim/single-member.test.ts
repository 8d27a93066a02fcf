/**
 * One member on the simulated disk: a script of requests, and a crash at its disk operations, one after another. After the restart every
 * acknowledged write is there, nothing that was not asked for is, and the rest of the script ends in the same state as without a crash.
 *
 * SIM_EVERY=1 tries every single operation (default: a sample that differs with SIM_SEED, which is printed).
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DATABASE, damageMetaPage } from "./bit-rot.ts";
import { SimulatedClock } from "./clock.ts";
import { runLife } from "./life.ts";
import { LogRing, SimulatedNode } from "./node.ts";
import { SeededRandom } from "./random.ts";
import {
  checkDatabase,
  dumpState,
  makeScript,
  referenceStates,
  runScript,
  type ScriptProgress,
  type Step,
} from "./script.ts";

// The same every time; SIM_SEED (a number or "random") explores.
const SEED =
  process.env.SIM_SEED === "random" ? Math.floor(Math.random() * 2 ** 31) : Number(process.env.SIM_SEED ?? 77);
const EVERY = Number(process.env.SIM_EVERY ?? 0);
const CONFIG = { snapshotCount: 25, snapshotCatchupEntries: 5, backendBatchIntervalMs: 20, compactionBatchLimit: 7 };

interface Machine {
  readonly world: SimulatedClock;
  readonly node: SimulatedNode;
  readonly log: LogRing;
}

function machine(seed: number): Machine {
  const world = new SimulatedClock();
  const log = new LogRing();
  const node = new SimulatedNode({
    name: "n1",
    world,
    log,
    random: new SeededRandom(seed),
    config: CONFIG,
  });
  return { world, node, log };
}

async function startServing({ world, node }: Machine): Promise<NonNullable<SimulatedNode["running"]>> {
  const running = await world.runUntil(node.start());
  await world.runUntil(running.member.ready);
  return running;
}

/** States of the script, and how many disk operations a run of it takes. */
async function reference(script: readonly Step[]): Promise<{ states: string[]; operations: number }> {
  const plain = machine(1);
  const running = await startServing(plain);
  const states = await plain.world.runUntil(referenceStates(running, script));
  const counted = machine(1);
  const again = await startServing(counted);
  await counted.world.runUntil(runScript(again, script, { from: 0, concurrent: 4, progress: newProgress() }));
  assert.equal(dumpState(again), states.at(-1), "requests one by one and four at a time come to the same");
  return { states, operations: counted.node.disk.operations };
}

function newProgress(): ScriptProgress {
  return { proposed: 0, answered: 0 };
}

/** Which operations to crash at. */
function sample(operations: number, count: number, random: SeededRandom): number[] {
  if (EVERY > 0) return Array.from({ length: operations }, (_, i) => i + 1);
  const stride = Math.max(1, Math.floor(operations / count));
  const first = 1 + random.integer(stride);
  const points: number[] = [];
  for (let at = first; at <= operations; at += stride) points.push(at);
  return points;
}

async function crashAt(
  script: readonly Step[],
  states: readonly string[],
  options: { operation: number; powerLoss: boolean; seed: number; again: number; damage: boolean },
): Promise<void> {
  const parts = machine(options.seed);
  const { world, node, log } = parts;
  const progress = newProgress();
  let dead = false;
  const die = (): void => {
    dead = true;
    node.process.kill();
  };
  try {
    node.disk.dieAt(options.operation, die);
    await runLife(node, script, { from: 0, progress, isDead: () => dead, world });
    if (!dead) return;
    let from = 0;
    // The first crash where it was asked for; more of them soon after the restart, recovery included.
    for (let crashes = 0; ; crashes++) {
      node.kill({ powerLoss: options.powerLoss });
      if (options.damage) damageMetaPage(node.disk, new SeededRandom(options.seed + crashes));
      dead = false;
      if (crashes < options.again) node.disk.dieAt(1 + new SeededRandom(options.seed + crashes).integer(60), die);
      if (!options.damage && node.disk.usedBytes > 0 && hasDatabase(node)) await checkFile(parts);
      const life = newProgress();
      life.answered = life.proposed = progress.answered;
      from = await runLife(node, script, { from: -1, progress, isDead: () => dead, world, states });
      if (!dead) break;
    }
    assert.equal(dumpState(node.running!), states.at(-1), `the rest of the script from request ${from}`);
    await world.runUntil(node.stop());
    await checkFile(parts);
  } catch (error) {
    const where = `seed ${options.seed}, crash at operation ${options.operation}${options.powerLoss ? ", power loss" : ""}`;
    throw new Error(`${where}: ${String(error)}\n${log.text(30)}`, { cause: error });
  }
}

function hasDatabase(node: SimulatedNode): boolean {
  try {
    return node.disk.contents(DATABASE).length > 16384;
  } catch {
    return false;
  }
}

async function checkFile({ world, node }: Machine): Promise<void> {
  assert.deepEqual(await checkDatabase(world, node.disk, DATABASE), []);
}

const CRASHES = [
  { name: "with power loss", powerLoss: true, damage: false },
  { name: "of the process", powerLoss: false, damage: false },
  { name: "with power loss and a flipped bit in a meta page", powerLoss: true, damage: true },
];
for (const { name, powerLoss, damage } of CRASHES) {
  test(`a crash ${name} at the disk operations of a script loses no acknowledged write`, async (t) => {
    t.diagnostic(`SIM_SEED=${SEED}`);
    const script = makeScript(SEED, 120);
    const { states, operations } = await reference(script);
    const random = new SeededRandom(SEED);
    const points = sample(operations, 20, random);
    t.diagnostic(`${points.length} of ${operations} operations`);
    for (const operation of points)
      await crashAt(script, states, { operation, powerLoss, seed: SEED ^ operation, again: operation % 3, damage });
  });
}

/** Rounds of one fault on a cluster under load, and the checks at the end. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Prng } from "../../support/prng.ts";
import type { Fault, Outcome } from "./faults.ts";
import { History } from "./history.ts";
import { Load } from "./load.ts";
import { askPorcupine } from "./porcupine.ts";
import type { ProcessCluster } from "./process-cluster.ts";
import { watchRevisions } from "./watched-revisions.ts";

export interface ChaosOptions {
  readonly cluster: ProcessCluster;
  readonly fault: Fault;
  readonly rounds: number;
  readonly seed: number;
  /** False: own checker only, Go is missing. */
  readonly withPorcupine: boolean;
  readonly valueBytes?: number;
}

export interface ChaosResult {
  readonly outcomes: readonly Outcome[];
}

export async function runChaos(t: TestContext, options: ChaosOptions): Promise<ChaosResult> {
  const { cluster, fault, rounds, seed, withPorcupine } = options;
  const random = new Prng(seed);
  const history = new History();
  const members = (): ProcessCluster["members"] => cluster.members;
  const load = new Load({
    history,
    members,
    random: new Prng(seed + 1),
    clients: 6,
    thinkMs: 30,
    valueBytes: options.valueBytes ?? 200,
  });
  const outcomes: Outcome[] = [];
  load.start();
  try {
    for (let round = 0; round < rounds; round++) {
      load.round = round;
      await pause(300 + random.integer(700));
      try {
        outcomes.push(await fault({ cluster, load, random, round }));
      } catch (error) {
        throw new Error(`seed ${seed}, round ${round}: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        });
      }
      if (round > 0) for (const member of cluster.members) await load.readRound(round - 1, member);
    }
    await pause(300);
  } finally {
    await load.stop();
  }
  for (const member of cluster.members) await load.readRound(rounds - 1, member);
  load.close();
  const { revision, hashes } = await cluster.hashes();
  report(t, { seed, rounds, outcomes, load, history, revision });
  assert.equal(new Set(hashes).size, 1, `seed ${seed}: HashKV at revision ${revision}: ${hashes.join(", ")}`);
  assert.ok(revision >= history.acknowledgedRevision, `seed ${seed}: ${revision} is behind what was acknowledged`);
  const where = `seed ${seed}`;
  const told = await Promise.all(cluster.members.map((member) => watchRevisions(member.address.client, revision)));
  for (const each of told) assert.deepEqual(each, told[0], `${where}: members tell different histories`);
  history.checkRevisions(told[0]!, where);
  history.checkLinearizable(where);
  if (withPorcupine) {
    const opinion = await askPorcupine(history, cluster.folder);
    t.diagnostic(`porcupine: ${opinion.operations} operations in ${opinion.groups} histories`);
    assert.deepEqual(opinion.illegal, [], `${where}: histories that porcupine refuses`);
    assert.deepEqual(opinion.unknown, [], `${where}: histories that porcupine could not decide in time`);
    assert.ok(opinion.groups > 0 && opinion.operations > rounds * 50, "there was a load to judge");
  }
  assert.deepEqual(load.late, [], `${where}: calls that outlived their deadline`);
  return { outcomes };
}

interface Measured {
  readonly seed: number;
  readonly rounds: number;
  readonly outcomes: readonly Outcome[];
  readonly load: Load;
  readonly history: History;
  readonly revision: number;
}

function report(t: TestContext, { seed, rounds, outcomes, load, history, revision }: Measured): void {
  const unknown = history.calls.filter((each) => each.end === Number.POSITIVE_INFINITY).length;
  t.diagnostic(
    `seed ${seed}, ${rounds} rounds: ${load.answered} calls answered, ${load.acknowledgedAtMs.length} writes acknowledged, ${unknown} calls without an outcome, revision ${revision}`,
  );
  const names = new Set(outcomes.flatMap((outcome) => Object.keys(outcome)));
  for (const name of names) {
    const values = timesOf(outcomes, name).sort((a, b) => a - b);
    const at = (part: number): string =>
      values[Math.min(values.length - 1, Math.floor(values.length * part))]!.toFixed(0);
    t.diagnostic(`${name}: median ${at(0.5)}, p90 ${at(0.9)}, most ${at(1)} (${values.length} rounds)`);
  }
  for (const [what, count] of [...load.failures].sort(([, a], [, b]) => b - a))
    t.diagnostic(`failed ${count}x: ${what}`);
}

function timesOf(outcomes: readonly Outcome[], name: string): number[] {
  return outcomes.map((outcome) => outcome[name]).filter((value) => value !== undefined);
}

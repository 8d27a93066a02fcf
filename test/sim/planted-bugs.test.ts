/** The simulation finds each of the planted bugs within a bounded number of seeds, and finds nothing under the same conditions without them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { PLANTED_BUGS, type PlantedBug } from "./planted-bugs.ts";
import { runScenario, type ScenarioOptions, SimulationFailure } from "./scenario.ts";

const SEEDS_MAX = 30;

function conditions(
  { faults, faultEveryMs, weather = {}, config = {}, diskLatencyMs = 2 }: PlantedBug,
  seed: number,
  durationMs = 15_000,
): ScenarioOptions {
  return { seed, members: 3, durationMs, faults, faultEveryMs, weather, config, diskLatencyMs };
}

async function failureOf(bug: PlantedBug, seed: number): Promise<SimulationFailure | undefined> {
  const restore = bug.install?.();
  try {
    const { plant } = bug;
    await runScenario({ ...conditions(bug, seed), ...(plant === undefined ? {} : { plant }) });
    return undefined;
  } catch (error) {
    if (error instanceof SimulationFailure) return error;
    throw error;
  } finally {
    restore?.();
  }
}

for (const bug of PLANTED_BUGS) {
  test(`the simulation finds: ${bug.name}`, async (t) => {
    await runScenario(conditions(bug, bug.firstSeed, 4000));
    const seedsMax = bug.seedsMax ?? SEEDS_MAX;
    for (let seed = bug.firstSeed; seed < bug.firstSeed + seedsMax; seed++) {
      const failure = await failureOf(bug, seed);
      if (failure === undefined) continue;
      t.diagnostic(`found with seed ${seed} after ${failure.atMs.toFixed(0)} ms: ${failure.message.split("\n")[0]}`);
      return;
    }
    assert.fail(`not found with ${seedsMax} seeds`);
  });
}

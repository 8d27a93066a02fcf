/**
 * Twenty seconds of simulation: clusters of three and five whole members from as many seeds as fit. SIM_SEED sets the first one (default: always the
 * same, so that a change is judged by the same runs; "random" looks for new ones), SIM_SECONDS the time.
 * A failure prints its seed; `npm run sim -- --once --seed N --members M` replays it.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runScenario } from "./scenario.ts";

const GIVEN = process.env.SIM_SEED ?? "50000";
const FIRST = GIVEN === "random" ? Math.floor(Math.random() * 2 ** 31) : Number(GIVEN);
const SECONDS = Number(process.env.SIM_SECONDS ?? 18);

test("a run is the same again from the same seed", async () => {
  const options = { seed: FIRST, members: 3, durationMs: 5000 };
  const first = await runScenario(options);
  assert.equal((await runScenario(options)).fingerprint, first.fingerprint);
});

test("clusters of three and five keep their promises under faults", async (t) => {
  const started = performance.now();
  let simulatedMs = 0;
  let seed = FIRST;
  const sums = { answered: 0, crashes: 0, elections: 0, delivered: 0 };
  for (; performance.now() - started < SECONDS * 1000; seed++) {
    const result = await runScenario({ seed, members: seed % 4 === 0 ? 5 : 3, durationMs: 15_000 });
    simulatedMs += result.simulatedMs;
    for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += result[key];
  }
  t.diagnostic(
    `seeds ${FIRST}..${seed - 1}: ${(simulatedMs / 1000).toFixed(0)} simulated seconds, ${JSON.stringify(sums)}`,
  );
  assert.ok(sums.answered > 100 && sums.delivered > 100, "clients were served");
});

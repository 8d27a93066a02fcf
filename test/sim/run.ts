/**
 * The simulation as a program: many seeds for a given time.
 *
 *     npm run sim -- --seed 1 --hours 0.01 --members 3
 *
 * `--hours` are simulated hours, `--seed` the first seed, `--members` 3, 5 or "mixed" (default). `--once` runs that seed alone and prints more. Exit code 1 and the
 * seed on the first failure.
 */
import { parseArgs } from "node:util";
import { runScenario, type ScenarioResult, SimulationFailure } from "./scenario.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    hours: { type: "string", default: "0.1" },
    members: { type: "string", default: "mixed" },
    once: { type: "boolean", default: false },
  },
});

const PHASE_MS = 20_000;
const first = Number(values.seed);
const wantedMs = Number(values.hours) * 3_600_000;
const started = performance.now();
let simulatedMs = 0;
let seeds = 0;
const total = { revisions: 0, answered: 0, unanswered: 0, crashes: 0, elections: 0, delivered: 0, packets: 0 };

for (let seed = first; seeds === 0 || (simulatedMs < wantedMs && !values.once); seed++) {
  const members = values.members === "mixed" ? (seed % 4 === 0 ? 5 : 3) : Number(values.members);
  let result: ScenarioResult;
  try {
    result = await runScenario({ seed, members, durationMs: PHASE_MS });
  } catch (error) {
    if (!(error instanceof SimulationFailure)) throw error;
    console.error(`FAILED ${error.message}`);
    console.error(`replay: npm run sim -- --once --seed ${seed} --members ${members}`);
    process.exitCode = 1;
    break;
  }
  seeds++;
  simulatedMs += result.simulatedMs;
  for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += result[key];
  if (values.once) console.log(result);
  else if (seeds % 20 === 0) console.log(summary());
}
console.log(summary());

function summary(): string {
  const seconds = (performance.now() - started) / 1000;
  const counts = Object.entries(total).map(([key, value]) => `${key} ${value}`);
  return `${seeds} seeds from ${first}: ${(simulatedMs / 1000).toFixed(0)} simulated seconds in ${seconds.toFixed(1)} s (${(simulatedMs / 1000 / seconds).toFixed(1)} per second); ${counts.join(", ")}`;
}

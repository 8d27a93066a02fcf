import assert from "node:assert/strict";
import test from "node:test";
import { HandClock } from "../../test/support/fake-call.ts";
import type { Backend } from "../core/mvcc/backend.ts";
import { type CompactionJob, CompactionStep } from "../core/mvcc/compaction.ts";
import { SILENT_LOGGER } from "../io/logger.ts";
import { CompactionRunner } from "./compaction-runner.ts";

test("stopping ends a compaction in its pause, however long that is", async () => {
  const clock = new HandClock();
  const runner = new CompactionRunner({ clock, logger: SILENT_LOGGER, batchLimit: 1, sleepMs: 3_600_000 });
  let steps = 0;
  const job = {
    step() {
      steps++;
      return CompactionStep.Pause;
    },
  } as unknown as CompactionJob;
  const done = runner.run(job, { commit: () => Promise.resolve() } as unknown as Backend);
  const refused = assert.rejects(done, /compaction interrupted: the member stops/);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(clock.timers, 1);
  await runner.stop();
  await refused;
  assert.deepEqual([steps, clock.timers], [1, 0]);
});

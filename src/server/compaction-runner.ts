/**
 * Runs the steps of compactions one after another beside everything else: a batch, a commit, a pause (etcd
 * server/storage/mvcc/kvstore_compaction.go).
 */

import { exponentialBounds, Histogram } from "../base/histogram.ts";
import type { Backend } from "../core/mvcc/backend.ts";
import { type CompactionJob, CompactionStep } from "../core/mvcc/compaction.ts";
import { type Clock, yieldTurn } from "../io/clock.ts";
import type { Logger } from "../io/logger.ts";

/** Time to wait when it is not the job's turn. */
const WAIT_MS = 10;

export class CompactionRunner {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #batchLimit: number;
  readonly #sleepMs: number;
  /** etcd_debugging_mvcc_db_compaction_*. */
  readonly pauseMs: Histogram;
  readonly totalMs: Histogram;
  /** etcd_debugging_mvcc_index_compaction_pause_duration_milliseconds. */
  readonly indexPauseMs: Histogram;
  keysTotal: number;
  lastUnixSeconds: number;
  #stopped: boolean;
  /** Ends the pause at hand. */
  #wake: (() => void) | undefined;
  #running: Promise<void>;

  constructor(options: { clock: Clock; logger: Logger; batchLimit: number; sleepMs: number }) {
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#batchLimit = options.batchLimit;
    this.#sleepMs = options.sleepMs;
    this.pauseMs = new Histogram(exponentialBounds(1, 2, 13));
    this.totalMs = new Histogram(exponentialBounds(100, 2, 14));
    this.indexPauseMs = new Histogram(exponentialBounds(0.5, 2, 14));
    this.keysTotal = 0;
    this.lastUnixSeconds = 0;
    this.#stopped = false;
    this.#wake = undefined;
    this.#running = Promise.resolve();
  }

  /** Resolves when the job's deletions are done (not yet necessarily durable); rejects when the runner stops before. */
  run(job: CompactionJob, backend: Backend): Promise<void> {
    const done = this.#running.then(() => this.#steps(job, backend));
    this.#running = done.catch(() => undefined);
    return done;
  }

  stop(): Promise<void> {
    this.#stopped = true;
    this.#wake?.();
    return this.#running;
  }

  /** The pauses may be hours long (--compaction-sleep-interval): stopping ends them. */
  #pause(ms: number): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#clock.setTimer(ms, () => this.#wake?.());
      this.#wake = () => {
        this.#wake = undefined;
        timer.cancel();
        resolve();
      };
    });
  }

  async #steps(job: CompactionJob, backend: Backend): Promise<void> {
    const startMs = this.#clock.now();
    for (;;) {
      if (this.#stopped) throw new Error("compaction interrupted: the member stops");
      const sliceMs = this.#clock.now();
      const step = job.step(this.#batchLimit);
      // Steps that go on at once are those on the index.
      if (step === CompactionStep.Again) this.indexPauseMs.observe(this.#clock.now() - sliceMs);
      else if (step !== CompactionStep.Waiting) this.pauseMs.observe(this.#clock.now() - sliceMs);
      if (step === CompactionStep.Done) break;
      if (step === CompactionStep.Waiting) await this.#pause(WAIT_MS);
      else if (step === CompactionStep.Again) await yieldTurn(this.#clock);
      else {
        await backend.commit();
        await this.#pause(this.#sleepMs);
      }
    }
    const tookMs = this.#clock.now() - startMs;
    this.totalMs.observe(tookMs);
    this.keysTotal += job.deletedEntries;
    this.lastUnixSeconds = Math.floor(this.#clock.wallNow() / 1000);
    this.#logger.info("finished scheduled compaction", {
      "compact-revision": job.revision,
      took: `${tookMs.toFixed(3)}ms`,
      hash: job.hash?.hash ?? 0,
      "current-db-size-bytes": backend.sizeBytes,
      "current-db-size-in-use-bytes": backend.sizeInUseBytes,
    });
  }
}

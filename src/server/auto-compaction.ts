/**
 * Automatic compaction, on the leader only (etcd server/etcdserver/api/v3compactor).
 *
 * - periodic: the revision is sampled ten times per interval (the retention period, at most one hour) and what was current one retention
 *   period ago is compacted once per interval.
 * - revision: every five minutes everything but the newest `retention` revisions is compacted.
 */
import { EtcdError } from "../base/etcd-error.ts";
import type { Clock, Timer } from "../io/clock.ts";
import type { Logger } from "../io/logger.ts";

export interface CompactionTarget {
  revision(): number;
  isLeader(): boolean;
  compact(revision: number): Promise<void>;
}

export type AutoCompactionPolicy =
  | { readonly mode: "periodic"; readonly retentionMs: number }
  | { readonly mode: "revision"; readonly retentionRevisions: number };

const HOUR_MS = 3_600_000;
const REVISION_INTERVAL_MS = 300_000;

export class AutoCompaction {
  readonly #policy: AutoCompactionPolicy;
  readonly #target: CompactionTarget;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #samples: number[];
  #timer: Timer | undefined;
  #lastRevision: number;
  #lastSuccessMs: number;
  #waitMs: number;
  #running: boolean;

  constructor(options: { policy: AutoCompactionPolicy; target: CompactionTarget; clock: Clock; logger: Logger }) {
    this.#policy = options.policy;
    this.#target = options.target;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#samples = [];
    this.#timer = undefined;
    this.#lastRevision = 0;
    this.#lastSuccessMs = options.clock.now();
    this.#waitMs = options.policy.mode === "periodic" ? options.policy.retentionMs : 0;
    this.#running = false;
  }

  start(): void {
    const policy = this.#policy;
    if (policy.mode === "revision") {
      this.#timer = this.#clock.setRepeating(REVISION_INTERVAL_MS, () => {
        this.#compactTo(this.#target.revision() - policy.retentionRevisions);
      });
      return;
    }
    const intervalMs = Math.min(policy.retentionMs, HOUR_MS);
    const sampleMs = intervalMs / 10;
    const samplesMax = Math.floor(policy.retentionMs / sampleMs) + 1;
    const sample = (): void => {
      this.#samples.push(this.#target.revision());
      if (this.#samples.length > samplesMax) this.#samples.shift();
    };
    sample();
    this.#timer = this.#clock.setRepeating(sampleMs, () => {
      const oldest = this.#samples[0] ?? 0;
      if (
        this.#target.isLeader() &&
        this.#clock.now() - this.#lastSuccessMs >= this.#waitMs &&
        oldest !== this.#lastRevision
      ) {
        // The first compaction waits for a whole retention period, later ones for an interval.
        this.#waitMs = intervalMs;
        this.#compactTo(oldest);
      }
      sample();
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #compactTo(revision: number): void {
    if (this.#running || !this.#target.isLeader() || revision <= 0 || revision === this.#lastRevision) return;
    this.#running = true;
    this.#logger.info(`starting auto ${this.#policy.mode} compaction`, { revision });
    this.#target.compact(revision).then(
      () => this.#done(revision),
      (error: unknown) => {
        if (error instanceof EtcdError && error.kind === "Compacted") this.#done(revision);
        else {
          this.#running = false;
          this.#logger.warn(`failed auto ${this.#policy.mode} compaction`, { revision, error: String(error) });
        }
      },
    );
  }

  #done(revision: number): void {
    this.#running = false;
    this.#lastRevision = revision;
    this.#lastSuccessMs = this.#clock.now();
    this.#logger.info(`completed auto ${this.#policy.mode} compaction`, { revision });
  }
}

/**
 * Asks a peer every 4 s for its time: round trips, and clocks that differ (etcd rafthttp/probing_status.go over the probing package).
 * A failed probe moves on to the peer's next URL.
 */
import { idHex } from "../../base/bytes.ts";
import type { Clock, Timer } from "../../io/clock.ts";
import type { Logger } from "../../io/logger.ts";
import type { Dialed, PeerDialer } from "./dialer.ts";
import type { PeerCounters } from "./peer-metrics.ts";
import { CONNECTION_TIMEOUT_MS } from "./stall-watch.ts";

const PROBE_INTERVAL_MS = CONNECTION_TIMEOUT_MS - 1000;
const LOOK_INTERVAL_MS = 30_000;
const LOOK_UNHEALTHY_INTERVAL_MS = 5000;
const CLOCK_DRIFT_MAX_MS = 1000;
/** Weight of the newest round trip in the smoothed one. */
const SMOOTHING = 0.125;
const ANSWER_BYTES_MAX = 4096;

export interface ProberParts {
  readonly peerId: bigint;
  readonly urls: readonly string[];
  readonly dialer: PeerDialer;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly counters: PeerCounters;
}

export class Prober {
  readonly #parts: ProberParts;
  readonly #probing: Timer;
  #looking: Timer;
  #pinned: number;
  #dialed: Dialed | undefined;
  #healthy: boolean;
  #error: string | undefined;
  #roundTripMs: number;
  #clockDriftMs: number;
  #stopped: boolean;

  constructor(parts: ProberParts) {
    this.#parts = parts;
    this.#pinned = 0;
    this.#dialed = undefined;
    this.#healthy = false;
    this.#error = undefined;
    this.#roundTripMs = 0;
    this.#clockDriftMs = 0;
    this.#stopped = false;
    this.#probing = parts.clock.setRepeating(PROBE_INTERVAL_MS, () => void this.#probe());
    // Looked at early, so that trouble is told early.
    this.#looking = parts.clock.setTimer(LOOK_UNHEALTHY_INTERVAL_MS, () => this.#look());
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#probing.cancel();
    this.#looking.cancel();
    this.#dialed?.abort("stopped");
  }

  /** Never rejects. */
  async #probe(): Promise<void> {
    if (this.#dialed !== undefined) return;
    const { urls, dialer, clock } = this.#parts;
    const startMs = clock.now();
    const dialed = dialer.dial({
      method: "GET",
      url: `${urls[this.#pinned]}/raft/probing`,
      headers: {},
      body: undefined,
    });
    this.#dialed = dialed;
    const timer = clock.setTimer(CONNECTION_TIMEOUT_MS, () => dialed.abort("probe timed out"));
    try {
      const response = await dialed.response;
      const body = await response.body(ANSWER_BYTES_MAX);
      const theirMs = response.status === 200 ? probedTimeMs(new TextDecoder().decode(body)) : undefined;
      if (theirMs === undefined) this.#failed(`unexpected answer to a probe (HTTP status ${response.status})`);
      else this.#succeeded(clock.now() - startMs, theirMs);
    } catch (error) {
      this.#failed(error instanceof Error ? error.message : String(error));
    } finally {
      timer.cancel();
      this.#dialed = undefined;
    }
  }

  #succeeded(roundTripMs: number, theirMs: number): void {
    const before = this.#roundTripMs === 0 ? roundTripMs : this.#roundTripMs;
    this.#roundTripMs = (1 - SMOOTHING) * before + SMOOTHING * roundTripMs;
    this.#clockDriftMs = this.#parts.clock.wallNow() - theirMs - this.#roundTripMs / 2;
    this.#healthy = true;
    this.#error = undefined;
  }

  #failed(reason: string): void {
    this.#healthy = false;
    this.#error = reason;
    this.#pinned = (this.#pinned + 1) % this.#parts.urls.length;
  }

  #look(): void {
    const { clock, logger, counters, peerId } = this.#parts;
    const fields = {
      "round-tripper-name": "ROUND_TRIPPER_RAFT_MESSAGE",
      "remote-peer-id": idHex(peerId),
      rtt: `${this.#roundTripMs.toFixed(3)}ms`,
      error: this.#error,
    };
    if (!this.#healthy) logger.warn("prober detected unhealthy status", fields);
    if (this.#clockDriftMs > CLOCK_DRIFT_MAX_MS)
      logger.warn("prober found high clock drift", { ...fields, "clock-drift": `${this.#clockDriftMs.toFixed(3)}ms` });
    counters.roundTripSeconds.observe(this.#roundTripMs / 1000);
    this.#looking = clock.setTimer(this.#healthy ? LOOK_INTERVAL_MS : LOOK_UNHEALTHY_INTERVAL_MS, () => this.#look());
  }
}

/** The time in `{"OK":true,"Now":"..."}`, milliseconds since the epoch; undefined when this is something else. */
export function probedTimeMs(text: string): number | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof answer !== "object" || answer === null) return undefined;
  const { OK: ok, Now: now } = answer as { OK?: unknown; Now?: unknown };
  const ms = typeof now === "string" ? Date.parse(now) : Number.NaN;
  return ok === true && Number.isFinite(ms) ? ms : undefined;
}

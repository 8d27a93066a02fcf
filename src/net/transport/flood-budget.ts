/**
 * A token bucket for events that cost us work and bring the peer nothing: control frames, empty DATA, resets. Productive frames earn tokens
 * back. The clock is read only when the bucket runs dry, so that ordinary traffic pays one subtraction.
 */
import type { Clock } from "../../io/clock.ts";

export class FloodBudget {
  readonly #clock: Clock;
  readonly #burst: number;
  readonly #perSecond: number;
  #tokens: number;
  #refilledMs: number;

  constructor(clock: Clock, burst: number, perSecond: number) {
    this.#clock = clock;
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#tokens = burst;
    this.#refilledMs = clock.now();
  }

  /** Takes tokens; false when there are not enough even after the refill that time has earned. */
  spend(tokens: number): boolean {
    if (this.#tokens < tokens) {
      const now = this.#clock.now();
      this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#refilledMs) / 1000) * this.#perSecond);
      this.#refilledMs = now;
      if (this.#tokens < tokens) return false;
    }
    this.#tokens -= tokens;
    return true;
  }

  earn(tokens: number): void {
    if (this.#tokens < this.#burst) this.#tokens += tokens;
  }
}

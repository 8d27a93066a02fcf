/** The pause between attempts to write on a full disk; ended early when the log closes. */
import type { Clock } from "../../io/clock.ts";

const RETRY_MS = 1000;

export class RoomWait {
  readonly #clock: Clock;
  #end: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#end = undefined;
  }

  pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#clock.setTimer(RETRY_MS, () => this.end());
      this.#end = () => {
        this.#end = undefined;
        timer.cancel();
        resolve();
      };
    });
  }

  /** True when somebody waited. */
  end(): boolean {
    const waited = this.#end !== undefined;
    this.#end?.();
    return waited;
  }
}

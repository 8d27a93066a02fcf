/** The operating system's time and the event loop's timers behind {@link Clock}. */
import { performance } from "node:perf_hooks";
import type { Clock, Timer } from "../clock.ts";

/** setTimeout fires at once above this: longer delays are waited for in pieces. */
const TIMEOUT_MAX_MS = 2 ** 31 - 1;

export class NodeClock implements Clock {
  now(): number {
    return performance.now();
  }

  wallNow(): number {
    return Date.now();
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    return new OnceTimer(delayMs, callback);
  }

  setRepeating(periodMs: number, callback: () => void): Timer {
    return new RepeatingTimer(periodMs, callback);
  }

  nextTurn(callback: () => void): void {
    setImmediate(callback);
  }
}

class OnceTimer implements Timer {
  #leftMs: number;
  #handle: NodeJS.Timeout;
  readonly #callback: () => void;

  constructor(delayMs: number, callback: () => void) {
    this.#leftMs = delayMs;
    this.#callback = callback;
    this.#handle = this.#arm();
  }

  #arm(): NodeJS.Timeout {
    if (this.#leftMs <= TIMEOUT_MAX_MS) return setTimeout(this.#callback, this.#leftMs);
    this.#leftMs -= TIMEOUT_MAX_MS;
    return setTimeout(() => {
      this.#handle = this.#arm();
    }, TIMEOUT_MAX_MS);
  }

  cancel(): void {
    clearTimeout(this.#handle);
  }
}

class RepeatingTimer implements Timer {
  readonly #handle: NodeJS.Timeout;

  constructor(periodMs: number, callback: () => void) {
    this.#handle = setInterval(callback, Math.min(periodMs, TIMEOUT_MAX_MS));
  }

  cancel(): void {
    clearInterval(this.#handle);
  }
}

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

/**
 * Fires on a grid of its period, so that delays of the event loop do not add up: setInterval begins each period when the one before was served,
 * and twenty ticks of 100 ms on a busy machine take a fifth longer. Periods that were missed altogether are skipped, as by Go's ticker.
 */
class RepeatingTimer implements Timer {
  readonly #periodMs: number;
  readonly #callback: () => void;
  #dueMs: number;
  #handle: NodeJS.Timeout;

  constructor(periodMs: number, callback: () => void) {
    this.#periodMs = Math.min(periodMs, TIMEOUT_MAX_MS);
    this.#callback = callback;
    this.#dueMs = performance.now() + this.#periodMs;
    this.#handle = setTimeout(() => this.#fire(), this.#periodMs);
  }

  #fire(): void {
    const now = performance.now();
    this.#dueMs += this.#periodMs;
    if (this.#dueMs <= now) this.#dueMs += Math.ceil((now - this.#dueMs) / this.#periodMs) * this.#periodMs;
    this.#handle = setTimeout(() => this.#fire(), Math.max(1, this.#dueMs - now));
    this.#callback();
  }

  cancel(): void {
    clearTimeout(this.#handle);
  }
}

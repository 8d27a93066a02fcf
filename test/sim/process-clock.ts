/**
 * The clock of one simulated process on a simulated machine: it drifts, its wall clock jumps, the process is stopped and continued (SIGSTOP),
 * and after the end of the process nothing that it asked for happens any more.
 *
 * Invariant: callbacks run in the order of the shared queue; those that come up while the process is stopped run when it goes on, in order.
 */
import type { Clock, Timer } from "../../src/io/clock.ts";
import type { SimulatedClock } from "./clock.ts";

export interface ProcessClockOptions {
  /** Seconds that this clock shows per second of the world. Default 1. */
  readonly rate?: number;
  /** How far its wall clock is off, milliseconds. Default 0. */
  readonly wallOffsetMs?: number;
}

export class ProcessClock implements Clock {
  readonly #world: SimulatedClock;
  readonly #rate: number;
  readonly #startMs: number;
  #wallOffsetMs: number;
  #alive: boolean;
  /** What came up while stopped; undefined while running. */
  #held: (() => void)[] | undefined;

  constructor(world: SimulatedClock, options: ProcessClockOptions = {}) {
    this.#world = world;
    this.#rate = options.rate ?? 1;
    this.#startMs = world.now();
    this.#wallOffsetMs = options.wallOffsetMs ?? 0;
    this.#alive = true;
    this.#held = undefined;
  }

  get alive(): boolean {
    return this.#alive;
  }

  get stopped(): boolean {
    return this.#held !== undefined;
  }

  now(): number {
    return (this.#world.now() - this.#startMs) * this.#rate;
  }

  wallNow(): number {
    return Math.floor(this.#world.wallNow() + this.#wallOffsetMs);
  }

  jumpWall(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    let cancelled = false;
    const run = (): void => {
      if (cancelled || !this.#alive) return;
      if (this.#held !== undefined) this.#held.push(run);
      else callback();
    };
    const timer = this.#world.setTimer(delayMs / this.#rate, run);
    return {
      cancel() {
        cancelled = true;
        timer.cancel();
      },
    };
  }

  setRepeating(periodMs: number, callback: () => void): Timer {
    let cancelled = false;
    let timer: Timer;
    const tick = (): void => {
      timer = this.setTimer(periodMs, tick);
      if (!cancelled) callback();
    };
    timer = this.setTimer(periodMs, tick);
    return {
      cancel() {
        cancelled = true;
        timer.cancel();
      },
    };
  }

  nextTurn(callback: () => void): void {
    this.setTimer(0, callback);
  }

  /** SIGSTOP. */
  stop(): void {
    this.#held ??= [];
  }

  /** SIGCONT. */
  continue(): void {
    const held = this.#held;
    this.#held = undefined;
    for (const run of held ?? []) this.#world.nextTurn(run);
  }

  /** The process is gone. */
  kill(): void {
    this.#alive = false;
    this.#held = undefined;
  }
}

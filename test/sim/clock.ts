/**
 * Virtual time. Nothing happens but what is in the queue, in the order of (time, order of asking), so a run depends on its seed alone.
 *
 * Between two events all promise jobs run to their end: an event's consequences are complete before the next event. For this the queue is drained with
 * real `setImmediate` turns, which cost no virtual time.
 *
 * Example: `clock.setTimer(10_000, f); await clock.run(10_000)` calls f after no time at all.
 */
import type { Clock, Timer } from "../../src/io/clock.ts";

interface Event {
  readonly atMs: number;
  readonly order: number;
  callback: (() => void) | undefined;
}

/** 2024-01-01, so that wall-clock texts look like some. */
const WALL_START_MS = 1_704_067_200_000;

export class SimulatedClock implements Clock {
  #nowMs: number;
  #order: number;
  /** Binary heap by (atMs, order). */
  readonly #events: Event[];
  #wallOffsetMs: number;

  constructor() {
    this.#nowMs = 0;
    this.#order = 0;
    this.#events = [];
    this.#wallOffsetMs = WALL_START_MS;
  }

  now(): number {
    return this.#nowMs;
  }

  wallNow(): number {
    return Math.floor(this.#wallOffsetMs + this.#nowMs);
  }

  /** Moves the wall clock, as an operator or NTP does. */
  jumpWall(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const event: Event = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, callback };
    this.#push(event);
    return {
      cancel() {
        event.callback = undefined;
      },
    };
  }

  setRepeating(periodMs: number, callback: () => void): Timer {
    let cancelled = false;
    let timer: Timer;
    const tick = (): void => {
      timer = this.setTimer(periodMs, tick);
      callback();
    };
    timer = this.setTimer(periodMs, () => {
      if (!cancelled) tick();
    });
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

  /** Events that wait. */
  get pending(): number {
    return this.#events.length;
  }

  /** Handles all events of the next `durationMs` of virtual time. */
  async run(durationMs: number): Promise<void> {
    const until = this.#nowMs + durationMs;
    await drainPromises();
    for (;;) {
      const event = this.#events[0];
      if (event === undefined || event.atMs > until) break;
      await this.#handleNext();
    }
    this.#nowMs = until;
  }

  /** Handles the next event; false when there is none. */
  async step(): Promise<boolean> {
    await drainPromises();
    if (this.#events.length === 0) return false;
    await this.#handleNext();
    return true;
  }

  /** Runs until a promise settles and gives its value; throws when nothing is left that could settle it. */
  async runUntil<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const mark = (): void => {
      settled = true;
    };
    promise.then(mark, mark);
    await drainPromises();
    while (!settled) {
      if (this.#events.length === 0) throw new Error("simulation is idle and the promise is still pending");
      await this.#handleNext();
    }
    return promise;
  }

  /** Runs until no event is left: only for parts without repeating timers. */
  async runUntilIdle(): Promise<void> {
    while (await this.step());
  }

  async #handleNext(): Promise<void> {
    const event = this.#pop();
    if (event.callback === undefined) return;
    this.#nowMs = Math.max(this.#nowMs, event.atMs);
    event.callback();
    await drainPromises();
  }

  #push(event: Event): void {
    const heap = this.#events;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(event, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = event;
  }

  #pop(): Event {
    const heap = this.#events;
    const top = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

function before(a: Event, b: Event): boolean {
  return a.atMs !== b.atMs ? a.atMs < b.atMs : a.order < b.order;
}

/** Lets every promise job that can run now run, and those which they make. */
function drainPromises(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

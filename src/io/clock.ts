/** Time as the server sees it. Real: `io/node`. Simulated: `test/sim`. Nothing else in the server asks for time or sets a timer. */
export interface Clock {
  /** Milliseconds of a monotonic clock, fractions allowed; only differences mean something. */
  now(): number;
  /** Milliseconds since the Unix epoch. May jump. */
  wallNow(): number;
  /** Calls once after `delayMs`. */
  setTimer(delayMs: number, callback: () => void): Timer;
  /** Calls every `periodMs` until cancelled. */
  setRepeating(periodMs: number, callback: () => void): Timer;
  /** Calls after the I/O events that are ready now were handled (Node: setImmediate). The unit in which proposals are batched and slices yield. */
  nextTurn(callback: () => void): void;
}

/** What a clock will do later. */
export interface Timer {
  /** Does nothing when it is done or cancelled already. */
  cancel(): void;
}

/** Lets other work of the loop run: a long job awaits this between slices. */
export function yieldTurn(clock: Clock): Promise<void> {
  return new Promise((resolve) => clock.nextTurn(resolve));
}

export function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimer(ms, resolve);
  });
}

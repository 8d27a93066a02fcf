/** Calls when nothing happened for a while: the read and write deadlines of connections between peers. One timer, however often it is touched. */
import type { Clock, Timer } from "../../io/clock.ts";

/** Read and write deadline of a connection between peers, milliseconds (etcd ConnReadTimeout, ConnWriteTimeout). */
export const CONNECTION_TIMEOUT_MS = 5000;

export class StallWatch {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #onStall: () => void;
  #touchedMs: number;
  #timer: Timer | undefined;

  /** Starts at once. */
  constructor(clock: Clock, limitMs: number, onStall: () => void) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#onStall = onStall;
    this.#touchedMs = clock.now();
    this.#timer = this.#arm(limitMs);
  }

  /** Something happened. */
  touch(): void {
    this.#touchedMs = this.#clock.now();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(delayMs: number): Timer {
    return this.#clock.setTimer(delayMs, () => {
      const leftMs = this.#touchedMs + this.#limitMs - this.#clock.now();
      // Timers may fire a little early.
      if (leftMs > 0.5) this.#timer = this.#arm(leftMs);
      else {
        this.#timer = undefined;
        this.#onStall();
      }
    });
  }
}

/** The chunks of a body; when none comes for the limit, `onStall` is called, which is to make them fail. */
export async function* watchedChunks(
  chunks: AsyncIterable<Uint8Array>,
  parts: { readonly clock: Clock; readonly limitMs: number; readonly onStall: () => void },
): AsyncGenerator<Uint8Array, void, void> {
  // The consumer's own time (a slow disk) does not count.
  let watch: StallWatch | undefined = new StallWatch(parts.clock, parts.limitMs, parts.onStall);
  try {
    for await (const chunk of chunks) {
      watch.stop();
      yield chunk;
      watch = new StallWatch(parts.clock, parts.limitMs, parts.onStall);
    }
  } finally {
    watch?.stop();
  }
}

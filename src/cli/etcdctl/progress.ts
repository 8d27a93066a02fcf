/** A line on a terminal's stderr that tells how far long work has come; nothing where stderr is no terminal. */
import { isatty } from "node:tty";
import type { Clock } from "../../io/clock.ts";
import { writeError } from "../print/output.ts";

const PERIOD_MS = 200;

export class Progress {
  readonly #clock: Clock;
  readonly #isShown: boolean;
  #nextMs: number;
  #width: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#isShown = isatty(2);
    this.#nextMs = 0;
    this.#width = 0;
  }

  /** Replaces the line, at most a few times a second. */
  show(text: string): void {
    if (!this.#isShown || this.#clock.now() < this.#nextMs) return;
    this.#nextMs = this.#clock.now() + PERIOD_MS;
    writeError(`\r${text.padEnd(this.#width)}`);
    this.#width = text.length;
  }

  /** Removes the line. */
  end(): void {
    if (this.#width > 0) writeError(`\r${" ".repeat(this.#width)}\r`);
    this.#width = 0;
  }
}

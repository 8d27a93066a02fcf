/** Where log lines go. Writing never waits: lines gather and are written at the end of the turn, off the main thread. */
import { close, openSync, write, writeSync } from "node:fs";

export interface LogSink {
  /** Takes one line; it may be written later. */
  write(line: string): void;
  /** Writes what is pending before it returns: for exits and crashes only. */
  flushSync(): void;
  /** Resolves when all lines are written and the file is closed (standard streams stay open). */
  close(): Promise<void>;
}

/** Lines beyond this many characters that wait for a slow reader are dropped, and counted. */
const PENDING_MAX = 4 << 20;
const RETRY_MS = 5;
/** How long an exit waits for a write that the thread pool has in hand. */
const IN_FLIGHT_WAIT_MS = 20;

/** Appends to an open descriptor: 1 and 2 for the standard streams, or a file of ours. */
export class DescriptorSink implements LogSink {
  readonly #descriptor: number;
  readonly #owned: boolean;
  #pending: string;
  #inFlight: Buffer | undefined;
  #dropped: number;
  #scheduled: boolean;
  #closed: (() => void) | undefined;

  constructor(descriptor: number, owned: boolean) {
    this.#descriptor = descriptor;
    this.#owned = owned;
    this.#pending = "";
    this.#inFlight = undefined;
    this.#dropped = 0;
    this.#scheduled = false;
    this.#closed = undefined;
  }

  write(line: string): void {
    if (this.#pending.length > PENDING_MAX) {
      this.#dropped++;
      return;
    }
    this.#pending += line;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#flush());
  }

  flushSync(): void {
    if (this.#inFlight !== undefined) pause(IN_FLIGHT_WAIT_MS);
    const bytes = Buffer.from(this.#take());
    let at = 0;
    for (let tries = 0; at < bytes.length && tries < 400; ) {
      try {
        at += writeSync(this.#descriptor, bytes, at);
      } catch (error) {
        if (codeOf(error) !== "EAGAIN") return; // Nobody reads any more; there is nowhere left to complain.
        tries++;
        pause(RETRY_MS);
      }
    }
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#closed = () => {
        if (this.#owned) close(this.#descriptor, () => resolve());
        else resolve();
      };
      if (!this.#scheduled) this.#finish();
    });
  }

  #take(): string {
    let text = this.#pending;
    this.#pending = "";
    if (this.#dropped > 0) {
      text += `${JSON.stringify({ level: "warn", msg: "dropped log lines: their reader is too slow", count: this.#dropped })}\n`;
      this.#dropped = 0;
    }
    return text;
  }

  #flush(): void {
    const text = this.#take();
    if (text === "") {
      this.#scheduled = false;
      this.#finish();
      return;
    }
    this.#inFlight = Buffer.from(text);
    this.#writeFrom(0);
  }

  #writeFrom(at: number): void {
    const bytes = this.#inFlight!;
    write(this.#descriptor, bytes, at, bytes.length - at, null, (error, written) => {
      if (error && codeOf(error) === "EAGAIN") {
        setTimeout(() => this.#writeFrom(at), RETRY_MS);
        return;
      }
      // Other errors (the reader is gone, the disk is full) drop the lines: a server must not stop because of its log.
      if (!error && at + written < bytes.length) {
        this.#writeFrom(at + written);
        return;
      }
      this.#inFlight = undefined;
      this.#flush();
    });
  }

  #finish(): void {
    const closed = this.#closed;
    this.#closed = undefined;
    closed?.();
  }
}

/** A sink that appends to a file, created when absent. Throws the system's error when it cannot be opened. */
export function fileSink(path: string): LogSink {
  return new DescriptorSink(openSync(path, "a", 0o666), true);
}

export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/**
 * A program's stdout and stderr, written whole before anything goes on: a pipe whose reader is slow makes the program wait, and nothing is
 * left behind when it ends right after. (`process.stdout` would keep what a full pipe does not take, and lose it with `process.exit`.)
 */
import { writeSync } from "node:fs";
import { utf8 } from "../../base/bytes.ts";

/** What a shell shows of a program that SIGPIPE has ended, as it ends Go's. */
const BROKEN_PIPE_STATUS = 141;
const FULL_PIPE_WAIT_MS = 1;

/** Writes to stdout: text as UTF-8, bytes as they are. Ends the process when nobody reads stdout any more (`| head`). */
export function writeOut(data: string | Uint8Array): void {
  if (!writeAll(1, data)) process.exit(BROKEN_PIPE_STATUS);
}

/** Writes to stderr; nobody need read it. */
export function writeError(text: string): void {
  writeAll(2, text);
}

/** False when the reader is gone. */
function writeAll(descriptor: number, data: string | Uint8Array): boolean {
  let bytes = typeof data === "string" ? utf8(data) : data;
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(descriptor, bytes));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EPIPE") return false;
      if (code !== "EAGAIN") throw error;
      // A pipe that another process made non-blocking is full.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FULL_PIPE_WAIT_MS);
    }
  }
  return true;
}

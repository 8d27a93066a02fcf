/** Reading the program's standard input: whole, by lines, and passwords without echo. */
import { spawnSync } from "node:child_process";
import { readSync } from "node:fs";
import { utf8Text } from "../../base/bytes.ts";
import { writeOut } from "../print/output.ts";

/** Blocks until some bytes of stdin are there; 0 at its end. */
function readSome(into: Uint8Array): number {
  for (;;) {
    try {
      return readSync(0, into, 0, into.length, null);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EOF") return 0;
      if (code !== "EAGAIN") throw error;
      // A stdin that another process made non-blocking: wait a little and ask again.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

/** All bytes until the end of stdin. */
export function readAllStdin(): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (;;) {
    const chunk = new Uint8Array(65536);
    const length = readSome(chunk);
    if (length === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, length));
  }
}

/** Reads stdin line by line without taking more than it gives out: what follows is left to others. */
export class StdinLines {
  readonly #byte: Uint8Array;
  /** More than one byte at a time is read only where nobody else reads stdin. */
  constructor() {
    this.#byte = new Uint8Array(1);
  }

  /** The next line without its newline; undefined when stdin ends before one. */
  next(): string | undefined {
    const bytes: number[] = [];
    for (;;) {
      if (readSome(this.#byte) === 0) return undefined;
      if (this.#byte[0] === 10) return utf8Text(Uint8Array.from(bytes));
      bytes.push(this.#byte[0]!);
    }
  }
}

/** One line up to a newline or the end of stdin. */
function readPlainLine(): string {
  const bytes: number[] = [];
  const byte = new Uint8Array(1);
  while (readSome(byte) > 0 && byte[0] !== 10) bytes.push(byte[0]!);
  return utf8Text(Uint8Array.from(bytes));
}

/** Shows the prompt and reads one line with the terminal's echo off. */
export function askPassword(prompt: string): string {
  writeOut(prompt);
  spawnSync("stty", ["-echo"], { stdio: ["inherit", "ignore", "inherit"] });
  const restore = (): void => {
    spawnSync("stty", ["echo"], { stdio: ["inherit", "ignore", "inherit"] });
  };
  const onSignal = (): void => {
    restore();
    process.exit(255);
  };
  process.once("SIGINT", onSignal);
  try {
    return readPlainLine().trim();
  } finally {
    process.removeListener("SIGINT", onSignal);
    restore();
    writeOut("\n");
  }
}

/** The first word of stdin, as fmt.Scanf("%s") reads it. */
export function readWord(): string {
  return /^\s*(\S*)/.exec(readPlainLine())![1]!;
}

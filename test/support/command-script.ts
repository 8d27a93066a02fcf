/**
 * Data-driven tests: text files of commands and what they are expected to print.
 *
 * ```
 * # comments and blank lines stand between cases
 * command arg key=value ...
 * another command of the same case
 * ----
 * expected output, up to a blank line
 * ```
 *
 * `REWRITE=1` writes the actual output into the files instead of comparing.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";

export interface Command {
  readonly name: string;
  /** Words without "=". */
  readonly words: readonly string[];
  /** key=value words in order; keys may repeat. */
  readonly pairs: readonly (readonly [key: string, value: string])[];
  /** The same by key: the last value of each. */
  readonly options: ReadonlyMap<string, string>;
  readonly line: string;
}

/** Runs every case of the file; `run` returns the output of one command ("" for none). */
export function runScript(path: string, run: (command: Command) => string): void {
  const text = readFileSync(path, "utf8");
  const lines = text.split("\n");
  const out: string[] = [];
  let commands: Command[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (line !== "----") {
      if (line !== "" && !line.startsWith("#")) commands.push(parseCommand(line));
      out.push(line);
      continue;
    }
    const expected: string[] = [];
    while (i + 1 < lines.length && lines[i + 1] !== "") expected.push(lines[++i]!);
    const actual = commands
      .map(run)
      .filter((output) => output !== "")
      .join("\n");
    out.push("----", ...(actual === "" ? [] : actual.split("\n")));
    if (process.env.REWRITE === undefined) {
      assert.equal(actual, expected.join("\n"), `${path}:${i + 1}: after "${commands.map((c) => c.line).join("; ")}"`);
    }
    commands = [];
  }
  assert.equal(commands.length, 0, `${path} ends with a case that has no "----"`);
  if (process.env.REWRITE !== undefined) writeFileSync(path, out.join("\n"));
}

function parseCommand(line: string): Command {
  const [name, ...args] = line.split(/\s+/);
  const words: string[] = [];
  const pairs: [string, string][] = [];
  for (const arg of args) {
    const at = arg.indexOf("=");
    if (at < 0) words.push(arg);
    else pairs.push([arg.slice(0, at), arg.slice(at + 1)]);
  }
  return { name: name!, words, pairs, options: new Map(pairs), line };
}

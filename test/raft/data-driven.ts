/**
 * Reads and runs data-driven test files:
 *
 *   # comment
 *   command arg key=value key=(v1,v2)
 *   input lines
 *   ----
 *   expected output, up to a blank line; between two doubled ---- it may contain blank lines
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

export interface CommandArg {
  readonly key: string;
  readonly values: readonly string[];
}

export interface Directive {
  /** Where it stands, for messages. */
  readonly position: string;
  readonly command: string;
  readonly args: readonly CommandArg[];
  readonly input: string;
  readonly expected: string;
}

/** The values of an argument; empty when it is absent. */
export function valuesOf(directive: Directive, key: string): readonly string[] {
  return directive.args.find((arg) => arg.key === key)?.values ?? [];
}

/** The numbers among the arguments without a value: node IDs. */
export function nodeNumbers(directive: Directive): number[] {
  return directive.args.filter((arg) => arg.values.length === 0).map((arg) => wholeNumber(arg.key));
}

export function wholeNumber(text: string): number {
  assert.match(text, /^\d+$/);
  return Number(text);
}

export function booleanValue(text: string): boolean {
  assert.match(text, /^(true|false)$/);
  return text === "true";
}

/** Directory of the test data, from the sources as well as from the compiled tests. */
export function testdataDirectory(): string {
  for (let dir = dirname(fileURLToPath(import.meta.url)); ; dir = dirname(dir)) {
    const data = join(dir, "test/raft/testdata");
    if (existsSync(data)) return data;
    assert.notEqual(dir, dirname(dir), "test/raft/testdata not found");
  }
}

/** Parses "a b=1 c=(2,3)". */
function parseArgs(text: string, position: string): CommandArg[] {
  const args: CommandArg[] = [];
  for (const [token, key, list, value] of text.matchAll(/([^\s=()]+)(?:=(?:\(([^)]*)\)|(\S*)))?/g)) {
    assert.ok(token.length > 0, position);
    const values =
      list !== undefined ? list.split(/[,\s]+/).filter((v) => v !== "") : value !== undefined ? [value] : [];
    args.push({ key: key!, values });
  }
  return args;
}

export function parseDirectives(text: string, name: string): Directive[] {
  const lines = text.split("\n");
  const directives: Directive[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at]!.trim();
    const position = `${name}:${at + 1}`;
    at++;
    if (line === "" || line.startsWith("#")) continue;
    const input: string[] = [];
    while (lines[at] !== "----") {
      assert.ok(at < lines.length, `${position}: no ---- after the command`);
      input.push(lines[at++]!);
    }
    at++;
    const expected: string[] = [];
    if (lines[at] === "----") {
      at++;
      while (!(lines[at] === "----" && lines[at + 1] === "----")) {
        assert.ok(at < lines.length, `${position}: no doubled ---- at the end`);
        expected.push(lines[at++]!);
      }
      at += 2;
    } else {
      while (at < lines.length && lines[at]!.trim() !== "") expected.push(lines[at++]!);
    }
    const [command, ...rest] = line.split(" ");
    directives.push({
      position,
      command: command!,
      args: parseArgs(rest.join(" "), position),
      input: input.join("\n"),
      expected: expected.map((l) => `${l}\n`).join(""),
    });
  }
  return directives;
}

/** The .txt files of a directory of the test data (not of its subdirectories). */
export function dataFiles(subdirectory: string): string[] {
  const dir = join(testdataDirectory(), subdirectory);
  return readdirSync(dir)
    .filter((name) => name.endsWith(".txt"))
    .sort()
    .map((name) => join(subdirectory, name));
}

/** Defines one test per file; `start` makes a handler with fresh state for each. */
export function runDataFiles(subdirectory: string, start: () => (directive: Directive) => string): void {
  for (const file of dataFiles(subdirectory)) {
    test(`the data-driven file ${file} passes unchanged`, () => {
      const directives = parseDirectives(readFileSync(join(testdataDirectory(), file), "utf8"), file);
      assert.ok(directives.length > 0, "no commands in the file");
      const handle = start();
      for (const directive of directives) {
        const output = handle(directive);
        const actual = output === "" || output.endsWith("\n") ? output : `${output}\n`;
        assert.equal(actual, directive.expected, directive.position);
      }
    });
  }
}

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

const MODULE = new URL(import.meta.url.replace(/output\.test(?=\.\w+$)/, "output")).href;
const LINES = 100_000;

function writer(program: string): string[] {
  const source = `import { writeError, writeOut } from ${JSON.stringify(MODULE)};\n${program}`;
  return [process.execPath, ...process.execArgv, "--input-type=module", "--eval", source];
}

/** Runs a line of the shell in which "$@" is the writer. */
function shell(line: string, program: string): string {
  return spawnSync("sh", ["-c", line, "sh", ...writer(program)], { encoding: "utf8" }).stdout;
}

test("writeOut() loses nothing in a pipe whose reader is slow, though the program exits at once", () => {
  const program = `
    writeOut("line\\n".repeat(${LINES}));
    writeOut(new Uint8Array(${LINES}));
    writeError("e".repeat(${LINES}));
    process.exit(3);
  `;
  const counted = shell('{ "$@" 2>/dev/null; echo "status $?"; } | (sleep 0.5; tail -c 9; wc -c)', program);
  assert.equal(counted.split("\n")[0], "status 3");
  const sizes =
    shell('{ "$@"; } 2>/dev/null | (sleep 0.5; wc -c)', program) +
    shell('{ "$@" >/dev/null; } 2>&1 | (sleep 0.5; wc -c)', program);
  assert.deepEqual(sizes.trim().split(/\s+/).map(Number), [LINES * 6, LINES]);
});

test("writeOut() ends the program quietly when nobody reads any more", () => {
  const program = `for (;;) writeOut("line\\n".repeat(${LINES}));`;
  const seen = shell('{ { "$@"; echo "status $?" >&2; } | head -c 5; } 2>&1', program);
  assert.equal(seen, "line\nstatus 141\n");
});

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

const MODULE = new URL(import.meta.url.replace(/output\.test(?=\.\w+$)/, "output")).href;
const LINES = 30_000;

function writer(program: string): ReturnType<typeof spawn> {
  const source = `import { writeError, writeOut } from ${JSON.stringify(MODULE)};\n${program}`;
  return spawn(process.execPath, [...process.execArgv, "--input-type=module", "--eval", source], {
    stdio: ["ignore", "pipe", "pipe"],
  });
}

test("writeOut() loses nothing in a pipe whose reader is slow, though the program exits at once", async () => {
  const child = writer(`
    writeOut("line\\n".repeat(${LINES}));
    writeOut(new Uint8Array(${LINES}));
    writeError("e".repeat(${LINES * 4}));
    process.exit(3);
  `);
  const ended = new Promise((resolve) => child.once("close", resolve));
  await delay(300);
  const sizes = { out: 0, error: 0 };
  child.stdout!.on("data", (chunk: Uint8Array) => (sizes.out += chunk.length));
  child.stderr!.on("data", (chunk: Uint8Array) => (sizes.error += chunk.length));
  assert.equal(await ended, 3);
  assert.deepEqual(sizes, { out: LINES * 6, error: LINES * 4 });
});

test("writeOut() ends the program quietly when nobody reads any more", async () => {
  const child = writer(`for (;;) writeOut("line\\n".repeat(${LINES}));`);
  child.stdout!.once("data", () => child.stdout!.destroy());
  let said = "";
  child.stderr!.on("data", (chunk: Uint8Array) => (said += String(chunk)));
  assert.equal(await new Promise((resolve) => child.once("close", resolve)), 141);
  assert.equal(said, "");
});

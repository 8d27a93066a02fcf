// Runs the tests that need real programs (build/test/real), one file after the other, and closes with "N passed, N failed".
// usage: test-real.mjs [PATH-PART...]     expects build/ and dist/ to be built (npm test does)
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const parts = process.argv.slice(2);
const folder = join(root, "build/test/real");
const files = (existsSync(folder) ? readdirSync(folder, { recursive: true }) : [])
  .filter((name) => name.endsWith(".test.js"))
  .filter((name) => parts.length === 0 || parts.some((part) => name.includes(part)))
  .sort()
  .map((name) => join("build/test/real", name));
if (files.length === 0) {
  console.error("no test file found: build first (npm test), or another name part");
  process.exit(1);
}
// A test that hangs is named in place of holding up everything.
const child = spawn(
  process.execPath,
  ["--test", "--test-reporter=tap", "--test-timeout=900000", "--test-concurrency=1", ...files],
  {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  },
);
let out = "";
child.stdout.setEncoding("utf8");
child.stdout.on("data", (text) => {
  out += text;
});
child.on("close", (code) => {
  const count = (name) => Number([...out.matchAll(new RegExp(`^# ${name} (\\d+)$`, "gm"))].at(-1)?.[1] ?? 0);
  const failed = count("fail") + count("cancelled");
  if (code !== 0 || failed > 0) process.stdout.write(out);
  for (const [, name, why] of out.matchAll(/^\s*ok \d+ - (.*) # SKIP(.*)$/gm)) console.log(`skipped: ${name}:${why}`);
  console.log(`${count("pass")} passed, ${failed} failed${count("skipped") ? `, ${count("skipped")} skipped` : ""}`);
  process.exitCode = code === 0 && failed === 0 ? 0 : 1;
});

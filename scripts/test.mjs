// Builds dist/ and build/, then runs every *.test.js that needs only Node, and closes with one line "N passed, N failed".
// usage: test.mjs [PATH-PART...]     runs only test files whose path contains one of the parts
import { spawn, spawnSync } from "node:child_process";
import { cpSync, readdirSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const parts = process.argv.slice(2);
const must = (args) => {
  const ran = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  if (ran.status !== 0) process.exit(ran.status ?? 1);
};
must([join(root, "scripts/build.mjs")]);
rmSync(join(root, "build"), { recursive: true, force: true });
must([join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.json"]);

// Data that tests read stands beside them: scripts of states, golden files, recorded bytes.
for (const folder of ["src", "test"]) {
  cpSync(join(root, folder), join(root, "build", folder), {
    recursive: true,
    filter: (source) => !source.endsWith(".ts") && !source.includes("node_modules"),
  });
}

const files = readdirSync(join(root, "build"), { recursive: true })
  .filter((name) => name.endsWith(".test.js") && !name.startsWith(join("test", "real") + "/"))
  .filter((name) => parts.length === 0 || parts.some((part) => name.includes(part)))
  .sort()
  .map((name) => join("build", name));
if (files.length === 0) {
  console.error(`no test file matches ${parts.join(" ")}`);
  process.exit(1);
}
// A test that hangs is named in place of holding up everything.
const child = spawn(
  process.execPath,
  ["--test", "--test-reporter=tap", "--test-timeout=900000", "--test-concurrency=2", ...files],
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
  // TAP is printed in full only for what failed: the passing lines of thousands of tests hide the one that matters.
  if (code !== 0 || failed > 0) process.stdout.write(failures(out));
  const skipped = [...out.matchAll(/^\s*ok \d+ - (.*) # SKIP(.*)$/gm)];
  for (const [, name, why] of skipped) console.log(`skipped: ${name}:${why}`);
  console.log(`${files.length} test files under ${relative(process.cwd(), join(root, "build")) || "build"}`);
  console.log(`${count("pass")} passed, ${failed} failed${skipped.length ? `, ${count("skipped")} skipped` : ""}`);
  process.exitCode = code === 0 && failed === 0 && count("pass") > 0 ? 0 : 1;
});

function failures(tap) {
  const lines = tap.split("\n");
  let text = "";
  for (let i = 0; i < lines.length; i++) {
    if (!/^\s*not ok /.test(lines[i])) continue;
    text += `${lines[i]}\n`;
    const indent = /^\s*/.exec(lines[i])[0].length;
    for (let j = i + 1; j < lines.length && /^\s*/.exec(lines[j])[0].length > indent; j++) text += `${lines[j]}\n`;
  }
  return text;
}

/**
 * Our etcdctl prints what real etcdctl printed: stdout, stderr and exit code of every invocation of the scenario, byte for byte but for what
 * differs from run to run. The outcomes were recorded by record-etcdctl.ts. Runs against real etcd when it is there, else against ours.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type Outcome, referenceProgram, runScenario } from "./etcdctl-runs.ts";

const golden = JSON.parse(
  readFileSync(new URL("../golden/etcdctl/outcomes.json", import.meta.url), "utf8"),
) as Outcome[];
const root = fileURLToPath(new URL("../..", import.meta.url));
let dir = "";

before(async () => {
  dir = mkdtempSync(join(tmpdir(), "etcdctl-build-"));
  await build({
    entryPoints: [join(root, "src/cli/etcdctl.ts")],
    outdir: dir,
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node20",
    outExtension: { ".js": ".mjs" },
    logLevel: "silent",
  });
});

after(() => rmSync(dir, { recursive: true, force: true }));

test("every recorded invocation gives the same stdout, stderr and exit code", async () => {
  const real = referenceProgram("etcd");
  const server = real === undefined ? ["node", "--import", "tsx", join(root, "src/cli/etcd.ts")] : [real];
  const outcomes = await runScenario(server, ["node", join(dir, "etcdctl.mjs")]);
  assert.ok(outcomes.length >= 300);
  const wrong = outcomes.flatMap((got, i) => {
    const want = golden[i];
    try {
      assert.deepEqual(got, want);
      return [];
    } catch (error) {
      return [`${got.command}\n${(error as Error).message}`];
    }
  });
  assert.equal(wrong.length, 0, `${wrong.length} differ:\n${wrong.slice(0, 10).join("\n")}`);
  assert.equal(outcomes.length, golden.length);
});

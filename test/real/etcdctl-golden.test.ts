/**
 * Our etcdctl prints what real etcdctl printed: stdout, stderr and exit code of every invocation of the scenario, byte for byte but for what
 * differs from run to run. The outcomes were recorded by record-etcdctl.ts. Runs against real etcd when it is there, else against ours.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Outcome, runScenario } from "./etcdctl-runs.ts";
import { OUR_ETCD, reference, repository } from "./reference.ts";

const golden = JSON.parse(
  readFileSync(new URL("../golden/etcdctl/outcomes.json", import.meta.url), "utf8"),
) as Outcome[];
test("every recorded invocation gives the same stdout, stderr and exit code", async () => {
  const real = reference("etcd");
  const server = real === undefined ? [...OUR_ETCD] : [real];
  const outcomes = await runScenario(server, [process.execPath, join(repository, "dist/cli/etcdctl.js")]);
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

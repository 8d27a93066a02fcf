/** A member whose log is longer than what may be committed and not yet applied (5000 entries) comes back: it refuses requests meanwhile, its own too. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { EtcdClient } from "../src/client/index.ts";
import { ProcessCluster } from "./support/process-cluster.ts";

const WRITES = 5500;
const WRITERS = 100;

const program = (() => {
  for (let dir = dirname(fileURLToPath(import.meta.url)); dir !== dirname(dir); dir = dirname(dir))
    if (existsSync(join(dir, "tsconfig.core.json"))) return join(dir, "dist/cli/etcd.js");
  return "";
})();
const skip = existsSync(program) ? false : "dist/ is not built";

test("a member with thousands of entries since its snapshot starts again", { skip, timeout: 120_000 }, async () => {
  const cluster = await ProcessCluster.start([process.execPath, program], 1);
  const client = new EtcdClient({ endpoints: cluster.endpoints });
  try {
    let next = 0;
    const writer = async (): Promise<void> => {
      while (next < WRITES) await client.put(`key/${next++ % 100}`, "value");
    };
    await Promise.all(Array.from({ length: WRITERS }, writer));
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      await cluster.restart(cluster.members[0]!, signal);
      assert.equal(await client.count({ prefix: "key/" }), 100);
    }
  } finally {
    await client.close();
    await cluster.close();
  }
});

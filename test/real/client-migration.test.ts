/**
 * The program that docs/client.md shows for npm `etcd3` and for this client really runs in both and prints the same. ETCD_TS_ETCD3 names a folder
 * where `npm install etcd3` was run.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { transformSync } from "esbuild";
import { OUR_ETCD, repository, startMember, temporaryFolder } from "./reference.ts";

const packages = join(process.env.ETCD_TS_ETCD3 ?? "", "node_modules");
const skip = existsSync(join(packages, "etcd3")) ? false : "npm etcd3 is not there (ETCD_TS_ETCD3)";

test("the same program on etcd3 and on this client prints the same", { skip, timeout: 60_000 }, async () => {
  const folder = temporaryFolder("migration");
  const member = await startMember({ command: OUR_ETCD, dataDir: join(folder.path, "data") });
  try {
    const section = readFileSync(join(repository, "docs/client.md"), "utf8").split("The same program in both")[1]!;
    const [, before] = /^```js\n([\s\S]*?)^```$/m.exec(section)!;
    const [, after] = /^```ts\n([\s\S]*?)^```$/m.exec(section)!;
    symlinkSync(packages, join(folder.path, "node_modules"));
    const client = JSON.stringify(join(repository, "dist/client/index.js"));
    const compiled = transformSync(after!, { loader: "ts", format: "esm", target: "node20" }).code;
    const programs = { etcd3: before!, ours: compiled.replaceAll('"etcd-ts/client"', client) };
    const printed = Object.entries(programs).map(([name, code]) => {
      const path = join(folder.path, `${name}.mjs`);
      writeFileSync(path, code.replaceAll("http://127.0.0.1:2379", `http://${member.endpoint}`));
      // Keys of the first would be in the way of the second.
      const cleaned = spawnSync(process.execPath, [
        join(repository, "dist/cli/etcdctl.js"),
        `--endpoints=${member.endpoint}`,
        "del",
        "",
        "--prefix",
      ]);
      assert.equal(cleaned.status, 0);
      const ran = spawnSync(process.execPath, [path], { encoding: "utf8", timeout: 20_000 });
      assert.equal(ran.status, 0, `${name}: ${ran.stderr}`);
      return ran.stdout;
    });
    assert.equal(printed[0], '{"state":"done"} 1\n');
    assert.equal(printed[1], printed[0]);
  } finally {
    await member.stop();
    folder.remove();
  }
});

/** The packed package installed in an empty folder: its programs run, its exports load, its types compile. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { repository, temporaryFolder } from "./reference.ts";

const USER_PROGRAM = `
import { EtcdClient } from "etcd-ts/client";
import { startEtcd } from "etcd-ts/server";
import * as raft from "etcd-ts/raft";

const etcd = await startEtcd();
const client = new EtcdClient({ endpoints: etcd.clientUrl });
await client.put("greeting", "hello");
console.log((await client.get("greeting"))?.value, Object.keys(raft).length > 0);
await client.close();
await etcd.close();
`;

const skip = existsSync(join(repository, "dist/cli/etcd.js")) ? false : "dist/ is not built";

test("the packed package works in an empty folder", { skip, timeout: 300_000 }, () => {
  const folder = temporaryFolder("package");
  try {
    const run = (program: string, ...args: string[]): string =>
      execFileSync(program, args, { cwd: folder.path, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    const packed = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder.path], {
      cwd: repository,
      encoding: "utf8",
    });
    const [{ filename, files }] = JSON.parse(packed) as [{ filename: string; files: { path: string }[] }];
    assert.deepEqual(
      files.map(({ path }) => path).filter((path) => path.includes(".test.") || path.startsWith("src/")),
      [],
      "tests and sources stay at home",
    );
    writeFileSync(join(folder.path, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
    run("npm", "install", "--prefer-offline", "--no-audit", "--no-fund", `./${filename}`);

    const programs = join(folder.path, "node_modules/.bin");
    assert.match(run(join(programs, "etcd"), "--version"), /^etcd Version: 3\./);
    assert.match(run(join(programs, "etcd-ts"), "--version"), /^etcd Version: 3\./);
    assert.match(run(join(programs, "etcdctl"), "version"), /^etcdctl version: 3\./);
    assert.match(run(join(programs, "etcdutl"), "version"), /^etcdutl version: 3\./);

    writeFileSync(join(folder.path, "user.mjs"), USER_PROGRAM);
    assert.equal(run(process.execPath, "user.mjs"), "hello true\n");

    writeFileSync(join(folder.path, "user.ts"), USER_PROGRAM);
    const compiler = join(repository, "node_modules/typescript/bin/tsc");
    const types = ["--typeRoots", join(repository, "node_modules/@types"), "--types", "node"];
    run(
      process.execPath,
      compiler,
      "--noEmit",
      "--strict",
      "--module",
      "nodenext",
      "--target",
      "es2022",
      ...types,
      "user.ts",
    );
  } finally {
    folder.remove();
  }
});

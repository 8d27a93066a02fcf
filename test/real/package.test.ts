/** The packed package installed in an empty folder: its programs run, its exports load, its types compile. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
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

const COMMONJS_PROGRAM = `
const { EtcdClient, compare, op } = require("etcd-ts/client");
const { startEtcd } = require("etcd-ts/server");
const raft = require("etcd-ts/raft");
const main = require("etcd-ts");

async function run() {
  const etcd = await startEtcd();
  const client = new EtcdClient({ endpoints: etcd.clientUrl });
  await client.txn().if(compare.missing("greeting")).then(op.put("greeting", "hello")).commit();
  const watcher = client.watch("greeting", { startRevision: 1 });
  const { value: event } = await watcher.next();
  await watcher.cancel();
  console.log(event?.kv.value, Object.keys(raft).length > 0 && main.EtcdClient === EtcdClient);
  await client.close();
  await etcd.close();
}
void run();
`;

/** Other versions of Node to try: paths of programs, with colons between them. */
const OTHER_NODES = (process.env.ETCD_TS_NODES ?? "").split(":").filter((path) => path !== "");

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
    writeFileSync(join(folder.path, "user.cjs"), COMMONJS_PROGRAM);
    for (const node of [process.execPath, ...OTHER_NODES])
      for (const program of ["user.mjs", "user.cjs"]) {
        const ran = spawnSync(node, [program], { cwd: folder.path, encoding: "utf8" });
        // Not even a warning.
        assert.deepEqual([ran.stderr, ran.stdout, ran.status], ["", "hello true\n", 0], `${node} ${program}`);
      }

    writeFileSync(join(folder.path, "user.ts"), USER_PROGRAM);
    writeFileSync(join(folder.path, "user.cts"), COMMONJS_PROGRAM.replace(/const (.*) = require\((.*)\);/g, importOf));
    const compiler = join(repository, "node_modules/typescript/bin/tsc");
    const types = ["--typeRoots", join(repository, "node_modules/@types"), "--types", "node"];
    const strict = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", ...types];
    run(process.execPath, compiler, ...strict, "user.ts", "user.cts");
    writeFileSync(
      join(folder.path, "wrong.cts"),
      'import { EtcdClient } from "etcd-ts/client";\nnew EtcdClient({ endpoint: 1 });\n',
    );
    assert.throws(() => run(process.execPath, compiler, ...strict, "wrong.cts"), /Command failed/, "types are checked");
  } finally {
    folder.remove();
  }
});

/** In TypeScript a CommonJS module is written with import, or with import = require() for all of a module. */
function importOf(_line: string, names: string, module: string): string {
  return names.startsWith("{") ? `import ${names} from ${module};` : `import ${names} = require(${module});`;
}

/**
 * The metrics page beside a real etcd's, after the same small load: equal families, types, help texts, label names and bucket bounds.
 * Needs the programs etcd and etcdctl (see reference.ts). go_* stands against nodejs_*.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import test from "node:test";
import { startEtcd } from "../../src/server/index.ts";
import { http1 } from "../support/http-client.ts";
import { missing, reference, startMember, temporaryFolder } from "./reference.ts";

interface Family {
  help: string;
  type: string;
  /** Sets of label names, joined. */
  readonly labels: Set<string>;
  readonly bounds: Set<string>;
}

test("ours shows the families of a real etcd, and no others", { skip: missing("etcd", "etcdctl") }, async () => {
  const folder = temporaryFolder("metrics");
  const args = ["--metrics", "extensive"];
  const real = await startMember({ command: [reference("etcd")!], dataDir: join(folder.path, "real"), args });
  const ours = await startEtcd({ config: { metrics: "extensive" } });
  try {
    await load(`http://${real.endpoint}`, join(folder.path, "real.db"));
    await load(ours.clientUrl, join(folder.path, "ours.db"));
    const theirs = families((await http1(`http://${real.endpoint}/metrics`)).body, "go_");
    const mine = families((await http1(`${ours.clientUrl}/metrics`)).body, "nodejs_");
    assert.deepEqual([...mine.keys()].sort(), [...theirs.keys()].sort());
    for (const [name, family] of theirs) assert.deepEqual(mine.get(name), family, name);
    assert.ok(theirs.size > 95, `${theirs.size} families`);
  } finally {
    await ours.close();
    await real.stop();
    folder.remove();
  }
});

/** A little of everything, so that families with labels have samples. */
async function load(base: string, snapshot: string): Promise<void> {
  const ctl = async (input: string | undefined, ...words: string[]): Promise<void> => {
    // Not synchronously: one of the servers lives in this process.
    await new Promise<void>((resolve) => {
      const child = spawn(reference("etcdctl")!, ["--endpoints", base, ...words], {
        stdio: ["pipe", "ignore", "ignore"],
      });
      child.once("exit", () => resolve());
      child.stdin.end(input);
      if (words[0] === "watch") setTimeout(() => child.kill(), 500);
    });
  };
  for (let i = 0; i < 3; i++) await ctl(undefined, "put", `k${i}`, "v");
  await ctl(undefined, "get", "k1");
  await ctl(undefined, "get", "k", "--rev", "99");
  await ctl(undefined, "del", "k2");
  await ctl('value("k1") = "v"\n\nput x y\nget k1\n\n\n', "txn", "-i");
  await ctl(undefined, "lease", "grant", "60");
  await ctl(undefined, "watch", "k", "--prefix", "--rev", "2");
  await ctl(undefined, "compact", "3");
  await ctl(undefined, "endpoint", "hashkv");
  await ctl(undefined, "defrag");
  await ctl(undefined, "snapshot", "save", snapshot);
  for (const path of ["/health", "/livez", "/readyz"]) await http1(base + path);
}

function families(page: string, runtimePrefix: string): Map<string, Family> {
  const found = new Map<string, Family>();
  let current: Family | undefined;
  for (const line of page.split("\n")) {
    const [, word = "", name = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (word === "HELP") found.set(name, { help: rest, type: "", labels: new Set(), bounds: new Set() });
    else if (word === "TYPE") {
      current = found.get(name)!;
      current.type = rest;
    } else if (line !== "") {
      const labels = /\{(.*)\}/.exec(line)?.[1] ?? "";
      const names = [...labels.matchAll(/(\w+)="/g)].map((match) => match[1]!);
      const bound = /le="([^"]+)"/.exec(labels)?.[1];
      if (bound !== undefined) current!.bounds.add(bound);
      current!.labels.add(names.filter((each) => each !== "le").join());
      assert.match(line, /^[a-z0-9_]+(\{[^}]*\})? (-?[\d.]+(e[+-]\d\d+)?|\+Inf|NaN)$/, "a line that Prometheus reads");
    }
  }
  for (const name of found.keys()) if (name.startsWith(runtimePrefix)) found.delete(name);
  return found;
}

/**
 * Prometheus beside the metrics page: its server scrapes a single member and a cluster of three and evaluates the alert rules of contrib/,
 * promtool reads the page and the rules. Needs the programs prometheus and promtool in the PATH (Debian's package prometheus); skipped
 * where they are absent.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { startEtcd } from "../../src/server/index.ts";
import { freePort } from "../support/free-port.ts";
import { http1 } from "../support/http-client.ts";
import { LocalCluster } from "../support/local-cluster.ts";
import { absent, missing, reference, repository, run, startMember, temporaryFolder } from "./reference.ts";

const RULES = join(repository, "contrib/prometheus-rules.yaml");

interface Target {
  readonly scrapeUrl: string;
  readonly health: string;
  readonly lastError: string;
}

interface Rule {
  readonly name: string;
  readonly state: string;
  readonly health: string;
  readonly lastError?: string;
}

test("promtool accepts the alert rules", { skip: absent("promtool") }, () => {
  const checked = run(["promtool", "check", "rules", RULES]);
  assert.equal(checked.code, 0, checked.stderr);
  assert.match(checked.stdout, /SUCCESS: \d+ rules found/);
});

test("promtool says of the metrics page what it says of etcd's", {
  skip: absent("promtool") || missing("etcd"),
}, async () => {
  const folder = temporaryFolder("promtool");
  const args = ["--metrics", "extensive"];
  const real = await startMember({ command: [reference("etcd")!], dataDir: join(folder.path, "real"), args });
  await using ours = await startEtcd({ config: { metrics: "extensive" } });
  try {
    const mine = await lint(`${ours.clientUrl}/metrics`);
    const theirs = await lint(`http://${real.endpoint}/metrics`);
    assert.ok(theirs.length > 10, theirs.join("\n"));
    // The names are etcd's, so are their faults.
    assert.deepEqual(mine, theirs);
  } finally {
    await real.stop();
    folder.remove();
  }
});

/** Complaints about names; anything that cannot be parsed ends with another status. */
async function lint(url: string): Promise<string[]> {
  const { body } = await http1(url);
  const checked = run(["promtool", "check", "metrics"], { input: body });
  assert.equal(checked.code, 3, checked.stderr);
  return checked.stderr
    .trim()
    .split("\n")
    .filter((line) => !/^(go|nodejs)_/.test(line))
    .sort();
}

test("a Prometheus server scrapes one member and three, and evaluates the alert rules", {
  skip: absent("prometheus"),
  timeout: 120_000,
}, async () => {
  const folder = temporaryFolder("prometheus");
  await using single = await startEtcd({ config: { metrics: "extensive" } });
  const cluster = await LocalCluster.start(3, {});
  const targets = [single.clientUrl, ...cluster.members.map((member) => member.clientUrl)];
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const config = join(folder.path, "prometheus.yml");
  writeFileSync(
    config,
    JSON.stringify({
      global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
      rule_files: [RULES],
      scrape_configs: [
        { job_name: "etcd", static_configs: [{ targets: targets.map((url) => url.replace("http://", "")) }] },
      ],
    }),
  );
  const logFile = join(folder.path, "log");
  const log = openSync(logFile, "a");
  const server = spawn(
    "prometheus",
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder.path, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: ["ignore", log, log] },
  );
  const ended = new Promise((resolve) => server.once("exit", resolve));
  try {
    const ask = async (path: string): Promise<unknown> => {
      const response = await fetch(`${base}/api/v1/${path}`);
      const { status, data } = (await response.json()) as { status: string; data: unknown };
      assert.equal(status, "success", path);
      return data;
    };
    const value = async (query: string): Promise<number> => {
      const data = (await ask(`query?query=${encodeURIComponent(query)}`)) as {
        result: readonly { value: readonly [number, string] }[];
      };
      return Number(data.result[0]?.value[1] ?? Number.NaN);
    };
    await until(async () => (await value('sum(count_over_time(up{job="etcd"}[1m]))')) >= 12);
    const { activeTargets } = (await ask("targets?state=active")) as { activeTargets: readonly Target[] };
    assert.equal(activeTargets.length, 4);
    for (const { scrapeUrl, health, lastError } of activeTargets)
      assert.deepEqual([health, lastError], ["up", ""], scrapeUrl);
    assert.equal(await value('sum(up{job="etcd"})'), 4);
    assert.equal(await value('sum(etcd_server_has_leader{job="etcd"})'), 4);
    assert.equal(await value('sum(etcd_server_is_leader{job="etcd"})'), 2);
    assert.ok((await value('min(scrape_samples_scraped{job="etcd"})')) > 500);
    await until(async () => (await rulesOf(ask)).every((rule) => rule.health !== "unknown"));
    const rules = await rulesOf(ask);
    assert.ok(rules.length >= 14, `${rules.length} rules`);
    for (const { name, health, lastError, state } of rules)
      assert.deepEqual([health, lastError ?? "", state === "firing"], ["ok", "", false], name);
    const complaints = readFileSync(logFile, "utf8")
      .split("\n")
      .filter((line) => /level=(warn|error)/i.test(line));
    assert.deepEqual(complaints, []);
  } finally {
    server.kill();
    await ended;
    closeSync(log);
    await cluster.close();
    folder.remove();
  }
});

async function rulesOf(ask: (path: string) => Promise<unknown>): Promise<Rule[]> {
  const { groups } = (await ask("rules")) as { groups: readonly { rules: readonly Rule[] }[] };
  return groups.flatMap((group) => group.rules);
}

/** Until it is so, or 60 seconds are over; a server that does not answer yet counts as not so. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  const endMs = Date.now() + 60_000;
  while (!(await isSo().catch(() => false))) {
    assert.ok(Date.now() < endMs, "not within 60 seconds");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

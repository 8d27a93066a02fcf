/**
 * The dashboard and the alert rules: they parse, their expressions are balanced, and every family they name is one that a server of ours
 * shows (peers and alarms, which show later, are named here).
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { startEtcd } from "../src/server/index.ts";

const root = (() => {
  for (let dir = dirname(fileURLToPath(import.meta.url)); ; dir = dirname(dir))
    if (existsSync(join(dir, "tsconfig.core.json"))) return dir;
})();
const read = (name: string): string => readFileSync(join(root, "contrib", name), "utf8");

/** Shown once there are peers or alarms. */
const LATER: readonly string[] = [
  "etcd_debugging_server_alarms",
  "etcd_network_peer_received_bytes_total",
  "etcd_network_peer_sent_bytes_total",
  "etcd_network_peer_round_trip_time_seconds",
];

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary: string };
  readonly labels: { readonly severity: string };
}

const rules = (parse(read("prometheus-rules.yaml")) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);
const dashboard = JSON.parse(read("grafana-dashboard.json")) as {
  panels: { id: number; title: string; targets: { expr: string }[] }[];
};
const expressions = [
  ...rules.map((rule) => ({ where: rule.alert, expr: rule.expr })),
  ...dashboard.panels.flatMap((panel) => panel.targets.map(({ expr }) => ({ where: panel.title, expr }))),
];

test("rules say how bad it is and what it is; names and panels are there once", () => {
  for (const rule of rules) {
    assert.match(rule.alert, /^Etcd[A-Z][A-Za-z]+$/);
    assert.match(rule.labels.severity, /^(warning|critical)$/);
    assert.ok(rule.annotations.summary.length > 0);
  }
  assert.equal(new Set(rules.map((rule) => rule.alert)).size, rules.length);
  assert.equal(new Set(dashboard.panels.map((panel) => panel.id)).size, dashboard.panels.length);
  assert.ok(rules.length > 10 && dashboard.panels.length > 15);
});

test("brackets and quotes of every expression are balanced", () => {
  for (const { where, expr } of expressions) {
    const open: string[] = [];
    for (const c of expr.replace(/"(?:[^"\\]|\\.)*"/g, "")) {
      assert.notEqual(c, '"', where);
      if ("([{".includes(c)) open.push(c);
      else if (")]}".includes(c)) assert.equal(open.pop(), "([{"[")]}".indexOf(c)], `${where}: ${expr}`);
    }
    assert.deepEqual(open, [], `${where}: ${expr}`);
  }
});

test("every family that is named exists", async () => {
  await using etcd = await startEtcd();
  const page = await (await fetch(`${etcd.clientUrl}/metrics`)).text();
  const families = new Set([...page.matchAll(/^# TYPE (\S+) /gm)].map((match) => match[1]!));
  for (const name of LATER) families.add(name);
  let named = 0;
  for (const { where, expr } of expressions) {
    for (const [name] of expr.matchAll(/\b(?:etcd|grpc_server|process|nodejs|os_fd)_[a-z0-9_]+/g)) {
      named++;
      assert.ok(families.has(name) || families.has(name.replace(/_bucket$/, "")), `${where}: ${name}`);
    }
  }
  assert.ok(named > 40);
});

/** Records what real etcdctl prints for the scenario against real etcd: `node --import tsx test/real/record-etcdctl.ts`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { runScenario } from "./etcdctl-runs.ts";
import { missing, reference } from "./reference.ts";

const etcd = reference("etcd");
const etcdctl = reference("etcdctl");
if (etcd === undefined || etcdctl === undefined) throw new Error(String(missing("etcd", "etcdctl")));
const outcomes = await runScenario([etcd], [etcdctl]);
const path = fileURLToPath(new URL("../golden/etcdctl/outcomes.json", import.meta.url));
mkdirSync(dirname(path), { recursive: true });
writeFileSync(path, `[\n${outcomes.map((outcome) => JSON.stringify(outcome)).join(",\n")}\n]\n`);
process.stdout.write(`${outcomes.length} invocations recorded\n`);

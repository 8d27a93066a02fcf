/** Records what real etcdctl prints for the scenario against real etcd: `node --import tsx test/real/record-etcdctl.ts`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { REFERENCE_DIR, referenceProgram, runScenario } from "./etcdctl-runs.ts";

const etcd = referenceProgram("etcd");
const etcdctl = referenceProgram("etcdctl");
if (etcd === undefined || etcdctl === undefined) throw new Error(`no etcd and etcdctl in ${REFERENCE_DIR}`);
const outcomes = await runScenario([etcd], [etcdctl]);
const path = fileURLToPath(new URL("../golden/etcdctl/outcomes.json", import.meta.url));
mkdirSync(dirname(path), { recursive: true });
writeFileSync(path, `[\n${outcomes.map((outcome) => JSON.stringify(outcome)).join(",\n")}\n]\n`);
process.stdout.write(`${outcomes.length} invocations recorded\n`);

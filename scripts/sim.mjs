// Long runs of the simulation (test/sim/run.ts), on the sources:
//   npm run sim -- --seed N --hours H --members 3
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const args = ["--import", "tsx", join(root, "test/sim/run.ts"), ...process.argv.slice(2)];
const ran = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
process.exitCode = ran.status ?? 1;

// Compiles src/ to dist/ (what the package ships). Type errors are printed and fail the build.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
rmSync(join(root, "dist"), { recursive: true, force: true });
const ran = spawnSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });
if (ran.status !== 0) process.exit(ran.status ?? 1);
for (const name of ["etcd", "etcdctl", "etcdutl"]) {
  const file = join(root, "dist/cli", `${name}.js`);
  if (existsSync(file)) chmodSync(file, 0o755);
}

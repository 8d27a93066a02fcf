// Compiles src/ to dist/ (what the package ships). Type errors are printed and fail the build.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
rmSync(join(root, "dist"), { recursive: true, force: true });
const ran = spawnSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });
if (ran.status !== 0) process.exit(ran.status ?? 1);
// The programs become one file each with lazily loaded chunks: hundreds of small modules would cost a tenth of a second at every start.
const programs = ["etcd", "etcdctl", "etcdutl"].map((name) => join(root, "dist/cli", `${name}.js`)).filter(existsSync);
// Each is bundled alone: what it shares with the others would be cut into many small chunks, and each chunk costs about a millisecond. For the same
// reason the proxies, which etcd loads when they are asked for, are a bundle beside it.
const PROXY = "proxy/proxy-main";
for (const name of ["etcd", "etcdctl", "etcdutl", PROXY]) {
  const program = join(root, "dist/cli", `${name}.js`);
  if (!existsSync(program)) continue;
  const bundled = spawnSync(
    join(root, "node_modules/.bin/esbuild"),
    [
      program,
      "--bundle",
      "--splitting",
      "--format=esm",
      "--platform=node",
      "--target=node20.19",
      "--packages=external",
      "--minify-whitespace",
      "--minify-syntax",
      `--outdir=${dirname(program)}`,
      "--allow-overwrite",
      `--chunk-names=chunks/${basename(name)}/[name]-[hash]`,
      `--external:./${PROXY}.js`,
      "--log-level=warning",
    ],
    { cwd: root, stdio: "inherit" },
  );
  if (bundled.status !== 0) process.exit(bundled.status ?? 1);
}
for (const file of programs) chmodSync(file, 0o755);

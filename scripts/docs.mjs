// Builds the documentation of the public API with TypeDoc into build-docs/; any warning fails.
// TypeDoc reads sources with TypeScript's JavaScript API, which TypeScript 7 does not have: both it and an older TypeScript are kept in a cache
// folder of their own, away from the compiler that builds the package.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PACKAGES = ["typedoc@0.28.20", "typescript@5.9.3"];
const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const home = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"),
  "etcd-ts-docs",
  PACKAGES.join("+").replaceAll("@", "-"),
);
const program = join(home, "node_modules/typedoc/bin/typedoc");
const must = (command, args, cwd) => {
  const { status } = spawnSync(command, args, { cwd, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
};
if (!existsSync(program)) {
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "package.json"), JSON.stringify({ private: true }));
  must("npm", ["install", "--no-audit", "--no-fund", "--save-exact", ...PACKAGES], home);
}
const typedoc = [program, "--options", join(root, "typedoc.json")];
// Of the client and the embedded server nothing may be without a comment.
const strict = ["Class", "Function", "Interface"].flatMap((kind) => ["--requiredToBeDocumented", kind]);
const codec = ["--intentionallyNotExported", "src/proto/message-codec.ts:MessageCodec"];
const entries = ["client", "server"].flatMap((name) => ["--entryPoints", `src/${name}/index.ts`]);
must(process.execPath, [...typedoc, ...strict, ...entries, ...codec, "--emit", "none"], root);
must(process.execPath, [...typedoc, ...process.argv.slice(2)], root);

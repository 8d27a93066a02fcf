/** `npm run generate`: writes src/proto/generated/*.ts from proto/*.proto. With --check it writes nothing and fails when a file would change. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { emitFile } from "./emit.ts";
import { readSchema } from "./schema.ts";

/** The generated files: name to text. */
export function generate(root: string): Map<string, string> {
  return new Map(readSchema(join(root, "proto")).map((file) => [`${file.name}.ts`, emitFile(file)]));
}

function main(): void {
  const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
  const target = join(root, "src", "proto", "generated");
  const files = generate(root);
  const check = process.argv.includes("--check");
  mkdirSync(target, { recursive: true });
  let stale = 0;
  for (const name of readdirSync(target)) {
    if (files.has(name)) continue;
    stale++;
    if (!check) rmSync(join(target, name));
  }
  for (const [name, text] of files) {
    const path = join(target, name);
    const old = readOr(path);
    if (old === text) continue;
    stale++;
    if (!check) writeFileSync(path, text);
  }
  console.log(check ? `${stale} generated files are out of date` : `${files.size} files, ${stale} changed`);
  if (check && stale > 0) process.exitCode = 1;
}

function readOr(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();

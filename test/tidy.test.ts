/**
 * What types cannot see: the one direction of imports, the purity of the deciding layers, file sizes, dead files, one title per document.
 * Works on the sources as text, from the repository root.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, sep } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = findRoot(dirname(fileURLToPath(import.meta.url)));

function findRoot(from: string): string {
  for (let dir = from; ; dir = dirname(dir)) {
    if (existsSync(join(dir, "tsconfig.core.json"))) return dir;
    assert.notEqual(dir, dirname(dir), "repository root not found");
  }
}

/** Layer -> the layers it may import. `io` are interfaces; `io/node` is the real outside. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  proto: ["base"],
  codec: ["base", "proto"],
  core: ["base", "proto", "codec"],
  io: ["base"],
  "io/node": ["base", "io"],
  storage: ["base", "proto", "codec", "core", "io"],
  net: ["base", "proto", "codec", "core", "io"],
  api: ["base", "proto", "codec", "core", "io", "net"],
  server: ["base", "proto", "codec", "core", "io", "io/node", "storage", "net", "api"],
  client: ["base", "proto", "codec", "io", "io/node", "net"],
  proxy: ["base", "proto", "codec", "core", "io", "io/node", "net", "api", "server", "client"],
  cli: ["base", "proto", "codec", "core", "io", "io/node", "storage", "net", "api", "server", "client", "proxy"],
};
const PURE: readonly string[] = ["base", "proto", "codec", "core"];
/** Runtime packages that a pure layer may import. */
const PURE_PACKAGES: readonly string[] = [];

interface Source {
  readonly path: string;
  readonly layer: string;
  readonly text: string;
  readonly code: string;
  readonly isTest: boolean;
}

function layerOf(path: string): string {
  const parts = path.split(sep);
  return parts[1] === "io" && parts[2] === "node" ? "io/node" : (parts[1] ?? "");
}

/** Comments and string contents blanked, so that words in them do not count as code. */
function stripped(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (m) => m.replace(/[^\n]/g, " "))
    .replace(/(^|[^:\\"'`])\/\/.*$/gm, "$1")
    .replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, (m) => m[0] + " ".repeat(Math.max(0, m.length - 2)) + m[0]);
}

const sources: Source[] = readdirSync(join(root, "src"), { recursive: true })
  .map((name) => join("src", String(name)))
  .filter((path) => path.endsWith(".ts"))
  .map((path) => {
    const text = readFileSync(join(root, path), "utf8");
    return { path, layer: layerOf(path), text, code: stripped(text), isTest: path.endsWith(".test.ts") };
  });

const imports = (source: Source): string[] =>
  [
    ...source.text.matchAll(
      /^\s*(?:import|export)\b[^;]*?\bfrom\s+"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)|^import\s+"([^"]+)"/gm,
    ),
  ].map((m) => (m[1] ?? m[2] ?? m[3])!);

test("imports point one way through the layers", () => {
  const wrong: string[] = [];
  for (const source of sources) {
    if (source.isTest) continue;
    const allowed = LAYERS[source.layer];
    if (!allowed) {
      wrong.push(`${source.path}: folder ${source.layer} is not in the table of layers`);
      continue;
    }
    for (const target of imports(source).filter((name) => name.startsWith("."))) {
      const layer = layerOf(normalize(join(dirname(source.path), target)));
      if (layer !== source.layer && !allowed.includes(layer))
        wrong.push(`${source.path} (${source.layer}) imports ${target} (${layer})`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("pure layers use no clock, randomness, platform module or async function", () => {
  const banned =
    /\b(Date\b|Math\.random|setTimeout|setInterval|setImmediate|queueMicrotask|process\.|Buffer\b|async\s|await\s|console\.)/;
  const wrong: string[] = [];
  for (const source of sources) {
    if (source.isTest || !PURE.includes(source.layer)) continue;
    source.code.split("\n").forEach((line, i) => {
      const hit = banned.exec(line);
      if (hit) wrong.push(`${source.path}:${i + 1}: ${hit[0].trim()}`);
    });
    for (const name of imports(source)) {
      if (!name.startsWith(".") && !PURE_PACKAGES.includes(name)) wrong.push(`${source.path}: imports ${name}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("a file over 500 lines gives its reason in the header", () => {
  const wrong = sources
    .filter((s) => !s.isTest && !s.path.includes(join("proto", "generated")))
    .filter((s) => s.text.split("\n").length > 500 && !/over 500 lines because/i.test(s.text.slice(0, 3000)))
    .map((s) => `${s.path}: ${s.text.split("\n").length} lines`);
  assert.deepEqual(wrong, []);
});

test("every source file starts with a comment that says what it is", () => {
  const wrong = sources.filter((s) => !s.isTest && !/^(#!.*\n)?\s*\/[/*]/.test(s.text)).map((s) => s.path);
  assert.deepEqual(wrong, []);
});

test("no folder or file is named utils, helpers, common or misc", () => {
  assert.deepEqual(
    sources.filter((s) => /(^|[/-])(utils?|helpers?|common|misc)([/.-]|$)/.test(s.path)).map((s) => s.path),
    [],
  );
});

test("no source file is dead: each is reached from an entry point or a test", () => {
  const entries = [
    "src/client/index.ts",
    "src/server/index.ts",
    "src/core/raft/index.ts",
    "src/cli/etcd.ts",
    "src/cli/etcdctl.ts",
    "src/cli/etcdutl.ts",
  ];
  const byPath = new Map(sources.map((s) => [s.path, s]));
  const seen = new Set<string>();
  const visit = (path: string): void => {
    const source = byPath.get(path);
    if (!source || seen.has(path)) return;
    seen.add(path);
    for (const name of imports(source)) if (name.startsWith(".")) visit(normalize(join(dirname(path), name)));
    // Worker entry points and generated siblings are named as URLs.
    for (const m of source.text.matchAll(/new URL\("(\.[^"]+)\.js"/g))
      visit(normalize(join(dirname(path), `${m[1]}.ts`)));
  };
  for (const entry of entries) visit(entry);
  assert.ok(seen.size > 0, "no entry point found");
  const dead = sources.filter((s) => !s.isTest && !seen.has(s.path)).map((s) => s.path);
  assert.deepEqual(dead, []);
});

test("every document has exactly one title", () => {
  const docs = [join(root, "README.md"), ...walk(join(root, "docs"))].filter(
    (path) => path.endsWith(".md") && existsSync(path),
  );
  const wrong = docs.filter((path) => {
    let fenced = false;
    let titles = 0;
    for (const line of readFileSync(path, "utf8").split("\n")) {
      if (line.startsWith("```")) fenced = !fenced;
      else if (!fenced && line.startsWith("# ")) titles++;
    }
    return titles !== 1;
  });
  assert.deepEqual(wrong, []);
});

function walk(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true }).flatMap((e) =>
    e.isDirectory() ? walk(join(dir, e.name)) : [join(dir, e.name)],
  );
}

test("the server is started without loading the proxies", () => {
  const etcd = sources.find(({ path }) => path === join("src", "cli", "etcd.ts"))!;
  const atStart = new Set<string>();
  const visit = (path: string): void => {
    const source = sources.find((each) => each.path === path);
    if (source === undefined || atStart.has(path)) return;
    atStart.add(path);
    for (const m of source.text.matchAll(/^\s*(?:import|export)\b[^;(]*?\bfrom\s+"(\.[^"]+)"/gm))
      visit(normalize(join(dirname(path), m[1]!)));
  };
  visit(etcd.path);
  assert.ok(atStart.size > 100);
  assert.deepEqual(
    [...atStart].filter((path) => path.includes(`${sep}proxy${sep}`)),
    [],
  );
});

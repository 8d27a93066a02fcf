/**
 * Runs every TypeScript example of docs/client.md against a server and compares what it prints with its `// prints:` comments. Examples that make
 * no client of their own get one.
 */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { format } from "node:util";
import { transformSync } from "esbuild";
import { EtcdClient } from "../src/client/index.ts";
import { type Etcd, startEtcd } from "../src/server/index.ts";

const here = fileURLToPath(import.meta.url);
// The same module as this test's, source or compiled.
const client = new URL(here.endsWith(".ts") ? "../src/client/index.ts" : "../src/client/index.js", import.meta.url)
  .href;
const folder = mkdtempSync(join(tmpdir(), "etcd-ts-examples-"));
const DEFAULT_ENDPOINT = "http://127.0.0.1:2379";
let etcd: Etcd;

function documentText(): string {
  for (let dir = dirname(here); ; dir = dirname(dir)) {
    const path = join(dir, "docs/client.md");
    if (existsSync(path)) return readFileSync(path, "utf8");
    assert.notEqual(dir, dirname(dir), "docs/client.md not found");
  }
}

interface Example {
  readonly title: string;
  readonly code: string;
}

function examplesOf(text: string): Example[] {
  const examples: Example[] = [];
  let heading = "";
  for (const [, title, code] of text.matchAll(/^#+ (.+)$|^```ts\n([\s\S]*?)^```$/gm)) {
    if (title !== undefined) heading = title;
    else examples.push({ title: `${heading} (${examples.length + 1})`, code: code! });
  }
  return examples;
}

before(async () => {
  etcd = await startEtcd();
});
after(async () => {
  await etcd.close();
  rmSync(folder, { recursive: true, force: true });
});

const examples = examplesOf(documentText());

test("there are examples", () => {
  assert.ok(examples.length >= 12, `${examples.length} examples`);
});

for (const [i, { title, code }] of examples.entries()) {
  test(`example: ${title}`, async () => {
    const cleaner = new EtcdClient({ endpoints: etcd.clientUrl });
    await cleaner.delete({ prefix: "" });
    await cleaner.close();
    const own = code.includes("new EtcdClient");
    const source = own
      ? code
      : `import { EtcdClient as Client } from "etcd-ts/client";\nconst client = new Client({ endpoints: "${DEFAULT_ENDPOINT}" });\ntry {\n${code.replace(/^import .*$/gm, "")}\n} finally { await client.close(); }`;
    const imports = own ? "" : [...code.matchAll(/^import .*$/gm)].map(([line]) => `${line}\n`).join("");
    const { code: compiled } = transformSync(
      (imports + source)
        .replaceAll('"etcd-ts/client"', JSON.stringify(client))
        .replaceAll(DEFAULT_ENDPOINT, etcd.clientUrl),
      { loader: "ts", format: "esm", target: "node20" },
    );
    const path = join(folder, `example-${i}.mjs`);
    writeFileSync(path, compiled);
    const printed: string[] = [];
    const { log } = console;
    console.log = (...parts: unknown[]) => void printed.push(format(...parts));
    try {
      await import(pathToFileURL(path).href);
    } finally {
      console.log = log;
    }
    const wanted = [...code.matchAll(/\/\/ prints: (.*)$/gm)].map(([, text]) => text!);
    assert.ok(wanted.length > 0, "an example that prints nothing shows nothing");
    assert.deepEqual(printed, wanted);
  });
}

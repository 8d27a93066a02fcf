import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { goSort } from "./go-sort.ts";

interface Case {
  readonly name: string;
  readonly keys: readonly number[];
  readonly sorted: readonly number[];
}

// Compiled tests run from build/; the file stays where the sources are.
function repositoryRoot(from: string): string {
  return existsSync(join(from, "tsconfig.core.json")) ? from : repositoryRoot(dirname(from));
}

const root = repositoryRoot(dirname(fileURLToPath(import.meta.url)));
// Written by Go itself: test/real/record-go-sort.go.
const cases = JSON.parse(readFileSync(join(root, "test", "golden", "go-sort.golden.json"), "utf8")) as Case[];

test("goSort leaves ties as Go's sort.Sort does", () => {
  assert.ok(cases.length > 200);
  for (const { name, keys, sorted } of cases) {
    const items = keys.map((key, from) => ({ key, from }));
    goSort(items, (a, b) => a.key < b.key);
    const positions = items.map((item) => item.from);
    assert.deepEqual(positions, sorted, name);
  }
});

test("the recorded cases are such that a stable sort fails many of them", () => {
  let unstable = 0;
  for (const { keys, sorted } of cases) {
    const stable = keys.map((key, from) => ({ key, from })).sort((a, b) => a.key - b.key);
    if (stable.some((item, i) => item.from !== sorted[i])) unstable++;
  }
  assert.ok(unstable > 50, `${unstable}`);
});

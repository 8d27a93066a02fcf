/**
 * Every RPC by every kind of caller gives what a real etcd 3.7.1 gave (test/golden/permission-matrix.golden.json, recorded by
 * test/real/record-permission-matrix.ts): the code and the text.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startEtcd } from "../src/server/index.ts";
import { type PermissionMatrix, permissionMatrix } from "./support/permission-matrix.ts";

test("each caller is allowed and refused what a real etcd allows and refuses it", async () => {
  const path = join(import.meta.dirname, "golden/permission-matrix.golden.json");
  const golden = JSON.parse(readFileSync(path, "utf8")) as { matrix: PermissionMatrix };
  await using etcd = await startEtcd({ config: { bcryptCost: 4 } });
  const matrix = await permissionMatrix(`127.0.0.1:${etcd.port}`);
  assert.deepEqual(Object.keys(matrix), Object.keys(golden.matrix));
  const differences: string[] = [];
  for (const [name, row] of Object.entries(golden.matrix)) {
    for (const [caller, expected] of Object.entries(row)) {
      const actual = matrix[name]?.[caller];
      if (actual !== expected) differences.push(`${name} by ${caller}: ${actual}, etcd: ${expected}`);
    }
  }
  assert.deepEqual(differences, []);
});

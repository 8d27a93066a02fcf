/** The checked-in generated code is what the generator writes from proto/*.proto. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { generate } from "../../scripts/proto/generate.ts";
import { ROOT } from "./codecs.ts";

test("regenerating leaves src/proto/generated as it is (else: npm run generate)", () => {
  const files = generate(ROOT);
  const folder = join(ROOT, "src", "proto", "generated");
  assert.deepEqual(readdirSync(folder).sort(), [...files.keys()].sort());
  for (const [name, text] of files) assert.equal(readFileSync(join(folder, name), "utf8"), text, name);
});

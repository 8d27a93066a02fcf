/** The interaction tests of etcd-io/raft: whole groups of nodes, compared down to the log lines. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { dataFiles, runDataFiles } from "./data-driven.ts";
import { InteractionEnv } from "./interaction-env.ts";

test("all 41 data-driven files of etcd-io/raft are here", () => {
  assert.deepEqual(
    [".", "confchange", "quorum"].map((dir) => dataFiles(dir).length),
    [28, 9, 4],
  );
});

runDataFiles(".", () => {
  const env = new InteractionEnv();
  return (directive) => env.handle(directive);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Logger } from "../io/logger.ts";
import { startEtcd } from "./index.ts";

test("a new single member stands for election once, when its bootstrap entries are applied (ADR 0003)", async () => {
  const lines: string[] = [];
  const keep = (message: string): void => void lines.push(message);
  const logger: Logger = { debug: keep, info: keep, warn: keep, error: keep, with: () => logger };
  const etcd = await startEtcd({ logger });
  await etcd.close();
  const stands = lines.findIndex((line) => line.includes("standing for election at once"));
  const added = lines.findIndex((line) => line.includes("added member"));
  assert.ok(added >= 0 && stands > added, lines.join("\n"));
  assert.equal(lines.filter((line) => line.includes("cannot campaign")).length, 0);
  assert.equal(lines.filter((line) => line.includes("is starting a new election")).length, 1);
});

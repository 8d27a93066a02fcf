/** --bootstrap-defrag-threshold-megabytes: a database with that much free space is defragmented at the start, any other is left alone and said so. */
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { type LogFields, type Logger, SILENT_LOGGER } from "../src/io/logger.ts";
import { http1 } from "./support/http-client.ts";
import { LocalCluster } from "./support/local-cluster.ts";

const MEBIBYTE = 1024 * 1024;

test("a start defragments what has more free space than the threshold", async () => {
  const lines: (readonly [string, LogFields])[] = [];
  const info = (message: string, fields?: LogFields): void => {
    lines.push([message, fields ?? {}]);
  };
  const logger: Logger = { ...SILENT_LOGGER, info, with: () => logger };
  const cluster = await LocalCluster.start(1, { unsafeNoFsync: true }, logger);
  try {
    const [member] = cluster.members;
    const ask = async (path: string, body: object): Promise<{ header: { revision: string } }> =>
      JSON.parse((await http1(`${member!.clientUrl}/v3/${path}`, { body: JSON.stringify(body) })).body);
    const value = Buffer.alloc(100_000, 1).toString("base64");
    for (let at = 0; at < 40; at++) await ask("kv/put", { key: Buffer.from(`k${at}`).toString("base64"), value });
    const { header } = await ask("kv/deleterange", { key: "AA==", range_end: "AA==" });
    await ask("kv/compaction", { revision: header.revision, physical: true });
    const bytes = (): number => statSync(join(member!.dataDir, "member/snap/db")).size;
    const skipped = (): LogFields[] => lines.filter(([text]) => text === "Skipping defragmentation").map(([, f]) => f);
    const defragmented = (): number => lines.filter(([text]) => text === "finished defragmenting directory").length;
    assert.deepEqual(skipped(), []);

    await cluster.stopMember(0);
    const before = bytes();
    assert.ok(before > 3 * MEBIBYTE, `${before} bytes`);
    await cluster.startMember(0, { bootstrapDefragThresholdMegabytes: 1000 });
    const [told] = skipped();
    const size = Number(told?.["current-db-size-bytes"]);
    assert.ok(size > 3 * MEBIBYTE && size <= before, `${size} of ${before} bytes`);
    assert.ok(Number(told?.["current-db-size-in-use-bytes"]) < MEBIBYTE);
    assert.equal(told?.["bootstrap-defrag-threshold-bytes"], 1000 * MEBIBYTE);
    assert.equal(told?.["bootstrap-defrag-threshold"], "1.0 GB");
    assert.equal(defragmented(), 0);

    await cluster.stopMember(0);
    await cluster.startMember(0, { bootstrapDefragThresholdMegabytes: 1 });
    assert.equal(skipped().length, 1);
    assert.equal(defragmented(), 1);
    assert.ok(bytes() < MEBIBYTE, `${bytes()} bytes after the defragmentation`);
  } finally {
    await cluster.close();
  }
});

/**
 * A file system that fills while a member runs, a small tmpfs: writes are refused with NOSPACE, reads and watches go on, and when there is space again
 * so do writes; nothing that was acknowledged is lost. (At every operation, on the simulated disk: `test/sim/disk-faults.test.ts`.)
 */
import assert from "node:assert/strict";
import { rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Etcd, startEtcd } from "../src/server/index.ts";
import { http1 } from "./support/http-client.ts";
import { fill, smallFileSystem } from "./support/small-file-system.ts";

const text64 = (text: string): string => Buffer.from(text).toString("base64");

interface Answer {
  readonly status: number;
  readonly message?: string;
  readonly count?: string;
}

async function call(etcd: Etcd, path: string, body: object): Promise<Answer> {
  const answer = await http1(etcd.clientUrl + path, { body: JSON.stringify(body) });
  return { status: answer.status, ...(JSON.parse(answer.body) as object) };
}

const put = (etcd: Etcd, key: number): Promise<Answer> =>
  call(etcd, "/v3/kv/put", { key: text64(`k${key}`), value: text64("v".repeat(20_000)) });
const count = async (etcd: Etcd, serializable: boolean): Promise<number> =>
  Number(
    (await call(etcd, "/v3/kv/range", { key: text64("k"), range_end: text64("l"), count_only: true, serializable }))
      .count,
  );

// Two segments of the log are reserved, 64 MB each.
const disk = smallFileSystem(160);

test("a disk that fills while running refuses writes with NOSPACE, reads go on, and it recovers", {
  skip: typeof disk === "string" ? disk : false,
  timeout: 120_000,
}, async () => {
  assert.ok(typeof disk === "object");
  const options = { dataDir: join(disk.path, "data") };
  const ballast = join(disk.path, "ballast");
  try {
    let etcd = await startEtcd(options);
    let written = 0;
    try {
      for (; written < 20; written++) assert.equal((await put(etcd, written)).status, 200);
      fill(ballast);
      assert.ok(statfsSync(disk.path).bavail * 4096 < 65536, "the disk is full");
      let refusal: Answer | undefined;
      for (let i = 0; i < 2000 && refusal === undefined; i++) {
        const answer = await put(etcd, written);
        if (answer.status === 200) written++;
        else refusal = answer;
      }
      assert.deepEqual([refusal?.status, refusal?.message], [429, "etcdserver: mvcc: database space exceeded"]);
      for (let i = 0; i < 5; i++) {
        assert.notEqual((await put(etcd, written)).status, 200);
        assert.equal(await count(etcd, true), written);
        assert.equal(await count(etcd, false), written);
      }
      // Deletions are not refused for want of space (they make some), and neither is anything that reads.
      assert.equal((await call(etcd, "/v3/maintenance/status", {})).status, 200);
      rmSync(ballast);
      let accepted = false;
      for (let i = 0; i < 100 && !accepted; i++) {
        accepted = (await put(etcd, written)).status === 200;
        if (!accepted) await new Promise((resolve) => setTimeout(resolve, 100));
      }
      assert.ok(accepted, "writes are accepted again");
      written++;
      for (let i = 0; i < 20; i++, written++) assert.equal((await put(etcd, written)).status, 200);
      assert.equal(await count(etcd, false), written);
    } finally {
      await etcd.close();
    }
    etcd = await startEtcd(options);
    try {
      assert.equal(await count(etcd, false), written);
    } finally {
      await etcd.close();
    }
  } finally {
    disk.remove();
  }
});

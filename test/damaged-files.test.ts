/**
 * Files of a member that were cut, emptied or overwritten while it was down: the start is refused with one line that names file, place and reason, the
 * program ends with code 1, and no file is written to. (On the simulated disk: `test/sim/disk-faults.test.ts`.)
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { startEtcd } from "../src/server/index.ts";
import { OUR_ETCD } from "./real/reference.ts";
import { http1 } from "./support/http-client.ts";

const root = mkdtempSync(join(tmpdir(), "etcd-ts-damage-"));
after(() => rmSync(root, { recursive: true, force: true }));

const KEYS = 60;
const text64 = (text: string): string => Buffer.from(text).toString("base64");
const DB = "member/snap/db";
const WAL = "member/wal/0000000000000000-0000000000000000.wal";

/** A data directory with 60 keys of 2000 bytes; with a snapshot of the log or without. */
async function filled(snapshotCount: number): Promise<string> {
  const dataDir = mkdtempSync(join(root, "filled-"));
  await using etcd = await startEtcd({ dataDir, config: { snapshotCount } });
  const value = text64("v".repeat(2000));
  for (let i = 0; i < KEYS; i++)
    await http1(`${etcd.clientUrl}/v3/kv/put`, { body: JSON.stringify({ key: text64(`k${i}`), value }) });
  return dataDir;
}

const plain = filled(100_000);
const withSnapshot = filled(20);

interface Damage {
  readonly name: string;
  readonly from: Promise<string>;
  readonly harm: (dataDir: string) => void;
  readonly expected: RegExp;
}

const cut =
  (file: string, bytes: number) =>
  (dataDir: string): void =>
    truncateSync(join(dataDir, file), bytes);
const zeros =
  (file: string, from: number, to: number) =>
  (dataDir: string): void => {
    const bytes = readFileSync(join(dataDir, file));
    bytes.fill(0, from, to);
    writeFileSync(join(dataDir, file), bytes);
  };

const AT_WAL = String.raw`wal: .*/member/wal/0{16}-0{16}\.wal at byte`;
const CASES: readonly Damage[] = [
  {
    name: "an empty log",
    from: plain,
    harm: cut(WAL, 0),
    expected: new RegExp(`${AT_WAL} 0: file is empty or ends within its head`),
  },
  {
    name: "a log of four bytes",
    from: plain,
    harm: cut(WAL, 4),
    expected: new RegExp(`${AT_WAL} 0: file ends within its head`),
  },
  {
    name: "a log that is cut in the middle",
    from: plain,
    harm: cut(WAL, 60_000),
    expected: new RegExp(String.raw`${AT_WAL} 5\d{4}: the log ends here with entry \d+, entry 6\d was in it`),
  },
  {
    name: "a log that is cut in the middle, behind a snapshot",
    from: withSnapshot,
    harm: cut(WAL, 60_000),
    expected: new RegExp(String.raw`${AT_WAL} 5\d{4}: the log ends here with entry \d+, entry 6\d was in it`),
  },
  {
    name: "a log with zeros in the middle",
    from: plain,
    harm: zeros(WAL, 50_000, 60_000),
    expected: new RegExp(String.raw`${AT_WAL} 4\d{4}: the log ends here with entry \d+, entry 6\d was in it`),
  },
  {
    name: "a log with other bytes in the middle",
    from: plain,
    harm: (dataDir) => {
      const bytes = readFileSync(join(dataDir, WAL));
      bytes.fill(0x5a, 50_000, 50_010);
      writeFileSync(join(dataDir, WAL), bytes);
    },
    expected: new RegExp(String.raw`${AT_WAL} 4\d{4}: `),
  },
  {
    name: "no log",
    from: plain,
    harm: (dataDir) => rmSync(join(dataDir, WAL)),
    expected: /wal: .*\/member\/wal: no segment file, but the database \(.*\/snap\/db\) holds .* entry 6\d$/,
  },
  {
    name: "a database that is cut in the middle",
    from: plain,
    harm: cut(DB, 30_000),
    expected: /\/snap\/db: the file is cut: it has 30000 bytes, its meta page counts \d+ pages \(\d+ bytes\)/,
  },
  {
    name: "a database that is cut in its first page",
    from: plain,
    harm: cut(DB, 100),
    expected: /\/snap\/db: the file is cut: it has 100 bytes/,
  },
  {
    name: "a database whose meta pages are zero",
    from: plain,
    harm: zeros(DB, 0, 8192),
    expected: /\/snap\/db: not a bbolt database: meta page 0: magic is 0x0/,
  },
  {
    name: "a database with pages that are zero",
    from: plain,
    harm: zeros(DB, 8192, 40_960),
    expected: /\/snap\/db: page \d+ at offset \d+: /,
  },
];

/** All files with their contents. */
function contents(dataDir: string): Map<string, Buffer> {
  const names = readdirSync(dataDir, { recursive: true }) as string[];
  const files = names.filter((name) => statSync(join(dataDir, name)).isFile());
  return new Map(files.map((name) => [name, readFileSync(join(dataDir, name))]));
}

function copyOf(dataDir: string): string {
  const copy = mkdtempSync(join(root, "copy-"));
  cpSync(dataDir, copy, { recursive: true });
  return copy;
}

for (const { name, from, harm, expected } of CASES)
  test(`${name} is refused by file, place and reason, and nothing is written`, async () => {
    const dataDir = copyOf(await from);
    harm(dataDir);
    const before = contents(dataDir);
    await assert.rejects(startEtcd({ dataDir }), (error: Error) => {
      assert.match(error.message, expected);
      return true;
    });
    const now = contents(dataDir);
    assert.deepEqual([...now.keys()], [...before.keys()]);
    for (const [file, bytes] of before) assert.ok(bytes.equals(now.get(file)!), `${file} is as it was`);
  });

for (const name of ["missing", "empty"])
  test(`a database that is ${name} is made again from a log that begins at its beginning, and refused behind a snapshot`, async () => {
    const harm = (dataDir: string): void => {
      if (name === "missing") rmSync(join(dataDir, DB));
      else truncateSync(join(dataDir, DB), 0);
    };
    const whole = copyOf(await plain);
    harm(whole);
    {
      await using etcd = await startEtcd({ dataDir: whole });
      const body = JSON.stringify({ key: text64("k"), range_end: text64("l"), count_only: true });
      const { count } = JSON.parse((await http1(`${etcd.clientUrl}/v3/kv/range`, { body })).body) as { count: string };
      assert.equal(count, String(KEYS));
    }
    const late = copyOf(await withSnapshot);
    harm(late);
    // Also the second time: the first one must not have left something that looks like a database.
    for (let i = 0; i < 2; i++)
      await assert.rejects(startEtcd({ dataDir: late }), /database file \(.*snap\/db\) of the backend is missing/);
  });

test("the program says it in one line and ends with code 1", async (t) => {
  const dataDir = copyOf(await plain);
  truncateSync(join(dataDir, WAL), 0);
  const urls = ["--listen-client-urls", "http://127.0.0.1:0", "--advertise-client-urls", "http://127.0.0.1:1"];
  const [program, ...first] = OUR_ETCD;
  const args = [...first, "--data-dir", dataDir, "--listen-peer-urls", "http://127.0.0.1:0", ...urls];
  const ran = spawnSync(program!, args, { encoding: "utf8", timeout: 60_000 });
  assert.equal(ran.status, 1, ran.stderr);
  const lines = ran.stderr.trimEnd().split("\n");
  const fatal = lines.filter((line) => line.includes('"level":"fatal"'));
  assert.equal(fatal.length, 1);
  assert.match(fatal[0]!, /member\/wal\/[0-9a-f-]+\.wal at byte 0: file is empty/);
  assert.doesNotMatch(ran.stderr, /^\s+at /m);
  t.diagnostic(`${lines.length} lines`);
});

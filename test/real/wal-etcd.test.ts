/**
 * Our log beside etcd's: theirs read and continued by us, ours read, continued and repaired by them, and locks seen. Needs Go (and the modules of the
 * reference programs in its cache) for etcd's own WAL package, and real etcd and etcd-dump-logs.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { SILENT_LOGGER } from "../../src/io/logger.ts";
import { NodeClock } from "../../src/io/node/clock.ts";
import { NodeFileSystem } from "../../src/io/node/file-system.ts";
import { repairWal } from "../../src/storage/wal/repair.ts";
import { Wal, type WalOptions } from "../../src/storage/wal/wal.ts";
import { readWal, validSnapshotEntries, type WalContents } from "../../src/storage/wal/wal-reader.ts";
import { missing, mustRun, reference, repository, startMember, temporaryFolder } from "./reference.ts";

const VOTE = 0x8899aabbccddeeffn;
const ALL = { index: 0, term: 0 };
const CONF_STATE = { voters: [1n, 1n << 63n], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };
const METADATA = Buffer.from("metadata of the golden log");

const folder = temporaryFolder("wal-real");
const fileSystem = new NodeFileSystem();
const program = join(folder.path, "walcheck");
const built = spawnSync("go", ["build", "-mod=mod", "-o", program, "."], {
  cwd: join(repository, "test/real/go/wal"),
  env: { ...process.env, CGO_ENABLED: "0" },
  encoding: "utf8",
});
const noGo =
  built.status === 0 ? false : `etcd's WAL package could not be built: ${built.error?.message ?? built.stderr}`;
after(folder.remove);

function optionsOf(directory: string, segmentBytes: number): WalOptions {
  return { fileSystem, clock: new NodeClock(), log: SILENT_LOGGER, directory, segmentBytes };
}

function data(index: number): Uint8Array {
  return Uint8Array.from({ length: (index * 37) % 300 }, (_, i) => index + i);
}

const termOf = (index: number): number => 1 + Math.floor(index / 50);

/** The same saves as `write` of the Go program. */
async function writeOurs(directory: string, count: number, segmentBytes: number): Promise<void> {
  const wal = await Wal.create(optionsOf(directory, segmentBytes), METADATA);
  for (let index = 1; index <= count; index++) {
    const term = termOf(index);
    await wal.save({ term, vote: VOTE, commit: index - 1 }, [{ type: 0, term, index, data: data(index) }]);
    if (index % 40 === 0) await wal.saveSnapshot({ index: index - 2, term: termOf(index - 2), confState: CONF_STATE });
  }
  await wal.close();
}

function theirs(...args: string[]): string {
  const ran = spawnSync(program, args, { encoding: "utf8", maxBuffer: 2 ** 28 });
  assert.equal(ran.status, 0, ran.stderr);
  return ran.stdout;
}

interface TheirReading {
  readonly Metadata: string;
  readonly Term: number;
  readonly Commit: number;
  readonly Vote: string;
  readonly Entries: { Type: number; Term: number; Index: number; Data: string }[];
  readonly Snapshots: number[];
}

function asTheirs(contents: WalContents, snapshots: readonly number[]): TheirReading {
  return {
    Metadata: Buffer.from(contents.metadata).toString("hex"),
    Term: contents.hardState?.term ?? 0,
    Commit: contents.hardState?.commit ?? 0,
    Vote: String(contents.hardState?.vote ?? 0),
    Entries: contents.entries.map((e) => ({
      Type: e.type,
      Term: e.term,
      Index: e.index,
      Data: Buffer.from(e.data).toString("hex"),
    })),
    Snapshots: [...snapshots],
  };
}

async function ours(directory: string, start = ALL): Promise<TheirReading> {
  const read = await readWal(fileSystem, directory, start);
  assert.ok(read.ok, read.ok ? "" : JSON.stringify(read.problem));
  const snapshots = await validSnapshotEntries(fileSystem, directory);
  assert.ok(snapshots.ok);
  return asTheirs(
    read.contents,
    snapshots.snapshots.map(({ index }) => index),
  );
}

describe("etcd's WAL package", { skip: noGo }, () => {
  for (const segmentBytes of [3000, 8000, 64_000])
    it(`reads what we write and we read what it writes, with segments of ${segmentBytes} B`, async () => {
      const [mine, its] = [join(folder.path, `ours-${segmentBytes}`), join(folder.path, `theirs-${segmentBytes}`)];
      await writeOurs(mine, 300, segmentBytes);
      theirs("write", its, "300", String(segmentBytes));
      const readings = [
        JSON.parse(theirs("read", mine, "0", "0")) as TheirReading,
        JSON.parse(theirs("read", its, "0", "0")) as TheirReading,
        await ours(mine),
        await ours(its),
      ];
      assert.equal(readings[0]?.Entries.length, 300);
      for (const reading of readings.slice(1)) assert.deepEqual(reading, readings[0]);
      const at = JSON.parse(theirs("read", mine, "278", "6")) as TheirReading;
      assert.equal(at.Entries[0]?.Index, 279);
      assert.deepEqual(await ours(its, { index: 278, term: 6 }), at);
      if (segmentBytes === 64_000) {
        // While nothing rotates, the files are the same byte by byte.
        const first = readdirSync(its).sort()[0]!;
        const [a, b] = [readFileSync(join(mine, first)), readFileSync(join(its, first))];
        const common = Math.min(a.length, b.length, 60_000);
        assert.ok(a.subarray(0, common).equals(b.subarray(0, common)));
      }
    });

  it("appends to our log, we append to that, and so on", async () => {
    const directory = join(folder.path, "in-turns");
    await writeOurs(directory, 30, 2500);
    for (let turn = 0; turn < 4; turn++) {
      theirs("read", directory, "0", "0", "write");
      const opened = await Wal.open(optionsOf(directory, 2500), ALL);
      assert.ok(opened.ok);
      const { wal, contents } = opened;
      assert.equal(Buffer.from(contents.entries.at(-1)?.data ?? []).toString(), "appended by etcd");
      for (let i = 0; i < 12; i++) {
        const index = wal.lastIndex + 1;
        await wal.save({ term: 9, vote: VOTE, commit: index - 1 }, [{ type: 0, term: 9, index, data: data(index) }]);
      }
      await wal.close();
    }
    const reading = JSON.parse(theirs("read", directory, "0", "0")) as TheirReading;
    assert.equal(reading.Entries.length, 30 + 4 * 13);
    assert.deepEqual(await ours(directory), reading);
  });

  it("repairs a torn log to the same bytes as we do", async () => {
    for (const [name, tear] of [
      ["zeroed", (file: Buffer, end: number) => file.fill(0, Math.floor((end - 1) / 512) * 512, end)],
      ["cut", (file: Buffer, end: number) => file.subarray(0, end - 5)],
    ] as const) {
      const [mine, its] = [join(folder.path, `${name}-ours`), join(folder.path, `${name}-theirs`)];
      await writeOurs(mine, 99, 1 << 20);
      const segment = readdirSync(mine)[0]!;
      const file = readFileSync(join(mine, segment));
      let end = file.length;
      while (file[end - 1] === 0) end--;
      writeFileSync(join(mine, segment), tear(file, end));
      cpSync(mine, its, { recursive: true });
      assert.equal(theirs("repair", its), "true\n");
      const repaired = await repairWal(fileSystem, mine, SILENT_LOGGER);
      assert.ok(repaired.ok && repaired.truncatedAt !== undefined);
      for (const each of [segment, `${segment}.broken`])
        assert.ok(readFileSync(join(mine, each)).equals(readFileSync(join(its, each))), `${name}: ${each}`);
      assert.equal(statSync(join(mine, `${segment}.broken`)).mode & 0o777, 0o600);
      assert.deepEqual(await ours(mine), JSON.parse(theirs("read", its, "0", "0")));
    }
  });
});

describe("etcd-dump-logs", { skip: missing("etcd-dump-logs") }, () => {
  it("prints our log (entries with a type: without one version 3.7.1 of it crashes, on etcd's files too)", async () => {
    const member = join(folder.path, "dump/member");
    mkdirSync(member, { recursive: true });
    const wal = await Wal.create(optionsOf(join(member, "wal"), 3000), Buffer.from("08011002", "hex"));
    for (let index = 1; index <= 30; index++)
      await wal.save({ term: 7, vote: VOTE, commit: index - 1 }, [
        { type: 1, term: 7, index, data: new Uint8Array(90) },
      ]);
    await wal.close();
    const text = mustRun("etcd-dump-logs", "--raw", join(folder.path, "dump"));
    assert.match(text, /Metadata: NodeID:1 ClusterID:2/);
    assert.match(text, /Entry: Term:7 Index:30 Type:EntryConfChange/);
    assert.match(text, new RegExp(`HardState: term:7 vote:${VOTE} commit:29`));
    assert.match(text, /EOF: All entries were processed/);
    assert.equal(text.match(/^Entry: /gm)?.length, 30);
  });
});

describe("real etcd", { skip: missing("etcd", "etcdctl") }, () => {
  const dataDir = join(folder.path, "member");
  const directory = join(dataDir, "member/wal");
  before(() => rmSync(dataDir, { recursive: true, force: true }));

  it("keeps us out of its log while it runs, and starts from a log that we continued", async () => {
    const command = [reference("etcd")!];
    const first = await startMember({ command, dataDir });
    for (let i = 0; i < 20; i++) mustRun("etcdctl", "--endpoints", first.endpoint, "put", `key${i}`, `value${i}`);
    const locked = await Wal.open(optionsOf(directory, 64_000_000), ALL);
    assert.equal(locked.ok ? undefined : locked.problem.kind, "locked");
    assert.equal((await ours(directory)).Entries.length > 20, true);
    await first.stop("SIGTERM");

    const opened = await Wal.open(optionsOf(directory, 64_000_000), ALL);
    assert.ok(opened.ok);
    const { wal, contents } = opened;
    const last = contents.entries.at(-1)!;
    const put = contents.entries.findLast((e) => Buffer.from(e.data).includes("value19"))!;
    const state = contents.hardState!;
    for (let i = 1; i <= 30; i++) {
      const value = Buffer.from(put.data);
      value.write(String(i).padStart(2, "0"), value.indexOf("value19") + 5);
      await wal.save({ ...state, commit: last.index + i }, [
        { type: 0, term: state.term, index: last.index + i, data: value },
      ]);
    }
    await wal.close();

    const second = await startMember({ command, dataDir });
    const got = mustRun("etcdctl", "--endpoints", second.endpoint, "get", "key19", "-w", "json");
    assert.match(got, new RegExp(Buffer.from("value30").toString("base64")));
    assert.match(got, /"version":31/);
    await second.stop("SIGTERM");
  });
});

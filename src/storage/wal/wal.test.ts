import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { SimulatedClock } from "../../../test/sim/clock.ts";
import { SimulatedDisk } from "../../../test/sim/disk.ts";
import { SeededRandom } from "../../../test/sim/random.ts";
import { sleep } from "../../io/clock.ts";
import { FileError, type FileSystem } from "../../io/file-system.ts";
import { SILENT_LOGGER } from "../../io/logger.ts";
import { NodeClock } from "../../io/node/clock.ts";
import { NodeFileSystem } from "../../io/node/file-system.ts";
import type { Entry } from "../../proto/generated/raft.ts";
import { repairWal } from "./repair.ts";
import { Wal, type WalOptions } from "./wal.ts";
import { WalWriteError } from "./wal-problem.ts";
import { readWal, validSnapshotEntries, type WalContents, type WalStart } from "./wal-reader.ts";

const DIRECTORY = "/data/wal";
const ALL: WalStart = { index: 0, term: 0 };
const VOTE = 0x8899aabbccddeeffn;
const METADATA = Buffer.from("member and cluster");
const CONF_STATE = { voters: [VOTE], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };

interface Simulation {
  readonly clock: SimulatedClock;
  readonly random: SeededRandom;
  disk: SimulatedDisk;
}

async function simulation(seed: number, options: { latencyMs?: number } = {}): Promise<Simulation> {
  const clock = new SimulatedClock();
  const random = new SeededRandom(seed);
  const disk = new SimulatedDisk({ clock, random, ...options });
  await clock.runUntil(disk.makeDirectory("/data"));
  await clock.runUntil(disk.syncDirectory("/"));
  return { clock, random, disk };
}

function optionsOf({ clock, disk }: Simulation, segmentBytes = 4096): WalOptions {
  return { fileSystem: disk, clock, log: SILENT_LOGGER, directory: DIRECTORY, segmentBytes };
}

function entry(index: number, term = 1, bytes = 30): Entry {
  return { type: 0, term, index, data: new Uint8Array(bytes).fill(index + term) };
}

function entries(from: number, count: number, term = 1, bytes = 30): Entry[] {
  return Array.from({ length: count }, (_, i) => entry(from + i, term, bytes));
}

async function contentsOf(fileSystem: FileSystem, start: WalStart = ALL): Promise<WalContents> {
  const read = await readWal(fileSystem, DIRECTORY, start);
  assert.ok(read.ok, read.ok ? "" : JSON.stringify(read.problem));
  return read.contents;
}

async function opened(options: WalOptions, start: WalStart = ALL): Promise<{ wal: Wal; contents: WalContents }> {
  const result = await Wal.open(options, start);
  assert.ok(result.ok, result.ok ? "" : JSON.stringify(result.problem));
  return result;
}

const plain = (list: readonly Entry[]): string[] =>
  list.map((e) => `${e.term}/${e.index}:${e.data.length}:${e.data[0]}`);

describe("Wal", () => {
  it("keeps entries and hard state through closing and opening, over many segments", async () => {
    const s = await simulation(1);
    await s.clock.runUntil(
      (async () => {
        const wal = await Wal.create(optionsOf(s), METADATA);
        for (let i = 1; i <= 200; i++) {
          await wal.save({ term: 1, vote: VOTE, commit: i - 1 }, [entry(i)]);
        }
        await wal.save({ term: 1, vote: VOTE, commit: 200 }, []);
        await wal.close();
        const names = await s.disk.list(DIRECTORY);
        assert.ok(names.length > 3, names.join());
        for (const [i, name] of names.entries()) assert.ok(name.startsWith(i.toString(16).padStart(16, "0")), name);
        const again = await opened(optionsOf(s));
        assert.deepEqual(plain(again.contents.entries), plain(entries(1, 200)));
        assert.deepEqual(again.contents.hardState, { term: 1, vote: VOTE, commit: 200 });
        assert.deepEqual(Buffer.from(again.contents.metadata), METADATA);
        await again.wal.save(undefined, entries(201, 5));
        await again.wal.close();
        assert.deepEqual(plain((await contentsOf(s.disk)).entries), plain(entries(1, 205)));
      })(),
    );
  });

  it("never writes beyond what a segment has reserved, and gives each the head that etcd gives it", async () => {
    const s = await simulation(2);
    await s.clock.runUntil(
      (async () => {
        const wal = await Wal.create(optionsOf(s), METADATA);
        for (let i = 1; i <= 300; i++) await wal.save({ term: 1, vote: VOTE, commit: i }, [entry(i, 1, i % 90)]);
        await wal.close();
        const names = await s.disk.list(DIRECTORY);
        for (const name of names) {
          const bytes = s.disk.contents(`${DIRECTORY}/${name}`);
          assert.ok(bytes.length <= 4096, `${name}: ${bytes.length}`);
          // crc, metadata, then the snapshot of a new log or the hard state
          assert.equal(bytes[9], 4);
          assert.equal(bytes[25], 1);
          const third = 16 + 8 + ((8 + METADATA.length + 2 + 7) & ~7);
          assert.equal(bytes[third + 9], name === names[0] ? 5 : 3, name);
        }
        // The name says the first entry: reading from it needs no earlier file.
        const index = Number.parseInt(names[2]!.slice(17, 33), 16);
        const read = await readWal(s.disk, DIRECTORY, { index, term: 1 });
        assert.equal(read.ok ? undefined : read.problem.kind, "snapshotNotFound");
      })(),
    );
  });

  it("gathers the saves that arrive during a write into one more write", async () => {
    const s = await simulation(3, { latencyMs: 5 });
    const synced: number[] = [];
    const options = { ...optionsOf(s, 1 << 20), observeSync: (seconds: number) => void synced.push(seconds) };
    const wal = await s.clock.runUntil(Wal.create(options, METADATA));
    const saves = [wal.save({ term: 1, vote: VOTE, commit: 0 }, [entry(1)])];
    for (let i = 2; i <= 100; i++) saves.push(wal.save(undefined, [entry(i)]));
    await s.clock.runUntil(Promise.all(saves));
    assert.equal(synced.length, 2);
    assert.equal(wal.lastIndex, 100);
    await s.clock.runUntil(wal.close());
    assert.equal((await s.clock.runUntil(contentsOf(s.disk))).entries.length, 100);
  });

  it("resolves at once when only commit moved, and writes that with the next entry or at close", async () => {
    const s = await simulation(4);
    const wal = await s.clock.runUntil(Wal.create(optionsOf(s), METADATA));
    await s.clock.runUntil(wal.save({ term: 1, vote: VOTE, commit: 0 }, [entry(1)]));
    const before = s.disk.operations;
    await wal.save({ term: 1, vote: VOTE, commit: 1 }, []);
    await wal.save(undefined, []);
    await wal.save({ term: 0, vote: 0n, commit: 0 }, []);
    assert.equal(s.disk.operations, before);
    await s.clock.runUntil(wal.close());
    assert.equal((await s.clock.runUntil(contentsOf(s.disk))).hardState?.commit, 1);
  });

  it("drops the tail when an entry of a later term has an index that is there already (Raft figure 7)", async () => {
    const s = await simulation(5);
    await s.clock.runUntil(
      (async () => {
        const wal = await Wal.create(optionsOf(s), METADATA);
        await wal.save({ term: 1, vote: VOTE, commit: 2 }, entries(1, 10));
        await wal.save({ term: 2, vote: VOTE, commit: 4 }, entries(5, 2, 2));
        await wal.close();
      })(),
    );
    const { entries: read } = await s.clock.runUntil(contentsOf(s.disk));
    assert.deepEqual(plain(read), plain([...entries(1, 4), ...entries(5, 2, 2)]));
  });

  it("opens at a snapshot, from the segment that holds it, and lists the committed snapshots", async () => {
    const s = await simulation(6);
    await s.clock.runUntil(
      (async () => {
        const wal = await Wal.create(optionsOf(s), METADATA);
        for (let i = 1; i <= 200; i++) {
          await wal.save({ term: 1, vote: VOTE, commit: i }, [entry(i)]);
          if (i % 50 === 0) await wal.saveSnapshot({ index: i, term: 1, confState: CONF_STATE });
        }
        // A snapshot beyond what is committed does not count.
        await wal.saveSnapshot({ index: 500, term: 1, confState: CONF_STATE });
        await wal.close();
        const snapshots = await validSnapshotEntries(s.disk, DIRECTORY);
        assert.ok(snapshots.ok);
        assert.deepEqual(
          snapshots.snapshots.map((snapshot) => snapshot.index),
          [0, 50, 100, 150, 200],
        );
        assert.deepEqual(snapshots.snapshots[3]?.confState, CONF_STATE);
        const { wal: again, contents } = await opened(optionsOf(s), { index: 150, term: 1 });
        assert.deepEqual(plain(contents.entries), plain(entries(151, 50)));
        await again.releaseTo(150);
        const before = await s.disk.list(DIRECTORY);
        const purged = await again.purge(2);
        assert.ok(purged.length > 0);
        const left = (await s.disk.list(DIRECTORY)).filter((name) => name.endsWith(".wal"));
        assert.equal(left.length, Math.max(2, before.filter((name) => name.endsWith(".wal")).length - purged.length));
        await again.close();
        // Nothing that is needed was purged.
        assert.deepEqual(
          plain((await opened(optionsOf(s), { index: 150, term: 1 })).contents.entries),
          plain(entries(151, 50)),
        );
        const mismatch = await readWal(s.disk, DIRECTORY, { index: 150, term: 9 });
        assert.equal(mismatch.ok ? undefined : mismatch.problem.kind, "snapshotMismatch");
      })(),
    );
  });

  it("purges nothing that it holds, and all but the newest once released", async () => {
    const s = await simulation(7);
    await s.clock.runUntil(
      (async () => {
        const wal = await Wal.create(optionsOf(s), METADATA);
        for (let i = 1; i <= 200; i++) await wal.save({ term: 1, vote: VOTE, commit: i }, [entry(i)]);
        assert.deepEqual(await wal.purge(1), []);
        await wal.releaseTo(1_000_000);
        await wal.purge(1);
        const left = (await s.disk.list(DIRECTORY)).filter((name) => name.endsWith(".wal"));
        assert.equal(left.length, 1);
        await wal.save(undefined, [entry(201)]);
        await wal.close();
      })(),
    );
  });

  it("refuses a second opening while the first holds its locks", async () => {
    const s = await simulation(8);
    await s.clock.runUntil(
      (async () => {
        const wal = await Wal.create(optionsOf(s), METADATA);
        const second = await Wal.open(optionsOf(s), ALL);
        assert.equal(second.ok ? undefined : second.problem.kind, "locked");
        const repaired = await repairWal(s.disk, DIRECTORY, SILENT_LOGGER);
        assert.equal(repaired.ok ? undefined : repaired.problem.kind, "locked");
        await wal.close();
        const third = await opened(optionsOf(s));
        await third.wal.close();
      })(),
    );
  });

  for (const operations of [["write"], ["datasync"]] as const)
    it(`stops for good after a failed ${operations[0]}: every later call rejects and nothing more is written`, async () => {
      const s = await simulation(9);
      const wal = await s.clock.runUntil(Wal.create(optionsOf(s, 1 << 20), METADATA));
      await s.clock.runUntil(wal.save({ term: 1, vote: VOTE, commit: 0 }, [entry(1)]));
      s.disk.inject({ operations, path: ".wal", code: "EIO" });
      const saves = [wal.save(undefined, [entry(2)]), wal.save(undefined, [entry(3)])];
      for (const result of await s.clock.runUntil(Promise.allSettled(saves))) {
        assert.equal(result.status, "rejected");
        assert.ok(result.status === "rejected" && result.reason instanceof WalWriteError);
        assert.ok(result.status === "rejected" && result.reason.cause instanceof FileError);
      }
      assert.ok(wal.failure !== undefined);
      const before = s.disk.operations;
      await assert.rejects(wal.save(undefined, [entry(4)]), WalWriteError);
      await assert.rejects(wal.sync(), WalWriteError);
      await assert.rejects(wal.saveSnapshot({ index: 1, term: 1, confState: CONF_STATE }), WalWriteError);
      assert.equal(s.disk.operations, before);
      await s.clock.runUntil(wal.close());
    });

  it("says outOfSpace while no next segment can be prepared, goes on in the present one, and recovers by itself", async () => {
    const s = await simulation(10);
    const segmentBytes = 1 << 16;
    const wal = await s.clock.runUntil(Wal.create(optionsOf(s, segmentBytes), METADATA));
    await s.clock.run(100);
    assert.equal(wal.outOfSpace, false);
    // Room for what there is, not for a third segment.
    s.disk.capacityBytes = s.disk.usedBytes + 8192;
    let index = 0;
    const fill = async (bytes: number): Promise<void> => {
      for (let written = 0; written < bytes; written += 1000) await wal.save(undefined, [entry(++index, 1, 950)]);
    };
    await s.clock.runUntil(fill(segmentBytes + 8000));
    await s.clock.run(100);
    assert.equal((await s.clock.runUntil(s.disk.list(DIRECTORY))).filter((name) => name.endsWith(".wal")).length, 2);
    assert.equal(wal.outOfSpace, true);
    // The second segment's own room is reserved, so its writes succeed on the full disk.
    s.disk.capacityBytes = s.disk.usedBytes;
    await s.clock.runUntil(fill(segmentBytes / 2));
    assert.equal(wal.outOfSpace, true);
    s.disk.capacityBytes = 1 << 30;
    await s.clock.run(2000);
    assert.equal(wal.outOfSpace, false);
    await s.clock.runUntil(fill(segmentBytes));
    await s.clock.runUntil(wal.close());
    const { entries: read } = await s.clock.runUntil(contentsOf(s.disk));
    assert.equal(read.length, index);
    assert.ok((await s.clock.runUntil(s.disk.list(DIRECTORY))).length >= 3);
  });

  it("waits for room when it must write beyond what is reserved of a full disk, and loses nothing", async () => {
    const s = await simulation(13);
    const segmentBytes = 1 << 16;
    const wal = await s.clock.runUntil(Wal.create(optionsOf(s, segmentBytes), METADATA));
    await s.clock.run(100);
    s.disk.capacityBytes = s.disk.usedBytes;
    let durable = 0;
    const total = 200;
    const saves = Array.from({ length: total }, (_, i) =>
      wal.save(undefined, [entry(i + 1, 1, 950)]).then(() => {
        durable++;
      }),
    );
    const late = wal.save(undefined, [entry(total + 1, 1, 950)]);
    await s.clock.run(10_000);
    assert.ok(durable < total && wal.outOfSpace, `${durable} of ${total} saves ended on the full disk`);
    assert.equal(wal.failure, undefined);
    s.disk.capacityBytes = 1 << 30;
    await s.clock.runUntil(Promise.all([...saves, late]));
    await s.clock.runUntil(wal.close());
    assert.equal((await s.clock.runUntil(contentsOf(s.disk))).entries.length, total + 1);
  });

  it("is closed while it waits for room: those saves reject, what was durable before stays", async () => {
    const s = await simulation(14);
    const wal = await s.clock.runUntil(Wal.create(optionsOf(s, 1 << 16), METADATA));
    await s.clock.runUntil(wal.save(undefined, entries(1, 3)));
    await s.clock.run(100);
    s.disk.capacityBytes = s.disk.usedBytes;
    const save = assert.rejects(wal.save(undefined, [entry(4, 1, 200_000)]), WalWriteError);
    await s.clock.run(3000);
    await s.clock.runUntil(wal.close());
    await save;
    assert.equal((await s.clock.runUntil(contentsOf(s.disk))).entries.length, 3);
  });

  it("opens on a full disk and reads, with outOfSpace set", async () => {
    const s = await simulation(11);
    const wal = await s.clock.runUntil(Wal.create(optionsOf(s), METADATA));
    await s.clock.runUntil(wal.save({ term: 1, vote: VOTE, commit: 0 }, entries(1, 3)));
    await s.clock.runUntil(wal.close());
    s.disk.capacityBytes = s.disk.usedBytes;
    const again = await s.clock.runUntil(opened(optionsOf(s)));
    await s.clock.run(50);
    assert.equal(again.wal.outOfSpace, true);
    assert.equal(again.contents.entries.length, 3);
    await s.clock.runUntil(again.wal.save(undefined, [entry(4)]));
    await s.clock.runUntil(again.wal.close());
    assert.equal((await s.clock.runUntil(contentsOf(s.disk))).entries.length, 4);
  });

  it("fails to be created on a full disk, with ENOSPC and without leaving a log", async () => {
    const s = await simulation(12);
    s.disk.capacityBytes = 1000;
    await assert.rejects(
      s.clock.runUntil(Wal.create(optionsOf(s), METADATA)),
      (error: unknown) => error instanceof FileError && error.code === "ENOSPC",
    );
    const read = await s.clock.runUntil(readWal(s.disk, DIRECTORY, ALL));
    assert.equal(read.ok ? undefined : read.problem.kind, "noFiles");
  });

  it("writes a batch larger than a segment", async () => {
    const s = await simulation(13);
    const wal = await s.clock.runUntil(Wal.create(optionsOf(s), METADATA));
    for (let i = 0; i < 6; i++) await s.clock.runUntil(wal.save(undefined, entries(1 + 3 * i, 3, 1, 5000)));
    await s.clock.runUntil(wal.close());
    assert.equal((await s.clock.runUntil(contentsOf(s.disk))).entries.length, 18);
  });

  it("survives a leftover of an interrupted rotation: a temporary segment with old records", async () => {
    const s = await simulation(14);
    await s.clock.runUntil(
      (async () => {
        const wal = await Wal.create(optionsOf(s), METADATA);
        await wal.save({ term: 1, vote: VOTE, commit: 0 }, entries(1, 20));
        await wal.close();
        const old = s.disk.contents(`${DIRECTORY}/${"0".repeat(16)}-${"0".repeat(16)}.wal`);
        for (const name of ["0.tmp", "1.tmp"]) {
          const left = await s.disk.open(`${DIRECTORY}/${name}`, "write");
          await left.writev([old], 0);
          await left.close();
        }
        const again = await opened(optionsOf(s));
        for (let i = 21; i <= 200; i++) await again.wal.save(undefined, [entry(i)]);
        await again.wal.close();
        assert.deepEqual(plain((await contentsOf(s.disk)).entries), plain(entries(1, 200)));
        assert.deepEqual(
          (await s.disk.list(DIRECTORY)).filter((name) => name.endsWith(".tmp")),
          [],
        );
      })(),
    );
  });
});

describe("Wal on the real file system", () => {
  for (const programs of [{}, { flockProgram: null, fallocateProgram: null }])
    it(`rotates, purges and refuses a second opening (${JSON.stringify(programs)})`, async () => {
      const folder = mkdtempSync(join(tmpdir(), "etcd-ts-wal-"));
      try {
        const fileSystem = new NodeFileSystem(programs);
        const directory = join(folder, "wal");
        const options = { fileSystem, clock: new NodeClock(), log: SILENT_LOGGER, directory, segmentBytes: 8192 };
        const wal = await Wal.create(options, METADATA);
        for (let i = 1; i <= 60; i++) {
          await wal.save({ term: 1, vote: VOTE, commit: i - 1 }, [entry(i, 1, 1000)]);
          // Time for the next segment to be prepared.
          if (i % 5 === 0) await sleep(options.clock, 20);
        }
        const segments = (await fileSystem.list(directory)).filter((name) => name.endsWith(".wal"));
        assert.ok(segments.length >= 3, segments.join());
        const second = await Wal.open(options, ALL);
        assert.equal(second.ok ? undefined : second.problem.kind, "locked");
        await wal.close();
        assert.deepEqual(await fileSystem.list(directory), segments);
        const again = await Wal.open(options, ALL);
        assert.ok(again.ok);
        assert.deepEqual(plain(again.contents.entries), plain(entries(1, 60, 1, 1000)));
        await again.wal.releaseTo(1000);
        assert.equal((await again.wal.purge(2)).length, segments.length - 2);
        await again.wal.close();
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
});

describe("a log of five segments that etcd's own WAL package wrote (test/golden/wal/segments)", () => {
  const fileSystem = new NodeFileSystem();
  const directory = join(root(), "test/golden/wal/segments");
  const data = (index: number): string =>
    Buffer.from(Uint8Array.from({ length: (index * 37) % 300 }, (_, i) => index + i)).toString("hex");

  it("is read whole, and from each of its snapshots", async () => {
    const snapshots = await validSnapshotEntries(fileSystem, directory);
    assert.ok(snapshots.ok);
    assert.deepEqual(
      snapshots.snapshots.map(({ index, term, confState }) => [index, term, confState?.voters.join()]),
      [
        [0, 0, undefined],
        [38, 1, `1,${2n ** 63n}`],
      ],
    );
    for (const { index, term } of snapshots.snapshots) {
      const read = await readWal(fileSystem, directory, { index, term });
      assert.ok(read.ok);
      const { entries: found, hardState, metadata } = read.contents;
      assert.equal(Buffer.from(metadata).toString(), "metadata of the golden log");
      assert.deepEqual(hardState, { term: 2, vote: VOTE, commit: 59 });
      assert.equal(found.length, 60 - index);
      for (const [i, e] of found.entries()) {
        const number = index + i + 1;
        assert.deepEqual([e.type, e.term, e.index], [0, 1 + Math.floor(number / 50), number]);
        assert.equal(Buffer.from(e.data).toString("hex"), data(number));
      }
    }
  });
});

function root(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "tsconfig.core.json"))) folder = dirname(folder);
  return folder;
}

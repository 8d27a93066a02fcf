import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { SimulatedClock } from "../../../test/sim/clock.ts";
import { SimulatedDisk } from "../../../test/sim/disk.ts";
import { SeededRandom } from "../../../test/sim/random.ts";
import {
  databaseFileName,
  decodeSnapshotFile,
  encodeSnapshotFile,
  parseDatabaseFileName,
  parseSnapshotFileName,
  snapshotFileName,
} from "../../codec/snap/snapshot-file.ts";
import { FileError } from "../../io/file-system.ts";
import { SILENT_LOGGER } from "../../io/logger.ts";
import type { Snapshot } from "../../proto/generated/raft.ts";
import { crc32c } from "../crc32c.ts";
import { Snapshotter } from "./snapshotter.ts";

const DIRECTORY = "/snap";
const CONF_STATE = { voters: [1n, 2n ** 63n], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };

function snapshot(index: number, term = 1): Snapshot {
  return { data: Buffer.from(`{"index":${index}}`), metadata: { confState: CONF_STATE, index, term } };
}

async function onDisk<T>(
  run: (disk: SimulatedDisk, snapshotter: Snapshotter, clock: SimulatedClock) => Promise<T>,
): Promise<T> {
  const clock = new SimulatedClock();
  const disk = new SimulatedDisk({ clock, random: new SeededRandom(1) });
  const snapshotter = new Snapshotter({ fileSystem: disk, log: SILENT_LOGGER, directory: DIRECTORY });
  return clock.runUntil(
    (async () => {
      await disk.makeDirectory(DIRECTORY);
      await disk.syncDirectory("/");
      return run(disk, snapshotter, clock);
    })(),
  );
}

async function* chunksOf(sizes: readonly number[], failAt = -1): AsyncGenerator<Uint8Array> {
  for (const [i, size] of sizes.entries()) {
    if (i === failAt) throw new Error("connection reset");
    yield new Uint8Array(size).fill(i + 1);
  }
}

describe("Snapshotter", () => {
  it("loads the newest snapshot that it saved, and only one that the log knows of when asked so", async () => {
    await onDisk(async (disk, snapshotter) => {
      assert.equal(await snapshotter.load(), undefined);
      await snapshotter.save({ data: new Uint8Array(0), metadata: undefined });
      await snapshotter.save(snapshot(0));
      assert.deepEqual(await disk.list(DIRECTORY), []);
      for (const [index, term] of [
        [10, 1],
        [20, 2],
        [15, 3],
      ] as const)
        await snapshotter.save(snapshot(index, term));
      assert.deepEqual(await disk.list(DIRECTORY), [
        "0000000000000001-000000000000000a.snap",
        "0000000000000002-0000000000000014.snap",
        "0000000000000003-000000000000000f.snap",
      ]);
      const newest = await snapshotter.load();
      assert.deepEqual(newest?.metadata, snapshot(15, 3).metadata);
      assert.equal(Buffer.from(newest?.data ?? []).toString(), '{"index":15}');
      const known = [
        { index: 10, term: 1, confState: undefined },
        { index: 20, term: 2, confState: undefined },
        { index: 15, term: 1, confState: undefined },
      ];
      assert.equal((await snapshotter.loadNewestAvailable(known))?.metadata?.index, 20);
      assert.equal(await snapshotter.loadNewestAvailable([]), undefined);
    });
  });

  it("renames broken snapshots and loads the one before", async () => {
    await onDisk(async (disk, snapshotter) => {
      for (const index of [1, 2, 3]) await snapshotter.save(snapshot(index));
      disk.flipBit(`${DIRECTORY}/${snapshotFileName(1, 3)}`, 20, 3);
      const empty = await disk.open(`${DIRECTORY}/${snapshotFileName(1, 4)}`, "create");
      await empty.close();
      assert.equal((await snapshotter.load())?.metadata?.index, 2);
      assert.deepEqual(
        (await disk.list(DIRECTORY)).filter((name) => name.endsWith(".broken")),
        [`${snapshotFileName(1, 3)}.broken`, `${snapshotFileName(1, 4)}.broken`],
      );
    });
  });

  it("keeps a received database whole or not at all", async () => {
    await onDisk(async (disk, snapshotter) => {
      const sizes = [10, 3_000_000, 0, 1, 70_000];
      assert.equal(await snapshotter.saveDatabase(300, chunksOf(sizes)), 3_070_011);
      const path = await snapshotter.databasePath(300);
      assert.equal(path, `${DIRECTORY}/000000000000012c.snap.db`);
      const expected = Buffer.concat(sizes.map((size, i) => new Uint8Array(size).fill(i + 1)));
      assert.ok(expected.equals(disk.contents(path)));
      await assert.rejects(snapshotter.saveDatabase(301, chunksOf(sizes, 2)), /connection reset/);
      disk.inject({ operations: ["datasync"], code: "EIO" });
      await assert.rejects(snapshotter.saveDatabase(302, chunksOf(sizes)), FileError);
      assert.equal(await snapshotter.databasePath(301), undefined);
      assert.deepEqual(await disk.list(DIRECTORY), ["000000000000012c.snap.db"]);
      await snapshotter.saveDatabase(400, chunksOf([1]));
      await snapshotter.releaseDatabases(400);
      assert.deepEqual(await disk.list(DIRECTORY), [databaseFileName(400)]);
    });
  });

  it("removes temporary files that a crash left, and purges the oldest", async () => {
    await onDisk(async (disk, snapshotter) => {
      for (const name of ["tmp123", "db.tmp.5", `${snapshotFileName(1, 9)}.tmp`, "db"])
        await (await disk.open(`${DIRECTORY}/${name}`, "create")).close();
      for (const index of [1, 2, 3, 4]) {
        await snapshotter.save(snapshot(index));
        await snapshotter.saveDatabase(index, chunksOf([1]));
      }
      await snapshotter.load();
      const purged = await snapshotter.purge(2);
      assert.equal(purged.length, 4);
      assert.deepEqual(
        await disk.list(DIRECTORY),
        [snapshotFileName(1, 3), databaseFileName(3), snapshotFileName(1, 4), databaseFileName(4), "db"].sort(),
      );
    });
  });

  it("has a saved snapshot after power loss, or the one before", async () => {
    for (let operations = 1; ; operations++) {
      const clock = new SimulatedClock();
      const disk = new SimulatedDisk({ clock, random: new SeededRandom(operations) });
      await clock.runUntil(disk.makeDirectory(DIRECTORY).then(() => disk.syncDirectory("/")));
      const snapshotter = new Snapshotter({ fileSystem: disk, log: SILENT_LOGGER, directory: DIRECTORY });
      let saved = 0;
      const run = async (): Promise<void> => {
        for (const index of [1, 2, 3]) {
          await snapshotter.save(snapshot(index));
          saved = index;
        }
      };
      run().catch(assert.fail);
      while (saved < 3 && disk.operations < operations) await clock.step();
      const after = disk.crash();
      const again = new Snapshotter({ fileSystem: after, log: SILENT_LOGGER, directory: DIRECTORY });
      const loaded = (await clock.runUntil(again.load()))?.metadata?.index ?? 0;
      assert.ok(loaded >= saved, `saved ${saved}, loaded ${loaded} after crash at operation ${operations}`);
      assert.deepEqual(
        (await clock.runUntil(after.list(DIRECTORY))).filter((name) => !name.endsWith(".snap")),
        [],
      );
      if (saved === 3) break;
    }
  });
});

describe("a .snap file", () => {
  it("with any bit flipped or cut off anywhere is refused", () => {
    const bytes = encodeSnapshotFile(snapshot(77), crc32c);
    const good = decodeSnapshotFile(bytes, crc32c);
    assert.ok(good.ok);
    let accepted = 0;
    for (let at = 0; at < bytes.length; at++) {
      assert.equal(decodeSnapshotFile(bytes.subarray(0, at), crc32c).ok, false, `cut at ${at}`);
      for (let bit = 0; bit < 8; bit++) {
        const copy = bytes.slice();
        copy[at]! ^= 1 << bit;
        const read = decodeSnapshotFile(copy, crc32c);
        // The last byte of the CRC's varint has bits beyond the 32 that count.
        if (read.ok) {
          assert.deepEqual(read, good, `byte ${at}, bit ${bit}`);
          accepted++;
        }
      }
    }
    assert.ok(accepted <= 3);
  });

  it("of real etcd is read, and encodes to the same bytes again", () => {
    const golden = join(root(), "test/golden/wal");
    const { snapFile, memberId } = JSON.parse(readFileSync(join(golden, "facts.json"), "utf8")) as {
      snapFile: string;
      memberId: string;
    };
    const bytes = readFileSync(join(golden, snapFile));
    const read = decodeSnapshotFile(bytes, crc32c);
    assert.ok(read.ok);
    const { metadata, data } = read.snapshot;
    assert.deepEqual(parseSnapshotFileName(snapFile), { term: metadata?.term, index: metadata?.index });
    assert.deepEqual(metadata?.confState?.voters, [BigInt(memberId)]);
    assert.ok(Buffer.from(data).toString().startsWith('{"Root":'));
    assert.ok(bytes.equals(encodeSnapshotFile(read.snapshot, crc32c)));
  });

  it("has a name of 16 digits each; a database has one number", () => {
    assert.equal(snapshotFileName(2, 0x2a), "0000000000000002-000000000000002a.snap");
    for (const name of [
      "db",
      "2-2a.snap",
      "0000000000000002-000000000000002a.snap.db",
      "ffffffffffffffff-0000000000000000.snap",
    ])
      assert.equal(parseSnapshotFileName(name), undefined);
    assert.equal(parseDatabaseFileName(databaseFileName(42)), 42);
    assert.equal(parseDatabaseFileName("db"), undefined);
  });
});

function root(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "tsconfig.core.json"))) folder = dirname(folder);
  return folder;
}

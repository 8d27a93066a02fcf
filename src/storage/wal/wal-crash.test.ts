/** Crashes at every operation, and damage at every byte: what is acknowledged is there, and what is broken is named. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SimulatedClock } from "../../../test/sim/clock.ts";
import { SimulatedDisk } from "../../../test/sim/disk.ts";
import { SeededRandom } from "../../../test/sim/random.ts";
import { RecordType, SECTOR_BYTES } from "../../codec/wal/record.ts";
import { Decoded, RecordDecoder } from "../../codec/wal/record-decoder.ts";
import { RecordEncoder } from "../../codec/wal/record-encoder.ts";
import type { File } from "../../io/file-system.ts";
import { SILENT_LOGGER } from "../../io/logger.ts";
import type { Entry } from "../../proto/generated/raft.ts";
import { crc32c } from "../crc32c.ts";
import { repairWal } from "./repair.ts";
import { readSegments } from "./segment-reader.ts";
import { Wal, type WalOptions } from "./wal.ts";
import { ContentsCollector, readWal, walExists } from "./wal-reader.ts";

const DIRECTORY = "/data/wal";
const ALL = { index: 0, term: 0 };
const VOTE = 0x8899aabbccddeeffn;
const METADATA = Buffer.from("member and cluster");

function entry(index: number, term: number, bytes: number): Entry {
  return { type: 0, term, index, data: new Uint8Array(bytes).fill(1 + ((index + term) % 255)) };
}

interface Model {
  /** What was handed to save, in order: the whole log after each call. */
  readonly states: { readonly log: readonly Entry[]; readonly term: number }[];
  /** Number of states whose save resolved. */
  acknowledged: number;
  created: boolean;
}

/** Appends, sometimes over the tail with a new term, with up to three saves under way. */
async function workload(options: WalOptions, random: SeededRandom, model: Model): Promise<void> {
  const wal = await Wal.create(options, METADATA);
  model.created = true;
  let log: Entry[] = [];
  let term = 1;
  const underWay: Promise<void>[] = [];
  for (let step = 0; step < 40; step++) {
    if (random.chance(0.15)) {
      term++;
      log = log.slice(0, Math.max(0, log.length - random.integer(3)));
    }
    const added: Entry[] = [];
    for (let i = random.integer(4); i >= 0; i--)
      added.push(entry(log.length + added.length + 1, term, random.integer(400)));
    log = [...log, ...added];
    model.states.push({ log, term });
    const number = model.states.length;
    underWay.push(
      wal.save({ term, vote: VOTE, commit: 0 }, added).then(() => {
        model.acknowledged = number;
      }),
    );
    if (underWay.length > random.integer(3)) await Promise.all(underWay.splice(0));
  }
  await Promise.all(underWay);
  await wal.close();
}

const text = (log: readonly Entry[]): string =>
  log.map((e) => `${e.term}/${e.index}/${e.data.length}/${e.data[0]}`).join(" ");

/** Runs the workload on one disk until that many operations began; then crashes and checks what is found. Returns whether it ended before. */
async function crashAfter(operations: number, seed: number, powerLoss: boolean, noSync = false): Promise<boolean> {
  const clock = new SimulatedClock();
  const random = new SeededRandom(seed);
  const disk = new SimulatedDisk({ clock, random });
  await clock.runUntil(disk.makeDirectory("/data").then(() => disk.syncDirectory("/")));
  const optionsOn = (fileSystem: SimulatedDisk): WalOptions => ({
    fileSystem,
    clock,
    log: SILENT_LOGGER,
    directory: DIRECTORY,
    segmentBytes: 4096,
  });
  const model: Model = { states: [], acknowledged: 0, created: false };
  let ended = false;
  const run = workload({ ...optionsOn(disk), noSync }, random.fork(), model).then(() => {
    ended = true;
  });
  run.catch(assert.fail);
  while (!ended && disk.operations < operations) await clock.step();
  const after = disk.crash({ powerLoss });
  const where = `seed ${seed}, crash at operation ${operations}, power loss ${powerLoss}`;

  await clock.runUntil(
    (async () => {
      if (!(await walExists(after, DIRECTORY))) {
        assert.ok(!model.created, `${where}: the log is gone`);
        return;
      }
      let result = await Wal.open(optionsOn(after), ALL);
      if (!result.ok) {
        assert.equal(result.problem.kind, "torn", `${where}: ${JSON.stringify(result.problem)}`);
        const repaired = await repairWal(after, DIRECTORY, SILENT_LOGGER);
        assert.ok(repaired.ok, where);
        result = await Wal.open(optionsOn(after), ALL);
      }
      assert.ok(result.ok, `${where}: ${result.ok ? "" : JSON.stringify(result.problem)}`);
      const { wal, contents } = result;
      const found = text(contents.entries);
      // It is the log after the last acknowledged save or a later one, or on the way from one to the next.
      const from = Math.max(0, model.acknowledged - 1);
      const fits = model.states.slice(from).some(({ log }, i) => {
        const acknowledged = i === 0 && model.acknowledged > 0;
        if (acknowledged) return found === text(log);
        return text(log).startsWith(found) && extendsPrevious(contents.entries, model.states[from + i - 1]?.log ?? []);
      });
      assert.ok(
        fits || (model.acknowledged === 0 && contents.entries.length === 0),
        `${where}: found ${found}, acknowledged ${model.acknowledged}: ${text(model.states[from]?.log ?? [])}`,
      );
      const acknowledgedTerm = model.acknowledged === 0 ? 0 : model.states[model.acknowledged - 1]!.term;
      assert.ok((contents.hardState?.term ?? 0) >= acknowledgedTerm, where);
      // And it goes on from there.
      const next = entry(contents.entries.length + 1, 100, 50);
      await wal.save({ term: 100, vote: VOTE, commit: 0 }, [next]);
      await wal.close();
      const read = await readWal(after, DIRECTORY, ALL);
      assert.ok(read.ok, where);
      assert.equal(text(read.contents.entries), text([...contents.entries, next]), where);
    })(),
  );
  return ended;
}

/** An entry written over the tail cuts it: what follows the common part is new. */
function extendsPrevious(found: readonly Entry[], previous: readonly Entry[]): boolean {
  const lastTerm = found.at(-1)?.term ?? 0;
  const previousTerm = previous.at(-1)?.term ?? 0;
  return lastTerm > previousTerm || found.length >= previous.length || text(previous).startsWith(text(found));
}

describe("a crash at every operation", () => {
  for (const powerLoss of [true, false])
    it(`loses no acknowledged save and leaves a log that goes on (${powerLoss ? "power loss" : "killed"})`, async () => {
      for (const seed of powerLoss ? [1, 2, 3] : [4]) {
        let operations = 1;
        while (!(await crashAfter(operations, seed * 1000 + operations, powerLoss))) operations++;
        assert.ok(operations > 100, `only ${operations} operations`);
      }
    });

  it("loses saves when nothing is synced: the check bites", async () => {
    await assert.rejects(async () => {
      for (let operations = 30; operations < 80; operations++) await crashAfter(operations, operations, true, true);
    }, assert.AssertionError);
  });
});

/** What is recovered after power loss at that operation; with `again`, recovery itself loses power after that many operations and starts over. */
async function recoveredAfter(
  operations: number,
  seed: number,
  again: number | undefined,
): Promise<string | undefined> {
  const clock = new SimulatedClock();
  const random = new SeededRandom(seed);
  const disk = new SimulatedDisk({ clock, random });
  await clock.runUntil(disk.makeDirectory("/data").then(() => disk.syncDirectory("/")));
  const optionsOn = (fileSystem: SimulatedDisk): WalOptions => ({
    fileSystem,
    clock,
    log: SILENT_LOGGER,
    directory: DIRECTORY,
    segmentBytes: 4096,
  });
  workload(optionsOn(disk), random.fork(), { states: [], acknowledged: 0, created: false }).catch(assert.fail);
  while (disk.operations < operations) await clock.step();
  let found = disk.crash();
  const recover = async (fileSystem: SimulatedDisk): Promise<string> => {
    let result = await Wal.open(optionsOn(fileSystem), ALL);
    if (!result.ok) {
      assert.equal(result.problem.kind, "torn");
      assert.ok((await repairWal(fileSystem, DIRECTORY, SILENT_LOGGER)).ok);
      result = await Wal.open(optionsOn(fileSystem), ALL);
    }
    assert.ok(result.ok);
    await result.wal.close();
    return `${text(result.contents.entries)} ${result.contents.hardState?.term}`;
  };
  if (again !== undefined) {
    let ended = false;
    recover(found).then(() => {
      ended = true;
    }, assert.fail);
    while (!ended && found.operations < again) await clock.step();
    if (ended) return undefined;
    found = found.crash();
  }
  return clock.runUntil(recover(found));
}

describe("a crash during recovery", () => {
  it("changes nothing of what is recovered in the end", async () => {
    let recoveries = 0;
    for (let seed = 1; seed <= 12; seed++) {
      const operations = 40 + seed * 5;
      const expected = await recoveredAfter(operations, seed, undefined);
      for (let again = 1; ; again++) {
        const recovered = await recoveredAfter(operations, seed, again);
        if (recovered === undefined) break;
        assert.equal(recovered, expected, `seed ${seed}, recovery crashed at operation ${again}`);
        recoveries++;
      }
    }
    assert.ok(recoveries > 200, String(recoveries));
  });
});

/** A file in memory whose operations complete at once. */
function memoryFile(bytes: Uint8Array): File {
  const read = (into: Uint8Array, position: number): number => {
    const part = bytes.subarray(position, position + into.length);
    into.set(part);
    return part.length;
  };
  return {
    path: "",
    read: (into, position) => Promise.resolve(read(into, position)),
    size: () => Promise.resolve(bytes.length),
  } as File;
}

interface SmallLog {
  readonly files: Uint8Array[];
  /** Where each frame of the last file starts, and where the last one ends. */
  readonly frames: number[];
  readonly contents: string;
}

interface Reading {
  readonly kind: string;
  readonly contents: string;
  readonly offset: number;
  readonly path: string;
}

async function readFiles(files: readonly Uint8Array[]): Promise<Reading> {
  const collector = new ContentsCollector(ALL);
  const segments = files.map((bytes, i) => ({ file: memoryFile(bytes), path: String(i) }));
  const end = await readSegments(segments, crc32c, collector);
  const { entries, hardState } = collector.contents();
  return {
    kind: end.problem?.kind ?? "ok",
    contents: `${text(entries)} ${hardState?.term} ${hardState?.commit}`,
    offset: end.offset,
    path: end.path,
  };
}

async function smallLog(): Promise<SmallLog> {
  const clock = new SimulatedClock();
  const disk = new SimulatedDisk({ clock, random: new SeededRandom(7) });
  const files = await clock.runUntil(
    (async () => {
      const options = { fileSystem: disk, clock, log: SILENT_LOGGER, directory: DIRECTORY, segmentBytes: 1536 };
      const wal = await Wal.create(options, METADATA);
      for (let i = 1; i <= 14; i++)
        await wal.save({ term: 1, vote: VOTE, commit: i - 1 }, [entry(i, 1, i % 5 === 0 ? 300 : 40)]);
      await wal.close();
      return (await disk.list(DIRECTORY)).map((name) => disk.contents(`${DIRECTORY}/${name}`));
    })(),
  );
  assert.equal(files.length, 2);
  const frames: number[] = [];
  const last = files[1]!;
  const view = new DataView(last.buffer);
  let at = 0;
  for (;;) {
    frames.push(at);
    const length = view.getUint32(at, true);
    if (length === 0) break;
    at += 8 + length + (last[at + 7]! & 7);
  }
  return { files, frames, contents: (await readFiles(files)).contents };
}

describe("a small log of two segments", () => {
  it("cut off at any byte of its last file is torn within a record, whole between two, damaged in the head", async () => {
    const { files, frames, contents } = await smallLog();
    const last = files[1]!;
    for (let cut = 0; cut < last.length; cut++) {
      const read = await readFiles([files[0]!, last.subarray(0, cut)]);
      if (cut < frames[2]!) assert.equal(read.kind, "damaged", `cut at ${cut}`);
      else if (frames.includes(cut)) assert.equal(read.kind, "ok", `cut at ${cut}`);
      else if (cut < frames.at(-1)!) assert.equal(read.kind, "torn", `cut at ${cut}`);
      else {
        // In the zeros after the last record: fewer than 8 of them are half a frame.
        assert.equal(read.kind, cut - frames.at(-1)! < 8 ? "torn" : "ok", `cut at ${cut}`);
        assert.equal(read.contents, contents);
      }
      if (read.kind === "torn")
        assert.equal(
          read.offset,
          frames.findLast((frame) => frame <= cut),
        );
    }
  });

  it("cut off at any byte of its first file is damaged", async () => {
    const { files } = await smallLog();
    for (let cut = 0; cut < files[0]!.length; cut++) {
      const read = await readFiles([files[0]!.subarray(0, cut), files[1]!]);
      assert.equal(read.kind, "damaged", `cut at ${cut}`);
    }
  });

  it("with any byte changed is damaged, never read as something else, and torn only where a sector is all zeros", async () => {
    const { files, frames, contents } = await smallLog();
    let damaged = 0;
    for (const f of [0, 1]) {
      const end = f === 1 ? frames.at(-1)! : files[0]!.length;
      for (let at = 0; at < end; at++) {
        for (const change of [0x01, 0x80, 0xff, files[f]![at]!]) {
          if (change === 0) continue;
          const copy = Uint8Array.from(files[f]!);
          copy[at]! ^= change;
          const read = await readFiles(f === 0 ? [copy, files[1]!] : [files[0]!, copy]);
          const where = `file ${f}, byte ${at} ^ ${change.toString(16)}: ${read.kind}`;
          assert.notEqual(read.kind, "ok", where);
          if (read.kind === "torn") {
            assert.equal(f, 1, where);
            assert.ok(frameHasZeroSector(copy, frames.findLast((frame) => frame <= at)!), where);
          } else damaged++;
        }
      }
    }
    assert.ok(damaged > 5000);
    assert.equal((await readFiles(files)).contents, contents);
  });

  it("without its first file, or with an empty one, names the file", async () => {
    const { files } = await smallLog();
    assert.equal((await readFiles([files[0]!, new Uint8Array(0)])).kind, "damaged");
    assert.equal((await readFiles([files[0]!, new Uint8Array(4096)])).kind, "damaged");
    assert.deepEqual((await readFiles([new Uint8Array(0), files[1]!])).path, "0");
    // From the second file alone the entries of the first are missing.
    assert.equal((await readFiles([files[1]!])).kind, "entryGap");
  });

  it("continued by a file of another member is a metadata conflict", async () => {
    const { files } = await smallLog();
    const decoder = new RecordDecoder(crc32c);
    const first = files[0]!;
    decoder.beginFile(first.length, false);
    for (let at = 0; decoder.step(first, at, first.length) === Decoded.Record; ) at = decoder.next;
    const encoder = new RecordEncoder(crc32c, decoder.crc);
    encoder.crcRecord();
    encoder.data(RecordType.Metadata, Buffer.from("another member"));
    const foreign = encoder.take(undefined).parts[0]!;
    const read = await readFiles([first, foreign]);
    assert.deepEqual([read.kind, read.path], ["metadataConflict", "1"]);
  });
});

function frameHasZeroSector(bytes: Uint8Array, frame: number): boolean {
  const recordBytes = bytes[frame]! + bytes[frame + 1]! * 256;
  const end = frame + 8 + ((recordBytes + 7) & ~7);
  for (let at = frame + 8; at < end; ) {
    const stop = Math.min(end, (Math.floor(at / SECTOR_BYTES) + 1) * SECTOR_BYTES);
    if (bytes.subarray(at, stop).every((byte) => byte === 0)) return true;
    at = stop;
  }
  return false;
}

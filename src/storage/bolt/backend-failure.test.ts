/** Full disks, failing writes and syncs, locks, crashes and damaged files. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fuzzRounds } from "../../../test/support/fuzz-rounds.ts";
import { crashImage, MemoryDisk } from "../../../test/support/memory-disk.ts";
import { Prng } from "../../../test/support/prng.ts";
import { utf8, utf8Text } from "../../base/bytes.ts";
import { Bucket } from "../../core/mvcc/backend.ts";
import { FileError } from "../../io/file-system.ts";
import { SILENT_LOGGER } from "../../io/logger.ts";
import { NodeClock } from "../../io/node/clock.ts";
import { BoltBackend } from "./backend.ts";
import type { BackendOptions } from "./backend-options.ts";
import { checkBoltFile } from "./checker.ts";
import {
  BackendClosedError,
  BackendFatalError,
  BackendOutOfSpaceError,
  BoltDamagedError,
  BoltLockedError,
  BoltUnsupportedError,
} from "./errors.ts";
import { OfflineBolt } from "./offline.ts";

const clock = new NodeClock();
const PATH = "data/db";
const NO_KEY = new Uint8Array(0);

function options(disk: MemoryDisk, extra: Partial<BackendOptions> = {}): BackendOptions {
  return { fileSystem: disk, clock, logger: SILENT_LOGGER, path: PATH, pageSize: 1024, cacheBytes: 1 << 20, ...extra };
}

function put(backend: BoltBackend, from: number, to: number, text: string): void {
  for (let i = from; i < to; i++) backend.put(Bucket.Key, utf8(`k${String(i).padStart(6, "0")}`), utf8(`${text}${i}`));
  backend.endBatch();
}

function countOf(backend: BoltBackend): number {
  let count = 0;
  backend.scan(Bucket.Key, NO_KEY, undefined, () => void count++);
  return count;
}

async function checked(backend: BoltBackend): Promise<void> {
  const report = await checkBoltFile(backend.file.file, clock, backend.file.freePages);
  assert.deepEqual(report.problems, []);
}

for (const [operation, nth] of [
  ["truncate", 1],
  ["write", 1],
  ["write", 2],
] as const)
  test(`a commit that finds no space (${operation} ${nth}) is undone, keeps its writes and succeeds later`, async () => {
    const disk = new MemoryDisk();
    const told: boolean[] = [];
    const backend = await BoltBackend.open(options(disk, { onOutOfSpace: (full) => void told.push(full) }));
    put(backend, 0, 500, "a");
    await backend.commit();
    const before = disk.contents(PATH).subarray(0, backend.sizeBytes);
    // Enough pages that they lie in several runs: holes first.
    for (let i = 0; i < 500; i += 3) backend.delete(Bucket.Key, utf8(`k${String(i).padStart(6, "0")}`));
    backend.endBatch();
    await backend.commit();
    disk.failAt(operation, nth, "ENOSPC");
    put(backend, 400, 3000, "b");
    await assert.rejects(backend.commit(), BackendOutOfSpaceError);
    assert.equal(backend.outOfSpace, true);
    assert.equal(backend.fatalError, undefined);
    assert.ok(before.length > 0);
    await checked(backend);
    assert.equal(utf8Text(backend.get(Bucket.Key, utf8("k002999"))!), "b2999", "reads see what could not be committed");
    put(backend, 3000, 3100, "c");
    put(backend, 400, 410, "c");
    await backend.commit();
    assert.equal(backend.outOfSpace, false);
    assert.deepEqual(told, [true, false]);
    await checked(backend);
    assert.equal(utf8Text(backend.get(Bucket.Key, utf8("k000405"))!), "c405");
    const count = countOf(backend);
    await backend.close();
    const again = await BoltBackend.open(options(disk));
    assert.equal(countOf(again), count);
    assert.equal(utf8Text(again.get(Bucket.Key, utf8("k000405"))!), "c405");
    await again.close();
  });

test("a full disk is tried again by itself", async () => {
  const disk = new MemoryDisk();
  let space!: () => void;
  const again = new Promise<void>((resolve) => (space = resolve));
  const backend = await BoltBackend.open(
    options(disk, { batchIntervalMs: 1, onOutOfSpace: (full) => (full ? (disk.capacityBytes = 1e9) : space()) }),
  );
  disk.capacityBytes = 200_000;
  put(backend, 0, 20_000, "x");
  await again;
  assert.equal(backend.outOfSpace, false);
  await checked(backend);
  await backend.close();
});

for (const [operation, nth, code] of [
  ["write", 1, "EIO"],
  ["datasync", 1, "EIO"],
  ["datasync", 1, "ENOSPC"],
  ["datasync", 2, "EIO"],
  ["truncate", 1, "EIO"],
] as const)
  test(`a commit whose ${operation} ${nth} fails with ${code} is fatal: told once, never retried, reads go on`, async () => {
    const disk = new MemoryDisk();
    const told: Error[] = [];
    const backend = await BoltBackend.open(options(disk, { onFatal: (error) => void told.push(error) }));
    put(backend, 0, 100, "a");
    await backend.commit();
    put(backend, 50, 3000, "b");
    disk.failAt(operation, nth, code);
    let operations = 0;
    await assert.rejects(backend.commit(), BackendFatalError);
    disk.onOperation = (name) => void (name !== "read" && operations++);
    assert.equal(told.length, 1);
    assert.ok(told[0]!.cause instanceof FileError && told[0]!.cause.code === code);
    assert.throws(() => backend.put(Bucket.Key, utf8("k"), utf8("v")), BackendFatalError);
    await assert.rejects(backend.commit(), BackendFatalError);
    assert.equal(utf8Text(backend.get(Bucket.Key, utf8("k000060"))!), "b60");
    assert.equal(countOf(backend), 3000);
    await backend.close();
    assert.equal(operations, 0, "nothing was written after the failure");
    // The file holds one of the two transactions.
    const reopened = await BoltBackend.open(options(disk));
    assert.ok([100, 3000].includes(countOf(reopened)));
    await reopened.close();
  });

test("a second open of the same file is refused with a typed error", async () => {
  const disk = new MemoryDisk();
  const backend = await BoltBackend.open(options(disk));
  await assert.rejects(BoltBackend.open(options(disk)), BoltLockedError);
  await backend.close();
  await (await BoltBackend.open(options(disk))).close();
  assert.throws(() => backend.put(Bucket.Key, utf8("k"), utf8("v")), BackendClosedError);
  await assert.rejects(backend.commit(), BackendClosedError);
});

test("a defragmentation that fails leaves the old file in use and no other behind", async () => {
  const disk = new MemoryDisk();
  const backend = await BoltBackend.open(options(disk));
  put(backend, 0, 5000, "a");
  await backend.commit();
  for (const operation of ["write", "truncate", "read"] as const) {
    if (operation === "read") {
      await backend.close();
      break;
    }
    disk.failAt(operation, 1, "ENOSPC");
    await assert.rejects(backend.defragment(), operation === "write" ? FileError : BackendOutOfSpaceError);
    assert.deepEqual(await disk.list("data"), ["db"]);
    put(backend, 0, 10, "b");
    await backend.commit();
    await checked(backend);
  }
});

test("a copy that a crash left behind is removed at boot", async () => {
  const disk = new MemoryDisk();
  await (await BoltBackend.open(options(disk))).close();
  disk.setContents(`${PATH}.tmp.123`, new Uint8Array(10));
  await (await BoltBackend.open(options(disk))).close();
  assert.deepEqual(await disk.list("data"), ["db"]);
});

test("writes during a snapshot do not change it, and it opens as a database of its own", async () => {
  const disk = new MemoryDisk();
  const backend = await BoltBackend.open(options(disk));
  put(backend, 0, 3000, "a");
  const hash = await backend.hash();
  const snapshot = await backend.snapshot();
  const pieces: Uint8Array[] = [];
  let round = 0;
  for await (const piece of snapshot) {
    pieces.push(piece);
    put(backend, 0, 3000, `b${round++}`);
    await backend.commit();
  }
  const bytes = Buffer.concat(pieces);
  assert.equal(bytes.length, snapshot.sizeBytes);
  disk.setContents("copy/db", bytes);
  const copy = await OfflineBolt.open({ fileSystem: disk, clock, path: "copy/db" });
  assert.deepEqual((await copy.check()).problems, []);
  assert.equal(utf8Text(copy.reader.get("key", utf8("k000077"))!), "a77");
  await copy.close();
  const restored = await BoltBackend.open(options(disk, { path: "copy/db" }));
  assert.equal(await restored.hash(), hash);
  await restored.close();
  assert.equal(backend.openReaders, 0);
  await backend.close();
});

/** Commits that reuse pages, on a disk that records; returns the events and what each durable commit wrote. */
async function recordedRun(seed: number): Promise<{ disk: MemoryDisk; durable: { events: number; text: string }[] }> {
  const random = new Prng(seed);
  const disk = new MemoryDisk({ recording: true });
  const backend = await BoltBackend.open(options(disk, { batchIntervalMs: 1e6 }));
  const durable = [{ events: disk.events(PATH).length, text: "" }];
  for (let round = 0; round < 25; round++) {
    const text = `${round}.`;
    for (let i = 0; i < 150; i++)
      backend.put(Bucket.Key, utf8(`k${random.integer(400)}`), utf8(text.repeat(1 + random.integer(60))));
    for (let i = 0; i < 60; i++) backend.delete(Bucket.Key, utf8(`k${random.integer(400)}`));
    backend.put(Bucket.Meta, utf8("round"), utf8(text));
    backend.endBatch();
    await backend.commit();
    durable.push({ events: disk.events(PATH).length, text: text + dump(backend) });
  }
  await backend.close();
  return { disk, durable };
}

function dump(backend: BoltBackend): string {
  const out: string[] = [];
  backend.scan(
    Bucket.Key,
    NO_KEY,
    undefined,
    (k, v) => void out.push(`${utf8Text(k)}=${utf8Text(v).length}${utf8Text(v).slice(0, 4)}`),
  );
  return out.join();
}

/** Opens what a crash after `events` left and tells which durable commit it holds. */
async function recovered(image: Uint8Array): Promise<string> {
  const disk = new MemoryDisk();
  disk.setContents(PATH, image);
  const backend = await BoltBackend.open(options(disk));
  await checked(backend);
  const round = backend.get(Bucket.Meta, utf8("round"));
  const text = round === undefined ? "" : utf8Text(round) + dump(backend);
  await backend.close();
  return text;
}

test("after a power loss at any moment the file holds the last durable commit or the one in flight", async () => {
  const seed = Number(process.env.SEED ?? 7);
  const { disk, durable } = await recordedRun(seed);
  const events = disk.events(PATH);
  const random = new Prng(seed);
  for (let i = 0; i < 400; i++) {
    const cut = durable[0]!.events + random.integer(events.length - durable[0]!.events + 1);
    let last = 0;
    while (last + 1 < durable.length && durable[last + 1]!.events <= cut) last++;
    const text = await recovered(crashImage(events.slice(0, cut), random));
    assert.ok(text === durable[last]!.text || text === durable[last + 1]?.text, `seed ${seed}: image ${i}, cut ${cut}`);
  }
});

test("without the sync before the meta page a power loss does destroy the file (control)", async () => {
  const { disk, durable } = await recordedRun(7);
  const events = disk.events(PATH);
  const random = new Prng(7);
  let destroyed = 0;
  for (let i = 0; i < 200 && destroyed === 0; i++) {
    const commit = 1 + random.integer(durable.length - 1);
    // Up to the meta page of that commit, which is the last write before the last sync; its pages unsynced.
    const part = events.slice(0, durable[commit]!.events - 1);
    const syncs = part.flatMap((event, at) => (event.kind === "sync" ? [at] : []));
    const image = crashImage(part.toSpliced(syncs.at(-1)!, 1), random);
    try {
      const text = await recovered(image);
      if (text !== durable[commit]!.text && text !== durable[commit - 1]!.text) destroyed++;
    } catch {
      destroyed++;
    }
  }
  assert.ok(destroyed > 0);
});

test("a creation that a power loss cut short is begun anew, or is whole", async () => {
  const disk = new MemoryDisk({ recording: true });
  await (await BoltBackend.open(options(disk))).close();
  const events = disk.events(PATH);
  const random = new Prng(3);
  for (let cut = 0; cut <= events.length; cut++)
    for (let i = 0; i < 20; i++) assert.equal(await recovered(crashImage(events.slice(0, cut), random)), "");
});

async function opened(image: Uint8Array): Promise<unknown> {
  const disk = new MemoryDisk();
  disk.setContents(PATH, image);
  try {
    const backend = await BoltBackend.open(options(disk));
    countOf(backend);
    await backend.close();
    return undefined;
  } catch (error) {
    return error;
  }
}

async function soundImage(): Promise<Uint8Array> {
  const disk = new MemoryDisk();
  const backend = await BoltBackend.open(options(disk));
  put(backend, 0, 2000, "value ");
  for (let i = 0; i < 20; i++) backend.put(Bucket.Meta, utf8(`m${i}`), new Uint8Array(i * 200));
  backend.endBatch();
  await backend.close();
  return disk.contents(PATH);
}

test("files that are no database are refused by name and reason", async () => {
  const sound = await soundImage();
  const cases: [string, Uint8Array, RegExp][] = [
    ["text", utf8("this is not a database".repeat(100)), /data\/db: not a bbolt database: meta page 0: magic/],
    ["cut in the first page", sound.slice(0, 100), /cut: it has 100 bytes/],
    ["cut in the middle", sound.slice(0, 30_000), /cut: it has 30000 bytes, its meta page counts/],
    ["both checksums wrong", flipped(flipped(sound, 20 + 44), 1024 + 20 + 44), /checksum does not match/],
    ["other version", flipped(flipped(sound, 20), 1024 + 20), /version is/],
  ];
  for (const [name, image, reason] of cases) {
    const error = await opened(image);
    assert.ok(error instanceof BoltDamagedError, `${name}: ${String(error)}`);
    assert.match(error.message, reason, name);
    assert.equal(error.path, PATH);
  }
});

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const out = bytes.slice();
  out[at]! ^= 0xff;
  return out;
}

test("one bad meta page does not matter when the other is newer, and gives the transaction before when it is older", async () => {
  const disk = new MemoryDisk();
  const backend = await BoltBackend.open(options(disk));
  put(backend, 0, 10, "a");
  await backend.commit();
  put(backend, 0, 10, "b");
  await backend.commit();
  const slot = backend.file.state.meta.txid % 2;
  await backend.close();
  for (const [bad, value] of [
    [slot, "a3"],
    [1 - slot, "b3"],
  ] as const) {
    const other = new MemoryDisk();
    other.setContents(PATH, flipped(disk.contents(PATH), bad * 1024 + 40));
    const again = await BoltBackend.open(options(other));
    assert.equal(utf8Text(again.get(Bucket.Key, utf8("k000003"))!), value);
    await again.close();
  }
});

test("damage anywhere gives a typed error or goes unnoticed, but never a crash, a hang or a foreign error", async () => {
  const seed = Number(process.env.SEED ?? 11);
  const random = new Prng(seed);
  const sound = await soundImage();
  let refused = 0;
  for (let i = 0; i < fuzzRounds(600); i++) {
    const image = sound.slice();
    const words = new Uint32Array(image.buffer);
    const page = 2 + random.integer(image.length / 1024 - 2);
    for (let changes = 1 + random.integer(3); changes > 0; changes--) {
      const at = page * 1024 + random.integer(random.chance(0.5) ? 64 : 1024);
      if (random.chance(0.5)) image[at] = random.integer(256);
      // A plausible number: page ids, counts and offsets that point somewhere.
      else words[at >>> 2] = random.integer(300);
    }
    if (random.chance(0.1))
      image.copyWithin(page * 1024, (2 + random.integer(50)) * 1024, (3 + random.integer(50)) * 1024);
    const error = await opened(image);
    if (error === undefined) continue;
    refused++;
    assert.ok(
      error instanceof BoltDamagedError || error instanceof BoltUnsupportedError,
      `seed ${seed}, image ${i}: ${String((error as Error).stack)}`,
    );
    const disk = new MemoryDisk();
    disk.setContents(PATH, image);
    await checkBoltFile(await disk.open(PATH, "read"), clock);
  }
  assert.ok(refused > 100, `${refused}`);
});

test("a defragmentation makes its copy durable before it takes the name, and loses nothing that was committed meanwhile", async () => {
  const disk = new MemoryDisk({ recording: true });
  const backend = await BoltBackend.open(options(disk, { batchIntervalMs: 1e6 }));
  put(backend, 0, 4000, "a");
  await backend.commit();
  let image: Uint8Array | undefined;
  let before = "";
  disk.onOperation = (operation, path) => {
    if (operation !== "rename") return;
    const events = disk.events(path);
    assert.equal(events.at(-1)!.kind, "sync");
    // Nothing unsynced: what a power loss leaves is all of it.
    image = crashImage(events, new Prng(1));
    before = dump(backend);
  };
  const done = backend.defragment();
  for (let round = 0; round < 12; round++) {
    put(backend, round * 500, round * 500 + 700, `b${round}`);
    for (let i = 0; i < 50; i++) backend.delete(Bucket.Key, utf8(`k${String(round * 97 + i).padStart(6, "0")}`));
    backend.endBatch();
    await backend.commit();
  }
  await done;
  assert.ok(image !== undefined);
  const other = new MemoryDisk();
  other.setContents(PATH, image);
  const copy = await BoltBackend.open(options(other));
  await checked(copy);
  await copy.close();
  assert.ok(before.length > 0);
  const last = dump(backend);
  await backend.close();
  const again = await BoltBackend.open(options(disk));
  assert.equal(dump(again), last);
  await checked(again);
  await again.close();
});

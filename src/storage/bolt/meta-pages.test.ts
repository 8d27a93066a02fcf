/** Damage to one of the two meta pages: costs at most the newest transaction, never the tree, and nothing where it was asked to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { crashImage, MemoryDisk } from "../../../test/support/memory-disk.ts";
import { Prng } from "../../../test/support/prng.ts";
import { utf8, utf8Text } from "../../base/bytes.ts";
import { decodeMeta } from "../../codec/bolt/meta.ts";
import { Bucket } from "../../core/mvcc/backend.ts";
import { SILENT_LOGGER } from "../../io/logger.ts";
import { NodeClock } from "../../io/node/clock.ts";
import { BoltBackend } from "./backend.ts";
import type { BackendOptions } from "./backend-options.ts";
import { checkBoltFile } from "./checker.ts";

const clock = new NodeClock();
const PATH = "data/db";
const PAGE_BYTES = 1024;
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

function options(disk: MemoryDisk, extra: Partial<BackendOptions> = {}): BackendOptions {
  const settings = { pageSize: PAGE_BYTES, cacheBytes: 1 << 20, batchIntervalMs: 1e6 };
  return { fileSystem: disk, clock, logger: SILENT_LOGGER, path: PATH, ...settings, ...extra };
}

function dump(backend: BoltBackend): string {
  const out: string[] = [];
  for (const bucket of [Bucket.Meta, Bucket.Key])
    backend.scan(bucket, new Uint8Array(0), undefined, (key, value) => {
      out.push(`${utf8Text(key)}=${value.length}${utf8Text(value).slice(0, 4)}`);
    });
  return out.join();
}

/** With one bit of a meta page turned over; the file is sound but for that. */
function damaged(image: Uint8Array, slot: number, random: Prng): Uint8Array {
  const out = image.slice();
  const at = slot * PAGE_BYTES + 16 + random.integer(64);
  out[at] = out[at]! ^ (1 << random.integer(8));
  return out;
}

async function contentOf(image: Uint8Array): Promise<string> {
  const disk = new MemoryDisk();
  disk.setContents(PATH, image);
  const backend = await BoltBackend.open(options(disk));
  const { problems } = await checkBoltFile(backend.file.file, clock, backend.file.freePages);
  assert.deepEqual(
    problems.filter((problem) => !problem.startsWith("meta page 0")),
    [],
  );
  const content = dump(backend);
  await backend.close();
  return content;
}

function change(backend: BoltBackend, random: Prng, text: string): void {
  for (let i = 0; i < 80; i++)
    backend.put(Bucket.Key, utf8(`k${random.integer(300)}`), utf8(text.repeat(1 + random.integer(60))));
  for (let i = 0; i < 40; i++) backend.delete(Bucket.Key, utf8(`k${random.integer(300)}`));
  backend.put(Bucket.Meta, utf8("round"), utf8(text));
  backend.endBatch();
}

test("after a power loss at any moment and damage to either meta page the file holds a whole transaction, at most one behind", async (t) => {
  t.diagnostic(`SEED=${SEED}`);
  const random = new Prng(SEED);
  const disk = new MemoryDisk({ recording: true });
  let backend = await BoltBackend.open(options(disk));
  const contents = [""];
  const ends = [disk.events(PATH).length];
  for (let round = 0; round < 30; round++) {
    if (round % 7 === 6) {
      await backend.close();
      backend = await BoltBackend.open(options(disk));
    }
    change(backend, random, `${round}.`);
    await backend.commit({ twin: random.chance(0.2) });
    contents.push(dump(backend));
    ends.push(disk.events(PATH).length);
  }
  await backend.close();
  const events = disk.events(PATH);
  let behind = 0;
  for (let i = 0; i < 500; i++) {
    const cut = ends[1]! + random.integer(events.length - ends[1]! + 1);
    const last = ends.findLastIndex((end) => end <= cut);
    const image = crashImage(events.slice(0, cut), random);
    const sound = [0, 1].every((slot) => decodeMeta(image.subarray(slot * PAGE_BYTES)).ok);
    if (!sound) continue;
    const found = contents.indexOf(await contentOf(damaged(image, random.integer(2), random)));
    assert.ok(found >= last - 1 && found <= last + 1, `SEED=${SEED}, image ${i}, cut ${cut}: ${found}, not ${last}`);
    if (found === last - 1) behind++;
  }
  assert.ok(behind > 50, "the older meta page counted now and then");
});

test("a commit to both meta pages is there whichever of them is damaged, also when nothing new is to be written", async () => {
  const random = new Prng(SEED);
  for (const later of [true, false]) {
    const disk = new MemoryDisk();
    const backend = await BoltBackend.open(options(disk));
    change(backend, random, "before.");
    await backend.commit();
    change(backend, random, "last.");
    if (later) await backend.commit();
    const expected = dump(backend);
    await backend.commit({ twin: true });
    assert.equal(backend.file.isTwin, true);
    const image = disk.contents(PATH);
    for (const slot of [0, 1]) assert.equal(await contentOf(damaged(image, slot, random)), expected);
    change(backend, random, "after.");
    await backend.commit();
    await backend.close();
  }
});

test("no meta page of a defragmented file names a part of the copy", async () => {
  const random = new Prng(SEED);
  const disk = new MemoryDisk();
  const backend = await BoltBackend.open(options(disk));
  for (let round = 0; round < 5; round++) {
    change(backend, random, `${round}.`);
    await backend.commit();
  }
  const expected = dump(backend);
  await backend.defragment();
  await backend.close();
  const image = disk.contents(PATH);
  for (const slot of [0, 1]) assert.equal(await contentOf(damaged(image, slot, random)), expected);
});

test("a damaged meta page is told with its place, and mended by the next commit", async () => {
  const random = new Prng(SEED);
  const disk = new MemoryDisk();
  const first = await BoltBackend.open(options(disk));
  change(first, random, "a.");
  await first.close();
  const slot = first.file.state.meta.txid % 2;
  disk.setContents(PATH, damaged(disk.contents(PATH), slot, random));
  const told: unknown[] = [];
  const logger = { ...SILENT_LOGGER, warn: (message: string, fields: unknown) => void told.push([message, fields]) };
  const backend = await BoltBackend.open(options(disk, { logger }));
  assert.match(JSON.stringify(told), new RegExp(`meta page.*data/db.*"offset":${slot * PAGE_BYTES}`));
  change(backend, random, "b.");
  await backend.close();
  const image = disk.contents(PATH);
  for (const each of [0, 1]) assert.ok(decodeMeta(image.subarray(each * PAGE_BYTES)).ok);
});

/**
 * The backend against its naive twin: random batches, reads at every stage of a commit, pins, defragmentation, reopening; the checker and
 * the twin must agree each time. The clock makes every slice end at once, so that commits stop wherever they may stop.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryBackend } from "../../../test/support/memory-backend.ts";
import { MemoryDisk } from "../../../test/support/memory-disk.ts";
import { Prng } from "../../../test/support/prng.ts";
import { utf8 } from "../../base/bytes.ts";
import { type BackendReader, Bucket } from "../../core/mvcc/backend.ts";
import type { Clock, Timer } from "../../io/clock.ts";
import { SILENT_LOGGER } from "../../io/logger.ts";
import { BoltBackend } from "./backend.ts";
import type { BackendOptions } from "./backend-options.ts";
import { checkBoltFile } from "./checker.ts";
import type { BoltPinnedReader } from "./pinned-reader.ts";

/** Time moves with each look at it. */
class RestlessClock implements Clock {
  #now = 0;
  now(): number {
    return (this.#now += 0.3);
  }
  wallNow(): number {
    return (this.#now += 1);
  }
  setTimer(delayMs: number, callback: () => void): Timer {
    const timer = setTimeout(callback, delayMs / 20);
    return { cancel: () => clearTimeout(timer) };
  }
  setRepeating(): Timer {
    throw new Error("not used");
  }
  nextTurn(callback: () => void): void {
    setImmediate(callback);
  }
}

const BUCKETS = [Bucket.Key, Bucket.Meta, Bucket.Lease, Bucket.AuthUsers] as const;
const FIRST = new Uint8Array(0);

function same(actual: Pick<BackendReader, "scan">, expected: BackendReader, range: Range, seed: string): void {
  const want: string[] = [];
  expected.scan(range.bucket, range.from, range.to, (k, v) => void want.push(fingerprint(k, v)));
  let at = 0;
  actual.scan(range.bucket, range.from, range.to, (k, v) => {
    assert.equal(fingerprint(k, v), want[at++], `${seed}: entry ${at} of ${range.bucket}`);
  });
  assert.equal(at, want.length, `${seed}: entries of ${range.bucket}`);
}

function fingerprint(key: Uint8Array, value: Uint8Array): string {
  let sum = value.length;
  for (let i = 0; i < value.length; i += 1 + (value.length >>> 6)) sum = (Math.imul(sum, 31) + value[i]!) | 0;
  return `${Buffer.from(key).toString("hex")}:${sum}`;
}

interface Range {
  readonly bucket: Bucket;
  readonly from: Uint8Array;
  readonly to: Uint8Array | undefined;
}

class Run {
  readonly random: Prng;
  readonly disk: MemoryDisk;
  readonly label: string;
  readonly pageSize: number;
  twin: MemoryBackend;
  backend!: BoltBackend;
  revision: number;

  constructor(seed: number) {
    this.random = new Prng(seed);
    this.disk = new MemoryDisk();
    this.label = `seed ${seed}`;
    this.pageSize = this.random.pick([1024, 1024, 4096, 16384]);
    this.twin = new MemoryBackend();
    this.revision = 0;
  }

  options(): BackendOptions {
    return {
      fileSystem: this.disk,
      clock: new RestlessClock(),
      logger: SILENT_LOGGER,
      path: "data/db",
      pageSize: this.pageSize,
      cacheBytes: this.random.pick([0, 1 << 20]),
      batchLimit: this.random.pick([20, 1000]),
    };
  }

  key(bucket: Bucket): Uint8Array {
    if (bucket === Bucket.Key) return utf8(`r${String(this.random.integer(this.revision + 1)).padStart(7, "0")}`);
    const text = String(this.random.integer(600));
    return utf8(this.random.chance(0.2) ? text + "-".repeat(this.random.integer(300)) : text);
  }

  value(): Uint8Array {
    const kind = this.random.next();
    const size =
      kind < 0.75 ? this.random.integer(80) : kind < 0.97 ? this.random.integer(1500) : this.random.integer(60_000);
    return new Uint8Array(size).fill(this.random.integer(256));
  }

  put(bucket: Bucket, key: Uint8Array, value: Uint8Array): void {
    this.backend.put(bucket, key, value);
    this.twin.put(bucket, key, value);
  }

  delete(bucket: Bucket, key: Uint8Array): void {
    this.backend.delete(bucket, key);
    this.twin.delete(bucket, key);
  }

  batch(): void {
    const count = 1 + this.random.integer(this.random.chance(0.1) ? 400 : 12);
    for (let i = 0; i < count; i++) {
      const bucket = this.random.pick(BUCKETS);
      if (bucket === Bucket.Key && this.random.chance(0.8))
        this.put(bucket, utf8(`r${String(this.revision++).padStart(7, "0")}`), this.value());
      else if (this.random.chance(0.45)) this.delete(bucket, this.key(bucket));
      else this.put(bucket, this.key(bucket), this.value());
    }
    if (this.random.chance(0.08)) this.deleteRange();
    this.backend.endBatch();
    this.twin.endBatch();
  }

  deleteRange(): void {
    const range = this.range();
    const keys: Uint8Array[] = [];
    this.twin.scan(range.bucket, range.from, range.to, (key) => void keys.push(key));
    for (const key of keys) if (!this.random.chance(0.05)) this.delete(range.bucket, key);
  }

  range(): Range {
    const bucket = this.random.pick(BUCKETS);
    const from = this.random.chance(0.3) ? FIRST : this.key(bucket);
    return { bucket, from, to: this.random.chance(0.4) ? undefined : this.key(bucket) };
  }

  read(reader: BackendReader, expected: BackendReader): void {
    same(reader, expected, this.range(), this.label);
    for (let i = 0; i < 5; i++) {
      const bucket = this.random.pick(BUCKETS);
      const key = this.key(bucket);
      const actual = reader.get(bucket, key);
      const want = expected.get(bucket, key);
      assert.deepEqual(
        actual === undefined ? undefined : Buffer.from(actual),
        want === undefined ? undefined : Buffer.from(want),
        this.label,
      );
    }
  }

  all(reader: BackendReader, expected: BackendReader): void {
    for (const bucket of Object.values(Bucket))
      same(reader, expected, { bucket, from: FIRST, to: undefined }, this.label);
  }

  async check(): Promise<void> {
    const free = this.backend.file.freePages;
    assert.equal(this.backend.file.pager.cache.pinnedPages, 0, this.label);
    const report = await checkBoltFile(this.backend.file.file, new RestlessClock(), free);
    assert.deepEqual(report.problems, [], this.label);
    assert.equal(
      (report.pagesReachable + pending(free) - free.spareCount(this.backend.file.state.meta.txid)) * this.pageSize,
      this.backend.sizeInUseBytes,
      this.label,
    );
  }
}

function pending(free: { pendingRuns(): Iterable<readonly [number, number]> }): number {
  let pages = 0;
  for (const [, count] of free.pendingRuns()) pages += count;
  return pages;
}

async function run(seed: number, steps: number): Promise<void> {
  const r = new Run(seed);
  r.backend = await BoltBackend.open(r.options());
  const pins: { reader: BoltPinnedReader; twin: MemoryBackend }[] = [];
  let defragmenting: Promise<void> = Promise.resolve();
  for (let step = 0; step < steps; step++) {
    const what = r.random.next();
    if (what < 0.55) r.batch();
    else if (what < 0.75) r.read(r.backend, r.twin);
    else if (what < 0.85) await new Promise((resolve) => setImmediate(resolve));
    else if (what < 0.92) {
      const done = r.backend.commit();
      if (r.random.chance(0.5)) await done;
    } else if (what < 0.95 && pins.length < 3) {
      const reader = await r.backend.pin();
      await r.twin.commit();
      pins.push({ reader, twin: r.twin.crash() });
    } else if (what < 0.97 && pins.length > 0) {
      const [pin] = pins.splice(r.random.integer(pins.length), 1);
      r.all(pin!.reader, pin!.twin);
      pin!.reader.release();
    } else if (what < 0.98) {
      await defragmenting;
      defragmenting = r.backend.defragment();
    } else if (what < 0.99 && pins.length === 0) {
      await defragmenting;
      await r.backend.commit();
      await r.check();
      r.all(r.backend, r.twin);
      await r.backend.close();
      r.backend = await BoltBackend.open(r.options());
      r.all(r.backend, r.twin);
      await r.check();
    }
  }
  await defragmenting;
  for (const { reader, twin } of pins) {
    r.all(reader, twin);
    reader.release();
  }
  await r.backend.commit();
  await r.check();
  r.all(r.backend, r.twin);
  await r.backend.close();
}

const seeds = process.env.SEED === undefined ? [1, 2, 3, 4, 5, 6] : [Number(process.env.SEED)];
for (const seed of seeds)
  test(`BoltBackend equals its twin through random batches, commits, pins, defragmentations and reopens (SEED=${seed})`, async () => {
    await run(seed, Number(process.env.STEPS ?? 700));
  });

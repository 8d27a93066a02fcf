import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sleep } from "../../src/io/clock.ts";
import { type File, FileError } from "../../src/io/file-system.ts";
import { SimulatedClock } from "./clock.ts";
import { SimulatedDisk, type SimulatedDiskOptions } from "./disk.ts";
import { DiskContent } from "./disk-content.ts";
import { SeededRandom } from "./random.ts";

interface World {
  readonly clock: SimulatedClock;
  readonly disk: SimulatedDisk;
  readonly run: <T>(work: () => Promise<T>) => Promise<T>;
}

function world(seed: number, options: Partial<SimulatedDiskOptions> = {}): World {
  const clock = new SimulatedClock();
  const disk = new SimulatedDisk({ clock, random: new SeededRandom(seed), ...options });
  return { clock, disk, run: (work) => clock.runUntil(work()) };
}

const failsWith = (code: string) => (error: unknown) => error instanceof FileError && error.code === code;
const bytes = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);

async function create(disk: SimulatedDisk, path: string): Promise<File> {
  const file = await disk.open(path, "create");
  await disk.syncDirectory("/");
  return file;
}

describe("SimulatedClock", () => {
  it("calls in the order of time and then of asking, and lets promises settle in between", async () => {
    const clock = new SimulatedClock();
    const calls: string[] = [];
    clock.setTimer(20, () => calls.push("c"));
    clock.setTimer(10, () => {
      calls.push("a");
      void sleep(clock, 5).then(() => calls.push(`slept ${clock.now()}`));
    });
    clock.setTimer(10, () => calls.push("b"));
    clock.setTimer(10, () => calls.push("never")).cancel();
    const repeating = clock.setRepeating(30, () => {
      calls.push(`tick ${clock.now()}`);
      if (clock.now() === 60) repeating.cancel();
    });
    clock.nextTurn(() => calls.push("now"));
    await clock.run(100);
    assert.deepEqual(calls, ["now", "a", "b", "slept 15", "c", "tick 30", "tick 60"]);
    assert.equal(clock.now(), 100);
    assert.equal(await clock.step(), false);
  });

  it("throws when it waits for a promise that nothing can settle", async () => {
    const clock = new SimulatedClock();
    await assert.rejects(clock.runUntil(new Promise(() => undefined)), /idle/);
  });

  it("keeps a thousand random timers in order", async () => {
    const clock = new SimulatedClock();
    const random = new SeededRandom(5);
    const seen: number[] = [];
    for (let i = 0; i < 1000; i++) clock.setTimer(random.integer(500), () => seen.push(clock.now()));
    await clock.runUntilIdle();
    assert.equal(seen.length, 1000);
    assert.deepEqual(
      seen,
      seen.toSorted((a, b) => a - b),
    );
  });
});

describe("SeededRandom", () => {
  it("repeats itself from a seed and differs between seeds", () => {
    const draw = (seed: number): number[] => {
      const random = new SeededRandom(seed);
      return Array.from({ length: 50 }, () => random.integer(1000));
    };
    assert.deepEqual(draw(1), draw(1));
    assert.notDeepEqual(draw(1), draw(2));
    const random = new SeededRandom(3);
    const counts = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 10_000; i++) counts[random.integer(10)]!++;
    assert.ok(
      counts.every((count) => count > 800 && count < 1200),
      counts.join(),
    );
    assert.ok(random.integer(2 ** 48) < 2 ** 48);
  });
});

describe("SimulatedDisk", () => {
  it("replays a run exactly from its seed", async () => {
    const once = async (seed: number): Promise<string> => {
      const { clock, disk, run } = world(seed);
      const trace: string[] = [];
      await run(async () => {
        await disk.makeDirectory("/a/b");
        await disk.syncDirectory("/");
        await disk.syncDirectory("/a");
        await Promise.all(
          Array.from({ length: 8 }, async (_, i) => {
            const file = await disk.open(`/a/b/${i % 5}`, "write");
            await file.writev([bytes(700 * i, i)], i * 300);
            if (i % 2 === 0) await file.datasync();
            trace.push(`${i}@${clock.now()}`);
          }),
        );
        await disk.syncDirectory("/a/b");
      });
      const after = disk.crash();
      for (const name of await clock.runUntil(after.list("/a/b")))
        trace.push(`${name}:${Buffer.from(after.contents(`/a/b/${name}`)).toString("base64")}`);
      return trace.join();
    };
    assert.equal(await once(1), await once(1));
    assert.notEqual(await once(1), await once(2));
  });

  it("keeps what was synced and, over many seeds, both keeps and loses what was not", async () => {
    let kept = 0;
    let lost = 0;
    for (let seed = 0; seed < 40; seed++) {
      const { disk, run } = world(seed);
      await run(async () => {
        const file = await create(disk, "/f");
        await file.writevDurable([bytes(2048, 1)], 0);
        await file.writev([bytes(1024, 2)], 512);
      });
      const after = disk.crash().contents("/f");
      assert.equal(after.length, 2048);
      assert.ok(after.subarray(0, 512).every((byte) => byte === 1));
      assert.ok(after.subarray(1536).every((byte) => byte === 1));
      for (const at of [512, 1024]) {
        const sector = after.subarray(at, at + 512);
        assert.ok(sector.every((byte) => byte === sector[0]));
        if (sector[0] === 2) kept++;
        else lost++;
      }
    }
    assert.ok(kept > 10 && lost > 10, `${kept} kept, ${lost} lost`);
  });

  it("tears sectors only when told to", async () => {
    let torn = 0;
    for (let seed = 0; seed < 20; seed++) {
      const { disk, run } = world(seed, { tornSectors: true });
      await run(async () => {
        const file = await create(disk, "/f");
        await file.writevDurable([bytes(512, 1)], 0);
        await file.writev([bytes(512, 2)], 0);
      });
      const values = new Set(disk.crash().contents("/f"));
      if (values.size === 2) torn++;
    }
    assert.ok(torn > 0 && torn < 20);
  });

  it("loses or keeps names that were not synced, in their order", async () => {
    const outcomes = new Set<string>();
    for (let seed = 0; seed < 60; seed++) {
      const { clock, disk, run } = world(seed);
      await run(async () => {
        await (await create(disk, "/old")).close();
        await disk.rename("/old", "/new");
        await (await disk.open("/x", "create")).close();
        await disk.remove("/new");
      });
      outcomes.add((await clock.runUntil(disk.crash().list("/"))).join());
    }
    assert.deepEqual([...outcomes].sort(), ["new", "new,x", "old", "x"]);
  });

  it("keeps everything when only the process is killed", async () => {
    const { clock, disk, run } = world(1);
    await run(async () => {
      await disk.makeDirectory("/d");
      const file = await disk.open("/d/f", "create");
      await file.writev([bytes(3000, 9)], 100);
      assert.equal(await file.lock(), true);
    });
    const after = disk.crash({ powerLoss: false });
    assert.equal(after.contents("/d/f").length, 3100);
    const file = await clock.runUntil(after.open("/d/f", "write"));
    assert.equal(await clock.runUntil(file.lock()), true);
  });

  it("does not save what was dirty when a sync failed, though a later one succeeds", async () => {
    let lost = 0;
    for (let seed = 0; seed < 20; seed++) {
      const { disk, run } = world(seed);
      await run(async () => {
        const file = await create(disk, "/f");
        await file.writevDurable([bytes(512, 1)], 0);
        await file.writev([bytes(512, 2)], 0);
        disk.inject({ operations: ["datasync"], code: "EIO" });
        await assert.rejects(file.datasync(), failsWith("EIO"));
        await file.datasync();
      });
      if (disk.crash().contents("/f")[0] === 1) lost++;
    }
    assert.ok(lost > 0 && lost < 20, String(lost));
  });

  it("makes durable what a sync found at its start, not what is written while it runs", async () => {
    for (let seed = 0; seed < 30; seed++) {
      const { disk, run } = world(seed);
      await run(async () => {
        const file = await create(disk, "/f");
        await file.writev([bytes(512, 1)], 0);
        const sync = file.datasync();
        const write = file.writev([bytes(512, 2)], 0);
        await Promise.all([sync, write]);
      });
      const value = disk.crash().contents("/f")[0];
      assert.ok(value === 1 || value === 2, String(value));
    }
  });

  it("is full at its capacity, honours reserved space, and has room again when files go", async () => {
    const { disk, run } = world(1, { capacityBytes: 64 * 1024 });
    await run(async () => {
      const reserved = await create(disk, "/reserved");
      await reserved.preallocate(32 * 1024);
      assert.equal(await reserved.size(), 32 * 1024);
      assert.equal(await disk.freeBytes("/"), 32 * 1024);
      await assert.rejects(reserved.preallocate(65 * 1024), failsWith("ENOSPC"));
      const other = await create(disk, "/other");
      await other.writev([bytes(32 * 1024, 1)], 0);
      assert.equal(await disk.freeBytes("/"), 0);
      await assert.rejects(other.writev([bytes(100, 1)], 32 * 1024), failsWith("ENOSPC"));
      await reserved.writevDurable([bytes(32 * 1024, 2)], 0);
      await disk.remove("/other");
      assert.equal(await disk.freeBytes("/"), 32 * 1024);
    });
  });

  it("fails, stalls and rots as told", async () => {
    const { clock, disk, run } = world(1);
    await run(async () => {
      const file = await create(disk, "/f");
      disk.inject({ operations: ["write"], path: "/f", skip: 1, times: 2, code: "EIO" });
      await file.writev([bytes(10, 1)], 0);
      await assert.rejects(file.writev([bytes(10, 2)], 10), failsWith("EIO"));
      await assert.rejects(file.writevDurable([bytes(10, 2)], 10), failsWith("EIO"));
      await file.writevDurable([bytes(10, 2)], 10);
      disk.inject({ operations: ["datasync"], stallMs: 5000 });
      const before = clock.now();
      await file.datasync();
      assert.ok(clock.now() - before >= 5000);
      disk.flipBit("/f", 3, 7);
      assert.equal(disk.contents("/f")[3], 0x81);
      assert.equal(disk.crash().contents("/f")[3], 0x81);
    });
  });

  it("never settles an operation after its crash", async () => {
    const { clock, disk, run } = world(1);
    const file = await run(() => create(disk, "/f"));
    let settled = false;
    const mark = (): void => {
      settled = true;
    };
    file.writev([bytes(10, 1)], 0).then(mark, mark);
    disk.crash();
    disk.stat("/f").then(mark, mark);
    await clock.run(1000);
    assert.equal(settled, false);
  });

  it("answers as an operating system does to what cannot be", async () => {
    const { disk, run } = world(1);
    await run(async () => {
      await disk.makeDirectory("/d/e");
      await assert.rejects(disk.open("/none", "read"), failsWith("ENOENT"));
      await assert.rejects(disk.open("/none/f", "write"), failsWith("ENOENT"));
      await assert.rejects(disk.open("/d", "write"), failsWith("EISDIR"));
      await assert.rejects(disk.list("/none"), failsWith("ENOENT"));
      await assert.rejects(disk.rename("/none", "/x"), failsWith("ENOENT"));
      await disk.remove("/none");
      await disk.removeTree("/none");
      assert.equal(await disk.stat("/none"), undefined);
      assert.equal((await disk.stat("/d"))?.isDirectory, true);
      const file = await disk.open("/d/f", "create");
      await assert.rejects(disk.open("/d/f", "create"), failsWith("EEXIST"));
      await file.writev([bytes(5, 1)], 3);
      assert.deepEqual(Buffer.from(await disk.readFile("/d/f")), Buffer.from([0, 0, 0, 1, 1, 1, 1, 1]));
      const reader = await disk.open("/d/f", "read");
      await assert.rejects(reader.writev([bytes(1, 1)], 0), failsWith("EBADF"));
      await reader.close();
      await assert.rejects(reader.read(bytes(1, 0), 0), failsWith("EBADF"));
      await disk.rename("/d", "/moved");
      assert.deepEqual(await disk.list("/moved"), ["e", "f"]);
      await disk.removeTree("/moved");
      assert.deepEqual(await disk.list("/"), []);
    });
  });
});

describe("DiskContent", () => {
  it("equals a plain array under random writes, truncations and reads", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = new SeededRandom(seed);
      const content = new DiskContent();
      let naive = new Uint8Array(0);
      for (let step = 0; step < 200; step++) {
        const at = random.integer(20_000);
        if (random.chance(0.2)) {
          const grown = new Uint8Array(at);
          grown.set(naive.subarray(0, at));
          naive = grown;
          content.truncate(at);
        } else {
          const written = random.bytes(random.integer(6000));
          if (written.length > 0 && at + written.length > naive.length) {
            const grown = new Uint8Array(at + written.length);
            grown.set(naive);
            naive = grown;
          }
          if (written.length > 0) naive.set(written, at);
          content.write(written, at);
        }
        if (random.chance(0.3)) content.endSync(content.beginSync());
        const read = new Uint8Array(random.integer(8000));
        const from = random.integer(25_000);
        const n = content.read(read, from);
        assert.equal(content.size, naive.length, `seed ${seed}, step ${step}`);
        assert.deepEqual(
          Buffer.from(read.subarray(0, n)),
          Buffer.from(naive.subarray(from, from + read.length)),
          `seed ${seed}, step ${step}`,
        );
      }
      content.endSync(content.beginSync());
      const after = content.afterCrash(random, { powerLoss: true, tornSectors: true });
      const all = new Uint8Array(naive.length);
      assert.equal(after.read(all, 0), naive.length);
      assert.ok(Buffer.from(all).equals(naive), `seed ${seed}`);
    }
  });
});

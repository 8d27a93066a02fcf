/**
 * Numbers of the storage engine alone: node --import tsx test/bench/bolt.ts [values=300] [count=200000] [directory]
 * Keys are 17 bytes like etcd's revisions; commits hold 2000 puts and are durable each. CPU per operation: of the main thread, of the process.
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { SILENT_LOGGER } from "../../src/io/logger.ts";
import { NodeClock } from "../../src/io/node/clock.ts";
import { NodeFileSystem } from "../../src/io/node/file-system.ts";
import { BoltBackend } from "../../src/storage/bolt/backend.ts";

const valueBytes = Number(process.argv[2] ?? 300);
const count = Number(process.argv[3] ?? 200_000);
const directory = fs.mkdtempSync(path.join(process.argv[4] ?? os.tmpdir(), "bolt-bench-"));
const COMMIT_PUTS = 2000;

function key(i: number): Uint8Array {
  const bytes = new Uint8Array(17);
  new DataView(bytes.buffer).setUint32(4, i);
  bytes[8] = 0x5f;
  return bytes;
}

const clock = new NodeClock();
const open = (name: string, visit?: () => void): Promise<BoltBackend> =>
  BoltBackend.open({
    fileSystem: new NodeFileSystem(),
    clock,
    logger: SILENT_LOGGER,
    path: path.join(directory, name),
    batchIntervalMs: 1e6,
    batchLimit: 1e9,
    ...(visit === undefined ? {} : { visit }),
  });

function threadCpuMicros(): number {
  const usage = (process as { threadCpuUsage?: () => NodeJS.CpuUsage }).threadCpuUsage?.();
  if (usage !== undefined) return usage.user + usage.system;
  // utime and stime of the main thread, in ticks of 10 ms.
  const stat = fs.readFileSync(`/proc/self/task/${process.pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

async function measure(name: string, operations: number, job: () => unknown): Promise<void> {
  const cpu = process.cpuUsage();
  const thread = threadCpuMicros();
  const start = performance.now();
  await job();
  const ms = performance.now() - start;
  const used = process.cpuUsage(cpu);
  const main = (threadCpuMicros() - thread) / operations;
  const all = (used.user + used.system) / operations;
  const rss = Math.round(process.memoryUsage.rss() / 2 ** 20);
  console.log(
    `${name.padEnd(34)} ${((ms * 1000) / operations).toFixed(2)} us wall, ${main.toFixed(2)} main, ${all.toFixed(2)} process; ${Math.round((operations * 1000) / ms)}/s; RSS ${rss} MB`,
  );
}

async function main(): Promise<void> {
  const value = new Uint8Array(valueBytes).fill(120);
  let backend = await open("db");
  const put = async (from: number, to: number): Promise<void> => {
    for (let i = from; i < to; i++) {
      backend.put("key", key(i), value);
      if ((i + 1) % COMMIT_PUTS === 0) {
        backend.endBatch();
        await backend.commit();
      }
    }
    backend.endBatch();
    await backend.commit();
  };
  await measure(`put ${valueBytes} B, ${COMMIT_PUTS} a commit`, count, () => put(0, count));
  const gets = 100_000;
  await measure("get at random, view", gets, async () => {
    let seed = 1;
    for (let i = 0; i < gets; i++) {
      if (i % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      if (backend.get("key", key(seed % count))?.length !== valueBytes) throw new Error("wrong value");
    }
  });
  const none = new Uint8Array(0);
  for (let round = 0; round < 2; round++)
    await measure("scan, view", count, () => {
      let seen = 0;
      backend.scan("key", none, undefined, () => void seen++);
      if (seen !== count) throw new Error(`scanned ${seen}`);
    });
  await measure("hash in slices", count, () => backend.hash());
  await measure("delete the oldest half, 1000 a commit", count / 2, async () => {
    for (let i = 0; i < count / 2; i++) {
      backend.delete("key", key(i));
      if ((i + 1) % 1000 === 0) {
        backend.endBatch();
        await backend.commit();
      }
    }
  });
  await measure("put again into freed pages", count / 2, () => put(count, count * 1.5));
  console.log(
    `file ${(backend.sizeBytes / 1e6).toFixed(1)} MB, in use ${(backend.sizeInUseBytes / 1e6).toFixed(1)} MB`,
  );
  await measure("defragment", count, () => backend.defragment());
  console.log(`file ${(backend.sizeBytes / 1e6).toFixed(1)} MB`);
  await backend.close();
  await measure("open and see every entry", count, async () => {
    let seen = 0;
    backend = await open("db", () => void seen++);
    if (seen !== count) throw new Error(`saw ${seen}`);
  });
  await measure("1 put per durable commit", 500, async () => {
    for (let i = 0; i < 500; i++) {
      backend.put("key", key(2 ** 31 + i), value);
      backend.endBatch();
      await backend.commit();
    }
  });
  for (const [size, batch, rounds] of [
    [300, 2000, 20],
    [1000, 10_000, 6],
    [100_000, 400, 3],
    [1_500_000, 40, 3],
  ] as const)
    await stalls(backend, size, batch, rounds);
  await backend.close();
}

/** 50 puts a turn while a commit of `batch` puts is under way. */
async function stalls(backend: BoltBackend, size: number, batch: number, rounds: number): Promise<void> {
  const perTurn = Math.min(50, Math.max(1, Math.floor(1_000_000 / size)));
  const values = Array.from({ length: 8 }, () => new Uint8Array(size).fill(7));
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  let worst = 0;
  let next = 1_000_000_000;
  histogram.enable();
  const start = performance.now();
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < batch; ) {
      for (let j = 0; j < perTurn && i < batch; j++, i++) backend.put("key", key(next++), values[i & 7]!);
      backend.endBatch();
      await new Promise((resolve) => setImmediate(resolve));
    }
    let done = false;
    void backend.commit().then(() => {
      done = true;
    });
    let turn = performance.now();
    while (!done) {
      await new Promise((resolve) => setImmediate(resolve));
      const now = performance.now();
      worst = Math.max(worst, now - turn);
      turn = now;
    }
  }
  histogram.disable();
  const ms = performance.now() - start;
  console.log(
    `commit of ${batch} x ${size} B: longest turn ${worst.toFixed(1)} ms, loop delay p99 ${(histogram.percentile(99) / 1e6).toFixed(1)} ms max ${(histogram.max / 1e6).toFixed(1)} ms; ${((rounds * batch * size) / 1e3 / ms).toFixed(0)} MB/s`,
  );
}

try {
  await main();
} finally {
  fs.rmSync(directory, { recursive: true });
}

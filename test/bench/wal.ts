/**
 * The log's rate and what it costs the main thread, on the real disk.
 * usage: node --import tsx test/bench/wal.ts [FOLDER]
 *
 * "under way" saves are kept in flight: 1 waits for each, more gather in groups. "loop" is the time in which the main thread was not idle.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { SILENT_LOGGER } from "../../src/io/logger.ts";
import { NodeClock } from "../../src/io/node/clock.ts";
import { NodeFileSystem } from "../../src/io/node/file-system.ts";
import type { Entry } from "../../src/proto/generated/raft.ts";
import { Wal } from "../../src/storage/wal/wal.ts";

const RUN_MS = 2000;
const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), "etcd-ts-wal-"));

async function run(entriesPerSave: number, dataBytes: number, underWay: number): Promise<void> {
  const directory = join(folder, `${entriesPerSave}-${dataBytes}-${underWay}`);
  let syncs = 0;
  const options = {
    fileSystem: new NodeFileSystem(),
    clock: new NodeClock(),
    log: SILENT_LOGGER,
    directory,
    observeSync: () => void syncs++,
  };
  const wal = await Wal.create(options, new Uint8Array(20));
  const data = new Uint8Array(dataBytes).fill(7);
  let index = 0;
  let saves = 0;
  const one = async (): Promise<void> => {
    const entries: Entry[] = [];
    for (let i = 0; i < entriesPerSave; i++) entries.push({ type: 0, term: 2, index: ++index, data });
    await wal.save({ term: 2, vote: 0x8899aabbccddeeffn, commit: index - entriesPerSave }, entries);
    saves++;
  };
  const lane = async (until: number): Promise<void> => {
    while (performance.now() < until) await one();
  };
  await lane(performance.now() + 300);
  saves = 0;
  syncs = 0;
  const cpu = process.cpuUsage();
  const loop = performance.eventLoopUtilization();
  const began = performance.now();
  await Promise.all(Array.from({ length: underWay }, () => lane(began + RUN_MS)));
  const took = performance.now() - began;
  const { active } = performance.eventLoopUtilization(loop);
  const { user, system } = process.cpuUsage(cpu);
  const perSave = (us: number): string => (us / saves).toFixed(1).padStart(7);
  console.log(
    `${String(entriesPerSave).padStart(4)} x ${String(dataBytes).padStart(5)} B, ${String(underWay).padStart(3)} under way:` +
      ` ${((saves / took) * 1000).toFixed(0).padStart(7)} saves/s ${(((saves * entriesPerSave) / took) * 1000).toFixed(0).padStart(8)} entries/s` +
      ` ${(saves / syncs).toFixed(1).padStart(5)} saves a write; us a save: loop ${perSave(active * 1000)} cpu ${perSave(user + system)}`,
  );
  await wal.close();
  rmSync(directory, { recursive: true });
}

try {
  for (const [entriesPerSave, dataBytes, underWay] of [
    [1, 300, 1],
    [50, 300, 1],
    [1, 300, 50],
    [50, 300, 50],
    [1, 10_000, 1],
    [50, 10_000, 1],
  ] as const)
    await run(entriesPerSave, dataBytes, underWay);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

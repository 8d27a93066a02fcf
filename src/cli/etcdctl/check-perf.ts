/** `etcdctl check perf`: does the cluster keep up with a given rate of writes for a minute? Source of behaviour: etcdctl/ctlv3/command/check.go. */
import { sleep } from "../../io/clock.ts";
import type { Invocation } from "../cobra/command.ts";
import { CommandExit, ExitCode } from "../cobra/program.ts";
import { writeOut } from "../print/output.ts";
import {
  compactAfterCheck,
  defragAfterCheck,
  deleteKeys,
  LoadReport,
  loadModel,
  printErrors,
  putInParallel,
  requireEmpty,
} from "./check-load.ts";
import { ClientError } from "./client-error.ts";
import type { Connection } from "./connection.ts";
import { Progress } from "./progress.ts";
import { clientSettings, clock, connect } from "./session.ts";

const DURATION_MS = 60_000;
const MODELS = {
  s: { writesPerSecond: 150, clients: 50 },
  m: { writesPerSecond: 1000, clients: 200 },
  l: { writesPerSecond: 8000, clients: 500 },
  xl: { writesPerSecond: 15000, clients: 1000 },
} as const;

export async function runCheckPerf(invocation: Invocation): Promise<void> {
  const { flags } = invocation;
  const { writesPerSecond, clients } = MODELS[loadModel(flags.text("load"))];
  const prefix = flags.text("prefix");
  const settings = await clientSettings(invocation);
  const connections = await Promise.all(Array.from({ length: clients }, () => connect(settings.config())));
  try {
    await requireEmpty(connections[0]!, prefix, "'");
    const report = await putAtRate(connections, prefix, writesPerSecond);
    const perSecond = report.perSecond;
    await cleanUp(connections[0]!, prefix, flags.bool("auto-compact"));
    if (flags.bool("auto-defrag"))
      for (const endpoint of settings.endpoints) {
        const connection = await connect(settings.config([endpoint]));
        await defragAfterCheck(connection, endpoint);
        connection.close();
      }
    judge(report, perSecond, writesPerSecond);
  } finally {
    for (const connection of connections) connection.close();
  }
}

async function putAtRate(connections: readonly Connection[], prefix: string, perSecond: number): Promise<LoadReport> {
  const report = new LoadReport();
  const progress = new Progress(clock);
  const start = clock.now();
  let interrupted = false;
  process.once("SIGINT", () => {
    interrupted = true;
  });
  let issued = 0;
  const next = async (): Promise<boolean> => {
    const dueMs = start + (issued++ * 1000) / perSecond;
    if (dueMs - start >= DURATION_MS) return false;
    const waitMs = dueMs - clock.now();
    if (waitMs > 0) await sleep(clock, waitMs);
    progress.show(`check perf: ${Math.round((clock.now() - start) / 1000)} of ${DURATION_MS / 1000} s`);
    return !interrupted && clock.now() - start < DURATION_MS;
  };
  await putInParallel(connections, { prefix, keyBytes: 256, valueBytes: 1024 }, next, report);
  progress.end();
  return report;
}

async function cleanUp(connection: Connection, prefix: string, autoCompact: boolean): Promise<void> {
  try {
    const revision = await deleteKeys(connection, prefix);
    if (autoCompact) await compactAfterCheck(connection, revision);
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    writeOut(`FAIL: Cleanup failed during key deletion: ERROR(${error.message})\n`);
  }
}

function judge(report: LoadReport, perSecond: number, limit: number): void {
  let ok = !printErrors(report);
  const rate = Math.trunc(perSecond) + 1;
  if (perSecond / limit <= 0.9) {
    writeOut(`FAIL: Throughput too low: ${rate} writes/s\n`);
    ok = false;
  } else writeOut(`PASS: Throughput is ${rate} writes/s\n`);
  if (report.slowest > 0.5) {
    writeOut(`Slowest request took too long: ${report.slowest.toFixed(6)}s\n`);
    ok = false;
  } else writeOut(`PASS: Slowest request took ${report.slowest.toFixed(6)}s\n`);
  if (report.deviation > 0.1) {
    writeOut(`Stddev too high: ${report.deviation.toFixed(6)}s\n`);
    ok = false;
  } else writeOut(`PASS: Stddev is ${report.deviation.toFixed(6)}s\n`);
  if (!ok) {
    writeOut("FAIL\n");
    throw new CommandExit(ExitCode.Error, undefined);
  }
  writeOut("PASS\n");
}

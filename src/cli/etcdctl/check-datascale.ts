/** `etcdctl check datascale`: how much memory do so many keys cost the server? Source of behaviour: etcdctl/ctlv3/command/check.go. */
import { get as getHttp } from "node:http";
import { get as getHttps } from "node:https";
import type { ConnectionOptions } from "node:tls";
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
import { Progress } from "./progress.ts";
import { clientSettings, clock, connect, failed } from "./session.ts";

const MODELS = {
  s: { keys: 10_000, clients: 50 },
  m: { keys: 100_000, clients: 200 },
  l: { keys: 1_000_000, clients: 500 },
  xl: { keys: 3_000_000, clients: 1000 },
} as const;
const PAIR_BYTES = 1024;
const METRIC = "process_resident_memory_bytes";

export async function runCheckDatascale(invocation: Invocation): Promise<void> {
  const { flags } = invocation;
  const { keys, clients } = MODELS[loadModel(flags.text("load"))];
  const prefix = flags.text("prefix");
  const settings = await clientSettings(invocation);
  const config = settings.config();
  const connections = await Promise.all(Array.from({ length: clients }, () => connect(config)));
  const [connection] = connections;
  const endpoint = settings.endpoints[0]!;
  try {
    await requireEmpty(connection!, prefix, "");
    const before = await memoryBytes(endpoint, config.tls, "before");
    writeOut(
      `Start data scale check for work load [${keys} key-value pairs, ${PAIR_BYTES} bytes per key-value, ${clients} concurrent clients].\n`,
    );
    const report = new LoadReport();
    const progress = new Progress(clock);
    let issued = 0;
    const next = async (): Promise<boolean> => {
      progress.show(`check datascale: ${report.done} of ${keys} keys`);
      return issued++ < keys;
    };
    await putInParallel(connections, { prefix, keyBytes: 512, valueBytes: 512 }, next, report);
    progress.end();
    const after = await memoryBytes(endpoint, config.tls, "after");
    const revision = await deleteKeys(connection!, prefix);
    if (flags.bool("auto-compact")) await compactAfterCheck(connection!, revision);
    if (flags.bool("auto-defrag")) await defragAfterCheck(connection!, endpoint);
    if (printErrors(report)) throw new CommandExit(ExitCode.Error, undefined);
    const usedMB = (after - before) / (1024 * 1024);
    writeOut(`PASS: Approximate system memory used : ${usedMB.toFixed(2)} MB.\n`);
  } catch (error) {
    throw failed(error);
  } finally {
    for (const each of connections) each.close();
  }
}

async function memoryBytes(endpoint: string, tls: ConnectionOptions | undefined, when: string): Promise<number> {
  const url = /^https?:\/\//.test(endpoint) ? endpoint : `http://${endpoint}`;
  let bytes = 0;
  try {
    const text = await fetchText(`${url}/metrics`, tls);
    const line = text.split("\n").find((each) => each.startsWith(METRIC));
    if (line === undefined) writeOut(`could not find: ${METRIC}\n`);
    else bytes = Number(line.slice(METRIC.length).trim());
  } catch (error) {
    writeOut(`fetch error: ${(error as Error).message}\n`);
  }
  if (bytes > 0) return bytes;
  writeOut(`FAIL: Could not read process_resident_memory_bytes ${when} the put operations.\n`);
  throw new CommandExit(ExitCode.Error, undefined);
}

function fetchText(url: string, tls: ConnectionOptions | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    const onResponse = (response: import("node:http").IncomingMessage): void => {
      const chunks: Uint8Array[] = [];
      response.on("data", (chunk: Uint8Array) => chunks.push(chunk));
      response.once("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
      response.once("error", reject);
    };
    const request = url.startsWith("https:")
      ? getHttps(
          url,
          { ca: tls?.ca, cert: tls?.cert, key: tls?.key, rejectUnauthorized: tls?.rejectUnauthorized },
          onResponse,
        )
      : getHttp(url, onResponse);
    request.once("error", reject);
  });
}

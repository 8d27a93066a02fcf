/**
 * Calls per second with 100 callers at once: our client beside a client on @grpc/grpc-js with the same message codecs, in turns, against one
 * server in a process of its own. Run:
 *
 *     node --import tsx test/bench/client.ts [--endpoint HOST:PORT] [--seconds S] [--callers N]
 *
 * Without an endpoint it starts our server. Prints the median of three rounds, and the CPU time that a call costs the client's process.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { parseArgs } from "node:util";
import { EtcdClient } from "../../src/client/index.ts";
import { GrpcJsClient } from "../support/grpc-js-client.ts";

const ROUNDS = 3;
const { values } = parseArgs({
  options: {
    endpoint: { type: "string" },
    seconds: { type: "string", default: "1" },
    callers: { type: "string", default: "100" },
  },
});
const seconds = Number(values.seconds);
const callers = Number(values.callers);

const SERVER = `
import { startEtcd } from ${JSON.stringify(new URL("../../src/server/index.ts", import.meta.url).href)};
const etcd = await startEtcd();
process.on("message", () => void etcd.close().then(() => process.exit(0)));
process.send(etcd.port);
`;

async function startServer(): Promise<{ endpoint: string; stop: () => void }> {
  const args = ["--import", "tsx", "--input-type=module", "--eval", SERVER];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const [port] = (await once(child, "message")) as [number];
  return { endpoint: `127.0.0.1:${port}`, stop: () => child.send("stop") };
}

interface Rate {
  readonly perSecond: number;
  readonly cpuMicros: number;
}

async function measure(call: (n: number) => Promise<unknown>): Promise<Rate> {
  let calls = 0;
  const cpu = process.cpuUsage();
  const start = performance.now();
  const end = start + seconds * 1000;
  const caller = async (): Promise<void> => {
    while (performance.now() < end) await call(calls++);
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: (calls * 1000) / (performance.now() - start), cpuMicros: (user + system) / calls };
}

function median(rates: readonly Rate[]): Rate {
  return rates.toSorted((a, b) => a.perSecond - b.perSecond)[Math.floor(rates.length / 2)]!;
}

const server =
  values.endpoint === undefined ? await startServer() : { endpoint: values.endpoint, stop: () => undefined };
const ours = new EtcdClient({ endpoints: server.endpoint });
const theirs = new GrpcJsClient(server.endpoint);
const value = "v".repeat(100);
const valueBytes = new TextEncoder().encode(value);
const keyBytes = (n: number): Uint8Array => new TextEncoder().encode(`bench/${n % 1000}`);
await ours.put("bench/0", value);

const cases: { name: string; ours: (n: number) => Promise<unknown>; theirs: (n: number) => Promise<unknown> }[] = [
  {
    name: "get",
    ours: (n) => ours.get(`bench/${n % 1000}`),
    theirs: (n) => theirs.range({ key: keyBytes(n) }),
  },
  {
    name: "put",
    ours: (n) => ours.put(`bench/${n % 1000}`, value),
    theirs: (n) => theirs.put({ key: keyBytes(n), value: valueBytes }),
  },
];
for (const one of cases) {
  const rates: { ours: Rate[]; theirs: Rate[] } = { ours: [], theirs: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    for (const who of ["ours", "theirs"] as const) {
      const rate = await measure(one[who]);
      // The first round is for warming up.
      if (round > 0) rates[who].push(rate);
    }
  }
  const a = median(rates.ours);
  const b = median(rates.theirs);
  const text = ({ perSecond, cpuMicros }: Rate): string => `${Math.round(perSecond)}/s, ${cpuMicros.toFixed(1)} us CPU`;
  console.log(
    `${one.name}, ${callers} callers: ours ${text(a)}; grpc-js ${text(b)}; ratio ${(a.perSecond / b.perSecond).toFixed(2)}`,
  );
}
await ours.close();
theirs.close();
server.stop();

/**
 * Calls per second with 100 callers at once: our client beside a client on @grpc/grpc-js with the same message codecs, and npm `etcd3` where it
 * is, in turns, against one server in a process of its own. Run:
 *
 *     node --import tsx test/bench/client.ts [--endpoint HOST:PORT] [--seconds S] [--callers N] [--etcd3 FOLDER]
 *
 * FOLDER is where `npm install etcd3` was run. Without an endpoint it starts our server. Prints the median of three rounds, and the CPU time that a call costs the client's process.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { EtcdClient } from "../../src/client/index.ts";
import { GrpcJsClient } from "../support/grpc-js-client.ts";

const ROUNDS = 3;
const { values } = parseArgs({
  options: {
    endpoint: { type: "string" },
    seconds: { type: "string", default: "1" },
    callers: { type: "string", default: "100" },
    etcd3: { type: "string" },
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
const etcd3 = values.etcd3 === undefined ? undefined : openEtcd3(values.etcd3, server.endpoint);
const value = "v".repeat(100);
const valueBytes = new TextEncoder().encode(value);
const keyOf = (n: number): string => `bench/${n % 1000}`;
const keyBytes = (n: number): Uint8Array => new TextEncoder().encode(keyOf(n));
for (let n = 0; n < 1000; n++) await ours.put(keyOf(n), value);

type Call = (n: number) => Promise<unknown>;
const cases: { name: string; calls: Readonly<Record<string, Call>> }[] = [
  {
    name: "get",
    calls: {
      ours: (n) => ours.get(keyOf(n)),
      "grpc-js": (n) => theirs.range({ key: keyBytes(n) }),
      ...(etcd3 === undefined ? {} : { etcd3: (n: number) => etcd3.get(keyOf(n)).string() }),
    },
  },
  {
    name: "put",
    calls: {
      ours: (n) => ours.put(keyOf(n), value),
      "grpc-js": (n) => theirs.put({ key: keyBytes(n), value: valueBytes }),
      ...(etcd3 === undefined ? {} : { etcd3: (n: number) => etcd3.put(keyOf(n)).value(value) }),
    },
  },
];
for (const { name, calls } of cases) {
  const rates = new Map<string, Rate[]>(Object.keys(calls).map((who) => [who, []]));
  for (let round = 0; round <= ROUNDS; round++)
    for (const [who, call] of Object.entries(calls)) {
      const rate = await measure(call);
      // The first round is for warming up.
      if (round > 0) rates.get(who)!.push(rate);
    }
  const mine = median(rates.get("ours")!);
  const columns = [...rates].map(([who, all]) => {
    const { perSecond, cpuMicros } = median(all);
    const ratio = who === "ours" ? "" : `, ours is ${(mine.perSecond / perSecond).toFixed(2)} times that`;
    return `${who} ${Math.round(perSecond)}/s, ${cpuMicros.toFixed(1)} us CPU${ratio}`;
  });
  console.log(`${name}, ${callers} callers: ${columns.join("; ")}`);
}
await ours.close();
theirs.close();
etcd3?.close();
server.stop();

/** What the benchmark wants of npm etcd3. */
interface Etcd3 {
  get(key: string): { string(): Promise<string | null> };
  put(key: string): { value(value: string): Promise<unknown> };
  close(): void;
}

function openEtcd3(folder: string, endpoint: string): Etcd3 {
  const load = createRequire(join(resolve(folder), "package.json"));
  const { Etcd3 } = load("etcd3") as { Etcd3: new (options: { hosts: string }) => Etcd3 };
  return new Etcd3({ hosts: `http://${endpoint}` });
}

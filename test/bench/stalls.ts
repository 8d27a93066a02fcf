/**
 * How long the event loop is held, and what a steady writer feels, while 1,000,000 keys are listed, compacted, hashed, snapshotted and
 * defragmented; ours beside real etcd in one run.
 *
 *   node --import tsx test/bench/stalls.ts [--keys 1000000] [--value 200] [--rate 200] [--etcd PATH]
 *
 * Needs dist/ (npm run build) and, for the second column, a real etcd (default: the reference folder). Prints one row per phase: the writer's p50,
 * p99 and maximum of both servers in milliseconds, and for ours the p99.9 and maximum of the loop's delay, and of what the loop's thread
 * computed at a time. The second pair does not depend on what else the machine does. Linux.
 */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { NodeClock } from "../../src/io/node/clock.ts";
import { GrpcChannel } from "../../src/net/transport/grpc-channel.ts";
import {
  CompactionRequest,
  HashKVRequest,
  PutResponse,
  RangeRequest,
  TxnRequest,
} from "../../src/proto/generated/rpc.ts";

const { values: options } = parseArgs({
  options: {
    keys: { type: "string", default: "1000000" },
    value: { type: "string", default: "200" },
    rate: { type: "string", default: "200" },
    etcd: {
      type: "string",
      default: join(process.env["ETCD_TS_REFERENCE"] ?? join(homedir(), ".cache/etcd-ts-reference"), "etcd"),
    },
  },
});
const keys = Number(options.keys);
const value = new Uint8Array(Number(options.value)).fill(120);
const rate = Number(options.rate);
const text = new TextEncoder();
const clock = new NodeClock();
const work = mkdtempSync(join(tmpdir(), "stalls-"));
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Loaded into our server before it starts: on SIGUSR2 it writes the loop's delays since the last signal, and starts over. `cpu`: what the
 * loop's thread itself computed between two ticks of a millisecond, from the kernel's account. A delay beyond that is waiting: for a processor that
 * others have, or for a helper of the garbage collector that waits for one.
 */
const probe = join(work, "probe.mjs");
writeFileSync(
  probe,
  `import { monitorEventLoopDelay } from "node:perf_hooks";
import { openSync, readSync, writeFileSync } from "node:fs";
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const account = openSync("/proc/thread-self/schedstat", "r");
const line = Buffer.alloc(64);
const ranMs = () => Number.parseInt(line.toString("latin1", 0, readSync(account, line, 0, 64, 0))) / 1e6;
let turns = [];
let last = ranMs();
setInterval(() => {
  const now = ranMs();
  turns.push(now - last);
  last = now;
}, 1).unref();
process.on("SIGUSR2", () => {
  turns.sort((a, b) => a - b);
  const cpu = { p999: turns[Math.floor(turns.length * 0.999)] ?? 0, max: turns.at(-1) ?? 0 };
  writeFileSync(${JSON.stringify(join(work, "delays.json"))}, JSON.stringify({ p999: delay.percentile(99.9) / 1e6, max: delay.max / 1e6, cpu }));
  turns = [];
  last = ranMs();
  delay.reset();
});
`,
);

interface Server {
  readonly name: string;
  readonly child: ChildProcess;
  readonly channel: GrpcChannel;
  readonly port: number;
}

async function start(name: string, command: readonly string[], port: number): Promise<Server> {
  const client = `http://127.0.0.1:${port}`;
  const peer = `http://127.0.0.1:${port + 1}`;
  const child = spawn(
    command[0]!,
    [
      ...command.slice(1),
      ...[
        "--data-dir",
        join(work, name),
        "--listen-client-urls",
        client,
        "--advertise-client-urls",
        client,
        "--listen-peer-urls",
        peer,
      ],
      ...[
        "--initial-advertise-peer-urls",
        peer,
        "--initial-cluster",
        `default=${peer}`,
        "--log-level",
        "error",
        "--quota-backend-bytes",
        String(8 * 2 ** 30),
      ],
    ],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  for (let i = 0; ; i++) {
    const healthy = await fetch(`${client}/health`).then(
      (r) => r.ok,
      () => false,
    );
    if (healthy) break;
    if (i > 1000) throw new Error(`${name} did not become healthy`);
    await sleep(20);
  }
  const dial = (): Promise<GrpcChannel> =>
    GrpcChannel.dial({ clock, address: { host: "127.0.0.1", port }, limits: { messageBytesMax: 2 ** 31 - 1 } });
  return { name, child, channel: await dial(), port };
}

async function fill(server: Server): Promise<void> {
  const batch = 100;
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < keys) {
      const first = next;
      next += batch;
      const success = Array.from({ length: Math.min(batch, keys - first) }, (_, i) => ({
        requestPut: { key: text.encode(`/registry/pods/${String(first + i).padStart(8, "0")}`), value },
      }));
      await server.channel.unary("/etcdserverpb.KV/Txn", TxnRequest.encode({ success }), { timeoutMs: 60_000 });
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

/** Latencies in milliseconds, sorted, and how many puts of them failed. */
interface Written {
  readonly latencies: number[];
  readonly failures: number;
}

/**
 * Puts at a steady rate from a process of its own until `until` settles; latencies in milliseconds. Puts are started on time, whether earlier
 * ones came back or not. A process of its own, because what this one receives in a phase would hold up a writer on the same loop.
 */
async function writeDuring(server: Server, until: () => Promise<unknown>): Promise<Written> {
  const writer = fork(
    new URL("./steady-writer.ts", import.meta.url),
    [String(server.port), String(rate), String(value.length)],
    {
      execArgv: ["--import", "tsx"],
    },
  );
  await once(writer, "message");
  const result = once(writer, "message") as Promise<[Written]>;
  await until();
  writer.send("stop");
  const [written] = await result;
  writer.kill();
  return written;
}

const at = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;

interface LoopDelays {
  readonly p999: number;
  readonly max: number;
  readonly cpu: { readonly p999: number; readonly max: number };
}

async function loopDelays(server: Server): Promise<LoopDelays> {
  const file = join(work, "delays.json");
  rmSync(file, { force: true });
  server.child.kill("SIGUSR2");
  for (let i = 0; i < 200 && !existsSync(file); i++) await sleep(10);
  await sleep(20);
  return JSON.parse(readFileSync(file, "utf8")) as LoopDelays;
}

const phases: readonly (readonly [string, (server: Server) => Promise<unknown>])[] = [
  ["nothing else, 3 s", () => sleep(3000)],
  [
    "list all keys and values",
    (s) =>
      s.channel.unary(
        "/etcdserverpb.KV/Range",
        RangeRequest.encode({ key: text.encode("/"), rangeEnd: text.encode("0") }),
        { timeoutMs: 300_000 },
      ),
  ],
  [
    "list all keys only",
    (s) =>
      s.channel.unary(
        "/etcdserverpb.KV/Range",
        RangeRequest.encode({ key: text.encode("/"), rangeEnd: text.encode("0"), keysOnly: true }),
        { timeoutMs: 300_000 },
      ),
  ],
  [
    "HashKV",
    (s) => s.channel.unary("/etcdserverpb.Maintenance/HashKV", HashKVRequest.encode({}), { timeoutMs: 300_000 }),
  ],
  ["snapshot", snapshot],
  ["overwrite a tenth, compact (physical)", compact],
  [
    "defragment",
    (s) => s.channel.unary("/etcdserverpb.Maintenance/Defragment", new Uint8Array(0), { timeoutMs: 300_000 }),
  ],
];

function snapshot(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = server.channel.open(
      "/etcdserverpb.Maintenance/Snapshot",
      {
        onMessage: () => undefined,
        onEnd: (status) =>
          status.code === 0 ? resolve() : reject(new Error(`snapshot ended with code ${status.code}`)),
      },
      { timeoutMs: 300_000 },
    );
    call.sendLast(new Uint8Array(0));
  });
}

async function compact(server: Server): Promise<void> {
  let revision = 0;
  for (let i = 0; i < keys / 10; i += 100) {
    const success = Array.from({ length: 100 }, (_, j) => ({
      requestPut: { key: text.encode(`/registry/pods/${String(i + j).padStart(8, "0")}`), value },
    }));
    const reply = await server.channel.unary("/etcdserverpb.KV/Txn", TxnRequest.encode({ success }), {
      timeoutMs: 60_000,
    });
    revision = PutResponse.decode(reply).header?.revision ?? revision;
  }
  await server.channel.unary("/etcdserverpb.KV/Compact", CompactionRequest.encode({ revision, physical: true }), {
    timeoutMs: 300_000,
  });
}

const servers: Server[] = [];
try {
  servers.push(await start("ours", [process.execPath, "--import", probe, "dist/cli/etcd.js"], 23690));
  if (existsSync(options.etcd)) servers.push(await start("etcd", [options.etcd], 23790));
  else console.log(`skipped: no real etcd at ${options.etcd}`);
  for (const server of servers) {
    const began = performance.now();
    await fill(server);
    console.log(
      `${server.name}: ${keys} keys of ${value.length} bytes written in ${((performance.now() - began) / 1000).toFixed(1)} s`,
    );
  }
  await sleep(2000);
  console.log(
    `${"phase".padEnd(40)} ${"server".padEnd(6)} ${"took s".padStart(8)} ${"writer p50".padStart(11)} ${"p99".padStart(9)} ${"max".padStart(9)}   loop p99.9 / max (ms), computing p99.9 / max`,
  );
  for (const [name, phase] of phases) {
    for (const server of servers) {
      let took = 0;
      const { latencies, failures } = await writeDuring(server, async () => {
        if (server.name === "ours") await loopDelays(server);
        const began = performance.now();
        await phase(server);
        took = performance.now() - began;
      });
      const loop = server.name === "ours" ? await loopDelays(server) : undefined;
      const loopText =
        loop === undefined
          ? ""
          : `${loop.p999.toFixed(1)} / ${loop.max.toFixed(1)}, cpu ${loop.cpu.p999.toFixed(1)} / ${loop.cpu.max.toFixed(1)}`;
      console.log(
        `${name.padEnd(40)} ${server.name.padEnd(6)} ${(took / 1000).toFixed(2).padStart(8)} ${at(latencies, 0.5).toFixed(2).padStart(11)} ${at(latencies, 0.99).toFixed(2).padStart(9)} ${at(latencies, 1).toFixed(2).padStart(9)}   ${loopText}${failures > 0 ? `${failures} puts failed` : ""}`,
      );
    }
  }
  for (const server of servers) {
    const status = readFileSync(`/proc/${server.child.pid}/status`, "utf8");
    console.log(
      `${server.name}: resident ${Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)} MiB, peak ${Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)} MiB`,
    );
  }
} finally {
  for (const server of servers) server.child.kill("SIGKILL");
  await sleep(200);
  rmSync(work, { recursive: true, force: true });
}

/**
 * CPU time and throughput of unary calls through the transport: `node --import tsx test/bench/transport.ts [seconds]`.
 * The server runs in this process, the client in a child, so that the CPU time counted is the server's alone. The handler echoes 150 bytes.
 */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as grpc from "@grpc/grpc-js";
import { SILENT_LOGGER } from "../../src/io/logger.ts";
import { NodeClock } from "../../src/io/node/clock.ts";
import { GrpcChannel } from "../../src/net/transport/grpc-channel.ts";
import type { GrpcRouter } from "../../src/net/transport/server-call.ts";
import { Transport } from "../../src/net/transport/transport.ts";
import { CA_CERTIFICATE, SERVER_CERTIFICATE, SERVER_KEY } from "../support/test-certificates.ts";

const PATH = "/bench.Echo/Call";
const REQUEST = new Uint8Array(150).fill(7);

interface Shape {
  readonly client: "own" | "grpc-js";
  readonly handler: "sync" | "next turn";
  readonly connections: number;
  readonly callersPerConnection: number;
  readonly tls?: boolean;
}

interface Outcome {
  readonly calls: number;
  readonly seconds: number;
  readonly clientCpuUs: number;
  readonly p50Us: number;
  readonly p99Us: number;
}

interface Run extends Shape {
  readonly port: number;
  readonly seconds: number;
}

const SHAPES: readonly Shape[] = [
  { client: "own", handler: "sync", connections: 1, callersPerConnection: 1 },
  { client: "own", handler: "sync", connections: 1, callersPerConnection: 100 },
  { client: "own", handler: "sync", connections: 10, callersPerConnection: 100 },
  { client: "own", handler: "sync", connections: 100, callersPerConnection: 10 },
  { client: "own", handler: "sync", connections: 1000, callersPerConnection: 1 },
  { client: "own", handler: "next turn", connections: 1, callersPerConnection: 1 },
  { client: "own", handler: "next turn", connections: 100, callersPerConnection: 10 },
  { client: "own", handler: "sync", connections: 1, callersPerConnection: 100, tls: true },
  { client: "own", handler: "sync", connections: 100, callersPerConnection: 1, tls: true },
  { client: "grpc-js", handler: "sync", connections: 1, callersPerConnection: 1 },
  { client: "grpc-js", handler: "sync", connections: 1, callersPerConnection: 100 },
];

async function serve(seconds: number): Promise<void> {
  const router: GrpcRouter = new Map([
    [PATH, { kind: "unary" as const, handle: (call, message) => call.reply(message) }],
    [
      `${PATH}Later`,
      {
        kind: "unary" as const,
        handle: (call, message) => {
          setImmediate(() => call.reply(message));
        },
      },
    ],
  ]);
  const transport = new Transport({ clock: new NodeClock(), logger: SILENT_LOGGER, router });
  const plain = await transport.listen({ host: "127.0.0.1", port: 0 });
  const material = { cert: SERVER_CERTIFICATE, key: SERVER_KEY };
  const secure = await transport.listen({ host: "127.0.0.1", port: 0 }, { material: () => material });
  console.log("client    handler    conns callers    calls/s  server us/call  client us/call   p50 us   p99 us");
  for (const shape of SHAPES) {
    const child = fork(fileURLToPath(import.meta.url), {
      execArgv: ["--import", "tsx"],
      env: { ...process.env, BENCH_CLIENT: "1" },
    });
    await reply(child, "ready");
    const run: Run = { ...shape, port: shape.tls ? secure.port : plain.port, seconds };
    child.send(run);
    await reply(child, "warm");
    const before = process.cpuUsage();
    child.send("go");
    const outcome = (await reply(child, "outcome")) as Outcome;
    const used = process.cpuUsage(before);
    const cpuUs = (used.user + used.system) / outcome.calls;
    console.log(
      (shape.tls ? `${shape.client} TLS` : shape.client).padEnd(9),
      shape.handler.padEnd(10),
      String(shape.connections).padStart(5),
      String(shape.connections * shape.callersPerConnection).padStart(7),
      (outcome.calls / outcome.seconds).toFixed(0).padStart(10),
      cpuUs.toFixed(1).padStart(15),
      (outcome.clientCpuUs / outcome.calls).toFixed(1).padStart(15),
      outcome.p50Us.toFixed(0).padStart(8),
      outcome.p99Us.toFixed(0).padStart(8),
    );
    child.kill();
  }
  await transport.close(500);
}

function reply(child: ChildProcess, kind: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once("message", (message: { kind: string; value?: unknown }) => {
      if (message.kind === kind) resolve(message.value);
      else reject(new Error(`expected ${kind}, got ${message.kind}`));
    });
    child.once("exit", () => reject(new Error("the client ended early")));
  });
}

type Caller = (done: () => void) => void;

async function callers(run: Run): Promise<Caller[]> {
  const path = run.handler === "sync" ? PATH : `${PATH}Later`;
  const out: Caller[] = [];
  for (let i = 0; i < run.connections; i++) {
    if (run.client === "own") {
      const address = { host: "127.0.0.1", port: run.port };
      const channel = await GrpcChannel.dial({
        clock: new NodeClock(),
        address,
        tls: run.tls ? { ca: CA_CERTIFICATE } : undefined,
      });
      const fail = (error: Error): never => {
        throw error;
      };
      out.push((done) => {
        channel.unaryWith(path, REQUEST, done, fail);
      });
    } else {
      const client = new grpc.Client(`127.0.0.1:${run.port}`, grpc.credentials.createInsecure());
      const bytes = Buffer.from(REQUEST);
      const same = (b: Buffer): Buffer => b;
      out.push((done) => {
        client.makeUnaryRequest(path, same, same, bytes, (error) => {
          if (error !== null) throw error;
          done();
        });
      });
    }
  }
  return out;
}

async function drive(run: Run): Promise<void> {
  const starts = await callers(run);
  const measure = (ms: number): Promise<Outcome> =>
    new Promise((resolve) => {
      const cpu = process.cpuUsage();
      const begin = performance.now();
      const latencies: number[] = [];
      let running = 0;
      let stop = false;
      setTimeout(() => {
        stop = true;
      }, ms);
      for (const start of starts) {
        for (let k = 0; k < run.callersPerConnection; k++) {
          running++;
          let sent = 0;
          const next = (): void => {
            sent = performance.now();
            start(done);
          };
          const done = (): void => {
            latencies.push(performance.now() - sent);
            if (!stop) next();
            else if (--running === 0) finish();
          };
          next();
        }
      }
      const finish = (): void => {
        const seconds = (performance.now() - begin) / 1000;
        const used = process.cpuUsage(cpu);
        latencies.sort((a, b) => a - b);
        const at = (share: number): number => 1000 * latencies[Math.floor(latencies.length * share)]!;
        resolve({
          calls: latencies.length,
          seconds,
          clientCpuUs: used.user + used.system,
          p50Us: at(0.5),
          p99Us: at(0.99),
        });
      };
    });
  await measure(500);
  process.send!({ kind: "warm" });
  await new Promise((resolve) => process.once("message", resolve));
  process.send!({ kind: "outcome", value: await measure(run.seconds * 1000) });
}

if (process.env.BENCH_CLIENT === "1") {
  process.once("message", (run: Run) => {
    drive(run).catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
  });
  process.send!({ kind: "ready" });
} else {
  await serve(Number(process.argv[2] ?? 1));
}

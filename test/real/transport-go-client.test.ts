/**
 * The transport under grpc-go, as etcd's own programs bring it: etcdctl and benchmark against a server whose handlers answer
 * with canned messages. What is tested is the conversation, not the answers.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { SILENT_LOGGER } from "../../src/io/logger.ts";
import { NodeClock } from "../../src/io/node/clock.ts";
import type { GrpcMethod, GrpcRouter } from "../../src/net/transport/server-call.ts";
import type { ListenerTls } from "../../src/net/transport/tls-context.ts";
import { Transport } from "../../src/net/transport/transport.ts";
import { KeyValue } from "../../src/proto/generated/kv.ts";
import {
  PutRequest,
  PutResponse,
  RangeRequest,
  RangeResponse,
  WatchRequest,
  WatchResponse,
} from "../../src/proto/generated/rpc.ts";
import { CA_CERTIFICATE, SERVER_CERTIFICATE, SERVER_KEY } from "../support/test-certificates.ts";
import { missing, type ReferenceProgram, reference } from "./reference.ts";

const unary = (
  handle: (call: Parameters<Extract<GrpcMethod, { kind: "unary" }>["handle"]>[0], message: Uint8Array) => void,
): GrpcMethod => ({
  kind: "unary",
  handle,
});

/** Put answers nothing, Range of "big" 60 MB, Watch as many events as the key says. */
const router: GrpcRouter = new Map<string, GrpcMethod>([
  [
    "/etcdserverpb.KV/Put",
    unary((call, message) => {
      const { key } = PutRequest.decode(message);
      if (Buffer.from(key).toString() === "refused")
        call.fail({ code: 8, message: "etcdserver: mvcc: database space exceeded" });
      else call.reply(PutResponse.encode(PutResponse.create()));
    }),
  ],
  [
    "/etcdserverpb.KV/Range",
    unary((call, message) => {
      const { key } = RangeRequest.decode(message);
      const name = Buffer.from(key).toString();
      if (name === "never") return;
      const big = name === "big";
      const value = new Uint8Array(big ? 1_000_000 : 10).fill(0x61);
      const kvs = Array.from({ length: big ? 60 : 1 }, () => KeyValue.create({ key: key.slice(), value }));
      const reply = RangeResponse.encode(RangeResponse.create({ kvs, count: kvs.length }));
      call.beginMessage(reply.length);
      let at = 0;
      const more = (): void => {
        while (at < reply.length) {
          const to = Math.min(reply.length, at + 100_000);
          const room = call.continueMessage(reply.subarray(at, to));
          at = to;
          if (!room) return;
        }
        call.end();
      };
      call.onDrain = more;
      more();
    }),
  ],
  [
    "/etcdserverpb.Watch/Watch",
    {
      kind: "stream",
      open: (call) => {
        call.onMessage = (message) => {
          const create = WatchRequest.decode(message).createRequest;
          if (create === undefined) return;
          call.send(WatchResponse.encode(WatchResponse.create({ created: true })));
          const count = Number(Buffer.from(create.key).toString());
          for (let i = 0; i < count; i++) {
            const kv = KeyValue.create({
              key: create.key.slice(),
              value: Buffer.from(`value ${i}`),
              modRevision: i + 2,
            });
            call.send(WatchResponse.encode(WatchResponse.create({ events: [{ type: 0, kv, prevKv: undefined }] })));
          }
        };
        call.onHalfClose = () => call.end();
      },
    },
  ],
]);

async function serve(tls?: ListenerTls): Promise<{ transport: Transport; port: number }> {
  const transport = new Transport({ clock: new NodeClock(), logger: SILENT_LOGGER, router });
  const { port } = await transport.listen({ host: "127.0.0.1", port: 0 }, tls);
  return { transport, port };
}

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(program: ReferenceProgram, args: readonly string[], enough?: (stdout: string) => boolean): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(reference(program)!, args, { env: { ...process.env, ETCDCTL_API: "3" } });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString("latin1");
      if (enough?.(stdout)) child.kill("SIGINT");
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

test("etcdctl puts, is refused, gets 60 MB and fails at its deadline", { skip: missing("etcdctl") }, async () => {
  const { transport, port } = await serve();
  const endpoint = `--endpoints=127.0.0.1:${port}`;
  assert.equal((await run("etcdctl", [endpoint, "put", "a", "b"])).stdout, "OK\n");
  const refused = await run("etcdctl", [endpoint, "put", "refused", "b"]);
  assert.match(refused.stderr, /etcdserver: mvcc: database space exceeded/);
  const big = await run("etcdctl", [endpoint, "get", "big", "--print-value-only"]);
  assert.equal(big.code, 0, big.stderr);
  assert.equal(big.stdout.length, 60 * 1_000_001);
  const late = await run("etcdctl", [endpoint, "--command-timeout=200ms", "get", "never"]);
  assert.match(late.stderr, /context deadline exceeded/);
  const unknown = await run("etcdctl", [endpoint, "member", "list"]);
  assert.match(unknown.stderr, /unknown service etcdserverpb.Cluster/);
  await transport.close(500);
});

test("etcdctl watches a stream of events", { skip: missing("etcdctl") }, async () => {
  const { transport, port } = await serve();
  const last = (stdout: string): boolean => stdout.includes("value 4999\n");
  const watched = await run("etcdctl", [`--endpoints=127.0.0.1:${port}`, "watch", "5000"], last);
  assert.equal(watched.stdout.match(/^PUT$/gm)!.length, 5000);
  await transport.close(500);
});

test("etcdctl passes with TLS", { skip: missing("etcdctl") }, async () => {
  const { transport, port } = await serve({ material: () => ({ cert: SERVER_CERTIFICATE, key: SERVER_KEY }) });
  const folder = mkdtempSync(join(tmpdir(), "etcd-ts-transport-"));
  const ca = join(folder, "ca.crt");
  writeFileSync(ca, CA_CERTIFICATE);
  const args = [`--endpoints=https://127.0.0.1:${port}`, `--cacert=${ca}`];
  assert.equal((await run("etcdctl", [...args, "put", "a", "b"])).stdout, "OK\n");
  const big = await run("etcdctl", [...args, "get", "big", "--print-value-only"]);
  assert.equal(big.stdout.length, 60 * 1_000_001);
  rmSync(folder, { recursive: true });
  await transport.close(500);
});

test("the benchmark client's load is answered in full", { skip: missing("benchmark") }, async () => {
  const { transport, port } = await serve();
  const load = ["--conns=10", "--clients=100", "put", "--total=50000", "--val-size=256"];
  const ran = await run("benchmark", [`--endpoints=127.0.0.1:${port}`, ...load]);
  assert.equal(ran.code, 0, ran.stderr);
  const stats = transport.metrics.methods.get("/etcdserverpb.KV/Put")!;
  assert.equal(stats.handledByCode[0], 50_000);
  assert.equal(transport.metrics.connectionErrors, 0);
  await transport.close(500);
});

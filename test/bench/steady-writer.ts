/**
 * The writer of the stalls benchmark, a process of its own (port, puts per second, bytes per value): puts at a steady rate until it is told to stop, then sends the latencies in
 * milliseconds, sorted. A put that fails (etcd times some out while it defragments) counts with the time until it failed.
 */
import { NodeClock } from "../../src/io/node/clock.ts";
import { GrpcChannel } from "../../src/net/transport/grpc-channel.ts";
import { PutRequest } from "../../src/proto/generated/rpc.ts";

const [port = 0, rate = 0, valueBytes = 0] = process.argv.slice(2).map(Number);
const value = new Uint8Array(valueBytes).fill(121);
const text = new TextEncoder();
const latencies: number[] = [];
const pending: Promise<void>[] = [];
let failures = 0;
let over = false;
process.on("message", () => {
  over = true;
});
const channel = await GrpcChannel.dial({ clock: new NodeClock(), address: { host: "127.0.0.1", port } });
process.send!("ready");
const begin = performance.now();
for (let i = 0; !over; i++) {
  const wait = begin + (i * 1000) / rate - performance.now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  const started = performance.now();
  pending.push(
    channel
      .unary("/etcdserverpb.KV/Put", PutRequest.encode({ key: text.encode(`writer/${i % 1000}`), value }), {
        timeoutMs: 120_000,
      })
      .catch(() => failures++)
      .then(() => {
        latencies.push(performance.now() - started);
      }),
  );
}
await Promise.all(pending);
channel.close();
process.send!({ latencies: latencies.sort((a, b) => a - b), failures });

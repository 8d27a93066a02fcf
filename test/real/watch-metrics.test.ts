/**
 * Watches and keepalives that end in every way, on a real etcd and on ours: equal counts of calls by their code, of streams and of watches.
 * Needs the program etcd (see reference.ts).
 */
import assert from "node:assert/strict";
import test from "node:test";
import { utf8 } from "../../src/base/bytes.ts";
import { NodeClock } from "../../src/io/node/clock.ts";
import { GrpcChannel } from "../../src/net/transport/grpc-channel.ts";
import type { GrpcClientCall } from "../../src/net/transport/grpc-client-call.ts";
import * as rpc from "../../src/proto/generated/rpc.ts";
import { http1 } from "../support/http-client.ts";
import { missing, OUR_ETCD, reference, startMember, temporaryFolder } from "./reference.ts";

const COMPARED = [
  /^grpc_server_(started|handled|msg_received|msg_sent)_total\{.*grpc_method="(Watch|LeaseKeepAlive|Put|Range|RangeStream|Compact)"/,
  /^etcd_debugging_mvcc_(watch_stream|watcher|slow_watcher|pending_events|events|keys)_total /,
  /^etcd_debugging_mvcc_total_put_size_in_bytes /,
  /^etcd_mvcc_(put|delete|txn|range)_total /,
  /^etcd_server_client_requests_total/,
  /^etcd_debugging_lease_(granted|revoked|renewed)_total /,
];

/** The samples that are compared and not zero, once they stand still. */
async function counts(base: string): Promise<string[]> {
  let last: string[] = [];
  for (let equal = 0; equal < 3; ) {
    const { body } = await http1(`${base}/metrics`);
    const now = body.split("\n").filter((line) => COMPARED.some((each) => each.test(line)) && !line.endsWith(" 0"));
    now.sort();
    equal = JSON.stringify(now) === JSON.stringify(last) ? equal + 1 : 0;
    last = now;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  return last;
}

async function observe(command: readonly string[]): Promise<Readonly<Record<string, readonly string[]>>> {
  const folder = temporaryFolder("watch-metrics");
  const member = await startMember({ command, dataDir: `${folder.path}/data` });
  const base = `http://${member.endpoint}`;
  const dial = (): Promise<GrpcChannel> =>
    GrpcChannel.dial({ clock: new NodeClock(), address: { host: "127.0.0.1", port: member.clientPort } });
  const found: Record<string, readonly string[]> = {};
  try {
    const channel = await dial();
    /** Sends the messages one by one and waits for as many answers. */
    const stream = (on: GrpcChannel, path: string, requests: readonly Uint8Array[]): Promise<GrpcClientCall> =>
      new Promise((resolve, reject) => {
        let sent = 0;
        const next = (): void => {
          if (sent < requests.length) call.send(requests[sent++]!);
          else resolve(call);
        };
        const call = on.open(path, { onMessage: next, onEnd: (status) => reject(new Error(status.message)) });
        next();
      });
    const watch = (on: GrpcChannel, ...requests: Partial<rpc.WatchRequest>[]): Promise<GrpcClientCall> =>
      stream(on, "/etcdserverpb.Watch/Watch", requests.map(rpc.WatchRequest.encode));
    const create = (init: Partial<rpc.WatchCreateRequest>): Partial<rpc.WatchRequest> => ({
      createRequest: rpc.WatchCreateRequest.create(init),
    });
    const cancel = (watchId: number): Partial<rpc.WatchRequest> => ({
      cancelRequest: rpc.WatchCancelRequest.create({ watchId }),
    });
    await channel.unary("/etcdserverpb.KV/Put", rpc.PutRequest.encode({ key: utf8("k"), value: utf8("v") }));
    await channel.unary("/etcdserverpb.Lease/LeaseGrant", rpc.LeaseGrantRequest.encode({ id: 7n, ttl: 600 }));

    const reset = await watch(channel, create({ key: utf8("k") }));
    found["a stream with a watch"] = await counts(base);
    reset.cancel();
    found["reset"] = await counts(base);
    const two = await watch(channel, create({ key: utf8("k") }), create({ key: utf8("l") }), cancel(0));
    found["two watches, one cancelled"] = await counts(base);
    two.halfClose();
    found["half-closed"] = await counts(base);
    two.cancel();
    found["half-closed and reset"] = await counts(base);
    (await watch(channel, create({ key: utf8("z"), rangeEnd: utf8("a") }))).cancel();
    found["a watch of an empty range"] = await counts(base);
    const past = await watch(channel, create({ key: utf8("k"), startRevision: 1 }));
    found["a watch of the past"] = await counts(base);
    past.cancel();

    const lost = await dial();
    await watch(lost, create({ key: utf8("k") }));
    await watch(lost, create({ key: utf8("k") }));
    lost.close();
    found["two streams on a connection that closed"] = await counts(base);
    const drained = await dial();
    const ended = await watch(drained, create({ key: utf8("k") }));
    ended.cancel();
    drained.drain();
    found["a connection that was drained"] = await counts(base);
    const alive = await stream(channel, "/etcdserverpb.Lease/LeaseKeepAlive", [
      rpc.LeaseKeepAliveRequest.encode({ id: 7n }),
      rpc.LeaseKeepAliveRequest.encode({ id: 8n }),
    ]);
    alive.cancel();
    for (const [path, request] of [
      ["KV/Put", rpc.PutRequest.encode({})],
      ["KV/Range", rpc.RangeRequest.encode({ key: utf8("k"), revision: 999 })],
      ["KV/Compact", rpc.CompactionRequest.encode({ revision: 999 })],
    ] as const)
      await assert.rejects(channel.unary(`/etcdserverpb.${path}`, request));
    found["refused calls"] = await counts(base);
    for (const revision of [0, 999])
      await new Promise<void>((resolve) => {
        const call = channel.open("/etcdserverpb.KV/RangeStream", {
          onMessage: () => undefined,
          onEnd: () => resolve(),
        });
        call.sendLast(rpc.RangeRequest.encode({ key: utf8("k"), revision }));
      });
    found["range streams"] = await counts(base);
    found["keepalives, reset"] = await counts(base);
    channel.close();
    return found;
  } finally {
    await member.stop();
    folder.remove();
  }
}

test("streams and watches are counted as etcd counts them, however they end", { skip: missing("etcd") }, async () => {
  const theirs = await observe([reference("etcd")!]);
  assert.deepEqual(await observe(OUR_ETCD), theirs);
  assert.ok(theirs["two streams on a connection that closed"]!.some((line) => /"Canceled".*"Watch"/.test(line)));
});

/** Lists bigger than any buffer arrive whole, from a server in this process over a real socket. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "../src/base/bytes.ts";
import { NodeClock } from "../src/io/node/clock.ts";
import { GrpcChannel } from "../src/net/transport/grpc-channel.ts";
import { RangeRequest, RangeResponse, TxnRequest } from "../src/proto/generated/rpc.ts";
import { startEtcd } from "../src/server/index.ts";

test("a list of tens of megabytes arrives whole, also several at once", { timeout: 60_000 }, async () => {
  const etcd = await startEtcd();
  const channel = await GrpcChannel.dial({
    clock: new NodeClock(),
    address: { host: "127.0.0.1", port: etcd.port },
    limits: { messageBytesMax: 2 ** 31 - 1 },
  });
  try {
    const keys = 20_000;
    const value = new Uint8Array(500).fill(120);
    for (let i = 0; i < keys; i += 100) {
      const success = Array.from({ length: 100 }, (_, j) => ({
        requestPut: { key: utf8(`/k/${String(i + j).padStart(8, "0")}`), value },
      }));
      await channel.unary("/etcdserverpb.KV/Txn", TxnRequest.encode({ success }), { timeoutMs: 10_000 });
    }
    const list = async (init: Partial<RangeRequest>): Promise<RangeResponse> =>
      RangeResponse.decode(
        await channel.unary(
          "/etcdserverpb.KV/Range",
          RangeRequest.encode({ key: utf8("/"), rangeEnd: utf8("0"), ...init }),
          { timeoutMs: 20_000 },
        ),
      );
    for (const response of await Promise.all([list({}), list({ serializable: true }), list({})])) {
      assert.equal(response.kvs.length, keys);
      assert.equal(response.count, keys);
      assert.ok(response.kvs.every((kv) => kv.value.length === value.length));
    }
    const some = await list({ limit: 5000 });
    assert.equal(some.kvs.length, 5000);
    assert.equal(some.count, keys);
    assert.equal(some.more, true);
  } finally {
    channel.close();
    await etcd.close();
  }
});

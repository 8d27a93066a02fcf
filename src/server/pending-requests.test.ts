import assert from "node:assert/strict";
import { test } from "node:test";
import { etcdError } from "../base/etcd-error.ts";
import { PendingRequests } from "./pending-requests.ts";
import { RequestIdGenerator } from "./request-id.ts";

test("expire settles the oldest requests first and leaves the young ones", () => {
  const pending = new PendingRequests(100);
  const log: string[] = [];
  for (const [suffix, start] of [
    [1, 0],
    [2, 50],
    [3, 90],
  ] as const) {
    pending.add(suffix, start, {
      abandoned: false,
      settle: (_response, error) => log.push(`${suffix}:${error?.kind}`),
    });
  }
  assert.equal(
    pending.expire(150, () => etcdError("Timeout")),
    2,
  );
  assert.deepEqual(log, ["1:Timeout", "2:Timeout"]);
  assert.equal(pending.take(1), undefined);
  pending.take(3)?.request.settle(new Uint8Array(1), undefined);
  assert.deepEqual(log, ["1:Timeout", "2:Timeout", "3:undefined"]);
  assert.equal(pending.size, 0);
});

test("a dropped request is never settled", () => {
  const pending = new PendingRequests(100);
  pending.add(1, 0, { abandoned: false, settle: () => assert.fail("settled") });
  assert.equal(pending.drop(1), true);
  pending.failAll(etcdError("Stopped"));
});

test("a request ID holds the member's low 16 bits and counts upward", () => {
  const ids = new RequestIdGenerator(0x8e9e05c52164694dn, 1_700_000_000_000);
  const a = ids.id(ids.next());
  const b = ids.id(ids.next());
  assert.equal(a >> 48n, 0x694dn);
  assert.equal(b, a + 1n);
  assert.equal(ids.suffixOf(a), Number(a & 0xffffffffffffn));
  assert.equal(ids.suffixOf(a ^ (1n << 63n)), -1);
});

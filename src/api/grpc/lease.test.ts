import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeCall, OpenGate } from "../../../test/support/fake-call.ts";
import { type EtcdError, etcdError } from "../../base/etcd-error.ts";
import {
  LeaseGrantRequest,
  LeaseGrantResponse,
  LeaseKeepAliveRequest,
  LeaseKeepAliveResponse,
  LeaseRevokeRequest,
  LeaseTimeToLiveRequest,
  LeaseTimeToLiveResponse,
  ResponseHeader,
} from "../../proto/generated/rpc.ts";
import { type LeaseServer, leaseMethods, type RenewSettle } from "./lease.ts";

class World {
  readonly gate = new OpenGate();
  revision = 1;
  readonly renewals: { id: bigint; settle: RenewSettle }[] = [];
  /** Renewals are settled at once with this, or collected. */
  ttl: number | EtcdError | undefined = 60;
  readonly server: LeaseServer = {
    header: () => ResponseHeader.create({ clusterId: 1n, memberId: 2n, revision: this.revision, raftTerm: 3 }),
    leaseGrant: ({ id, ttl }) => Promise.resolve(LeaseGrantResponse.create({ header: this.server.header(), id, ttl })),
    leaseRevoke: () => Promise.reject(etcdError("LeaseNotFound")),
    leaseRenew: (id, _identity, _call, settle) => {
      if (this.ttl === undefined) this.renewals.push({ id, settle });
      else if (typeof this.ttl === "number") settle(this.ttl, undefined);
      else settle(-1, this.ttl);
    },
    leaseTimeToLive: ({ id }) =>
      id === 7n
        ? Promise.resolve(
            LeaseTimeToLiveResponse.create({ header: ResponseHeader.create(), id, ttl: 9, grantedTTL: 10 }),
          )
        : Promise.reject(etcdError(id === 8n ? "LeaderChanged" : "LeaseNotFound")),
    leaseLeases: () => Promise.reject(etcdError("PermissionDenied")),
  };

  async unary(name: string, message: Uint8Array): Promise<FakeCall> {
    const call = new FakeCall();
    const method = leaseMethods(this.gate, this.server).get(`/etcdserverpb.Lease/${name}`)!;
    assert.equal(method.kind, "unary");
    if (method.kind === "unary") method.handle(call, message);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    return call;
  }

  keepAlive(): FakeCall {
    const call = new FakeCall();
    const method = leaseMethods(this.gate, this.server).get("/etcdserverpb.Lease/LeaseKeepAlive")!;
    if (method.kind === "stream") method.open(call);
    return call;
  }
}

const renew = (call: FakeCall, id: bigint): void => call.onMessage!(LeaseKeepAliveRequest.encode({ id }));
const replies = (call: FakeCall): string[] =>
  call.sent.splice(0).map((bytes) => {
    const { id, ttl, header } = LeaseKeepAliveResponse.decode(bytes);
    return `${id}:${ttl}@${header!.revision}`;
  });

test("grant and revoke answer what the server says, and only users pass", async () => {
  const w = new World();
  const granted = await w.unary("LeaseGrant", LeaseGrantRequest.encode({ id: -5n, ttl: 30 }));
  assert.deepEqual(LeaseGrantResponse.decode(granted.sent[0]!), {
    header: w.server.header(),
    id: -5n,
    ttl: 30,
    error: "",
  });
  const revoked = await w.unary("LeaseRevoke", LeaseRevokeRequest.encode({ id: 5n }));
  assert.equal(revoked.error?.message, "etcdserver: requested lease not found");
  w.gate.error = etcdError("UserEmpty");
  for (const name of ["LeaseGrant", "LeaseRevoke", "LeaseTimeToLive"]) {
    assert.equal((await w.unary(name, new Uint8Array(0))).error?.message, "etcdserver: user name is empty");
  }
});

test("time to live is -1 for a lease that is not there; other errors go through", async () => {
  const w = new World();
  const reply = async (id: bigint) => {
    const call = await w.unary("LeaseTimeToLive", LeaseTimeToLiveRequest.encode({ id }));
    return call.error?.message ?? LeaseTimeToLiveResponse.decode(call.sent[0]!);
  };
  const header = w.server.header();
  assert.deepEqual(await reply(7n), { header, id: 7n, ttl: 9, grantedTTL: 10, keys: [] });
  assert.deepEqual(await reply(9n), { header, id: 9n, ttl: -1, grantedTTL: 0, keys: [] });
  assert.equal(await reply(8n), "etcdserver: leader changed");
  assert.equal((await w.unary("LeaseLeases", new Uint8Array(0))).error?.code, 7);
});

test("keepalives are answered in order, each with the header of its start; a missing lease has ttl 0", () => {
  const w = new World();
  const call = w.keepAlive();
  renew(call, 1n);
  w.ttl = etcdError("LeaseNotFound");
  renew(call, 2n);
  assert.deepEqual(replies(call), ["1:60@1", "2:0@1"]);
  w.ttl = undefined;
  renew(call, 3n);
  renew(call, 4n);
  w.revision = 5;
  call.onHalfClose!();
  assert.deepEqual(replies(call), []);
  assert.equal(w.renewals.length, 1);
  w.renewals.shift()!.settle(-1, etcdError("LeaseNotFound"));
  w.renewals.shift()!.settle(7, undefined);
  assert.deepEqual(replies(call), ["3:0@1", "4:7@5"]);
  assert.equal(call.ended, true);
  assert.equal(call.error, undefined);
});

test("a keepalive stream fails with what the renewal fails with, and is silent after a cancel", () => {
  const w = new World();
  w.ttl = etcdError("NotPrimaryLessor");
  const call = w.keepAlive();
  renew(call, 1n);
  assert.deepEqual(call.error, etcdError("NotPrimaryLessor"));
  w.ttl = undefined;
  const cancelled = w.keepAlive();
  renew(cancelled, 1n);
  cancelled.cancel();
  w.renewals.shift()!.settle(5, undefined);
  assert.deepEqual([cancelled.sent, cancelled.ended], [[], false]);
  const malformed = w.keepAlive();
  malformed.onMessage!(new Uint8Array([0x08]));
  assert.equal(malformed.error?.code, 13);
  w.gate.refusal = etcdError("NotSupportedForLearner");
  assert.equal(w.keepAlive().error?.code, 9);
});

test("a client that does not read its keepalives is neither sent to nor read from without bound", () => {
  const w = new World();
  const call = w.keepAlive();
  call.room = 1;
  for (let i = 1; i <= 300; i++) renew(call, BigInt(i));
  assert.equal(call.sent.length, 1);
  assert.equal(call.receiving, false);
  call.drain(1000);
  assert.equal(call.receiving, true);
  assert.deepEqual(
    replies(call),
    Array.from({ length: 300 }, (_, i) => `${i + 1}:60@1`),
  );
});

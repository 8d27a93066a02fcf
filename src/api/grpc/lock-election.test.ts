import assert from "node:assert/strict";
import { test } from "node:test";
import { EventHistory } from "../../../test/support/event-history.ts";
import { FakeCall, HandClock, OpenGate } from "../../../test/support/fake-call.ts";
import { latin1, utf8 } from "../../base/bytes.ts";
import { type EtcdError, etcdError } from "../../base/etcd-error.ts";
import { ResponseHeaderEncoder } from "../../core/kv/response-header.ts";
import { WatchHub } from "../../core/watch/watch-hub.ts";
import {
  CampaignRequest,
  CampaignResponse,
  LeaderKey,
  LeaderRequest,
  LeaderResponse,
  ProclaimRequest,
  ResignRequest,
} from "../../proto/generated/election.ts";
import { KeyValue } from "../../proto/generated/kv.ts";
import { LockRequest, LockResponse, UnlockRequest } from "../../proto/generated/lock.ts";
import {
  type DeleteRangeRequest,
  DeleteRangeResponse,
  type RangeRequest,
  RangeResponse,
  ResponseHeader,
  ResponseOp,
  SortOrder,
  type TxnRequest,
  TxnResponse,
} from "../../proto/generated/rpc.ts";
import { electionMethods } from "./election.ts";
import type { LocalKv, LocalWatch, LocalWatchRange } from "./local-kv.ts";
import { HubWatch } from "./local-watch.ts";
import { lockMethods } from "./lock.ts";
import { WatchService } from "./watch.ts";

/** As much of a key space as the services use, over the history that the hub watches. */
class World implements LocalKv {
  readonly history = new EventHistory();
  readonly hub = new WatchHub(this.history);
  readonly clock = new HandClock();
  readonly gate = new OpenGate();
  readonly leases = new Set<bigint>([0x10n, 0x20n, 0x30n, -31n]);
  readonly live = new Map<string, KeyValue>();
  readonly watches = new WatchService(this.gate, {
    hub: this.hub,
    header: new ResponseHeaderEncoder({ clusterId: 1n, memberId: 2n }, 3),
    clock: this.clock,
    random: { integer: () => 0, u64: () => 0n, bytes: (n) => new Uint8Array(n) },
    fragmentBytesMax: 1 << 20,
    progressIntervalMs: 600_000,
    checkWatch: () => undefined,
  });
  failing: EtcdError | undefined;

  #header(): ResponseHeader {
    return ResponseHeader.create({ revision: this.history.revision });
  }
  async #turn(): Promise<void> {
    await Promise.resolve();
    if (this.failing !== undefined) throw this.failing;
  }
  write(key: string, value: string | undefined, lease = 0n): void {
    for (const event of this.history.write([{ key, value }])) {
      this.hub.notify([event], event.modRevision);
      if (event.isDelete) this.live.delete(key);
      else this.live.set(key, { ...KeyValue.decode(event.kv), lease });
    }
  }
  #range({ key, rangeEnd, limit, sortOrder, maxCreateRevision }: RangeRequest): RangeResponse {
    const [from, to] = [latin1(key), rangeEnd.length === 0 ? `${latin1(key)}\0` : latin1(rangeEnd)];
    const kvs = [...this.live.values()]
      .filter((kv) => latin1(kv.key) >= from && latin1(kv.key) < to)
      .filter((kv) => maxCreateRevision === 0 || kv.createRevision <= maxCreateRevision)
      .sort((a, b) => (a.createRevision - b.createRevision) * (sortOrder === SortOrder.DESCEND ? -1 : 1));
    return RangeResponse.create({ header: this.#header(), kvs: limit > 0 ? kvs.slice(0, limit) : kvs });
  }
  async range(request: RangeRequest): Promise<RangeResponse> {
    await this.#turn();
    return this.#range(request);
  }
  async txn({ compare, success, failure }: TxnRequest): Promise<TxnResponse> {
    await this.#turn();
    const succeeded = compare.every(
      (c) => (this.live.get(latin1(c.key))?.createRevision ?? 0) === (c.createRevision ?? 0),
    );
    const responses = (succeeded ? success : failure).map((op) => {
      if (op.requestPut !== undefined) {
        const { key, value, lease } = op.requestPut;
        if (!this.leases.has(lease)) throw etcdError("LeaseNotFound");
        this.write(latin1(key), latin1(value), lease);
      }
      if (op.requestDeleteRange !== undefined) this.write(latin1(op.requestDeleteRange.key), undefined);
      return ResponseOp.create({ responseRange: op.requestRange && this.#range(op.requestRange) });
    });
    return TxnResponse.create({ header: this.#header(), succeeded, responses });
  }
  async deleteRange({ key }: DeleteRangeRequest): Promise<DeleteRangeResponse> {
    await this.#turn();
    if (key.length === 0) throw etcdError("EmptyKey");
    this.write(latin1(key), undefined);
    return DeleteRangeResponse.create({ header: this.#header() });
  }
  async leaseGrant(ttlSeconds: number): Promise<bigint> {
    await this.#turn();
    assert.equal(ttlSeconds, 60);
    this.leases.add(0xabcn);
    return 0xabcn;
  }
  watch(range: LocalWatchRange): LocalWatch {
    return new HubWatch(this.watches, range);
  }

  start(path: string, message: Uint8Array): FakeCall {
    const call = new FakeCall();
    const method = new Map([...lockMethods(this.gate, this), ...electionMethods(this.gate, this)]).get(path)!;
    if (method.kind === "unary") method.handle(call, message);
    else {
      method.open(call);
      call.onMessage!(message);
    }
    return call;
  }
  /** Everything that can happen has happened. */
  async settle(): Promise<void> {
    do {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    } while (this.clock.turn());
  }
  async run(path: string, message: Uint8Array): Promise<FakeCall> {
    const call = this.start(path, message);
    await this.settle();
    return call;
  }
  keys(): string {
    return [...this.live.keys()].sort((a, b) => (a < b ? -1 : 1)).join(" ");
  }
}

const LOCK = "/v3lockpb.Lock/Lock";
const UNLOCK = "/v3lockpb.Lock/Unlock";
const ELECTION = "/v3electionpb.Election/";
const name = utf8("n");
const lockOf = (call: FakeCall): string => {
  const { key, header } = LockResponse.decode(call.sent[0]!);
  return `${latin1(key)}@${header!.revision}`;
};

test("a lock goes to the waiters in the order in which they came", async () => {
  const w = new World();
  const first = await w.run(LOCK, LockRequest.encode({ name, lease: 0x10n }));
  assert.equal(lockOf(first), "n/10@2");
  const second = await w.run(LOCK, LockRequest.encode({ name, lease: 0x20n }));
  const third = await w.run(LOCK, LockRequest.encode({ name, lease: 0n }));
  assert.deepEqual([second.ended, third.ended, w.keys()], [false, false, "n/10 n/20 n/abc"]);
  await w.run(UNLOCK, UnlockRequest.encode({ key: utf8("n/10") }));
  assert.equal(lockOf(second), "n/20@5");
  assert.equal(third.ended, false);
  w.write("n/20", undefined);
  await w.settle();
  assert.equal(lockOf(third), "n/abc@6");
  assert.equal(w.hub.streamCount, 0);
});

test("one session takes its lock again at once; a negative lease prints as in Go", async () => {
  const w = new World();
  assert.equal(lockOf(await w.run(LOCK, LockRequest.encode({ name, lease: -31n }))), "n/-1f@2");
  assert.equal(lockOf(await w.run(LOCK, LockRequest.encode({ name, lease: -31n }))), "n/-1f@2");
});

test("a waiter who goes away leaves the line; one whose lease ended is told so", async () => {
  const w = new World();
  await w.run(LOCK, LockRequest.encode({ name, lease: 0x10n }));
  const gone = await w.run(LOCK, LockRequest.encode({ name, lease: 0x20n }));
  const expired = await w.run(LOCK, LockRequest.encode({ name, lease: 0x30n }));
  gone.cancel();
  await w.settle();
  assert.equal(w.keys(), "n/10 n/30");
  assert.equal(w.hub.streamCount, 1);
  w.write("n/30", undefined);
  w.write("n/10", undefined);
  await w.settle();
  assert.deepEqual([expired.error?.code, expired.error?.message], [2, "mutex: session is expired"]);
});

test("errors below a lock come with code Unknown, and a compaction ends the waiting", async () => {
  const w = new World();
  const missing = await w.run(LOCK, LockRequest.encode({ name, lease: 0x99n }));
  assert.deepEqual([missing.error?.code, missing.error?.message], [2, "etcdserver: requested lease not found"]);
  const empty = await w.run(UNLOCK, new Uint8Array(0));
  assert.deepEqual([empty.error?.code, empty.error?.message], [2, "etcdserver: key is not provided"]);

  await w.run(LOCK, LockRequest.encode({ name, lease: 0x10n }));
  const waiter = w.start(LOCK, LockRequest.encode({ name, lease: 0x20n }));
  for (let i = 0; i < 20; i++) await Promise.resolve();
  assert.equal(w.hub.watcherCount, 1);
  // A snapshot arrives whose history begins after the watch's.
  for (let i = 0; i < 5; i++) w.history.write([{ key: "z", value: String(i) }]);
  w.history.compact(w.history.revision);
  w.hub.restore();
  await w.settle();
  assert.deepEqual(
    [waiter.error?.code, waiter.error?.message],
    [2, "etcdserver: mvcc: required revision has been compacted"],
  );
  assert.equal(w.keys(), "n/10");
});

const leaderOf = (call: FakeCall): string => {
  const { leader, header } = CampaignResponse.decode(call.sent[0]!);
  return `${latin1(leader!.key)}@${leader!.rev} lease ${leader!.lease} header ${header!.revision}`;
};

test("campaign, proclaim, leader and resign follow one another as in etcd", async () => {
  const w = new World();
  const none = await w.run(`${ELECTION}Leader`, LeaderRequest.encode({ name }));
  assert.deepEqual([none.error?.code, none.error?.message], [2, "election: no leader"]);
  const unnamed = await w.run(`${ELECTION}Proclaim`, ProclaimRequest.encode({ value: name }));
  assert.deepEqual([unnamed.error?.code, unnamed.error?.message], [2, '"leader" field must be provided']);

  const won = await w.run(`${ELECTION}Campaign`, CampaignRequest.encode({ name, lease: 0x10n, value: utf8("v1") }));
  assert.equal(leaderOf(won), "n/10@2 lease 16 header 2");
  const again = await w.run(`${ELECTION}Campaign`, CampaignRequest.encode({ name, lease: 0x10n, value: utf8("v2") }));
  assert.equal(leaderOf(again), "n/10@2 lease 16 header 2");
  const leader = await w.run(`${ELECTION}Leader`, LeaderRequest.encode({ name }));
  assert.equal(latin1(LeaderResponse.decode(leader.sent[0]!).kv!.value), "v2");

  const next = await w.run(`${ELECTION}Campaign`, CampaignRequest.encode({ name, lease: 0x20n, value: utf8("w") }));
  assert.equal(next.ended, false);
  const key = LeaderKey.create({ name, key: utf8("n/10"), rev: 2, lease: 0x10n });
  const wrong = await w.run(`${ELECTION}Proclaim`, ProclaimRequest.encode({ leader: { ...key, rev: 3 }, value: name }));
  assert.deepEqual([wrong.error?.code, wrong.error?.message], [2, "election: not leader"]);
  assert.equal(
    (await w.run(`${ELECTION}Proclaim`, ProclaimRequest.encode({ leader: key, value: utf8("v3") }))).error,
    undefined,
  );
  assert.equal(latin1(w.live.get("n/10")!.value), "v3");
  assert.equal(
    (await w.run(`${ELECTION}Resign`, ResignRequest.encode({ leader: { ...key, rev: 3 } }))).error,
    undefined,
  );
  assert.equal(next.ended, false);
  await w.run(`${ELECTION}Resign`, ResignRequest.encode({ leader: key }));
  assert.equal(leaderOf(next), "n/20@4 lease 32 header 4");
});

test("a candidate who goes away resigns", async () => {
  const w = new World();
  await w.run(`${ELECTION}Campaign`, CampaignRequest.encode({ name, lease: 0x10n, value: utf8("a") }));
  const gone = await w.run(`${ELECTION}Campaign`, CampaignRequest.encode({ name, lease: 0x20n, value: utf8("b") }));
  gone.cancel();
  await w.settle();
  assert.equal(w.keys(), "n/10");
  assert.equal(w.hub.streamCount, 0);
});

test("observe sends each leader and what it proclaims, at the pace of the reader", async () => {
  const w = new World();
  const call = await w.run(`${ELECTION}Observe`, LeaderRequest.encode({ name }));
  const seen = (): string[] =>
    call.sent.splice(0).map((bytes) => {
      const { header, kv } = LeaderResponse.decode(bytes);
      return `${latin1(kv!.key)}=${latin1(kv!.value)}@${header!.revision}`;
    });
  assert.deepEqual(seen(), []);
  w.write("n/10", "a");
  w.write("n/20", "waits");
  await w.settle();
  w.write("n/10", "b");
  await w.settle();
  assert.deepEqual(seen(), ["n/10=a@2", "n/10=b@4"]);
  call.room = 1;
  w.write("n/10", "c");
  await w.settle();
  w.write("n/10", "d");
  w.write("n/10", undefined);
  await w.settle();
  assert.deepEqual(seen(), ["n/10=c@5"]);
  call.drain(100);
  await w.settle();
  assert.deepEqual(seen(), ["n/10=d@6", "n/20=waits@7"]);
  w.failing = etcdError("Stopped");
  w.write("n/20", undefined);
  await w.settle();
  assert.deepEqual([call.ended, call.error], [true, undefined]);

  w.failing = undefined;
  const other = await w.run(`${ELECTION}Observe`, LeaderRequest.encode({ name }));
  other.cancel();
  await w.settle();
  assert.deepEqual([other.ended, w.hub.streamCount], [false, 0]);
});

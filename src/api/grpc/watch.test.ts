import assert from "node:assert/strict";
import { test } from "node:test";
import { type Change, EventHistory } from "../../../test/support/event-history.ts";
import { FakeCall, HandClock, OpenGate } from "../../../test/support/fake-call.ts";
import { latin1, utf8 } from "../../base/bytes.ts";
import { type EtcdError, etcdError } from "../../base/etcd-error.ts";
import { ResponseHeaderEncoder } from "../../core/kv/response-header.ts";
import { WatchHub, type WatchHubOptions } from "../../core/watch/watch-hub.ts";
import {
  WatchCancelRequest,
  WatchCreateRequest,
  WatchProgressRequest,
  WatchRequest,
  WatchResponse,
} from "../../proto/generated/rpc.ts";
import { WatchService } from "./watch.ts";

class World {
  readonly history = new EventHistory();
  readonly hub: WatchHub;
  readonly clock = new HandClock();
  readonly gate = new OpenGate();
  readonly header = new ResponseHeaderEncoder({ clusterId: 11n, memberId: 12n }, 3);
  readonly service: WatchService;
  refused: { key: string; error: EtcdError } | undefined;

  constructor(options?: WatchHubOptions) {
    this.hub = new WatchHub(this.history, options);
    this.service = new WatchService(this.gate, {
      hub: this.hub,
      header: this.header,
      clock: this.clock,
      random: { integer: (bound) => bound - 1, u64: () => 0n, bytes: (n) => new Uint8Array(n) },
      fragmentBytesMax: 400,
      progressIntervalMs: 1000,
      checkWatch: (_identity, key) => (this.refused?.key === latin1(key) ? this.refused.error : undefined),
    });
  }

  open(): FakeCall {
    const call = new FakeCall();
    const method = this.service.methods().get("/etcdserverpb.Watch/Watch")!;
    assert.equal(method.kind, "stream");
    if (method.kind === "stream") method.open(call);
    return call;
  }

  put(...changes: Change[]): void {
    const events = this.history.write(changes);
    this.hub.notify(events, this.history.revision);
  }
}

const create = (init: Partial<WatchCreateRequest>): Partial<WatchRequest> => ({
  createRequest: WatchCreateRequest.create({ key: utf8("k"), ...init }),
});

/** The message lies in a buffer that is overwritten as soon as the callback returns. */
function request(call: FakeCall, init: Partial<WatchRequest>): void {
  const message = WatchRequest.encode(WatchRequest.create(init));
  call.onMessage!(message);
  message.fill(0xff);
}

/** What was sent since the last call, in short. */
function received(call: FakeCall): string[] {
  return call.sent.splice(0).map((bytes) => {
    const m = WatchResponse.decode(bytes);
    assert.equal(m.header!.clusterId, 11n);
    const flags = [m.created && "created", m.canceled && "canceled", m.fragment && "fragment"].filter(Boolean);
    const events = m.events.map((e) => `${latin1(e.kv!.key)}@${e.kv!.modRevision}`);
    return [
      `${m.watchId}:${m.header!.revision}`,
      ...flags,
      ...(m.cancelReason === "" ? [] : [m.cancelReason]),
      ...events,
    ].join(" ");
  });
}

test("a watch is created, gets events and is cancelled", () => {
  const w = new World();
  const call = w.open();
  request(call, create({}));
  request(call, create({ key: new Uint8Array(0), rangeEnd: new Uint8Array(1), watchId: 9 }));
  w.put({ key: "k", value: "1" });
  w.clock.settle();
  assert.deepEqual(received(call), ["0:1 created", "9:1 created", "0:2 k@2", "9:2 k@2"]);
  request(call, { cancelRequest: WatchCancelRequest.create({ watchId: 0 }) });
  request(call, {});
  w.put({ key: "k", value: "2" });
  w.clock.settle();
  assert.deepEqual(received(call), ["0:2 canceled", "9:3 k@3"]);
  w.header.raftTerm = 4;
  w.put({ key: "k", value: "3" });
  w.clock.settle();
  assert.equal(WatchResponse.decode(call.sent[0]!).header!.raftTerm, 4);
});

test("a past revision is caught up with in the turns that follow", () => {
  const w = new World();
  for (let i = 0; i < 2500; i++) w.put({ key: "k", value: "v" });
  const call = w.open();
  request(call, create({ startRevision: 2 }));
  w.clock.settle();
  const messages = received(call);
  assert.equal(messages.shift(), "0:2501 created");
  assert.deepEqual(
    messages.flatMap((m) => m.split(" ").slice(1)),
    Array.from({ length: 2500 }, (_, i) => `k@${i + 2}`),
  );
  assert.ok(messages.length >= 3, "in slices");
});

test("a slow client is not sent to until it drains, and loses nothing", () => {
  const w = new World({ queuedBytesMax: 2000 });
  const call = w.open();
  request(call, create({}));
  w.clock.settle();
  call.room = 3;
  for (let i = 0; i < 100; i++) w.put({ key: "k", value: "x".repeat(50) });
  w.clock.settle();
  assert.equal(call.sent.length, 4);
  assert.equal(w.hub.slowWatcherCount, 1);
  for (let rounds = 0; w.hub.slowWatcherCount > 0 || w.hub.pendingEvents > 0; rounds++) {
    assert.ok(rounds < 200);
    call.drain(2);
    w.clock.settle();
  }
  assert.deepEqual(
    received(call).flatMap((m) => m.split(" ").slice(1)),
    ["created", ...Array.from({ length: 100 }, (_, i) => `k@${i + 2}`)],
  );
});

test("who sends requests and reads no replies is not read from until the replies are gone", () => {
  const w = new World({ queuedBytesMax: 2000 });
  const call = w.open();
  call.room = 0;
  for (let i = 0; i < 20; i++) request(call, create({}));
  w.clock.settle();
  assert.equal(call.receiving, false);
  call.drain(1000);
  w.clock.settle();
  assert.equal(call.receiving, true);
  assert.equal(received(call).length, 20);
});

test("a refused caller gets created and canceled with the status text that etcd gives", () => {
  const w = new World();
  const call = w.open();
  const cases: [EtcdError, string][] = [
    [etcdError("PermissionDenied"), "rpc error: code = PermissionDenied desc = etcdserver: permission denied"],
    [etcdError("UserEmpty"), "rpc error: code = InvalidArgument desc = etcdserver: user name is empty"],
    [
      etcdError("AuthOldRevision"),
      "rpc error: code = InvalidArgument desc = etcdserver: revision of auth store is old",
    ],
    [etcdError("Corrupt"), "rpc error: code = PermissionDenied desc = etcdserver: permission denied"],
  ];
  for (const [error, text] of cases) {
    w.refused = { key: "k", error };
    request(call, create({}));
    w.clock.settle();
    assert.deepEqual(received(call), [`-1:1 created canceled ${text}`]);
  }
  w.gate.error = etcdError("InvalidAuthToken");
  request(call, create({ key: utf8("other") }));
  request(call, create({ startRevision: -1 }));
  w.clock.settle();
  assert.deepEqual(received(call), [
    "-1:1 created canceled rpc error: code = Unauthenticated desc = etcdserver: invalid auth token",
    "-1:1 created canceled etcdserver: mvcc: required revision has been compacted",
  ]);
});

test("requests behind a caller who is being verified wait their turn", () => {
  const w = new World();
  const call = w.open();
  w.gate.later = [];
  request(call, create({}));
  request(call, create({ key: utf8("b") }));
  request(call, { cancelRequest: WatchCancelRequest.create({ watchId: 0 }) });
  w.clock.settle();
  assert.deepEqual(received(call), []);
  w.gate.later.shift()!();
  w.gate.later.shift()!();
  w.clock.settle();
  assert.deepEqual(received(call), ["0:1 created", "1:1 created", "0:1 canceled"]);
});

test("taking a right away ends the watches that needed it, where a server asks for that", () => {
  const w = new World();
  const call = w.open();
  request(call, create({}));
  request(call, create({ key: utf8("b") }));
  w.refused = { key: "b", error: etcdError("PermissionDenied") };
  w.service.recheckPermissions();
  w.put({ key: "k", value: "1" }, { key: "b", value: "1" });
  w.clock.settle();
  assert.deepEqual(received(call), [
    "0:1 created",
    "1:1 created",
    "1:1 canceled rpc error: code = PermissionDenied desc = etcdserver: permission denied",
    "0:2 k@2",
  ]);
});

test("progress comes on request, and by itself for watches that asked for it, at an interval with jitter", () => {
  const w = new World();
  const call = w.open();
  request(call, create({}));
  request(call, { progressRequest: WatchProgressRequest.create() });
  assert.equal(w.clock.timers, 0);
  request(call, create({ progressNotify: true }));
  w.clock.settle();
  assert.deepEqual(received(call), ["0:1 created", "-1:1", "1:1 created"]);
  w.clock.advance(1098);
  w.clock.settle();
  assert.deepEqual(received(call), []);
  w.clock.advance(1);
  w.clock.settle();
  assert.deepEqual(received(call), ["1:1"]);
  call.cancel();
  assert.equal(w.clock.timers, 0);
});

test("a big response is split for a watch that asked for fragments", () => {
  const w = new World();
  const call = w.open();
  request(call, create({ rangeEnd: utf8("l"), fragment: true }));
  request(call, create({ rangeEnd: utf8("l") }));
  w.clock.settle();
  received(call);
  call.room = 2;
  w.put(...["ka", "kb", "kc", "kd"].map((key) => ({ key, value: "x".repeat(150) })));
  w.clock.settle();
  call.drain(10);
  w.clock.settle();
  assert.deepEqual(received(call), ["0:2 fragment ka@2 kb@2", "0:2 kc@2 kd@2", "1:2 ka@2 kb@2 kc@2 kd@2"]);
});

test("a half-closed stream goes on; a cancelled or malformed one ends its watches", () => {
  const w = new World();
  const call = w.open();
  request(call, create({}));
  call.onHalfClose?.();
  w.put({ key: "k", value: "1" });
  w.clock.settle();
  assert.deepEqual(received(call), ["0:1 created", "0:2 k@2"]);
  call.cancel();
  w.put({ key: "k", value: "2" });
  w.clock.settle();
  assert.deepEqual(received(call), []);

  const bad = w.open();
  request(bad, create({}));
  bad.onMessage!(new Uint8Array([0xff, 0xff]));
  assert.equal(bad.error?.code, 13);
  const stopped = w.open();
  w.service.close();
  assert.equal(stopped.error?.message, "etcdserver: watch canceled");
  assert.deepEqual([w.hub.streamCount, w.hub.watcherCount], [0, 0]);
});

test("ten thousand watches of one stream are served in turns of a bounded number of messages", () => {
  const w = new World();
  const call = w.open();
  for (let i = 0; i < 10_000; i++) request(call, create({}));
  w.clock.settle();
  assert.equal(received(call).length, 10_000);
  w.put({ key: "k", value: "1" });
  let turns = 0;
  while (w.clock.turn()) {
    turns++;
    assert.ok(call.sent.length <= turns * 1000);
  }
  assert.equal(received(call).length, 10_000);
});

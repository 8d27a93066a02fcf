/** Watches of clients over a cluster that is played by the test: what each client hears, and how many watches the cluster sees. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8, utf8Text } from "../../base/bytes.ts";
import { Event, EventType, KeyValue } from "../../proto/generated/kv.ts";
import { FilterType, ResponseHeader, WatchCreateRequest, WatchResponse } from "../../proto/generated/rpc.ts";
import { ProxyCounters } from "../proxy-counters.ts";
import { ClientWatch } from "./client-watch.ts";
import type { UpstreamListener, UpstreamWatchOptions } from "./upstream-watches.ts";
import { WatchRanges } from "./watch-ranges.ts";

interface ClusterWatch {
  readonly options: UpstreamWatchOptions;
  readonly listener: UpstreamListener;
  canceled: boolean;
}

class Cluster {
  readonly watches: ClusterWatch[] = [];
  readonly counters = new ProxyCounters();
  readonly ended: ClientWatch[] = [];
  readonly refused: string[] = [];
  readonly ranges = new WatchRanges(
    (options, listener) => {
      const watch: ClusterWatch = { options, listener, canceled: false };
      this.watches.push(watch);
      return {
        cancel: () => {
          watch.canceled = true;
        },
      };
    },
    this.counters,
    {
      onEnded: (watch) => this.ended.push(watch),
      onRefused: (watch, { message }) => this.refused.push(`${watch.id} ${message}`),
    },
  );
  #nextId = 0;

  get open(): ClusterWatch[] {
    return this.watches.filter(({ canceled }) => !canceled);
  }

  client(request: Partial<WatchCreateRequest> = {}, requireLeader = false): { watch: ClientWatch; heard: string[] } {
    const heard: string[] = [];
    const watch = new ClientWatch({
      id: this.#nextId++,
      request: WatchCreateRequest.create({ key: utf8("k"), ...request }),
      token: "",
      requireLeader,
      sink: {
        send(...parts) {
          heard.push(described(WatchResponse.decode(Buffer.concat(parts))));
        },
      },
    });
    this.ranges.add(watch);
    return { watch, heard };
  }
}

function described({ header, created, canceled, compactRevision, cancelReason, events }: WatchResponse): string {
  const words = [`@${header?.revision ?? "-"}`];
  if (created) words.push("created");
  if (canceled) words.push("canceled");
  if (compactRevision !== 0) words.push(`compacted=${compactRevision}`);
  if (cancelReason !== "") words.push(cancelReason);
  for (const { type, kv, prevKv } of events)
    words.push(
      `${type === EventType.PUT ? "put" : "delete"} ${kv!.modRevision}${prevKv === undefined ? "" : ` was ${utf8Text(prevKv.value)}`}`,
    );
  return words.join(" ");
}

const header = (revision: number): ResponseHeader => ResponseHeader.create({ revision });
const created = (revision: number): WatchResponse => WatchResponse.create({ header: header(revision), created: true });
const progress = (revision: number): WatchResponse => WatchResponse.create({ header: header(revision) });
const put = (revision: number, previous?: string): Event =>
  Event.create({
    type: EventType.PUT,
    kv: KeyValue.create({ key: utf8("k"), modRevision: revision }),
    prevKv: previous === undefined ? undefined : KeyValue.create({ key: utf8("k"), value: utf8(previous) }),
  });
const remove = (revision: number): Event => Event.create({ ...put(revision), type: EventType.DELETE });
const events = (...list: Event[]): WatchResponse =>
  WatchResponse.create({ header: header(list.at(-1)!.kv!.modRevision), events: list });

test("clients that ask before the cluster has answered share one watch, and all hear its confirmation", () => {
  const cluster = new Cluster();
  const first = cluster.client();
  const second = cluster.client();
  assert.equal(cluster.watches.length, 1);
  const { key, startRevision, requireLeader } = cluster.watches[0]!.options;
  assert.deepEqual([utf8Text(key), startRevision, requireLeader], ["k", 0, false]);
  cluster.watches[0]!.listener.onResponse(created(5));
  cluster.watches[0]!.listener.onResponse(events(put(6)));
  for (const { heard } of [first, second]) assert.deepEqual(heard, ["@5 created", "@6 put 6"]);
  assert.equal(cluster.counters.watchersCoalesced(), 1);
  assert.equal(cluster.counters.eventsCoalesced, 1);
});

test("a client that comes later gets a watch of its own, which is merged once both are at one revision", () => {
  const cluster = new Cluster();
  const first = cluster.client();
  cluster.watches[0]!.listener.onResponse(created(5));
  cluster.watches[0]!.listener.onResponse(events(put(6)));
  const second = cluster.client();
  assert.equal(cluster.open.length, 2);
  cluster.watches[1]!.listener.onResponse(created(6));
  assert.deepEqual(cluster.open, [cluster.watches[0]]);
  cluster.watches[0]!.listener.onResponse(events(put(7)));
  assert.deepEqual(first.heard, ["@5 created", "@6 put 6", "@7 put 7"]);
  assert.deepEqual(second.heard, ["@6 created", "@7 put 7"]);
});

test("a merged client hears nothing twice and misses nothing when the other watch was behind", () => {
  const cluster = new Cluster();
  const first = cluster.client();
  cluster.watches[0]!.listener.onResponse(created(5));
  const second = cluster.client();
  // The second one is told of revision 8 before the events up to there reach the first.
  cluster.watches[1]!.listener.onResponse(created(8));
  assert.equal(cluster.open.length, 1);
  cluster.watches[0]!.listener.onResponse(events(put(6), put(7), put(8), put(9)));
  assert.deepEqual(first.heard, ["@5 created", "@9 put 6 put 7 put 8 put 9"]);
  assert.deepEqual(second.heard, ["@8 created", "@9 put 9"]);
});

test("a client that starts in the future joins, is told that it exists, and hears nothing from before", () => {
  const cluster = new Cluster();
  cluster.client();
  cluster.watches[0]!.listener.onResponse(created(5));
  const later = cluster.client({ startRevision: 8 });
  assert.equal(cluster.watches.length, 1);
  cluster.watches[0]!.listener.onResponse(events(put(7)));
  cluster.watches[0]!.listener.onResponse(events(put(8)));
  assert.deepEqual(later.heard, ["@8 created", "@8 put 8"]);
});

test("a client that starts in the past gets a watch of its own from there", () => {
  const cluster = new Cluster();
  cluster.client();
  cluster.watches[0]!.listener.onResponse(created(50));
  const past = cluster.client({ startRevision: 10 });
  assert.equal(cluster.watches[1]!.options.startRevision, 10);
  cluster.watches[1]!.listener.onResponse(created(50));
  assert.equal(cluster.open.length, 2);
  cluster.watches[1]!.listener.onResponse(events(put(10), put(50)));
  assert.equal(cluster.open.length, 1);
  cluster.watches[0]!.listener.onResponse(events(put(51)));
  assert.deepEqual(past.heard, ["@50 created", "@50 put 10 put 50", "@51 put 51"]);
});

test("each client hears what it asked for: kinds, previous values, progress", () => {
  const cluster = new Cluster();
  const plain = cluster.client();
  const previous = cluster.client({ prevKv: true });
  const noPut = cluster.client({ filters: [FilterType.NOPUT] });
  const noDelete = cluster.client({ filters: [FilterType.NODELETE], progressNotify: true });
  const { listener } = cluster.watches[0]!;
  listener.onResponse(created(1));
  listener.onResponse(events(put(2, "old"), remove(3)));
  listener.onResponse(progress(9));
  assert.deepEqual(plain.heard, ["@1 created", "@3 put 2 delete 3"]);
  assert.deepEqual(previous.heard, ["@1 created", "@3 put 2 was old delete 3"]);
  assert.deepEqual(noPut.heard, ["@1 created", "@3 delete 3"]);
  assert.deepEqual(noDelete.heard, ["@1 created", "@3 put 2", "@9"]);
});

test("events of one transaction have one revision and reach a client together", () => {
  const cluster = new Cluster();
  const { heard } = cluster.client();
  cluster.watches[0]!.listener.onResponse(created(1));
  cluster.watches[0]!.listener.onResponse(events(put(2), put(2), put(2)));
  assert.deepEqual(heard, ["@1 created", "@2 put 2 put 2 put 2"]);
});

test("the last client takes the watch at the cluster with it", () => {
  const cluster = new Cluster();
  const first = cluster.client();
  const second = cluster.client();
  cluster.watches[0]!.listener.onResponse(created(1));
  cluster.ranges.remove(first.watch);
  cluster.watches[0]!.listener.onResponse(events(put(2)));
  assert.deepEqual(first.heard, ["@1 created"]);
  assert.deepEqual(second.heard, ["@1 created", "@2 put 2"]);
  assert.equal(cluster.open.length, 1);
  cluster.ranges.remove(second.watch);
  assert.equal(cluster.open.length, 0);
  assert.equal(cluster.ranges.broadcastCount, 0);
});

test("a compaction ends the watch of all, and nobody joins what is over", () => {
  const cluster = new Cluster();
  const old = cluster.client({ startRevision: 2 });
  const { listener } = cluster.watches[0]!;
  listener.onResponse(created(9));
  listener.onResponse(WatchResponse.create({ header: header(9), canceled: true, compactRevision: 5 }));
  assert.deepEqual(old.heard, ["@9 created", "@9 canceled compacted=5"]);
  assert.deepEqual(cluster.ended, [old.watch]);
  cluster.client({ startRevision: 20 });
  assert.equal(cluster.watches.length, 2);
});

test("a stream that the cluster refuses ends the streams of its clients; who insists on a leader shares with its like alone", () => {
  const cluster = new Cluster();
  const relaxed = cluster.client();
  const strict = cluster.client({}, true);
  assert.deepEqual(
    cluster.watches.map(({ options }) => options.requireLeader),
    [false, true],
  );
  cluster.watches[1]!.listener.onRefused({ code: 14, message: "etcdserver: no leader" });
  assert.deepEqual(cluster.refused, [`${strict.watch.id} etcdserver: no leader`]);
  cluster.watches[0]!.listener.onResponse(created(3));
  assert.deepEqual(relaxed.heard, ["@3 created"]);
});

test("random clients over a random history hear each event from their start on, once and in order", (t) => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000_007);
  t.diagnostic(`SEED=${seed}`);
  let state = seed || 1;
  const dice = (bound: number): number => {
    state = (state * 48271) % 2147483647;
    return state % bound;
  };
  for (let round = 0; round < 30; round++) {
    const cluster = new Cluster();
    let revision = 10;
    /** What each watch at the cluster has still to say. */
    const sent = new Map<ClusterWatch, number>();
    const clients: { from: number; heard: string[]; watch: ClientWatch; gone: boolean }[] = [];
    const advance = (watch: ClusterWatch): void => {
      let at = sent.get(watch);
      if (at === undefined) {
        at = watch.options.startRevision === 0 ? revision : watch.options.startRevision - 1;
        watch.listener.onResponse(created(revision));
      } else if (at < revision) {
        const to = at + 1 + dice(revision - at);
        const list = Array.from({ length: to - at }, (_, i) => put(at! + 1 + i));
        at = to;
        watch.listener.onResponse(events(...list));
      }
      sent.set(watch, at);
    };
    for (let step = 0; step < 60; step++) {
      const what = dice(6);
      if (what === 0) {
        const startRevision = dice(2) === 0 ? 0 : 1 + dice(revision + 3);
        const { watch, heard } = cluster.client({ startRevision });
        clients.push({ from: startRevision, heard, watch, gone: false });
      } else if (what === 1) revision += 1 + dice(3);
      else if (what === 2 && clients.length > 0 && dice(3) === 0) {
        const client = clients[dice(clients.length)]!;
        client.gone = true;
        cluster.ranges.remove(client.watch);
      } else if (cluster.open.length > 0) advance(cluster.open[dice(cluster.open.length)]!);
    }
    for (let i = 0; i < 200; i++) for (const watch of cluster.open) advance(watch);
    for (const { from, heard, gone } of clients) {
      const said = heard.join(" ");
      const confirmed = /^@(\d+) created/.exec(said);
      if (gone) continue;
      assert.ok(confirmed, `round ${round}: never confirmed`);
      assert.equal(heard.filter((line) => line.includes("created")).length, 1);
      const first = from === 0 ? Number(confirmed[1]) + 1 : from;
      const expected = Array.from({ length: Math.max(0, revision - first + 1) }, (_, i) => first + i);
      assert.deepEqual(
        [...said.matchAll(/put (\d+)/g)].map((m) => Number(m[1])),
        expected,
        `round ${round}`,
      );
    }
    // Watches that have caught up are merged: small groups end as one.
    assert.ok(
      cluster.open.length <= Math.max(1, Math.ceil(clients.length / 5)),
      `round ${round}: ${cluster.open.length} watches`,
    );
  }
});

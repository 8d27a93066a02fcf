/**
 * The hub against its naive twin: what a watcher has to see is a filter over the list of all changes. Random writes, watches, cancels,
 * slow readers, compactions, snapshots and slices of catching up.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Change, EventHistory } from "../../../test/support/event-history.ts";
import { latin1 } from "../../base/bytes.ts";
import { WatchResponse as WatchResponseMessage } from "../../proto/generated/rpc.ts";
import type { WatchEvent } from "../mvcc/watch-event.ts";
import { END_OF_KEYS } from "./interval-tree.ts";
import { WatchHub } from "./watch-hub.ts";
import type { WatchSignals, WatchStream } from "./watch-stream.ts";
import type { Watcher } from "./watcher.ts";

const KEYS = ["a", "aa", "ab", "b", "ba", "c", "d"];
const key = fc.constantFrom(...KEYS);
const stream = fc.nat(2);
const change = fc.record({
  key,
  value: fc.option(
    fc.nat(999).map((n) => "v".repeat(n % 40)),
    { nil: undefined },
  ),
});

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("write" as const),
      changes: fc.uniqueArray(change, { selector: (c) => c.key, minLength: 1, maxLength: 5 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("watch" as const),
      stream,
      key,
      end: fc.constantFrom(undefined, undefined, "b", "bz", "e", END_OF_KEYS),
      back: fc.integer({ min: -4, max: 30 }),
      now: fc.boolean(),
      noPut: fc.nat(5).map((n) => n === 0),
      noDelete: fc.nat(5).map((n) => n === 0),
      prevKv: fc.boolean(),
      progressNotify: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("take" as const), stream, count: fc.integer({ min: 1, max: 12 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("catch up" as const),
      changes: fc.integer({ min: 1, max: 9 }),
      slices: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cancel" as const), stream, id: fc.nat(6) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("compact" as const), back: fc.nat(12) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("restore" as const), writes: fc.array(change, { maxLength: 4 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("progress" as const), stream }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("tick" as const), stream }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("reopen" as const), stream }) },
);

/** What one watch has seen, and what it must see. */
class Seen {
  readonly watcher: Watcher;
  readonly from: number;
  readonly events: string[] = [];
  lastRevision = 0;
  created = false;
  /** Told that it ends, so it may have less than all. */
  ended = false;

  constructor(watcher: Watcher, from: number) {
    this.watcher = watcher;
    this.from = from;
  }

  expected(all: readonly WatchEvent[]): readonly WatchEvent[] {
    const { key: start, end, noPut, noDelete } = this.watcher;
    return all.filter(
      (e) =>
        e.modRevision >= this.from &&
        (end === undefined ? e.key === start : e.key >= start && e.key < end) &&
        !(e.isDelete ? noDelete : noPut),
    );
  }
}

class Reader implements WatchSignals {
  readonly hub: WatchHub;
  readonly history: EventHistory;
  readonly stream: WatchStream;
  /** Watches in order of creation; an id may occur again after a cancel. */
  readonly live = new Map<number, Seen>();
  readonly all: Seen[] = [];
  ready = 0;
  constructor(hub: WatchHub, history: EventHistory) {
    this.hub = hub;
    this.history = history;
    this.stream = hub.openStream(this);
  }
  streamReady(): void {
    this.ready++;
  }
  catchUpReady(): void {}

  take(count: number): void {
    for (; count > 0; count--) {
      const response = this.hub.take(this.stream);
      if (response === undefined) {
        this.ready = 0;
        return;
      }
      assert.equal(this.ready, 1, "signalled once while there is something to take");
      const seen = this.live.get(response.watchId);
      if (response.created) {
        if (response.canceled) continue;
        assert.ok(seen !== undefined && !seen.created && seen.events.length === 0);
        seen.created = true;
        continue;
      }
      if (response.canceled) {
        if (response.compactRevision === 0) this.live.delete(response.watchId);
        else {
          assert.equal(response.headerRevision, 0);
          assert.ok(response.compactRevision <= this.history.compactRevision);
        }
        assert.ok(seen !== undefined);
        seen.ended = true;
        continue;
      }
      if (response.watcher === undefined) {
        // Progress: everything up to the header's revision was delivered before it.
        for (const s of response.watchId === -1 ? this.live.values() : [seen!]) {
          if (!s.created) continue;
          const due = s.expected(this.history.all).filter((e) => e.modRevision <= response.headerRevision);
          assert.ok(s.events.length >= due.length, "progress is not ahead of events");
        }
        continue;
      }
      assert.ok(seen?.created && seen.watcher === response.watcher, "events come after created");
      assert.ok(response.events.length > 0);
      assert.ok(seen.lastRevision < response.events[0]!.modRevision, "a revision is not cut");
      let bytes = 0;
      for (const encoded of response.events) {
        bytes += encoded.bytes;
        assert.equal(
          encoded.parts.reduce((n, p) => n + p.length, 0),
          encoded.bytes,
        );
        const message = Buffer.concat(encoded.parts);
        const event = WatchResponseMessage.decode(message).events[0]!;
        assert.equal(event.kv!.modRevision, encoded.modRevision);
        seen.events.push(`${latin1(event.kv!.key)}@${encoded.modRevision}${event.type === 1 ? " deleted" : ""}`);
        seen.lastRevision = encoded.modRevision;
      }
      assert.equal(bytes, response.eventsBytes);
    }
  }
}

test("every watcher sees exactly its changes, in order and whole, whatever readers, compactions and snapshots do", () => {
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 20, maxLength: 250 }),
      fc.integer({ min: 300, max: 3000 }),
      fc.constantFrom(0, 3, 128),
      (steps, bound, joinFrom) => {
        const history = new EventHistory();
        const hub = new WatchHub(history, { queuedBytesMax: bound, joinFrom });
        const readers = [0, 1, 2].map(() => new Reader(hub, history));
        const closed: Reader[] = [];
        const slack = 160 * (steps.length + 1) + 5 * 300;

        for (const s of steps) {
          switch (s.do) {
            case "write": {
              const events = history.write(s.changes as readonly Change[]);
              if (events.length > 0) hub.notify(events, history.revision);
              break;
            }
            case "watch": {
              const reader = readers[s.stream]!;
              const startRevision = s.now ? 0 : Math.max(1, history.revision - s.back);
              const watcher = hub.create(reader.stream, { ...s, startRevision, watchId: 0, fragment: false });
              if (watcher === undefined) break;
              const seen = new Seen(watcher, s.now ? history.revision + 1 : startRevision);
              reader.live.set(watcher.id, seen);
              reader.all.push(seen);
              break;
            }
            case "take":
              readers[s.stream]!.take(s.count);
              break;
            case "catch up":
              for (let i = 0; i < s.slices && hub.catchUp(s.changes); i++);
              break;
            case "cancel":
              hub.cancel(readers[s.stream]!.stream, s.id);
              break;
            case "compact": {
              const to = history.revision - s.back;
              if (to > history.compactRevision && to >= 1) history.compact(to);
              break;
            }
            case "restore":
              for (const c of s.writes) history.write([c]);
              hub.restore();
              break;
            case "progress":
              hub.requestProgress(readers[s.stream]!.stream);
              break;
            case "tick":
              hub.progressTick(readers[s.stream]!.stream);
              break;
            case "reopen": {
              const old = readers[s.stream]!;
              hub.closeStream(old.stream);
              assert.equal(hub.take(old.stream), undefined);
              closed.push(old);
              readers[s.stream] = new Reader(hub, history);
              break;
            }
          }
          for (const { stream: open } of readers)
            assert.ok(open.queuedBytes <= bound + slack, "memory of a stream is bounded");
        }

        for (let rounds = 0; hub.hasCatchUpWork || readers.some((r) => r.stream.queuedResponses > 0); rounds++) {
          assert.ok(rounds < 100_000, "comes to rest");
          hub.catchUp(3);
          for (const reader of readers) reader.take(2);
        }
        for (const reader of [...readers, ...closed]) {
          for (const seen of reader.all) {
            const expected = seen
              .expected(history.all)
              .map((e) => `${e.key}@${e.modRevision}${e.isDelete ? " deleted" : ""}`);
            const ended = seen.ended || closed.includes(reader);
            assert.deepEqual(seen.events, ended ? expected.slice(0, seen.events.length) : expected);
          }
        }
        assert.equal(hub.slowWatcherCount, 0);
        assert.equal(hub.pendingEvents, 0);
        assert.equal(hub.streamCount, 3);
        for (const reader of readers) {
          assert.equal(reader.stream.queuedBytes, 0);
          hub.closeStream(reader.stream);
        }
        assert.equal(hub.watcherCount, 0);
      },
    ),
    { numRuns: Number(process.env.RUNS ?? 600), includeErrorInReport: true },
  );
});

/** The hub over the real store: live and past events, previous values and compactions against a list of all changes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MapLeases } from "../../../test/support/map-leases.ts";
import { MemoryBackend } from "../../../test/support/memory-backend.ts";
import { latin1, utf8 } from "../../base/bytes.ts";
import { crc32c } from "../../codec/crc32c.ts";
import { WatchResponse as WatchResponseMessage } from "../../proto/generated/rpc.ts";
import { CompactionStep } from "../mvcc/compaction.ts";
import { Store } from "../mvcc/store.ts";
import { END_OF_KEYS } from "./interval-tree.ts";
import { responseParts } from "./response-bytes.ts";
import { WatchHub } from "./watch-hub.ts";

interface Happened {
  readonly revision: number;
  readonly key: string;
  readonly value: string | undefined;
  readonly previous: string | undefined;
}

const write = fc.record({
  do: fc.constant("write" as const),
  keys: fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"), { minLength: 1, maxLength: 3 }),
  remove: fc.nat(3).map((n) => n === 0),
});
const step = fc.oneof(
  { weight: 6, arbitrary: write },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("watch" as const),
      back: fc.integer({ min: -3, max: 15 }),
      prevKv: fc.boolean(),
      all: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("catch up" as const), changes: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("compact" as const), back: fc.nat(6) }) },
);

test("watchers of the store get what happened, with previous values unless compacted", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 120 }), (steps) => {
      const backend = new MemoryBackend();
      const store = new Store({ backend, leases: new MapLeases(), crc32c });
      const hub = new WatchHub(store);
      const stream = hub.openStream({ streamReady() {}, catchUpReady() {} });
      const all: Happened[] = [];
      const values = new Map<string, string>();
      const watches = new Map<
        number,
        { from: number; key: string | undefined; prevKv: boolean; seen: string[]; ended: boolean }
      >();

      const read = (): void => {
        for (let r = hub.take(stream); r !== undefined; r = hub.take(stream)) {
          const message = WatchResponseMessage.decode(Buffer.concat(responseParts(r, new Uint8Array(0))));
          const watch = watches.get(message.watchId)!;
          if (message.canceled) watch.ended = true;
          for (const { type, kv, prevKv } of message.events) {
            const text = type === 1 ? "deleted" : latin1(kv!.value);
            const was = prevKv === undefined ? "" : ` was ${latin1(prevKv.value)}`;
            watch.seen.push(`${latin1(kv!.key)}@${kv!.modRevision} ${text}${was}`);
          }
        }
      };
      for (const [at, s] of steps.entries()) {
        switch (s.do) {
          case "write": {
            const revision = store.revision + 1;
            store.beginWrite();
            for (const key of s.keys) {
              const previous = values.get(key);
              if (s.remove) {
                if (store.deleteRange(key, "") === 0) continue;
                values.delete(key);
                all.push({ revision, key, value: undefined, previous });
              } else {
                store.put(key, utf8(key), utf8(`v${at}`), 0n);
                values.set(key, `v${at}`);
                all.push({ revision, key, value: `v${at}`, previous });
              }
            }
            const events = store.endWrite();
            backend.endBatch();
            if (events.length > 0) hub.notify(events, store.revision);
            break;
          }
          case "watch": {
            const from = Math.max(1, store.revision - s.back);
            const watcher = hub.create(stream, {
              key: "a",
              end: s.all ? END_OF_KEYS : undefined,
              startRevision: from,
              watchId: 0,
              progressNotify: false,
              noPut: false,
              noDelete: false,
              prevKv: s.prevKv,
              fragment: false,
            });
            watches.set(watcher!.id, {
              from,
              key: s.all ? undefined : "a",
              prevKv: s.prevKv,
              seen: [],
              ended: false,
            });
            break;
          }
          case "catch up":
            hub.catchUp(s.changes);
            break;
          case "compact": {
            const to = store.revision - s.back;
            if (to <= Math.max(0, store.compactRevision)) break;
            const job = store.scheduleCompaction(to);
            backend.endBatch();
            while (job.step(2) !== CompactionStep.Done);
            break;
          }
        }
        read();
      }
      while (hub.catchUp(2)) read();
      read();
      for (const { from, key, prevKv, seen, ended } of watches.values()) {
        const expected = all
          .filter((h) => h.revision >= from && (key === undefined || h.key === key))
          .map((h) => ({ ...h, text: `${h.key}@${h.revision} ${h.value ?? "deleted"}` }));
        assert.ok(ended ? seen.length <= expected.length : seen.length === expected.length);
        for (const [i, text] of seen.entries()) {
          const { text: plain, previous, revision } = expected[i]!;
          const full = previous === undefined ? plain : `${plain} was ${previous}`;
          // Only a compaction after the event explains a missing previous value.
          if (prevKv && text === plain && revision - 1 < store.compactRevision) continue;
          assert.equal(text, prevKv ? full : plain);
        }
      }
    }),
    { numRuns: 300, includeErrorInReport: true },
  );
});

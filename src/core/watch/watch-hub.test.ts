import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Command, runScript } from "../../../test/support/command-script.ts";
import { type Change, EventHistory } from "../../../test/support/event-history.ts";
import { latin1 } from "../../base/bytes.ts";
import { ResponseHeader, WatchResponse as WatchResponseMessage } from "../../proto/generated/rpc.ts";
import { END_OF_KEYS } from "./interval-tree.ts";
import { responseMessages, responseParts, responseSize, writeResponse } from "./response-bytes.ts";
import { WatchHub } from "./watch-hub.ts";
import type { WatchResponse } from "./watch-response.ts";
import type { WatchSignals, WatchStream } from "./watch-stream.ts";

/**
 * Commands: `put k=v ...`, `delete k ...`, `txn k=v k ...` (a bare key is deleted), `compact rev`, `restore rev k=v...`,
 * `open s`, `close s`, `watch s key=a [end=b|prefix|from] [rev=] [id=] [noput] [nodelete] [prevkv] [progress] [fragment]`,
 * `cancel s id`, `progress s`, `tick s`, `catchup [changes]`, `read s [count]`, `stats`, `bound bytes`, `join messages`, `fragment bytes`, `fill k bytes`.
 */
class World implements WatchSignals {
  history = new EventHistory();
  hub = new WatchHub(this.history);
  readonly streams = new Map<string, WatchStream>();
  fragmentBytesMax = 1 << 20;
  log: string[] = [];

  streamReady(stream: WatchStream): void {
    this.log.push(`ready ${this.#nameOf(stream)}`);
  }
  catchUpReady(): void {
    this.log.push("catch-up ready");
  }
  #nameOf(stream: WatchStream): string {
    for (const [name, other] of this.streams) if (other === stream) return name;
    return "?";
  }

  run(command: Command): string {
    this.log = [];
    this.#run(command);
    return this.log.join("\n");
  }

  #write(changes: readonly Change[]): void {
    const events = this.history.write(changes);
    if (events.length > 0) this.hub.notify(events, this.history.revision);
  }

  #run({ name, words, pairs, options }: Command): void {
    const stream = this.streams.get(words[0] ?? "")!;
    switch (name) {
      case "put":
        for (const [key, value] of pairs) this.#write([{ key, value }]);
        return;
      case "delete":
        for (const key of words) this.#write([{ key, value: undefined }]);
        return;
      case "fill":
        this.#write([{ key: words[0]!, value: "x".repeat(Number(words[1])) }]);
        return;
      case "txn":
        this.#write([
          ...pairs.map(([key, value]) => ({ key, value })),
          ...words.map((key) => ({ key, value: undefined })),
        ]);
        return;
      case "compact":
        this.history.compact(Number(words[0]));
        return;
      case "restore":
        // The member gets a snapshot in which more revisions happened than it was told of.
        for (const [key, value] of pairs) this.history.write([{ key, value }]);
        this.hub.restore();
        return;
      case "bound":
        this.hub = new WatchHub(this.history, { queuedBytesMax: Number(words[0]) });
        return;
      case "join":
        this.hub = new WatchHub(this.history, { joinFrom: Number(words[0]) });
        return;
      case "fragment":
        this.fragmentBytesMax = Number(words[0]);
        return;
      case "open":
        this.streams.set(words[0]!, this.hub.openStream(this));
        return;
      case "close":
        this.hub.closeStream(stream);
        return;
      case "watch": {
        const key = options.get("key")!;
        const last = key.length - 1;
        const end = words.includes("prefix")
          ? key.slice(0, last) + String.fromCharCode(key.charCodeAt(last) + 1)
          : words.includes("from")
            ? END_OF_KEYS
            : options.get("end");
        this.hub.create(stream, {
          key,
          end,
          startRevision: Number(options.get("rev") ?? 0),
          watchId: Number(options.get("id") ?? 0),
          progressNotify: words.includes("progress"),
          noPut: words.includes("noput"),
          noDelete: words.includes("nodelete"),
          prevKv: words.includes("prevkv"),
          fragment: words.includes("fragment"),
        });
        return;
      }
      case "cancel":
        this.hub.cancel(stream, Number(words[1]));
        return;
      case "progress":
        this.hub.requestProgress(stream);
        return;
      case "tick":
        this.hub.progressTick(stream);
        return;
      case "catchup": {
        if (words[0] !== undefined) {
          const more = this.hub.catchUp(Number(words[0]));
          this.log.push(more ? "more" : "done");
        } else while (this.hub.catchUp());
        return;
      }
      case "read": {
        for (let left = Number(words[1] ?? 1000); left > 0; left--) {
          const response = this.hub.take(stream);
          if (response === undefined) return;
          for (const text of print(response, this.fragmentBytesMax)) this.log.push(text);
        }
        return;
      }
      case "stats": {
        const { streamCount, watcherCount, slowWatcherCount, pendingEvents, eventsTotal } = this.hub;
        this.log.push(
          `streams=${streamCount} watchers=${watcherCount} slow=${slowWatcherCount} pending=${pendingEvents} sent=${eventsTotal}`,
        );
        return;
      }
      default:
        throw new Error(`unknown command ${name}`);
    }
  }
}

/** The messages as the generated codec reads them: also shows that the spliced bytes are a WatchResponse. */
function print(response: WatchResponse, fragmentBytesMax: number): string[] {
  const header = ResponseHeader.encode({ clusterId: 1n, memberId: 2n, revision: response.headerRevision, raftTerm: 3 });
  const field = new Uint8Array([0x0a, header.length, ...header]);
  const size = responseSize(response, field);
  const framed = new Uint8Array(size + 2).fill(0xee);
  writeResponse(framed, 1, response, field, size);
  assert.deepEqual(framed, new Uint8Array([0xee, ...Buffer.concat(responseParts(response, field)), 0xee]));
  return responseMessages(response, field, fragmentBytesMax).map((parts) => {
    const bytes = Buffer.concat(parts);
    const m = WatchResponseMessage.decode(bytes);
    assert.deepEqual(Buffer.from(WatchResponseMessage.encode(m)), bytes, "canonical encoding");
    const text = [`id=${m.watchId} header=${m.header!.revision}`];
    if (m.created) text.push("created");
    if (m.canceled) text.push("canceled");
    if (m.compactRevision !== 0) text.push(`compacted=${m.compactRevision}`);
    if (m.cancelReason !== "") text.push(`"${m.cancelReason}"`);
    if (m.fragment) text.push("fragment");
    for (const { type, kv, prevKv } of m.events) {
      const k = latin1(kv!.key);
      const v = latin1(kv!.value);
      const prev = prevKv === undefined ? "" : ` (was ${latin1(prevKv.value)}@${prevKv.modRevision})`;
      text.push(
        type === 1
          ? `DELETE ${k}@${kv!.modRevision}${prev}`
          : `PUT ${k}=${v.length > 9 ? `${v.length} bytes` : v}@${kv!.modRevision}${prev}`,
      );
    }
    return text.join(", ");
  });
}

const folder = join(fileURLToPath(import.meta.url), "..", "testdata");
for (const file of readdirSync(folder)) {
  test(`watch hub does what testdata/${file} says`, () => {
    const world = new World();
    runScript(join(folder, file), (command) => world.run(command));
  });
}

test("a big value is referenced by the messages of its watchers, not copied", () => {
  const history = new EventHistory();
  const hub = new WatchHub(history);
  const signals: WatchSignals = { streamReady() {}, catchUpReady() {} };
  const streams = [hub.openStream(signals), hub.openStream(signals)];
  for (const stream of streams) {
    hub.create(stream, { ...ANY, key: "k" });
    hub.take(stream);
  }
  const [event] = history.write([{ key: "k", value: "v".repeat(100_000) }]);
  hub.notify([event!], 2);
  for (const stream of streams) {
    const parts = responseMessages(hub.take(stream)!, new Uint8Array(0), 1 << 30)[0]!;
    assert.equal(parts.at(-1), event!.kv);
  }
});

test("a change for ten thousand watchers of a stream is one entry of its queue and one object", () => {
  const history = new EventHistory();
  const hub = new WatchHub(history);
  const stream = hub.openStream({ streamReady() {}, catchUpReady() {} });
  for (let i = 0; i < 10_000; i++) hub.create(stream, { ...ANY, key: "k" });
  while (hub.take(stream) !== undefined);
  hub.notify(history.write([{ key: "k", value: "v" }]), 2);
  assert.equal(stream.queuedResponses, 10_000);
  assert.equal(hub.pendingEvents, 10_000);
  assert.ok(stream.queuedBytes < 300, String(stream.queuedBytes));
  const first = hub.take(stream)!;
  assert.equal(first.watchId, 0);
  for (let i = 1; i < 10_000; i++) {
    assert.equal(hub.take(stream), first);
    assert.equal(first.watchId, i);
    assert.equal(first.watcher, stream.watchers.get(i));
  }
  assert.equal(hub.take(stream), undefined);
  assert.deepEqual([stream.queuedBytes, hub.pendingEvents, hub.eventsTotal], [0, 0, 10_000]);
});

test("joined responses end at 64 events or 12 KiB", () => {
  const history = new EventHistory();
  const hub = new WatchHub(history, { joinFrom: 0 });
  const stream = hub.openStream({ streamReady() {}, catchUpReady() {} });
  hub.create(stream, { ...ANY, key: "k" });
  hub.take(stream);
  const sizes = (values: readonly string[]): number[] => {
    for (const value of values) hub.notify(history.write([{ key: "k", value }]), history.revision);
    const lengths: number[] = [];
    for (let r = hub.take(stream); r !== undefined; r = hub.take(stream)) lengths.push(r.events.length);
    return lengths;
  };
  assert.deepEqual(sizes(Array.from({ length: 150 }, () => "v")), [64, 64, 22]);
  assert.deepEqual(sizes(Array.from({ length: 5 }, () => "v".repeat(5000))), [3, 2]);
});

test("a watcher that is 500,000 revisions behind catches up in one pass of slices", () => {
  const total = 500_000;
  let scanned = 0;
  const event = (modRevision: number) => ({
    key: "k",
    isDelete: false,
    isCreate: false,
    modRevision,
    subRevision: 0,
    kv: new Uint8Array(8),
  });
  const hub = new WatchHub({
    revision: total,
    compactRevision: 0,
    scanEvents(position, to, max, visitor) {
      const first = position.revision + Math.min(1, position.subRevision);
      const end = Math.min(to, first + max - 1);
      for (let r = first; r <= end; r++) {
        scanned++;
        if (visitor.wants("k")) visitor.visit(event(r));
      }
      // As a store does that has not looked at the next change yet.
      position.revision = end === to ? to + 1 : end;
      position.subRevision = end === to ? 0 : 1;
    },
    valueAt: () => undefined,
  });
  const stream = hub.openStream({ streamReady() {}, catchUpReady() {} });
  for (let i = 0; i < 100; i++) hub.create(stream, { ...ANY, key: "k", startRevision: 1, noPut: i > 0 });
  let next = 1;
  let slices = 0;
  do {
    slices++;
    for (let r = hub.take(stream); r !== undefined; r = hub.take(stream)) {
      assert.ok(r.events.length <= 1000);
      for (const { modRevision } of r.events) assert.equal(modRevision, next++);
    }
  } while (hub.catchUp());
  for (let r = hub.take(stream); r !== undefined; r = hub.take(stream)) next += r.events.length;
  assert.equal(next, total + 1);
  assert.equal(scanned, total);
  assert.ok(slices >= 500);
  assert.equal(hub.slowWatcherCount, 0);
});

const ANY = {
  key: "",
  end: undefined,
  startRevision: 0,
  watchId: 0,
  progressNotify: false,
  noPut: false,
  noDelete: false,
  prevKv: false,
  fragment: false,
};

import assert from "node:assert/strict";
import { test } from "node:test";
import { SimulatedClock } from "../../../test/sim/clock.ts";
import { MessageStreamDecoder, MessageStreamEncoder } from "../../codec/raft-stream/message-stream.ts";
import { isLinkHeartbeat, LINK_HEARTBEAT } from "../../codec/raft-stream/peer-message.ts";
import { Entry, Message, MessageType } from "../../core/raft/types.ts";
import type { LogFields, Logger } from "../../io/logger.ts";
import { ClientGoneError, type HttpExchange } from "../transport/http-exchange.ts";
import { DialError, type Dialed, type DialRequest, type DialResponse, type PeerDialer } from "./dialer.ts";
import { PeerCounters } from "./peer-metrics.ts";
import { PeerStatus } from "./peer-status.ts";
import { Prober, probedTimeMs } from "./prober.ts";
import { MESSAGE_STREAM } from "./stream-kind.ts";
import { StreamReader } from "./stream-reader.ts";
import { STREAM_QUEUE_BYTES_MAX, STREAM_QUEUE_MAX, StreamWriter } from "./stream-writer.ts";
import { UrlPicker } from "./url-picker.ts";

class LogLines implements Logger {
  readonly lines: string[] = [];
  #add(message: string, fields?: LogFields): void {
    this.lines.push(`${message} ${JSON.stringify(fields ?? {})}`);
  }
  debug(message: string, fields?: LogFields): void {
    this.#add(message, fields);
  }
  info(message: string, fields?: LogFields): void {
    this.#add(message, fields);
  }
  warn(message: string, fields?: LogFields): void {
    this.#add(message, fields);
  }
  error(message: string, fields?: LogFields): void {
    this.#add(message, fields);
  }
  with(): Logger {
    return this;
  }
}

/** A response whose client takes bytes when the test says so. */
class HeldExchange {
  readonly written: Uint8Array[] = [];
  takes = true;
  ended = false;
  aborted = false;
  cancelled = false;
  onCancel: (() => void) | undefined = undefined;
  #waiting: (() => void) | undefined;

  write(piece: Uint8Array): Promise<void> {
    if (this.cancelled) return Promise.reject(new ClientGoneError("gone"));
    this.written.push(piece);
    if (this.takes) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }
  drain(): void {
    this.takes = true;
    this.#waiting?.();
  }
  end(): void {
    this.ended = true;
  }
  abort(): void {
    this.aborted = true;
  }
  get exchange(): HttpExchange {
    return this as unknown as HttpExchange;
  }
  messages(): Message[] {
    const out: Message[] = [];
    const decoder = new MessageStreamDecoder();
    for (const piece of this.written) assert.equal(decoder.push(piece, out), undefined);
    return out;
  }
}

function writerFixture() {
  const clock = new SimulatedClock();
  const logger = new LogLines();
  const counters = new PeerCounters();
  const status = new PeerStatus(2n, { clock, logger, counters });
  let unreachable = 0;
  const writer = new StreamWriter({
    kind: MESSAGE_STREAM,
    localId: 1n,
    peerId: 2n,
    clock,
    logger,
    status,
    counters,
    onUnreachable: () => unreachable++,
  });
  return { clock, counters, status, writer, unreachable: () => unreachable };
}

const beat = (commit: number): Message =>
  Message.create({ type: MessageType.MsgHeartbeat, from: 1n, to: 2n, term: 1, commit });

test("an idle stream carries a link heartbeat every five thirds of a second", async () => {
  const { clock, writer } = writerFixture();
  const held = new HeldExchange();
  writer.attach(held.exchange);
  await clock.run(5100);
  assert.deepEqual(held.messages(), [LINK_HEARTBEAT, LINK_HEARTBEAT, LINK_HEARTBEAT]);
  writer.stop();
  await clock.run(5000);
  assert.equal(held.written.length, 3);
  assert.ok(held.ended);
});

test("what is queued while a write is under way leaves with the next one, in order", async () => {
  const { clock, writer, counters } = writerFixture();
  const held = new HeldExchange();
  held.takes = false;
  writer.attach(held.exchange);
  for (let i = 0; i < 5; i++) {
    assert.ok(writer.queue(beat(i)));
    writer.flush();
  }
  assert.equal(held.written.length, 1);
  held.drain();
  await clock.run(1);
  assert.equal(held.written.length, 2);
  assert.deepEqual(
    held.messages().map((message) => message.commit),
    [0, 1, 2, 3, 4],
  );
  assert.equal(counters.sentBytes, held.written[0]!.length + held.written[1]!.length);
  writer.stop();
});

test("the queue of a stream is bounded in messages and in bytes", async () => {
  const { clock, writer } = writerFixture();
  const held = new HeldExchange();
  held.takes = false;
  writer.attach(held.exchange);
  writer.queue(beat(0));
  writer.flush();
  let taken = 0;
  while (writer.queue(beat(1))) taken++;
  assert.equal(taken, STREAM_QUEUE_MAX);

  const other = writerFixture();
  const second = new HeldExchange();
  second.takes = false;
  other.writer.attach(second.exchange);
  const large = Message.create({
    type: MessageType.MsgApp,
    from: 1n,
    to: 2n,
    entries: [Entry.create({ data: new Uint8Array(4 * 1024 * 1024) })],
  });
  taken = 0;
  while (other.writer.queue(large)) taken++;
  assert.equal(taken, STREAM_QUEUE_BYTES_MAX / (4 * 1024 * 1024) - 1);
  other.writer.flush();
  assert.equal(second.messages().length, 1, "a write carries about a megabyte, or one message");
  writer.stop();
  other.writer.stop();
  await clock.run(1);
});

test("a connection that takes nothing for five seconds is cut off, and its messages are told as lost", async () => {
  const { clock, writer, status, counters, unreachable } = writerFixture();
  const held = new HeldExchange();
  held.takes = false;
  writer.attach(held.exchange);
  assert.ok(status.isActive);
  writer.queue(beat(0));
  writer.flush();
  writer.queue(beat(1));
  await clock.run(4900);
  assert.ok(writer.isWorking);
  await clock.run(2000);
  assert.ok(held.aborted);
  assert.equal(writer.isWorking, false);
  assert.equal(status.isActive, false);
  assert.ok(unreachable() > 0);
  assert.deepEqual([counters.active, counters.disconnected, counters.sentFailures], [0, 1, 1]);
  writer.stop();
});

test("a newer connection takes the place of the older one, whose end does not matter any more", async () => {
  const { clock, writer, status } = writerFixture();
  const [first, second] = [new HeldExchange(), new HeldExchange()];
  writer.attach(first.exchange);
  writer.attach(second.exchange);
  assert.ok(first.ended);
  first.onCancel?.();
  assert.ok(status.isActive && writer.isWorking);
  writer.queue(beat(3));
  writer.flush();
  await clock.run(1);
  assert.equal(first.written.length, 0);
  assert.deepEqual(second.messages(), [beat(3)]);
  second.cancelled = true;
  second.onCancel?.();
  assert.equal(writer.isWorking, false);
  writer.stop();
});

/** Answers requests as the test says. */
class ScriptedDialer implements PeerDialer {
  readonly asked: { url: string; atMs: number }[] = [];
  readonly #clock: SimulatedClock;
  readonly #answer: (request: DialRequest) => ScriptedResponse | undefined;

  constructor(clock: SimulatedClock, answer: (request: DialRequest) => ScriptedResponse | undefined) {
    this.#clock = clock;
    this.#answer = answer;
  }
  dial(request: DialRequest): Dialed {
    this.asked.push({ url: request.url, atMs: this.#clock.now() });
    const response = this.#answer(request);
    let fail: (error: DialError) => void = () => undefined;
    const failed = new Promise<never>((_, reject) => {
      fail = reject;
    });
    failed.catch(() => undefined);
    return {
      response: response === undefined ? failed : Promise.resolve(response),
      abort: (reason) => {
        fail(new DialError(reason));
        response?.fail(reason);
      },
    };
  }
  close(): void {}
}

class ScriptedResponse implements DialResponse {
  readonly status: number;
  readonly #headers: Record<string, string>;
  readonly #body: string;
  onChunk: ((chunk: Uint8Array) => void) | undefined = undefined;
  #onEnd: ((error: DialError | undefined) => void) | undefined;

  constructor(status: number, headers: Record<string, string> = {}, body = "") {
    this.status = status;
    this.#headers = headers;
    this.#body = body;
  }
  header(name: string): string | undefined {
    return this.#headers[name];
  }
  body(): Promise<Uint8Array> {
    return Promise.resolve(Buffer.from(this.#body));
  }
  stream(onChunk: (chunk: Uint8Array) => void, onEnd: (error: DialError | undefined) => void): void {
    this.onChunk = onChunk;
    this.#onEnd = onEnd;
  }
  end(): void {
    this.#onEnd?.(undefined);
    this.#onEnd = undefined;
  }
  fail(reason: string): void {
    this.#onEnd?.(new DialError(reason));
    this.#onEnd = undefined;
  }
}

function readerFixture(answer: (request: DialRequest) => ScriptedResponse | undefined) {
  const clock = new SimulatedClock();
  const logger = new LogLines();
  const counters = new PeerCounters();
  const status = new PeerStatus(2n, { clock, logger, counters });
  const dialer = new ScriptedDialer(clock, answer);
  const messages: Message[] = [];
  let removals = 0;
  const reader = new StreamReader({
    kind: MESSAGE_STREAM,
    local: { memberId: 1n, clusterId: 9n, peerUrls: ["http://self"] },
    peerId: 2n,
    dialer,
    picker: new UrlPicker(["http://one", "http://two"]),
    clock,
    logger,
    status,
    counters,
    onMessage: (message) => messages.push(message),
    onRemoved: () => removals++,
  });
  return { clock, logger, status, dialer, reader, messages, counters, removals: () => removals };
}

const STREAMS = { "x-server-version": "3.7.1" };

test("a refused stream is dialled again every 100 ms, at one URL after the other", async () => {
  const { clock, dialer, reader, status } = readerFixture(() => new ScriptedResponse(404, STREAMS));
  await clock.run(350);
  reader.stop();
  await clock.run(1000);
  assert.deepEqual(dialer.asked, [
    { url: "http://one/raft/stream/message/1", atMs: 0 },
    { url: "http://two/raft/stream/message/1", atMs: 100 },
    { url: "http://one/raft/stream/message/1", atMs: 200 },
    { url: "http://two/raft/stream/message/1", atMs: 300 },
  ]);
  assert.equal(status.isActive, false);
});

test("a dial without an answer, and a stream without a byte, end after five seconds", async () => {
  const responses = [undefined, new ScriptedResponse(200, STREAMS)];
  const { clock, dialer, reader, status, messages, counters } = readerFixture(() => responses.shift());
  await clock.run(4900);
  assert.equal(dialer.asked.length, 1);
  const open = responses[0]!;
  await clock.run(200);
  assert.equal(dialer.asked.length, 2);
  assert.ok(status.isActive);
  for (let i = 0; i < 4; i++) {
    await clock.run(3000);
    open.onChunk!(new MessageStreamEncoder().encode(i === 2 ? [beat(5), LINK_HEARTBEAT] : [LINK_HEARTBEAT]));
    assert.ok(status.isActive);
  }
  assert.deepEqual(messages, [beat(5)]);
  assert.ok(!messages.some(isLinkHeartbeat));
  await clock.run(5200);
  assert.equal(status.isActive, false);
  assert.equal(counters.disconnected, 1);
  assert.ok(dialer.asked.length >= 3, "dialled again");
  reader.stop();
  await clock.run(200);
});

test("a stream that is none is given up and dialled again; one of an old version is not used", async () => {
  const open = new ScriptedResponse(200, STREAMS);
  const responses = [
    open,
    new ScriptedResponse(200, { "x-server-version": "2.0.0" }),
    new ScriptedResponse(200),
    new ScriptedResponse(410, STREAMS),
  ];
  const { clock, logger, dialer, reader, status, counters, removals } = readerFixture(() => responses.shift());
  await clock.run(10);
  open.onChunk!(new Uint8Array(8).fill(255));
  await clock.run(500);
  assert.equal(counters.receivedFailures, 1);
  assert.ok(logger.lines.some((line) => line.includes("error limit exceeded")));
  assert.ok(dialer.asked.length >= 4);
  assert.equal(status.isActive, false);
  assert.equal(removals(), 1);
  reader.stop();
  await clock.run(6000);
});

test("probes measure the round trip, complain about clocks that differ and move on from a dead URL", async () => {
  const clock = new SimulatedClock();
  const logger = new LogLines();
  const counters = new PeerCounters();
  const dialer = new ScriptedDialer(clock, ({ url }) =>
    url.startsWith("http://dead")
      ? new ScriptedResponse(500)
      : new ScriptedResponse(200, {}, `{"OK":true,"Now":"${new Date(clock.wallNow() - 3000).toISOString()}"}`),
  );
  const prober = new Prober({ peerId: 2n, urls: ["http://dead", "http://alive"], dialer, clock, logger, counters });
  await clock.run(4500);
  assert.deepEqual(
    dialer.asked.map((each) => each.url),
    ["http://dead/raft/probing"],
  );
  await clock.run(1000);
  assert.ok(logger.lines.some((line) => line.startsWith("prober detected unhealthy status")));
  await clock.run(8000);
  assert.equal(dialer.asked.at(-1)!.url, "http://alive/raft/probing");
  assert.ok(logger.lines.some((line) => line.startsWith("prober found high clock drift")));
  assert.ok(counters.roundTripSeconds.count >= 2);
  const asked = dialer.asked.length;
  prober.stop();
  await clock.run(20_000);
  assert.equal(dialer.asked.length, asked);
});

test("only a probe's answer is taken for one", () => {
  assert.equal(
    probedTimeMs('{"OK":true,"Now":"2026-01-02T03:04:05.123456789+02:00"}\n'),
    Date.UTC(2026, 0, 2, 1, 4, 5, 123),
  );
  for (const text of [
    "",
    "{",
    "[]",
    "null",
    '{"OK":false,"Now":"2026-01-02T03:04:05Z"}',
    '{"OK":true,"Now":"x"}',
    '{"OK":true}',
  ])
    assert.equal(probedTimeMs(text), undefined, text);
});

/**
 * What hostile or broken peers do: each is refused within bounds and cleanly (GOAWAY, RST_STREAM or a closed socket), and another client
 * on the same transport never notices.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, afterEach, before, test } from "node:test";
import { type EchoTransport, echoTransport } from "../../../test/support/echo-transport.ts";
import { fuzzRounds } from "../../../test/support/fuzz-rounds.ts";
import { Prng } from "../../../test/support/prng.ts";
import { frame, RawHttp2 } from "../../../test/support/raw-http2.ts";
import {
  CONNECTION_PREFACE,
  FrameFlag,
  FrameType,
  Http2ErrorCode,
  pingFrame,
  readU32,
  rstStreamFrame,
  windowUpdateFrame,
} from "../../codec/http2/frame.ts";
import { SettingId, settingsFrame } from "../../codec/http2/settings.ts";
import { NodeClock } from "../../io/node/clock.ts";
import { GrpcChannel } from "./grpc-channel.ts";

let server: EchoTransport;
let bystander: GrpcChannel;
const clock = new NodeClock();
before(async () => {
  server = await echoTransport({ limits: { gatheredBytesMax: 8_000_000 } });
  bystander = await GrpcChannel.dial({ clock, address: { host: "127.0.0.1", port: server.port } });
});
after(async () => {
  bystander.close();
  await server.transport.close(200);
});
afterEach(async () => {
  // Whatever happened, others are served.
  const reply = await bystander.unary("/test.Echo/Unary", Buffer.from("still there"), { timeoutMs: 5000 });
  assert.equal(Buffer.from(reply).toString(), "still there");
});

const HELLO = Buffer.from("hello");

test("rapid reset: opening and resetting calls without end is ended with ENHANCE_YOUR_CALM", async () => {
  const raw = await RawHttp2.connect(server.port);
  for (let id = 1; id < 20_000 && !raw.isClosed; id += 2) {
    raw.send(raw.callHeaders(id, "/test.Echo/Hang"), raw.message(id, HELLO), rstStreamFrame(id, Http2ErrorCode.Cancel));
    if (id % 1000 === 1) await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(await raw.goAwayCode(), Http2ErrorCode.EnhanceYourCalm);
  assert.equal(server.open.size, 0);
});

test("a client that cancels now and then is not taken for a flood", async () => {
  const raw = await RawHttp2.connect(server.port);
  for (let id = 1; id < 1000; id += 2) {
    raw.send(raw.callHeaders(id, "/test.Echo/Hang"), raw.message(id, HELLO), rstStreamFrame(id, Http2ErrorCode.Cancel));
  }
  await raw.settle();
  raw.destroy();
});

test("CONTINUATION flood: a header block in endless pieces is ended", async () => {
  const raw = await RawHttp2.connect(server.port);
  raw.send(raw.callHeaders(1, "/test.Echo/Unary", [], 0));
  for (let i = 0; i < 1000; i++) raw.send(frame(FrameType.Continuation, 0, 1, new Uint8Array(0)));
  assert.equal(await raw.goAwayCode(), Http2ErrorCode.EnhanceYourCalm);
});

test("CONTINUATION flood: large pieces are ended by their bytes", async () => {
  const raw = await RawHttp2.connect(server.port);
  raw.send(raw.callHeaders(1, "/test.Echo/Unary", [], 0));
  for (let i = 0; i < 20; i++) raw.send(frame(FrameType.Continuation, 0, 1, new Uint8Array(16384)));
  assert.equal(await raw.goAwayCode(), Http2ErrorCode.EnhanceYourCalm);
});

test("HPACK bomb: a list that grows beyond the limit is refused, and the connection stays in step", async () => {
  const raw = await RawHttp2.connect(server.port);
  raw.send(raw.callHeaders(1, "/test.Echo/Unary", ["x-big", "v".repeat(900)]), raw.message(1, HELLO));
  await raw.next((f) => f.streamId === 1 && (f.flags & FrameFlag.EndStream) !== 0);
  // Index 62 is the big field now: one byte each.
  raw.send(frame(FrameType.Headers, FrameFlag.EndHeaders, 3, new Uint8Array(16000).fill(0xbe)));
  assert.equal(await raw.resetCode(3), Http2ErrorCode.EnhanceYourCalm);
  raw.send(raw.callHeaders(5, "/test.Echo/Unary"), raw.message(5, HELLO));
  await raw.next((f) => f.streamId === 5 && f.type === FrameType.Data);
  raw.destroy();
});

test("a broken header block ends the connection with COMPRESSION_ERROR", async () => {
  const raw = await RawHttp2.connect(server.port);
  raw.send(frame(FrameType.Headers, FrameFlag.EndHeaders, 1, Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff)));
  assert.equal(await raw.goAwayCode(), Http2ErrorCode.CompressionError);
});

for (const [name, make] of [
  ["SETTINGS", () => settingsFrame([[SettingId.InitialWindowSize, 1000]])],
  ["empty DATA", () => frame(FrameType.Data, 0, 1, new Uint8Array(0))],
  ["WINDOW_UPDATE", () => windowUpdateFrame(0, 1)],
  ["PRIORITY", () => frame(FrameType.Priority, 0, 1, Uint8Array.of(0, 0, 0, 3, 1))],
  ["unknown frame", () => frame(0x77, 0, 0, new Uint8Array(3))],
  ["RST_STREAM of a closed stream", () => rstStreamFrame(1, Http2ErrorCode.Cancel)],
] as const) {
  test(`a flood of ${name} frames is ended with ENHANCE_YOUR_CALM`, async () => {
    const raw = await RawHttp2.connect(server.port);
    raw.send(raw.callHeaders(1, name.startsWith("RST") ? "/nobody/Here" : "/test.Echo/Bidi"));
    const chunk = Buffer.concat(Array.from({ length: 1000 }, make));
    for (let i = 0; i < 100 && !raw.isClosed; i++) {
      raw.send(chunk);
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(await raw.goAwayCode(), Http2ErrorCode.EnhanceYourCalm);
  });
}

test("too many pings are answered with GOAWAY too_many_pings", async () => {
  const raw = await RawHttp2.connect(server.port);
  for (let i = 0; i < 4; i++) raw.send(pingFrame(new Uint8Array(8), false));
  const goAway = await raw.next((f) => f.type === FrameType.GoAway);
  assert.equal(readU32(goAway.payload, 4), Http2ErrorCode.EnhanceYourCalm);
  assert.equal(goAway.payload.subarray(8).toString(), "too_many_pings");
  await raw.closed;
});

test("zero window: a client that never takes its replies is held within bounds and reset when stalled", async () => {
  const own = await echoTransport({ limits: { stallTimeoutMs: 20, stalledBytesMax: 1000, sweepIntervalMs: 30 } });
  const raw = await RawHttp2.connect(own.port, [[SettingId.InitialWindowSize, 0]]);
  raw.send(raw.callHeaders(1, "/test.Echo/ServerStream"), raw.message(1, Buffer.from("1000000 10000")));
  await until(() => own.open.size === 1);
  const [call] = own.open;
  assert.ok(call!.bufferedBytes > 0 && call!.bufferedBytes < 100_000, `${call!.bufferedBytes} bytes buffered`);
  assert.equal(await raw.resetCode(1), Http2ErrorCode.EnhanceYourCalm);
  await until(() => own.cancelled.length === 1);
  raw.destroy();
  await own.transport.close(0);
});

test("a client that does not read its replies is not read either, and closed when that lasts", async () => {
  const own = await echoTransport({ limits: { stallTimeoutMs: 300, sweepIntervalMs: 50 } });
  const raw = await RawHttp2.connect(own.port);
  raw.socket.pause();
  // Statuses obey no window: only the socket can hold them back.
  const text = Buffer.from(`9 ${"x".repeat(16_000)}`);
  const calls = 3000;
  for (let id = 1; id < 2 * calls; id += 2) raw.send(raw.callHeaders(id, "/test.Echo/Fail"), raw.message(id, text));
  await until(() => own.transport.metrics.connections === 0);
  const started = own.transport.metrics.methods.get("/test.Echo/Fail")!.started;
  assert.ok(started > 0 && started < calls, `${started} of ${calls} calls were taken up`);
  raw.destroy();
  await own.transport.close(100);
});

test("frames and messages beyond the limits are refused", async () => {
  const big = await RawHttp2.connect(server.port);
  big.send(big.callHeaders(1, "/test.Echo/Unary"), frame(FrameType.Data, 0, 1, new Uint8Array(16385)));
  assert.equal(await big.goAwayCode(), Http2ErrorCode.FrameSizeError);
  const raw = await RawHttp2.connect(server.port);
  const prefix = Uint8Array.of(0, 0x7f, 0xff, 0xff, 0xff);
  raw.send(raw.callHeaders(1, "/test.Echo/Unary"), frame(FrameType.Data, 0, 1, prefix));
  const trailers = await raw.next((f) => f.type === FrameType.Headers && f.streamId === 1);
  const fields = raw.fields(trailers);
  assert.equal(fields[fields.indexOf("grpc-status") + 1], "8");
  raw.destroy();
});

test("a client that ignores the windows is stopped with FLOW_CONTROL_ERROR", async () => {
  const raw = await RawHttp2.connect(server.port);
  raw.send(raw.callHeaders(1, "/test.Echo/Hang"));
  // The handler takes a unary request whole, so its window is given back; a plain request that nobody reads is not.
  const fields = [":method", "POST", ":scheme", "http", ":path", "/hang", ":authority", "test"];
  raw.send(frame(FrameType.Headers, FrameFlag.EndHeaders, 3, raw.encoder.encode(fields)));
  for (let i = 0; i < 70; i++) raw.send(frame(FrameType.Data, 0, 3, new Uint8Array(16384)));
  assert.equal(await raw.resetCode(3), Http2ErrorCode.FlowControlError);
  raw.destroy();
});

test("half-sent messages on many streams are held up to the connection's limit", async () => {
  const raw = await RawHttp2.connect(server.port);
  const begun = Buffer.alloc(16384);
  begun.writeUInt32BE(2_000_000, 1);
  for (let id = 1; id < 41; id += 2) {
    raw.send(raw.callHeaders(id, "/test.Echo/Unary"), frame(FrameType.Data, 0, id, begun));
    for (let i = 0; i < 50; i++) raw.send(frame(FrameType.Data, 0, id, new Uint8Array(16384)));
  }
  const refusal = await raw.next((f) => f.type === FrameType.Headers);
  const fields = raw.fields(refusal);
  assert.equal(fields[fields.indexOf("grpc-status") + 1], "8");
  raw.destroy();
});

test("streams beyond the announced limit are refused with REFUSED_STREAM", async () => {
  const own = await echoTransport({ limits: { concurrentStreamsMax: 3 } });
  const raw = await RawHttp2.connect(own.port);
  for (let id = 1; id < 9; id += 2) raw.send(raw.callHeaders(id, "/test.Echo/Bidi"));
  assert.equal(await raw.resetCode(7), Http2ErrorCode.RefusedStream);
  raw.send(raw.message(1, HELLO));
  await raw.next((f) => f.type === FrameType.Data && f.streamId === 1);
  raw.destroy();
  await own.transport.close(100);
});

test("half-open: a peer that has gone silent is found by the server's ping", async () => {
  const own = await echoTransport({ keepalive: { intervalMs: 40, timeoutMs: 40 } });
  const raw = await RawHttp2.connect(own.port);
  raw.send(raw.callHeaders(1, "/test.Echo/Hang"), raw.message(1, HELLO));
  await raw.next((f) => f.type === FrameType.Ping);
  await raw.closed;
  await until(() => own.cancelled.length === 1);
  await own.transport.close(100);
});

test("a socket that says nothing is closed", async () => {
  const own = await echoTransport({ limits: { handshakeTimeoutMs: 50 } });
  for (const first of ["", "PRI * HT"]) {
    const socket = connect(own.port, "127.0.0.1");
    socket.write(first);
    socket.resume();
    await once(socket, "close");
  }
  await own.transport.close(100);
});

test("what is begun over HTTP/2 and never finished is closed: the handshake, a header block, a frame", async () => {
  const own = await echoTransport({
    limits: { handshakeTimeoutMs: 50, http1HeaderTimeoutMs: 50, sweepIntervalMs: 20 },
  });
  const greeting = Buffer.concat([CONNECTION_PREFACE, settingsFrame([])]);
  const halves: readonly [string, Uint8Array][] = [
    ["a preface without SETTINGS", CONNECTION_PREFACE],
    ["a preface and half of SETTINGS", greeting.subarray(0, CONNECTION_PREFACE.length + 5)],
    ["a header block", Buffer.concat([greeting, frame(FrameType.Headers, 0, 1, Uint8Array.of(0x82))])],
    ["a frame", Buffer.concat([greeting, frame(FrameType.Data, 0, 1, new Uint8Array(100)).subarray(0, 50)])],
  ];
  await Promise.all(
    halves.map(async ([, bytes]) => {
      const socket = connect(own.port, "127.0.0.1");
      socket.write(bytes);
      socket.resume();
      await once(socket, "close");
    }),
  );
  // What is whole may be idle for as long as it likes, and what goes on arriving may be slow.
  const raw = await RawHttp2.connect(own.port);
  const ping = frame(FrameType.Ping, 0, 0, new Uint8Array(8));
  for (const byte of ping) {
    raw.send(Uint8Array.of(byte));
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  await raw.next((f) => f.type === FrameType.Ping && (f.flags & FrameFlag.Ack) !== 0);
  await new Promise((resolve) => setTimeout(resolve, 150));
  assert.equal(raw.isClosed, false);
  raw.socket.destroy();
  await own.transport.close(100);
});

test("garbage of any kind ends its own connection, and never the server", async () => {
  const prng = new Prng(Number(process.env.SEED ?? Date.now()) >>> 0);
  console.log(`# seed ${prng.seed}`);
  for (let round = 0; round < fuzzRounds(150); round++) {
    const socket = connect(server.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.resume();
    const parts: Uint8Array[] = [];
    if (prng.chance(0.9)) parts.push(CONNECTION_PREFACE, settingsFrame([]));
    const count = 1 + prng.integer(30);
    for (let i = 0; i < count; i++) {
      const payload = Uint8Array.from({ length: prng.integer(60) }, () => prng.integer(256));
      if (prng.chance(0.1)) parts.push(payload);
      else parts.push(frame(prng.integer(11), prng.integer(256), prng.integer(8), payload));
    }
    socket.end(Buffer.concat(parts));
    await once(socket, "close");
  }
});

test("mutated conversations of a real client do no harm", async () => {
  const prng = new Prng(Number(process.env.SEED ?? Date.now()) >>> 0);
  console.log(`# seed ${prng.seed}`);
  const paths = ["Unary", "Later", "Fail", "Metadata", "ClientStream", "ServerStream", "Bidi"];
  for (let round = 0; round < fuzzRounds(150); round++) {
    const raw = await RawHttp2.connect(server.port);
    const parts: Uint8Array[] = [];
    for (let id = 1; id < 2 + prng.integer(20); id += 2) {
      parts.push(raw.callHeaders(id, `/test.Echo/${prng.pick(paths)}`));
      parts.push(raw.message(id, Buffer.from("9 1 text"), prng.chance(0.5)));
      if (prng.chance(0.2)) parts.push(rstStreamFrame(id, prng.integer(14) as Http2ErrorCode));
      if (prng.chance(0.2)) parts.push(windowUpdateFrame(id, prng.integer(0x7fffffff)));
    }
    const bytes = Buffer.concat(parts);
    const changes = prng.integer(5);
    for (let i = 0; i < changes; i++) bytes[prng.integer(bytes.length)] = prng.integer(256);
    let at = 0;
    while (at < bytes.length) {
      const to = at + 1 + prng.integer(200);
      raw.send(bytes.subarray(at, to));
      if (prng.chance(0.1)) await new Promise((resolve) => setImmediate(resolve));
      at = to;
    }
    raw.socket.end();
    await raw.closed;
  }
  await until(() => server.open.size === 0);
  assert.deepEqual(server.errors, []);
});

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 1000; i++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.fail("the condition never came true");
}

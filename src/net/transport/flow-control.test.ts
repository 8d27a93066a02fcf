/** The windows of RFC 9113 section 5.2, seen frame by frame, and the fairness of the sender within them. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type EchoTransport, echoTransport } from "../../../test/support/echo-transport.ts";
import { RawHttp2 } from "../../../test/support/raw-http2.ts";
import { FrameFlag, FrameType, pingFrame } from "../../codec/http2/frame.ts";
import { SettingId, settingsFrame } from "../../codec/http2/settings.ts";

let server: EchoTransport;
before(async () => {
  server = await echoTransport();
});
after(() => server.transport.close(100));

function dataBytes(raw: RawHttp2, streamId: number): number {
  return raw.frames
    .filter((f) => f.type === FrameType.Data && f.streamId === streamId)
    .reduce((sum, f) => sum + f.payload.length, 0);
}

/** Waits for that many DATA bytes, and looks a little later that no more came. */
async function expectExactly(raw: RawHttp2, streamId: number, bytes: number): Promise<void> {
  await raw.settle();
  for (let i = 0; i < 200 && dataBytes(raw, streamId) < bytes; i++) await new Promise((r) => setTimeout(r, 5));
  await raw.settle();
  assert.equal(dataBytes(raw, streamId), bytes);
}

test("the server sends exactly what a stream's window allows, and goes on when it is opened", async () => {
  const raw = await RawHttp2.connect(server.port, [[SettingId.InitialWindowSize, 10]]);
  raw.send(raw.callHeaders(1, "/test.Echo/Unary"), raw.message(1, Buffer.alloc(100, "x")));
  await expectExactly(raw, 1, 10);
  raw.openWindow(1, 1);
  await expectExactly(raw, 1, 11);
  raw.openWindow(1, 1000);
  await expectExactly(raw, 1, 105);
  await raw.next((f) => f.streamId === 1 && f.type === FrameType.Headers && (f.flags & FrameFlag.EndStream) !== 0);
  raw.destroy();
});

test("a smaller initial window makes windows negative; only what is opened beyond that is sent (section 6.9.2)", async () => {
  const raw = await RawHttp2.connect(server.port, [[SettingId.InitialWindowSize, 1000]]);
  raw.send(raw.callHeaders(1, "/test.Echo/Unary"), raw.message(1, Buffer.alloc(5000, "x")));
  await expectExactly(raw, 1, 1000);
  raw.send(settingsFrame([[SettingId.InitialWindowSize, 200]]));
  raw.openWindow(1, 800);
  await expectExactly(raw, 1, 1000);
  raw.openWindow(1, 50);
  await expectExactly(raw, 1, 1050);
  raw.send(settingsFrame([[SettingId.InitialWindowSize, 100_000]]));
  await expectExactly(raw, 1, 5005);
  raw.destroy();
});

test("the connection's window holds all streams, and is shared fairly: a huge reply does not starve small ones", async () => {
  const raw = await RawHttp2.connect(server.port, [[SettingId.InitialWindowSize, 100_000_000]]);
  raw.send(raw.callHeaders(1, "/test.Echo/Big"), raw.message(1, Buffer.from("50000000 1000000")));
  await expectExactly(raw, 1, 65535);
  for (const id of [3, 5, 7]) {
    raw.send(raw.callHeaders(id, "/test.Echo/Big"), raw.message(id, Buffer.from("30000 30000")));
  }
  // Eight frames' worth: each small reply needs two of them.
  raw.openWindow(0, 10 * 16384);
  for (const id of [3, 5, 7]) {
    await raw.next((f) => f.streamId === id && f.type === FrameType.Headers && (f.flags & FrameFlag.EndStream) !== 0);
    assert.equal(dataBytes(raw, id), 30_005);
  }
  assert.ok(dataBytes(raw, 1) > 65535 + 16384, "the huge reply goes on as well");
  raw.destroy();
});

test("DATA frames are no larger than 16 KiB and a reply's bytes are in order", async () => {
  const raw = await RawHttp2.connect(server.port, [[SettingId.InitialWindowSize, 1_000_000]]);
  raw.openWindow(0, 1_000_000);
  const message = Buffer.from(Uint8Array.from({ length: 200_000 }, (_, i) => i % 251));
  for (let at = 0, id = 1; id < 6; id += 2, at = 0) {
    raw.send(raw.callHeaders(id, "/test.Echo/Unary"));
    const whole = Buffer.alloc(5 + message.length);
    whole.writeUInt32BE(message.length, 1);
    message.copy(whole, 5);
    for (; at < whole.length; at += 16384) {
      const piece = whole.subarray(at, at + 16384);
      const header = Buffer.alloc(9);
      header.writeUIntBE(piece.length, 0, 3);
      header[4] = at + 16384 >= whole.length ? FrameFlag.EndStream : 0;
      header.writeUInt32BE(id, 5);
      raw.send(header, piece);
    }
  }
  for (const id of [1, 3, 5]) {
    await raw.next((f) => f.streamId === id && f.type === FrameType.Headers && (f.flags & FrameFlag.EndStream) !== 0);
    const frames = raw.frames.filter((f) => f.streamId === id && f.type === FrameType.Data);
    assert.ok(frames.every((f) => f.payload.length <= 16384));
    assert.ok(
      Buffer.concat(frames.map((f) => f.payload))
        .subarray(5)
        .equals(message),
    );
  }
  raw.destroy();
});

test("a client that pings for every message it gets, as Go's path measurement does, is no flood", async () => {
  const raw = await RawHttp2.connect(server.port);
  raw.send(raw.callHeaders(1, "/test.Echo/Bidi"));
  for (let i = 0; i < 5000; i++) {
    raw.send(raw.message(1, Buffer.from("x"), false));
    await raw.next(() => raw.frames.filter((f) => f.type === FrameType.Data).length > 0);
    raw.frames.length = 0;
    raw.send(pingFrame(new Uint8Array(8), false));
    raw.openWindow(1, 6);
    raw.openWindow(0, 6);
  }
  await raw.settle();
  assert.equal(raw.isClosed, false);
  raw.destroy();
});

test("a status larger than the client takes resets the stream", async () => {
  const raw = await RawHttp2.connect(server.port, [[SettingId.MaxHeaderListSize, 500]]);
  raw.send(raw.callHeaders(1, "/test.Echo/Fail"), raw.message(1, Buffer.from(`9 ${"x".repeat(600)}`)));
  assert.equal(await raw.resetCode(1), 2);
  raw.send(raw.callHeaders(3, "/test.Echo/Fail"), raw.message(3, Buffer.from("9 short")));
  await raw.next((f) => f.streamId === 3 && f.type === FrameType.Headers);
  raw.destroy();
});

test("the acknowledgement of a ping travels with the reply that follows, and soon by itself when a call stays silent", async () => {
  const raw = await RawHttp2.connect(server.port);
  const opaque = Buffer.from("12345678");
  const isAck = (f: { type: number; flags: number }): boolean => f.type === FrameType.Ping && f.flags === FrameFlag.Ack;
  let chunks = 0;
  raw.socket.on("data", () => chunks++);
  raw.send(raw.callHeaders(1, "/test.Echo/Unary"), pingFrame(opaque, false));
  raw.send(raw.message(1, Buffer.from("x")));
  await raw.next((f) => f.streamId === 1 && f.type === FrameType.Headers && (f.flags & FrameFlag.EndStream) !== 0);
  assert.ok(raw.frames.some(isAck), "not behind the reply");
  assert.equal(chunks, 1, "in one packet");
  raw.frames.length = 0;
  raw.send(raw.callHeaders(3, "/test.Echo/Bidi"), pingFrame(opaque, false));
  assert.deepEqual((await raw.next(isAck)).payload, opaque);
  raw.destroy();
});

/** Runs of small messages: one frame for many, the same messages at the other end, whatever the windows do. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type EchoTransport, echoTransport } from "../../../test/support/echo-transport.ts";
import { RawHttp2 } from "../../../test/support/raw-http2.ts";
import { forEachMessage } from "../../codec/grpc/envelope.ts";
import { FrameFlag, FrameType } from "../../codec/http2/frame.ts";
import { SettingId } from "../../codec/http2/settings.ts";

let server: EchoTransport;
before(async () => {
  server = await echoTransport();
});
after(() => server.transport.close(100));

async function ended(raw: RawHttp2): Promise<void> {
  await raw.next((f) => f.type === FrameType.Headers && (f.flags & FrameFlag.EndStream) !== 0);
}

function dataOf(raw: RawHttp2): Buffer[] {
  return raw.frames.filter((f) => f.type === FrameType.Data).map((f) => f.payload);
}

/** Each message is filled with its number: none missing, none twice, in order. */
function expectMessages(raw: RawHttp2, count: number, bytes: number): void {
  let next = 0;
  forEachMessage(Buffer.concat(dataOf(raw)), (message) => {
    assert.deepEqual(Buffer.from(message), Buffer.alloc(bytes, next & 0xff), `message ${next}`);
    next++;
  });
  assert.equal(next, count);
}

test("a run is one DATA frame, also the largest", async () => {
  const raw = await RawHttp2.connect(server.port);
  raw.send(raw.callHeaders(1, "/test.Echo/Runs"), raw.message(1, Buffer.from("192 123 128")));
  await ended(raw);
  assert.deepEqual(
    dataOf(raw).map((payload) => payload.length),
    [16_384, 8192],
  );
  expectMessages(raw, 192, 123);
  raw.destroy();
});

test("runs that the windows do not take at once are sent as far as they do, and the buffer may be used again meanwhile", async () => {
  const raw = await RawHttp2.connect(server.port, [[SettingId.InitialWindowSize, 7]]);
  const { messagesSent: before } = server.transport.metrics.method("/test.Echo/Runs");
  raw.send(raw.callHeaders(1, "/test.Echo/Runs"), raw.message(1, Buffer.from("3000 95 100")));
  raw.openWindow(0, 1_000_000);
  await raw.settle();
  assert.equal(Buffer.concat(dataOf(raw)).length, 7);
  for (let open = 0; open < 300_000; open += 33_333) {
    raw.openWindow(1, 33_333);
    await raw.settle();
  }
  raw.openWindow(1, 33_333);
  await ended(raw);
  expectMessages(raw, 3000, 95);
  assert.equal(server.transport.metrics.method("/test.Echo/Runs").messagesSent - before, 3000);
  raw.destroy();
});

test("runs that nobody takes stay within the call's bound", async () => {
  const raw = await RawHttp2.connect(server.port, [[SettingId.InitialWindowSize, 0]]);
  raw.send(raw.callHeaders(1, "/test.Echo/Runs"), raw.message(1, Buffer.from("100000 95 100")));
  await raw.settle();
  const [call] = server.open;
  assert.equal(call!.roomBytes, 0);
  assert.ok(call!.bufferedBytes >= 65_536 && call!.bufferedBytes <= 65_536 + 10_000, String(call!.bufferedBytes));
  raw.destroy();
});

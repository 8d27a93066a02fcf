/** Memory that is used again must not change what is still to be sent, however slowly the client takes it. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type EchoTransport, echoTransport } from "../../../test/support/echo-transport.ts";
import { RawHttp2 } from "../../../test/support/raw-http2.ts";
import { FrameFlag, FrameType } from "../../codec/http2/frame.ts";
import { SettingId } from "../../codec/http2/settings.ts";

let server: EchoTransport;
before(async () => {
  server = await echoTransport();
});
after(() => server.transport.close(100));

const PIECES = 120;
const PIECE_BYTES = 100_000;

async function reply(raw: RawHttp2): Promise<Buffer> {
  await raw.next((f) => f.type === FrameType.Headers && (f.flags & FrameFlag.EndStream) !== 0);
  return Buffer.concat(raw.frames.filter((f) => f.type === FrameType.Data).map((f) => f.payload)).subarray(5);
}

function expectPieces(message: Buffer): void {
  assert.equal(message.length, PIECES * PIECE_BYTES + 1);
  for (let i = 0; i < PIECES; i++) {
    const piece = message.subarray(i * PIECE_BYTES, (i + 1) * PIECE_BYTES);
    assert.ok(piece.equals(Buffer.alloc(PIECE_BYTES, i)), `piece ${i} is as it was sent`);
  }
}

test("lent memory is used again and every piece arrives as it was, with windows wide open", async () => {
  const raw = await RawHttp2.connect(server.port, [[SettingId.InitialWindowSize, 100_000_000]]);
  raw.openWindow(0, 100_000_000);
  raw.send(raw.callHeaders(1, "/test.Echo/Lent"), raw.message(1, Buffer.from(`${PIECES} ${PIECE_BYTES}`)));
  const message = await reply(raw);
  expectPieces(message);
  const memories = message.at(-1)!;
  assert.ok(memories <= PIECES / 4, `${memories} memories for ${PIECES} pieces`);
  raw.destroy();
});

test("lent memory stays untouched while a client stops reading, and while its window is shut", async () => {
  const raw = await RawHttp2.connect(server.port, [[SettingId.InitialWindowSize, 100_000_000]]);
  raw.send(raw.callHeaders(1, "/test.Echo/Lent"), raw.message(1, Buffer.from(`${PIECES} ${PIECE_BYTES}`)));
  for (let round = 0; round < 5; round++) {
    raw.socket.pause();
    raw.openWindow(0, 2_000_000 + round);
    await new Promise((resolve) => setTimeout(resolve, 20));
    raw.socket.resume();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  raw.openWindow(0, 100_000_000);
  expectPieces(await reply(raw));
  raw.destroy();
});

import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { test } from "node:test";
import { Prng } from "../../../test/support/prng.ts";
import { findReadFields, InputBuffer } from "./socket-input.ts";

/** An accepted socket that was read from before, as the transport's are, and its client. */
async function pair(): Promise<{ accepted: Socket; client: Socket; close: () => void }> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [accepted] = (await once(server, "connection")) as [Socket];
  const first = once(accepted, "data");
  client.write("preface");
  await first;
  accepted.removeAllListeners("data");
  return { accepted, client, close: () => server.close() };
}

test("this Node keeps onread where socketInput looks for it", () => {
  assert.notEqual(findReadFields(), undefined);
});

for (const [name, byEvents] of [
  ["one buffer", false],
  ["data events", true],
] as const) {
  test(`socketInput by ${name}: chunks hold what was sent, stay as they are, and end`, async () => {
    const { accepted, client, close } = await pair();
    const input = new InputBuffer(byEvents);
    const random = new Prng(1);
    const chunks: Uint8Array[] = [];
    const copies: Buffer[] = [];
    input.attach(accepted, (chunk) => {
      chunks.push(chunk);
      copies.push(Buffer.from(chunk));
    });
    const ended = once(accepted, "end");
    const sent: Buffer[] = [];
    for (let i = 0; i < 200; i++) {
      const piece = Buffer.alloc(1 + random.integer(i % 10 === 0 ? 200_000 : 500), random.integer(256));
      sent.push(piece);
      if (!client.write(piece)) await once(client, "drain");
      if (i % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    client.end();
    await ended;
    assert.ok(Buffer.concat(chunks).equals(Buffer.concat(sent)));
    for (const [i, chunk] of chunks.entries()) assert.ok(copies[i]!.equals(chunk), `chunk ${i} changed`);
    accepted.destroy();
    close();
  });

  test(`socketInput by ${name}: a paused socket delivers nothing until it is resumed`, async () => {
    const { accepted, client, close } = await pair();
    const input = new InputBuffer(byEvents);
    let received = 0;
    input.attach(accepted, (chunk) => {
      received += chunk.length;
      if (received === 5) accepted.pause();
    });
    client.write("first");
    while (received < 5) await new Promise((resolve) => setImmediate(resolve));
    client.write("second");
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(received, 5);
    accepted.resume();
    while (received < 11) await new Promise((resolve) => setImmediate(resolve));
    client.destroy();
    accepted.destroy();
    close();
  });
}

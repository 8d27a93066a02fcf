import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import type { LogFields, Logger } from "../../io/logger.ts";
import { NodeClock } from "../../io/node/clock.ts";
import { NodeRandom } from "../../io/node/random.ts";
import { EndpointPicker } from "./endpoint-picker.ts";
import { listenTarget, TcpGateway } from "./tcp-gateway.ts";

class CollectingLogger implements Logger {
  readonly lines: { readonly message: string; readonly fields: LogFields | undefined }[] = [];
  debug(): void {}
  info = (message: string, fields?: LogFields): void => void this.lines.push({ message, fields });
  warn = this.info;
  error = this.info;
  with(): Logger {
    return this;
  }

  async until(message: string): Promise<LogFields | undefined> {
    for (;;) {
      const found = this.lines.find((line) => line.message === message);
      if (found !== undefined) return found.fields;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

async function listening(onConnection: (socket: Socket) => void, port = 0): Promise<{ server: Server; port: number }> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    // A probe connects and goes away.
    socket.on("error", () => undefined);
    onConnection(socket);
  }).listen(port, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

async function gateway(
  t: TestContext,
  ports: readonly number[],
  retryDelayMs = 60_000,
): Promise<{ port: number; logger: CollectingLogger }> {
  const logger = new CollectingLogger();
  const records = ports.map((port) => ({ target: "127.0.0.1", port, priority: 0, weight: 0 }));
  const made = new TcpGateway({
    picker: new EndpointPicker(records, new NodeRandom()),
    retryDelayMs,
    clock: new NodeClock(),
    logger,
  });
  const port = await made.listen("127.0.0.1", 0);
  made.monitor();
  t.after(() => made.close());
  return { port, logger };
}

/** Without an iterator, which would destroy the socket at its end. */
async function allFrom(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  await once(socket, "end");
  return Buffer.concat(chunks);
}

test("bytes pass both ways; the end of one direction leaves the other open until it ends too", async (t) => {
  const sent = Buffer.alloc(3_000_000, "0123456789");
  const { server, port } = await listening((socket) => {
    // Answers only once it has heard everything.
    void allFrom(socket).then((heard) => socket.end(heard));
  });
  t.after(() => server.close());
  const { port: own } = await gateway(t, [port]);
  const client = connect({ port: own, host: "127.0.0.1", allowHalfOpen: true });
  client.end(sent);
  assert.ok((await allFrom(client)).equals(sent));
});

test("a member that refuses is left out and told of, the connection goes to another; when it is back it is taken again", async (t) => {
  const hello = (name: string) => (socket: Socket) => void socket.end(name);
  const gone = await listening(hello("first"));
  gone.server.close();
  await once(gone.server, "close");
  const other = await listening(hello("second"));
  t.after(() => other.server.close());
  const { port, logger } = await gateway(t, [gone.port, other.port], 30);
  const ask = async (): Promise<string> => (await allFrom(connect(port, "127.0.0.1"))).toString();
  assert.equal(await ask(), "second");
  assert.deepEqual(await logger.until("deactivated endpoint"), {
    address: `127.0.0.1:${gone.port}`,
    interval: "30ms",
    error: `dial tcp 127.0.0.1:${gone.port}: connect: connection refused`,
  });
  await logger.until("failed to activate endpoint (stay inactive for another interval)");
  assert.equal(await ask(), "second");
  const back = await listening(hello("first"), gone.port);
  t.after(() => back.server.close());
  await logger.until("activated");
  assert.deepEqual(new Set([await ask(), await ask()]), new Set(["first", "second"]));
});

test("with no member left a connection is closed, without a byte", async (t) => {
  const gone = await listening(() => undefined);
  gone.server.close();
  await once(gone.server, "close");
  const { port } = await gateway(t, [gone.port]);
  const client = connect(port, "127.0.0.1");
  client.on("error", () => undefined);
  client.resume();
  await once(client, "close");
  assert.equal(client.bytesRead, 0);
});

test("a member that breaks off ends the client's connection, and the other way round", async (t) => {
  const accepted: Socket[] = [];
  const { server, port } = await listening((socket) => {
    socket.on("error", () => undefined);
    socket.resume();
    accepted.push(socket);
    socket.write("x");
  });
  t.after(() => server.close());
  const { port: own } = await gateway(t, [port]);
  const open = async (): Promise<{ client: Socket; member: Socket }> => {
    const client = connect(own, "127.0.0.1");
    client.on("error", () => undefined);
    await once(client, "data");
    return { client, member: accepted.pop()! };
  };
  const first = await open();
  first.member.resetAndDestroy();
  await once(first.client, "close");
  const second = await open();
  second.client.resetAndDestroy();
  await once(second.member, "end");
});

test("an address to listen on is host and port; a port that is no number is none", () => {
  assert.deepEqual(listenTarget("localhost:5"), { host: "127.0.0.1", port: 5 });
  assert.deepEqual(listenTarget("[::1]:5"), { host: "::1", port: 5 });
  assert.equal(listenTarget("127.0.0.1:http2"), undefined);
  assert.equal(listenTarget("127.0.0.1:70000"), undefined);
});

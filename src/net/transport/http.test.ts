/** Plain HTTP on the port that also speaks gRPC: HTTP/1.1 and HTTP/2, by Node's own clients and by hand. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { type ClientHttp2Session, connect as connectHttp2, type OutgoingHttpHeaders } from "node:http2";
import { connect, type Socket } from "node:net";
import { after, before, test } from "node:test";
import { type EchoTransport, echoTransport } from "../../../test/support/echo-transport.ts";

let server: EchoTransport;
let session: ClientHttp2Session;
before(async () => {
  server = await echoTransport({ limits: { http1HeaderTimeoutMs: 150, http1RequestTimeoutMs: 300 } });
  session = connectHttp2(`http://127.0.0.1:${server.port}`);
});
after(async () => {
  session.close();
  await server.transport.close(100);
});

const url = (path: string): string => `http://127.0.0.1:${server.port}${path}`;

interface Http2Reply {
  readonly status: number;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, unknown>>;
}

async function http2(headers: OutgoingHttpHeaders, ...pieces: Buffer[]): Promise<Http2Reply> {
  const stream = session.request(headers, { endStream: pieces.length === 0 });
  for (const piece of pieces) stream.write(piece);
  if (pieces.length > 0) stream.end();
  const [received] = (await once(stream, "response")) as [Record<string, unknown>];
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return { status: Number(received[":status"]), body: Buffer.concat(parts), headers: received };
}

async function rawReply(bytes: string, pauseMs = 0, port = server.port): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  // It may be closed before everything is written.
  const closed = once(socket, "close");
  let reply = "";
  socket.on("data", (chunk: Buffer) => {
    reply += chunk.toString("latin1");
  });
  socket.on("error", () => {});
  for (const piece of pauseMs === 0 ? [bytes] : bytes) {
    socket.write(piece);
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  await closed;
  return reply;
}

test("HTTP/1.1 requests are answered", async () => {
  const response = await fetch(url("/hello?x=1"));
  assert.equal(response.status, 200);
  assert.equal(await response.text(), `hello x=1 1.1 127.0.0.1:${server.port}\n`);
  assert.equal((await fetch(url("/nowhere"))).status, 404);
  assert.equal((await fetch(url("/none"))).status, 204);
  const head = await fetch(url("/hello"), { method: "HEAD" });
  assert.equal(
    head.headers.get("content-length"),
    String("hello  1.1 127.0.0.1:\n".length + String(server.port).length),
  );
  assert.equal(await head.text(), "");
});

test("HTTP/2 requests are answered", async () => {
  const reply = await http2({ ":path": "/hello?x=1" });
  assert.equal(reply.status, 200);
  assert.equal(reply.body.toString(), `hello x=1 2 127.0.0.1:${server.port}\n`);
  assert.equal((await http2({ ":path": "/nowhere" })).status, 404);
  assert.equal((await http2({ ":path": "/none" })).status, 204);
  const head = await http2({ ":path": "/hello", ":method": "HEAD" });
  assert.equal(head.body.length, 0);
  assert.ok(Number(head.headers["content-length"]) > 10);
});

test("bodies are gathered up to the handler's limit", async () => {
  const large = Buffer.alloc(1_000_001);
  const counted = await fetch(url("/size"), { method: "POST", body: large.subarray(1) });
  assert.equal(await counted.text(), "1000000");
  const refused = await fetch(url("/size"), { method: "POST", body: large });
  assert.equal(refused.status, 413);
  assert.equal(await refused.text(), "BodyTooLargeError");
  const post = { ":method": "POST", ":path": "/size" };
  assert.equal((await http2(post, large.subarray(1))).body.toString(), "1000000");
  assert.equal((await http2(post, large)).body.toString(), "BodyTooLargeError");
});

test("bodies are streamed both ways, larger than all windows", async (t) => {
  const body = Buffer.alloc(5_000_000, "streamed");
  // Not the server with the short limits: megabytes may take their time.
  const patient = await echoTransport();
  t.after(() => patient.transport.close(100));
  const over1 = await fetch(`http://127.0.0.1:${patient.port}/echo`, { method: "POST", body });
  assert.ok(Buffer.from(await over1.arrayBuffer()).equals(body));
  const over2 = await http2(
    { ":method": "POST", ":path": "/echo" },
    body.subarray(0, 3_000_000),
    body.subarray(3_000_000),
  );
  assert.ok(over2.body.equals(body));
});

test("a handler that throws answers 500 and the port goes on", async () => {
  assert.equal((await fetch(url("/throw"))).status, 500);
  assert.equal((await http2({ ":path": "/throw" })).status, 500);
  assert.equal((await fetch(url("/hello"))).status, 200);
  assert.match(server.errors.at(-1)!, /a bug/);
});

test("requests on one kept-alive connection follow each other", async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ports = new Set<number>();
  for (let i = 0; i < 5; i++) {
    const sent = request(url("/size"), { agent, method: "POST" });
    sent.end("12345");
    const [reply] = (await once(sent, "response")) as [IncomingMessage];
    ports.add((reply.socket as Socket).localPort!);
    assert.equal((await reply.toArray()).join(""), "5");
  }
  assert.equal(ports.size, 1);
  agent.destroy();
});

test("an HTTP/1.1 request that comes byte by byte is understood", async (t) => {
  // Not the server with the short limits: a busy machine makes the pauses long.
  const patient = await echoTransport();
  t.after(() => patient.transport.close(100));
  const reply = await rawReply("PUT /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 1, patient.port);
  assert.match(reply, /^HTTP\/1\.1 404 /);
});

test("POST and PRI are told apart although both start with P", async () => {
  const reply = await rawReply("POST /size HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc");
  assert.match(reply, /^HTTP\/1\.1 200 [\s\S]*\r\n\r\n3$/);
});

test("bytes that are neither are closed without an answer", async () => {
  assert.equal(await rawReply("INVALID PREFACE\r\n\r\n"), "");
  assert.equal(await rawReply("PRI * HTTP/2.0\r\n\r\nXX"), "");
  assert.equal(await rawReply("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), "");
});

test("a request head that is never finished is ended", async () => {
  const reply = await rawReply("GET /hello HTTP/1.1\r\nHost: x\r\nX-Slow: ");
  assert.match(reply, /^HTTP\/1\.1 408 /);
});

test("a request body that is never finished is ended", async () => {
  const reply = await rawReply("POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  assert.match(reply, /^(HTTP\/1\.1 408 |$)/);
});

test("without a limit for whole requests a body may stay open; heads are limited all the same", async () => {
  const patient = await echoTransport({ limits: { http1HeaderTimeoutMs: 100, http1RequestTimeoutMs: 0 } });
  const call = request(`http://127.0.0.1:${patient.port}/size`, { method: "POST", agent: false });
  const answered = once(call, "response") as Promise<[IncomingMessage]>;
  call.write("abc");
  const slow = connect(patient.port, "127.0.0.1", () => slow.write("GET /hello HTTP/1.1\r\nHost: x\r\nX-Slow: "));
  const [refusal] = (await once(slow, "data")) as [Buffer];
  assert.match(refusal.toString(), /^HTTP\/1\.1 408 /);
  // The other request is older and still open.
  call.end("defg");
  const [response] = await answered;
  response.resume();
  assert.equal(response.statusCode, 200);
  await patient.transport.close(100);
});

test("a request head that is too large is refused", async () => {
  const reply = await rawReply(`GET /hello HTTP/1.1\r\nHost: x\r\nX-Big: ${"x".repeat(70_000)}\r\n\r\n`);
  assert.match(reply, /^HTTP\/1\.1 431 /);
});

test("malformed HTTP/1.1 is refused with 400", async () => {
  const reply = await rawReply("GET /hello HTTP/1.1\r\nHost : x\r\n\r\n");
  assert.match(reply, /^HTTP\/1\.1 400 /);
});

test("the handler hears that its client has gone away", async () => {
  let gone = 0;
  const own = await echoTransport({
    http: (exchange) => {
      exchange.onCancel = () => {
        gone++;
      };
    },
  });
  const socket = connect(own.port, "127.0.0.1");
  socket.write("GET /hang HTTP/1.1\r\nHost: x\r\n\r\n");
  await once(socket, "connect");
  await new Promise((resolve) => setTimeout(resolve, 50));
  socket.destroy();
  const client = connectHttp2(`http://127.0.0.1:${own.port}`);
  const stream = client.request({ ":path": "/hang" });
  await new Promise((resolve) => setTimeout(resolve, 50));
  stream.close(8);
  for (let i = 0; i < 200 && gone < 2; i++) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(gone, 2);
  client.close();
  await own.transport.close(100);
});

test("a listener for gRPC alone refuses other requests as grpc-go does", async () => {
  const own = await echoTransport({ http: undefined });
  const client = connectHttp2(`http://127.0.0.1:${own.port}`);
  const stream = client.request({ ":path": "/hello", "content-type": "text/plain" });
  const [headers] = (await once(stream, "response")) as [Record<string, unknown>];
  assert.equal(headers[":status"], 415);
  assert.equal(headers["grpc-message"], 'invalid gRPC request content-type "text/plain"');
  stream.resume();
  client.close();
  await assert.rejects(fetch(`http://127.0.0.1:${own.port}/hello`));
  await own.transport.close(100);
});

test("a gRPC call by another method than POST gets 405", async () => {
  const reply = await http2({ ":path": "/test.Echo/Unary", ":method": "GET", "content-type": "application/grpc" });
  assert.equal(reply.status, 405);
  assert.equal(reply.headers["grpc-message"], 'Received a HEADERS frame with :method "GET" which should be POST');
});

test("responses in flight are finished when the transport closes", async () => {
  const own = await echoTransport({
    http: (exchange) => {
      setTimeout(() => exchange.respond(200, {}, "done"), 100);
    },
  });
  const over1 = fetch(`http://127.0.0.1:${own.port}/`);
  const client = connectHttp2(`http://127.0.0.1:${own.port}`);
  const stream = client.request({ ":path": "/" });
  await new Promise((resolve) => setTimeout(resolve, 30));
  const closed = own.transport.close(600_000);
  assert.equal(await (await over1).text(), "done");
  assert.equal((await stream.toArray()).join(""), "done");
  await closed;
});

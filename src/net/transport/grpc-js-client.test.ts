/** The server under the clients of @grpc/grpc-js: an independent implementation says what is right. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as grpc from "@grpc/grpc-js";
import { type EchoTransport, echoTransport } from "../../../test/support/echo-transport.ts";

let server: EchoTransport;
let client: grpc.Client;
before(async () => {
  server = await echoTransport();
  client = new grpc.Client(`127.0.0.1:${server.port}`, grpc.credentials.createInsecure(), {
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
  });
});
after(async () => {
  client.close();
  await server.transport.close(500);
});

const same = (bytes: Buffer): Buffer => bytes;

interface Outcome {
  readonly error: grpc.ServiceError | null;
  readonly reply: Buffer | undefined;
  readonly headers: grpc.Metadata | undefined;
}

function unary(
  method: string,
  message: string | Buffer,
  options: grpc.CallOptions & { metadata?: grpc.Metadata } = {},
  path = `/test.Echo/${method}`,
): Promise<Outcome> {
  return new Promise((resolve) => {
    let headers: grpc.Metadata | undefined;
    const metadata = options.metadata ?? new grpc.Metadata();
    client
      .makeUnaryRequest(path, same, same, Buffer.from(message), metadata, options, (error, reply) =>
        resolve({ error, reply, headers }),
      )
      .on("metadata", (received) => {
        headers = received;
      });
  });
}

test("a unary call is answered, at once and later", async () => {
  for (const method of ["Unary", "Later"]) {
    const { error, reply } = await unary(method, "hello");
    assert.equal(error, null);
    assert.equal(reply!.toString(), "hello");
  }
});

test("an empty message is a message", async () => {
  const { error, reply } = await unary("Unary", "");
  assert.equal(error, null);
  assert.equal(reply!.length, 0);
});

test("a thousand calls at once get their own replies", async () => {
  const replies = await Promise.all(
    Array.from({ length: 1000 }, (_, i) => unary(i % 2 === 0 ? "Unary" : "Later", `number ${i}`)),
  );
  replies.forEach(({ error, reply }, i) => {
    assert.equal(error, null);
    assert.equal(reply!.toString(), `number ${i}`);
  });
});

test("messages larger than windows and frames pass both ways", async () => {
  for (const size of [16379, 16380, 65536, 1_000_000, 2_000_000]) {
    const message = Buffer.alloc(size, "abc");
    const { error, reply } = await unary("Unary", message);
    assert.equal(error, null);
    assert.ok(reply!.equals(message), `${size} bytes`);
  }
});

test("a message beyond the limit is refused in grpc-go's words", async () => {
  const { error } = await unary("Unary", Buffer.alloc(2 * 1024 * 1024 + 1));
  assert.equal(error?.code, grpc.status.RESOURCE_EXHAUSTED);
  assert.equal(error?.details, "grpc: received message larger than max (2097153 vs. 2097152)");
});

test("a reply sent in pieces comes as one message, whatever the size of the pieces", async () => {
  for (const request of ["0 1", "1 1", "100000 77", "20000000 1000000"]) {
    const { error, reply } = await unary("Big", request);
    assert.equal(error, null);
    assert.equal(reply!.length, Number(request.split(" ")[0]));
    assert.ok(reply!.every((byte) => byte === 7));
  }
});

test("unknown services, methods and malformed names are told apart as grpc-go does", async () => {
  const details = async (path: string): Promise<unknown> => {
    const { error } = await unary("", "x", {}, path);
    return [error?.code, error?.details];
  };
  const { UNIMPLEMENTED } = grpc.status;
  assert.deepEqual(await details("/nobody.Here/Call"), [UNIMPLEMENTED, "unknown service nobody.Here"]);
  assert.deepEqual(await details("/test.Echo/Nope"), [UNIMPLEMENTED, "unknown method Nope for service test.Echo"]);
  assert.deepEqual(await details("/nonsense"), [UNIMPLEMENTED, 'malformed method name: "/nonsense"']);
});

test("metadata reaches the handler, and its header the client", async () => {
  const metadata = new grpc.Metadata();
  metadata.set("token", "abc.1");
  metadata.set("raw-bin", Buffer.from([0, 255, 1]));
  const token = await unary("Metadata", "token", { metadata });
  assert.equal(token.reply!.toString(), "abc.1");
  assert.deepEqual(token.headers!.get("x-reply"), ["yes"]);
  const raw = await unary("Metadata", "raw-bin", { metadata });
  assert.equal(Buffer.from(raw.reply!.toString(), "base64").toString("hex"), "00ff01");
  const none = await unary("Metadata", "absent");
  assert.equal(none.reply!.toString(), "undefined");
});

test("every status code and any message text arrive as given", async () => {
  for (let code = 1; code <= 16; code++) {
    const { error } = await unary("Fail", `${code} etcdserver: 100% wrong, größer\n`);
    assert.equal(error?.code, code);
    assert.equal(error?.details, "etcdserver: 100% wrong, größer\n");
  }
});

test("an EtcdError thrown by a handler is the call's status; any other error is Internal and logged", async () => {
  const known = await unary("Throw", "etcd");
  assert.equal(known.error?.code, grpc.status.OUT_OF_RANGE);
  assert.equal(known.error?.details, "etcdserver: mvcc: required revision has been compacted");
  const bug = await unary("Throw", "bug");
  assert.equal(bug.error?.code, grpc.status.INTERNAL);
  assert.match(server.errors.at(-1)!, /a bug/);
});

test("a deadline ends a call and the handler hears of it", async () => {
  const before = server.cancelled.length;
  const { error } = await unary("Hang", "x", { deadline: Date.now() + 60 });
  assert.equal(error?.code, grpc.status.DEADLINE_EXCEEDED);
  await until(() => server.cancelled.length === before + 1);
});

test("the server ends a call at its deadline by itself", async () => {
  // The interceptor sends a timeout that the client itself does not watch.
  const metadata = new grpc.Metadata();
  metadata.set("grpc-timeout", "50m");
  const { error } = await unary("Hang", "x", { metadata });
  assert.equal(error?.code, grpc.status.DEADLINE_EXCEEDED);
  assert.equal(error?.details, "context deadline exceeded");
});

test("a malformed timeout is refused", async () => {
  const metadata = new grpc.Metadata();
  metadata.set("grpc-timeout", "soon");
  const { error } = await unary("Unary", "x", { metadata });
  assert.equal(error?.code, grpc.status.INTERNAL);
});

test("a cancelled call is gone for the handler", async () => {
  const before = server.cancelled.length;
  const call = client.makeUnaryRequest("/test.Echo/Hang", same, same, Buffer.from("x"), () => {});
  await until(() => server.open.size === 1);
  call.cancel();
  await until(() => server.cancelled.length === before + 1);
  assert.equal(server.open.size, 0);
});

test("gzip requests are read, small and large, one after another in order", async () => {
  const options = { "grpc.default_compression_algorithm": 2 };
  const zipping = new grpc.Client(`127.0.0.1:${server.port}`, grpc.credentials.createInsecure(), options);
  const { promise, call } = clientStream(zipping);
  for (let i = 0; i < 5; i++) {
    call.write(Buffer.alloc(1_500_000, `${i}${Math.sin(i)}`));
    call.write(Buffer.from("small"));
  }
  call.end();
  assert.equal(await promise, "10 7500025");
  const reply = await new Promise<Buffer | undefined>((resolve) => {
    zipping.makeUnaryRequest("/test.Echo/Unary", same, same, Buffer.alloc(2_000_000, 7), (_, r) => resolve(r));
  });
  assert.equal(reply?.length, 2_000_000);
  zipping.close();
});

test("a gzip bomb costs its limit and is refused", async () => {
  const options = { "grpc.default_compression_algorithm": 2, "grpc.max_send_message_length": -1 };
  const zipping = new grpc.Client(`127.0.0.1:${server.port}`, grpc.credentials.createInsecure(), options);
  const error = await new Promise<grpc.ServiceError | null>((resolve) => {
    zipping.makeUnaryRequest("/test.Echo/Unary", same, same, Buffer.alloc(50_000_000), (e) => resolve(e));
  });
  assert.equal(error?.code, grpc.status.RESOURCE_EXHAUSTED);
  assert.equal(error?.details, "grpc: received message after decompression larger than max 2097152");
  zipping.close();
});

function clientStream(of: grpc.Client): { promise: Promise<string>; call: grpc.ClientWritableStream<Buffer> } {
  let call!: grpc.ClientWritableStream<Buffer>;
  const promise = new Promise<string>((resolve, reject) => {
    call = of.makeClientStreamRequest("/test.Echo/ClientStream", same, same, (error, reply) => {
      if (error) reject(error);
      else resolve(reply!.toString());
    });
  });
  return { promise, call };
}

test("a client stream is gathered and answered after its end", async () => {
  const { promise, call } = clientStream(client);
  for (let i = 0; i < 300; i++) call.write(Buffer.alloc(10_000));
  call.end();
  assert.equal(await promise, "300 3000000");
});

test("a server stream sends everything in order under backpressure", async () => {
  const call = client.makeServerStreamRequest("/test.Echo/ServerStream", same, same, Buffer.from("2000 10000"));
  let received = 0;
  for await (const message of call) {
    assert.equal((message as Buffer)[0], received & 0xff);
    assert.equal((message as Buffer).length, 10_000);
    received++;
  }
  assert.equal(received, 2000);
});

test("a bidirectional stream echoes message by message", async () => {
  const call = client.makeBidiStreamRequest("/test.Echo/Bidi", same, same);
  const received: string[] = [];
  const ended = new Promise<grpc.StatusObject>((resolve) => call.on("status", resolve));
  call.on("data", (message: Buffer) => {
    received.push(message.toString());
    if (received.length < 50) call.write(Buffer.from(`message ${received.length}`));
    else call.end();
  });
  call.write(Buffer.from("message 0"));
  assert.equal((await ended).code, grpc.status.OK);
  assert.deepEqual(
    received,
    Array.from({ length: 50 }, (_, i) => `message ${i}`),
  );
});

test("a stream can fail after messages; what was sent before arrives", async () => {
  const call = client.makeBidiStreamRequest("/test.Echo/Bidi", same, same);
  const received: string[] = [];
  call.on("data", (message: Buffer) => received.push(message.toString()));
  const ended = new Promise<grpc.ServiceError>((resolve) => call.on("error", resolve));
  call.write(Buffer.from("first"));
  call.write(Buffer.from("fail"));
  const error = await ended;
  assert.equal(error.code, grpc.status.FAILED_PRECONDITION);
  assert.equal(error.details, "as asked");
  assert.deepEqual(received, ["first"]);
});

test("a reader that stops reading holds its own stream only", async () => {
  const slow = client.makeServerStreamRequest("/test.Echo/ServerStream", same, same, Buffer.from("1000 100000"));
  slow.on("data", () => slow.pause());
  await until(() => [...server.open].some((call) => call.bufferedBytes > 0));
  const { error } = await unary("Unary", "others go on");
  assert.equal(error, null);
  const held = [...server.open].reduce((sum, call) => sum + call.bufferedBytes, 0);
  assert.ok(held < 1_000_000, `${held} bytes held for the slow reader`);
  slow.on("error", () => {});
  slow.cancel();
  await until(() => server.open.size === 0);
});

test("methods, codes and bytes are counted", () => {
  const { metrics } = server.transport;
  const stats = metrics.methods.get("/test.Echo/Fail")!;
  assert.equal(stats.service, "test.Echo");
  assert.equal(stats.method, "Fail");
  assert.equal(stats.started, 16);
  assert.deepEqual(stats.handledByCode, [0, ...Array.from({ length: 16 }, () => 1)]);
  assert.equal(metrics.methods.get("/test.Echo/ServerStream")!.messagesSent > 2000, true);
  assert.equal(metrics.methods.get("/test.Echo/ClientStream")!.messagesReceived, 310);
  assert.ok(metrics.grpcReceivedBytes > 5_000_000);
  assert.ok(metrics.grpcSentBytes > 20_000_000);
  assert.equal(metrics.methods.has("/nobody.Here/Call"), false);
});

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 1000; i++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.fail("the condition never came true");
}

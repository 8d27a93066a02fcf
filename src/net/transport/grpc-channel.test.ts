/** The client against the servers of @grpc/grpc-js (the independent implementation) and against our own. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import * as grpc from "@grpc/grpc-js";
import { echoTransport } from "../../../test/support/echo-transport.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import { NodeClock } from "../../io/node/clock.ts";
import { type ChannelOptions, GrpcChannel, GrpcError } from "./grpc-channel.ts";
import type { CallListener, CallStatus } from "./grpc-client-call.ts";

interface Target {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

const same = (bytes: Buffer): Buffer => bytes;
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

function dial(port: number, options: Partial<ChannelOptions> = {}): Promise<GrpcChannel> {
  return GrpcChannel.dial({ clock: new NodeClock(), address: { host: "127.0.0.1", port }, ...options });
}

/** The methods of test/support/echo-transport.ts, as far as the shared tests call them, on grpc-js. */
async function grpcJsServer(options: grpc.ServerOptions = {}): Promise<Target> {
  const definition = (name: string, requestStream: boolean, responseStream: boolean): object => ({
    path: `/test.Echo/${name}`,
    requestStream,
    responseStream,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  });
  type Unary = grpc.ServerUnaryCall<Buffer, Buffer>;
  type Done = grpc.sendUnaryData<Buffer>;
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1, ...options });
  server.addService(
    {
      Unary: definition("Unary", false, false),
      Hang: definition("Hang", false, false),
      Fail: definition("Fail", false, false),
      Metadata: definition("Metadata", false, false),
      ClientStream: definition("ClientStream", true, false),
      ServerStream: definition("ServerStream", false, true),
      Bidi: definition("Bidi", true, true),
    } as unknown as grpc.ServiceDefinition,
    {
      Unary: (call: Unary, done: Done) => done(null, call.request),
      Hang: () => {},
      Fail: (call: Unary, done: Done) => {
        const [code, ...words] = text(call.request).split(" ");
        const trailers = new grpc.Metadata();
        trailers.set("x-trailer", "there");
        done({ code: Number(code), details: words.join(" "), metadata: trailers });
      },
      Metadata: (call: Unary, done: Done) => {
        const headers = new grpc.Metadata();
        headers.set("x-reply", "yes");
        call.sendMetadata(headers);
        done(null, Buffer.from(String(call.metadata.get(text(call.request))[0])));
      },
      ClientStream: (call: grpc.ServerReadableStream<Buffer, Buffer>, done: Done) => {
        let bytes = 0;
        let messages = 0;
        call.on("data", (message: Buffer) => {
          bytes += message.length;
          messages++;
        });
        call.on("end", () => done(null, Buffer.from(`${messages} ${bytes}`)));
      },
      ServerStream: (call: grpc.ServerWritableStream<Buffer, Buffer>) => {
        const [count = 0, bytes = 0] = text(call.request).split(" ").map(Number);
        for (let i = 0; i < count; i++) call.write(Buffer.alloc(bytes, i & 0xff));
        call.end();
      },
      Bidi: (call: grpc.ServerDuplexStream<Buffer, Buffer>) => {
        call.on("data", (message: Buffer) => {
          if (text(message.subarray(0, 4)) === "fail") {
            call.emit("error", { code: grpc.status.FAILED_PRECONDITION, details: "as asked" });
          } else call.write(message);
        });
        call.on("end", () => call.end());
      },
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return {
    port,
    stop: async () => server.forceShutdown(),
  };
}

async function ownServer(): Promise<Target> {
  const { port, transport } = await echoTransport();
  return { port, stop: () => transport.close(200) };
}

/** Collects a call. */
class Collector implements CallListener {
  readonly messages: Uint8Array[] = [];
  headers: readonly string[] | undefined;
  readonly ended: Promise<CallStatus>;
  onMessageHook: ((message: Uint8Array) => void) | undefined;
  onDrainHook: (() => void) | undefined;
  #end!: (status: CallStatus) => void;

  constructor() {
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  onHeaders(fields: readonly string[]): void {
    this.headers = fields;
  }

  onMessage(message: Uint8Array): void {
    this.messages.push(message);
    this.onMessageHook?.(message);
  }

  onDrain(): void {
    this.onDrainHook?.();
  }

  onEnd(status: CallStatus): void {
    this.#end(status);
  }
}

async function failure(promise: Promise<unknown>): Promise<GrpcError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof GrpcError, String(error));
    return error;
  }
  assert.fail("the call succeeded");
}

for (const [name, start] of [
  ["grpc-js", grpcJsServer],
  ["our own server", ownServer],
] as const) {
  describe(`GrpcChannel against ${name}`, () => {
    let target: Target;
    let channel: GrpcChannel;
    before(async () => {
      target = await start();
      channel = await dial(target.port, { metadata: { token: "abc.1" } });
    });
    after(async () => {
      channel.close();
      await target.stop();
    });

    test("a thousand unary calls at once get their own replies", async () => {
      const replies = await Promise.all(
        Array.from({ length: 1000 }, (_, i) => channel.unary("/test.Echo/Unary", Buffer.from(`number ${i}`))),
      );
      replies.forEach((reply, i) => {
        assert.equal(text(reply), `number ${i}`);
      });
      assert.equal(channel.activeCalls, 0);
    });

    test("messages larger than windows and frames pass both ways", async () => {
      for (const size of [0, 16379, 16380, 65536, 2_000_000]) {
        const message = Buffer.alloc(size, "abc");
        assert.ok(message.equals(await channel.unary("/test.Echo/Unary", message)), `${size} bytes`);
      }
    });

    test("statuses arrive with code and text", async () => {
      for (const [code, message] of [
        [3, "etcdserver: key is not provided"],
        [16, "100% größer\n"],
      ] as const) {
        const error = await failure(channel.unary("/test.Echo/Fail", Buffer.from(`${code} ${message}`)));
        assert.equal(error.code, code);
        assert.equal(error.details, message);
        assert.equal(error.unprocessed, false);
      }
      const unknown = await failure(channel.unary("/test.Echo/Nope", Buffer.from("x")));
      assert.equal(unknown.code, GrpcCode.Unimplemented);
    });

    test("metadata of the channel and of the call are sent", async () => {
      assert.equal(text(await channel.unary("/test.Echo/Metadata", Buffer.from("token"))), "abc.1");
      const metadata = { "x-call": "of the call" };
      assert.equal(
        text(await channel.unary("/test.Echo/Metadata", Buffer.from("x-call"), { metadata })),
        "of the call",
      );
      const collector = new Collector();
      channel.open("/test.Echo/Metadata", collector).sendLast(Buffer.from("token"));
      await collector.ended;
      const at = collector.headers!.indexOf("x-reply");
      assert.equal(collector.headers![at + 1], "yes");
      channel.setMetadata({ token: "new" });
      assert.equal(text(await channel.unary("/test.Echo/Metadata", Buffer.from("token"))), "new");
    });

    test("a deadline ends a call in grpc-go's words", async () => {
      const error = await failure(channel.unary("/test.Echo/Hang", Buffer.from("x"), { timeoutMs: 40 }));
      assert.equal(error.code, GrpcCode.DeadlineExceeded);
      assert.equal(channel.activeCalls, 0);
    });

    test("a cancelled call ends with Canceled", async () => {
      const collector = new Collector();
      const call = channel.open("/test.Echo/Hang", collector);
      call.sendLast(Buffer.from("x"));
      call.cancel();
      const status = await collector.ended;
      assert.equal(status.code, GrpcCode.Canceled);
      assert.equal(channel.activeCalls, 0);
    });

    test("a client stream sends with backpressure", async () => {
      const collector = new Collector();
      const call = channel.open("/test.Echo/ClientStream", collector);
      let left = 400;
      const more = (): void => {
        while (left > 0) {
          left--;
          if (!call.send(new Uint8Array(5000), new Uint8Array(5000))) return;
        }
        call.halfClose();
      };
      collector.onDrainHook = more;
      more();
      assert.ok(left > 0, "nothing pushed back");
      const status = await collector.ended;
      assert.equal(status.code, GrpcCode.OK);
      assert.equal(text(collector.messages[0]!), "400 4000000");
    });

    test("a server stream arrives whole and in order", async () => {
      const collector = new Collector();
      channel.open("/test.Echo/ServerStream", collector).sendLast(Buffer.from("500 20000"));
      const status = await collector.ended;
      assert.equal(status.code, GrpcCode.OK);
      assert.equal(collector.messages.length, 500);
      collector.messages.forEach((message, i) => {
        assert.equal(message.length, 20_000);
        assert.equal(message[0], i & 0xff);
      });
    });

    test("a paused receiver stops the sender, and gets the rest when resumed", async () => {
      const collector = new Collector();
      const call = channel.open("/test.Echo/ServerStream", collector);
      call.pauseReceiving();
      call.sendLast(Buffer.from("1000 10000"));
      let before = -1;
      while (before !== collector.messages.length || before < 1) {
        before = collector.messages.length;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      assert.ok(before < 1000, "the sender was not stopped");
      call.resumeReceiving();
      assert.equal((await collector.ended).code, GrpcCode.OK);
      assert.equal(collector.messages.length, 1000);
    });

    test("a bidirectional stream echoes message by message and can fail", async () => {
      const collector = new Collector();
      const call = channel.open("/test.Echo/Bidi", collector);
      collector.onMessageHook = () => {
        if (collector.messages.length < 20) call.send(Buffer.from(`message ${collector.messages.length}`));
        else call.send(Buffer.from("fail"));
      };
      call.send(Buffer.from("message 0"));
      const status = await collector.ended;
      assert.equal(status.code, GrpcCode.FailedPrecondition);
      assert.equal(status.message, "as asked");
      assert.deepEqual(
        collector.messages.map(text),
        Array.from({ length: 20 }, (_, i) => `message ${i}`),
      );
    });
  });
}

test("calls beyond the server's limit of streams wait for their turn", async () => {
  const target = await grpcJsServer({ "grpc.max_concurrent_streams": 5 });
  const channel = await dial(target.port);
  const replies = await Promise.all(
    Array.from({ length: 200 }, (_, i) => channel.unary("/test.Echo/Unary", Buffer.from(String(i)))),
  );
  assert.deepEqual(
    replies.map(text),
    Array.from({ length: 200 }, (_, i) => String(i)),
  );
  const hanging = Array.from({ length: 5 }, () =>
    failure(channel.unary("/test.Echo/Hang", Buffer.from("x"), { timeoutMs: 300 })),
  );
  const waiting = await failure(channel.unary("/test.Echo/Unary", Buffer.from("x"), { timeoutMs: 50 }));
  assert.equal(waiting.code, GrpcCode.DeadlineExceeded);
  assert.equal(waiting.unprocessed, true);
  await Promise.all(hanging);
  channel.close();
  await target.stop();
});

test("trailers of a failure are at hand", async () => {
  const target = await grpcJsServer();
  const channel = await dial(target.port);
  const error = await failure(channel.unary("/test.Echo/Fail", Buffer.from("5 gone")));
  assert.equal(error.message, "rpc error: code = NotFound desc = gone");
  assert.equal(error.trailers[error.trailers.indexOf("x-trailer") + 1], "there");
  channel.close();
  await target.stop();
});

test("a server that shuts down lets open calls finish and refuses new ones as unprocessed", async () => {
  const server = await echoTransport();
  const reasons: string[] = [];
  const channel = await dial(server.port, { onDraining: (reason) => reasons.push(reason) });
  const collector = new Collector();
  const call = channel.open("/test.Echo/Bidi", collector);
  call.send(Buffer.from("one"));
  await until(() => collector.messages.length === 1);
  const closed = server.transport.close(5000);
  await until(() => !channel.usable);
  const refused = await failure(channel.unary("/test.Echo/Unary", Buffer.from("x")));
  assert.equal(refused.code, GrpcCode.Unavailable);
  assert.equal(refused.unprocessed, true);
  call.send(Buffer.from("two"));
  await until(() => collector.messages.length === 2);
  call.halfClose();
  assert.equal((await collector.ended).code, GrpcCode.OK);
  await closed;
  assert.match(reasons[0]!, /GOAWAY/);
});

test("a shutdown cuts off what does not finish within its grace", async () => {
  const server = await echoTransport();
  const channel = await dial(server.port);
  const hanging = failure(channel.unary("/test.Echo/Hang", Buffer.from("x")));
  await until(() => server.open.size === 1);
  await server.transport.close(50);
  assert.equal((await hanging).code, GrpcCode.Unavailable);
  assert.deepEqual(server.cancelled, ["/test.Echo/Hang"]);
});

test("calls in flight end with Unavailable when the connection is lost", async () => {
  const server = await echoTransport();
  const reasons: string[] = [];
  const channel = await dial(server.port, { onClosed: (reason) => reasons.push(reason) });
  const hanging = failure(channel.unary("/test.Echo/Hang", Buffer.from("x")));
  await until(() => server.open.size === 1);
  server.transport.destroy();
  assert.equal((await hanging).code, GrpcCode.Unavailable);
  assert.equal(channel.usable, false);
  await until(() => reasons.length === 1);
});

test("dialling nobody, and somebody who does not speak HTTP/2, fails as Unavailable", async () => {
  const server = await echoTransport({ http: undefined });
  await server.transport.close(0);
  const nobody = await failure(dial(server.port));
  assert.equal(nobody.code, GrpcCode.Unavailable);
  const { createServer } = await import("node:net");
  const mute = createServer(() => {}).listen(0, "127.0.0.1");
  await new Promise((resolve) => mute.once("listening", resolve));
  const address = mute.address() as { port: number };
  const silent = await failure(dial(address.port, { dialTimeoutMs: 50 }));
  assert.equal(silent.details, "dial timed out");
  mute.close();
});

test("a Unix socket works as well as a port", async () => {
  const { mkdtempSync, rmSync } = await import("node:fs");
  const { tmpdir } = await import("node:os");
  const { join } = await import("node:path");
  const folder = mkdtempSync(join(tmpdir(), "etcd-ts-transport-"));
  const socketPath = join(folder, "socket");
  const server = await echoTransport({}, undefined, { socketPath });
  const channel = await dial(0, { address: { socketPath } });
  assert.equal(text(await channel.unary("/test.Echo/Unary", Buffer.from("over unix"))), "over unix");
  channel.close();
  await server.transport.close(100);
  rmSync(folder, { recursive: true });
});

test("keepalive pings find a server that has gone silent", async () => {
  const { createServer } = await import("node:net");
  // Speaks just enough HTTP/2 to be dialled, then nothing more.
  const mute = createServer((socket) => {
    socket.on("error", () => {});
    socket.write(Buffer.from("000000040000000000", "hex"));
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => mute.once("listening", resolve));
  const { port } = mute.address() as { port: number };
  const channel = await dial(port, { keepalive: { intervalMs: 30, timeoutMs: 30 } });
  const error = await failure(channel.unary("/test.Echo/Unary", Buffer.from("x")));
  assert.equal(error.code, GrpcCode.Unavailable);
  assert.equal(error.details, "keepalive ping failed to receive ACK within timeout");
  mute.close();
});

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 1000; i++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.fail("the condition never came true");
}

/** A transport with small gRPC methods and an HTTP handler of every shape, for the tests of both ends of the transport. */
import { etcdError } from "../../src/base/etcd-error.ts";
import type { GrpcCode } from "../../src/base/grpc-code.ts";
import { ENVELOPE_BYTES, writeEnvelope } from "../../src/codec/grpc/envelope.ts";
import { type LogFields, type Logger, SILENT_LOGGER } from "../../src/io/logger.ts";
import { NodeClock } from "../../src/io/node/clock.ts";
import type { HttpExchange } from "../../src/net/transport/http-exchange.ts";
import type { GrpcMethod, GrpcRouter, ServerCall } from "../../src/net/transport/server-call.ts";
import type { ListenerTls } from "../../src/net/transport/tls-context.ts";
import { Transport, type TransportOptions } from "../../src/net/transport/transport.ts";

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

export interface EchoTransport {
  readonly transport: Transport;
  readonly port: number;
  /** Calls of Hang and of stream methods that are open. */
  readonly open: Set<ServerCall>;
  /** What ended with a cancellation, in order. */
  readonly cancelled: string[];
  /** Logged errors. */
  readonly errors: string[];
}

export async function echoTransport(
  options: Partial<TransportOptions> = {},
  tls?: ListenerTls,
  address: { host: string; port: number } | { socketPath: string } = { host: "localhost", port: 0 },
): Promise<EchoTransport> {
  const open = new Set<ServerCall>();
  const cancelled: string[] = [];
  const errors: string[] = [];
  const logger: Logger = {
    ...SILENT_LOGGER,
    error: (message: string, fields?: LogFields) => errors.push(`${message} ${JSON.stringify(fields)}`),
  };
  const transport = new Transport({
    clock: new NodeClock(),
    logger,
    router: echoRouter(open, cancelled),
    http: echoHttp,
    ...options,
  });
  const { port } = await transport.listen(address, tls);
  return { transport, port, open, cancelled, errors };
}

function echoRouter(open: Set<ServerCall>, cancelled: string[]): GrpcRouter {
  const unary = (handle: (call: ServerCall, message: Uint8Array) => void): GrpcMethod => ({ kind: "unary", handle });
  const stream = (start: (call: ServerCall) => void): GrpcMethod => ({ kind: "stream", open: start });
  const watchCancel = (call: ServerCall): void => {
    open.add(call);
    call.onCancel = () => {
      open.delete(call);
      cancelled.push(call.method);
    };
  };
  return new Map<string, GrpcMethod>([
    ["/test.Echo/Unary", unary((call, message) => call.reply(message.slice()))],
    [
      "/test.Echo/Later",
      unary((call, message) => {
        const copy = message.slice();
        setImmediate(() => call.reply(copy.subarray(0, 1), copy.subarray(1)));
      }),
    ],
    ["/test.Echo/Hang", unary((call) => watchCancel(call))],
    [
      "/test.Echo/Metadata",
      unary((call, message) => {
        call.setHeader("x-reply", "yes");
        call.reply(Buffer.from(String(call.metadata(text(message)))));
      }),
    ],
    [
      "/test.Echo/Fail",
      unary((call, message) => {
        const [code, ...words] = text(message).split(" ");
        call.fail({ code: Number(code) as GrpcCode, message: words.join(" ") });
      }),
    ],
    [
      "/test.Echo/Throw",
      unary((_call, message) => {
        if (text(message) === "etcd") throw etcdError("Compacted");
        throw new Error("a bug");
      }),
    ],
    [
      "/test.Echo/Big",
      unary((call, message) => {
        // The request says how many bytes to reply with, in how large pieces.
        const [bytes = 0, piece = 1] = text(message).split(" ").map(Number);
        let left = bytes;
        let room = call.beginMessage(bytes);
        const more = (): void => {
          while (left > 0 && room) {
            const now = Math.min(left, piece);
            left -= now;
            room = call.continueMessage(new Uint8Array(now).fill(7));
          }
          if (left > 0) call.onDrain = resume;
          else call.end();
        };
        const resume = (): void => {
          room = true;
          more();
        };
        more();
      }),
    ],
    [
      "/test.Echo/ClientStream",
      stream((call) => {
        let bytes = 0;
        let messages = 0;
        watchCancel(call);
        call.onMessage = (message) => {
          bytes += message.length;
          messages++;
        };
        call.onHalfClose = () => {
          open.delete(call);
          call.reply(Buffer.from(`${messages} ${bytes}`));
        };
      }),
    ],
    [
      "/test.Echo/ServerStream",
      stream((call) => {
        watchCancel(call);
        call.onMessage = (message) => {
          const [count = 0, bytes = 0] = text(message).split(" ").map(Number);
          let sent = 0;
          const more = (): void => {
            while (sent < count) if (!call.send(new Uint8Array(bytes).fill(sent++ & 0xff))) return;
            open.delete(call);
            call.end();
          };
          call.onDrain = more;
          more();
        };
      }),
    ],
    [
      "/test.Echo/Lent",
      unary((call, message) => {
        // As Big, with the same memory again and again; each piece is filled with its number. Ends with one byte: how many memories it took.
        const [pieces = 0, bytes = 0] = text(message).split(" ").map(Number);
        const memories = new Set<ArrayBufferLike>();
        let sent = 0;
        let room = call.beginMessage(pieces * bytes + 1);
        const more = (): void => {
          room = true;
          while (sent < pieces && room) {
            const piece = call.lend(bytes);
            memories.add(piece.buffer);
            room = call.continueMessage(piece.fill(sent++ & 0xff));
          }
          if (sent < pieces) return;
          call.continueMessage(Uint8Array.of(Math.min(255, memories.size)));
          call.end();
        };
        call.onDrain = () => setImmediate(more);
        more();
      }),
    ],
    [
      "/test.Echo/Runs",
      stream((call) => {
        watchCancel(call);
        // The request says how many messages to reply with, of how many bytes, and how many in a run. One buffer is used for all runs.
        call.onMessage = (message) => {
          const [count = 0, bytes = 0, perRun = 1] = text(message).split(" ").map(Number);
          const run = new Uint8Array(perRun * (ENVELOPE_BYTES + bytes));
          let sent = 0;
          const more = (): void => {
            while (sent < count) {
              const now = Math.min(perRun, count - sent);
              let at = 0;
              for (let i = 0; i < now; i++) {
                at = writeEnvelope(run, at, bytes);
                run.fill(sent++ & 0xff, at, at + bytes);
                at += bytes;
              }
              if (!call.sendRun(run.subarray(0, at), now)) return;
            }
            run.fill(0);
            open.delete(call);
            call.end();
          };
          call.onDrain = more;
          more();
        };
      }),
    ],
    [
      "/test.Echo/Bidi",
      stream((call) => {
        watchCancel(call);
        call.onMessage = (message) => {
          if (text(message.subarray(0, 4)) !== "fail") {
            call.send(message.slice());
            return;
          }
          open.delete(call);
          call.fail({ code: 9, message: "as asked" });
        };
        call.onHalfClose = () => {
          open.delete(call);
          call.end();
        };
      }),
    ],
  ]);
}

/** GET /hello, POST /size (counts the body), POST /echo (streams it back), GET /hang, GET /throw; anything else is 404. */
function echoHttp(exchange: HttpExchange): void {
  const plain = { "content-type": "text/plain" };
  const serve = async (): Promise<void> => {
    switch (exchange.path) {
      case "/hello":
        await exchange.body(1_000_000);
        exchange.respond(200, plain, `hello ${exchange.query} ${exchange.httpVersion} ${exchange.header("host")}\n`);
        return;
      case "/size":
        try {
          exchange.respond(200, plain, String((await exchange.body(1_000_000)).length));
        } catch (error) {
          exchange.respond(413, plain, (error as Error).name);
        }
        return;
      case "/echo":
        exchange.start(200, plain);
        for await (const piece of exchange.bodyStream()) await exchange.write(piece);
        exchange.end();
        return;
      case "/hang":
        return;
      case "/none":
        exchange.respond(204, {}, "");
        return;
      default:
        exchange.respond(404, plain, "not found");
    }
  };
  if (exchange.path === "/throw") throw new Error("a bug");
  serve().catch((error: unknown) => {
    if ((error as Error).name !== "ClientGoneError") throw error;
  });
}

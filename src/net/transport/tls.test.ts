/** TLS listeners: ALPN, client certificates, certificates that change while serving, handshakes that do not finish. */
import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { get } from "node:https";
import { connect as connectTcp } from "node:net";
import { test } from "node:test";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import * as grpc from "@grpc/grpc-js";
import { type EchoTransport, echoTransport } from "../../../test/support/echo-transport.ts";
import {
  CA_CERTIFICATE,
  CLIENT_CERTIFICATE,
  CLIENT_KEY,
  OTHER_SERVER_CERTIFICATE,
  OTHER_SERVER_KEY,
  SERVER_CERTIFICATE,
  SERVER_KEY,
} from "../../../test/support/test-certificates.ts";
import { NodeClock } from "../../io/node/clock.ts";
import { GrpcChannel } from "./grpc-channel.ts";
import type { ServerCall } from "./server-call.ts";
import type { ListenerTls } from "./tls-context.ts";

const FIRST = { cert: SERVER_CERTIFICATE, key: SERVER_KEY, ca: CA_CERTIFICATE };
const SECOND = { cert: OTHER_SERVER_CERTIFICATE, key: OTHER_SERVER_KEY, ca: CA_CERTIFICATE };
const CLIENT = { cert: CLIENT_CERTIFICATE, key: CLIENT_KEY, ca: CA_CERTIFICATE };

const listen = (tls: Partial<ListenerTls> = {}, options = {}): Promise<EchoTransport> =>
  echoTransport(options, { material: () => FIRST, ...tls });

const dial = (port: number, tls: ConnectionOptions): Promise<GrpcChannel> =>
  GrpcChannel.dial({ clock: new NodeClock(), address: { host: "127.0.0.1", port }, tls });

async function handshake(port: number, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connectTls({ host: "127.0.0.1", port, ca: CA_CERTIFICATE, ...options });
  await once(socket, "secureConnect");
  return socket;
}

test("gRPC, HTTP/2 and HTTP/1.1 share a TLS port", async () => {
  const server = await listen();
  const channel = await dial(server.port, { ca: CA_CERTIFICATE });
  const message = Buffer.alloc(1_500_000, "tls");
  assert.ok(message.equals(await channel.unary("/test.Echo/Unary", message)));
  channel.close();
  const session = connectHttp2(`https://127.0.0.1:${server.port}`, { ca: CA_CERTIFICATE });
  const body = (await session.request({ ":path": "/hello?h2" }).toArray()).join("");
  assert.match(body, /^hello h2 2 /);
  session.close();
  const [reply] = (await once(
    get({ host: "127.0.0.1", port: server.port, path: "/hello?h1", ca: CA_CERTIFICATE, agent: false }),
    "response",
  )) as [IncomingMessage];
  assert.match((await reply.toArray()).join(""), /^hello h1 1\.1 /);
  await server.transport.close(500);
});

test("grpc-js clients pass with TLS", async () => {
  const server = await listen();
  const same = (bytes: Buffer): Buffer => bytes;
  const client = new grpc.Client(`localhost:${server.port}`, grpc.credentials.createSsl(Buffer.from(CA_CERTIFICATE)));
  const reply = await new Promise<Buffer | undefined>((resolve) => {
    client.makeUnaryRequest("/test.Echo/Unary", same, same, Buffer.from("safe"), (_, value) => resolve(value));
  });
  assert.equal(reply?.toString(), "safe");
  client.close();
  await server.transport.close(500);
});

test("ALPN offers h2 and http/1.1", async () => {
  const server = await listen();
  for (const protocol of ["h2", "http/1.1"]) {
    const socket = await handshake(server.port, { ALPNProtocols: [protocol] });
    assert.equal(socket.alpnProtocol, protocol);
    socket.destroy();
  }
  await server.transport.close(100);
});

test("a client certificate is asked for, checked, and its name is at hand", async () => {
  let seen: ServerCall["connection"] | undefined;
  const router = new Map([
    [
      "/test.Echo/Who",
      {
        kind: "unary" as const,
        handle: (call: ServerCall) => {
          seen = call.connection;
          call.reply();
        },
      },
    ],
  ]);
  const server = await listen({ requestCert: true, rejectUnauthorized: true }, { router });
  const channel = await dial(server.port, CLIENT);
  await channel.unary("/test.Echo/Who", new Uint8Array(0));
  assert.equal(seen?.tls?.peerCommonName, "root");
  assert.equal(seen?.tls?.authorized, true);
  assert.ok(seen.tls.peerCertificate!.length > 200);
  assert.match(seen.remoteAddress, /^127\.0\.0\.1:\d+$/);
  channel.close();
  await assert.rejects(dial(server.port, { ca: CA_CERTIFICATE }));
  assert.equal(server.transport.metrics.handshakeErrors, 1);
  await server.transport.close(100);
});

test("a further check can refuse a certificate that the CA vouches for", async () => {
  const verifyPeer: ListenerTls["verifyPeer"] = (certificate) =>
    certificate?.subject === "CN=root" ? "revoked" : undefined;
  const server = await listen({ requestCert: true, verifyPeer });
  await assert.rejects(dial(server.port, CLIENT));
  const channel = await dial(server.port, { ca: CA_CERTIFICATE });
  channel.close();
  await server.transport.close(100);
});

test("a changed certificate is presented to the next connection, without a restart", async () => {
  let material = FIRST;
  const server = await listen({ material: () => material });
  const name = async (): Promise<string | undefined> => {
    const socket = await handshake(server.port, {});
    const subject = socket.getPeerX509Certificate()?.subject;
    socket.destroy();
    return subject;
  };
  assert.equal(await name(), "CN=server one");
  material = SECOND;
  assert.equal(await name(), "CN=server two");
  material = { ...SECOND, key: "garbage" };
  assert.equal(await name(), "CN=server two", "broken material leaves the last one in use");
  await server.transport.close(100);
});

test("a handshake that is not finished in time is closed, and plain bytes are refused", async () => {
  const server = await listen({}, { limits: { handshakeTimeoutMs: 100 } });
  const slow = connectTcp(server.port, "127.0.0.1");
  slow.on("error", () => {});
  slow.write(Buffer.from("1603010200", "hex"));
  const idle = connectTcp(server.port, "127.0.0.1");
  idle.on("error", () => {});
  const plain = connectTcp(server.port, "127.0.0.1");
  plain.on("error", () => {});
  plain.write("GET / HTTP/1.1\r\n\r\n");
  await Promise.all(
    [slow, idle, plain].map((socket) => {
      socket.resume();
      return once(socket, "close");
    }),
  );
  const channel = await dial(server.port, { ca: CA_CERTIFICATE });
  channel.close();
  await server.transport.close(100);
});

test("a TLS connection that says nothing after the handshake is closed", async () => {
  const server = await listen({}, { limits: { handshakeTimeoutMs: 100 } });
  const socket = await handshake(server.port, { ALPNProtocols: ["h2"] });
  socket.resume();
  await once(socket, "close");
  await server.transport.close(100);
});

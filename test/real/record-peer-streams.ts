/**
 * Records test/golden/peer-streams.golden.json: what real members said to each other while a leader was elected, keys were written and a learner
 * that joined got a snapshot. A proxy in front of each member's peer listener keeps the bytes.
 *
 * usage: node --import tsx test/real/record-peer-streams.ts
 * Needs etcd and etcdctl in $ETCD_TS_REFERENCE (default $HOME/.cache/etcd-ts-reference).
 *
 * The file holds heads of requests and responses as text, bodies of streams and posts in hex (streams without their chunk framing, cut after
 * some kilobytes), and of snapshots the message in front of the database.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freePort } from "../support/free-port.ts";
import { reference, temporaryFolder } from "./reference.ts";

const out = fileURLToPath(new URL("../golden/peer-streams.golden.json", import.meta.url));
const STREAM_BYTES_MAX = 12_000;
const work = temporaryFolder("record-peers");
const running: ChildProcess[] = [];
const proxies: Server[] = [];
/** The proxies run in this process: nothing may block it. */
const etcdctl = async (...args: string[]): Promise<void> => {
  await promisify(execFile)(reference("etcdctl")!, args);
};
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

interface Connection {
  readonly to: string;
  readonly sent: Buffer[];
  readonly received: Buffer[];
}
const connections: Connection[] = [];

async function proxy(name: string, target: number): Promise<number> {
  const port = await freePort();
  const server = createServer((socket) => {
    const behind = connect(target, "127.0.0.1");
    const connection: Connection = { to: name, sent: [], received: [] };
    connections.push(connection);
    socket.on("data", (chunk) => {
      connection.sent.push(chunk);
      behind.write(chunk);
    });
    behind.on("data", (chunk) => {
      connection.received.push(chunk);
      socket.write(chunk);
    });
    const end = (): void => {
      socket.destroy();
      behind.destroy();
    };
    for (const side of [socket, behind]) side.on("error", end).on("close", end);
  });
  server.listen(port, "127.0.0.1");
  proxies.push(server);
  return port;
}

interface Planned {
  readonly name: string;
  readonly client: string;
  readonly listen: string;
  readonly advertise: string;
}

async function plan(name: string): Promise<Planned> {
  const port = await freePort();
  return {
    name,
    client: `http://127.0.0.1:${await freePort()}`,
    listen: `http://127.0.0.1:${port}`,
    advertise: `http://127.0.0.1:${await proxy(name, port)}`,
  };
}

function start(m: Planned, initialCluster: string, state: "new" | "existing"): void {
  running.push(
    spawn(
      reference("etcd")!,
      [
        "--name",
        m.name,
        "--data-dir",
        join(work.path, m.name),
        "--listen-client-urls",
        m.client,
        "--advertise-client-urls",
        m.client,
        "--listen-peer-urls",
        m.listen,
        "--initial-advertise-peer-urls",
        m.advertise,
        "--initial-cluster",
        initialCluster,
        "--initial-cluster-state",
        state,
        "--snapshot-count",
        "20",
        "--snapshot-catchup-entries",
        "5",
      ],
      { stdio: "ignore" },
    ),
  );
}

interface HttpMessage {
  readonly head: string;
  readonly body: Buffer;
}

/** The HTTP messages of one direction of a connection, as far as they were seen. */
function* messagesOf(bytes: Buffer): Generator<HttpMessage> {
  let at = 0;
  for (;;) {
    const end = bytes.indexOf("\r\n\r\n", at);
    if (end < 0) return;
    const head = bytes.toString("latin1", at, end);
    at = end + 4;
    const length = /\ncontent-length: (\d+)/i.exec(head)?.[1];
    if (length !== undefined) {
      yield { head, body: bytes.subarray(at, at + Number(length)) };
      at += Number(length);
    } else if (/\ntransfer-encoding: chunked/i.test(head)) {
      const pieces: Buffer[] = [];
      for (;;) {
        const line = bytes.indexOf("\r\n", at);
        const size = line < 0 ? Number.NaN : Number.parseInt(bytes.toString("latin1", at, line), 16);
        if (!(size > 0)) break;
        pieces.push(bytes.subarray(line + 2, line + 2 + size));
        at = line + 2 + size + 2;
      }
      yield { head, body: Buffer.concat(pieces) };
      at = bytes.indexOf("0\r\n\r\n", at) + 5;
      if (at < 5) return;
    } else {
      yield { head, body: Buffer.alloc(0) };
    }
  }
}

try {
  const [a, b, c] = [await plan("m0"), await plan("m1"), await plan("m2")];
  const two = `m0=${a.advertise},m1=${b.advertise}`;
  start(a, two, "new");
  start(b, two, "new");
  const endpoints = `--endpoints=${a.client},${b.client}`;
  await sleep(4000);
  for (let i = 0; i < 12; i++) await etcdctl(endpoints, "put", `key${i}`, "v".repeat(i * 40));
  await etcdctl(endpoints, "lease", "grant", "600");
  await etcdctl(`--endpoints=${a.client}`, "get", "key1");
  await etcdctl(`--endpoints=${b.client}`, "get", "key1");
  for (let i = 0; i < 30; i++) await etcdctl(`--endpoints=${b.client}`, "put", "other", String(i));
  // A member counts as healthy once it was connected for 5 s.
  await sleep(4000);
  await etcdctl(endpoints, "member", "add", "m2", "--learner", `--peer-urls=${c.advertise}`);
  start(c, `${two},m2=${c.advertise}`, "existing");
  await sleep(7000);
  await etcdctl(endpoints, "put", "last", "1");
  await sleep(500);

  const heads = new Map<string, { request: string; response: string }>();
  const streams: { kind: string; from: string; to: string; body: string }[] = [];
  const posts: { body: string }[] = [];
  const snapshots: { message: string }[] = [];
  for (const { sent, received } of connections) {
    const responses = messagesOf(Buffer.concat(received));
    for (const request of messagesOf(Buffer.concat(sent))) {
      const response = responses.next();
      if (response.done === true) break;
      const [method = "", path = ""] = request.head.split(" ");
      const what = `${method} ${path.replace(/[0-9a-f]{15,}/g, "<id>")}`;
      const status = response.value.head.split(" ")[1] ?? "";
      if (!heads.has(`${what} ${status}`))
        heads.set(`${what} ${status}`, { request: request.head, response: response.value.head });
      const stream = /^\/raft\/stream\/(msgapp|message)\/([0-9a-f]+)$/.exec(path);
      // The response comes from the member that was dialled and goes to the one in the path.
      const from = /\nX-Raft-To: ([0-9a-f]+)/i.exec(request.head)?.[1];
      if (stream !== null && from !== undefined && status === "200" && response.value.body.length > 0) {
        const body = response.value.body.subarray(0, STREAM_BYTES_MAX).toString("hex");
        streams.push({ kind: stream[1]!, from, to: stream[2]!, body });
      } else if (path === "/raft" && posts.length < 8) {
        posts.push({ body: request.body.toString("hex") });
      } else if (path === "/raft/snapshot") {
        const size = Number(request.body.readBigUInt64BE(0));
        snapshots.push({ message: request.body.subarray(0, 8 + size).toString("hex") });
      }
    }
  }
  writeFileSync(
    out,
    `${JSON.stringify({ heads: Object.fromEntries(heads), streams, posts, snapshots }, undefined, 1)}\n`,
  );
  console.log(
    `${heads.size} kinds of request, ${streams.length} streams, ${posts.length} posts, ${snapshots.length} snapshots`,
  );
} finally {
  for (const child of running) child.kill("SIGKILL");
  for (const server of proxies) server.close();
  work.remove();
}
process.exit(0);

import assert from "node:assert/strict";
import { createServer } from "node:net";
import { after, test } from "node:test";
import { type PeerNode, startPeerNode, until } from "../../../test/support/peer-node.ts";
import { CA_CERTIFICATE, SERVER_CERTIFICATE, SERVER_KEY } from "../../../test/support/test-certificates.ts";
import { Entry, Message, MessageType } from "../../core/raft/types.ts";
import type { Logger } from "../../io/logger.ts";

const nodes: PeerNode[] = [];
after(async () => {
  for (const node of nodes) await node.close();
});

/** Counts streams that were made, over all members of a test. */
class StreamCounter implements Logger {
  established = 0;
  info(message: string): void {
    if (message === "established TCP streaming connection with remote peer") this.established++;
  }
  debug(): void {}
  warn(): void {}
  error(): void {}
  with(): Logger {
    return this;
  }
}
let streams = new StreamCounter();

async function pair(options: Parameters<typeof startPeerNode>[1] = {}): Promise<[PeerNode, PeerNode]> {
  streams = new StreamCounter();
  const a = await startPeerNode(1n, { ...options, logger: streams });
  const b = await startPeerNode(2n ** 63n + 2n, { ...options, logger: streams });
  nodes.push(a, b);
  return [a, b];
}

/** Until both streams each way are there: each end of each tells. */
function connect(a: PeerNode, b: PeerNode): Promise<void> {
  a.network.addPeer(b.id, [b.url]);
  b.network.addPeer(a.id, [a.url]);
  return until("all streams are there", () => streams.established === 8);
}

function app(from: PeerNode, to: PeerNode, index: number, bytes = 10): Message {
  const entries = [Entry.create({ term: 1, index: index + 1, data: new Uint8Array(bytes).fill(index) })];
  return Message.create({
    type: MessageType.MsgApp,
    from: from.id,
    to: to.id,
    term: 1,
    logTerm: 1,
    index,
    commit: index,
    entries,
  });
}

function heartbeat(from: PeerNode, to: PeerNode, commit: number): Message {
  return Message.create({ type: MessageType.MsgHeartbeat, from: from.id, to: to.id, term: 1, commit });
}

function sortedByWay(messages: readonly Message[]): { apps: Message[]; others: Message[] } {
  return {
    apps: messages.filter((m) => m.type === MessageType.MsgApp),
    others: messages.filter((m) => m.type !== MessageType.MsgApp),
  };
}

test("two members exchange messages both ways, in order on each stream", async () => {
  const [a, b] = await pair();
  await connect(a, b);
  const sent: Message[] = [];
  for (let i = 0; i < 500; i++) {
    const messages = [app(a, b, i, i % 50 === 0 ? 200_000 : 10), heartbeat(a, b, i)];
    sent.push(...messages);
    a.network.send(messages);
    if (i % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  b.network.send([heartbeat(b, a, 7)]);
  await until("all arrived", () => b.server.received.length === sent.length && a.server.received.length === 1);
  const expected = sortedByWay(sent);
  const received = sortedByWay(b.server.received);
  assert.deepEqual(received.others, expected.others);
  assert.deepEqual(
    received.apps.map((m) => m.index),
    expected.apps.map((m) => m.index),
  );
  for (const [i, message] of received.apps.entries()) assert.deepEqual({ ...message }, { ...expected.apps[i]! });
  const counters = a.network.metrics.of(b.id);
  assert.equal(counters.active, 1);
  assert.ok(counters.sentBytes > 2_000_000);
  assert.ok(b.network.metrics.of(a.id).receivedBytes > 2_000_000);
  assert.equal(counters.sentFailures, 0);
});

test("a member that the receiver does not know yet reaches it, and is answered, by single requests", async () => {
  const [a, b] = await pair();
  a.network.addPeer(b.id, [b.url]);
  a.network.send([app(a, b, 4)]);
  await until("the message arrived", () => b.server.received.length === 1);
  assert.deepEqual(b.server.received, [app(a, b, 4)]);
  // b heard of a's URL by the request.
  b.network.send([heartbeat(b, a, 1)]);
  await until("the answer arrived", () => a.server.received.length === 1);
  assert.equal(b.network.activeSinceMs(a.id), undefined);
});

test("a lost connection is told, made again when the peer is back, and messages flow again", async () => {
  const [a, b] = await pair();
  await connect(a, b);
  await b.close();
  await until("inactive", () => a.network.activeSinceMs(b.id) === undefined);
  assert.equal(a.network.metrics.of(b.id).active, 0);
  assert.ok(a.network.metrics.of(b.id).disconnected >= 1);
  a.network.send([app(a, b, 1)]);
  await until("reported", () => a.server.unreachable.includes(b.id));

  // The same address again, with another network behind it.
  const again = await startPeerNode(b.id);
  nodes.push(again);
  a.network.updatePeer(b.id, ["http://127.0.0.1:9", again.url]);
  again.network.addPeer(a.id, [a.url]);
  await until("active again, by the second URL", () => a.network.activeSinceMs(b.id) !== undefined);
  await until("messages arrive", () => {
    a.network.send([heartbeat(a, b, 1)]);
    return again.server.received.length > 0;
  });
});

test("a removed member learns of it from either stream and from single requests", async () => {
  const [a, b] = await pair();
  b.server.removed.add(a.id);
  a.network.addPeer(b.id, [b.url]);
  await until("told by the streams", () => a.server.removals >= 2);
  const before = a.server.removals;
  a.network.send([heartbeat(a, b, 1)]);
  await until("told by the pipeline", () => a.server.removals > before);
  assert.deepEqual(b.server.received, []);
});

test("members of another cluster are not connected", async () => {
  const a = await startPeerNode(1n);
  const b = await startPeerNode(2n, { clusterId: 99n });
  nodes.push(a, b);
  a.network.addPeer(b.id, [b.url]);
  b.network.addPeer(a.id, [a.url]);
  a.network.send([heartbeat(a, b, 1)]);
  await until("refused", () => a.server.unreachable.length > 0);
  assert.equal(a.network.activeSinceMs(b.id), undefined);
  assert.deepEqual(b.server.received, []);
});

async function* pieces(count: number, bytes: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < count; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    yield new Uint8Array(bytes).fill(i);
  }
}

function snapshotMessage(from: PeerNode, to: PeerNode, index: number): Message {
  return Message.create({
    type: MessageType.MsgSnap,
    from: from.id,
    to: to.id,
    term: 3,
    snapshot: { data: new Uint8Array(5000).fill(7), metadata: { confState: undefined, index, term: 2 } },
  });
}

test("a snapshot arrives with its database, and its sender hears whether it was stored", async () => {
  const [a, b] = await pair();
  await connect(a, b);
  const message = snapshotMessage(a, b, 77);
  const stored = await a.network.sendSnapshot(message, { totalBytes: 40 * 100_000, pieces: pieces(40, 100_000) });
  assert.equal(stored, true);
  assert.deepEqual(b.server.received, [message]);
  const database = b.server.databases.get(77)!;
  assert.equal(database.length, 4_000_000);
  for (let i = 0; i < 40; i++) assert.ok(database.subarray(i * 100_000, (i + 1) * 100_000).every((byte) => byte === i));
  const sender = a.network.metrics.of(b.id);
  const receiver = b.network.metrics.of(a.id);
  assert.deepEqual([sender.snapshotsSent, sender.snapshotSendsInFlight, sender.snapshotSendSeconds.count], [1, 0, 1]);
  assert.deepEqual(
    [receiver.snapshotsReceived, receiver.snapshotReceivesInFlight, receiver.snapshotReceiveSeconds.count],
    [1, 0, 1],
  );

  b.server.refusal = new Error("disk full");
  assert.equal(await a.network.sendSnapshot(message, { totalBytes: 9, pieces: pieces(3, 3) }), false);
  assert.equal(b.server.received.length, 1);
  assert.equal(sender.snapshotSendFailures, 1);
  assert.equal(receiver.snapshotReceiveFailures, 1);
  await until("reported", () => a.server.unreachable.includes(b.id));

  b.server.refusal = undefined;
  b.server.databases.clear();
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield* pieces(5, 100_000);
    throw new Error("the disk of the sender failed");
  }
  assert.equal(await a.network.sendSnapshot(message, { totalBytes: 9, pieces: broken() }), false);
  await until("the receiver gave up", () => receiver.snapshotReceivesInFlight === 0);
  assert.equal(b.server.databases.size, 0);
  assert.equal(b.server.received.length, 1, "raft hears of no half database");
  assert.equal(await a.network.sendSnapshot({ ...message, to: 5n }, { totalBytes: 0, pieces: pieces(0, 0) }), false);
});

test("messages to a peer that takes nothing are dropped beyond a bound, and the sender goes on", async () => {
  // Accepts connections and never reads nor answers.
  const deaf = createServer(() => undefined);
  await new Promise<void>((resolve) => deaf.listen(0, "127.0.0.1", resolve));
  const { port } = deaf.address() as { port: number };
  const a = await startPeerNode(1n);
  nodes.push(a);
  a.network.addPeer(2n, [`http://127.0.0.1:${port}`]);
  for (let i = 0; i < 500; i++)
    a.network.send([Message.create({ type: MessageType.MsgHeartbeat, from: 1n, to: 2n, term: 1 })]);
  assert.equal(a.server.unreachable.length, 0, "raft hears of it in a later turn");
  await until("told", () => a.server.unreachable.length > 0);
  assert.ok(a.network.metrics.of(2n).sentFailures >= 400);
  await a.network.stop();
  deaf.close();
});

test("members connect with TLS, and refuse certificates that nobody vouches for", async () => {
  const material = { key: SERVER_KEY, cert: SERVER_CERTIFICATE, ca: CA_CERTIFICATE };
  const tls = { material: () => material, requestCert: true, rejectUnauthorized: true };
  const [a, b] = await pair({ tls, dial: () => material });
  await connect(a, b);
  a.network.send([app(a, b, 3)]);
  await until("the message arrived", () => b.server.received.length === 1);

  const [c, d] = await pair({ tls, dial: () => ({ ca: CA_CERTIFICATE }) });
  c.network.addPeer(d.id, [d.url]);
  d.network.addPeer(c.id, [c.url]);
  c.network.send([heartbeat(c, d, 1)]);
  await until("refused", () => c.server.unreachable.length > 0);
  assert.deepEqual(d.server.received, []);
});

test("after a stop nothing is sent, received or dialled", async () => {
  const [a, b] = await pair();
  await connect(a, b);
  await a.network.stop();
  await until("the peer noticed", () => b.network.activeSinceMs(a.id) === undefined);
  a.network.send([heartbeat(a, b, 1)]);
  a.network.addPeer(9n, ["http://127.0.0.1:9"]);
  b.network.send([heartbeat(b, a, 1)]);
  await until("the peer was told", () => b.server.unreachable.includes(a.id));
  assert.deepEqual(a.server.received, []);
  assert.deepEqual(b.server.received, []);
});

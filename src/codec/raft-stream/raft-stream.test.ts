import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { fuzzRounds } from "../../../test/support/fuzz-rounds.ts";
import { Prng } from "../../../test/support/prng.ts";
import { Entry, Message, MessageType } from "../../proto/generated/raft.ts";
import { ByteQueue } from "./byte-queue.ts";
import { MessageStreamDecoder, MessageStreamEncoder } from "./message-stream.ts";
import { MsgAppStreamDecoder, MsgAppStreamEncoder } from "./msgapp-stream.ts";
import { decodePeerMessage, isLinkHeartbeat, LINK_HEARTBEAT, MESSAGE_BYTES_MAX } from "./peer-message.ts";
import type { StreamDecoder, StreamEncoder } from "./stream-codec.ts";

const root = ((): string => {
  for (let dir = dirname(fileURLToPath(import.meta.url)); ; dir = dirname(dir))
    if (existsSync(join(dir, "tsconfig.core.json"))) return dir;
})();

/** Recorded between real members by test/real/record-peer-streams.ts. */
const golden = JSON.parse(readFileSync(join(root, "test", "golden", "peer-streams.golden.json"), "utf8")) as {
  streams: { kind: "msgapp" | "message"; from: string; to: string; body: string }[];
  posts: { body: string }[];
  snapshots: { message: string }[];
};

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const seed = Number(process.env.SEED ?? Date.now() % 1e9);

function decodeAll(decoder: StreamDecoder, bytes: Uint8Array): Message[] {
  const messages: Message[] = [];
  assert.equal(decoder.push(bytes, messages), undefined);
  return messages;
}

test("what real members streamed decodes, and encodes again to the same bytes", () => {
  assert.ok(golden.streams.length > 8);
  const types = new Set<number>();
  for (const { kind, from, to, body } of golden.streams) {
    const bytes = Buffer.from(body, "hex");
    const decoder =
      kind === "msgapp" ? new MsgAppStreamDecoder(BigInt(`0x${to}`), BigInt(`0x${from}`)) : new MessageStreamDecoder();
    const messages = decodeAll(decoder, bytes);
    assert.ok(messages.length > 0);
    for (const message of messages) {
      types.add(message.type);
      if (isLinkHeartbeat(message)) continue;
      assert.equal(message.from.toString(16), from);
      assert.equal(message.to.toString(16), to);
    }
    const encoder = kind === "msgapp" ? new MsgAppStreamEncoder() : new MessageStreamEncoder();
    const again = encoder.encode(messages);
    assert.equal(hex(again), body.slice(0, again.length * 2), `${kind} ${from} -> ${to}`);
    assert.ok(again.length > bytes.length - 2000, "no more than a cut message is missing");
  }
  for (const type of [MessageType.MsgApp, MessageType.MsgAppResp, MessageType.MsgHeartbeat, MessageType.MsgVote])
    assert.ok(types.has(type), `a message of type ${type} was recorded`);
});

test("what real members posted decodes, and encodes again to the same bytes", () => {
  for (const { body } of golden.posts) {
    const decoded = decodePeerMessage(Buffer.from(body, "hex"));
    assert.ok(decoded.ok);
    assert.equal(hex(Message.encode(decoded.message)), body);
  }
  for (const { message } of golden.snapshots) {
    const [decoded] = decodeAll(new MessageStreamDecoder(), Buffer.from(message, "hex"));
    assert.equal(decoded!.type, MessageType.MsgSnap);
    assert.equal(hex(new MessageStreamEncoder().encode([decoded!])), message);
  }
});

test("the msgapp stream says only entries and commit while messages continue each other", () => {
  const app = (term: number, logTerm: number, index: number, count: number): Message =>
    Message.create({
      type: MessageType.MsgApp,
      to: 2n,
      from: 1n,
      term,
      logTerm,
      index,
      commit: index,
      entries: Array.from({ length: count }, (_, i) =>
        Entry.create({ term, index: index + 1 + i, data: new Uint8Array([120]) }),
      ),
    });
  const messages = [
    app(1, 1, 5, 0),
    app(1, 1, 5, 2),
    app(1, 1, 7, 1),
    LINK_HEARTBEAT,
    app(1, 1, 8, 0),
    app(1, 1, 7, 1),
    app(2, 1, 8, 1),
    app(2, 2, 9, 0),
  ];
  const encoder = new MsgAppStreamEncoder();
  const frames = messages.map((message) => encoder.encode([message]));
  assert.deepEqual(
    frames.map((frame) => frame[0]),
    [2, 1, 1, 0, 1, 2, 2, 1],
  );
  assert.deepEqual(decodeAll(new MsgAppStreamDecoder(2n, 1n), Buffer.concat(frames)), messages);
  assert.equal(hex(new MsgAppStreamEncoder().encode(messages)), hex(Buffer.concat(frames)));
});

function randomMessages(random: Prng, count: number): Message[] {
  let index = random.integer(100);
  const term = 1 + random.integer(3);
  return Array.from({ length: count }, () => {
    if (random.integer(8) === 0) return LINK_HEARTBEAT;
    if (random.integer(5) === 0) index += random.integer(3);
    const entries = Array.from({ length: random.integer(4) }, (_, i) =>
      Entry.create({
        term,
        index: index + 1 + i,
        data: new Uint8Array(random.integer(4) === 0 ? random.integer(5000) : random.integer(20)),
      }),
    );
    const message = Message.create({
      type: MessageType.MsgApp,
      to: 2n ** 63n + 5n,
      from: 7n,
      term,
      logTerm: term,
      index,
      commit: index,
      entries,
    });
    index += entries.length;
    return message;
  });
}

const kinds: { name: string; encoder: () => StreamEncoder; decoder: () => StreamDecoder }[] = [
  {
    name: "msgapp",
    encoder: () => new MsgAppStreamEncoder(),
    decoder: () => new MsgAppStreamDecoder(2n ** 63n + 5n, 7n),
  },
  { name: "message", encoder: () => new MessageStreamEncoder(), decoder: () => new MessageStreamDecoder() },
];

for (const { name, encoder, decoder } of kinds) {
  test(`the ${name} stream gives back what was sent, however it is cut (seed ${seed})`, () => {
    const random = new Prng(seed);
    for (let round = 0; round < 60; round++) {
      const messages = randomMessages(random, 1 + random.integer(30));
      const bytes = encoder().encode(messages);
      const received: Message[] = [];
      const cut = decoder();
      for (let at = 0; at < bytes.length; ) {
        const size = 1 + (random.integer(3) === 0 ? random.integer(3000) : random.integer(12));
        assert.equal(cut.push(bytes.slice(at, at + size), received), undefined);
        at += size;
      }
      assert.deepEqual(received, messages);
    }
  });

  test(`the ${name} stream takes broken bytes without throwing (seed ${seed})`, () => {
    const random = new Prng(seed + 1);
    let refused = 0;
    for (let round = 0; round < fuzzRounds(1500); round++) {
      const bytes = encoder().encode(randomMessages(random, 1 + random.integer(5)));
      for (let i = random.integer(4); i >= 0; i--) bytes[random.integer(bytes.length)] = random.integer(256);
      const received: Message[] = [];
      const reason = decoder().push(bytes.subarray(0, random.integer(bytes.length + 1)), received);
      if (reason !== undefined) refused++;
      for (const message of received) {
        assert.ok(Number.isSafeInteger(message.index) && Number.isSafeInteger(message.term));
        assert.ok(message.entries.every((entry) => Number.isSafeInteger(entry.index)));
      }
    }
    assert.ok(refused > 100, "some were refused");
  });
}

test("lengths beyond the limit are refused at once, and promised bytes cost nothing until they come", () => {
  const message = (length: bigint, limit?: number): string | undefined => {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, length);
    return new MessageStreamDecoder(limit).push(bytes, []);
  };
  assert.equal(message(BigInt(MESSAGE_BYTES_MAX)), undefined);
  assert.equal(message(BigInt(MESSAGE_BYTES_MAX) + 1n), "error limit exceeded");
  assert.equal(message(0xffffffffffffffffn), "error limit exceeded");
  assert.equal(message(101n, 100), "error limit exceeded");

  const app = (type: number, ...numbers: bigint[]): string | undefined => {
    const bytes = new Uint8Array(1 + 8 * numbers.length);
    bytes[0] = type;
    for (const [i, number] of numbers.entries()) new DataView(bytes.buffer).setBigUint64(1 + 8 * i, number);
    return new MsgAppStreamDecoder(2n, 1n).push(bytes, []);
  };
  assert.equal(app(2, BigInt(MESSAGE_BYTES_MAX)), undefined);
  assert.equal(app(2, BigInt(MESSAGE_BYTES_MAX) + 1n), "error limit exceeded");
  assert.equal(app(1, 1n << 40n), "too many entries in one message");
  assert.equal(app(1, 0xffffffffffffffffn), "too many entries in one message");
  assert.equal(app(1, 1n, BigInt(MESSAGE_BYTES_MAX) + 1n), "error limit exceeded");
  assert.equal(app(1, 0n, 1n << 60n), "a commit index exceeds 2^53");
  assert.equal(app(9), "failed to parse type 9 in msgappv2 stream");
});

test("messages whose numbers a double does not hold, or that carry responses, are refused", () => {
  const refused = (fields: Partial<Message>): string => {
    const decoded = decodePeerMessage(Message.encode({ type: MessageType.MsgApp, ...fields }));
    return decoded.ok ? "" : decoded.reason;
  };
  const huge = 2 ** 60;
  assert.equal(refused({ index: 2 ** 53 - 1 }), "");
  for (const fields of [
    { index: huge },
    { term: huge },
    { logTerm: huge },
    { commit: huge },
    { rejectHint: huge },
    { entries: [Entry.create({ index: huge })] },
    { entries: [Entry.create({ term: huge })] },
    { snapshot: { data: new Uint8Array(0), metadata: { confState: undefined, index: huge, term: 1 } } },
  ])
    assert.equal(refused(fields), "a term or index exceeds 2^53");
  assert.equal(refused({ responses: [Message.create()] }), "the message carries responses");
  assert.equal(decodePeerMessage(new Uint8Array([8])).ok, false);
});

test(`the byte queue gives bytes in order, as a concatenation does (seed ${seed})`, () => {
  const random = new Prng(seed + 2);
  for (let round = 0; round < fuzzRounds(300); round++) {
    const queue = new ByteQueue();
    let twin = new Uint8Array(0);
    let next = 0;
    for (let step = 0; step < 60; step++) {
      if (random.integer(2) === 0) {
        const chunk = Uint8Array.from({ length: random.integer(30) }, () => next++ & 255);
        queue.push(chunk);
        twin = Buffer.concat([twin, chunk]);
      } else {
        const count = random.integer(twin.length + 1);
        assert.deepEqual([...queue.take(count)], [...twin.subarray(0, count)]);
        twin = twin.subarray(count);
      }
      assert.equal(queue.length, twin.length);
    }
    assert.equal(hex(Buffer.concat(queue.takeRest())), hex(twin));
    assert.equal(queue.length, 0);
  }
});

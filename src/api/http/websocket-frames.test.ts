import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CloseCode, closeFrame, FrameReader, frame, Opcode } from "./websocket-frames.ts";

interface Seen {
  readonly messages: string[];
  readonly pings: string[];
  closed: boolean;
  failure: CloseCode | undefined;
}

function read(pieces: readonly Uint8Array[], messageBytesMax = 1 << 20): Seen {
  const seen: Seen = { messages: [], pings: [], closed: false, failure: undefined };
  const reader = new FrameReader(
    {
      message: (payload) => void seen.messages.push(Buffer.from(payload).toString("latin1")),
      ping: (payload) => void seen.pings.push(Buffer.from(payload).toString("latin1")),
      closed: () => {
        seen.closed = true;
      },
      failed: (code) => {
        seen.failure = code;
      },
    },
    messageBytesMax,
  );
  for (const piece of pieces) reader.push(piece);
  return seen;
}

/** As a client sends it. */
function masked(bytes: Uint8Array, mask: readonly number[] = [1, 2, 3, 4]): Uint8Array {
  const length = bytes[1]!;
  const at = length === 126 ? 4 : length === 127 ? 10 : 2;
  const head = Buffer.from(bytes.subarray(0, at));
  head[1] = head[1]! | 128;
  return Buffer.concat([head, Buffer.from(mask), bytes.subarray(at).map((byte, i) => byte ^ mask[i & 3]!)]);
}

test("frames of every length form come back, wherever they are cut", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(0, 1, 125, 126, 127, 65_535, 65_536, 70_000),
      fc.integer({ min: 1, max: 50_000 }),
      (length, cut) => {
        const payload = Buffer.alloc(length, "x");
        const bytes = masked(frame(Opcode.Text, payload));
        const seen = read([bytes.subarray(0, cut), bytes.subarray(cut)]);
        assert.deepEqual([seen.messages, seen.failure], [[payload.toString("latin1")], undefined]);
      },
    ),
    { numRuns: 60 },
  );
});

test("fragments are joined, with control frames between them", () => {
  const first = Buffer.from(masked(frame(Opcode.Text, Buffer.from("he"))));
  first[0] = Opcode.Text;
  const last = masked(frame(Opcode.Continuation, Buffer.from("llo")));
  const seen = read([
    first,
    masked(frame(Opcode.Ping, Buffer.from("!"))),
    last,
    masked(closeFrame(CloseCode.Normal)),
    last,
  ]);
  assert.deepEqual(seen, { messages: ["hello"], pings: ["!"], closed: true, failure: undefined });
});

test("what breaks the protocol is refused once", () => {
  const text = frame(Opcode.Text, Buffer.from("x"));
  assert.equal(read([text]).failure, CloseCode.ProtocolError, "no mask");
  const reserved = Buffer.from(masked(text));
  reserved[0] = 0xc1;
  assert.equal(read([reserved]).failure, CloseCode.ProtocolError, "reserved bit");
  assert.equal(
    read([masked(frame(Opcode.Continuation, text))]).failure,
    CloseCode.ProtocolError,
    "nothing to continue",
  );
  assert.equal(read([masked(frame(3 as Opcode, text))]).failure, CloseCode.ProtocolError, "unknown opcode");
  assert.equal(
    read([masked(frame(Opcode.Ping, Buffer.alloc(126)))]).failure,
    CloseCode.ProtocolError,
    "large control frame",
  );
  // Told from the head alone, before the payload is there.
  assert.equal(read([masked(frame(Opcode.Text, Buffer.alloc(101))).subarray(0, 6)], 100).failure, CloseCode.TooLarge);
});

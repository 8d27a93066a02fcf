import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzRounds } from "../../../test/support/fuzz-rounds.ts";
import { HpackDecoder, HpackResult } from "./hpack-decoder.ts";
import { HpackEncoder, PreparedBlock } from "./hpack-encoder.ts";
import { huffmanDecode, huffmanEncode, huffmanLength } from "./huffman.ts";

const bytes = (hex: string): Uint8Array => Buffer.from(hex.replaceAll(" ", ""), "hex");
const LIST_BYTES_MAX = 1 << 20;

function decode(decoder: HpackDecoder, block: Uint8Array): string[] {
  const fields: string[] = [];
  assert.equal(decoder.decode(block, 0, block.length, LIST_BYTES_MAX, fields), HpackResult.Ok);
  return fields;
}

const REQUESTS = [
  [":method", "GET", ":scheme", "http", ":path", "/", ":authority", "www.example.com"],
  [":method", "GET", ":scheme", "http", ":path", "/", ":authority", "www.example.com", "cache-control", "no-cache"],
  [
    ":method",
    "GET",
    ":scheme",
    "https",
    ":path",
    "/index.html",
    ":authority",
    "www.example.com",
    "custom-key",
    "custom-value",
  ],
];
const LOCATION = ["location", "https://www.example.com"];
const RESPONSES = [
  [":status", "302", "cache-control", "private", "date", "Mon, 21 Oct 2013 20:13:21 GMT", ...LOCATION],
  [":status", "307", "cache-control", "private", "date", "Mon, 21 Oct 2013 20:13:21 GMT", ...LOCATION],
  [
    ":status",
    "200",
    "cache-control",
    "private",
    "date",
    "Mon, 21 Oct 2013 20:13:22 GMT",
    ...LOCATION,
    "content-encoding",
    "gzip",
    "set-cookie",
    "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
  ],
];
const VECTORS = [
  {
    name: "requests without Huffman coding (C.3)",
    tableBytes: 4096,
    lists: REQUESTS,
    sizes: [57, 110, 164],
    blocks: [
      "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
      "8286 84be 5808 6e6f 2d63 6163 6865",
      "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
    ],
  },
  {
    name: "requests with Huffman coding (C.4)",
    tableBytes: 4096,
    lists: REQUESTS,
    sizes: [57, 110, 164],
    blocks: [
      "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
      "8286 84be 5886 a8eb 1064 9cbf",
      "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
    ],
  },
  {
    name: "responses without Huffman coding, with eviction (C.5)",
    tableBytes: 256,
    lists: RESPONSES,
    sizes: [222, 222, 215],
    blocks: [
      "4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
      "4803 3330 37c1 c0bf",
      "88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31",
    ],
  },
  {
    name: "responses with Huffman coding, with eviction (C.6)",
    tableBytes: 256,
    lists: RESPONSES,
    sizes: [222, 222, 215],
    blocks: [
      "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
      "4883 640e ffc1 c0bf",
      "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07",
    ],
  },
];

for (const vector of VECTORS) {
  test(`HpackDecoder decodes the ${vector.name} of RFC 7541`, () => {
    const decoder = new HpackDecoder(vector.tableBytes);
    vector.blocks.forEach((hex, i) => {
      assert.deepEqual(decode(decoder, bytes(hex)), vector.lists[i]);
      assert.equal(decoder.tableBytes, vector.sizes[i]);
    });
  });
}

test("HpackEncoder writes the requests of RFC 7541 C.4 byte for byte", () => {
  const encoder = new HpackEncoder(4096);
  VECTORS[1]!.blocks.forEach((hex, i) => {
    assert.deepEqual(Buffer.from(encoder.encode(REQUESTS[i]!)), bytes(hex));
  });
});

test("every one of the 256 byte values survives Huffman coding, alone and in any mixture", () => {
  const round = (text: string): string => {
    const coded = new Uint8Array(huffmanLength(text));
    assert.equal(huffmanEncode(text, coded, 0), coded.length);
    const out = new Uint8Array(2 * coded.length);
    const length = huffmanDecode(coded, 0, coded.length, out);
    return Buffer.from(out.subarray(0, length)).toString("latin1");
  };
  for (let i = 0; i < 256; i++) assert.equal(round(String.fromCharCode(i)), String.fromCharCode(i));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (raw) => {
      const text = Buffer.from(raw).toString("latin1");
      assert.equal(round(text), text);
    }),
  );
});

test("Huffman strings with wrong padding or an end-of-string symbol are refused", () => {
  const out = new Uint8Array(64);
  assert.equal(huffmanDecode(bytes("f1e3c2e5f23a6ba0ab90f4ff"), 0, 12, out), 15);
  assert.equal(huffmanDecode(bytes("f1e3c2e5f23a6ba0ab90f4ffff"), 0, 13, out), -1, "padding longer than seven bits");
  assert.equal(huffmanDecode(bytes("1800"), 0, 2, out), -1, "padding of zeros");
  assert.equal(huffmanDecode(bytes("fffffffc"), 0, 4, out), -1, "end of string inside");
});

const NAMES = ["a", "bb", ":path", ":status", "content-type", "grpc-timeout", "x-".padEnd(60, "y"), "te", "token"];
const field = fc.tuple(
  fc.oneof(fc.constantFrom(...NAMES), fc.string({ minLength: 1, maxLength: 12 })),
  fc.oneof(fc.constantFrom("", "200", "application/grpc", "trailers"), fc.string({ maxLength: 80 }).map(latin)),
);
function latin(text: string): string {
  return Buffer.from(text).toString("latin1");
}
type Step = { readonly fields: readonly (readonly [string, string])[] } | { readonly tableBytes: number };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ fields: fc.array(field, { maxLength: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ tableBytes: fc.constantFrom(0, 40, 100, 300, 4096, 65536) }) },
);

test("what HpackEncoder writes, HpackDecoder reads, through evictions and table size changes", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const encoder = new HpackEncoder(4096);
      const decoder = new HpackDecoder(4096);
      for (const current of steps) {
        if ("tableBytes" in current) {
          encoder.setPeerTableBytes(current.tableBytes);
          continue;
        }
        const list = current.fields.flatMap(([name, value]) => [latin(name), value]);
        assert.deepEqual(decode(decoder, encoder.encode(list)), list);
      }
    }),
    { numRuns: fuzzRounds(300) },
  );
});

test("prepared blocks give the same list whatever other blocks did to the table in between", () => {
  const prepared = fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(prepared, fc.array(fc.array(field, { maxLength: 6 }), { maxLength: 60 }), (picks, others) => {
      const encoder = new HpackEncoder(400);
      const decoder = new HpackDecoder(4096);
      const blocks = [0, 1, 2, 3].map(
        (i) => new PreparedBlock([":status", "200", "x-kind", `kind ${i}`, `n${i}`, "v"]),
      );
      picks.forEach((pick, i) => {
        const block = blocks[pick]!;
        if (i % 3 === 0) {
          const coded = encoder.encodePreparedWith(block, "grpc-timeout", `${i}m`);
          assert.deepEqual(decode(decoder, coded), [...block.fields, "grpc-timeout", `${i}m`]);
        } else {
          assert.deepEqual(decode(decoder, encoder.encodePrepared(block)), block.fields);
        }
        const other = (others[i] ?? []).flatMap(([name, value]) => [latin(name), value]);
        assert.deepEqual(decode(decoder, encoder.encode(other)), other);
      });
    }),
    { numRuns: fuzzRounds(200) },
  );
});

test("a prepared block that is wholly in the tables costs as few bytes as it has fields", () => {
  const encoder = new HpackEncoder(4096);
  const block = new PreparedBlock([":status", "200", "content-type", "application/grpc"]);
  assert.ok(encoder.encodePrepared(block).length > 2);
  assert.deepEqual([...encoder.encodePrepared(block)], [0x88, 0xbe]);
  assert.equal(encoder.encodePrepared(block), block.bytes);
});

test("HpackDecoder.generation changes exactly when the dynamic table does", () => {
  const decoder = new HpackDecoder(4096);
  const indexedOnly = bytes("8286 84");
  const adding = bytes("4001 61 01 62");
  const notAdding = bytes("0001 61 01 62");
  const before = decoder.generation;
  decode(decoder, indexedOnly);
  decode(decoder, notAdding);
  assert.equal(decoder.generation, before);
  decode(decoder, adding);
  assert.notEqual(decoder.generation, before);
});

test("a list beyond the limit is cut, counted as a whole and leaves the table in step", () => {
  const decoder = new HpackDecoder(4096);
  const encoder = new HpackEncoder(4096);
  const list = ["big", "x".repeat(900), "more", "y".repeat(900)];
  const fields: string[] = [];
  const block = encoder.encode(list);
  assert.equal(decoder.decode(block, 0, block.length, 1000, fields), HpackResult.ListTooLarge);
  assert.deepEqual(fields, list.slice(0, 2));
  assert.deepEqual(decode(decoder, encoder.encode(list)), list);
});

test("thousands of references to one big entry (a bomb) hold no more than the limit", () => {
  const decoder = new HpackDecoder(4096);
  decode(decoder, new HpackEncoder(65536).encode(["k", "v".repeat(900)]));
  const bomb = new Uint8Array(100_000).fill(0xbe);
  const fields: string[] = [];
  assert.equal(decoder.decode(bomb, 0, bomb.length, 65536, fields), HpackResult.ListTooLarge);
  assert.ok(fields.length <= (2 * 65536) / 933);
});

test("random and mutated blocks never throw, and never grow the table beyond its limit", () => {
  const good = VECTORS.flatMap((v) => v.blocks.map((hex) => [...bytes(hex)]));
  const mutated = fc
    .tuple(fc.constantFrom(...good), fc.array(fc.tuple(fc.nat({ max: 200 }), fc.nat({ max: 255 })), { maxLength: 4 }))
    .map(([block, changes]) => {
      const out = Uint8Array.from(block);
      for (const [at, value] of changes) out[at % out.length] = value;
      return out;
    });
  fc.assert(
    fc.property(fc.array(fc.oneof(mutated, fc.uint8Array({ maxLength: 120 })), { maxLength: 20 }), (blocks) => {
      const decoder = new HpackDecoder(512);
      for (const block of blocks) {
        const fields: string[] = [];
        const result = decoder.decode(block, 0, block.length, 2000, fields);
        assert.ok(decoder.tableBytes <= 512);
        assert.equal(fields.length % 2, 0);
        if (result === HpackResult.Malformed) return;
      }
    }),
    { numRuns: fuzzRounds(2000) },
  );
});

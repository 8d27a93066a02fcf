import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { fuzzRounds } from "../../../test/support/fuzz-rounds.ts";
import { Entry, HardState } from "../../proto/generated/raft.ts";
import { Record, Snapshot } from "../../proto/generated/wal.ts";
import { crc32c } from "../crc32c.ts";
import { hex16, parseSegmentFileName, segmentFileName } from "./file-name.ts";
import { RecordType } from "./record.ts";
import { decodeEntry, decodeHardState, decodeSnapshot, encodeSnapshot } from "./record-data.ts";
import { Decoded, RecordDecoder } from "./record-decoder.ts";
import { RecordEncoder } from "./record-encoder.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** The same frames from generated codecs and plain arithmetic. */
class NaiveEncoder {
  bytes: number[] = [];
  crc = 0;

  record(type: number, data: Uint8Array): void {
    this.crc = crc32c(data, this.crc);
    const record = Record.encode({ type, crc: this.crc, data });
    const padding = (8 - (record.length % 8)) % 8;
    const length = BigInt(record.length) | (padding === 0 ? 0n : BigInt(0x80 | padding) << 56n);
    for (let i = 0n; i < 8n; i++) this.bytes.push(Number((length >> (8n * i)) & 0xffn));
    this.bytes.push(...record, ...new Uint8Array(padding));
  }
}

interface Item {
  readonly type: number;
  readonly data: Uint8Array;
  readonly add: (encoder: RecordEncoder) => void;
}

const number64 = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const bytes = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 3000, size: "max" }));
const item: fc.Arbitrary<Item> = fc.oneof(
  fc
    .record({ type: fc.constantFrom(0, 1, 2) as fc.Arbitrary<0 | 1 | 2>, term: number64, index: number64, data: bytes })
    .map((entry) => ({ type: 2, data: Entry.encode(entry), add: (encoder: RecordEncoder) => encoder.entry(entry) })),
  fc.record({ term: number64, vote: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), commit: number64 }).map((state) => ({
    type: 3,
    data: HardState.encode(state),
    add: (encoder: RecordEncoder) => encoder.hardState(state),
  })),
  bytes.map((data) => ({ type: 1, data, add: (encoder: RecordEncoder) => encoder.data(RecordType.Metadata, data) })),
);

function taken(encoder: RecordEncoder): Uint8Array {
  const { parts, length } = encoder.take(undefined);
  const whole = Uint8Array.from(Buffer.concat(parts));
  assert.equal(whole.length, length);
  return whole;
}

/** Decodes in slices of random length, as a reader does. */
function decodeAll(
  file: Uint8Array,
  sliceBytes: () => number,
): { records: { type: number; data: string }[]; end: Decoded; offset: number; reason: string | undefined } {
  const decoder = new RecordDecoder(crc32c);
  decoder.beginFile(file.length, true);
  const records: { type: number; data: string }[] = [];
  let at = 0;
  let end = 0;
  for (;;) {
    const step = decoder.step(file, at, end);
    if (step === Decoded.Record) {
      records.push({ type: decoder.type, data: hex(file.subarray(decoder.dataStart, decoder.dataEnd)) });
      at = decoder.next;
    } else if (step === Decoded.More) {
      assert.ok(decoder.bytesNeeded > end - at && at + decoder.bytesNeeded <= file.length);
      end = Math.min(file.length, at + decoder.bytesNeeded + sliceBytes());
    } else return { records, end: step, offset: decoder.offset, reason: decoder.reason };
  }
}

describe("RecordEncoder", () => {
  it("writes the head of a first file as etcd's own test file has it (server/storage/wal/testdata/TestNew.wal)", () => {
    const encoder = new RecordEncoder(crc32c, 0);
    encoder.crcRecord();
    encoder.data(RecordType.Metadata, Buffer.from("somedata"));
    encoder.data(RecordType.Snapshot, encodeSnapshot({ index: 0, term: 0, confState: undefined }));
    assert.equal(
      hex(taken(encoder)),
      "0400000000000084" +
        "0804100000000000" +
        "1200000000000086" +
        "0801" +
        "1085d4fda007" +
        "1a08736f6d6564617461000000000000" +
        "0e00000000000082" +
        "0805" +
        "1080db81c101" +
        "1a04080010000000",
    );
  });

  it("writes what generated codecs and plain arithmetic write, and the decoder reads it back in any slices", () => {
    fc.assert(
      fc.property(
        fc.array(item, { maxLength: 30 }),
        fc.array(fc.nat(700), { minLength: 1, maxLength: 5 }),
        (items, slices) => {
          const encoder = new RecordEncoder(crc32c, 0);
          const naive = new NaiveEncoder();
          for (const { type, data, add } of items) {
            add(encoder);
            naive.record(type, data);
          }
          assert.equal(encoder.crc, naive.crc);
          assert.equal(encoder.length, naive.bytes.length);
          const file = taken(encoder);
          assert.equal(hex(file), hex(Uint8Array.from(naive.bytes)));
          let turn = 0;
          const read = decodeAll(file, () => slices[turn++ % slices.length]!);
          assert.equal(read.end, Decoded.End);
          assert.equal(read.offset, file.length);
          assert.deepEqual(
            read.records,
            items.map(({ type, data }) => ({ type, data: hex(data) })),
          );
        },
      ),
      { numRuns: fuzzRounds(300) },
    );
  });

  it("makes the data of large entries parts of their own, and the bytes are the same", () => {
    const encoder = new RecordEncoder(crc32c, 3);
    const naive = new NaiveEncoder();
    naive.crc = 3;
    const datas: Uint8Array[] = [];
    for (let i = 1; i <= 60; i++) {
      const data = new Uint8Array(16 * 1024 - 30 + i).fill(i);
      datas.push(data);
      const entry: Entry = { type: i % 2 === 0 ? 0 : 1, term: i, index: i * 1e6, data };
      encoder.entry(entry);
      naive.record(RecordType.Entry, Entry.encode(entry));
    }
    assert.equal(encoder.length, naive.bytes.length);
    const { parts, length } = encoder.take(undefined);
    assert.equal(parts.filter((part) => datas.includes(part)).length, 31);
    assert.equal(length, naive.bytes.length);
    assert.ok(Buffer.concat(parts).equals(Uint8Array.from(naive.bytes)));
  });

  it("goes on after take() in the buffer that it is given, with the CRC running on", () => {
    const once = new RecordEncoder(crc32c, 7);
    const twice = new RecordEncoder(crc32c, 7);
    const entry = (index: number): Entry => ({ type: 0, term: 1, index, data: new Uint8Array(index % 50).fill(index) });
    const parts: Uint8Array[] = [];
    let spare: Uint8Array | undefined;
    for (let index = 1; index <= 3000; index++) {
      once.entry(entry(index));
      twice.entry(entry(index));
      if (index % 700 === 0) {
        const batch = twice.take(spare);
        parts.push(Buffer.concat(batch.parts));
        spare = batch.reusable;
        assert.ok(spare !== undefined);
        spare.fill(0xee);
      }
    }
    parts.push(taken(twice));
    assert.equal(hex(Buffer.concat(parts)), hex(taken(once)));
  });
});

describe("RecordDecoder", () => {
  it("does not hang or throw on any bytes, and never reports a record beyond them", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000, size: "max" }), fc.nat(100), (file, slice) => {
        const read = decodeAll(file, () => slice);
        assert.ok(read.offset <= file.length);
      }),
      { numRuns: fuzzRounds(2000) },
    );
  });

  it("takes a zeroed sector in the last record for a torn write, but not in a file that is not the last", () => {
    const encoder = new RecordEncoder(crc32c, 0);
    encoder.entry({ type: 0, term: 1, index: 1, data: new Uint8Array(100).fill(1) });
    const first = encoder.length;
    encoder.entry({ type: 0, term: 1, index: 2, data: new Uint8Array(2000).fill(2) });
    const file = taken(encoder);
    file.fill(0, 1024, 1536);
    for (const [isLast, end] of [
      [true, Decoded.Torn],
      [false, Decoded.Damaged],
    ] as const) {
      const fresh = new RecordDecoder(crc32c);
      fresh.beginFile(file.length, isLast);
      assert.equal(fresh.step(file, 0, file.length), Decoded.Record);
      assert.equal(fresh.step(file, first, file.length), end);
      assert.equal(fresh.offset, first);
    }
  });

  it("names a length that contradicts the record, wrong padding, and bytes after a zero length", () => {
    const encoder = new RecordEncoder(crc32c, 0);
    encoder.entry({ type: 0, term: 1, index: 1, data: new Uint8Array(101).fill(1) });
    const good = Buffer.concat([taken(encoder), new Uint8Array(4096)]);
    const broken = (change: (bytes: Uint8Array) => void): string | undefined => {
      const copy = Uint8Array.from(good);
      change(copy);
      const read = decodeAll(copy, () => 0);
      assert.equal(read.end, Decoded.Damaged);
      assert.equal(read.offset, 0);
      return read.reason;
    };
    assert.equal(
      broken((b) => (b[0]! += 8)),
      "frame length contradicts the record",
    );
    assert.equal(
      broken((b) => (b[2]! = 0xff)),
      "frame length contradicts the record",
    );
    assert.equal(
      broken((b) => (b[7]! = 0)),
      "wrong padding",
    );
    assert.equal(
      broken((b) => b.fill(0, 0, 8)),
      "zero length before other bytes",
    );
    assert.equal(
      broken((b) => (b[9]! = 9)),
      "unknown record type",
    );
    assert.equal(
      broken((b) => (b[60]! ^= 1)),
      "wrong CRC",
    );
    assert.equal(
      broken((b) => (b[8]! = 0)),
      "malformed record",
    );
  });
});

describe("record data", () => {
  it("is refused as another type than it is", () => {
    const vote = 0x8899aabbccddeeffn;
    const state = HardState.encode({ term: 3, vote, commit: 9 });
    const entry = Entry.encode({ type: 0, term: 3, index: 9, data: Buffer.from("x") });
    const bare = Entry.encode({ type: 0, term: 3, index: 9, data: new Uint8Array(0) });
    const snapshot = encodeSnapshot({ index: 9, term: 3, confState: undefined });
    assert.equal(decodeEntry(state, 0, state.length), undefined);
    assert.equal(decodeSnapshot(state, 0, state.length), undefined);
    for (const other of [entry, bare, snapshot]) assert.equal(decodeHardState(other, 0, other.length), undefined);
    assert.deepEqual(decodeHardState(state, 0, state.length), { term: 3, vote, commit: 9 });
    assert.equal(decodeEntry(entry, 0, entry.length)?.index, 9);
    assert.deepEqual(decodeSnapshot(snapshot, 0, snapshot.length), { index: 9, term: 3, confState: undefined });
    assert.equal(decodeEntry(Buffer.from("ffff", "hex"), 0, 2), undefined);
  });
});

describe("segment file names", () => {
  it("are 16 hexadecimal digits twice, and nothing else is one", () => {
    assert.equal(segmentFileName(1, 0x2a), "0000000000000001-000000000000002a.wal");
    assert.equal(hex16(255), "00000000000000ff");
    assert.deepEqual(parseSegmentFileName("00000000000000ff-000000000000002a.wal"), { sequence: 255, index: 42 });
    for (const name of [
      "0.tmp",
      "ff-2a.wal",
      "00000000000000ff-000000000000002a.wal.broken",
      "ffffffffffffffff-0000000000000000.wal",
    ])
      assert.equal(parseSegmentFileName(name), undefined);
  });
});

describe("a segment that real etcd wrote", () => {
  const golden = join(root(), "test/golden/wal");
  const facts = JSON.parse(readFileSync(join(golden, "facts.json"), "utf8")) as { raftIndex: number; memberId: string };
  const file = readFileSync(join(golden, "0000000000000000-0000000000000000.wal"));

  it("is read to its end and encodes to the same bytes again", () => {
    const read = decodeAll(file, () => 100);
    assert.equal(read.end, Decoded.End);
    const again = new RecordEncoder(crc32c, 0);
    let lastIndex = 0;
    let state: HardState | undefined;
    const snapshots: number[] = [];
    for (const { type, data } of read.records) {
      const record = Buffer.from(data, "hex");
      switch (type) {
        case RecordType.Crc:
          again.crcRecord();
          break;
        case RecordType.Entry: {
          const entry = decodeEntry(record, 0, record.length);
          assert.ok(entry !== undefined);
          lastIndex = entry.index;
          again.entry(entry);
          break;
        }
        case RecordType.State:
          state = decodeHardState(record, 0, record.length);
          assert.ok(state !== undefined);
          again.hardState(state);
          break;
        case RecordType.Snapshot: {
          const snapshot = decodeSnapshot(record, 0, record.length);
          assert.ok(snapshot !== undefined);
          snapshots.push(snapshot.index);
          assert.equal(hex(Snapshot.encode(snapshot)), data);
          again.data(RecordType.Snapshot, encodeSnapshot(snapshot));
          break;
        }
        default:
          again.data(RecordType.Metadata, record);
      }
    }
    assert.equal(hex(taken(again)), hex(file.subarray(0, read.offset)));
    assert.equal(lastIndex, facts.raftIndex);
    assert.equal(state?.vote.toString(), facts.memberId);
    assert.deepEqual(snapshots, [0, 21, 42]);
  });
});

function root(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "tsconfig.core.json"))) folder = dirname(folder);
  return folder;
}

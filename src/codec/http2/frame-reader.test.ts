import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzRounds } from "../../../test/support/fuzz-rounds.ts";
import {
  FRAME_HEADER_BYTES,
  FrameType,
  goAwayFrame,
  Http2ErrorCode,
  pingFrame,
  rstStreamFrame,
  windowUpdateFrame,
  writeFrameHeader,
} from "./frame.ts";
import { FrameReader, type FrameSink } from "./frame-reader.ts";
import { applySettings, defaultSettings, SettingId, settingsFrame } from "./settings.ts";

class Collector implements FrameSink {
  readonly frames: string[] = [];
  readonly oversized: number[] = [];
  stopAfter = Number.POSITIVE_INFINITY;

  onFrame(type: number, flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): boolean {
    const payload = Buffer.from(bytes.subarray(start, end)).toString("hex");
    this.frames.push(`${type} ${flags} ${streamId} ${payload}`);
    return this.frames.length < this.stopAfter;
  }

  onOversizedFrame(_type: number, _streamId: number, payloadBytes: number): void {
    this.oversized.push(payloadBytes);
  }
}

function frame(type: number, flags: number, streamId: number, payload: Uint8Array): Uint8Array {
  const out = new Uint8Array(FRAME_HEADER_BYTES + payload.length);
  out.set(payload, writeFrameHeader(out, 0, payload.length, type, flags, streamId));
  return out;
}

/** The naive twin: all bytes at hand. */
function naive(bytes: Uint8Array): string[] {
  const out: string[] = [];
  const view = Buffer.from(bytes);
  for (let at = 0; at + 9 <= view.length; ) {
    const length = view.readUIntBE(at, 3);
    const payload = view.subarray(at + 9, at + 9 + length);
    out.push(`${view[at + 3]} ${view[at + 4]} ${view.readUInt32BE(at + 5) & 0x7fffffff} ${payload.toString("hex")}`);
    at += 9 + length;
  }
  return out;
}

test("frames come out the same however the bytes are cut into chunks", () => {
  const anyFrame = fc
    .tuple(fc.nat({ max: 12 }), fc.nat({ max: 255 }), fc.nat({ max: 0x7fffffff }), fc.uint8Array({ maxLength: 50 }))
    .map(([type, flags, streamId, payload]) => frame(type, flags, streamId, payload));
  fc.assert(
    fc.property(fc.array(anyFrame, { maxLength: 20 }), fc.array(fc.integer({ min: 1, max: 40 })), (frames, cuts) => {
      const bytes = Buffer.concat(frames);
      const collector = new Collector();
      const reader = new FrameReader(collector, 16384);
      let at = 0;
      for (const cut of cuts) {
        assert.ok(reader.push(bytes.subarray(at, Math.min(at + cut, bytes.length))));
        at = Math.min(at + cut, bytes.length);
      }
      assert.ok(reader.push(bytes.subarray(at)));
      assert.deepEqual(collector.frames, naive(bytes));
    }),
    { numRuns: fuzzRounds(500) },
  );
});

test("an oversized frame is refused by its header alone, whole or in pieces", () => {
  const header = frame(FrameType.Data, 0, 1, new Uint8Array(16385)).subarray(0, 9);
  for (const size of [1, 4, 9]) {
    const collector = new Collector();
    const reader = new FrameReader(collector, 16384);
    for (let at = 0; at < 9; at += size) reader.push(header.subarray(at, Math.min(9, at + size)));
    assert.deepEqual(collector.oversized, [16385]);
    assert.equal(reader.push(header), false);
  }
});

test("any bytes in any pieces give frames or a refusal, and no more is kept than one frame of the largest size", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 40 }), (chunks) => {
      let delivered = 0;
      let isRefused = false;
      const sink: FrameSink = {
        onFrame(_type, _flags, streamId, bytes, start, end) {
          assert.ok(start <= end && end <= bytes.length && end - start <= 64 && streamId < 2 ** 31);
          // Kept together: the frame itself.
          if (!chunks.some((chunk) => chunk === bytes)) assert.ok(bytes.length <= 64 + 9);
          delivered += 9 + end - start;
          return true;
        },
        onOversizedFrame(_type, _streamId, payloadBytes) {
          assert.ok(payloadBytes > 64);
          isRefused = true;
        },
      };
      const reader = new FrameReader(sink, 64);
      let pushed = 0;
      for (const chunk of chunks) {
        pushed += chunk.length;
        if (!reader.push(chunk)) break;
      }
      assert.ok(delivered <= pushed);
      if (!isRefused) assert.ok(pushed - delivered < 64 + 9, "what is left over is a part of one frame");
    }),
    { numRuns: fuzzRounds(500) },
  );
});

test("nothing is delivered after the sink has stopped the reader", () => {
  for (const cut of [3, 1000]) {
    const collector = new Collector();
    collector.stopAfter = 2;
    const reader = new FrameReader(collector, 16384);
    const bytes = Buffer.concat([1, 2, 3, 4].map((id) => frame(FrameType.Data, 0, id, new Uint8Array(7))));
    let went = true;
    for (let at = 0; at < bytes.length; at += cut) went = reader.push(bytes.subarray(at, at + cut));
    assert.equal(went, false);
    assert.equal(collector.frames.length, 2);
  }
});

test("control frames are laid out as RFC 9113 section 6 says", () => {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
  assert.equal(hex(rstStreamFrame(5, Http2ErrorCode.Cancel)), "0000040300000000050000" + "0008");
  assert.equal(hex(windowUpdateFrame(0x01020304, 0x0a0b0c0d)), "000004080001020304" + "0a0b0c0d");
  assert.equal(hex(pingFrame(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), true)), "000008060100000000" + "0102030405060708");
  assert.equal(
    hex(goAwayFrame(7, Http2ErrorCode.EnhanceYourCalm, Buffer.from("hi"))),
    "00000a070000000000" + "00000007" + "0000000b" + "6869",
  );
  assert.equal(hex(settingsFrame([[SettingId.MaxFrameSize, 16384]])), "000006040000000000" + "000500004000");
});

test("settings out of their range are refused with the error of RFC 9113 section 6.5.2", () => {
  const apply = (id: number, value: number): number => {
    const bytes = settingsFrame([[id, value]]);
    return applySettings(defaultSettings(), bytes, FRAME_HEADER_BYTES, bytes.length);
  };
  assert.equal(apply(SettingId.EnablePush, 2), Http2ErrorCode.ProtocolError);
  assert.equal(apply(SettingId.InitialWindowSize, 0x80000000), Http2ErrorCode.FlowControlError);
  assert.equal(apply(SettingId.MaxFrameSize, 16383), Http2ErrorCode.ProtocolError);
  assert.equal(apply(SettingId.MaxFrameSize, 16777216), Http2ErrorCode.ProtocolError);
  assert.equal(apply(99, 5), Http2ErrorCode.NoError);
  const settings = defaultSettings();
  const bytes = settingsFrame([
    [SettingId.HeaderTableSize, 1],
    [SettingId.EnablePush, 0],
    [SettingId.MaxConcurrentStreams, 3],
    [SettingId.InitialWindowSize, 4],
    [SettingId.MaxFrameSize, 20000],
    [SettingId.MaxHeaderListSize, 6],
  ]);
  assert.equal(applySettings(settings, bytes, FRAME_HEADER_BYTES, bytes.length), Http2ErrorCode.NoError);
  assert.deepEqual(settings, {
    headerTableBytes: 1,
    enablePush: false,
    maxConcurrentStreams: 3,
    initialWindowBytes: 4,
    maxFrameBytes: 20000,
    maxHeaderListBytes: 6,
  });
});

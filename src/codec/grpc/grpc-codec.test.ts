import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzRounds } from "../../../test/support/fuzz-rounds.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import { Http2ErrorCode } from "../http2/frame.ts";
import { isGrpcContentType } from "./content-type.ts";
import { MessageReader, type MessageSink, writeEnvelope } from "./envelope.ts";
import {
  codeOfHttpStatus,
  codeOfReset,
  decodeBinaryHeader,
  decodeStatusMessage,
  encodeBinaryHeader,
  encodeStatusMessage,
} from "./status.ts";
import { formatTimeout, parseTimeout } from "./timeout.ts";

class Messages implements MessageSink {
  readonly taken: string[] = [];
  readonly oversized: number[] = [];
  stopAfter = Number.POSITIVE_INFINITY;

  takeMessage(format: number, message: Uint8Array): boolean {
    this.taken.push(`${format}:${Buffer.from(message).toString("hex")}`);
    return this.taken.length < this.stopAfter;
  }

  refuseOversizedMessage(messageBytes: number): void {
    this.oversized.push(messageBytes);
  }
}

function envelope(message: Uint8Array): Uint8Array {
  const out = new Uint8Array(5 + message.length);
  out.set(message, writeEnvelope(out, 0, message.length));
  return out;
}

test("messages come out the same however the bytes are cut into frames", () => {
  const messages = fc.array(fc.uint8Array({ maxLength: 70 }), { maxLength: 12 });
  fc.assert(
    fc.property(messages, fc.array(fc.integer({ min: 1, max: 60 })), (list, cuts) => {
      const bytes = Buffer.concat(list.map(envelope));
      const sink = new Messages();
      const reader = new MessageReader(100);
      let at = 0;
      for (const cut of [...cuts, bytes.length]) {
        const to = Math.min(bytes.length, at + cut);
        reader.push(bytes, at, to, sink);
        at = to;
      }
      assert.deepEqual(
        sink.taken,
        list.map((message) => `0:${Buffer.from(message).toString("hex")}`),
      );
      assert.equal(reader.incomplete, false);
    }),
    { numRuns: fuzzRounds(500) },
  );
});

test("a message larger than the limit is refused by its prefix, and the rest ignored", () => {
  const sink = new Messages();
  const reader = new MessageReader(10);
  const bytes = envelope(new Uint8Array(11));
  reader.push(bytes, 0, 3, sink);
  assert.deepEqual(sink.oversized, []);
  reader.push(bytes, 3, 16, sink);
  reader.push(envelope(new Uint8Array(1)), 0, 6, sink);
  assert.deepEqual(sink.oversized, [11]);
  assert.deepEqual(sink.taken, []);
});

test("a prefix that promises much reserves no more memory than what has come", () => {
  const reader = new MessageReader(0x7fffffff);
  const prefix = new Uint8Array(6);
  writeEnvelope(prefix, 0, 0x7fffffff);
  reader.push(prefix, 0, 6, new Messages());
  assert.equal(reader.bufferedBytes, 1);
  assert.ok(reader.incomplete);
});

test("grpc-timeout is read in all units and refused in grpc-go's words", () => {
  const ms = (value: string): unknown => {
    const result = parseTimeout(value);
    return result.ok ? result.timeoutMs : result.reason;
  };
  assert.equal(ms("1H"), 3_600_000);
  assert.equal(ms("2M"), 120_000);
  assert.equal(ms("3S"), 3000);
  assert.equal(ms("4m"), 4);
  assert.equal(ms("5000u"), 5);
  assert.equal(ms("6000000n"), 6);
  assert.equal(ms("0n"), 0);
  assert.equal(ms("99999999H"), 9_223_372_036_854);
  assert.equal(ms("1"), 'transport: timeout string is too short: "1"');
  assert.equal(ms("123456789S"), 'transport: timeout string is too long: "123456789S"');
  assert.equal(ms("1x"), 'transport: timeout unit is not recognized: "1x"');
  assert.equal(ms("-1S"), 'strconv.ParseUint: parsing "-1": invalid syntax');
});

test("a formatted timeout has at most nine characters and is never shorter than asked, nor longer by more than one unit", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e15, noNaN: true }), (timeoutMs) => {
      const text = formatTimeout(timeoutMs);
      assert.ok(text.length <= 9);
      const parsed = parseTimeout(text);
      assert.ok(parsed.ok);
      if (timeoutMs < 9e12) {
        assert.ok(parsed.timeoutMs >= timeoutMs * (1 - 1e-12));
        assert.ok(parsed.timeoutMs <= timeoutMs * (1 + 1.1e-5) + 0.0011);
      }
    }),
  );
  assert.equal(formatTimeout(0), "0n");
  assert.equal(formatTimeout(-5), "0n");
  assert.equal(formatTimeout(5000), "5000000u");
});

test("status messages survive percent-encoding and are printable ASCII on the wire", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (message) => {
      const wire = encodeStatusMessage(message);
      assert.match(wire, /^[ -~]*$/);
      assert.equal(decodeStatusMessage(wire), Buffer.from(message).toString());
    }),
  );
  assert.equal(encodeStatusMessage("100% ü\n"), "100%25 %C3%BC%0A");
  assert.equal(decodeStatusMessage("50%"), "50%");
  assert.equal(decodeStatusMessage("%zz%41"), "%zzA");
});

test("binary headers are base64 without padding, read with and without it", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (raw) => {
      const base64 = Buffer.from(raw).toString("base64");
      assert.equal(encodeBinaryHeader(raw), base64.replace(/=+$/, ""));
      assert.deepEqual(Buffer.from(decodeBinaryHeader(base64)!), Buffer.from(raw));
      assert.deepEqual(Buffer.from(decodeBinaryHeader(base64.replace(/=+$/, ""))!), Buffer.from(raw));
    }),
  );
  assert.equal(decodeBinaryHeader("a"), undefined);
  assert.equal(decodeBinaryHeader("ab*d"), undefined);
});

test("content types of gRPC are told from others", () => {
  for (const type of ["application/grpc", "application/grpc+proto", "application/grpc;x=y"]) {
    assert.ok(isGrpcContentType(type), type);
  }
  for (const type of [undefined, "", "application/grpc-web", "application/json", "application/grp"]) {
    assert.equal(isGrpcContentType(type), false, type);
  }
});

test("HTTP statuses and resets stand for the codes that gRPC says", () => {
  assert.equal(codeOfHttpStatus(401), GrpcCode.Unauthenticated);
  assert.equal(codeOfHttpStatus(404), GrpcCode.Unimplemented);
  assert.equal(codeOfHttpStatus(503), GrpcCode.Unavailable);
  assert.equal(codeOfHttpStatus(500), GrpcCode.Unknown);
  assert.equal(codeOfReset(Http2ErrorCode.RefusedStream), GrpcCode.Unavailable);
  assert.equal(codeOfReset(Http2ErrorCode.Cancel), GrpcCode.Canceled);
  assert.equal(codeOfReset(Http2ErrorCode.EnhanceYourCalm), GrpcCode.ResourceExhausted);
  assert.equal(codeOfReset(Http2ErrorCode.ProtocolError), GrpcCode.Internal);
});

/** Puts gRPC messages on a stream: straight into the connection's output when the windows allow, else into the stream's queue. */
import { ENVELOPE_BYTES, writeEnvelope } from "../../codec/grpc/envelope.ts";
import { FrameFlag } from "../../codec/http2/frame.ts";
import type { Http2Stream } from "./http2-stream.ts";
import { BY_REFERENCE_BYTES, copyInto } from "./socket-output.ts";

/**
 * Writes or queues the message made of these parts, `bytes` in all. With `last` the stream's sending side ends with it; returns true when
 * END_STREAM has been written.
 */
export function writeMessage(stream: Http2Stream, parts: readonly Uint8Array[], bytes: number, last: boolean): boolean {
  const http2 = stream.http2;
  const total = bytes + ENVELOPE_BYTES;
  if (stream.hasQueue || !http2.canSend(stream, total)) {
    queueMessage(stream, parts, bytes);
    if (last) stream.queueEnd();
    http2.schedule(stream);
    return false;
  }
  const output = http2.output;
  http2.beginData(stream.id, total, last ? FrameFlag.EndStream : 0);
  output.reserve(ENVELOPE_BYTES);
  output.at = writeEnvelope(output.buffer, output.at, bytes);
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (part.length >= BY_REFERENCE_BYTES) {
      output.append(part);
    } else {
      output.reserve(part.length);
      copyInto(output.buffer, output.at, part);
      output.at += part.length;
    }
  }
  stream.sendWindow -= total;
  http2.sendWindow -= total;
  http2.queueFlush();
  return last;
}

/** Queues the message with its envelope. */
export function queueMessage(stream: Http2Stream, parts: readonly Uint8Array[], bytes: number): void {
  const envelope = new Uint8Array(ENVELOPE_BYTES);
  writeEnvelope(envelope, 0, bytes);
  stream.enqueue(envelope);
  for (let i = 0; i < parts.length; i++) stream.enqueue(parts[i]!);
}

/** Writes or queues messages that lie in `run` one behind the other with their envelopes: one DATA frame for all. The bytes are copied. */
export function writeRun(stream: Http2Stream, run: Uint8Array, messages: number): void {
  const http2 = stream.http2;
  const bytes = run.length;
  if (stream.hasQueue || !http2.canSend(stream, bytes)) {
    stream.enqueue(run.slice());
    http2.schedule(stream);
    return;
  }
  const output = http2.output;
  http2.beginData(stream.id, bytes, 0, messages);
  output.reserve(bytes);
  output.buffer.set(run, output.at);
  output.at += bytes;
  stream.sendWindow -= bytes;
  http2.sendWindow -= bytes;
  http2.queueFlush();
}

/**
 * HTTP/2 frames on the wire (RFC 9113 section 4 and 6): constants, and builders of the small control frames.
 *
 * ```
 * | length (24) | type (8) | flags (8) | R (1) stream id (31) | payload ... |
 * ```
 */

export const FrameType = {
  Data: 0,
  Headers: 1,
  Priority: 2,
  RstStream: 3,
  Settings: 4,
  PushPromise: 5,
  Ping: 6,
  GoAway: 7,
  WindowUpdate: 8,
  Continuation: 9,
} as const;
export type FrameType = (typeof FrameType)[keyof typeof FrameType];

/** Flag bits; their meaning depends on the frame's type. */
export const FrameFlag = {
  EndStream: 0x1,
  Ack: 0x1,
  EndHeaders: 0x4,
  Padded: 0x8,
  Priority: 0x20,
} as const;

/** RFC 9113 section 7. */
export const Http2ErrorCode = {
  NoError: 0,
  ProtocolError: 1,
  InternalError: 2,
  FlowControlError: 3,
  SettingsTimeout: 4,
  StreamClosed: 5,
  FrameSizeError: 6,
  RefusedStream: 7,
  Cancel: 8,
  CompressionError: 9,
  ConnectError: 10,
  EnhanceYourCalm: 11,
  InadequateSecurity: 12,
  Http11Required: 13,
} as const;
export type Http2ErrorCode = (typeof Http2ErrorCode)[keyof typeof Http2ErrorCode];

export const FRAME_HEADER_BYTES = 9;
/** Smallest and default SETTINGS_MAX_FRAME_SIZE. */
export const FRAME_PAYLOAD_BYTES_MIN = 16384;
export const FRAME_PAYLOAD_BYTES_MAX = 16777215;
export const DEFAULT_WINDOW_BYTES = 65535;
export const WINDOW_BYTES_MAX = 0x7fffffff;
export const STREAM_ID_MAX = 0x7fffffff;

const PREFACE_TEXT = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/** What a client sends first (section 3.4), before its SETTINGS frame. */
export const CONNECTION_PREFACE: Uint8Array = Uint8Array.from(PREFACE_TEXT, (c) => c.charCodeAt(0));

/** Writes the nine header bytes; returns the offset after them. */
export function writeFrameHeader(
  into: Uint8Array,
  at: number,
  payloadBytes: number,
  type: number,
  flags: number,
  streamId: number,
): number {
  into[at] = payloadBytes >>> 16;
  into[at + 1] = payloadBytes >>> 8;
  into[at + 2] = payloadBytes;
  into[at + 3] = type;
  into[at + 4] = flags;
  into[at + 5] = streamId >>> 24;
  into[at + 6] = streamId >>> 16;
  into[at + 7] = streamId >>> 8;
  into[at + 8] = streamId;
  return at + FRAME_HEADER_BYTES;
}

/** Unsigned 32-bit big-endian value at an offset that the caller knows to be inside. */
export function readU32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

export function writeU32(into: Uint8Array, at: number, value: number): number {
  into[at] = value >>> 24;
  into[at + 1] = value >>> 16;
  into[at + 2] = value >>> 8;
  into[at + 3] = value;
  return at + 4;
}

/** RST_STREAM, section 6.4. */
export function rstStreamFrame(streamId: number, code: Http2ErrorCode): Uint8Array {
  const out = new Uint8Array(FRAME_HEADER_BYTES + 4);
  writeU32(out, writeFrameHeader(out, 0, 4, FrameType.RstStream, 0, streamId), code);
  return out;
}

/** WINDOW_UPDATE, section 6.9; stream 0 is the connection. */
export function windowUpdateFrame(streamId: number, increment: number): Uint8Array {
  const out = new Uint8Array(FRAME_HEADER_BYTES + 4);
  writeU32(out, writeFrameHeader(out, 0, 4, FrameType.WindowUpdate, 0, streamId), increment);
  return out;
}

/** PING with eight opaque bytes, section 6.7. */
export function pingFrame(opaque: Uint8Array, ack: boolean): Uint8Array {
  const out = new Uint8Array(FRAME_HEADER_BYTES + 8);
  out.set(opaque.subarray(0, 8), writeFrameHeader(out, 0, 8, FrameType.Ping, ack ? FrameFlag.Ack : 0, 0));
  return out;
}

/** GOAWAY, section 6.8. */
export function goAwayFrame(lastStreamId: number, code: Http2ErrorCode, debug: Uint8Array): Uint8Array {
  const out = new Uint8Array(FRAME_HEADER_BYTES + 8 + debug.length);
  let at = writeFrameHeader(out, 0, 8 + debug.length, FrameType.GoAway, 0, 0);
  at = writeU32(out, at, lastStreamId);
  at = writeU32(out, at, code);
  out.set(debug, at);
  return out;
}

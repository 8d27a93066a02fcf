/**
 * SETTINGS frames (RFC 9113 section 6.5): a list of (16-bit identifier, 32-bit value).
 *
 * ```
 * | identifier (16) | value (32) | ...
 * ```
 */
import {
  FRAME_HEADER_BYTES,
  FRAME_PAYLOAD_BYTES_MAX,
  FRAME_PAYLOAD_BYTES_MIN,
  FrameFlag,
  FrameType,
  Http2ErrorCode,
  readU32,
  WINDOW_BYTES_MAX,
  writeFrameHeader,
  writeU32,
} from "./frame.ts";

export const SettingId = {
  HeaderTableSize: 1,
  EnablePush: 2,
  MaxConcurrentStreams: 3,
  InitialWindowSize: 4,
  MaxFrameSize: 5,
  MaxHeaderListSize: 6,
} as const;

/** One side's settings; the other side must keep to them. Infinity stands for "no limit was announced". */
export interface Http2Settings {
  headerTableBytes: number;
  enablePush: boolean;
  maxConcurrentStreams: number;
  initialWindowBytes: number;
  maxFrameBytes: number;
  maxHeaderListBytes: number;
}

/** What holds before the first SETTINGS frame. */
export function defaultSettings(): Http2Settings {
  return {
    headerTableBytes: 4096,
    enablePush: true,
    maxConcurrentStreams: Number.POSITIVE_INFINITY,
    initialWindowBytes: 65535,
    maxFrameBytes: FRAME_PAYLOAD_BYTES_MIN,
    maxHeaderListBytes: Number.POSITIVE_INFINITY,
  };
}

/** A SETTINGS frame with these pairs. */
export function settingsFrame(pairs: readonly (readonly [id: number, value: number])[]): Uint8Array {
  const out = new Uint8Array(FRAME_HEADER_BYTES + 6 * pairs.length);
  let at = writeFrameHeader(out, 0, 6 * pairs.length, FrameType.Settings, 0, 0);
  for (const [id, value] of pairs) {
    out[at] = id >>> 8;
    out[at + 1] = id;
    at = writeU32(out, at + 2, value);
  }
  return out;
}

/** The acknowledgement; shared, must not be changed. */
export const SETTINGS_ACK: Uint8Array = (() => {
  const out = new Uint8Array(FRAME_HEADER_BYTES);
  writeFrameHeader(out, 0, 0, FrameType.Settings, FrameFlag.Ack, 0);
  return out;
})();

/** Applies a payload (its length a multiple of six) to `settings`; returns NoError or the connection error that it deserves. */
export function applySettings(settings: Http2Settings, bytes: Uint8Array, start: number, end: number): Http2ErrorCode {
  for (let at = start; at < end; at += 6) {
    const value = readU32(bytes, at + 2);
    switch ((bytes[at]! << 8) | bytes[at + 1]!) {
      case SettingId.HeaderTableSize:
        settings.headerTableBytes = value;
        break;
      case SettingId.EnablePush:
        if (value > 1) return Http2ErrorCode.ProtocolError;
        settings.enablePush = value === 1;
        break;
      case SettingId.MaxConcurrentStreams:
        settings.maxConcurrentStreams = value;
        break;
      case SettingId.InitialWindowSize:
        if (value > WINDOW_BYTES_MAX) return Http2ErrorCode.FlowControlError;
        settings.initialWindowBytes = value;
        break;
      case SettingId.MaxFrameSize:
        if (value < FRAME_PAYLOAD_BYTES_MIN || value > FRAME_PAYLOAD_BYTES_MAX) return Http2ErrorCode.ProtocolError;
        settings.maxFrameBytes = value;
        break;
      case SettingId.MaxHeaderListSize:
        settings.maxHeaderListBytes = value;
        break;
      default:
        break; // Unknown settings are ignored (section 6.5.2).
    }
  }
  return Http2ErrorCode.NoError;
}

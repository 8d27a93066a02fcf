/** gRPC status on the wire: percent-encoding of grpc-message, and the codes that HTTP/2 errors and HTTP statuses stand for. */
import { latin1, latin1Bytes, utf8, utf8Text } from "../../base/bytes.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import { Http2ErrorCode } from "../http2/frame.ts";

const PLAIN = /^[ -$&-~]*$/;
const HEX = "0123456789ABCDEF";

/** UTF-8, with everything but printable ASCII and "%" itself percent-encoded. */
export function encodeStatusMessage(message: string): string {
  if (PLAIN.test(message)) return message;
  let out = "";
  for (const byte of utf8(message)) {
    out +=
      byte >= 0x20 && byte <= 0x7e && byte !== 0x25
        ? String.fromCharCode(byte)
        : `%${HEX[byte >>> 4]}${HEX[byte & 15]}`;
  }
  return out;
}

/** Inverse of {@link encodeStatusMessage}; malformed escapes stay as they are. */
export function decodeStatusMessage(value: string): string {
  if (!value.includes("%")) return utf8Text(latin1Bytes(value));
  const raw = value.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return utf8Text(latin1Bytes(raw));
}

/** A text as a header value carries it: UTF-8, one code unit per byte. */
export function headerText(value: string): string {
  return /^[ -~]*$/.test(value) ? value : latin1(utf8(value));
}

/** The value of a "-bin" header: base64 without padding, or with. Undefined when it is not base64. */
export function decodeBinaryHeader(value: string): Uint8Array | undefined {
  const text = value.replace(/=+$/, "");
  if (text.length % 4 === 1 || !/^[A-Za-z0-9+/]*$/.test(text)) return undefined;
  const out = new Uint8Array((text.length * 3) >>> 2);
  let bits = 0;
  let pending = 0;
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    pending = ((pending << 6) | BASE64.indexOf(text.charAt(i))) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[at++] = (pending >>> bits) & 0xff;
    }
  }
  return out;
}

/** Base64 without padding, as grpc-go writes "-bin" headers. */
export function encodeBinaryHeader(bytes: Uint8Array): string {
  let out = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const left = Math.min(3, bytes.length - i);
    const group = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    for (let k = 0; k <= left; k++) out += BASE64.charAt((group >>> (18 - 6 * k)) & 63);
  }
  return out;
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The gRPC code that a client reports for an HTTP status without grpc-status (doc/http-grpc-status-mapping.md). */
export function codeOfHttpStatus(status: number): GrpcCode {
  switch (status) {
    case 400:
      return GrpcCode.Internal;
    case 401:
      return GrpcCode.Unauthenticated;
    case 403:
      return GrpcCode.PermissionDenied;
    case 404:
      return GrpcCode.Unimplemented;
    case 429:
    case 502:
    case 503:
    case 504:
      return GrpcCode.Unavailable;
    default:
      return GrpcCode.Unknown;
  }
}

/** The gRPC code that a client reports for RST_STREAM with this error (doc/PROTOCOL-HTTP2.md, "Errors"). */
export function codeOfReset(error: number): GrpcCode {
  switch (error) {
    case Http2ErrorCode.RefusedStream:
      return GrpcCode.Unavailable;
    case Http2ErrorCode.Cancel:
      return GrpcCode.Canceled;
    case Http2ErrorCode.EnhanceYourCalm:
    case Http2ErrorCode.FlowControlError:
      return GrpcCode.ResourceExhausted;
    case Http2ErrorCode.InadequateSecurity:
      return GrpcCode.PermissionDenied;
    default:
      return GrpcCode.Internal;
  }
}

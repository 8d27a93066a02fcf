/**
 * Answers of the gateway as JSON text. A large list is written element by element, in slices that do not hold the loop.
 *
 * ```
 *   unary    {"header":{...},"kvs":[...]}
 *   stream   {"result":{...}}\n{"result":{...}}\n ... {"error":{"code":5,"message":"..."}}\n
 * ```
 */
import { utf8 } from "../../base/bytes.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import { type Clock, yieldTurn } from "../../io/clock.ts";
import { fieldEnd, tagAt, varintAt, varintLengthAt } from "../../proto/field.ts";
import type { JsonObject, MessageCodec } from "../../proto/message-codec.ts";
import type { GatewayFailure } from "./gateway-call.ts";

/** Messages up to this size are converted in one go: about a millisecond. */
const WHOLE_BYTES_MAX = 128 * 1024;

/** What grpc-gateway answers for a gRPC code. */
const HTTP_STATUS: Readonly<Record<GrpcCode, number>> = {
  [GrpcCode.OK]: 200,
  [GrpcCode.Canceled]: 499,
  [GrpcCode.Unknown]: 500,
  [GrpcCode.InvalidArgument]: 400,
  [GrpcCode.DeadlineExceeded]: 504,
  [GrpcCode.NotFound]: 404,
  [GrpcCode.AlreadyExists]: 409,
  [GrpcCode.PermissionDenied]: 403,
  [GrpcCode.ResourceExhausted]: 429,
  [GrpcCode.FailedPrecondition]: 400,
  [GrpcCode.Aborted]: 409,
  [GrpcCode.OutOfRange]: 400,
  [GrpcCode.Unimplemented]: 501,
  [GrpcCode.Internal]: 500,
  [GrpcCode.Unavailable]: 503,
  [GrpcCode.DataLoss]: 500,
  [GrpcCode.Unauthenticated]: 401,
};

export function httpStatusOf(code: GrpcCode): number {
  return HTTP_STATUS[code] ?? 500;
}

/** google.rpc.Status; `details` is always empty and left out, as are zero codes and empty messages. */
export function failureJson(failure: GatewayFailure): JsonObject {
  const json: JsonObject = {};
  if (failure.code !== GrpcCode.OK) json["code"] = failure.code;
  if (failure.message !== "") json["message"] = failure.message;
  return json;
}

/** One line of a stream. Go escapes here what could end a script element. */
export function streamLine(name: "result" | "error", json: JsonObject): Uint8Array {
  const text = JSON.stringify({ [name]: json }).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return utf8(`${text}\n`);
}

export function isSmall(message: Uint8Array): boolean {
  return message.length <= WHOLE_BYTES_MAX;
}

/**
 * The JSON of a message in pieces of some 64 KiB, yielding to the loop between them. Works because responses list their fields in
 * ascending order and the codecs' order is the same.
 */
export async function* jsonPieces(
  codec: MessageCodec<object>,
  message: Uint8Array,
  clock: Clock,
): AsyncGenerator<Uint8Array, void, void> {
  let out = "{";
  let separator = "";
  let listed = -1;
  let plainFrom = 0;
  let at = 0;
  /** Fields that are no lists of messages, from `plainFrom` on, go through the codec together. */
  const plain = (end: number): void => {
    if (end === plainFrom) return;
    const text = JSON.stringify(codec.toJson(codec.decode(message, plainFrom, end)));
    if (text === "{}") return;
    out += separator + text.slice(1, -1);
    separator = ",";
  };
  while (at < message.length) {
    const tag = tagAt(message, at);
    const number = Math.floor(tag / 8);
    const end = fieldEnd(message, at, message.length);
    const field = codec.fields.find((each) => each.number === number);
    if (field?.kind === "message" && field.repeated) {
      if (listed !== number) {
        plain(at);
        if (listed >= 0) out += "]";
        out += `${separator}${JSON.stringify(field.name)}:[`;
        separator = "";
        listed = number;
      }
      const inner = field.message!();
      const lengthAt = at + varintLengthAt(message, at, end);
      const start = lengthAt + varintLengthAt(message, lengthAt, end);
      out += `${separator}${JSON.stringify(inner.toJson(inner.decode(message, start, start + varintAt(message, lengthAt))))}`;
      separator = ",";
      plainFrom = end;
      if (out.length > 65_536) {
        yield utf8(out);
        out = "";
        await yieldTurn(clock);
      }
    } else if (listed >= 0) {
      out += "]";
      separator = ",";
      listed = -1;
    }
    at = end;
  }
  if (listed >= 0) {
    out += "]";
    separator = ",";
  }
  plain(message.length);
  yield utf8(`${out}}`);
}

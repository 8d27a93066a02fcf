/** Bytes or JSON that are not a message: truncated, overlong, wrongly nested, a wrong JSON type. Never a bug of ours. */
export class ProtoError extends Error {
  override readonly name = "ProtoError";
}

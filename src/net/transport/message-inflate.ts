/** gzip-compressed request messages: small ones at once, larger ones off the main thread. The output is bounded, so a bomb costs no memory. */
import { constants, gunzip, gunzipSync } from "node:zlib";
import { GrpcCode } from "../../base/grpc-code.ts";

/** Compressed size up to which the loop is held: about 100 us. */
const SYNC_BYTES_MAX = 8192;
/** A small message may still inflate a thousandfold: beyond this it is done off the main thread. */
const SYNC_OUTPUT_BYTES_MAX = 65536;

export type InflateResult =
  | { readonly ok: true; readonly message: Uint8Array }
  | { readonly ok: false; readonly code: GrpcCode; readonly message: string };

/** Inflates one message; `done` is called before this returns for small ones, later for others. */
export function inflateMessage(
  bytes: Uint8Array,
  messageBytesMax: number,
  done: (result: InflateResult) => void,
): void {
  if (bytes.length <= SYNC_BYTES_MAX) {
    const outputBytesMax = Math.min(SYNC_OUTPUT_BYTES_MAX, messageBytesMax);
    let result: InflateResult | undefined;
    try {
      result = { ok: true, message: gunzipSync(bytes, { maxOutputLength: outputBytesMax }) };
    } catch (error) {
      if (!isTooLarge(error) || outputBytesMax === messageBytesMax) result = failure(error, messageBytesMax);
    }
    if (result !== undefined) {
      done(result);
      return;
    }
  }
  gunzip(bytes, { maxOutputLength: messageBytesMax, finishFlush: constants.Z_FINISH }, (error, message) => {
    done(error === null ? { ok: true, message } : failure(error, messageBytesMax));
  });
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
}

function failure(error: unknown, messageBytesMax: number): InflateResult {
  if (isTooLarge(error)) {
    const message = `grpc: received message after decompression larger than max ${messageBytesMax}`;
    return { ok: false, code: GrpcCode.ResourceExhausted, message };
  }
  const reason = error instanceof Error ? error.message : String(error);
  return { ok: false, code: GrpcCode.Internal, message: `grpc: failed to decompress the message: ${reason}` };
}

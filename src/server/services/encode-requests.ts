/** Encoded requests that the server proposes on its own. */
import { CompactionRequest } from "../../proto/generated/rpc.ts";

export function encodeCompaction(revision: number): Uint8Array {
  return CompactionRequest.encode({ revision });
}

/**
 * The check of a restarted member before it serves anyone: does it hold what its peers hold? (etcd corrupt.go, InitialCheck)
 *
 * Only hashes at the same revision made behind the same compaction say anything; a peer that cannot give one refuses nothing.
 */
import type { KeyValueHash } from "../mvcc/hash.ts";
import type { PeerHash } from "./peer-hash.ts";

export type InitialVerdict =
  | "same hash"
  | "different hash"
  | "different compact revision"
  | "peer is slow"
  | "local member is behind"
  | "cluster ID mismatch"
  | "no answer";

/** What one peer's answer says about the local hash. */
export function judgeInitially(local: KeyValueHash, peer: PeerHash): InitialVerdict {
  const { answer } = peer;
  switch (answer.kind) {
    case "hash":
      if (answer.hash.hash === local.hash) return "same hash";
      return answer.hash.compactRevision === local.compactRevision ? "different hash" : "different compact revision";
    case "future revision":
      return "peer is slow";
    case "compacted":
      return "local member is behind";
    case "cluster ID mismatch":
    case "no answer":
      return answer.kind;
  }
}

/**
 * The comparison of compaction hashes (etcd corrupt.go, CompactHashCheck). All members compact at the same revisions and hash what they compact,
 * so hashes made behind the same compaction must be equal. The majority is believed; without one nobody is, and member ID 0 stands for the whole
 * cluster.
 */
import type { KeyValueHash } from "../mvcc/hash.ts";
import { type PeerHash, quorumOf } from "./peer-hash.ts";

/** Stands for all members when it is unknown which of them are corrupt. */
export const WHOLE_CLUSTER = 0n;

export interface SkippedPeer {
  readonly memberId: bigint;
  readonly reason: string;
}

export interface DissentingHash {
  readonly hash: number;
  readonly memberIds: readonly bigint[];
}

export type CompactHashVerdict =
  /** Every member has this hash: older ones need no comparison. */
  | { readonly kind: "consistent"; readonly checkedCount: number }
  /** Nobody differs, but not everybody could be compared: the next older hash is worth a try. */
  | { readonly kind: "incomplete"; readonly checkedCount: number }
  | {
      readonly kind: "mismatch";
      readonly hasQuorum: boolean;
      /** The hashes outside the majority; all of them when there is none. */
      readonly dissenting: readonly DissentingHash[];
      /** Members to raise the alarm for. */
      readonly corrupt: readonly bigint[];
    };

export interface CompactHashJudgement {
  readonly skipped: readonly SkippedPeer[];
  readonly verdict: CompactHashVerdict;
}

/** `peers` are all other members, whether they answered or not. */
export function judgeCompactHash(
  leaderId: bigint,
  own: KeyValueHash,
  peers: readonly PeerHash[],
): CompactHashJudgement {
  const membersByHash = new Map<number, bigint[]>([[own.hash, [leaderId]]]);
  const skipped: SkippedPeer[] = [];
  for (const { memberId, answer } of peers) {
    if (answer.kind !== "hash") {
      skipped.push({ memberId, reason: "no response" });
      continue;
    }
    const { hash, compactRevision } = answer.hash;
    if (compactRevision !== own.compactRevision) {
      const reason = `the peer's CompactRevision ${compactRevision} doesn't match leader's CompactRevision ${own.compactRevision}`;
      skipped.push({ memberId, reason });
      continue;
    }
    const members = membersByHash.get(hash);
    if (members === undefined) membersByHash.set(hash, [memberId]);
    else members.push(memberId);
  }
  const checkedCount = peers.length - skipped.length;
  if (membersByHash.size === 1)
    return { skipped, verdict: { kind: skipped.length === 0 ? "consistent" : "incomplete", checkedCount } };
  const quorum = quorumOf(peers.length + 1);
  const groups = [...membersByHash].map(([hash, memberIds]): DissentingHash => ({ hash, memberIds }));
  const hasQuorum = groups.some((group) => group.memberIds.length >= quorum);
  const dissenting = groups.filter((group) => group.memberIds.length < quorum);
  const corrupt = hasQuorum ? dissenting.flatMap((group) => group.memberIds) : [WHOLE_CLUSTER];
  return { skipped, verdict: { kind: "mismatch", hasQuorum, dissenting, corrupt } };
}

/** The hashes to compare, newest first: those of revisions that were not found equal everywhere before. */
export function uncheckedHashes(hashes: readonly KeyValueHash[], checkedRevision: number): KeyValueHash[] {
  return hashes.filter((hash) => hash.revision > checkedRevision).sort((a, b) => b.revision - a.revision);
}

/** What a member learned when it asked another for the hash of its key space at a revision (etcd server/etcdserver/corrupt.go, peerHashKVResp). */
import type { KeyValueHash } from "../mvcc/hash.ts";

export interface PeerHash {
  readonly memberId: bigint;
  readonly answer: PeerHashAnswer;
}

export type PeerHashAnswer =
  /** `storeRevision`: the newest revision of that member when it answered. */
  | { readonly kind: "hash"; readonly hash: KeyValueHash; readonly storeRevision: number }
  /** The member has not come to that revision yet. */
  | { readonly kind: "future revision" }
  /** The member has compacted past that revision. */
  | { readonly kind: "compacted" }
  | { readonly kind: "cluster ID mismatch" }
  | { readonly kind: "no answer" };

/** How many members of a cluster of that size make a majority. */
export function quorumOf(memberCount: number): number {
  return Math.floor(memberCount / 2) + 1;
}

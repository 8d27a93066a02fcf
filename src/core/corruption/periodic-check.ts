/**
 * The leader's periodic comparison (etcd corrupt.go, PeriodicCheck): its own hash before and after a linearizable read, and the hashes of the
 * others at the revision of the first. At most one member is named in a check.
 *
 * DIVERGES (ADR 0030): when a majority of the members has one hash and the leader another, the leader is named; when hashes differ, no majority has one
 * and some members could not be compared, nobody is (member ID 0). etcd always believes its leader.
 */
import type { KeyValueHash } from "../mvcc/hash.ts";
import { WHOLE_CLUSTER } from "./compact-hash-check.ts";
import { type PeerHash, quorumOf } from "./peer-hash.ts";

export interface LeaderHashes {
  readonly memberId: bigint;
  readonly first: KeyValueHash;
  /** Made after the linearizable read. */
  readonly second: KeyValueHash;
  /** The store's newest revision when the second hash was made. */
  readonly storeRevision: number;
}

export type PeriodicFinding =
  /** The leader hashed the same state twice and got two results. */
  | { readonly kind: "own hash changed"; readonly memberId: bigint }
  | { readonly kind: "revision ahead"; readonly memberId: bigint; readonly revision: number }
  | { readonly kind: "compact revision ahead"; readonly memberId: bigint; readonly compactRevision: number }
  | { readonly kind: "different hash"; readonly memberId: bigint; readonly hash: KeyValueHash };

export interface PeriodicVerdict {
  readonly findings: readonly PeriodicFinding[];
  /** Members whose answer could be compared. */
  readonly checkedCount: number;
  /** The member to raise the alarm for (0: unknown which); undefined when all is well. */
  readonly corrupt: bigint | undefined;
}

export function judgePeriodically(leader: LeaderHashes, peers: readonly PeerHash[]): PeriodicVerdict {
  const { first, second, memberId } = leader;
  const findings: PeriodicFinding[] = [];
  if (
    first.hash !== second.hash &&
    first.revision === second.revision &&
    first.compactRevision === second.compactRevision
  ) {
    findings.push({ kind: "own hash changed", memberId });
  }
  let checkedCount = 0;
  for (const peer of peers) {
    if (peer.answer.kind !== "hash") continue;
    checkedCount++;
    const { hash, storeRevision } = peer.answer;
    if (storeRevision > leader.storeRevision)
      findings.push({ kind: "revision ahead", memberId: peer.memberId, revision: storeRevision });
    const { compactRevision } = hash;
    if (compactRevision > second.compactRevision)
      findings.push({ kind: "compact revision ahead", memberId: peer.memberId, compactRevision });
    if (compactRevision === first.compactRevision && hash.hash !== first.hash)
      findings.push({ kind: "different hash", memberId: peer.memberId, hash });
  }
  return { findings, checkedCount, corrupt: corruptMember(leader, peers, findings) };
}

function corruptMember(
  { first, memberId }: LeaderHashes,
  peers: readonly PeerHash[],
  findings: readonly PeriodicFinding[],
): bigint | undefined {
  const named = findings[0]?.memberId;
  if (named === undefined || findings.some(({ kind }) => kind !== "different hash")) return named;
  // Nothing but hashes differ: the majority of all members is believed.
  const votes = new Map<number, number>([[first.hash, 1]]);
  let compared = 1;
  for (const { answer } of peers) {
    if (answer.kind !== "hash" || answer.hash.compactRevision !== first.compactRevision) continue;
    votes.set(answer.hash.hash, (votes.get(answer.hash.hash) ?? 0) + 1);
    compared++;
  }
  for (const [hash, count] of votes)
    if (count >= quorumOf(peers.length + 1)) return hash === first.hash ? named : memberId;
  return compared < peers.length + 1 ? WHOLE_CLUSTER : named;
}

/**
 * What --strict-reconfig-check forbids: membership changes that would endanger the quorum of members that run and are connected.
 * Pure functions over the members and what the transport knows; the caller turns a refusal into the API error of that name.
 * Source of behaviour: etcd membership.RaftCluster.IsReadyTo*, etcdserver/server.go mayAddMember, mayRemoveMember, isLearnerReady.
 */
import type { EtcdErrorName } from "../../base/etcd-error.ts";
import { isStarted, type Member } from "./member.ts";

/** How long a peer must have been connected to count as healthy. */
export const HEALTH_INTERVAL_MS = 5000;
/** Part of the leader's log that a learner must hold before it may be promoted. */
export const LEARNER_READY_RATIO = 0.9;

/** What the transport knows of its links. */
export interface Connectivity {
  readonly localId: bigint;
  /** Time on the same clock since which the peer has been connected without a break; undefined when it is not. */
  activeSinceMs(id: bigint): number | undefined;
}

/** Half of the members rounded down, plus one. */
export function quorumOf(count: number): number {
  return Math.floor(count / 2) + 1;
}

/** A voter may be added when the started voters are a quorum afterwards; the second member of a cluster always may. */
export function isReadyToAddVoter(voters: readonly Member[]): boolean {
  const started = voters.filter(isStarted).length;
  const count = voters.length + 1;
  return (started === 1 && count === 2) || started >= quorumOf(count);
}

/** A voter may go when the started voters among the rest are a quorum of the rest. */
export function isReadyToRemoveVoter(voters: readonly Member[], id: bigint): boolean {
  const rest = voters.filter((member) => member.id !== id);
  return rest.filter(isStarted).length >= quorumOf(rest.length);
}

/** A learner, counted as started, may become a voter when the started voters are a quorum afterwards. */
export function isReadyToPromote(voters: readonly Member[]): boolean {
  return voters.filter(isStarted).length + 1 >= quorumOf(voters.length + 1);
}

/** How many of the members have been connected since before `sinceMs`, this one included. */
export function connectedSince(members: readonly Member[], links: Connectivity, sinceMs: number): number {
  let connected = 0;
  for (const { id } of members) {
    const active = id === links.localId ? Number.NEGATIVE_INFINITY : links.activeSinceMs(id);
    if (active !== undefined && active < sinceMs) connected++;
  }
  return connected;
}

/** What speaks against proposing this new member now. */
export function refuseAdd(
  isLearner: boolean,
  voters: readonly Member[],
  links: Connectivity,
  nowMs: number,
): EtcdErrorName | undefined {
  if (!isLearner && !isReadyToAddVoter(voters)) return "MemberNotEnoughStarted";
  if (voters.length === 1) return undefined;
  // The newcomer counts as not connected.
  const connected = connectedSince(voters, links, nowMs - HEALTH_INTERVAL_MS);
  return connected >= quorumOf(voters.length + 1) ? undefined : "Unhealthy";
}

/** What speaks against proposing this removal now. `member` is undefined for an unknown ID. */
export function refuseRemove(
  id: bigint,
  member: Member | undefined,
  voters: readonly Member[],
  links: Connectivity,
  nowMs: number,
): EtcdErrorName | undefined {
  if (member?.isLearner) return undefined;
  if (!isReadyToRemoveVoter(voters, id)) return "MemberNotEnoughStarted";
  // A member that is down is no part of the active quorum.
  if (id !== links.localId && links.activeSinceMs(id) === undefined) return undefined;
  const connected = connectedSince(voters, links, nowMs - HEALTH_INTERVAL_MS);
  return connected - 1 < 1 + Math.floor((voters.length - 1) / 2) ? "Unhealthy" : undefined;
}

/**
 * What speaks against promoting a learner, by the leader's progress. `learnerMatch` is undefined when raft does not know the member:
 * then the answer is that it was not found. Apply after waiting for the applied index; NotLeader is the caller's to say.
 */
export function refusePromotion(learnerMatch: number | undefined, leaderMatch: number): EtcdErrorName | undefined {
  if (learnerMatch === undefined) return "MemberNotFound";
  return learnerMatch / leaderMatch < LEARNER_READY_RATIO ? "LearnerNotReady" : undefined;
}

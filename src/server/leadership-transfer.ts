/**
 * Before a graceful stop: a leader of several voters asks the one that has been connected longest to take over, and waits until it has
 * (etcd TryTransferLeadershipOnShutdown). One that does not take over is left for the next; all together take at most the request timeout.
 */
import { idHex } from "../base/bytes.ts";
import { NONE } from "../core/raft/types.ts";
import { sleep } from "../io/clock.ts";
import type { Member } from "./member.ts";
import { requestTimeoutMs } from "./member-config.ts";

const POLL_MS = 10;

export async function handOverLeadership(member: Member): Promise<void> {
  const { clock, config } = member;
  const endMs = clock.now() + requestTimeoutMs(config);
  const tried = new Set<bigint>();
  while (member.isLeader && !member.isStopping && clock.now() < endMs) {
    const transferee = longestConnected(member, tried);
    if (transferee === NONE) return;
    tried.add(transferee);
    await transferTo(member, transferee, endMs);
  }
}

/** Ends when somebody else leads, when raft gave up, or when the transferee is gone: it may be stopping as well. */
async function transferTo(member: Member, transferee: bigint, endMs: number): Promise<void> {
  const { clock, logger, memberId } = member;
  logger.info("leadership transfer starting", {
    "current-leader-member-id": idHex(memberId),
    "transferee-member-id": idHex(transferee),
  });
  const startMs = clock.now();
  member.transferLeader(transferee);
  // Until the next leader is known: what others proposed here meanwhile still goes on to it.
  const untilMs = Math.min(endMs, startMs + 2 * member.config.electionTicks * member.config.heartbeatMs);
  while ((member.isLeader || member.leader === NONE) && !member.isStopping && clock.now() < untilMs) {
    const isGone = member.peers.activeSinceMs(transferee) === undefined;
    if (member.isLeader && (isGone || member.node.basicStatus().leadTransferee !== transferee)) break;
    await sleep(clock, POLL_MS);
  }
  logger.info(member.isLeader ? "leadership transfer failed" : "leadership transfer finished", {
    "old-leader-member-id": idHex(memberId),
    "new-leader-member-id": idHex(member.leader),
    took: `${(clock.now() - startMs).toFixed(3)}ms`,
  });
}

/** Of the voters that were not tried, or NONE. */
export function longestConnected(member: Member, tried: ReadonlySet<bigint>): bigint {
  let transferee = NONE;
  let longestMs = Number.POSITIVE_INFINITY;
  for (const { id } of member.state.cluster.votingMembers()) {
    const since = id === member.memberId || tried.has(id) ? undefined : member.peers.activeSinceMs(id);
    if (since === undefined || since >= longestMs) continue;
    longestMs = since;
    transferee = id;
  }
  return transferee;
}

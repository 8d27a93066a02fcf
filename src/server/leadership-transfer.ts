/**
 * Before a graceful stop: a leader of several voters asks the one that has been connected longest to take over, and waits until it has
 * (etcd TryTransferLeadershipOnShutdown). Gives up after the request timeout.
 */
import { idHex } from "../base/bytes.ts";
import { NONE } from "../core/raft/types.ts";
import { sleep } from "../io/clock.ts";
import type { Member } from "./member.ts";
import { requestTimeoutMs } from "./member-config.ts";

const POLL_MS = 10;

export async function handOverLeadership(member: Member): Promise<void> {
  const { clock, logger, config, memberId } = member;
  const transferee = longestConnected(member);
  if (member.isStopping || !member.isLeader || transferee === NONE) return;
  logger.info("leadership transfer starting", {
    "current-leader-member-id": idHex(memberId),
    "transferee-member-id": idHex(transferee),
  });
  const startMs = clock.now();
  member.transferLeader(transferee);
  while (member.isLeader && !member.isStopping && clock.now() - startMs < requestTimeoutMs(config)) {
    await sleep(clock, POLL_MS);
  }
  logger.info(member.isLeader ? "leadership transfer failed" : "leadership transfer finished", {
    "old-leader-member-id": idHex(memberId),
    "new-leader-member-id": idHex(member.leader),
    took: `${(clock.now() - startMs).toFixed(3)}ms`,
  });
}

function longestConnected(member: Member): bigint {
  let transferee = NONE;
  let longestMs = Number.POSITIVE_INFINITY;
  for (const { id } of member.state.cluster.votingMembers()) {
    const since = id === member.memberId ? undefined : member.peers.activeSinceMs(id);
    if (since === undefined || since >= longestMs) continue;
    longestMs = since;
    transferee = id;
  }
  return transferee;
}

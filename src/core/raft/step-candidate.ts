/** Messages to a candidate or pre-candidate. */
import { CampaignType, campaign, poll } from "./election.ts";
import { messageTypeName } from "./names.ts";
import { VoteResult } from "./quorum/vote-result.ts";
import type { Raft } from "./raft.ts";
import { PROPOSAL_DROPPED, type RaftError } from "./raft-error.ts";
import { broadcastAppend } from "./replication.ts";
import { StateType, stateTypeName } from "./state-type.ts";
import { handleAppend, handleHeartbeat, handleSnapshot } from "./step-follower.ts";
import { becomeFollower, becomeLeader } from "./transition.ts";
import { type Message, MessageType, NONE } from "./types.ts";

export function stepCandidate(raft: Raft, message: Message): RaftError | undefined {
  switch (message.type) {
    case MessageType.MsgProp:
      raft.logger.info(`${raft.hexId} no leader at term ${raft.term}; dropping proposal`);
      return PROPOSAL_DROPPED;
    // Somebody else leads this term.
    case MessageType.MsgApp:
      becomeFollower(raft, message.term, message.from);
      handleAppend(raft, message);
      return undefined;
    case MessageType.MsgHeartbeat:
      becomeFollower(raft, message.term, message.from);
      handleHeartbeat(raft, message);
      return undefined;
    case MessageType.MsgSnap:
      becomeFollower(raft, message.term, message.from);
      handleSnapshot(raft, message);
      return undefined;
    case MessageType.MsgPreVoteResp:
    case MessageType.MsgVoteResp:
      countVote(raft, message);
      return undefined;
    case MessageType.MsgTimeoutNow:
      raft.logger.debug(
        `${raft.hexId} [term ${raft.term} state ${stateTypeName(raft.state)}] ignored ${messageTypeName(message.type)} from ` +
          message.from.toString(16),
      );
      return undefined;
    default:
      return undefined;
  }
}

function countVote(raft: Raft, message: Message): void {
  const preCandidate = raft.state === StateType.StatePreCandidate;
  // A candidate may still get answers from its time as a pre-candidate.
  if ((message.type === MessageType.MsgPreVoteResp) !== preCandidate) return;
  const result = poll(raft, message);
  if (result === VoteResult.VoteWon) {
    if (preCandidate) {
      campaign(raft, CampaignType.Election);
    } else {
      becomeLeader(raft);
      broadcastAppend(raft);
    }
  } else if (result === VoteResult.VoteLost) {
    becomeFollower(raft, raft.term, NONE);
  }
}

/** Elections: standing for leader, counting votes, and voting (Raft paper, 5.2 and 5.4.1; thesis, 9.6 for pre-votes). */
import { AssertionError } from "../../base/assert.ts";
import { EMPTY_BYTES, utf8 } from "../../base/bytes.ts";
import { messageTypeName } from "./names.ts";
import type { VoteResult } from "./quorum/vote-result.ts";
import type { Raft } from "./raft.ts";
import { RaftError } from "./raft-error.ts";
import { StateType } from "./state-type.ts";
import { becomeCandidate, becomePreCandidate } from "./transition.ts";
import { EntryType, type Message, MessageType, NONE, newMessage } from "./types.ts";

/** Why a node stands for election. */
export const CampaignType = {
  /** First phase with pre-vote. */
  PreElection: 0,
  /** The election proper. */
  Election: 1,
  /** The leader asked for it; voters who hear that leader vote all the same. */
  Transfer: 2,
} as const;
export type CampaignType = (typeof CampaignType)[keyof typeof CampaignType];

/** Marks the vote requests of a leadership transfer; this text is part of the protocol between peers. */
export const CAMPAIGN_TRANSFER_CONTEXT: Uint8Array = utf8("CampaignTransfer");

/** The campaign that follows an election timeout. */
export function campaignTypeForTimeout(raft: Raft): CampaignType {
  return raft.config.preVote ? CampaignType.PreElection : CampaignType.Election;
}

/** Stands for election if this node may. */
export function hup(raft: Raft, type: CampaignType): void {
  if (raft.state === StateType.StateLeader) {
    raft.logger.debug(`${raft.hexId} ignoring MsgHup because already leader`);
    return;
  }
  if (!raft.promotable()) {
    raft.logger.warn(`${raft.hexId} is unpromotable and can not campaign`);
    return;
  }
  if (hasUnappliedConfChanges(raft)) {
    raft.logger.warn(
      `${raft.hexId} cannot campaign at term ${raft.term} since there are still pending configuration changes to apply`,
    );
    return;
  }
  raft.logger.info(`${raft.hexId} is starting a new election at term ${raft.term}`);
  campaign(raft, type);
}

/** True when a committed configuration change waits to be applied: the membership known here is outdated. */
function hasUnappliedConfChanges(raft: Raft): boolean {
  const { log } = raft;
  let lo = log.applied + 1;
  const hi = log.committed + 1;
  while (lo < hi) {
    // In pages, because the backlog can be large.
    const page = log.slice(lo, hi, log.maxApplyingSize);
    if (page instanceof RaftError || page.length === 0)
      throw new AssertionError(`error scanning unapplied entries [${lo}, ${hi})`);
    for (const entry of page) if (entry.type !== EntryType.EntryNormal) return true;
    lo += page.length;
  }
  return false;
}

/** Becomes (pre-)candidate and asks every voter, this node included. */
export function campaign(raft: Raft, type: CampaignType): void {
  if (!raft.promotable()) raft.logger.warn(`${raft.hexId} is unpromotable; campaign() should have been called`);
  let request: MessageType;
  let response: MessageType;
  let term: number;
  if (type === CampaignType.PreElection) {
    becomePreCandidate(raft);
    request = MessageType.MsgPreVote;
    response = MessageType.MsgPreVoteResp;
    term = raft.term + 1;
  } else {
    becomeCandidate(raft);
    request = MessageType.MsgVote;
    response = MessageType.MsgVoteResp;
    term = raft.term;
  }
  const lastIndex = raft.log.lastIndex();
  const lastTerm = raft.log.lastTerm();
  for (const id of raft.tracker.config.voters.ids().ids) {
    if (id === raft.id) {
      // The vote for ourselves counts when it is durable, through this message to ourselves.
      const vote = newMessage(response, id);
      vote.term = term;
      raft.send(vote);
      continue;
    }
    raft.logger.info(
      `${raft.hexId} [logterm: ${lastTerm}, index: ${lastIndex}] sent ${messageTypeName(request)} request to ` +
        `${id.toString(16)} at term ${raft.term}`,
    );
    const message = newMessage(request, id);
    message.term = term;
    message.index = lastIndex;
    message.logTerm = lastTerm;
    message.context = type === CampaignType.Transfer ? CAMPAIGN_TRANSFER_CONTEXT : EMPTY_BYTES;
    raft.send(message);
  }
}

/** Counts an answer and returns where the vote stands. */
export function poll(raft: Raft, message: Message): VoteResult {
  const name = messageTypeName(message.type);
  raft.logger.info(
    `${raft.hexId} received ${name}${message.reject ? " rejection" : ""} from ${message.from.toString(16)} at term ${raft.term}`,
  );
  raft.tracker.recordVote(message.from, !message.reject);
  const { granted, rejected, result } = raft.tracker.tallyVotes();
  raft.logger.info(`${raft.hexId} has received ${granted} ${name} votes and ${rejected} vote rejections`);
  return result;
}

/**
 * Votes on a request that is not about a lower term. Learners vote, too: one that was promoted may not know it yet, and its
 * vote may be needed to elect the leader that tells it.
 */
export function handleVoteRequest(raft: Raft, message: Message): void {
  const { type, from } = message;
  const canVote =
    // The same vote again,
    raft.vote === from ||
    // or the first one of this term with no leader in it yet,
    (raft.vote === NONE && raft.lead === NONE) ||
    // or a pre-vote for a term to come.
    (type === MessageType.MsgPreVote && message.term > raft.term);
  const grant = canVote && raft.log.isUpToDate(message.index, message.logTerm);
  raft.logger.info(
    `${raft.hexId} [logterm: ${raft.log.lastTerm()}, index: ${raft.log.lastIndex()}, vote: ${raft.vote.toString(16)}] ` +
      `${grant ? "cast" : "rejected"} ${messageTypeName(type)} ${grant ? "for" : "from"} ${from.toString(16)} ` +
      `[logterm: ${message.logTerm}, index: ${message.index}] at term ${raft.term}`,
  );
  const response = type === MessageType.MsgVote ? MessageType.MsgVoteResp : MessageType.MsgPreVoteResp;
  const answer = newMessage(response, from);
  if (grant) {
    // The term of the request: with our own (lower, in a pre-vote) the answer would be ignored as outdated.
    answer.term = message.term;
    raft.send(answer);
    if (type === MessageType.MsgVote) {
      raft.electionElapsed = 0;
      raft.vote = from;
    }
  } else {
    answer.term = raft.term;
    answer.reject = true;
    raft.send(answer);
  }
}

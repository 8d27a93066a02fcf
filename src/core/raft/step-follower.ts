/** Messages to a follower, and what every role does with the leader's appends, heartbeats and snapshots. */
import { AssertionError, assert } from "../../base/assert.ts";
import { equivalentConfStates, restore } from "./confchange/restore.ts";
import { ReadOnlyOption } from "./config.ts";
import { describeConfState } from "./describe.ts";
import { CampaignType, hup } from "./election.ts";
import { changerBase, switchToConfig } from "./membership.ts";
import type { Raft } from "./raft.ts";
import { PROPOSAL_DROPPED, type RaftError } from "./raft-error.ts";
import { StateType } from "./state-type.ts";
import { ProgressMap } from "./tracker/progress.ts";
import { TrackerConfig } from "./tracker/tracker-config.ts";
import { becomeFollower } from "./transition.ts";
import {
  emptyConfState,
  type Message,
  MessageType,
  NONE,
  newMessage,
  type Snapshot,
  snapshotIndex,
  snapshotTerm,
} from "./types.ts";
import { UNKNOWN } from "./unstable-log.ts";

export function stepFollower(raft: Raft, message: Message): RaftError | undefined {
  switch (message.type) {
    case MessageType.MsgProp:
      if (raft.lead === NONE) {
        raft.logger.info(`${raft.hexId} no leader at term ${raft.term}; dropping proposal`);
        return PROPOSAL_DROPPED;
      }
      if (raft.config.disableProposalForwarding) {
        raft.logger.info(
          `${raft.hexId} not forwarding to leader ${raft.lead.toString(16)} at term ${raft.term}; dropping proposal`,
        );
        return PROPOSAL_DROPPED;
      }
      forwardToLeader(raft, message);
      return undefined;
    case MessageType.MsgApp:
      raft.electionElapsed = 0;
      raft.lead = message.from;
      handleAppend(raft, message);
      return undefined;
    case MessageType.MsgHeartbeat:
      raft.electionElapsed = 0;
      raft.lead = message.from;
      handleHeartbeat(raft, message);
      return undefined;
    case MessageType.MsgSnap:
      raft.electionElapsed = 0;
      raft.lead = message.from;
      handleSnapshot(raft, message);
      return undefined;
    case MessageType.MsgTransferLeader:
      if (raft.lead === NONE) {
        raft.logger.info(`${raft.hexId} no leader at term ${raft.term}; dropping leader transfer msg`);
        return undefined;
      }
      forwardToLeader(raft, message);
      return undefined;
    case MessageType.MsgForgetLeader:
      if (raft.readOnly.option === ReadOnlyOption.ReadOnlyLeaseBased) {
        raft.logger.error("ignoring MsgForgetLeader due to ReadOnlyLeaseBased");
      } else if (raft.lead !== NONE) {
        raft.logger.info(`${raft.hexId} forgetting leader ${raft.lead.toString(16)} at term ${raft.term}`);
        raft.lead = NONE;
      }
      return undefined;
    case MessageType.MsgTimeoutNow:
      raft.logger.info(
        `${raft.hexId} [term ${raft.term}] received MsgTimeoutNow from ${message.from.toString(16)} and starts an election ` +
          "to get leadership.",
      );
      // No pre-vote: the leader itself wants this, so nobody is disrupted.
      hup(raft, CampaignType.Transfer);
      return undefined;
    case MessageType.MsgReadIndex:
      if (raft.lead === NONE) {
        raft.logger.info(`${raft.hexId} no leader at term ${raft.term}; dropping index reading msg`);
        return undefined;
      }
      forwardToLeader(raft, message);
      return undefined;
    case MessageType.MsgReadIndexResp: {
      const [request] = message.entries;
      if (request === undefined || message.entries.length !== 1) {
        raft.logger.error(
          `${raft.hexId} invalid format of MsgReadIndexResp from ${message.from.toString(16)}, entries count: ` +
            message.entries.length,
        );
        return undefined;
      }
      raft.readStates.push({ index: message.index, requestCtx: request.data });
      return undefined;
    }
    default:
      return undefined;
  }
}

/** Passes on what only a leader can do. What a peer forwarded before carries that peer's term, which is not for the leader. */
function forwardToLeader(raft: Raft, message: Message): void {
  message.to = raft.lead;
  message.term = 0;
  raft.send(message);
}

/** Appends what the leader sent, or tells it where the logs may match. */
export function handleAppend(raft: Raft, message: Message): void {
  const { log } = raft;
  const answer = newMessage(MessageType.MsgAppResp, message.from);
  if (message.index < log.committed) {
    answer.index = log.committed;
    raft.send(answer);
    return;
  }
  const last = log.maybeAppend(message.index, message.logTerm, message.entries, message.commit);
  if (last !== UNKNOWN) {
    answer.index = last;
    raft.send(answer);
    return;
  }
  raft.logger.debug(
    `${raft.hexId} [logterm: ${log.termOrZero(message.index)}, index: ${message.index}] rejected MsgApp ` +
      `[logterm: ${message.logTerm}, index: ${message.index}] from ${message.from.toString(16)}`,
  );
  // Everything of ours above the leader's term at that position cannot match, so hint at what is below it.
  const hint = log.findConflictByTerm(Math.min(message.index, log.lastIndex()), message.logTerm);
  answer.index = message.index;
  answer.reject = true;
  answer.rejectHint = hint.index;
  answer.logTerm = hint.term;
  raft.send(answer);
}

export function handleHeartbeat(raft: Raft, message: Message): void {
  raft.log.commitTo(message.commit);
  const answer = newMessage(MessageType.MsgHeartbeatResp, message.from);
  answer.context = message.context;
  raft.send(answer);
}

export function handleSnapshot(raft: Raft, message: Message): void {
  const { snapshot } = message;
  const restored = snapshot !== undefined && restoreSnapshot(raft, snapshot);
  raft.logger.info(
    `${raft.hexId} [commit: ${raft.log.committed}] ${restored ? "restored" : "ignored"} snapshot ` +
      `[index: ${snapshotIndex(snapshot)}, term: ${snapshotTerm(snapshot)}]`,
  );
  const answer = newMessage(MessageType.MsgAppResp, message.from);
  answer.index = restored ? raft.log.lastIndex() : raft.log.committed;
  raft.send(answer);
}

/** Replaces log and configuration by a snapshot's; false when it is outdated or not for this node. */
function restoreSnapshot(raft: Raft, snapshot: Snapshot): boolean {
  const { log, tracker } = raft;
  const index = snapshotIndex(snapshot);
  const term = snapshotTerm(snapshot);
  if (index <= log.committed) return false;
  if (raft.state !== StateType.StateFollower) {
    // Cannot happen, but a leader with a foreign snapshot would be worse than a warning.
    raft.logger.warn(`${raft.hexId} attempted to restore snapshot as leader; should never happen`);
    becomeFollower(raft, raft.term + 1, NONE);
    return false;
  }
  const state = snapshot.metadata?.confState ?? emptyConfState();
  // learnersNext is a part of votersOutgoing.
  const member = [state.voters, state.learners, state.votersOutgoing].some((ids) => ids.includes(raft.id));
  if (!member) {
    raft.logger.warn(
      `${raft.hexId} attempted to restore snapshot but it is not in the ConfState ${describeConfState(state)}; should never happen`,
    );
    return false;
  }
  const position = (): string =>
    `${raft.hexId} [commit: ${log.committed}, lastindex: ${log.lastIndex()}, lastterm: ${log.lastTerm()}]`;
  if (log.matchTerm(index, term)) {
    raft.logger.info(`${position()} fast-forwarded commit to snapshot [index: ${index}, term: ${term}]`);
    log.commitTo(index);
    return false;
  }
  log.restore(snapshot);
  tracker.use(new TrackerConfig(), new ProgressMap());
  const result = restore(changerBase(raft), state);
  if (!result.ok) throw new AssertionError(`unable to restore config ${describeConfState(state)}: ${result.error}`);
  const active = switchToConfig(raft, result.config, result.progress);
  assert(equivalentConfStates(state, active), "the restored configuration differs from the snapshot's");
  raft.logger.info(`${position()} restored snapshot [index: ${index}, term: ${term}]`);
  return true;
}

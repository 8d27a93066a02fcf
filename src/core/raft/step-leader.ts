/** Messages to a leader. */
import { AssertionError } from "../../base/assert.ts";
import { EMPTY_BYTES } from "../../base/bytes.ts";
import { asConfChangeV2, describeConfChange } from "./conf-change.ts";
import { entryConfChange } from "./conf-change-codec.ts";
import { ReadOnlyOption } from "./config.ts";
import type { Raft } from "./raft.ts";
import { PROPOSAL_DROPPED, type RaftError } from "./raft-error.ts";
import { answerReadIndex, handleReadIndex, releasePendingReadIndexMessages } from "./read-index.ts";
import { broadcastAppend, broadcastHeartbeat, maybeSendAppend, sendAppend } from "./replication.ts";
import { type Progress, ProgressState } from "./tracker/progress.ts";
import { becomeFollower } from "./transition.ts";
import { EntryType, type Message, MessageType, NONE, newEntry, newMessage } from "./types.ts";

export function stepLeader(raft: Raft, message: Message): RaftError | undefined {
  switch (message.type) {
    case MessageType.MsgBeat:
      broadcastHeartbeat(raft);
      return undefined;
    case MessageType.MsgCheckQuorum:
      checkQuorum(raft);
      return undefined;
    case MessageType.MsgProp:
      return handleProposal(raft, message);
    case MessageType.MsgReadIndex:
      handleReadIndex(raft, message);
      return undefined;
    case MessageType.MsgForgetLeader:
      return undefined;
    default:
      break;
  }
  const progress = raft.tracker.get(message.from);
  if (progress === undefined) {
    raft.logger.debug(`${raft.hexId} no progress available for ${message.from.toString(16)}`);
    return undefined;
  }
  switch (message.type) {
    case MessageType.MsgAppResp:
      progress.recentActive = true;
      if (message.reject) handleRejection(raft, progress, message);
      else handleAcknowledgement(raft, progress, message.index);
      return undefined;
    case MessageType.MsgHeartbeatResp:
      handleHeartbeatResponse(raft, progress, message);
      return undefined;
    case MessageType.MsgSnapStatus:
      handleSnapshotStatus(raft, progress, message.reject);
      return undefined;
    case MessageType.MsgUnreachable:
      // What is in flight is probably lost.
      if (progress.state === ProgressState.StateReplicate) progress.becomeProbe();
      raft.logger.debug(
        `${raft.hexId} failed to send message to ${message.from.toString(16)} because it is unreachable [${progress.toString()}]`,
      );
      return undefined;
    case MessageType.MsgTransferLeader:
      transferLeader(raft, progress);
      return undefined;
    default:
      return undefined;
  }
}

/** Steps down when a quorum was silent for an election timeout (Raft thesis, 6.2). */
function checkQuorum(raft: Raft): void {
  if (!raft.tracker.quorumActive()) {
    raft.logger.warn(`${raft.hexId} stepped down to follower since quorum is not active`);
    becomeFollower(raft, raft.term, NONE);
  }
  for (const progress of raft.tracker.members) if (progress.id !== raft.id) progress.recentActive = false;
}

function handleProposal(raft: Raft, message: Message): RaftError | undefined {
  const { entries } = message;
  if (entries.length === 0) throw new AssertionError(`${raft.hexId} stepped empty MsgProp`);
  // Removed while leading: lead on, but take nothing new.
  if (raft.tracker.get(raft.id) === undefined) return PROPOSAL_DROPPED;
  if (raft.leadTransferee !== NONE) {
    raft.logger.debug(
      `${raft.hexId} [term ${raft.term}] transfer leadership to ${raft.leadTransferee.toString(16)} is in progress; dropping proposal`,
    );
    return PROPOSAL_DROPPED;
  }
  for (let i = 0; i < entries.length; i++)
    if (entries[i]!.type !== EntryType.EntryNormal && !admitConfChange(raft, message, i)) return PROPOSAL_DROPPED;
  const dropped = raft.appendEntries(entries);
  if (dropped !== undefined) return dropped;
  broadcastAppend(raft);
  return undefined;
}

/**
 * Checks a proposed configuration change against the active configuration; a refused one becomes an empty entry. The check is
 * a best effort: the active configuration may lag behind the log. False when the bytes are malformed.
 */
function admitConfChange(raft: Raft, message: Message, position: number): boolean {
  const change = entryConfChange(message.entries[position]!);
  if (change === undefined) {
    // Peers forward proposals, so these bytes may come from outside.
    raft.logger.warn(`${raft.hexId} dropping proposal with a malformed conf change`);
    return false;
  }
  const { config } = raft.tracker;
  const { applied } = raft.log;
  const wantsLeaveJoint = asConfChangeV2(change).changes.length === 0;
  const refusal =
    raft.pendingConfIndex > applied
      ? `possible unapplied conf change at index ${raft.pendingConfIndex} (applied to ${applied})`
      : config.isJoint && !wantsLeaveJoint
        ? "must transition out of joint config first"
        : !config.isJoint && wantsLeaveJoint
          ? "not in joint state; refusing empty conf change"
          : undefined;
  if (refusal !== undefined && !raft.config.disableConfChangeValidation) {
    raft.logger.info(
      `${raft.hexId} ignoring conf change ${describeConfChange(change)} at config ${config.toString()}: ${refusal}`,
    );
    message.entries[position] = newEntry(EMPTY_BYTES);
  } else {
    raft.pendingConfIndex = raft.log.lastIndex() + position + 1;
  }
  return true;
}

/**
 * The member's log does not contain the position before our append. It hints at its own position (rejectHint, logTerm) below
 * which the logs may match. Example:
 *
 *   index     1 2 3 4 5 6 7 8 9
 *   leader    1 3 3 3 5 5 5 5 5
 *   member    1 1 1 1 2 2            hint: index 6, term 2
 *
 * At 6 down to 2 our terms exceed 2, and terms never fall within a log, so none of these can match: the next probe goes to 1.
 * Together with the member's own search this takes one probe per term instead of one per entry.
 */
function handleRejection(raft: Raft, progress: Progress, message: Message): void {
  const from = message.from.toString(16);
  raft.logger.debug(
    `${raft.hexId} received MsgAppResp(rejected, hint: (index ${message.rejectHint}, term ${message.logTerm})) from ${from} ` +
      `for index ${message.index}`,
  );
  const nextProbe =
    message.logTerm > 0 ? raft.log.findConflictByTerm(message.rejectHint, message.logTerm).index : message.rejectHint;
  if (!progress.maybeDecreaseTo(message.index, nextProbe)) return;
  raft.logger.debug(`${raft.hexId} decreased progress of ${from} to [${progress.toString()}]`);
  if (progress.state === ProgressState.StateReplicate) progress.becomeProbe();
  sendAppend(raft, progress);
}

/** A member (or this node itself, once its entries are durable) has our log up to an index. */
function handleAcknowledgement(raft: Raft, progress: Progress, index: number): void {
  // An old acknowledgement still ends probing when it confirms the known position. Not so while a snapshot is under way:
  // the member lacks what comes next.
  const confirmsProbe = progress.match === index && progress.state === ProgressState.StateProbe;
  if (!progress.maybeUpdate(index) && !confirmsProbe) return;
  if (progress.state === ProgressState.StateProbe) {
    progress.becomeReplicate();
  } else if (progress.state === ProgressState.StateSnapshot) {
    // Wherever the member got its snapshot from and whatever its index: if our log continues it, replicate.
    if (progress.match + 1 >= raft.log.firstIndex()) {
      raft.logger.debug(
        `${raft.hexId} recovered from needing snapshot, resumed sending replication messages to ${progress.id.toString(16)} [${progress.toString()}]`,
      );
      progress.becomeProbe();
      progress.becomeReplicate();
    }
  } else {
    progress.inflights.freeUpTo(index);
  }

  const self = progress.id === raft.id;
  if (raft.maybeCommit()) {
    releasePendingReadIndexMessages(raft);
    broadcastAppend(raft);
  } else if (!self && progress.canBumpCommit(raft.log.committed)) {
    // Heartbeats carry the commit index as well; this one is sooner.
    sendAppend(raft, progress);
  }
  if (self) return;
  // There may be room in the window for several messages now.
  while (maybeSendAppend(raft, progress, false));
  if (progress.id === raft.leadTransferee && progress.match === raft.log.lastIndex()) {
    const to = progress.id.toString(16);
    raft.logger.info(`${raft.hexId} sent MsgTimeoutNow to ${to} after received MsgAppResp`);
    raft.send(newMessage(MessageType.MsgTimeoutNow, progress.id));
  }
}

function handleHeartbeatResponse(raft: Raft, progress: Progress, message: Message): void {
  progress.recentActive = true;
  progress.appendFlowPaused = false;
  // With a full window this is an empty append, whose answer tells whether what filled it was lost. A member that has
  // everything but is still probed gets one to return to replication.
  if (progress.match < raft.log.lastIndex() || progress.state === ProgressState.StateProbe) sendAppend(raft, progress);
  if (raft.readOnly.option !== ReadOnlyOption.ReadOnlySafe || message.context.length === 0) return;
  raft.readOnly.receiveAck(message.from, message.context);
  for (const { request, index } of raft.readOnly.advance(raft.tracker.config.voters))
    answerReadIndex(raft, request, index);
}

function handleSnapshotStatus(raft: Raft, progress: Progress, failed: boolean): void {
  if (progress.state !== ProgressState.StateSnapshot) return;
  // After a failure the snapshot's index means nothing: probe from what the member is known to have.
  if (failed) progress.pendingSnapshot = 0;
  progress.becomeProbe();
  raft.logger.debug(
    `${raft.hexId} snapshot ${failed ? "failed" : "succeeded"}, resumed sending replication messages to ` +
      `${progress.id.toString(16)} [${progress.toString()}]`,
  );
  // The member's own answer comes next; after a failure, wait for a heartbeat.
  progress.appendFlowPaused = true;
}

/** Hands leadership over (Raft thesis, 3.10): the target stands for election as soon as it has the whole log. */
function transferLeader(raft: Raft, progress: Progress): void {
  if (progress.isLearner) {
    raft.logger.debug(`${raft.hexId} is learner. Ignored transferring leadership`);
    return;
  }
  const transferee = progress.id;
  const to = transferee.toString(16);
  const previous = raft.leadTransferee;
  if (previous !== NONE) {
    if (previous === transferee) {
      raft.logger.info(
        `${raft.hexId} [term ${raft.term}] transfer leadership to ${to} is in progress, ignores request to same node ${to}`,
      );
      return;
    }
    raft.leadTransferee = NONE;
    raft.logger.info(
      `${raft.hexId} [term ${raft.term}] abort previous transferring leadership to ${previous.toString(16)}`,
    );
  }
  if (transferee === raft.id) {
    raft.logger.debug(`${raft.hexId} is already leader. Ignored transferring leadership to self`);
    return;
  }
  raft.logger.info(`${raft.hexId} [term ${raft.term}] starts to transfer leadership to ${to}`);
  // It has one election timeout.
  raft.electionElapsed = 0;
  raft.leadTransferee = transferee;
  if (progress.match === raft.log.lastIndex()) {
    raft.send(newMessage(MessageType.MsgTimeoutNow, transferee));
    raft.logger.info(`${raft.hexId} sends MsgTimeoutNow to ${to} immediately as ${to} already has up-to-date log`);
  } else {
    sendAppend(raft, progress);
  }
}

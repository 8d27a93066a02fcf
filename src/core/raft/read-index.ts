/** The leader's side of ReadIndex (Raft thesis, 6.4). */
import { unreachable } from "../../base/assert.ts";
import { EMPTY_BYTES } from "../../base/bytes.ts";
import { ReadOnlyOption } from "./config.ts";
import type { Raft } from "./raft.ts";
import { broadcastHeartbeat } from "./replication.ts";
import { type Message, MessageType, NONE, newMessage } from "./types.ts";

/** Takes a read: answers it, or has a quorum confirm this leader first, or waits for the first commit of the term. */
export function handleReadIndex(raft: Raft, message: Message): void {
  if (raft.tracker.isSingleton()) answerReadIndex(raft, message, raft.log.committed);
  else if (!raft.committedEntryInCurrentTerm()) raft.pendingReadIndexMessages.push(message);
  else confirmOrAnswer(raft, message);
}

/** Takes up the reads that waited for the first commit of the term. */
export function releasePendingReadIndexMessages(raft: Raft): void {
  if (raft.pendingReadIndexMessages.length === 0) return;
  if (!raft.committedEntryInCurrentTerm()) {
    raft.logger.error("pending MsgReadIndex should be released only after first commit in current term");
    return;
  }
  const messages = raft.pendingReadIndexMessages;
  raft.pendingReadIndexMessages = [];
  for (const message of messages) confirmOrAnswer(raft, message);
}

function confirmOrAnswer(raft: Raft, message: Message): void {
  const { option } = raft.readOnly;
  switch (option) {
    case ReadOnlyOption.ReadOnlySafe:
      raft.readOnly.addRequest(raft.log.committed, message);
      raft.readOnly.receiveAck(raft.id, raft.readOnly.heartbeatContext());
      broadcastHeartbeat(raft);
      return;
    case ReadOnlyOption.ReadOnlyLeaseBased:
      answerReadIndex(raft, message, raft.log.committed);
      return;
    default:
      unreachable(option);
  }
}

/** A read may be served at `index`: tell this node's owner or the follower that asked. */
export function answerReadIndex(raft: Raft, request: Message, index: number): void {
  if (request.from === NONE || request.from === raft.id) {
    raft.readStates.push({ index, requestCtx: request.entries[0]?.data ?? EMPTY_BYTES });
    return;
  }
  const answer = newMessage(MessageType.MsgReadIndexResp, request.from);
  answer.index = index;
  answer.entries = request.entries;
  raft.send(answer);
}

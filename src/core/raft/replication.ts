/** What a leader sends to its members: appends, snapshots and heartbeats (Raft paper, 5.3 and 7). */
import { AssertionError, assert } from "../../base/assert.ts";
import { payloadsSize } from "./entry-size.ts";
import type { Raft } from "./raft.ts";
import { RaftError, SNAPSHOT_TEMPORARILY_UNAVAILABLE } from "./raft-error.ts";
import { type Progress, ProgressState } from "./tracker/progress.ts";
import { type Entry, isEmptySnapshot, MessageType, newMessage, snapshotIndex, snapshotTerm } from "./types.ts";

/** Sends what the member lacks and the commit index, even when there are no entries. */
export function sendAppend(raft: Raft, progress: Progress): void {
  maybeSendAppend(raft, progress, true);
}

/**
 * Sends an append (or a snapshot, when the entries are gone) if the member's flow allows it. Without sendIfEmpty only when there
 * are entries. True when something was sent.
 */
export function maybeSendAppend(raft: Raft, progress: Progress, sendIfEmpty: boolean): boolean {
  if (progress.isPaused()) return false;
  const { log } = raft;
  const prevIndex = progress.next - 1;
  const prevTerm = log.term(prevIndex);
  if (prevTerm < 0) return maybeSendSnapshot(raft, progress);

  let entries: Entry[] = [];
  // With a full window an append without entries still goes out: if everything in flight was lost, its answer is what
  // empties the window.
  if (progress.state !== ProgressState.StateReplicate || !progress.inflights.full()) {
    const found = log.entries(progress.next, raft.config.maxSizePerMsg);
    if (found instanceof RaftError) return sendIfEmpty && maybeSendSnapshot(raft, progress);
    entries = found;
  }
  if (entries.length === 0 && !sendIfEmpty) return false;

  const message = newMessage(MessageType.MsgApp, progress.id);
  message.index = prevIndex;
  message.logTerm = prevTerm;
  message.entries = entries;
  message.commit = log.committed;
  raft.send(message);
  progress.sentEntries(entries.length, payloadsSize(entries));
  progress.sentCommit = log.committed;
  return true;
}

function maybeSendSnapshot(raft: Raft, progress: Progress): boolean {
  const to = progress.id.toString(16);
  if (!progress.recentActive) {
    raft.logger.debug(`ignore sending snapshot to ${to} since it is not recently active`);
    return false;
  }
  const snapshot = raft.log.snapshot();
  if (snapshot instanceof RaftError) {
    if (snapshot !== SNAPSHOT_TEMPORARILY_UNAVAILABLE) throw new AssertionError(snapshot.message);
    raft.logger.debug(`${raft.hexId} failed to send snapshot to ${to} because snapshot is temporarily unavailable`);
    return false;
  }
  assert(!isEmptySnapshot(snapshot), "need non-empty snapshot");
  const index = snapshotIndex(snapshot);
  raft.logger.debug(
    `${raft.hexId} [firstindex: ${raft.log.firstIndex()}, commit: ${raft.log.committed}] sent snapshot[index: ${index}, ` +
      `term: ${snapshotTerm(snapshot)}] to ${to} [${progress.toString()}]`,
  );
  progress.becomeSnapshot(index);
  raft.logger.debug(`${raft.hexId} paused sending replication messages to ${to} [${progress.toString()}]`);
  const message = newMessage(MessageType.MsgSnap, progress.id);
  message.snapshot = snapshot;
  raft.send(message);
  return true;
}

/** Appends to every other member. */
export function broadcastAppend(raft: Raft): void {
  const { members } = raft.tracker;
  for (let i = 0; i < members.length; i++) {
    const progress = members[i]!;
    if (progress.id !== raft.id) sendAppend(raft, progress);
  }
}

/** Heartbeats to every other member, with the number of the newest waiting read. */
export function broadcastHeartbeat(raft: Raft): void {
  const context = raft.readOnly.heartbeatContext();
  for (const progress of raft.tracker.members) {
    if (progress.id === raft.id) continue;
    const message = newMessage(MessageType.MsgHeartbeat, progress.id);
    // Not beyond what the member is known to have: what lies there may differ from our log.
    message.commit = Math.min(progress.match, raft.log.committed);
    message.context = context;
    raft.send(message);
    progress.sentCommit = message.commit;
  }
}

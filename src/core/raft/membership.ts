/** Applying configuration changes and snapshots' configurations (Raft thesis, chapter 4). */
import { AssertionError } from "../../base/assert.ts";
import { entersJoint, leavesJoint } from "./conf-change.ts";
import { type ChangerBase, enterJoint, leaveJoint, simple } from "./confchange/changer.ts";
import type { Raft } from "./raft.ts";
import { broadcastAppend, maybeSendAppend } from "./replication.ts";
import { StateType } from "./state-type.ts";
import type { ProgressMap } from "./tracker/progress.ts";
import type { TrackerConfig } from "./tracker/tracker-config.ts";
import { becomeFollower } from "./transition.ts";
import { type ConfChangeV2, type ConfState, NONE } from "./types.ts";

/** What configuration changes start from. */
export function changerBase(raft: Raft): ChangerBase {
  return {
    config: raft.tracker.config,
    progress: raft.tracker.progress,
    lastIndex: raft.log.lastIndex(),
    maxInflightCount: raft.tracker.maxInflightCount,
    maxInflightBytes: raft.tracker.maxInflightBytes,
  };
}

/** Applies a committed change; one that is invalid here means that the log is not what it should be. */
export function applyConfChange(raft: Raft, change: ConfChangeV2): ConfState {
  const base = changerBase(raft);
  const joint = entersJoint(change);
  const result = leavesJoint(change)
    ? leaveJoint(base)
    : joint !== "no"
      ? enterJoint(base, joint === "auto", change.changes)
      : simple(base, change.changes);
  if (!result.ok) throw new AssertionError(result.error);
  return switchToConfig(raft, result.config, result.progress);
}

/** Makes a configuration the active one and acts on what it changes: removal, new members, a smaller quorum. */
export function switchToConfig(raft: Raft, config: TrackerConfig, progress: ProgressMap): ConfState {
  raft.tracker.use(config, progress);
  raft.logger.info(`${raft.hexId} switched to configuration ${config.toString()}`);
  const state = config.confState();
  const own = raft.tracker.get(raft.id);
  raft.isLearner = own?.isLearner ?? false;

  if (raft.state !== StateType.StateLeader) return state;
  if (own === undefined || raft.isLearner) {
    // Removed or demoted while leading: without stepDownOnRemoval it leads on until somebody takes over.
    if (raft.config.stepDownOnRemoval) becomeFollower(raft, raft.term, NONE);
    return state;
  }
  if (state.voters.length === 0) return state;

  if (raft.maybeCommit()) {
    // The new quorum has more than the old one had.
    broadcastAppend(raft);
  } else {
    // New members need not wait for the next heartbeat.
    for (const member of raft.tracker.members) if (member.id !== raft.id) maybeSendAppend(raft, member, false);
  }
  if (raft.leadTransferee !== NONE && !config.voters.has(raft.leadTransferee)) raft.leadTransferee = NONE;
  return state;
}

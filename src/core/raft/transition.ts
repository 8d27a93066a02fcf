/** Changes of role. Every one of them but the pre-candidacy starts from a clean slate (`reset`). */
import { assert } from "../../base/assert.ts";
import { EMPTY_BYTES } from "../../base/bytes.ts";
import type { Raft } from "./raft.ts";
import { ReadOnly } from "./read-only.ts";
import { StateType } from "./state-type.ts";
import { NONE, newEntry } from "./types.ts";

export function becomeFollower(raft: Raft, term: number, lead: bigint): void {
  reset(raft, term);
  raft.lead = lead;
  raft.state = StateType.StateFollower;
  raft.logger.info(`${raft.hexId} became follower at term ${raft.term}`);
}

export function becomeCandidate(raft: Raft): void {
  assert(raft.state !== StateType.StateLeader, "invalid transition [leader -> candidate]");
  reset(raft, raft.term + 1);
  raft.vote = raft.id;
  raft.state = StateType.StateCandidate;
  raft.logger.info(`${raft.hexId} became candidate at term ${raft.term}`);
}

/** Asks around without touching term or vote. */
export function becomePreCandidate(raft: Raft): void {
  assert(raft.state !== StateType.StateLeader, "invalid transition [leader -> pre-candidate]");
  raft.tracker.resetVotes();
  raft.lead = NONE;
  raft.state = StateType.StatePreCandidate;
  raft.logger.info(`${raft.hexId} became pre-candidate at term ${raft.term}`);
}

export function becomeLeader(raft: Raft): void {
  assert(raft.state !== StateType.StateFollower, "invalid transition [follower -> leader]");
  reset(raft, raft.term);
  raft.lead = raft.id;
  raft.state = StateType.StateLeader;
  const progress = raft.tracker.get(raft.id);
  assert(progress !== undefined, "a leader is not in its own configuration");
  progress.becomeReplicate();
  progress.recentActive = true;
  // There may be a configuration change in the tail; rather than to search for it, wait until all of it is applied.
  raft.pendingConfIndex = raft.log.lastIndex();
  const dropped = raft.appendEntries([newEntry(EMPTY_BYTES)]);
  assert(dropped === undefined, "empty entry was dropped");
  raft.logger.info(`${raft.hexId} became leader at term ${raft.term}`);
}

function reset(raft: Raft, term: number): void {
  if (raft.term !== term) {
    raft.term = term;
    raft.vote = NONE;
  }
  raft.lead = NONE;
  raft.electionElapsed = 0;
  raft.heartbeatElapsed = 0;
  const { electionTick } = raft.config;
  raft.randomizedElectionTimeout = electionTick + raft.config.randomInt(electionTick);
  raft.leadTransferee = NONE;
  raft.tracker.resetVotes();
  const lastIndex = raft.log.lastIndex();
  for (const progress of raft.tracker.members)
    progress.reset(progress.id === raft.id ? lastIndex : 0, lastIndex + 1, raft.tracker.newInflights());
  raft.pendingConfIndex = 0;
  raft.uncommittedSize = 0;
  raft.readOnly = new ReadOnly(raft.readOnly.option);
}

/** A look into a node, for status requests, metrics and tests. */
import type { Raft } from "./raft.ts";
import type { SoftState } from "./ready.ts";
import { StateType, stateTypeName } from "./state-type.ts";
import { ProgressMap, progressStateName } from "./tracker/progress.ts";
import type { TrackerConfig } from "./tracker/tracker-config.ts";
import type { HardState } from "./types.ts";

export interface BasicStatus {
  readonly id: bigint;
  readonly hardState: HardState;
  readonly softState: SoftState;
  /** Last index that was applied. */
  readonly applied: number;
  readonly leadTransferee: bigint;
}

export interface Status extends BasicStatus {
  readonly config: TrackerConfig;
  /** Copies of the members' progress; empty unless this node leads. */
  readonly progress: ProgressMap;
}

export function basicStatus(raft: Raft): BasicStatus {
  return {
    id: raft.id,
    hardState: raft.hardState(),
    softState: { lead: raft.lead, raftState: raft.state },
    applied: raft.log.applied,
    leadTransferee: raft.leadTransferee,
  };
}

export function status(raft: Raft): Status {
  const leads = raft.state === StateType.StateLeader;
  return {
    ...basicStatus(raft),
    config: raft.tracker.config.clone(),
    progress: new ProgressMap(
      leads ? raft.tracker.members.map((progress) => progress.clone(progress.inflights.clone())) : [],
    ),
  };
}

/** The status as JSON with IDs in hexadecimal, as etcd prints it. */
export function statusText({ id, hardState, softState, applied, leadTransferee, progress }: Status): string {
  const members = progress.list
    .map((p) => `"${p.id.toString(16)}":{"match":${p.match},"next":${p.next},"state":"${progressStateName(p.state)}"}`)
    .join(",");
  return (
    `{"id":"${id.toString(16)}","term":${hardState.term},"vote":"${hardState.vote.toString(16)}","commit":${hardState.commit},` +
    `"lead":"${softState.lead.toString(16)}","raftState":"${stateTypeName(softState.raftState)}","applied":${applied},` +
    `"progress":{${members}},"leadtransferee":"${leadTransferee.toString(16)}"}`
  );
}

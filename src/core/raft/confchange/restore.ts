/**
 * Builds the configuration that a ConfState describes, by replaying changes that lead to it from an empty one.
 * Example: voters=(1 2 3) learners=(5) outgoing=(1 2 4 6) learners_next=(4)
 *   first    add 1, add 2, add 4, add 6                                              -> (1 2 4 6)
 *   then     jointly remove 1 2 4 6, add 1 2 3, add learners 5 and 4                 -> (1 2 3)&&(1 2 4 6) learners=(5) learners_next=(4)
 */

import { IdSet } from "../quorum/id-set.ts";
import { type ConfChangeSingle, ConfChangeType, type ConfState } from "../types.ts";
import { type ChangerBase, type ConfChangeResult, enterJoint, simple } from "./changer.ts";

const parts = (type: ConfChangeType, ids: readonly bigint[]): ConfChangeSingle[] =>
  ids.map((nodeId) => ({ type, nodeId }));

/** The configuration of a ConfState; the base must be an empty one. */
export function restore(base: ChangerBase, state: ConfState): ConfChangeResult {
  const incoming = [
    ...parts(ConfChangeType.ConfChangeRemoveNode, state.votersOutgoing),
    ...parts(ConfChangeType.ConfChangeAddNode, state.voters),
    ...parts(ConfChangeType.ConfChangeAddLearnerNode, state.learners),
    ...parts(ConfChangeType.ConfChangeAddLearnerNode, state.learnersNext),
  ];
  if (state.votersOutgoing.length === 0) return oneByOne(base, incoming);
  const outgoing = oneByOne(base, parts(ConfChangeType.ConfChangeAddNode, state.votersOutgoing));
  if (!outgoing.ok) return outgoing;
  return enterJoint({ ...base, config: outgoing.config, progress: outgoing.progress }, state.autoLeave, incoming);
}

function oneByOne(base: ChangerBase, changes: readonly ConfChangeSingle[]): ConfChangeResult {
  let result: ConfChangeResult = { ok: true, config: base.config, progress: base.progress };
  for (const change of changes) {
    result = simple({ ...base, config: result.config, progress: result.progress }, [change]);
    if (!result.ok) return result;
  }
  return result;
}

/** True when both describe the same configuration, in whatever order. */
export function equivalentConfStates(a: ConfState, b: ConfState): boolean {
  const same = (x: readonly bigint[], y: readonly bigint[]): boolean =>
    x.length === y.length && new IdSet(x).toString() === new IdSet(y).toString();
  return (
    same(a.voters, b.voters) &&
    same(a.learners, b.learners) &&
    same(a.votersOutgoing, b.votersOutgoing) &&
    same(a.learnersNext, b.learnersNext) &&
    a.autoLeave === b.autoLeave
  );
}

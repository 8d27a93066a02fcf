/**
 * Computes the configuration and progress that follow from a configuration change, or says why the change is refused.
 * Nothing active is touched: the caller switches to the result.
 *
 *   simple      at most one voter changes, not while joint           (1 2 3)           -> (1 2 3 4)
 *   enterJoint  old voters are kept as the outgoing half             (1 2 3)           -> (1 2 4)&&(1 2 3)
 *   leaveJoint  the outgoing half goes, staged learners become such  (1 2 4)&&(1 2 3)  -> (1 2 4)
 *
 * Source: Raft thesis, 4.2.1 and 4.3; keeps the behaviour of confchange/confchange.go (etcd-io/raft v3.7.0).
 */
import type { IdSet } from "../quorum/id-set.ts";
import { JointConfig } from "../quorum/joint.ts";
import { MajorityConfig } from "../quorum/majority.ts";
import { Inflights } from "../tracker/inflights.ts";
import { Progress, ProgressMap } from "../tracker/progress.ts";
import { TrackerConfig } from "../tracker/tracker-config.ts";
import { type ConfChangeSingle, ConfChangeType } from "../types.ts";

export type ConfChangeResult =
  | { readonly ok: true; readonly config: TrackerConfig; readonly progress: ProgressMap }
  | { readonly ok: false; readonly error: string };

/** What a change starts from. */
export interface ChangerBase {
  readonly config: TrackerConfig;
  readonly progress: ProgressMap;
  /** Last index of the log: where probing of a new member starts. */
  readonly lastIndex: number;
  readonly maxInflightCount: number;
  readonly maxInflightBytes: number;
}

const refuse = (error: string): ConfChangeResult => ({ ok: false, error });

/** Enters a joint configuration: the changes apply to the incoming half, the voters so far become the outgoing half. */
export function enterJoint(
  base: ChangerBase,
  autoLeave: boolean,
  changes: readonly ConfChangeSingle[],
): ConfChangeResult {
  const invalid = brokenInvariant(base.config, base.progress);
  if (invalid !== undefined) return refuse(invalid);
  if (base.config.isJoint) return refuse("config is already joint");
  if (base.config.voters.incoming.size === 0) return refuse("can't make a zero-voter config joint");
  const draft = new Draft(base);
  for (const id of draft.config.voters.incoming.ids) draft.config.voters.outgoing.add(id);
  const error = draft.apply(changes);
  if (error !== undefined) return refuse(error);
  draft.config.autoLeave = autoLeave;
  return draft.finish();
}

/** Leaves the joint configuration: the incoming voters decide alone. */
export function leaveJoint(base: ChangerBase): ConfChangeResult {
  const invalid = brokenInvariant(base.config, base.progress);
  if (invalid !== undefined) return refuse(invalid);
  if (!base.config.isJoint) return refuse("can't leave a non-joint config");
  const draft = new Draft(base);
  const { voters, learners, learnersNext } = draft.config;
  for (const id of learnersNext.ids) {
    learners.add(id);
    draft.progress.get(id)!.isLearner = true;
  }
  learnersNext.clear();
  for (const id of voters.outgoing.ids) if (!voters.incoming.has(id) && !learners.has(id)) draft.progress.delete(id);
  voters.outgoing.clear();
  draft.config.autoLeave = false;
  return draft.finish();
}

/** Changes at most one voter (and any number of learners) without a joint configuration. */
export function simple(base: ChangerBase, changes: readonly ConfChangeSingle[]): ConfChangeResult {
  const invalid = brokenInvariant(base.config, base.progress);
  if (invalid !== undefined) return refuse(invalid);
  if (base.config.isJoint) return refuse("can't apply simple config change in joint config");
  const draft = new Draft(base);
  const error = draft.apply(changes);
  if (error !== undefined) return refuse(error);
  if (symmetricDifference(base.config.voters.incoming, draft.config.voters.incoming) > 1)
    return refuse("more than one voter changed without entering joint config");
  return draft.finish();
}

/** A copy of the base on which changes are made. */
class Draft {
  readonly config: TrackerConfig;
  readonly progress: ProgressMap;
  readonly #base: ChangerBase;

  constructor(base: ChangerBase) {
    const { voters, learners, learnersNext } = base.config;
    // autoLeave is decided anew by every change.
    this.config = new TrackerConfig(
      new JointConfig(voters.incoming.clone(), voters.outgoing.clone()),
      false,
      new MajorityConfig(learners.ids),
      new MajorityConfig(learnersNext.ids),
    );
    this.progress = new ProgressMap(base.progress.list.map((progress) => progress.clone()));
    this.#base = base;
  }

  finish(): ConfChangeResult {
    const invalid = brokenInvariant(this.config, this.progress);
    return invalid === undefined ? { ok: true, config: this.config, progress: this.progress } : refuse(invalid);
  }

  apply(changes: readonly ConfChangeSingle[]): string | undefined {
    for (const { type, nodeId } of changes) {
      // etcd zeroes the ID of a change that it decided not to apply.
      if (nodeId === 0n) continue;
      switch (type) {
        case ConfChangeType.ConfChangeAddNode:
          this.#makeVoter(nodeId);
          break;
        case ConfChangeType.ConfChangeAddLearnerNode:
          this.#makeLearner(nodeId);
          break;
        case ConfChangeType.ConfChangeRemoveNode:
          this.#remove(nodeId);
          break;
        case ConfChangeType.ConfChangeUpdateNode:
          break;
        default:
          return `unexpected conf type ${Number(type)}`;
      }
    }
    return this.config.voters.incoming.size === 0 ? "removed all voters" : undefined;
  }

  #makeVoter(id: bigint): void {
    const progress = this.progress.get(id);
    if (progress === undefined) {
      this.#addMember(id, false);
      return;
    }
    progress.isLearner = false;
    this.config.learners.delete(id);
    this.config.learnersNext.delete(id);
    this.config.voters.incoming.add(id);
  }

  #makeLearner(id: bigint): void {
    const progress = this.progress.get(id);
    if (progress === undefined) {
      this.#addMember(id, true);
      return;
    }
    if (progress.isLearner) return;
    this.#remove(id);
    this.progress.set(progress);
    // An outgoing voter stays one until the joint configuration is left.
    if (this.config.voters.outgoing.has(id)) {
      this.config.learnersNext.add(id);
    } else {
      progress.isLearner = true;
      this.config.learners.add(id);
    }
  }

  #remove(id: bigint): void {
    if (this.progress.get(id) === undefined) return;
    this.config.voters.incoming.delete(id);
    this.config.learners.delete(id);
    this.config.learnersNext.delete(id);
    if (!this.config.voters.outgoing.has(id)) this.progress.delete(id);
  }

  #addMember(id: bigint, isLearner: boolean): void {
    (isLearner ? this.config.learners : this.config.voters.incoming).add(id);
    const { lastIndex, maxInflightCount, maxInflightBytes } = this.#base;
    // A new member counts as recently active: it could not answer before the next check of the quorum.
    this.progress.set(
      new Progress(id, 0, Math.max(lastIndex, 1), new Inflights(maxInflightCount, maxInflightBytes), isLearner, true),
    );
  }
}

function brokenInvariant(config: TrackerConfig, progress: ProgressMap): string | undefined {
  const { voters, learners, learnersNext } = config;
  for (const set of [voters.ids(), learners, learnersNext])
    for (const id of set.ids) if (progress.get(id) === undefined) return `no progress for ${id}`;
  for (const id of learnersNext.ids) {
    if (!voters.outgoing.has(id)) return `${id} is in LearnersNext, but not Voters[1]`;
    if (progress.get(id)!.isLearner) return `${id} is in LearnersNext, but is already marked as learner`;
  }
  for (const id of learners.ids) {
    if (voters.outgoing.has(id)) return `${id} is in Learners and Voters[1]`;
    if (voters.incoming.has(id)) return `${id} is in Learners and Voters[0]`;
    if (!progress.get(id)!.isLearner) return `${id} is in Learners, but is not marked as learner`;
  }
  if (!config.isJoint) {
    if (learnersNext.size > 0) return "cfg.LearnersNext must be nil when not joint";
    if (config.autoLeave) return "AutoLeave must be false when not joint";
  }
  return undefined;
}

function symmetricDifference(a: IdSet, b: IdSet): number {
  let count = 0;
  for (const id of a.ids) if (!b.has(id)) count++;
  for (const id of b.ids) if (!a.has(id)) count++;
  return count;
}

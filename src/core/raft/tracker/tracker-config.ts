/**
 * The active membership. Voters decide, learners only receive; while joint, two sets of voters must agree.
 *
 * Invariants: learners and voters (of either half) do not meet; learnersNext is part of the outgoing voters and empty unless
 * joint: such a member stays a voter until the joint configuration is left (example: demoting 3 of (1 2 3) gives
 * voters=(1 2)&&(1 2 3) learners_next=(3), then voters=(1 2) learners=(3)).
 */
import { JointConfig } from "../quorum/joint.ts";
import { MajorityConfig } from "../quorum/majority.ts";
import type { ConfState } from "../types.ts";

export class TrackerConfig {
  readonly voters: JointConfig;
  /** True: raft leaves the joint configuration by itself. */
  autoLeave: boolean;
  readonly learners: MajorityConfig;
  readonly learnersNext: MajorityConfig;

  constructor(
    voters: JointConfig = new JointConfig(),
    autoLeave = false,
    learners: MajorityConfig = new MajorityConfig(),
    learnersNext: MajorityConfig = new MajorityConfig(),
  ) {
    this.voters = voters;
    this.autoLeave = autoLeave;
    this.learners = learners;
    this.learnersNext = learnersNext;
  }

  get isJoint(): boolean {
    return this.voters.outgoing.size > 0;
  }

  clone(): TrackerConfig {
    return new TrackerConfig(this.voters.clone(), this.autoLeave, this.learners.clone(), this.learnersNext.clone());
  }

  confState(): ConfState {
    return {
      voters: this.voters.incoming.ids.slice(),
      learners: this.learners.ids.slice(),
      votersOutgoing: this.voters.outgoing.ids.slice(),
      learnersNext: this.learnersNext.ids.slice(),
      autoLeave: this.autoLeave,
    };
  }

  toString(): string {
    let out = `voters=${this.voters.toString()}`;
    if (this.learners.size > 0) out += ` learners=${this.learners.toString()}`;
    if (this.learnersNext.size > 0) out += ` learners_next=${this.learnersNext.toString()}`;
    if (this.autoLeave) out += " autoleave";
    return out;
  }
}

/** Decisions by two majorities at once (Raft thesis, 4.3): what one half refuses, both refuse. */
import { type AckedIndexer, MajorityConfig } from "./majority.ts";
import { VoteResult } from "./vote-result.ts";

export class JointConfig {
  readonly incoming: MajorityConfig;
  /** Empty unless the configuration is joint. */
  readonly outgoing: MajorityConfig;

  constructor(incoming: MajorityConfig = new MajorityConfig(), outgoing: MajorityConfig = new MajorityConfig()) {
    this.incoming = incoming;
    this.outgoing = outgoing;
  }

  clone(): JointConfig {
    return new JointConfig(this.incoming.clone(), this.outgoing.clone());
  }

  /** The voters of both halves. */
  ids(): MajorityConfig {
    const all = this.incoming.clone();
    for (const id of this.outgoing.ids) all.add(id);
    return all;
  }

  has(id: bigint): boolean {
    return this.incoming.has(id) || this.outgoing.has(id);
  }

  committedIndex(acks: AckedIndexer): number {
    return Math.min(this.incoming.committedIndex(acks), this.outgoing.committedIndex(acks));
  }

  voteResult(votes: ReadonlyMap<bigint, boolean>): VoteResult {
    const incoming = this.incoming.voteResult(votes);
    const outgoing = this.outgoing.voteResult(votes);
    if (incoming === outgoing) return incoming;
    if (incoming === VoteResult.VoteLost || outgoing === VoteResult.VoteLost) return VoteResult.VoteLost;
    return VoteResult.VotePending;
  }

  describe(acks: AckedIndexer): string {
    return this.ids().describe(acks);
  }

  toString(): string {
    return this.outgoing.size > 0
      ? `${this.incoming.toString()}&&${this.outgoing.toString()}`
      : this.incoming.toString();
  }
}

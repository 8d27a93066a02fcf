/**
 * Decisions by a majority of a set of voters.
 *
 * The committed index of n voters is the highest index that floor(n/2)+1 of them have acknowledged: sort the acknowledged
 * indexes ascending (0 for silence) and take the one at position n - (floor(n/2)+1). Example: 2, 5, 7 -> 5.
 * The empty set agrees to everything (index infinity, vote won), so that a joint configuration with an empty half acts like
 * its other half. Keeps the behaviour of quorum/majority.go (etcd-io/raft v3.7.0).
 */
import { IdSet } from "./id-set.ts";
import { VoteResult } from "./vote-result.ts";

/** Who has acknowledged what. */
export interface AckedIndexer {
  /** Undefined when the voter has not answered. */
  ackedIndex(voter: bigint): number | undefined;
}

/** The committed index of the first n numbers, which are sorted in place; Infinity for n = 0. */
export function majorityIndex(acked: number[], n: number): number {
  if (n === 0) return Number.POSITIVE_INFINITY;
  for (let i = 1; i < n; i++) {
    const value = acked[i]!;
    let at = i;
    for (; at > 0 && acked[at - 1]! > value; at--) acked[at] = acked[at - 1]!;
    acked[at] = value;
  }
  return acked[n - ((n >> 1) + 1)]!;
}

export class MajorityConfig extends IdSet {
  clone(): MajorityConfig {
    return new MajorityConfig(this.ids);
  }

  /** Highest index that a majority has acknowledged. */
  committedIndex(acks: AckedIndexer): number {
    return majorityIndex(
      this.ids.map((id) => acks.ackedIndex(id) ?? 0),
      this.ids.length,
    );
  }

  voteResult(votes: ReadonlyMap<bigint, boolean>): VoteResult {
    if (this.ids.length === 0) return VoteResult.VoteWon;
    let granted = 0;
    let missing = 0;
    for (const id of this.ids) {
      const vote = votes.get(id);
      if (vote === undefined) missing++;
      else if (vote) granted++;
    }
    const quorum = (this.ids.length >> 1) + 1;
    if (granted >= quorum) return VoteResult.VoteWon;
    return granted + missing >= quorum ? VoteResult.VotePending : VoteResult.VoteLost;
  }

  /** A table with one bar per voter, longer for those further ahead (for tests and debugging). */
  describe(acks: AckedIndexer): string {
    const n = this.ids.length;
    if (n === 0) return "<empty majority quorum>";
    const rows = this.ids.map((id) => ({ id, index: acks.ackedIndex(id) }));
    const sorted = rows.map((row) => row.index ?? 0).sort((a, b) => a - b);
    let out = `${" ".repeat(n)}    idx\n`;
    for (const { id, index } of rows) {
      const bar = sorted.indexOf(index ?? 0);
      out += index === undefined ? `?${" ".repeat(n)}` : `${"x".repeat(bar)}>${" ".repeat(n - bar)}`;
      out += ` ${String(index ?? 0).padStart(5)}    (id=${id.toString(16)})\n`;
    }
    return out;
  }
}

/** Index as etcd prints it. */
export function indexText(index: number): string {
  return index === Number.POSITIVE_INFINITY ? "∞" : String(index);
}

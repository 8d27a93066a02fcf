/** Where a vote stands. */
export const VoteResult = {
  /** Neither side has a quorum yet. */
  VotePending: 1,
  VoteLost: 2,
  VoteWon: 3,
} as const;
export type VoteResult = (typeof VoteResult)[keyof typeof VoteResult];

/** Name as etcd prints it. */
export function voteResultName(result: VoteResult): string {
  return result === VoteResult.VoteWon ? "VoteWon" : result === VoteResult.VoteLost ? "VoteLost" : "VotePending";
}

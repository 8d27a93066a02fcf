/** The role of a node. */
export const StateType = { StateFollower: 0, StateCandidate: 1, StateLeader: 2, StatePreCandidate: 3 } as const;
export type StateType = (typeof StateType)[keyof typeof StateType];

const NAMES = ["StateFollower", "StateCandidate", "StateLeader", "StatePreCandidate"] as const;

/** Name as etcd prints it. */
export function stateTypeName(state: StateType): string {
  return NAMES[state];
}

/** Parameters of a raft node and their validation. */
import { AssertionError } from "../../base/assert.ts";
import type { RaftLogger } from "./raft-logger.ts";
import type { Storage } from "./storage.ts";
import { isLocalMessageTarget, NO_LIMIT, NONE } from "./types.ts";

/** How the leader makes sure that it still is one before it answers a read. */
export const ReadOnlyOption = {
  /** Asks a quorum; the default. */
  ReadOnlySafe: 0,
  /** Trusts its lease: a clock that drifts without bound can make it answer with stale data. Needs checkQuorum. */
  ReadOnlyLeaseBased: 1,
} as const;
export type ReadOnlyOption = (typeof ReadOnlyOption)[keyof typeof ReadOnlyOption];

export interface Config {
  /** This node; neither 0 nor one of the local threads. */
  readonly id: bigint;
  /** Ticks without a leader before an election; the actual timeout is random in [electionTick, 2 * electionTick). Use 10 * heartbeatTick. */
  readonly electionTick: number;
  /** Ticks between heartbeats of a leader. */
  readonly heartbeatTick: number;
  /** What is stable. Raft reads from it only. */
  readonly storage: Storage;
  /** Uniform integer in [0, bound); gives the election timeouts. */
  readonly randomInt: (bound: number) => number;
  readonly logger: RaftLogger;
  /** After a restart: last index that the state machine has applied; entries up to it are not handed out again. */
  readonly applied?: number;
  /** Storage work goes through MsgStorageAppend and MsgStorageApply instead of Ready and advance(). */
  readonly asyncStorageWrites?: boolean;
  /** Bytes of entries per append message; 0: one entry each. */
  readonly maxSizePerMsg: number;
  /** Bytes of committed entries handed out and not yet applied. Unset or 0: maxSizePerMsg. */
  readonly maxCommittedSizePerReady?: number;
  /** Payload bytes of uncommitted entries beyond which a leader drops proposals. Unset or 0: no limit. */
  readonly maxUncommittedEntriesSize?: number;
  /** Append messages in flight per member. */
  readonly maxInflightMsgs: number;
  /** Payload bytes in flight per member. Unset or 0: no limit. */
  readonly maxInflightBytes?: number;
  /** The leader steps down when it has not heard from a quorum for an election timeout, and voters ignore candidates while they hear a leader. */
  readonly checkQuorum?: boolean;
  /** Ask before standing for election (Raft thesis, 9.6). */
  readonly preVote?: boolean;
  readonly readOnlyOption?: ReadOnlyOption;
  /** Followers drop proposals instead of passing them on to the leader. */
  readonly disableProposalForwarding?: boolean;
  /** Accept configuration changes without comparing them with the active configuration; for applications that serialize them. */
  readonly disableConfChangeValidation?: boolean;
  /** A leader that is removed or demoted steps down at once. */
  readonly stepDownOnRemoval?: boolean;
  /**
   * With asyncStorageWrites: vote requests leave before the candidate's own term and vote are durable, as in etcd-io/raft. Unsafe
   * (see Raft.send); for comparing output with etcd-io/raft only.
   */
  readonly earlyVoteRequests?: boolean;
}

/** Config with every choice made. */
export type ResolvedConfig = Required<Config>;

/** Fills in the defaults; throws AssertionError for a configuration that cannot work (a mistake of the program, not of a user). */
export function resolveConfig(config: Config): ResolvedConfig {
  const maxInflightBytes = config.maxInflightBytes ?? 0;
  const problem =
    config.id === NONE
      ? "cannot use none as id"
      : isLocalMessageTarget(config.id)
        ? "cannot use local target as id"
        : config.heartbeatTick <= 0
          ? "heartbeat tick must be greater than 0"
          : config.electionTick <= config.heartbeatTick
            ? "election tick must be greater than heartbeat tick"
            : config.maxInflightMsgs <= 0
              ? "max inflight messages must be greater than 0"
              : maxInflightBytes !== 0 && maxInflightBytes < config.maxSizePerMsg
                ? "max inflight bytes must be >= max message size"
                : config.readOnlyOption === ReadOnlyOption.ReadOnlyLeaseBased && config.checkQuorum !== true
                  ? "CheckQuorum must be enabled when ReadOnlyOption is ReadOnlyLeaseBased"
                  : undefined;
  if (problem !== undefined) throw new AssertionError(problem);
  return {
    id: config.id,
    electionTick: config.electionTick,
    heartbeatTick: config.heartbeatTick,
    storage: config.storage,
    randomInt: config.randomInt,
    logger: config.logger,
    applied: config.applied ?? 0,
    asyncStorageWrites: config.asyncStorageWrites ?? false,
    maxSizePerMsg: config.maxSizePerMsg,
    // Both were one parameter once, hence this default.
    maxCommittedSizePerReady: config.maxCommittedSizePerReady || config.maxSizePerMsg,
    maxUncommittedEntriesSize: config.maxUncommittedEntriesSize || NO_LIMIT,
    maxInflightMsgs: config.maxInflightMsgs,
    maxInflightBytes: maxInflightBytes || NO_LIMIT,
    checkQuorum: config.checkQuorum ?? false,
    preVote: config.preVote ?? false,
    readOnlyOption: config.readOnlyOption ?? ReadOnlyOption.ReadOnlySafe,
    disableProposalForwarding: config.disableProposalForwarding ?? false,
    disableConfChangeValidation: config.disableConfChangeValidation ?? false,
    stepDownOnRemoval: config.stepDownOnRemoval ?? false,
    earlyVoteRequests: config.earlyVoteRequests ?? false,
  };
}

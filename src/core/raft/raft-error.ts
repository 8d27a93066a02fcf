/**
 * Expected refusals of raft and of its storage. They are values, returned and compared by `kind` (or by identity), never thrown by raft.
 * The texts are those of etcd-io/raft v3.7.0, because they reach logs and clients.
 */

export type RaftErrorKind =
  | "ProposalDropped"
  | "StepLocalMessage"
  | "StepPeerNotFound"
  | "Compacted"
  | "SnapshotOutOfDate"
  | "Unavailable"
  | "SnapshotTemporarilyUnavailable"
  | "NoPeers"
  | "NonemptyStorage";

/** A call that cannot be served now: `kind` says why. */
export class RaftError extends Error {
  override readonly name = "RaftError";
  readonly kind: RaftErrorKind;

  constructor(kind: RaftErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** The proposal was not taken (no leader, transfer in progress, size limit); the proposer may try again. */
export const PROPOSAL_DROPPED: RaftError = new RaftError("ProposalDropped", "raft proposal dropped");
/** A message that only the node itself may produce came in from outside. */
export const STEP_LOCAL_MESSAGE: RaftError = new RaftError("StepLocalMessage", "raft: cannot step raft local message");
/** An answer from somebody who is not in the configuration. */
export const STEP_PEER_NOT_FOUND: RaftError = new RaftError("StepPeerNotFound", "raft: cannot step as peer not found");
/** The index lies before the first entry that is kept. */
export const COMPACTED: RaftError = new RaftError("Compacted", "requested index is unavailable due to compaction");
export const SNAPSHOT_OUT_OF_DATE: RaftError = new RaftError(
  "SnapshotOutOfDate",
  "requested index is older than the existing snapshot",
);
/** The index lies beyond the last entry. */
export const UNAVAILABLE: RaftError = new RaftError("Unavailable", "requested entry at index is unavailable");
/** The storage is preparing a snapshot; raft asks again later. */
export const SNAPSHOT_TEMPORARILY_UNAVAILABLE: RaftError = new RaftError(
  "SnapshotTemporarilyUnavailable",
  "snapshot is temporarily unavailable",
);
export const NO_PEERS: RaftError = new RaftError("NoPeers", "must provide at least one peer to Bootstrap");
export const NONEMPTY_STORAGE: RaftError = new RaftError("NonemptyStorage", "can't bootstrap a nonempty Storage");

/** What the peer network asks of the member that it serves. */
import type { Member } from "../../core/membership/member.ts";
import type { Message } from "../../core/raft/types.ts";
import type { LeaseTimeToLiveResponse } from "../../proto/generated/rpc.ts";

export interface PeerServer {
  /** A message for raft. Sender and receiver were checked. */
  step(message: Message): void;
  /** Messages to that member were lost. Never called from inside `send`. */
  reportUnreachable(id: bigint): void;
  /** Another member says that this one was removed for good. May be called several times. */
  removedFromCluster(): void;
  /** True for IDs that were members and can never be again. */
  isRemoved(id: bigint): boolean;
  members(): readonly Member[];
  /** Stores the database of the snapshot at that index, durably; resolves to its bytes. Keeps nothing when the chunks fail. */
  saveDatabase(index: number, chunks: AsyncIterable<Uint8Array>): Promise<number>;
  versions(): PeerVersions;
  /** On the leader. `token`: the asking user's, undefined without one. Rejects with EtcdError. */
  promoteMember(id: bigint, token: string | undefined): Promise<readonly Member[]>;
  /** Hash at a revision (0: the current one). Rejects with EtcdError Compacted or FutureRev. */
  hashKv(revision: number): Promise<HashKv>;
  /** Whether a downgrade is under way, after a linearizable read. Rejects when that fails. */
  downgradeEnabled(): Promise<boolean>;
  /**
   * Renews a lease if this member leads, once everything committed is applied; resolves to its TTL in seconds.
   * Rejects with EtcdError: TimeoutWaitAppliedIndex, LeaseNotFound, NotPrimaryLessor.
   */
  renewLease(id: bigint): Promise<number>;
  /** Likewise. */
  leaseTimeToLive(id: bigint, keys: boolean): Promise<LeaseTimeToLiveResponse>;
}

/** The reply of `/version`. */
export interface PeerVersions {
  readonly server: string;
  /** Undefined until the cluster has decided. */
  readonly cluster: string | undefined;
  readonly storage: string | undefined;
}

export interface HashKv {
  readonly hash: number;
  /** -1 before the first compaction. */
  readonly compactRevision: number;
  readonly hashRevision: number;
  /** Revision of the store when it was hashed. */
  readonly revision: number;
}

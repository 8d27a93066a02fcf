/**
 * What the member asks of its connections to the others. The real one speaks etcd's peer protocol (`net/peer`), the simulated one is a
 * queue of packets; a single member has none.
 */
import type { Message } from "../core/raft/types.ts";
import type { MemberVersions } from "../core/version/version-monitor.ts";
import type { LeaseTimeToLiveResponse } from "../proto/generated/rpc.ts";

export interface PeerTransport {
  /** Sends or drops; never blocks. Messages to members it does not know are dropped. */
  send(messages: readonly Message[]): void;
  /**
   * Sends a MsgSnap together with the database it stands for. Resolves to true when the receiver has stored it.
   * `pieces` are pulled as the connection takes them; the caller releases what they pin afterwards.
   */
  sendSnapshot(
    message: Message,
    database: { readonly totalBytes: number; readonly pieces: AsyncIterable<Uint8Array> },
  ): Promise<boolean>;
  addPeer(id: bigint, urls: readonly string[]): void;
  removePeer(id: bigint): void;
  updatePeer(id: bigint, urls: readonly string[]): void;
  removeAllPeers(): void;
  /** Clock time since which the peer has been connected without a break; undefined while it is not. */
  activeSinceMs(id: bigint): number | undefined;
  stop(): Promise<void>;
}

/** For a member without others. */
export const NO_PEERS: PeerTransport = {
  send() {},
  sendSnapshot: () => Promise.resolve(false),
  addPeer() {},
  removePeer() {},
  updatePeer() {},
  removeAllPeers() {},
  activeSinceMs: () => undefined,
  stop: () => Promise.resolve(),
};

/** Requests to other members over their peer URLs, answered by the leader or by anyone (etcd's peer HTTP endpoints). */
export interface PeerRequests {
  /** Renews a lease on the leader; resolves to the TTL. Rejects with EtcdError LeaseNotFound, or any error when it could not be asked. */
  renewLease(peerUrls: readonly string[], id: bigint): Promise<number>;
  leaseTimeToLive(peerUrls: readonly string[], id: bigint, keys: boolean): Promise<LeaseTimeToLiveResponse>;
  /** `token`: of the user who asks. */
  promoteMember(peerUrls: readonly string[], id: bigint, token?: string): Promise<void>;
  /** What `/version` says; undefined when nobody answers. */
  versions(peerUrls: readonly string[]): Promise<MemberVersions | undefined>;
  /** The hash of a member's key space at a revision. Rejects with EtcdError (Compacted, FutureRev, ClusterIDMismatch) or any other error. */
  hashKv(peerUrls: readonly string[], clusterId: bigint, revision: number): Promise<HashKvAnswer>;
}

export interface HashKvAnswer {
  readonly hash: number;
  /** -1 before the first compaction. */
  readonly compactRevision: number;
  readonly hashRevision: number;
  /** The newest revision of the store that was hashed. */
  readonly revision: number;
}

export const NO_PEER_REQUESTS: PeerRequests = {
  renewLease: () => Promise.reject(new Error("no peers")),
  leaseTimeToLive: () => Promise.reject(new Error("no peers")),
  promoteMember: () => Promise.reject(new Error("no peers")),
  versions: () => Promise.resolve(undefined),
  hashKv: () => Promise.reject(new Error("no peers")),
};

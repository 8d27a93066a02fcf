/**
 * The members of one raft cluster as this server sees them, with the cluster version and the downgrade job.
 *
 * Changes come from committed entries only, exactly once each (entries at or below the consistent index must not be given again), are
 * written to the backend in the caller's batch and validated against the backend, not against memory: a member that joins knows the others
 * from their `/members` before the log tells it of them (`seed`).
 *
 * Invariants: an ID that was removed never returns; two members never share a peer URL; there are at most `learnersMax` learners.
 * Source of behaviour: etcd server/etcdserver/api/membership/cluster.go, etcdserver/server.go (applyConfChange).
 */
import { assert, unreachable } from "../../base/assert.ts";
import { minorVersion, type Version, versionLessThan, versionText } from "../../base/semver.ts";
import { ConfChangeType } from "../../proto/generated/raft.ts";
import type { Backend } from "../mvcc/backend.ts";
import { type DowngradeInfo, isServerTooOld, NO_DOWNGRADE } from "../version/downgrade.ts";
import { SERVER_VERSION } from "../version/server-version.ts";
import { type MemberChange, parseConfChangeContext } from "./conf-change-context.ts";
import { createMember, type Member, type MemberAttributes, membersById, sortedIds, sortedTexts } from "./member.ts";
import type { MembershipRefusal } from "./membership-error.ts";
import {
  loadClusterVersion,
  loadDowngradeInfo,
  loadMembers,
  loadRemovedIds,
  saveClusterVersion,
  saveDowngradeInfo,
  saveMember,
  saveMemberRemoval,
} from "./membership-store.ts";
import { encodeV2Membership } from "./v2-snapshot.ts";

/** etcd's default for --max-learners. */
export const LEARNERS_MAX_DEFAULT = 1;

/** What a conf change did: the shell adds or drops peers by it, logs it and counts it. */
export type MembershipChange =
  | { readonly kind: "added"; readonly member: Member }
  /** `member` is undefined when it was not known (nothing changed). */
  | { readonly kind: "promoted"; readonly id: bigint; readonly member: Member | undefined }
  | { readonly kind: "removed"; readonly id: bigint; readonly member: Member | undefined }
  | { readonly kind: "updated"; readonly id: bigint; readonly member: Member | undefined };

/** The cluster runs a newer version than this server supports: the member must stop. */
export class ServerTooOldError extends Error {
  override readonly name = "ServerTooOldError";
  readonly clusterVersion: Version;

  constructor(clusterVersion: Version) {
    super("invalid downgrade; server version is lower than determined cluster version");
    this.clusterVersion = clusterVersion;
  }

  /** Fields of the log line that etcd prints. */
  get fields(): { readonly "current-server-version": string; readonly "determined-cluster-version": string } {
    return {
      "current-server-version": versionText(minorVersion(SERVER_VERSION)),
      "determined-cluster-version": `${this.clusterVersion.major}.${this.clusterVersion.minor}`,
    };
  }
}

export interface RaftClusterOptions {
  readonly localId: bigint;
  readonly clusterId: bigint;
  readonly backend: Backend;
  readonly learnersMax?: number;
  /** The version this server claims; tests give others. */
  readonly serverVersion?: Version;
}

export class RaftCluster {
  readonly localId: bigint;
  readonly clusterId: bigint;
  readonly learnersMax: number;
  #backend: Backend;
  #members: Map<bigint, Member>;
  #removed: Set<bigint>;
  #version: Version | undefined;
  #downgrade: DowngradeInfo;
  readonly #serverVersion: Version;
  /** Made when first asked for, dropped by every change. */
  #snapshotData: Uint8Array | undefined;

  /** Empty until `recover` or `seed`. */
  constructor(options: RaftClusterOptions) {
    this.localId = options.localId;
    this.clusterId = options.clusterId;
    this.learnersMax = options.learnersMax ?? LEARNERS_MAX_DEFAULT;
    this.#backend = options.backend;
    this.#members = new Map();
    this.#removed = new Set();
    this.#version = undefined;
    this.#downgrade = NO_DOWNGRADE;
    this.#serverVersion = options.serverVersion ?? SERVER_VERSION;
    this.#snapshotData = undefined;
  }

  /** Makes members known in memory before the log has told of them: from --initial-cluster or from a peer's `/members`. */
  seed(members: readonly Member[]): void {
    for (const member of members) this.#members.set(member.id, member);
    this.#snapshotData = undefined;
  }

  /**
   * Replaces everything by what the backend holds: at start, and after a snapshot with its new backend.
   * Throws ServerTooOldError when the cluster has moved on without this server.
   */
  recover(backend: Backend = this.#backend): void {
    this.#backend = backend;
    this.#members = loadMembers(backend);
    this.#removed = loadRemovedIds(backend);
    this.#version = loadClusterVersion(backend);
    this.#downgrade = loadDowngradeInfo(backend) ?? NO_DOWNGRADE;
    this.#snapshotData = undefined;
    this.#checkVersion();
  }

  /** All members, by ID. */
  members(): Member[] {
    return membersById(this.#members.values());
  }

  /** Voters, by ID. */
  votingMembers(): Member[] {
    return this.members().filter((member) => !member.isLearner);
  }

  learners(): Member[] {
    return this.members().filter((member) => member.isLearner);
  }

  member(id: bigint): Member | undefined {
    return this.#members.get(id);
  }

  memberByName(name: string): Member | undefined {
    const found = this.members().filter((member) => member.name === name);
    assert(found.length <= 1, "two members have the same name");
    return found[0];
  }

  hasMember(id: bigint): boolean {
    return this.#members.has(id);
  }

  /** IDs of all members, ascending. */
  memberIds(): bigint[] {
    return sortedIds(this.#members.keys());
  }

  isRemoved(id: bigint): boolean {
    return this.#removed.has(id);
  }

  /** IDs of removed members, ascending. */
  removedIds(): bigint[] {
    return sortedIds(this.#removed);
  }

  /** Peer URLs of all members, sorted. */
  peerURLs(): string[] {
    return sortedTexts(this.members().flatMap((member) => member.peerURLs));
  }

  /** Client URLs of all members, sorted. */
  clientURLs(): string[] {
    return sortedTexts(this.members().flatMap((member) => member.clientURLs));
  }

  /** False as well while this server is no member yet (a joiner before its snapshot). */
  get isLocalMemberLearner(): boolean {
    return this.#members.get(this.localId)?.isLearner ?? false;
  }

  /** Undefined until the first leader has decided it. */
  get version(): Version | undefined {
    return this.#version;
  }

  get downgradeInfo(): DowngradeInfo {
    return this.#downgrade;
  }

  /**
   * Members, removed IDs and version as raft snapshots carry them (`Snapshot.data`). Kept until the next change, because the raft log is
   * compacted every few entries; do not change it.
   */
  snapshotData(): Uint8Array {
    this.#snapshotData ??= encodeV2Membership({
      members: [...this.#members.values()],
      removedIds: [...this.#removed],
      version: this.#version,
    });
    return this.#snapshotData;
  }

  /**
   * Whether a committed change is still valid; undefined when it is. A refused change must go to raft as one without a node, so that
   * all members skip it alike. A context that cannot be read is a broken log.
   */
  refuse(change: MemberChange): MembershipRefusal | undefined {
    const members = loadMembers(this.#backend);
    const id = change.nodeId;
    if (loadRemovedIds(this.#backend).has(id)) return "IDRemoved";
    switch (change.type) {
      case ConfChangeType.ConfChangeAddNode:
      case ConfChangeType.ConfChangeAddLearnerNode: {
        const { member, isPromote } = contextOf(change);
        if (isPromote) {
          const learner = members.get(id);
          if (learner === undefined) return "IDNotFound";
          return learner.isLearner ? undefined : "MemberNotLearner";
        }
        if (members.has(id)) return "IDExists";
        if (sharesPeerURL(members.values(), member.peerURLs)) return "PeerURLExists";
        if (member.isLearner && change.type === ConfChangeType.ConfChangeAddLearnerNode) {
          return refuseLearners(this.learnersMax, members.values(), 1);
        }
        return undefined;
      }
      case ConfChangeType.ConfChangeRemoveNode:
        return members.has(id) ? undefined : "IDNotFound";
      case ConfChangeType.ConfChangeUpdateNode: {
        if (!members.delete(id)) return "IDNotFound";
        return sharesPeerURL(members.values(), contextOf(change).member.peerURLs) ? "PeerURLExists" : undefined;
      }
      default:
        return unreachable(change.type);
    }
  }

  /** Applies a change that `refuse` let pass. */
  apply(change: MemberChange): MembershipChange {
    const id = change.nodeId;
    switch (change.type) {
      case ConfChangeType.ConfChangeAddNode:
      case ConfChangeType.ConfChangeAddLearnerNode: {
        const { member, isPromote } = contextOf(change);
        if (isPromote) return { kind: "promoted", id, member: this.#replace(id, { isLearner: false }) };
        this.#save(member);
        return { kind: "added", member };
      }
      case ConfChangeType.ConfChangeRemoveNode: {
        const member = this.#members.get(id);
        saveMemberRemoval(this.#backend, id);
        this.#members.delete(id);
        this.#removed.add(id);
        this.#snapshotData = undefined;
        return { kind: "removed", id, member };
      }
      case ConfChangeType.ConfChangeUpdateNode: {
        // Only the peer URLs can be updated: learners become voters by promotion.
        const { peerURLs } = contextOf(change).member;
        return { kind: "updated", id, member: this.#replace(id, { peerURLs }) };
      }
      default:
        return unreachable(change.type);
    }
  }

  /** A member tells its name and client URLs (ClusterMemberAttrSet). False for a removed member, whose late entry has no effect. */
  updateAttributes(id: bigint, { name, clientURLs }: MemberAttributes): boolean {
    if (this.#replace(id, { name, clientURLs }) !== undefined) return true;
    assert(this.#removed.has(id), "attributes for a member that never existed");
    return false;
  }

  /** ClusterVersionSet. Returns true when the version fell: a downgrade, after which the member takes a snapshot at once. */
  setVersion(version: Version): boolean {
    const before = this.#version;
    this.#version = version;
    this.#snapshotData = undefined;
    this.#checkVersion();
    saveClusterVersion(this.#backend, version);
    return before !== undefined && versionLessThan(version, before);
  }

  /** DowngradeInfoSet. */
  setDowngradeInfo(info: DowngradeInfo): void {
    saveDowngradeInfo(this.#backend, info);
    this.#downgrade = info;
  }

  #replace(id: bigint, fields: Partial<Member>): Member | undefined {
    const member = this.#members.get(id);
    if (member === undefined) return undefined;
    const changed = createMember({ ...member, ...fields });
    this.#save(changed);
    return changed;
  }

  #save(member: Member): void {
    saveMember(this.#backend, member);
    this.#members.set(member.id, member);
    this.#snapshotData = undefined;
  }

  #checkVersion(): void {
    if (this.#version !== undefined && isServerTooOld(this.#serverVersion, this.#version)) {
      throw new ServerTooOldError(this.#version);
    }
  }
}

/** What speaks against this many learners plus `added` more. */
export function refuseLearners(
  learnersMax: number,
  members: Iterable<Member>,
  added: number,
): "TooManyLearners" | undefined {
  let learners = added;
  for (const member of members) if (member.isLearner) learners++;
  return learners > learnersMax ? "TooManyLearners" : undefined;
}

function sharesPeerURL(members: Iterable<Member>, peerURLs: readonly string[]): boolean {
  const wanted = new Set(peerURLs);
  for (const member of members) if (member.peerURLs.some((url) => wanted.has(url))) return true;
  return false;
}

function contextOf(change: MemberChange): { readonly member: Member; readonly isPromote: boolean } {
  const context = parseConfChangeContext(change.context);
  assert(context !== undefined, "a ConfChange has a context that is not a member");
  assert(context.member.id === change.nodeId, "a ConfChange names another member than its context");
  return context;
}

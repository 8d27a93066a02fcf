/**
 * Cluster version and storage version: the leader raises or lowers the first to what all members run, every member's file follows
 * (etcd server/etcdserver/version/monitor.go).
 */
import { versionText } from "../base/semver.ts";
import { RequestField } from "../core/apply/raft-request.ts";
import type { Entry } from "../core/raft/types.ts";
import { entriesMinimumVersion } from "../core/version/entry-version.ts";
import { SERVER_VERSION_TEXT } from "../core/version/server-version.ts";
import { detectStorageVersion, migrateStorage, storageVersionToSet } from "../core/version/storage-version.ts";
import { decideClusterVersion, isDowngradeComplete, type MemberVersions } from "../core/version/version-monitor.ts";
import { ClusterVersionSetRequest, DowngradeInfoSetRequest } from "../proto/generated/membership.ts";
import type { Member } from "./member.ts";

export class VersionKeeper {
  readonly #member: Member;
  /** Versions of the other members by asking them. */
  readonly #peerVersions: () => Promise<Map<bigint, MemberVersions | undefined>>;
  /** Entries that the log still holds behind the last snapshot on disk: an older release would have to read them. */
  readonly #entriesSinceSnapshot: () => Entry[];

  constructor(
    member: Member,
    sources: {
      peerVersions: () => Promise<Map<bigint, MemberVersions | undefined>>;
      entriesSinceSnapshot: () => Entry[];
    },
  ) {
    this.#member = member;
    this.#peerVersions = sources.peerVersions;
    this.#entriesSinceSnapshot = sources.entriesSinceSnapshot;
  }

  /** Every few seconds, and when a leader begins its term. */
  monitor(): void {
    const { isStopping, logger } = this.#member;
    if (isStopping) return;
    this.#updateClusterVersion().catch((error: unknown) => {
      if (!this.#member.isStopping) logger.warn("failed to update cluster version", { error: String(error) });
    });
    this.updateStorageVersion();
  }

  /** Every --downgrade-check-time: the leader ends a downgrade once every member runs the release it leads to. */
  checkDowngrade(): void {
    const { isStopping, isLeader, logger, state } = this.#member;
    if (isStopping || !isLeader || !state.cluster.downgradeInfo.enabled) return;
    this.#endDowngrade().catch((error: unknown) => {
      if (!this.#member.isStopping) logger.warn("failed to cancel downgrade", { error: String(error) });
    });
  }

  async #endDowngrade(): Promise<void> {
    const { logger, proposer } = this.#member;
    const versions = await this.#memberVersions();
    const { downgradeInfo } = this.#member.state.cluster;
    if (this.#member.isStopping || !isDowngradeComplete(downgradeInfo, versions)) return;
    logger.info("the cluster has been downgraded", { "cluster-version": downgradeInfo.targetVersion });
    const request = DowngradeInfoSetRequest.encode({ enabled: false, ver: "" });
    await proposer.request(RequestField.DowngradeInfoSet, request);
  }

  /** Of all members, undefined where one does not answer. */
  async #memberVersions(): Promise<readonly (MemberVersions | undefined)[]> {
    const { memberId, state } = this.#member;
    const asked = await this.#peerVersions();
    const { cluster } = state;
    asked.set(memberId, {
      server: SERVER_VERSION_TEXT,
      cluster: cluster.version === undefined ? "not_decided" : versionText(cluster.version),
    });
    return cluster.memberIds().map((id) => asked.get(id));
  }

  async #updateClusterVersion(): Promise<void> {
    const { isLeader, logger, proposer } = this.#member;
    if (!isLeader) return;
    const versions = await this.#memberVersions();
    const { cluster } = this.#member.state;
    const decision = decideClusterVersion(cluster.version, versions, cluster.downgradeInfo);
    if (decision.kind !== "set" || this.#member.isStopping) return;
    const ver = versionText(decision.version);
    const isFirst = cluster.version === undefined;
    logger.info(`${isFirst ? "setting up initial" : "updating"} cluster version using v3 API`, {
      "cluster-version": ver,
    });
    await proposer.request(RequestField.ClusterVersionSet, ClusterVersionSetRequest.encode({ ver }));
    logger.info("cluster version is updated", { "cluster-version": ver });
    this.updateStorageVersion();
  }

  updateStorageVersion(): void {
    const { isStopping, logger, state } = this.#member;
    if (isStopping) return;
    const { backend, cluster } = state;
    const target = storageVersionToSet(cluster.version, detectStorageVersion(backend));
    if (target === undefined) return;
    const migrated = migrateStorage(backend, target, entriesMinimumVersion(this.#entriesSinceSnapshot()));
    backend.endBatch();
    const version = versionText(target);
    if (migrated.ok) logger.info("updated storage version", { "new-storage-version": version });
    else logger.warn("failed to update storage version", { "cluster-version": version, error: migrated.reason });
  }
}

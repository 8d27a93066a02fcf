/**
 * How the leader decides the cluster version, ends downgrades, and what versions a joining server accepts: pure functions over the
 * versions that members report (`/version` of each peer; undefined for one that did not answer).
 * Source of behaviour: etcd server/etcdserver/version/monitor.go, etcdserver/cluster_util.go (isCompatibleWithVers).
 */
import {
  minorVersion,
  parseVersion,
  type Version,
  version,
  versionLessThan,
  versionsEqual,
} from "../../base/semver.ts";
import { type DowngradeInfo, isValidClusterVersionChange, isValidDowngrade } from "./downgrade.ts";
import { MIN_CLUSTER_VERSION, SERVER_MINOR_VERSION } from "./server-version.ts";

/** How often the leader looks (etcd monitorVersionInterval: what raft's ticks need, less a second). */
export const MONITOR_VERSION_INTERVAL_MS = 4000;

/** The reply of `/version`: `{"etcdserver":"3.7.1","etcdcluster":"3.7.0","storage":"3.7.0"}`. */
export interface MemberVersions {
  readonly server: string;
  readonly cluster: string;
}

export type ClusterVersionDecision =
  | { readonly kind: "keep" }
  | { readonly kind: "set"; readonly version: Version }
  /** The running downgrade cannot be carried out from these versions. */
  | { readonly kind: "invalid downgrade target" };

const KEEP: ClusterVersionDecision = { kind: "keep" };

/** What the leader should set the cluster version to (major and minor only). */
export function decideClusterVersion(
  current: Version | undefined,
  members: readonly (MemberVersions | undefined)[],
  downgrade: DowngradeInfo,
): ClusterVersionDecision {
  const lowest = lowestServerVersion(members);
  if (current === undefined) return set(lowest ?? MIN_CLUSTER_VERSION);
  if (lowest === undefined) return KEEP;
  if (downgrade.enabled) {
    const target = parseVersion(downgrade.targetVersion);
    if (target === undefined) return { kind: "invalid downgrade target" };
    if (versionsEqual(target, current)) return KEEP;
    if (!isValidDowngrade(current, target) || !isValidDowngrade(lowest, target)) {
      return { kind: "invalid downgrade target" };
    }
    return set(target);
  }
  return versionLessThan(current, lowest) && isValidClusterVersionChange(current, lowest) ? set(lowest) : KEEP;
}

/** True when every member runs the target's minor version: the downgrade is done and gets cancelled. */
export function isDowngradeComplete(
  downgrade: DowngradeInfo,
  members: readonly (MemberVersions | undefined)[],
): boolean {
  const target = parseVersion(downgrade.targetVersion);
  if (!downgrade.enabled || target === undefined) return false;
  return members.every((member) => {
    const server = member === undefined ? undefined : parseVersion(member.server);
    return server !== undefined && versionsEqual(minorVersion(server), minorVersion(target));
  });
}

/** The lowest server version; undefined when a member did not answer or said nonsense. */
export function lowestServerVersion(members: readonly (MemberVersions | undefined)[]): Version | undefined {
  let lowest: Version | undefined;
  for (const member of members) {
    const server = member === undefined ? undefined : parseVersion(member.server);
    if (server === undefined) return undefined;
    if (lowest === undefined || versionLessThan(server, lowest)) lowest = server;
  }
  return lowest;
}

/**
 * True when this server may join a cluster whose other members reported these versions: at least one must have answered with a cluster
 * version in the window, none with one outside. While a downgrade runs, the window is exactly one minor version above this server.
 */
export function isCompatibleWithCluster(
  others: readonly (MemberVersions | undefined)[],
  downgradeEnabled: boolean,
  server: Version = SERVER_MINOR_VERSION,
): boolean {
  const highest = downgradeEnabled ? version(server.major, server.minor + 1) : minorVersion(server);
  const lowest = downgradeEnabled ? highest : MIN_CLUSTER_VERSION;
  let answered = false;
  for (const member of others) {
    const cluster = member === undefined ? undefined : parseVersion(member.cluster);
    if (cluster === undefined) continue;
    if (versionLessThan(cluster, lowest) || versionLessThan(highest, cluster)) return false;
    answered = true;
  }
  return answered;
}

function set(to: Version): ClusterVersionDecision {
  return { kind: "set", version: minorVersion(to) };
}

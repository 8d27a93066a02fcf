/**
 * Downgrade jobs and which cluster versions may follow one another.
 * Source of behaviour: etcd server/etcdserver/version/downgrade.go and version.go, etcdserver/cluster_util.go (convertToClusterVersion).
 */
import type { EtcdErrorName } from "../../base/etcd-error.ts";
import {
  minorVersion,
  parseVersion,
  type Version,
  version,
  versionLessThan,
  versionsEqual,
} from "../../base/semver.ts";

export interface DowngradeInfo {
  /** "3.6.0"; empty when no downgrade is under way. */
  readonly targetVersion: string;
  readonly enabled: boolean;
}

export const NO_DOWNGRADE: DowngradeInfo = { targetVersion: "", enabled: false };

/** A downgrade goes exactly one minor version down. */
export function allowedDowngradeVersion(from: Version): Version {
  return version(from.major, from.minor - 1);
}

export function isValidDowngrade(from: Version, to: Version): boolean {
  return versionsEqual(to, allowedDowngradeVersion(from));
}

/** A cluster version may rise within its major version, or fall by one minor version. */
export function isValidClusterVersionChange(from: Version, to: Version): boolean {
  const a = minorVersion(from);
  const b = minorVersion(to);
  return isValidDowngrade(a, b) || (a.major === b.major && versionLessThan(a, b));
}

/** True when a server of this version must not run in a cluster of that version. */
export function isServerTooOld(server: Version, cluster: Version | undefined): boolean {
  return cluster !== undefined && versionLessThan(minorVersion(server), cluster);
}

/** The target of a Downgrade request ("3.6" or "3.6.0", patch dropped); undefined means WrongDowngradeVersionFormat. */
export function parseDowngradeTarget(text: string): Version | undefined {
  const parsed = parseVersion(text) ?? parseVersion(`${text}.0`);
  return parsed === undefined ? undefined : minorVersion(parsed);
}

/** What speaks against starting a downgrade to the target; undefined when nothing does. Judge on linearized state. */
export function refuseDowngrade(
  target: Version,
  clusterVersion: Version | undefined,
  info: DowngradeInfo,
): EtcdErrorName | undefined {
  if (clusterVersion === undefined) return "ClusterVersionUnavailable";
  if (!isValidDowngrade(clusterVersion, target)) return "InvalidDowngradeTargetVersion";
  return info.enabled ? "DowngradeInProcess" : undefined;
}

/** What speaks against cancelling; undefined when nothing does. Judge on linearized state. */
export function refuseDowngradeCancel(info: DowngradeInfo): EtcdErrorName | undefined {
  return info.enabled ? undefined : "NoInflightDowngrade";
}

/**
 * Who speaks to whom: the headers of every request between peers, and what makes a receiver refuse one.
 * Source of behaviour: etcd server/etcdserver/api/rafthttp/util.go and http.go (checkClusterCompatibilityFromHeader).
 */
import { idHex } from "../../base/bytes.ts";
import { compareVersions, minorVersion, parseVersion, type Version, version } from "../../base/semver.ts";
import { parseIdHex } from "../../core/membership/member.ts";
import {
  MIN_CLUSTER_VERSION,
  MIN_CLUSTER_VERSION_TEXT,
  SERVER_VERSION,
  SERVER_VERSION_TEXT,
} from "../../core/version/server-version.ts";
import type { Logger } from "../../io/logger.ts";
import type { HttpExchange } from "../transport/http-exchange.ts";

export interface LocalPeer {
  readonly memberId: bigint;
  readonly clusterId: bigint;
  /** What this member advertises to its peers. */
  readonly peerUrls: readonly string[];
}

export type Incompatibility = "incompatible version" | "cluster ID mismatch";

/** Headers of each request to a peer. */
export function requestHeaders(local: LocalPeer): Record<string, string> {
  const headers: Record<string, string> = {
    "X-Server-From": idHex(local.memberId),
    "X-Server-Version": SERVER_VERSION_TEXT,
    "X-Min-Cluster-Version": MIN_CLUSTER_VERSION_TEXT,
    "X-Etcd-Cluster-ID": idHex(local.clusterId),
  };
  if (local.peerUrls.length > 0) headers["X-PeerURLs"] = local.peerUrls.join(",");
  return headers;
}

/** Why a request must not be served; undefined when it may. */
export function refuseIncompatible(
  exchange: HttpExchange,
  local: LocalPeer,
  logger: Logger,
): Incompatibility | undefined {
  const remoteServer = headerVersion(exchange.header("x-server-version"));
  const remoteMinCluster = headerVersion(exchange.header("x-min-cluster-version"));
  const clusterId = exchange.header("x-etcd-cluster-id");
  const compatible =
    remoteServer !== undefined &&
    remoteMinCluster !== undefined &&
    compareVersions(minorVersion(remoteServer), minorVersion(MIN_CLUSTER_VERSION)) >= 0 &&
    compareVersions(minorVersion(remoteMinCluster), minorVersion(SERVER_VERSION)) <= 0;
  const refusal = !compatible
    ? "incompatible version"
    : clusterId === idHex(local.clusterId)
      ? undefined
      : "cluster ID mismatch";
  if (refusal !== undefined) {
    const what =
      refusal === "cluster ID mismatch" ? "request cluster ID mismatch" : "failed version compatibility check";
    logger.warn(what, {
      "local-member-id": idHex(local.memberId),
      "local-member-cluster-id": idHex(local.clusterId),
      "local-member-server-version": SERVER_VERSION_TEXT,
      "local-member-server-minimum-cluster-version": MIN_CLUSTER_VERSION_TEXT,
      "remote-peer-server-name": exchange.header("x-server-from") ?? "",
      "remote-peer-server-version": exchange.header("x-server-version") ?? "",
      "remote-peer-server-minimum-cluster-version": exchange.header("x-min-cluster-version") ?? "",
      "remote-peer-cluster-id": clusterId ?? "",
    });
  }
  return refusal;
}

/** The member that a request says it comes from, with its peer URLs; undefined when it does not say both. */
export function senderOf(exchange: HttpExchange): { id: bigint; urls: string[] } | undefined {
  const id = parseIdHex(exchange.header("x-server-from") ?? "");
  const urls = exchange.header("x-peerurls") ?? "";
  return id === undefined || urls === "" ? undefined : { id, urls: urls.split(",") };
}

/** True when a peer of this version (header X-Server-Version of its reply) serves both kinds of stream. */
export function speaksStreams(header: string | undefined): boolean {
  const remote = headerVersion(header);
  return remote !== undefined && compareVersions(minorVersion(remote), version(2, 1)) >= 0;
}

/** etcd 2.0 sent no versions. */
function headerVersion(header: string | undefined): Version | undefined {
  return parseVersion(header === undefined || header === "" ? "2.0.0" : header);
}

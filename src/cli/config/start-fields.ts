/** The fields of the line "starting an etcd server": the settings that took effect, by etcd's names. */
import { join } from "node:path";
import { goDurationText, goDurationTextMs } from "../../base/go-duration.ts";
import type { GoUrl } from "../../base/go-url.ts";
import { parseUrlsMap, urlsMapText } from "../../core/membership/member-urls.ts";
import type { LogFields } from "../../io/logger.ts";
import { compactionPolicy } from "../../server/compaction-policy.ts";
import { electionTicks, type ServerConfig } from "../../server/config.ts";

const DEFAULT_QUOTA_BYTES = 2 * 1024 * 1024 * 1024;

/** `memberInitialized`: the member has data, and the initial cluster plays no part. */
export function startFields(config: ServerConfig, facts: { readonly memberInitialized: boolean }): LogFields {
  const { discovery } = config;
  const compaction = compactionPolicy(config.autoCompaction);
  const retention = compaction.ok ? goDurationText(compaction.retentionNs) : config.autoCompaction.retention;
  const members = facts.memberInitialized ? undefined : parseUrlsMap(config.initialCluster);
  return {
    "member-initialized": facts.memberInitialized,
    name: config.name,
    "data-dir": config.dataDir,
    "wal-dir": config.walDir,
    "wal-dir-dedicated": config.walDir,
    "member-dir": join(config.dataDir, "member"),
    "force-new-cluster": config.forceNewCluster,
    "heartbeat-interval": goDurationTextMs(config.heartbeatIntervalMs),
    "election-timeout": goDurationTextMs(electionTicks(config) * config.heartbeatIntervalMs),
    "initial-election-tick-advance": config.initialElectionTickAdvance,
    "snapshot-count": config.snapshotCount,
    "max-wals": config.maxWals,
    "max-snapshots": config.maxSnapshots,
    "snapshot-catchup-entries": config.snapshotCatchupEntries,
    "initial-advertise-peer-urls": texts(config.advertisePeerUrls),
    "listen-peer-urls": texts(config.listenPeerUrls),
    "advertise-client-urls": texts(config.advertiseClientUrls),
    "listen-client-urls": texts(config.listenClientUrls),
    "listen-metrics-urls": texts(config.listenMetricsUrls),
    "local-address": "",
    cors: [...config.cors].sort(),
    "host-whitelist": [...config.hostWhitelist].sort(),
    "initial-cluster": members?.ok ? urlsMapText(members.members) : "",
    "initial-cluster-state": config.initialClusterState,
    "initial-cluster-token": facts.memberInitialized ? "" : config.initialClusterToken,
    "quota-backend-bytes": config.quotaBackendBytes === 0 ? DEFAULT_QUOTA_BYTES : config.quotaBackendBytes,
    "max-request-bytes": config.maxRequestBytes,
    "max-concurrent-streams": config.maxConcurrentStreams,
    "pre-vote": config.preVote,
    "feature-gates": config.featuresText,
    "initial-corrupt-check": config.features.InitialCorruptCheck,
    "corrupt-check-time-interval": goDurationTextMs(config.corruptCheckTimeMs),
    "compact-check-time-interval": goDurationTextMs(config.compactHashCheckTimeMs),
    "auto-compaction-mode": config.autoCompaction.mode,
    "auto-compaction-retention": retention,
    "auto-compaction-interval": retention,
    "discovery-token": discovery.token,
    "discovery-endpoints": discovery.endpoints.join(","),
    "discovery-dial-timeout": goDurationTextMs(discovery.dialTimeoutMs),
    "discovery-request-timeout": goDurationTextMs(discovery.requestTimeoutMs),
    "discovery-keepalive-time": goDurationTextMs(discovery.keepaliveTimeMs),
    "discovery-keepalive-timeout": goDurationTextMs(discovery.keepaliveTimeoutMs),
    "discovery-insecure-transport": discovery.insecureTransport,
    "discovery-insecure-skip-tls-verify": discovery.insecureSkipTlsVerify,
    "discovery-cert": discovery.cert,
    "discovery-key": discovery.key,
    "discovery-cacert": discovery.cacert,
    "discovery-user": discovery.user,
    "downgrade-check-interval": goDurationTextMs(config.downgradeCheckTimeMs),
    "max-learners": config.maxLearners,
    "v2-deprecation": "write-only",
  };
}

function texts(urls: readonly GoUrl[]): readonly string[] {
  return urls.map((url) => url.text);
}

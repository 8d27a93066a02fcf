/** From the settings of the server program to those of its member. */
import { parseUrlsMap } from "../core/membership/member-urls.ts";
import { BootstrapError } from "./bootstrap.ts";
import { compactionPolicy } from "./compaction-policy.ts";
import { electionTicks, type ServerConfig } from "./config.ts";
import { DEFAULT_MEMBER_CONFIG, type MemberConfig } from "./member-config.ts";

/** Rejects (throws BootstrapError) what can only be judged as a whole. */
export function memberConfig(config: ServerConfig): MemberConfig {
  const initialCluster = parseUrlsMap(config.initialCluster);
  if (!initialCluster.ok) throw new BootstrapError(`error setting up initial cluster: ${initialCluster.reason}`);
  const retention = compactionPolicy(config.autoCompaction);
  if (!retention.ok) throw new BootstrapError(retention.reason);
  return {
    name: config.name,
    dataDir: config.dataDir,
    walDir: config.walDir,
    ...(config.walSegmentBytes === undefined ? {} : { walSegmentBytes: config.walSegmentBytes }),
    initialCluster: initialCluster.members,
    initialClusterToken: config.initialClusterToken,
    isNewCluster: config.initialClusterState === "new",
    forceNewCluster: config.forceNewCluster,
    advertiseClientUrls: config.advertiseClientUrls.map((url) => url.text),
    advertisePeerUrls: config.advertisePeerUrls.map((url) => url.text),
    heartbeatMs: config.heartbeatIntervalMs,
    electionTicks: electionTicks(config),
    initialElectionTickAdvance: config.initialElectionTickAdvance,
    preVote: config.preVote,
    snapshotCount: config.snapshotCount || DEFAULT_MEMBER_CONFIG.snapshotCount,
    snapshotCatchupEntries: config.snapshotCatchupEntries || DEFAULT_MEMBER_CONFIG.snapshotCatchupEntries,
    learnersMax: config.maxLearners,
    strictReconfigCheck: config.strictReconfigCheck,
    quotaBackendBytes: config.quotaBackendBytes,
    backendBatchIntervalMs: config.backendBatchIntervalMs || DEFAULT_MEMBER_CONFIG.backendBatchIntervalMs,
    backendBatchLimit: config.backendBatchLimit || DEFAULT_MEMBER_CONFIG.backendBatchLimit,
    backendCacheBytes: 0,
    unsafeNoFsync: config.unsafeNoFsync,
    bootstrapDefragThresholdMegabytes: config.bootstrapDefragThresholdMegabytes,
    txnOpsMax: config.maxTxnOps,
    requestBytesMax: config.maxRequestBytes,
    watchProgressIntervalMs: config.watchProgressNotifyIntervalMs || DEFAULT_MEMBER_CONFIG.watchProgressIntervalMs,
    warningApplyMs: config.warningApplyDurationMs,
    warningUnaryRequestMs: config.warningUnaryRequestDurationMs,
    autoCompaction: retention.policy,
    compactionBatchLimit: config.compactionBatchLimit || DEFAULT_MEMBER_CONFIG.compactionBatchLimit,
    compactionSleepMs: config.compactionSleepIntervalMs || DEFAULT_MEMBER_CONFIG.compactionSleepMs,
    corruptCheckMs: config.corruptCheckTimeMs,
    compactHashCheckMs: config.compactHashCheckTimeMs,
    downgradeCheckMs: config.downgradeCheckTimeMs,
    snapshotsMax: config.maxSnapshots,
    walsMax: config.maxWals,
    authToken: config.authToken,
    authTokenTtlSeconds: config.authTokenTtlSeconds,
    bcryptCost: config.bcryptCost,
    clientCertAuth: config.clientTls.clientCertAuth,
    features: new Set(Object.entries(config.features).flatMap(([name, isOn]) => (isOn ? [name] : []))),
  };
}

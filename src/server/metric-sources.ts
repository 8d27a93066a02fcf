/** Where each metric family of a member gets its value: names, help texts and types are etcd 3.7.1's. */
import type { HealthCounters } from "../api/http/health.ts";
import { type HistogramSample, MetricFamilies, type Sample } from "../api/http/metric-families.ts";
import type { ScrapeCounters } from "../api/http/metrics.ts";
import { idHex } from "../base/bytes.ts";
import type { Histogram } from "../base/histogram.ts";
import type { StoreCounts } from "../core/mvcc/store-counts.ts";
import { SERVER_VERSION_TEXT } from "../core/version/server-version.ts";
import type { PeerMetrics } from "../net/peer/peer-metrics.ts";
import type { TransportMetrics } from "../net/transport/transport-metrics.ts";
import { AlarmType } from "../proto/generated/rpc.ts";
import type { FeatureName, ServerConfig } from "./config.ts";
import type { RunningMember } from "./embed.ts";
import { DEFAULT_QUOTA_BYTES } from "./member-config.ts";
import { grpcFamilies, peerFamilies } from "./network-metrics.ts";
import { processFamilies } from "./process-metrics.ts";
import { REQUEST_TYPE_NAMES } from "./request-types.ts";

export interface MetricSources {
  readonly transport: TransportMetrics;
  readonly health: HealthCounters;
  readonly scrapes: ScrapeCounters;
  readonly config: ServerConfig;
  /** Undefined before the member connected, and for a member without a network. */
  readonly peers: () => PeerMetrics | undefined;
}

export function memberMetricFamilies(running: RunningMember, sources: MetricSources): MetricFamilies {
  const families = new MetricFamilies();
  serverFamilies(families, running);
  storeFamilies(families, running);
  diskFamilies(families, running);
  featureFamilies(families, sources.config);
  watchFamilies(families, running);
  v2Families(families);
  grpcFamilies(families, sources.transport);
  peerFamilies(families, running.member, sources.peers);
  healthFamilies(families, sources.health);
  scrapeFamilies(families, sources.scrapes);
  processFamilies(families);
  return families;
}

function serverFamilies(f: MetricFamilies, { member, gate }: RunningMember): void {
  const { metrics, config } = member;
  f.gauge("etcd_server_has_leader", "Whether or not a leader exists. 1 is existence, 0 is not.", () =>
    Number(metrics.hasLeader),
  );
  f.gauge("etcd_server_is_leader", "Whether or not this member is a leader. 1 if is, 0 otherwise.", () =>
    Number(metrics.isLeader),
  );
  f.gauge("etcd_server_is_learner", "Whether or not this member is a learner. 1 if is, 0 otherwise.", () =>
    Number(member.state.cluster.isLocalMemberLearner),
  );
  f.counter(
    "etcd_server_leader_changes_seen_total",
    "The number of leader changes seen.",
    () => metrics.leaderChangesSeen,
  );
  f.counter(
    "etcd_server_learner_promote_successes",
    "The total number of successful learner promotions while this member is leader.",
    () => metrics.learnerPromotions,
  );
  f.counter(
    "etcd_server_heartbeat_send_failures_total",
    "The total number of leader heartbeat send failures (likely overloaded from slow disk).",
    () => metrics.heartbeatSendFailures,
  );
  f.counter(
    "etcd_server_slow_apply_total",
    "The total number of slow apply requests (likely overloaded from slow disk).",
    () => metrics.slowApplies,
  );
  f.gauge(
    "etcd_server_snapshot_apply_in_progress_total",
    "1 if the server is applying the incoming snapshot. 0 if none.",
    () => metrics.snapshotApplyInProgress,
  );
  f.gauge(
    "etcd_server_proposals_committed_total",
    "The total number of consensus proposals committed.",
    () => member.committedIndex,
  );
  f.gauge(
    "etcd_server_proposals_applied_total",
    "The total number of consensus proposals applied.",
    () => member.appliedIndex,
  );
  f.gauge(
    "etcd_server_proposals_pending",
    "The current number of pending proposals to commit.",
    () => member.proposer.pending,
  );
  f.counter(
    "etcd_server_proposals_failed_total",
    "The total number of failed proposals seen.",
    () => member.proposer.counters.proposalsFailed,
  );
  f.counter(
    "etcd_server_slow_read_indexes_total",
    "The total number of pending read indexes not in sync with leader's or timed out read index requests.",
    () => member.reads.counters.slowReadIndexes,
  );
  f.counter(
    "etcd_server_read_indexes_failed_total",
    "The total number of failed read indexes seen.",
    () => member.reads.counters.readIndexesFailed,
  );
  f.gauge("etcd_server_quota_backend_bytes", "Current backend storage quota size in bytes.", () =>
    config.quotaBackendBytes === 0 ? DEFAULT_QUOTA_BYTES : config.quotaBackendBytes,
  );
  f.gauge("etcd_server_version", "Which version is running. 1 for 'server_version' label with current version.", () => [
    { labels: { server_version: SERVER_VERSION_TEXT }, value: 1 },
  ]);
  f.gauge(
    "etcd_server_id",
    "Server or member ID in hexadecimal format. 1 for 'server_id' label with current ID.",
    () => [{ labels: { server_id: idHex(member.memberId) }, value: 1 }],
  );
  f.gauge(
    "etcd_cluster_version",
    "Which version is running. 1 for 'cluster_version' label with current cluster version",
    () => {
      const version = member.clusterVersion();
      return version === undefined
        ? []
        : [{ labels: { cluster_version: `${version.major}.${version.minor}` }, value: 1 }];
    },
  );
  f.counter("etcd_server_client_requests_total", "The total number of client requests per client version.", () =>
    clientRequestSamples(gate.admission.clientRequests),
  );
  f.histogram("etcd_server_request_duration_seconds", "Response latency distribution in seconds for each type.", () =>
    labelled(metrics.requestSeconds, ["type", "success"]),
  );
  f.gauge(
    "etcd_server_go_version",
    "Which Go version server is running with. 1 for 'server_go_version' label with current version.",
    () => [{ labels: { server_go_version: `nodejs-${process.version}` }, value: 1 }],
  );
  f.counter(
    "etcd_server_learner_promote_failures",
    "The total number of failed learner promotions (likely learner not ready) while this member is leader.",
    () => [...metrics.learnerPromotionFailures].map(([Reason, value]) => ({ labels: { Reason }, value })),
  );
  f.gauge(
    "etcd_debugging_server_alarms",
    "Alarms for every member in cluster. 1 for 'server_id' label with current ID. 2 for 'alarm_type' label with type of this alarm",
    () =>
      member.state.alarms.get(AlarmType.NONE).map(({ memberID, alarm }) => ({
        labels: { alarm_type: ALARM_NAMES.get(alarm) ?? String(alarm), server_id: idHex(memberID) },
        value: 1,
      })),
  );
  f.histogram("etcd_server_apply_duration_seconds", "The latency distributions of v2 apply called by backend.", () =>
    [...metrics.applySeconds].map(([key, histogram]) => ({
      labels: {
        op: REQUEST_TYPE_NAMES.get(key >> 1) ?? "unknown",
        success: String((key & 1) === 1),
        version: "v3",
      },
      histogram,
    })),
  );
  f.histogram("etcd_server_range_duration_seconds", "The latency distributions of txn.Range", () =>
    [
      { labels: { success: "false" }, histogram: metrics.failedRangeSeconds },
      { labels: { success: "true" }, histogram: metrics.rangeSeconds },
    ].filter(({ histogram }) => histogram.count > 0),
  );
  f.histogram(
    "etcd_debugging_lease_ttl_total",
    "Bucketed histogram of lease TTLs.",
    () => member.state.lessor.ttlSeconds,
  );
  f.counter(
    "etcd_debugging_server_lease_expired_total",
    "The total number of expired leases.",
    () => metrics.leasesExpired,
  );
  f.gauge("etcd_debugging_auth_revision", "The current revision of auth store.", () => member.state.auth.revision);
  f.counter(
    "etcd_debugging_lease_granted_total",
    "The total number of granted leases.",
    () => member.state.lessor.grantedTotal,
  );
  f.counter(
    "etcd_debugging_lease_revoked_total",
    "The total number of revoked leases.",
    () => member.state.lessor.revokedTotal,
  );
  f.counter(
    "etcd_debugging_lease_renewed_total",
    "The number of renewed leases seen by the leader.",
    () => member.state.lessor.renewedTotal,
  );
}

const ALARM_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(AlarmType).map(([name, value]) => [value, name]),
);

function clientRequestSamples(counts: ReadonlyMap<string, number>): Sample[] {
  return [...counts].map(([key, value]) => {
    const [type = "", version = ""] = key.split("\0");
    return { labels: { client_api_version: version, type }, value };
  });
}

function storeFamilies(f: MetricFamilies, { member }: RunningMember): void {
  const { metrics, hub, compactions } = member;
  const counts = (): StoreCounts => member.state.store.counts;
  f.counter("etcd_mvcc_put_total", "Total number of puts seen by this member.", () => counts().puts);
  f.counter("etcd_mvcc_range_total", "Total number of ranges seen by this member.", () => counts().ranges);
  f.counter("etcd_mvcc_delete_total", "Total number of deletes seen by this member.", () => counts().deletes);
  f.counter("etcd_mvcc_txn_total", "Total number of txns seen by this member.", () => counts().txns);
  f.gauge(
    "etcd_mvcc_db_total_size_in_bytes",
    "Total size of the underlying database physically allocated in bytes.",
    () => member.state.backend.sizeBytes,
  );
  f.gauge(
    "etcd_mvcc_db_total_size_in_use_in_bytes",
    "Total size of the underlying database logically in use in bytes.",
    () => member.state.backend.sizeInUseBytes,
  );
  f.gauge(
    "etcd_mvcc_db_open_read_transactions",
    "The number of currently open read transactions",
    () => member.state.backend.openReaders,
  );
  f.histogram(
    "etcd_mvcc_hash_duration_seconds",
    "The latency distribution of storage hash operation.",
    () => metrics.hashSeconds,
  );
  f.histogram(
    "etcd_mvcc_hash_rev_duration_seconds",
    "The latency distribution of storage hash by revision operation.",
    () => metrics.hashRevSeconds,
  );
  f.gauge("etcd_debugging_mvcc_keys_total", "Total number of keys.", () => member.state.store.index.liveKeys);
  f.gauge("etcd_debugging_mvcc_current_revision", "The current revision of store.", () => member.state.store.revision);
  f.gauge(
    "etcd_debugging_mvcc_compact_revision",
    "The revision of the last compaction in store.",
    () => member.state.store.compactRevision,
  );
  f.histogram(
    "etcd_debugging_mvcc_index_compaction_pause_duration_milliseconds",
    "Bucketed histogram of index compaction pause duration.",
    () => compactions.indexPauseMs,
  );
  f.gauge(
    "etcd_debugging_mvcc_total_put_size_in_bytes",
    "The total size of put kv pairs seen by this member.",
    () => counts().putBytes,
  );
  f.gauge("etcd_debugging_mvcc_watch_stream_total", "Total number of watch streams.", () => hub.streamCount);
  f.gauge("etcd_debugging_mvcc_watcher_total", "Total number of watchers.", () => hub.watcherCount);
  f.gauge(
    "etcd_debugging_mvcc_slow_watcher_total",
    "Total number of unsynced slow watchers.",
    () => hub.slowWatcherCount,
  );
  f.counter("etcd_debugging_mvcc_events_total", "Total number of events sent by this member.", () => hub.eventsTotal);
  f.gauge(
    "etcd_debugging_mvcc_pending_events_total",
    "Total number of pending events to be sent.",
    () => hub.pendingEvents,
  );
  f.counter(
    "etcd_debugging_mvcc_db_compaction_keys_total",
    "Total number of db keys compacted.",
    () => compactions.keysTotal,
  );
  f.gauge(
    "etcd_debugging_mvcc_db_compaction_last",
    "The unix time of the last db compaction. Resets to 0 on start.",
    () => compactions.lastUnixSeconds,
  );
  f.histogram(
    "etcd_debugging_mvcc_db_compaction_pause_duration_milliseconds",
    "Bucketed histogram of db compaction pause duration.",
    () => compactions.pauseMs,
  );
  f.histogram(
    "etcd_debugging_mvcc_db_compaction_total_duration_milliseconds",
    "Bucketed histogram of db compaction total duration.",
    () => compactions.totalMs,
  );
}

function diskFamilies(f: MetricFamilies, { member }: RunningMember): void {
  const { metrics } = member;
  f.histogram(
    "etcd_disk_wal_fsync_duration_seconds",
    "The latency distributions of fsync called by WAL.",
    () => metrics.walSyncSeconds,
  );
  f.histogram(
    "etcd_disk_wal_write_duration_seconds",
    "The latency distributions of write called by WAL.",
    () => metrics.walSyncSeconds,
  );
  f.gauge("etcd_disk_wal_write_bytes_total", "Total number of bytes written in WAL.", () => member.walBytesWritten);
  f.histogram(
    "etcd_disk_backend_commit_duration_seconds",
    "The latency distributions of commit called by backend.",
    () => metrics.backendCommitSeconds,
  );
  f.histogram(
    "etcd_disk_backend_defrag_duration_seconds",
    "The latency distribution of backend defragmentation.",
    () => metrics.backendDefragSeconds,
  );
  f.histogram(
    "etcd_disk_backend_snapshot_duration_seconds",
    "The latency distribution of backend snapshots.",
    () => metrics.backendSnapshotSeconds,
  );
  f.gauge(
    "etcd_disk_defrag_inflight",
    "Whether or not defrag is active on the member. 1 means active, 0 means not.",
    () => member.state.backend.defragmentsInFlight,
  );
  f.histogram(
    "etcd_debugging_disk_backend_commit_spill_duration_seconds",
    "The latency distributions of commit.spill called by bboltdb backend.",
    () => metrics.backendSpillSeconds,
  );
  f.histogram(
    "etcd_debugging_disk_backend_commit_rebalance_duration_seconds",
    "The latency distributions of commit.rebalance called by bboltdb backend.",
    () => metrics.backendRebalanceSeconds,
  );
  f.histogram(
    "etcd_debugging_disk_backend_commit_write_duration_seconds",
    "The latency distributions of commit.write called by bboltdb backend.",
    () => metrics.backendWriteSeconds,
  );
  f.histogram(
    "etcd_debugging_snap_save_total_duration_seconds",
    "The total latency distributions of save called by snapshot.",
    () => metrics.snapSaveSeconds,
  );
  f.histogram(
    "etcd_snap_fsync_duration_seconds",
    "The latency distributions of fsync called by snap.",
    () => metrics.snapSyncSeconds,
  );
  f.histogram(
    "etcd_debugging_snap_save_marshalling_duration_seconds",
    "The marshalling cost distributions of save called by snapshot.",
    () => metrics.snapMarshalSeconds,
  );
  f.histogram(
    "etcd_snap_db_fsync_duration_seconds",
    "The latency distributions of fsyncing .snap.db file",
    () => metrics.snapDatabaseSyncSeconds,
  );
  f.histogram(
    "etcd_snap_db_save_total_duration_seconds",
    "The total latency distributions of v3 snapshot save",
    () => metrics.snapDatabaseSaveSeconds,
  );
}

/** Gates of each stage, as etcd's registry names them. AllAlpha and AllBeta are on when every gate of theirs was turned on together. */
const FEATURE_STAGES: Readonly<Record<FeatureName, "ALPHA" | "BETA">> = {
  CompactHashCheck: "ALPHA",
  FastLeaseKeepAlive: "BETA",
  InitialCorruptCheck: "ALPHA",
  LeaseCheckpoint: "ALPHA",
  LeaseCheckpointPersist: "ALPHA",
  PriorityRequest: "ALPHA",
  SetMemberLocalAddr: "ALPHA",
  StopGRPCServiceOnDefrag: "ALPHA",
  TxnModeWriteWithSharedBuffer: "BETA",
};

function featureFamilies(f: MetricFamilies, config: ServerConfig): void {
  const groups = new Map(
    config.featuresText.split(",").map((part) => {
      const [name = "", value = ""] = part.split("=");
      return [name.trim(), value.trim() === "true"] as const;
    }),
  );
  const sample = (name: string, stage: string, isOn: boolean): Sample => ({
    labels: { name, stage },
    value: Number(isOn),
  });
  const samples = [
    sample("AllAlpha", "ALPHA", groups.get("AllAlpha") === true),
    sample("AllBeta", "BETA", groups.get("AllBeta") === true),
    ...Object.entries(FEATURE_STAGES).map(([name, stage]) => sample(name, stage, config.features[name as FeatureName])),
  ];
  f.gauge("etcd_server_feature_enabled", "Whether or not a feature is enabled. 1 is enabled, 0 is not.", () => samples);
}

function watchFamilies(f: MetricFamilies, { watches }: RunningMember): void {
  const { sendSeconds } = watches;
  f.histogram(
    "etcd_debugging_server_watch_send_loop_watch_stream_duration_seconds",
    "The total duration in seconds of running through the send loop watch stream response all events.",
    () => sendSeconds.events,
  );
  f.histogram(
    "etcd_debugging_server_watch_send_loop_watch_stream_duration_per_event_seconds",
    "The average duration in seconds of running through the send loop watch stream response, per event.",
    () => sendSeconds.perEvent,
  );
  f.histogram(
    "etcd_debugging_server_watch_send_loop_control_stream_duration_seconds",
    "The total duration in seconds of running through the send loop control stream response.",
    () => sendSeconds.control,
  );
  f.histogram(
    "etcd_debugging_server_watch_send_loop_progress_duration_seconds",
    "The total duration in seconds of running through the progress loop control stream response.",
    () => sendSeconds.progress,
  );
}

/** The old store of API 2 and the proxy's counters: always 0 in a server of etcd 3.7 too. */
function v2Families(f: MetricFamilies): void {
  const zero = (): number => 0;
  f.counter("etcd_debugging_store_expires_total", "Total number of expired keys.", zero);
  f.counter(
    "etcd_debugging_store_watch_requests_total",
    "Total number of incoming watch requests (new or reestablished).",
    zero,
  );
  f.gauge("etcd_debugging_store_watchers", "Count of currently active watchers.", zero);
  f.gauge("etcd_grpc_proxy_cache_hits_total", "Total number of cache hits", zero);
  f.gauge("etcd_grpc_proxy_cache_keys_total", "Total number of keys/ranges cached", zero);
  f.gauge("etcd_grpc_proxy_cache_misses_total", "Total number of cache misses", zero);
  f.counter("etcd_grpc_proxy_events_coalescing_total", "Total number of events coalescing", zero);
  f.gauge("etcd_grpc_proxy_watchers_coalescing_total", "Total number of current watchers coalescing", zero);
}

function scrapeFamilies(f: MetricFamilies, scrapes: ScrapeCounters): void {
  f.gauge(
    "promhttp_metric_handler_requests_in_flight",
    "Current number of scrapes being served.",
    () => scrapes.inFlight,
  );
  f.counter("promhttp_metric_handler_requests_total", "Total number of scrapes by HTTP status code.", () =>
    Object.entries(scrapes.total).map(([code, value]) => ({ labels: { code }, value })),
  );
}

function healthFamilies(f: MetricFamilies, health: HealthCounters): void {
  f.counter("etcd_server_health_success", "The total number of successful health checks", () => health.success);
  f.counter("etcd_server_health_failures", "The total number of failed health checks", () => health.failures);
  f.gauge("etcd_server_healthcheck", "The result of each kind of healthcheck.", () =>
    [...health.checks.values()].map((check) => ({ labels: { name: check.name, type: check.type }, value: check.last })),
  );
  f.counter("etcd_server_healthchecks_total", "The total number of each kind of healthcheck.", () =>
    [...health.checks.values()].flatMap((check) =>
      [
        { labels: { name: check.name, status: "error", type: check.type }, value: check.error },
        { labels: { name: check.name, status: "success", type: check.type }, value: check.success },
      ].filter(({ value }) => value > 0),
    ),
  );
}

function labelled(histograms: ReadonlyMap<string, Histogram>, names: readonly string[]): HistogramSample[] {
  return [...histograms].map(([key, histogram]) => {
    const values = key.split("\0");
    return { labels: Object.fromEntries(names.map((name, i) => [name, values[i] ?? ""])), histogram };
  });
}

/** Settings as they were given, before they are checked: what flags and files both lead to. Mutable, and only seen inside of this folder. */
import type { GoUrl } from "../../base/go-url.ts";
import type { DiscoveryConfig, TlsConfig } from "../../server/config.ts";
import type { FeatureGates } from "../flags/feature-gates.ts";
import type { FlagSet } from "../flags/flag-set.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export interface ConfigDraft {
  name: string;
  dataDir: string;
  walDir: string;
  snapshotCount: number;
  snapshotCatchupEntries: number;
  maxSnapshots: number;
  maxWals: number;
  heartbeatIntervalMs: number;
  electionTimeoutMs: number;
  initialElectionTickAdvance: boolean;
  listenPeerUrls: readonly GoUrl[];
  listenClientUrls: readonly GoUrl[];
  listenClientHttpUrls: readonly GoUrl[];
  listenMetricsUrls: readonly GoUrl[];
  advertisePeerUrls: readonly GoUrl[];
  /** undefined: must be given and was not. */
  advertiseClientUrls: readonly GoUrl[] | undefined;
  memoryMlock: boolean;
  quotaBackendBytes: number;
  backendFreelistType: string;
  backendBatchIntervalMs: number;
  backendBatchLimit: number;
  maxTxnOps: number;
  maxRequestBytes: number;
  maxConcurrentStreams: number;
  grpcKeepaliveMinTimeMs: number;
  grpcKeepaliveIntervalMs: number;
  grpcKeepaliveTimeoutMs: number;
  socketReusePort: boolean;
  socketReuseAddress: boolean;
  enableGrpcGateway: boolean;
  raftReadTimeoutMs: number;
  raftWriteTimeoutMs: number;
  features: FeatureGates;
  initialCluster: string;
  initialClusterState: string;
  initialClusterToken: string;
  discovery: Mutable<DiscoveryConfig>;
  discoveryFallback: string;
  discoverySrv: string;
  discoverySrvName: string;
  strictReconfigCheck: boolean;
  preVote: boolean;
  autoCompactionMode: string;
  autoCompactionRetention: string;
  maxLearners: number;
  clientTls: Mutable<TlsConfig>;
  peerTls: Mutable<TlsConfig>;
  selfSignedCertValidity: number;
  cipherSuites: readonly string[];
  tlsMinVersion: string;
  tlsMaxVersion: string;
  cors: readonly string[];
  hostWhitelist: readonly string[];
  authToken: string;
  bcryptCost: number;
  authTokenTtlSeconds: number;
  enablePprof: boolean;
  metrics: string;
  logger: string;
  logLevel: string;
  logFormat: string;
  logOutputs: readonly string[];
  enableLogRotation: boolean;
  logRotationJson: string;
  warningUnaryRequestDurationMs: number;
  warningApplyDurationMs: number;
  tracingEnabled: boolean;
  tracingAddress: string;
  tracingServiceName: string;
  tracingInstanceId: string;
  tracingSamplingRate: number;
  corruptCheckTimeMs: number;
  compactHashCheckTimeMs: number;
  compactionBatchLimit: number;
  compactionSleepIntervalMs: number;
  watchProgressNotifyIntervalMs: number;
  bootstrapDefragThresholdMegabytes: number;
  downgradeCheckTimeMs: number;
  forceNewCluster: boolean;
  unsafeNoFsync: boolean;
  /** Flags or keys of the file that were given. */
  given: ReadonlySet<string>;
}

/** The draft of a parsed command line (or, with nothing parsed, of the defaults). */
export function draftFromFlags(flags: FlagSet): ConfigDraft {
  const text = (name: string): string => flags.text(name);
  const bool = (name: string): boolean => flags.bool(name);
  const number = (name: string): number => flags.number(name);
  const urls = (name: string): readonly GoUrl[] => flags.urls(name).urls;
  const tls = (prefix: string, own: Partial<TlsConfig>): Mutable<TlsConfig> => ({
    certFile: text(`${prefix}cert-file`),
    keyFile: text(`${prefix}key-file`),
    clientCertFile: text(`${prefix}client-cert-file`),
    clientKeyFile: text(`${prefix}client-key-file`),
    clientCertAuth: bool(`${prefix}client-cert-auth`),
    trustedCaFile: text(`${prefix}trusted-ca-file`),
    crlFile: "",
    autoTls: bool(`${prefix}auto-tls`),
    allowedCNs: [],
    allowedHostnames: [],
    skipClientSanVerification: false,
    ...own,
  });
  const advertises = flags.given("advertise-client-urls") || !flags.given("listen-client-urls");
  const discovers =
    text("discovery-srv") !== "" || text("discovery-srv-name") !== "" || flags.list("discovery-endpoints").length > 0;
  return {
    name: text("name"),
    dataDir: text("data-dir"),
    walDir: text("wal-dir"),
    snapshotCount: number("snapshot-count"),
    snapshotCatchupEntries: number("snapshot-catchup-entries"),
    maxSnapshots: number("max-snapshots"),
    maxWals: number("max-wals"),
    heartbeatIntervalMs: number("heartbeat-interval"),
    electionTimeoutMs: number("election-timeout"),
    initialElectionTickAdvance: bool("initial-election-tick-advance"),
    listenPeerUrls: urls("listen-peer-urls"),
    listenClientUrls: urls("listen-client-urls"),
    listenClientHttpUrls: urls("listen-client-http-urls"),
    listenMetricsUrls: urls("listen-metrics-urls"),
    advertisePeerUrls: urls("initial-advertise-peer-urls"),
    advertiseClientUrls: advertises ? urls("advertise-client-urls") : undefined,
    memoryMlock: bool("memory-mlock"),
    quotaBackendBytes: number("quota-backend-bytes"),
    backendFreelistType: text("backend-bbolt-freelist-type"),
    backendBatchIntervalMs: number("backend-batch-interval"),
    backendBatchLimit: number("backend-batch-limit"),
    maxTxnOps: number("max-txn-ops"),
    maxRequestBytes: number("max-request-bytes"),
    maxConcurrentStreams: number("max-concurrent-streams"),
    grpcKeepaliveMinTimeMs: number("grpc-keepalive-min-time"),
    grpcKeepaliveIntervalMs: number("grpc-keepalive-interval"),
    grpcKeepaliveTimeoutMs: number("grpc-keepalive-timeout"),
    socketReusePort: bool("socket-reuse-port"),
    socketReuseAddress: bool("socket-reuse-address"),
    enableGrpcGateway: bool("enable-grpc-gateway"),
    raftReadTimeoutMs: number("raft-read-timeout"),
    raftWriteTimeoutMs: number("raft-write-timeout"),
    features: flags.gates("feature-gates"),
    initialCluster: discovers && !flags.given("initial-cluster") ? "" : text("initial-cluster"),
    initialClusterState: text("initial-cluster-state"),
    initialClusterToken: text("initial-cluster-token"),
    discovery: {
      token: text("discovery-token"),
      endpoints: flags.list("discovery-endpoints"),
      dialTimeoutMs: number("discovery-dial-timeout"),
      requestTimeoutMs: number("discovery-request-timeout"),
      keepaliveTimeMs: number("discovery-keepalive-time"),
      keepaliveTimeoutMs: number("discovery-keepalive-timeout"),
      insecureTransport: bool("discovery-insecure-transport"),
      insecureSkipTlsVerify: bool("discovery-insecure-skip-tls-verify"),
      cert: text("discovery-cert"),
      key: text("discovery-key"),
      cacert: text("discovery-cacert"),
      user: text("discovery-user"),
      password: text("discovery-password"),
    },
    discoveryFallback: text("discovery-fallback"),
    discoverySrv: text("discovery-srv"),
    discoverySrvName: text("discovery-srv-name"),
    strictReconfigCheck: bool("strict-reconfig-check"),
    preVote: bool("pre-vote"),
    autoCompactionMode: text("auto-compaction-mode"),
    autoCompactionRetention: text("auto-compaction-retention"),
    maxLearners: number("max-learners"),
    clientTls: tls("", {
      crlFile: text("client-crl-file"),
      allowedHostnames: flags.list("client-cert-allowed-hostname"),
    }),
    peerTls: tls("peer-", {
      crlFile: text("peer-crl-file"),
      allowedCNs: flags.list("peer-cert-allowed-cn"),
      allowedHostnames: flags.list("peer-cert-allowed-hostname"),
      skipClientSanVerification: bool("peer-skip-client-san-verification"),
    }),
    selfSignedCertValidity: number("self-signed-cert-validity"),
    cipherSuites: flags.list("cipher-suites"),
    tlsMinVersion: text("tls-min-version"),
    tlsMaxVersion: text("tls-max-version"),
    cors: [...flags.urls("cors").texts],
    hostWhitelist: flags.list("host-whitelist"),
    authToken: text("auth-token"),
    bcryptCost: number("bcrypt-cost"),
    authTokenTtlSeconds: number("auth-token-ttl"),
    enablePprof: bool("enable-pprof"),
    metrics: text("metrics"),
    logger: text("logger"),
    logLevel: text("log-level"),
    logFormat: text("log-format"),
    logOutputs: flags.list("log-outputs"),
    enableLogRotation: bool("enable-log-rotation"),
    logRotationJson: text("log-rotation-config-json"),
    warningUnaryRequestDurationMs: number("warning-unary-request-duration"),
    warningApplyDurationMs: number("warning-apply-duration"),
    tracingEnabled: bool("enable-distributed-tracing"),
    tracingAddress: text("distributed-tracing-address"),
    tracingServiceName: text("distributed-tracing-service-name"),
    tracingInstanceId: text("distributed-tracing-instance-id"),
    tracingSamplingRate: number("distributed-tracing-sampling-rate"),
    corruptCheckTimeMs: number("corrupt-check-time"),
    compactHashCheckTimeMs: number("compact-hash-check-time"),
    compactionBatchLimit: number("compaction-batch-limit"),
    compactionSleepIntervalMs: number("compaction-sleep-interval"),
    watchProgressNotifyIntervalMs: number("watch-progress-notify-interval"),
    bootstrapDefragThresholdMegabytes: number("bootstrap-defrag-threshold-megabytes"),
    downgradeCheckTimeMs: number("downgrade-check-time"),
    forceNewCluster: bool("force-new-cluster"),
    unsafeNoFsync: bool("unsafe-no-fsync"),
    given: flags.givenNames(),
  };
}

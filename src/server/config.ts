/**
 * The settings that a server is composed from: validated, typed and immutable. Made by src/cli/config from flags, environment or a file;
 * tests and the simulation write them directly. Durations are milliseconds (fractions allowed), sizes bytes.
 * Names are those of etcd's flags; `--flag` in a comment gives the flag where the name differs.
 */
import type { GoUrl } from "../base/go-url.ts";

export type FeatureName =
  | "CompactHashCheck"
  | "FastLeaseKeepAlive"
  | "InitialCorruptCheck"
  | "LeaseCheckpoint"
  | "LeaseCheckpointPersist"
  | "PriorityRequest"
  | "SetMemberLocalAddr"
  | "StopGRPCServiceOnDefrag"
  | "TxnModeWriteWithSharedBuffer";

/** Everything that a member can be configured with: one field for each flag of `etcd`. */
export interface ServerConfig {
  // member
  readonly name: string;
  readonly dataDir: string;
  /** Empty: inside of the data directory. */
  readonly walDir: string;
  /** Size of a log segment, bytes; default etcd's 64 MB. Two of them are reserved at any time. No flag sets it: for programs with a member inside. */
  readonly walSegmentBytes?: number;
  readonly snapshotCount: number;
  readonly snapshotCatchupEntries: number;
  /** Files to keep; 0 keeps all. */
  readonly maxSnapshots: number;
  readonly maxWals: number;
  readonly heartbeatIntervalMs: number;
  readonly electionTimeoutMs: number;
  readonly initialElectionTickAdvance: boolean;
  readonly listenPeerUrls: readonly GoUrl[];
  readonly listenClientUrls: readonly GoUrl[];
  /** Not empty: HTTP is served here and the client URLs serve gRPC only. */
  readonly listenClientHttpUrls: readonly GoUrl[];
  readonly memoryMlock: boolean;
  /** 0: the default of 2 GiB; negative: no quota. */
  readonly quotaBackendBytes: number;
  readonly backendFreelistType: "array" | "map";
  /** 0: the backend's default (100 ms, 10000). */
  readonly backendBatchIntervalMs: number;
  readonly backendBatchLimit: number;
  readonly maxTxnOps: number;
  readonly maxRequestBytes: number;
  readonly maxConcurrentStreams: number;
  readonly grpcKeepaliveMinTimeMs: number;
  /** 0 disables. */
  readonly grpcKeepaliveIntervalMs: number;
  readonly grpcKeepaliveTimeoutMs: number;
  readonly socketReusePort: boolean;
  readonly socketReuseAddress: boolean;
  readonly enableGrpcGateway: boolean;
  readonly raftReadTimeoutMs: number;
  readonly raftWriteTimeoutMs: number;
  readonly features: Readonly<Record<FeatureName, boolean>>;
  /** The gates that were set, as etcd logs them. */
  readonly featuresText: string;

  // clustering
  /** `--initial-advertise-peer-urls` */
  readonly advertisePeerUrls: readonly GoUrl[];
  readonly advertiseClientUrls: readonly GoUrl[];
  /** `name=url,name=url`; empty when members come from discovery. */
  readonly initialCluster: string;
  readonly initialClusterState: "new" | "existing";
  readonly initialClusterToken: string;
  readonly discovery: DiscoveryConfig;
  /** DNS domain; empty: none. */
  readonly discoverySrv: string;
  readonly discoverySrvName: string;
  readonly strictReconfigCheck: boolean;
  readonly preVote: boolean;
  readonly autoCompaction: AutoCompactionConfig;
  readonly maxLearners: number;

  // security
  readonly clientTls: TlsConfig;
  readonly peerTls: TlsConfig;
  /** Years. */
  readonly selfSignedCertValidity: number;
  /** Go's names, in order of preference; empty: the platform's. */
  readonly cipherSuites: readonly string[];
  readonly tlsMinVersion: TlsVersion;
  readonly tlsMaxVersion: TlsVersion;
  /** Origins; "*" allows all. */
  readonly cors: readonly string[];
  readonly hostWhitelist: readonly string[];

  // auth
  /** `simple` or `jwt,key=value,...` */
  readonly authToken: string;
  readonly bcryptCost: number;
  readonly authTokenTtlSeconds: number;

  // monitoring
  readonly enablePprof: boolean;
  readonly metrics: string;
  readonly listenMetricsUrls: readonly GoUrl[];
  readonly logging: LoggingConfig;
  readonly warningUnaryRequestDurationMs: number;
  readonly warningApplyDurationMs: number;
  readonly tracing: TracingConfig;

  // checks and maintenance
  /** 0 disables. */
  readonly corruptCheckTimeMs: number;
  readonly compactHashCheckTimeMs: number;
  /** 0: the store's default (1000, 10 ms). */
  readonly compactionBatchLimit: number;
  readonly compactionSleepIntervalMs: number;
  /** 0: the default of 10 minutes. */
  readonly watchProgressNotifyIntervalMs: number;
  readonly bootstrapDefragThresholdMegabytes: number;
  readonly downgradeCheckTimeMs: number;

  // unsafe
  readonly forceNewCluster: boolean;
  readonly unsafeNoFsync: boolean;
}

/** The empty text lets the platform choose. */
export type TlsVersion = "" | "TLS1.2" | "TLS1.3";

/** TLS of one kind of listener, and of the connections that the member dials itself. Paths are empty when not given. */
export interface TlsConfig {
  readonly certFile: string;
  readonly keyFile: string;
  readonly clientCertFile: string;
  readonly clientKeyFile: string;
  readonly clientCertAuth: boolean;
  readonly trustedCaFile: string;
  readonly crlFile: string;
  readonly autoTls: boolean;
  readonly allowedCNs: readonly string[];
  readonly allowedHostnames: readonly string[];
  readonly skipClientSanVerification: boolean;
}

/** The flags `--discovery-*`. */
export interface DiscoveryConfig {
  readonly token: string;
  readonly endpoints: readonly string[];
  readonly dialTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly keepaliveTimeMs: number;
  readonly keepaliveTimeoutMs: number;
  readonly insecureTransport: boolean;
  readonly insecureSkipTlsVerify: boolean;
  readonly cert: string;
  readonly key: string;
  readonly cacert: string;
  readonly user: string;
  readonly password: string;
}

/** The retention's text is read when the server starts (`compactionPolicy`), as etcd does: after the listeners are open. */
export interface AutoCompactionConfig {
  readonly mode: "periodic" | "revision";
  readonly retention: string;
}

/** The flags `--log-*`. */
export interface LoggingConfig {
  readonly level: LogLevel;
  readonly format: "json" | "console";
  /** "stderr", "stdout" or paths of files; sorted, without duplicates. */
  readonly outputs: readonly string[];
  /** Of the single file among the outputs. */
  readonly rotation: LogRotationConfig | undefined;
}

export type LogLevel = "debug" | "info" | "warn" | "error" | "dpanic" | "panic" | "fatal";

/** The flag `--log-rotation-config-json`. */
export interface LogRotationConfig {
  /** 0: 100 MB. */
  readonly maxSizeMegabytes: number;
  /** 0: no limit. */
  readonly maxAgeDays: number;
  readonly maxBackups: number;
  readonly localTime: boolean;
  readonly compress: boolean;
}

/** The flags `--distributed-tracing-*`. */
export interface TracingConfig {
  readonly enabled: boolean;
  readonly address: string;
  readonly serviceName: string;
  readonly instanceId: string;
  readonly samplingRatePerMillion: number;
}

/** Heartbeats that make an election timeout. */
export function electionTicks(config: ServerConfig): number {
  return Math.floor(config.electionTimeoutMs / config.heartbeatIntervalMs);
}

/**
 * What a member needs to know to run: plain values, already validated. The command line, the environment, configuration files and
 * `startEtcd` all end here.
 */
import type { AutoCompactionPolicy } from "./auto-compaction.ts";

export interface MemberConfig {
  readonly name: string;
  readonly dataDir: string;
  /** Empty: `<dataDir>/member/wal`. */
  readonly walDir: string;
  /** Name -> peer URLs of every initial member, this one included. */
  readonly initialCluster: ReadonlyMap<string, readonly string[]>;
  readonly initialClusterToken: string;
  /** False: join a cluster that runs already. */
  readonly isNewCluster: boolean;
  readonly forceNewCluster: boolean;
  readonly advertiseClientUrls: readonly string[];
  readonly advertisePeerUrls: readonly string[];

  readonly heartbeatMs: number;
  readonly electionTicks: number;
  readonly initialElectionTickAdvance: boolean;
  readonly preVote: boolean;
  readonly snapshotCount: number;
  readonly snapshotCatchupEntries: number;
  readonly learnersMax: number;
  readonly strictReconfigCheck: boolean;

  /** Bytes; negative: no quota; 0: etcd's default of 2 GiB. */
  readonly quotaBackendBytes: number;
  readonly backendBatchIntervalMs: number;
  readonly backendBatchLimit: number;
  /** Memory for database pages, bytes; 0: the engine's default. */
  readonly backendCacheBytes: number;
  readonly unsafeNoFsync: boolean;
  /** Size of a log segment, bytes; default etcd's 64 MB. */
  readonly walSegmentBytes?: number;
  readonly bootstrapDefragThresholdMegabytes: number;

  readonly txnOpsMax: number;
  readonly requestBytesMax: number;
  readonly watchProgressIntervalMs: number;
  readonly warningApplyMs: number;
  readonly warningUnaryRequestMs: number;
  readonly autoCompaction: AutoCompactionPolicy | undefined;
  readonly compactionBatchLimit: number;
  readonly compactionSleepMs: number;
  readonly corruptCheckMs: number;
  readonly compactHashCheckMs: number;
  readonly downgradeCheckMs: number;
  readonly snapshotsMax: number;
  readonly walsMax: number;

  /** `simple` or `jwt,...` as --auth-token takes it. */
  readonly authToken: string;
  readonly authTokenTtlSeconds: number;
  readonly bcryptCost: number;
  /** A client certificate's common name counts as the user. */
  readonly clientCertAuth: boolean;

  /** Names of feature gates that are on. */
  readonly features: ReadonlySet<string>;
}

export const DEFAULT_QUOTA_BYTES: number = 2 * 1024 * 1024 * 1024;

/** etcd's defaults for a member called `default` on its standard ports. */
export const DEFAULT_MEMBER_CONFIG: MemberConfig = {
  name: "default",
  dataDir: "default.etcd",
  walDir: "",
  initialCluster: new Map([["default", ["http://localhost:2380"]]]),
  initialClusterToken: "etcd-cluster",
  isNewCluster: true,
  forceNewCluster: false,
  advertiseClientUrls: ["http://localhost:2379"],
  advertisePeerUrls: ["http://localhost:2380"],
  heartbeatMs: 100,
  electionTicks: 10,
  initialElectionTickAdvance: true,
  preVote: true,
  snapshotCount: 10_000,
  snapshotCatchupEntries: 5000,
  learnersMax: 1,
  strictReconfigCheck: true,
  quotaBackendBytes: 0,
  backendBatchIntervalMs: 100,
  backendBatchLimit: 10_000,
  backendCacheBytes: 0,
  unsafeNoFsync: false,
  bootstrapDefragThresholdMegabytes: 0,
  txnOpsMax: 128,
  requestBytesMax: 1_572_864,
  watchProgressIntervalMs: 600_000,
  warningApplyMs: 100,
  warningUnaryRequestMs: 300,
  autoCompaction: undefined,
  compactionBatchLimit: 1000,
  compactionSleepMs: 10,
  corruptCheckMs: 0,
  compactHashCheckMs: 60_000,
  downgradeCheckMs: 5000,
  snapshotsMax: 5,
  walsMax: 5,
  authToken: "simple",
  authTokenTtlSeconds: 300,
  bcryptCost: 10,
  clientCertAuth: false,
  features: new Set(["FastLeaseKeepAlive", "TxnModeWriteWithSharedBuffer"]),
};

/** How long a request may wait for consensus: 5 s for the queue, plus two elections (etcd ServerConfig.ReqTimeout). */
export function requestTimeoutMs(config: Pick<MemberConfig, "electionTicks" | "heartbeatMs">): number {
  return 5000 + 2 * config.electionTicks * config.heartbeatMs;
}

/** Shortest lease: ceil of one and a half election timeouts. */
export function minLeaseTtlSeconds(config: Pick<MemberConfig, "electionTicks" | "heartbeatMs">): number {
  return Math.ceil((Math.floor((3 * config.electionTicks) / 2) * config.heartbeatMs) / 1000);
}

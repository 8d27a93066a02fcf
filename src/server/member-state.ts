/**
 * Everything replicated that a member holds, over one database file: store, leases, users, alarms, members, and the applier over them.
 * Opened at start, and again when a snapshot of the leader replaces the database.
 */

import { AlarmStore } from "../core/alarm/alarm-store.ts";
import { Applier } from "../core/apply/applier.ts";
import { BackendQuota } from "../core/apply/quota-cost.ts";
import { AuthStore, type TokenKeeper } from "../core/auth/auth-store.ts";
import type { ResponseHeaderEncoder } from "../core/kv/response-header.ts";
import { Lessor } from "../core/lease/lessor.ts";
import { RaftCluster } from "../core/membership/cluster.ts";
import type { Member } from "../core/membership/member.ts";
import { type Backend, Bucket } from "../core/mvcc/backend.ts";
import type { CompactionJob } from "../core/mvcc/compaction.ts";
import type { Crc32c } from "../core/mvcc/hash.ts";
import type { LeaseHooks } from "../core/mvcc/lease-hooks.ts";
import type { Store, StoreParts } from "../core/mvcc/store.ts";
import { StoreRestore } from "../core/mvcc/store-restore.ts";
import { type Clock, yieldTurn } from "../io/clock.ts";
import type { FileSystem } from "../io/file-system.ts";
import type { Logger } from "../io/logger.ts";
import type { ResponseHeader } from "../proto/generated/rpc.ts";
import { type BackendObserver, BoltBackend } from "../storage/bolt/backend.ts";
import { BoltDamagedError } from "../storage/bolt/errors.ts";
import { crc32c } from "../storage/crc32c.ts";
import { type ConsistentIndex, loadConsistentIndex } from "./consistent-index.ts";
import { DEFAULT_QUOTA_BYTES, type MemberConfig, minLeaseTtlSeconds } from "./member-config.ts";

export interface MemberStateEnvironment {
  readonly config: MemberConfig;
  readonly clock: Clock;
  readonly fileSystem: FileSystem;
  readonly logger: Logger;
  readonly observer: BackendObserver;
  readonly onFatal: (error: Error) => void;
  readonly onOutOfSpace: (outOfSpace: boolean) => void;
}

/** The database with its key index, before it is known which member of which cluster holds it. */
export interface OpenDatabase {
  readonly backend: BoltBackend;
  readonly store: Store;
  readonly lessor: Lessor;
  readonly resumedCompaction: CompactionJob | undefined;
  readonly consistent: ConsistentIndex;
}

/** Parts that exist only after the pass over the file that needs them. */
class LateParts implements StoreParts {
  backend!: Backend;
  leases!: LeaseHooks;
  readonly crc32c: Crc32c = crc32c;
}

const KEYS_PER_SLICE = 10_000;

/** Opens the file and rebuilds the key index in the same pass, in slices. Rejects with the storage's typed errors. */
export async function openDatabase(path: string, environment: MemberStateEnvironment): Promise<OpenDatabase> {
  const { config, clock, fileSystem, logger } = environment;
  const startMs = clock.now();
  const parts = new LateParts();
  const restore = new StoreRestore(parts);
  const backend = await BoltBackend.open({
    fileSystem,
    clock,
    logger,
    path,
    batchIntervalMs: config.backendBatchIntervalMs,
    batchLimit: config.backendBatchLimit,
    unsafeNoFsync: config.unsafeNoFsync,
    ...(config.backendCacheBytes > 0 ? { cacheBytes: config.backendCacheBytes } : {}),
    visit: (bucket, key, value) => {
      if (bucket === Bucket.Key && !restore.add(key, value)) {
        throw new BoltDamagedError(
          path,
          -1,
          -1,
          `bucket "key": entry ${Buffer.from(key).toString("hex")} is no revision, no KeyValue or out of order`,
        );
      }
    },
    onFatal: environment.onFatal,
    onOutOfSpace: environment.onOutOfSpace,
    observer: environment.observer,
  });
  logger.info("opened backend db", { path, took: `${(clock.now() - startMs).toFixed(3)}ms` });
  const lessor = new Lessor({
    backend,
    minTtlSeconds: minLeaseTtlSeconds(config),
    checkpoints: config.features.has("LeaseCheckpoint"),
  });
  parts.backend = backend;
  parts.leases = lessor;
  while (!restore.attachLeases(KEYS_PER_SLICE)) await yieldTurn(clock);
  const { store, resumed, orphans } = restore.finish();
  for (const { lease } of orphans.slice(0, 100))
    logger.error("failed to attach a lease", {
      "lease-id": lease.toString(16).padStart(16, "0"),
      error: "requested lease not found",
    });
  backend.endBatch();
  logger.info("kvstore restored", { "current-rev": store.revision });
  return { backend, store, lessor, resumedCompaction: resumed, consistent: loadConsistentIndex(backend) };
}

export class MemberState {
  readonly backend: BoltBackend;
  readonly store: Store;
  readonly lessor: Lessor;
  readonly auth: AuthStore;
  readonly alarms: AlarmStore;
  readonly cluster: RaftCluster;
  readonly quota: BackendQuota;
  readonly header: ResponseHeaderEncoder;
  readonly applier: Applier;
  readonly resumedCompaction: CompactionJob | undefined;
  readonly memberId: bigint;
  readonly clusterId: bigint;

  constructor(
    database: OpenDatabase,
    options: {
      config: MemberConfig;
      memberId: bigint;
      clusterId: bigint;
      tokens: TokenKeeper;
      seed: readonly Member[];
      recover: boolean;
      header: ResponseHeaderEncoder;
      auth: AuthStore | undefined;
    },
  ) {
    const { config, memberId, clusterId } = options;
    this.memberId = memberId;
    this.clusterId = clusterId;
    this.backend = database.backend;
    this.store = database.store;
    this.lessor = database.lessor;
    this.resumedCompaction = database.resumedCompaction;
    if (options.auth === undefined) this.auth = new AuthStore(this.backend, options.tokens);
    else {
      this.auth = options.auth;
      this.auth.recover(this.backend);
    }
    this.alarms = new AlarmStore(this.backend);
    this.cluster = new RaftCluster({
      localId: memberId,
      clusterId,
      backend: this.backend,
      learnersMax: config.learnersMax,
    });
    // A database that holds the members knows better than the list that a joining member started from.
    if (options.recover) this.cluster.recover();
    else this.cluster.seed(options.seed);
    this.quota = new BackendQuota(config.quotaBackendBytes === 0 ? DEFAULT_QUOTA_BYTES : config.quotaBackendBytes);
    this.header = options.header;
    this.applier = new Applier({
      store: this.store,
      lessor: this.lessor,
      auth: this.auth,
      alarms: this.alarms,
      cluster: this.cluster,
      quota: this.quota,
      header: this.header,
      headerOf: (revision) => this.headerOf(revision),
    });
    this.backend.endBatch();
  }

  headerOf(revision: number): ResponseHeader {
    return { clusterId: this.clusterId, memberId: this.memberId, revision, raftTerm: this.header.raftTerm };
  }
}

/**
 * A member with its listeners: everything that the program `etcd` runs, without the process around it (etcd server/embed).
 * Starting gives back only once the member has joined its cluster and serves clients, unless told otherwise.
 */
import { readFile } from "node:fs/promises";
import { authMethods } from "../api/grpc/auth.ts";
import { clusterMethods } from "../api/grpc/cluster.ts";
import { electionMethods } from "../api/grpc/election.ts";
import { HealthService } from "../api/grpc/health.ts";
import { kvMethods } from "../api/grpc/kv.ts";
import { leaseMethods } from "../api/grpc/lease.ts";
import { lockMethods } from "../api/grpc/lock.ts";
import { maintenanceMethods } from "../api/grpc/maintenance.ts";
import { WatchService } from "../api/grpc/watch.ts";
import { etcdError } from "../base/etcd-error.ts";
import { humanBytes } from "../base/human-bytes.ts";
import { versionText } from "../base/semver.ts";
import { NO_AUTH_INFO } from "../core/auth/auth-info.ts";
import type { Snapshot } from "../core/raft/types.ts";
import { validateStorageVersion } from "../core/version/storage-version.ts";
import type { Clock } from "../io/clock.ts";
import type { FileSystem } from "../io/file-system.ts";
import type { Logger } from "../io/logger.ts";
import type { Random } from "../io/random.ts";
import type { Tracer } from "../net/tracing/tracer.ts";
import type { GrpcMethod } from "../net/transport/server-call.ts";
import { Authenticator, tokenKeeper } from "./auth/authenticator.ts";
import { type Bcrypt, loadBcrypt, PasswordHasher } from "./auth/password-hasher.ts";
import { createTokenProvider } from "./auth/token-options.ts";
import {
  type BootstrapEnvironment,
  BootstrapError,
  bootstrapNew,
  bootstrapRestart,
  type ExistingCluster,
  hasWal,
  newestSnapshot,
} from "./bootstrap.ts";
import { CorruptionChecker } from "./corruption-checker.ts";
import { type DataDir, dataDir, prepareDataDir } from "./data-dir.ts";
import { Member, type MemberEnd } from "./member.ts";
import type { MemberConfig } from "./member-config.ts";
import { MemberMetrics } from "./member-metrics.ts";
import { type MemberStateEnvironment, type OpenDatabase, openDatabase } from "./member-state.ts";
import { NO_PEER_REQUESTS, NO_PEERS, type PeerRequests, type PeerTransport } from "./peer-transport.ts";
import { loginServer, MemberAuthServer } from "./services/auth-server.ts";
import { MemberClusterServer } from "./services/cluster-server.ts";
import { GateServer } from "./services/gate-server.ts";
import { MemberKvServer } from "./services/kv-server.ts";
import { MemberLeaseServer } from "./services/lease-server.ts";
import { MemberLocalKv } from "./services/local-kv-server.ts";
import { MemberMaintenanceServer } from "./services/maintenance-server.ts";

export interface Outside {
  readonly clock: Clock;
  readonly random: Random;
  readonly fileSystem: FileSystem;
  readonly logger: Logger;
}

/** How the member reaches the others; absent for a cluster of one. */
export interface PeerNetwork {
  /** Connects the member; called once. */
  connect(member: Member): PeerTransport;
  readonly requests: PeerRequests;
  /** Asks the peers of a member that joins about the cluster. */
  joinExisting(config: MemberConfig): Promise<ExistingCluster>;
}

/** A member with its services, without listeners. */
export interface RunningMember {
  readonly member: Member;
  readonly gate: GateServer;
  readonly watches: WatchService;
  readonly health: HealthService;
  readonly kv: MemberKvServer;
  readonly leases: MemberLeaseServer;
  readonly cluster: MemberClusterServer;
  readonly maintenance: MemberMaintenanceServer;
  readonly corruption: CorruptionChecker;
  /** It had a log: what it holds can be compared with what its peers hold. */
  readonly isRestarted: boolean;
  readonly methods: ReadonlyMap<string, GrpcMethod>;
  stop(): Promise<void>;
}

export async function runMember(
  config: MemberConfig,
  outside: Outside,
  options: {
    peers: PeerNetwork | undefined;
    onEnd: (reason: MemberEnd) => void;
    /**
     * Refuses (throws) a configuration that does not fit, before the first start; not asked on restarts. Resolves to the initial cluster where
     * that is not the configured one (discovery).
     */
    verifyFirstStart?: () => Promise<MemberConfig["initialCluster"] | undefined>;
    /** Begins the spans of what the member does on its own. */
    tracer?: Tracer | undefined;
    /** Default: the addon, loaded from disk. */
    bcrypt?: Bcrypt;
  },
): Promise<RunningMember> {
  const { clock, random, fileSystem, logger } = outside;
  const dirs = dataDir(config.dataDir, config.walDir);
  const metrics = new MemberMetrics();
  let member: Member | undefined;
  const bcrypt = options.bcrypt ?? (await loadBcrypt(logger));
  const passwords = new PasswordHasher({ bcrypt, random, logger, cost: config.bcryptCost });
  const tokens = await createTokenProvider({
    text: config.authToken,
    simpleTtlMs: config.authTokenTtlSeconds * 1000,
    clock,
    random,
    logger,
    appliedIndex: {
      get applied() {
        return member?.appliedIndex ?? 0;
      },
      whenApplied(index, callback) {
        if (member === undefined || member.appliedIndex >= index) {
          callback();
          return;
        }
        const { onApplied } = member;
        const listener = (applied: number): void => {
          if (applied < index) return;
          onApplied.delete(listener);
          callback();
        };
        onApplied.add(listener);
      },
    },
    readFile: async (path) => new Uint8Array(await readFile(path)),
  });

  await prepareDataDir(fileSystem, dirs);
  const stateEnvironment: MemberStateEnvironment = {
    config,
    clock,
    fileSystem,
    logger,
    observer: {
      commit: (seconds) => metrics.backendCommitSeconds.observe(seconds),
      spill: (seconds) => metrics.backendSpillSeconds.observe(seconds),
      write: (seconds) => metrics.backendWriteSeconds.observe(seconds),
      defragment: (seconds) => metrics.backendDefragSeconds.observe(seconds),
      snapshot: (seconds) => metrics.backendSnapshotSeconds.observe(seconds),
    },
    onFatal: (error) => member?.fail(error),
    onOutOfSpace: (outOfSpace) => {
      if (outOfSpace) logger.warn("the disk is full: writes are refused until there is space again", { path: dirs.db });
      else logger.info("the disk has space again: writes are accepted", { path: dirs.db });
    },
  };
  const bootstrap: BootstrapEnvironment = {
    config,
    dirs,
    clock,
    fileSystem,
    logger,
    observeSync: (seconds) => metrics.walSyncSeconds.observe(seconds),
    joinExisting: () => {
      if (options.peers === undefined)
        return Promise.reject(new BootstrapError("cannot join an existing cluster without peers"));
      return options.peers.joinExisting(config);
    },
  };
  const haveWal = await hasWal(bootstrap);
  const discovered = haveWal ? undefined : await options.verifyFirstStart?.();
  const first =
    discovered === undefined ? bootstrap : { ...bootstrap, config: { ...config, initialCluster: discovered } };
  const snapshot = haveWal ? await newestSnapshot(bootstrap) : undefined;
  if (snapshot !== undefined) await adoptReceivedDatabase(fileSystem, dirs.snap, dirs.db, snapshot.index, logger);
  const database = await openDatabase(dirs.db, stateEnvironment);
  let raft: Awaited<ReturnType<typeof bootstrapNew>>;
  try {
    if (config.bootstrapDefragThresholdMegabytes > 0)
      await defragmentAtStart(database, config.bootstrapDefragThresholdMegabytes * 1024 * 1024, logger);
    checkDatabase(database, haveWal, snapshot, dirs);
    raft = haveWal ? await bootstrapRestart(bootstrap, snapshot, database) : await bootstrapNew(first);
  } catch (error) {
    await database.backend.close();
    throw error;
  }
  member = new Member({
    config,
    dirs,
    clock,
    random,
    fileSystem,
    logger,
    metrics,
    tracer: options.tracer,
    raft,
    database,
    tokens: tokenKeeper(tokens, passwords),
    connect: (created) => options.peers?.connect(created) ?? NO_PEERS,
    peerVersions: async (asking) => {
      const others = asking.state.cluster.members().filter((each) => each.id !== asking.memberId);
      const requests = options.peers?.requests ?? NO_PEER_REQUESTS;
      const answers = await Promise.all(
        others.map(async (each) => [each.id, await requests.versions(each.peerURLs)] as const),
      );
      return new Map(answers);
    },
    replaceDatabase: (_asking, received) => replaceDatabase(received, dirs, stateEnvironment),
    onEnd: options.onEnd,
  });
  return services(member, { outside, passwords, tokens, peers: options.peers, isRestarted: haveWal });
}

function services(
  member: Member,
  parts: {
    outside: Outside;
    passwords: PasswordHasher;
    tokens: Awaited<ReturnType<typeof createTokenProvider>>;
    peers: PeerNetwork | undefined;
    isRestarted: boolean;
  },
): RunningMember {
  const { outside, passwords, tokens } = parts;
  const { clock, random, logger } = outside;
  const { config } = member;
  const requests = parts.peers?.requests ?? NO_PEER_REQUESTS;
  const authenticator = new Authenticator({
    store: member.state.auth,
    tokens,
    passwords,
    random,
    logger,
    server: loginServer(() => member),
    clientCertAuth: config.clientCertAuth,
  });
  const gate = new GateServer(member, authenticator);
  const health = new HealthService();
  const kv = new MemberKvServer(member);
  const leases = new MemberLeaseServer(member, requests);
  const cluster = new MemberClusterServer(member, requests);
  const maintenance = new MemberMaintenanceServer(member, health);
  const corruption = new CorruptionChecker(member, requests, (revision) => maintenance.hashKv(revision));
  const watches = new WatchService(gate, {
    hub: member.hub,
    header: member.header,
    clock,
    random,
    fragmentBytesMax: config.requestBytesMax + 512 * 1024,
    progressIntervalMs: config.watchProgressIntervalMs,
    checkWatch: (identity, key, rangeEnd) => {
      const { auth } = member.state;
      if (!auth.enabled) return undefined;
      const refusal = auth.refuseRange(identity ?? NO_AUTH_INFO, key, rangeEnd);
      return refusal === undefined ? undefined : etcdError(refusal);
    },
  });
  member.onAuthChange.add(() => watches.recheckPermissions());
  const local = new MemberLocalKv(member, { kv, leases, watches });
  const methods = new Map<string, GrpcMethod>([
    ...kvMethods(gate, kv),
    ...watches.methods(),
    ...leaseMethods(gate, leases),
    ...clusterMethods(gate, cluster),
    ...maintenanceMethods(gate, maintenance),
    ...authMethods(gate, new MemberAuthServer(member, authenticator)),
    ...lockMethods(gate, local),
    ...electionMethods(gate, local),
    ...health.methods(),
  ]);
  return {
    member,
    gate,
    watches,
    health,
    kv,
    leases,
    cluster,
    maintenance,
    corruption,
    isRestarted: parts.isRestarted,
    methods,
    stop: async () => {
      corruption.stop();
      gate.stop();
      watches.close(etcdError("Stopped"));
      await member.stop();
    },
  };
}

/** A crash between the receipt of a snapshot and its installation: the newer database takes the place of the old one. */
async function adoptReceivedDatabase(
  fileSystem: FileSystem,
  snapDir: string,
  db: string,
  index: number,
  logger: Logger,
): Promise<void> {
  const received = `${snapDir}/${index.toString(16).padStart(16, "0")}.snap.db`;
  if ((await fileSystem.stat(received)) === undefined) return;
  await fileSystem.rename(received, db);
  await fileSystem.syncDirectory(snapDir);
  logger.info("recovered v3 backend from a received snapshot", { path: received, "snapshot-index": index });
}

/** --bootstrap-defrag-threshold-megabytes (etcd server/etcdserver/bootstrap.go, maybeDefragBackend). */
async function defragmentAtStart({ backend }: OpenDatabase, thresholdBytes: number, logger: Logger): Promise<void> {
  const { sizeBytes, sizeInUseBytes } = backend;
  if (sizeBytes - sizeInUseBytes >= thresholdBytes) {
    await backend.defragment();
    return;
  }
  logger.info("Skipping defragmentation", {
    "current-db-size-bytes": sizeBytes,
    "current-db-size": humanBytes(sizeBytes),
    "current-db-size-in-use-bytes": sizeInUseBytes,
    "current-db-size-in-use": humanBytes(sizeInUseBytes),
    "bootstrap-defrag-threshold-bytes": thresholdBytes,
    "bootstrap-defrag-threshold": humanBytes(thresholdBytes),
  });
}

function checkDatabase(
  database: OpenDatabase,
  haveWal: boolean,
  snapshot: { index: number } | undefined,
  dirs: DataDir,
): void {
  const { consistent, backend } = database;
  const path = dirs.db;
  if (!haveWal && consistent.index > 0)
    throw new BootstrapError(
      `wal: ${dirs.wal}: no segment file, but the database (${path}) holds what was in the log up to entry ${consistent.index}`,
    );
  if (haveWal && snapshot !== undefined && consistent.index < snapshot.index) {
    const { damagedMeta } = backend.file;
    if (consistent.index === 0 && damagedMeta === undefined)
      throw new BootstrapError(`database file (${path}) of the backend is missing`);
    const cause =
      damagedMeta === undefined
        ? ""
        : `: its meta page at offset ${damagedMeta.offset} is damaged (${damagedMeta.reason}), and the other one names an older transaction`;
    throw new BootstrapError(
      `database file (${path} index ${consistent.index}) does not match with snapshot (index ${snapshot.index})${cause}`,
    );
  }
  const valid = validateStorageVersion(backend);
  if (!valid.ok) throw new BootstrapError(`cannot open ${path}: ${valid.reason}`);
}

async function replaceDatabase(
  received: Snapshot,
  dirs: ReturnType<typeof dataDir>,
  environment: MemberStateEnvironment,
): Promise<OpenDatabase> {
  const { index } = received.metadata!;
  const path = `${dirs.snap}/${index.toString(16).padStart(16, "0")}.snap.db`;
  await environment.fileSystem.rename(path, dirs.db);
  await environment.fileSystem.syncDirectory(dirs.snap);
  return openDatabase(dirs.db, environment);
}

export function versionsOf(member: Member): {
  clusterVersion: () => string | undefined;
  storageVersion: () => string | undefined;
} {
  return {
    clusterVersion: () => {
      const version = member.clusterVersion();
      return version === undefined ? undefined : versionText(version);
    },
    storageVersion: () => {
      const version = member.storageVersion();
      return version === undefined ? undefined : versionText(version);
    },
  };
}

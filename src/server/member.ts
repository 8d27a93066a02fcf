/**
 * One running member: replicated state, log, raft, and the loops between them (etcd server/etcdserver/server.go). Services are built on it
 * (`services/`), listeners in front of it (`embed.ts`).
 *
 * Over 500 lines because this is the one place that knows all parts and the order of their lives; each decision is in a part of its own.
 */
import { assert } from "../base/assert.ts";
import { idHex } from "../base/bytes.ts";
import { type EtcdError, etcdError } from "../base/etcd-error.ts";
import { goDurationTextMs } from "../base/go-duration.ts";
import type { Version } from "../base/semver.ts";
import { RequestField } from "../core/apply/raft-request.ts";
import type { AuthStore, TokenKeeper } from "../core/auth/auth-store.ts";
import { ResponseHeaderEncoder } from "../core/kv/response-header.ts";
import { confStateOf } from "../core/membership/conf-state-json.ts";
import type { CompactionJob } from "../core/mvcc/compaction.ts";
import type { WatchEvent } from "../core/mvcc/watch-event.ts";
import { RawNode } from "../core/raft/raw-node.ts";
import { statusText } from "../core/raft/status.ts";
import { type Entry, type HardState, type Message, MessageType, NONE, type Snapshot } from "../core/raft/types.ts";
import { SERVER_VERSION_TEXT } from "../core/version/server-version.ts";
import { detectStorageVersion } from "../core/version/storage-version.ts";
import { type MemberVersions, MONITOR_VERSION_INTERVAL_MS } from "../core/version/version-monitor.ts";
import { WatchHub } from "../core/watch/watch-hub.ts";
import type { Clock, Timer } from "../io/clock.ts";
import type { FileSystem } from "../io/file-system.ts";
import type { Logger } from "../io/logger.ts";
import type { Random } from "../io/random.ts";
import type { Tracer } from "../net/tracing/tracer.ts";
import { AlarmAction, AlarmRequest, AlarmType } from "../proto/generated/rpc.ts";
import { type ApplyEffects, ApplyLoop } from "./apply-loop.ts";
import { AutoCompaction } from "./auto-compaction.ts";
import type { BootstrappedRaft } from "./bootstrap.ts";
import { CompactionRunner } from "./compaction-runner.ts";
import type { DataDir } from "./data-dir.ts";
import { ElectionTickAdvance } from "./election-ticks.ts";
import { handOverLeadership } from "./leadership-transfer.ts";
import { LEASE_TICK_MS, LeaseExpiry } from "./lease-expiry.ts";
import { type MemberConfig, requestTimeoutMs } from "./member-config.ts";
import type { MemberMetrics } from "./member-metrics.ts";
import { MemberState, type OpenDatabase } from "./member-state.ts";
import { followMembership } from "./membership-effects.ts";
import type { PeerTransport } from "./peer-transport.ts";
import { PendingRequests } from "./pending-requests.ts";
import { Proposer } from "./proposer.ts";
import { publish } from "./publication.ts";
import { RaftDriver } from "./raft-driver.ts";
import { ReadIndexRounds, readContext, readContextId } from "./read-index.ts";
import { RequestIdGenerator } from "./request-id.ts";
import { REQUEST_TYPE_NAMES } from "./request-types.ts";
import { SlowRequests } from "./slow-requests.ts";
import { SnapshotFiles } from "./snapshot-files.ts";
import { SnapshotKeeper } from "./snapshot-keeper.ts";
import { StoreEvents } from "./store-events.ts";
import { UnwritableLeader } from "./unwritable-leader.ts";
import { VersionKeeper } from "./version-keeper.ts";

export interface MemberParts {
  readonly config: MemberConfig;
  readonly dirs: DataDir;
  readonly clock: Clock;
  readonly random: Random;
  readonly fileSystem: FileSystem;
  readonly logger: Logger;
  readonly metrics: MemberMetrics;
  readonly tracer: Tracer | undefined;
  readonly raft: BootstrappedRaft;
  readonly database: OpenDatabase;
  readonly tokens: TokenKeeper;
  /** Connects to the others; called once the member exists (what peers send comes back through `step`). */
  connect(member: Member): PeerTransport;
  /** Versions of all members by asking them; undefined where one does not answer. The local one is not asked. */
  peerVersions(member: Member): Promise<Map<bigint, MemberVersions | undefined>>;
  /** Opens the database that came with a snapshot in place of the present one. */
  replaceDatabase(member: Member, snapshot: Snapshot): Promise<OpenDatabase>;
  /** The member cannot go on: a disk that failed, or its removal from the cluster. */
  onEnd(reason: MemberEnd): void;
}

export type MemberEnd = { readonly kind: "failed"; readonly error: unknown } | { readonly kind: "removed" };

const PURGE_INTERVAL_MS = 30_000;
const REMOVED_STOP_DELAY_MS = 1000;
const MAX_SIZE_PER_MESSAGE = 1024 * 1024;
const MAX_INFLIGHT_MESSAGES = 512;

export class Member {
  readonly config: MemberConfig;
  readonly memberId: bigint;
  readonly clusterId: bigint;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: MemberMetrics;
  /** Undefined without distributed tracing. */
  readonly tracer: Tracer | undefined;
  readonly slowRequests: SlowRequests;
  readonly hub: WatchHub;
  readonly reads: ReadIndexRounds;
  readonly proposer: Proposer;
  readonly compactions: CompactionRunner;
  readonly header: ResponseHeaderEncoder;
  readonly ids: RequestIdGenerator;
  /** Called for every change of the leader, and every slice of applied entries. */
  readonly onLeaderChange: Set<() => void>;
  readonly onApplied: Set<(index: number) => void>;
  /** Called after users, roles or permissions changed. */
  readonly onAuthChange: Set<() => void>;
  readonly #parts: MemberParts;
  readonly #pending: PendingRequests;
  readonly #driver: RaftDriver;
  readonly #loop: ApplyLoop;
  readonly #storage: BootstrappedRaft["storage"];
  readonly #snapshots: SnapshotFiles;
  readonly #events: StoreEvents;
  readonly #timers: Timer[];
  readonly #autoCompaction: AutoCompaction | undefined;
  readonly #leaseExpiry: LeaseExpiry;
  readonly #electionTicks: ElectionTickAdvance;
  readonly #versions: VersionKeeper;
  readonly #snapshotKeeper: SnapshotKeeper;
  readonly #peers: PeerTransport;
  #state: MemberState;
  #leader: bigint;
  #leaderSinceMs: number;
  #committedIndex: number;
  #authRevision: number;
  #clusterVersion: Version | undefined;
  #published: boolean;
  #campaigned: boolean;
  /** The ticks stopped for a while: whether this member still leads is to be asked. */
  #stalled: boolean;
  readonly #unwritable: UnwritableLeader;
  #stopping: boolean;
  #resolveReady: () => void;
  /** Resolves once the member has published itself: it serves clients from then on. */
  readonly ready: Promise<void>;

  constructor(parts: MemberParts) {
    const { config, clock, random, logger, raft, database, metrics } = parts;
    this.#parts = parts;
    this.config = config;
    this.memberId = raft.memberId;
    this.clusterId = raft.clusterId;
    this.clock = clock;
    this.random = random;
    this.logger = logger;
    this.metrics = metrics;
    this.tracer = parts.tracer;
    this.slowRequests = new SlowRequests({
      clock,
      logger: this.logger,
      metrics,
      limits: { applyMs: config.warningApplyMs, unaryMs: config.warningUnaryRequestMs },
    });
    this.ids = new RequestIdGenerator(raft.memberId, clock.wallNow());
    this.header = new ResponseHeaderEncoder(
      { clusterId: raft.clusterId, memberId: raft.memberId },
      database.consistent.term,
    );
    this.onLeaderChange = new Set();
    this.onApplied = new Set();
    this.onAuthChange = new Set();
    this.#storage = raft.storage;
    this.#state = this.#openState(database, raft.haveWal, undefined);
    this.#events = new StoreEvents(this.#state.store);
    this.hub = new WatchHub(this.#events);
    this.#pending = new PendingRequests(requestTimeoutMs(config));
    this.reads = new ReadIndexRounds({ timeoutMs: requestTimeoutMs(config), nextId: () => this.ids.next() });
    this.#snapshots = new SnapshotFiles({
      fileSystem: parts.fileSystem,
      clock,
      logger,
      dirs: parts.dirs,
      wal: raft.wal,
      metrics,
    });
    const node = new RawNode({
      id: raft.memberId,
      electionTick: config.electionTicks,
      heartbeatTick: 1,
      storage: raft.storage,
      randomInt: (bound) => random.integer(bound),
      logger: raftLogger(logger),
      asyncStorageWrites: true,
      maxSizePerMsg: MAX_SIZE_PER_MESSAGE,
      maxInflightMsgs: MAX_INFLIGHT_MESSAGES,
      checkQuorum: true,
      preVote: config.preVote,
    });
    if (raft.peers.length > 0) {
      const refused = node.bootstrap(raft.peers);
      assert(refused === undefined, "an empty log takes the first members");
    }
    this.#driver = new RaftDriver({
      id: raft.memberId,
      node,
      clock,
      hardState: raft.hardState,
      log: {
        save: (hardState, entries) => raft.wal.save(hardState, entries),
        saveSnapshot: (...received) => this.#snapshots.saveReceived(...received),
      },
      transport: { send: (messages) => this.#send(messages) },
      consumer: {
        turn: () => this.#turn(),
        applyEntries: (entries, done) => this.#applyEntries(entries, done),
        applySnapshot: (snapshot, done) => this.#applySnapshot(snapshot, done),
        readState: (context, index) => this.#readState(context, index),
        softState: (state) => this.#softState(state),
        appended: (entries, snapshot, hardState) => this.#appended(entries, snapshot, hardState),
        fatal: (error) => this.fail(error),
      },
    });
    this.proposer = new Proposer({
      driver: this.#driver,
      pending: this.#pending,
      ids: this.ids,
      clock,
      requestBytesMax: config.requestBytesMax,
      priorityRequests: config.features.has("PriorityRequest"),
      applyLag: () => this.#committedIndex - this.#loop.appliedIndex,
    });
    this.compactions = new CompactionRunner({
      clock,
      logger,
      batchLimit: config.compactionBatchLimit,
      sleepMs: config.compactionSleepMs,
    });
    this.#loop = new ApplyLoop({
      clock,
      logger,
      effects: this.#effects(),
      pending: this.#pending,
      state: this.#state,
      confState: raft.haveWal ? raft.storage.initialState().confState : confStateOf([]),
      appliedIndex: raft.snapshotIndex,
      appliedTerm: raft.snapshotTerm,
      consistentIndex: database.consistent.index,
    });
    this.#snapshotKeeper = new SnapshotKeeper(this, {
      storage: raft.storage,
      progress: this.#loop,
      snapshotIndex: raft.snapshotIndex,
    });
    this.#versions = new VersionKeeper(this, {
      peerVersions: () => parts.peerVersions(this),
      entriesSinceSnapshot: () => this.#snapshotKeeper.entriesSinceSnapshot(),
    });
    this.#leaseExpiry = new LeaseExpiry(this);
    this.#electionTicks = new ElectionTickAdvance({
      clock,
      logger,
      memberId: raft.memberId,
      electionTicks: config.electionTicks,
      isWanted: config.initialElectionTickAdvance,
      // A new cluster learns its members from the first entries that it applies.
      memberCount: () => this.#state.cluster.members().length || config.initialCluster.size,
      activePeers: () =>
        this.#state.cluster.members().filter((m) => this.#peers.activeSinceMs(m.id) !== undefined).length,
      tick: () => this.#driver.tick(),
    });
    this.#timers = [];
    this.#leader = NONE;
    this.#leaderSinceMs = Number.NEGATIVE_INFINITY;
    this.#committedIndex = raft.hardState.commit;
    this.#authRevision = this.#state.auth.revision;
    this.#clusterVersion = undefined;
    this.#published = false;
    this.#campaigned = false;
    this.#stalled = false;
    this.#unwritable = new UnwritableLeader(this);
    this.#stopping = false;
    this.#resolveReady = () => undefined;
    this.ready = new Promise((resolve) => {
      this.#resolveReady = resolve;
    });
    this.#autoCompaction =
      config.autoCompaction === undefined
        ? undefined
        : new AutoCompaction({
            policy: config.autoCompaction,
            clock,
            logger,
            target: {
              revision: () => this.#state.store.revision,
              isLeader: () => this.isLeader,
              compact: async (revision) => {
                const { encodeCompaction } = await import("./services/encode-requests.ts");
                const span = this.tracer?.root("compact", ["is_physical", false, "rev", revision]);
                const request = encodeCompaction(revision);
                try {
                  await this.proposer.request(RequestField.Compaction, request, this.rootCredentials(), span);
                } finally {
                  span?.end();
                }
              },
            },
          });
    this.#peers = parts.connect(this);
    for (const member of this.#state.cluster.members())
      if (member.id !== this.memberId) this.#peers.addPeer(member.id, member.peerURLs);
  }

  // --- What services read ------------------------------------------------------------------------------------------------------

  get state(): MemberState {
    return this.#state;
  }

  get peers(): PeerTransport {
    return this.#peers;
  }

  get leader(): bigint {
    return this.#leader;
  }

  get isLeader(): boolean {
    return this.#leader === this.memberId;
  }

  get appliedIndex(): number {
    return this.#loop.appliedIndex;
  }

  get committedIndex(): number {
    return this.#committedIndex;
  }

  /** Raft's status as etcd's /debug/vars prints it. */
  raftStatusText(): string {
    return statusText(this.#driver.node.status());
  }

  get raftTerm(): number {
    return this.header.raftTerm;
  }

  get isStopping(): boolean {
    return this.#stopping;
  }

  get isPublished(): boolean {
    return this.#published;
  }

  /** The raft node, for its status. */
  get node(): RawNode {
    return this.#driver.node;
  }

  /** True when the WAL has no room for its next segment or the database for its next commit: writes are refused, reads go on. */
  get outOfSpace(): boolean {
    return this.#parts.raft.wal.outOfSpace || this.#state.backend.outOfSpace;
  }

  get walBytesWritten(): number {
    return this.#parts.raft.wal.bytesWritten;
  }

  /** Who the server is to itself, for what it proposes on its own. */
  rootCredentials(): { username: string; authRevision: number } {
    const root = this.#state.auth.rootInfo();
    return { username: root?.username ?? "", authRevision: root?.revision ?? 0 };
  }

  clusterVersion(): Version | undefined {
    return this.#state.cluster.version;
  }

  storageVersion(): Version | undefined {
    return detectStorageVersion(this.#state.backend);
  }

  /** Asks for a linearizable read; the waiter is called once. */
  waitRead(waiter: (error: EtcdError | undefined) => void): void {
    if (this.#stopping) {
      waiter(etcdError("Stopped"));
      return;
    }
    this.reads.add(waiter);
    this.#driver.schedule();
  }

  linearizableRead(): Promise<void> {
    return new Promise((resolve, reject) =>
      this.waitRead((error) => (error === undefined ? resolve() : reject(error))),
    );
  }

  /** A message from a peer. */
  step(message: Message): void {
    this.#driver.step(message);
  }

  reportUnreachable(id: bigint): void {
    if (this.#stopping) return;
    this.#driver.node.reportUnreachable(id);
    this.#driver.schedule();
  }

  transferLeader(target: bigint): void {
    this.#driver.node.transferLeader(target);
    this.#driver.schedule();
  }

  /**
   * The leader has ticked lately: it has not been stalled past its leadership (etcd isActive). DIVERGES: after a stall that is false until the
   * others have confirmed the leadership; etcd trusts the first tick (ADR 0031).
   */
  get hasTickedLately(): boolean {
    return !this.#stalled && this.#ticksInTime;
  }

  get #ticksInTime(): boolean {
    return this.clock.now() - this.#driver.lastTickMs < 3 * this.config.heartbeatMs;
  }

  /** A snapshot database received from the leader is stored by this. */
  get snapshotFiles(): SnapshotFiles {
    return this.#snapshots;
  }

  // --- Life --------------------------------------------------------------------------------------------------------------------

  /** Starts ticking. */
  start(): void {
    const { config, clock, logger } = this;
    const version = this.clusterVersion();
    logger.info("starting etcd server", {
      "local-member-id": idHex(this.memberId),
      "local-server-version": SERVER_VERSION_TEXT,
      ...(version === undefined ? {} : { "cluster-id": idHex(this.clusterId) }),
      "cluster-version": version === undefined ? "to_be_decided" : `${version.major}.${version.minor}`,
    });
    if (this.#state.resumedCompaction !== undefined) this.#runCompaction(this.#state.resumedCompaction);
    this.#repeat(config.heartbeatMs, () => this.#tick());
    this.#repeat(LEASE_TICK_MS, () => this.#leaseExpiry.tick());
    this.#repeat(PURGE_INTERVAL_MS, () => this.#purge());
    this.#repeat(MONITOR_VERSION_INTERVAL_MS, () => this.#versions.monitor());
    if (this.config.downgradeCheckMs > 0)
      this.#repeat(this.config.downgradeCheckMs, () => this.#versions.checkDowngrade());
    this.#autoCompaction?.start();
    this.#electionTicks.start();
    this.#driver.schedule();
    this.#campaignAlone();
    void publish(this).then((isPublished) => {
      this.#published = isPublished;
      if (isPublished) this.#resolveReady();
    });
    clock.nextTurn(() => this.#driver.schedule());
  }

  /**
   * The only voter has nobody to wait for: it stands for election as soon as raft lets it (committed changes of the membership must be
   * applied first). etcd fast-forwards its ticks instead and still waits a random part of an election timeout.
   */
  #campaignAlone(): void {
    if (this.#campaigned || this.#leader !== NONE) return;
    const { config, softState, applied, hardState } = this.#driver.node.status();
    // Raft refuses while a change of the membership waits to be applied, as those of a new cluster do.
    if (applied < hardState.commit || softState.lead !== NONE) return;
    const { voters, votersOutgoing } = config.confState();
    if (voters.length !== 1 || voters[0] !== this.memberId || votersOutgoing.length > 0) return;
    this.#campaigned = true;
    this.logger.info("started as single-node; standing for election at once", {
      "local-member-id": idHex(this.memberId),
    });
    this.#driver.node.campaign();
    this.#driver.schedule();
  }

  /** Before a graceful stop. */
  handOverLeadership(): Promise<void> {
    return handOverLeadership(this);
  }

  /** Stops: nothing is acknowledged any more; what was is durable. */
  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    for (const timer of this.#timers) timer.cancel();
    this.#electionTicks.stop();
    this.#autoCompaction?.stop();
    this.#driver.stop();
    this.#loop.stop();
    // Its sweep of old tokens would keep the process alive.
    this.#parts.tokens.disable();
    const stopped = etcdError("Stopped");
    this.reads.failAll(stopped);
    this.#pending.failAll(stopped);
    await this.#peers.stop();
    await this.compactions.stop();
    await this.#snapshotKeeper.idle;
    await this.#parts.raft.wal.close();
    await this.#state.backend.close();
  }

  /** Something broke that must not be papered over: tells the owner once. */
  fail(error: unknown): void {
    if (this.#stopping) return;
    this.logger.error("the member cannot go on", {
      error: String(error),
      cause: error instanceof Error && error.cause instanceof Error ? error.cause.message : undefined,
    });
    this.#driver.stop();
    this.#parts.onEnd({ kind: "failed", error });
  }

  #repeat(periodMs: number, callback: () => void): void {
    this.#timers.push(this.clock.setRepeating(periodMs, callback));
  }

  #openState(database: OpenDatabase, recover: boolean, auth: AuthStore | undefined): MemberState {
    return new MemberState(database, {
      config: this.config,
      memberId: this.memberId,
      clusterId: this.clusterId,
      tokens: this.#parts.tokens,
      seed: this.#parts.raft.seed,
      recover,
      header: this.header,
      auth,
    });
  }

  // --- Raft's output -----------------------------------------------------------------------------------------------------------

  #turn(): void {
    const id = this.reads.takeRequest(this.clock.now());
    if (id >= 0) this.#driver.readIndex(readContext(id));
  }

  #readState(context: Uint8Array, index: number): void {
    this.reads.confirm(readContextId(context), index);
    if (this.reads.applied(this.#loop.appliedIndex) && !this.reads.idle) this.#driver.schedule();
  }

  #softState({ leader, isLeader }: { leader: bigint; isLeader: boolean }): void {
    const changed = leader !== this.#leader;
    const isNewLeader = changed && leader !== NONE;
    this.#leader = leader;
    this.metrics.hasLeader = leader !== NONE;
    this.metrics.isLeader = isLeader;
    if (!isLeader) this.#state.lessor.demote();
    if (isNewLeader) {
      this.metrics.leaderChangesSeen++;
      if (isLeader) {
        this.#leaderSinceMs = this.clock.now();
        this.#stalled = false;
      }
      this.reads.leaderChanged();
    }
    if (changed) for (const listener of this.onLeaderChange) listener();
  }

  #appended(entries: readonly Entry[], snapshot: Snapshot | undefined, hardState: HardState | undefined): void {
    if (snapshot !== undefined) this.#storage.applySnapshot(snapshot);
    if (entries.length > 0) this.#storage.append(entries as Entry[]);
    if (hardState !== undefined) {
      this.#storage.setHardState(hardState);
      this.#committedIndex = Math.max(this.#committedIndex, hardState.commit);
      this.metrics.proposalsCommitted = hardState.commit;
    }
  }

  #send(messages: readonly Message[]): void {
    const cluster = this.#state.cluster;
    const out: Message[] = [];
    for (const message of messages) {
      if (cluster.isRemoved(message.to)) continue;
      if (message.type === MessageType.MsgSnap) void this.#sendSnapshot(message);
      else out.push(message);
    }
    if (out.length > 0) this.#peers.send(out);
  }

  #applyEntries(entries: readonly Entry[], done: () => void): void {
    this.#committedIndex = Math.max(this.#committedIndex, entries.at(-1)!.index);
    this.#loop.apply(entries, () => {
      done();
      if (!this.#campaigned) this.#campaignAlone();
      this.#snapshotKeeper.snapshotIfNeeded();
    });
  }

  // --- Applying ----------------------------------------------------------------------------------------------------------------

  #effects(): ApplyEffects {
    return {
      notify: (events, revision) => this.#notify(events, revision),
      applyConfChange: (change, index) =>
        index > this.#driver.node.pendingSnapshotIndex ? this.#driver.applyConfChange(change) : this.#loop.confState,
      membershipChanged: (change) => followMembership(this, change, () => this.#onSelfRemoved()),
      compactionAccepted: (job) => this.#runCompaction(job),
      firstCommitInTerm: () => this.#firstCommitInTerm(),
      raiseNoSpace: (then) => this.raiseNoSpace(then),
      snapshotForced: () => this.#snapshotKeeper.force(),
      advanced: (index) => this.#advanced(index),
      observe: (slot, request, payload, nowMs, result) => {
        const { field, start, end } = request;
        const tookMs = nowMs - slot.startMs;
        const type = REQUEST_TYPE_NAMES.get(field) ?? "Unknown";
        this.metrics.observeRequest(type, result.error === undefined, tookMs / 1000);
        if (tookMs <= this.slowRequests.limits.unaryMs || slot.request.remoteAddress === undefined) return;
        this.slowRequests.unary(`/etcdserverpb.KV/${type}`, payload.subarray(start, end), {
          response: result.response,
          tookMs,
          remoteAddress: slot.request.remoteAddress,
        });
      },
      applied: (request, payload, tookMs, result) => {
        const { error } = result;
        const success = error === undefined || error.kind === "Compacted";
        this.metrics.observeApply(request.field, success, tookMs / 1000);
        if (tookMs > this.slowRequests.limits.applyMs)
          this.slowRequests.applied(payload, tookMs, result.response, error);
        if (!success) this.slowRequests.failed(payload, tookMs, error);
      },
    };
  }

  #notify(events: readonly WatchEvent[], revision: number): void {
    this.hub.notify(events, revision);
  }

  #advanced(index: number): void {
    if (this.reads.applied(index) && !this.reads.idle) this.#driver.schedule();
    const { revision } = this.#state.auth;
    if (revision !== this.#authRevision) {
      this.#authRevision = revision;
      for (const listener of this.onAuthChange) listener();
    }
    const { version } = this.#state.cluster;
    if (version !== this.#clusterVersion) {
      this.#clusterVersion = version;
      this.clock.nextTurn(() => this.#versions.updateStorageVersion());
    }
    for (const listener of this.onApplied) listener(index);
  }

  #firstCommitInTerm(): void {
    this.reads.firstCommitInTerm();
    if (this.isLeader)
      this.#state.lessor.promote(this.config.electionTicks * this.config.heartbeatMs, this.clock.now());
    this.#driver.schedule();
    this.clock.nextTurn(() => this.#versions.monitor());
  }

  /** The others must hear that this entry is committed before the connections end. */
  #onSelfRemoved(): void {
    this.clock.setTimer(REMOVED_STOP_DELAY_MS, () => {
      if (!this.#stopping) this.#parts.onEnd({ kind: "removed" });
    });
  }

  #runCompaction(job: CompactionJob): void {
    this.compactions.run(job, this.#state.backend).catch((error: unknown) => {
      if (!this.#stopping) this.logger.warn("compaction stopped", { revision: job.revision, error: String(error) });
    });
  }

  /** Raises NOSPACE for this member through raft, whatever becomes of it, then calls back. */
  raiseNoSpace(then: () => void): void {
    const request = AlarmRequest.encode({
      action: AlarmAction.ACTIVATE,
      memberID: this.memberId,
      alarm: AlarmType.NOSPACE,
    });
    this.proposer.propose(RequestField.Alarm, request, this.rootCredentials(), { abandoned: false, settle: then });
  }

  // --- Time --------------------------------------------------------------------------------------------------------------------

  #tick(): void {
    const now = this.clock.now();
    const standsStill = !this.#ticksInTime;
    if (standsStill) this.#stalled = true;
    if (this.isLeader && this.#state.cluster.members().length > 1) this.#checkHeartbeatInTime(now);
    this.#driver.tick();
    // After a pause of the whole process what the disk ended meanwhile was not heard of yet.
    if (!standsStill) this.#unwritable.tick(this.#driver.writeStallMs());
    this.proposer.tick((startMs) => this.#timeoutError(startMs));
    if (this.reads.tick(now)) this.#driver.schedule();
  }

  /** A leader that comes late with its heartbeats risks an election; it says so (etcd server/etcdserver/raft.go, processMessages). */
  #checkHeartbeatInTime(nowMs: number): void {
    const { heartbeatMs } = this.config;
    const exceededMs = nowMs - this.#driver.lastTickMs - 2 * heartbeatMs;
    if (exceededMs <= 0) return;
    this.metrics.heartbeatSendFailures++;
    this.logger.warn(
      "leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk",
      {
        "heartbeat-interval": goDurationTextMs(heartbeatMs),
        "expected-duration": goDurationTextMs(2 * heartbeatMs),
        "exceeded-duration": goDurationTextMs(exceededMs),
      },
    );
  }

  /** Which kind of timeout, as etcd's parseProposeCtxErr tells them apart. */
  #timeoutError(startMs: number): EtcdError {
    const electionMs = this.config.electionTicks * this.config.heartbeatMs;
    if (startMs > this.#leaderSinceMs - 2 * electionMs && startMs < this.#leaderSinceMs)
      return etcdError("TimeoutDueToLeaderFail");
    if (this.#leader === NONE) return etcdError("Timeout");
    if (this.isLeader) {
      const voters = this.#state.cluster.votingMembers();
      const connected = voters.filter(
        (m) => m.id === this.memberId || (this.#peers.activeSinceMs(m.id) ?? Number.POSITIVE_INFINITY) < startMs,
      ).length;
      return etcdError(connected >= Math.floor(voters.length / 2) + 1 ? "Timeout" : "TimeoutDueToConnectionLost");
    }
    return etcdError(
      (this.#peers.activeSinceMs(this.#leader) ?? Number.POSITIVE_INFINITY) < startMs
        ? "Timeout"
        : "TimeoutDueToConnectionLost",
    );
  }

  /** A leader that may have been stalled asks the others whether it still leads. */
  async ensureLeadership(): Promise<boolean> {
    if (this.hasTickedLately) return this.isLeader;
    try {
      await this.linearizableRead();
    } catch (error) {
      this.logger.warn("Failed to check current member's leadership", { error: String(error) });
      return false;
    }
    this.#stalled = false;
    return this.isLeader;
  }

  #purge(): void {
    this.#snapshots
      .purge({ snapshotsMax: this.config.snapshotsMax, walsMax: this.config.walsMax })
      .catch((error: unknown) => {
        this.logger.warn("failed to purge old files", { error: String(error) });
      });
  }

  // --- Snapshots ---------------------------------------------------------------------------------------------------------------

  async #sendSnapshot(message: Message): Promise<void> {
    const delivered = await this.#snapshotKeeper.send(message);
    if (this.#stopping) return;
    this.#driver.node.reportSnapshot(message.to, delivered ? "finish" : "failure");
    this.#driver.schedule();
  }

  #applySnapshot(snapshot: Snapshot, done: () => void): void {
    this.metrics.snapshotApplyInProgress++;
    const index = snapshot.metadata!.index;
    this.logger.info("applying snapshot", {
      "current-applied-index": this.#loop.appliedIndex,
      "incoming-leader-snapshot-index": index,
    });
    this.#installSnapshot(snapshot).then(
      () => {
        this.metrics.snapshotApplyInProgress--;
        this.logger.info("applied snapshot", { "incoming-leader-snapshot-index": index });
        done();
      },
      (error: unknown) => this.fail(error),
    );
  }

  async #installSnapshot(snapshot: Snapshot): Promise<void> {
    const { index, term, confState } = snapshot.metadata!;
    assert(index > this.#loop.appliedIndex, "a snapshot is newer than what is applied");
    const before = this.#state;
    await before.backend.retire();
    const database = await this.#parts.replaceDatabase(this, snapshot);
    this.#state = this.#openState(database, true, before.auth);
    this.header.raftTerm = term;
    this.#events.replace(this.#state.store);
    this.hub.restore();
    this.#loop.restored(this.#state, {
      index,
      term,
      confState: confState ?? confStateOf(this.#state.cluster.members()),
    });
    this.#snapshotKeeper.installed(index);
    this.#committedIndex = Math.max(this.#committedIndex, index);
    this.#peers.removeAllPeers();
    for (const member of this.#state.cluster.members())
      if (member.id !== this.memberId) this.#peers.addPeer(member.id, member.peerURLs);
    before.lessor.demote();
    before.backend
      .close()
      .catch((error: unknown) => this.logger.warn("failed to close old backend", { error: String(error) }));
    this.#advanced(index);
  }
}

function raftLogger(logger: Logger): {
  debug(m: string): void;
  info(m: string): void;
  warn(m: string): void;
  error(m: string): void;
} {
  const raft = logger.with({ logger: "raft" });
  return {
    debug: (m) => raft.debug(m),
    info: (m) => raft.info(m),
    warn: (m) => raft.warn(m),
    error: (m) => raft.error(m),
  };
}

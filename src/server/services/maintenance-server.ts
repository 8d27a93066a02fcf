/** The Maintenance service's view of a member. */
import { createHash } from "node:crypto";
import type { CallerIdentity } from "../../api/grpc/call-gate.ts";
import type { HealthService } from "../../api/grpc/health.ts";
import type { DatabaseSnapshot, MaintenanceServer } from "../../api/grpc/maintenance.ts";
import { utf8Text } from "../../base/bytes.ts";
import { etcdError } from "../../base/etcd-error.ts";
import { versionText } from "../../base/semver.ts";
import { NO_CREDENTIALS, RequestField } from "../../core/apply/raft-request.ts";
import { Bucket } from "../../core/mvcc/backend.ts";
import type { KeyValueHash } from "../../core/mvcc/hash.ts";
import { NONE } from "../../core/raft/types.ts";
import { parseDowngradeTarget, refuseDowngrade, refuseDowngradeCancel } from "../../core/version/downgrade.ts";
import { SERVER_VERSION_TEXT } from "../../core/version/server-version.ts";
import { loadStorageVersion } from "../../core/version/storage-version.ts";
import { sleep, yieldTurn } from "../../io/clock.ts";
import type { ServerCall } from "../../net/transport/server-call.ts";
import { ServingStatus } from "../../proto/generated/health.ts";
import { DowngradeInfoSetRequest } from "../../proto/generated/membership.ts";
import {
  AlarmRequest,
  AlarmResponse,
  AlarmType,
  DowngradeAction,
  type ResponseHeader,
  type StatusResponse,
} from "../../proto/generated/rpc.ts";
import type { Member } from "../member.ts";
import { DEFAULT_QUOTA_BYTES, requestTimeoutMs } from "../member-config.ts";

const HASH_ENTRIES_PER_STEP = 1000;
/** Left out of Hash: they differ between members that hold the same. */
const UNHASHED_META: ReadonlySet<string> = new Set(["consistent_index", "term", "storageVersion"]);

export class MemberMaintenanceServer implements MaintenanceServer {
  readonly #member: Member;
  readonly #health: HealthService;

  constructor(member: Member, health: HealthService) {
    this.#member = member;
    this.#health = health;
  }

  header(revision?: number): ResponseHeader {
    const { state } = this.#member;
    return state.headerOf(revision ?? state.store.revision);
  }

  status(): Omit<StatusResponse, "header"> {
    const member = this.#member;
    const { cluster, backend, alarms } = member.state;
    const { downgradeInfo } = cluster;
    const errors = alarms.get(AlarmType.NONE).map((alarm) => alarmText(alarm.memberID, alarm.alarm));
    if (member.leader === NONE) errors.unshift("etcdserver: no leader");
    const storage = member.storageVersion();
    return {
      version: SERVER_VERSION_TEXT,
      dbSize: backend.sizeBytes,
      leader: member.leader,
      raftIndex: member.committedIndex,
      raftTerm: member.raftTerm,
      raftAppliedIndex: member.appliedIndex,
      errors,
      dbSizeInUse: backend.sizeInUseBytes,
      isLearner: cluster.isLocalMemberLearner,
      storageVersion: storage === undefined ? "" : versionText(storage),
      dbSizeQuota: member.config.quotaBackendBytes === 0 ? DEFAULT_QUOTA_BYTES : member.config.quotaBackendBytes,
      downgradeInfo: { enabled: downgradeInfo.enabled, targetVersion: downgradeInfo.targetVersion },
    };
  }

  async alarm(request: AlarmRequest, identity: CallerIdentity | undefined): Promise<AlarmResponse> {
    const credentials =
      identity === undefined ? NO_CREDENTIALS : { username: identity.username, authRevision: identity.revision };
    const { response } = await this.#member.proposer.request(
      RequestField.Alarm,
      AlarmRequest.encode(request),
      credentials,
    );
    return AlarmResponse.decode(response);
  }

  async defragment(): Promise<void> {
    const { logger, state, config } = this.#member;
    logger.info("starting defragment");
    const announce = config.features.has("StopGRPCServiceOnDefrag");
    if (announce) this.#health.setStatus(ServingStatus.NOT_SERVING);
    try {
      await state.backend.defragment();
    } finally {
      if (announce) this.#health.setStatus(ServingStatus.SERVING);
    }
    logger.info("finished defragment");
  }

  async hash(): Promise<{ hash: number; revision: number }> {
    const { state, metrics, clock } = this.#member;
    const startMs = clock.now();
    const { revision } = state.store;
    const hash = await state.backend.hash((bucket, key) => bucket === Bucket.Meta && UNHASHED_META.has(utf8Text(key)));
    metrics.hashSeconds.observe((clock.now() - startMs) / 1000);
    return { hash, revision };
  }

  async hashKv(
    revision: number,
  ): Promise<{ hash: number; compactRevision: number; hashRevision: number; revision: number }> {
    const { clock, state, metrics } = this.#member;
    const startMs = clock.now();
    const { store } = state;
    const known = revision > 0 ? store.hashes.get(revision) : undefined;
    const current = store.revision;
    const found = known ?? (await this.#computeHash(revision));
    metrics.hashRevSeconds.observe((clock.now() - startMs) / 1000);
    return {
      hash: found.hash,
      compactRevision: found.compactRevision,
      hashRevision: found.revision,
      revision: current,
    };
  }

  async #computeHash(revision: number): Promise<KeyValueHash> {
    const { clock, state } = this.#member;
    const job = state.store.startHash(revision);
    try {
      const reader = await state.backend.pin();
      try {
        while (!job.step(reader, HASH_ENTRIES_PER_STEP)) await yieldTurn(clock);
        return job.result;
      } finally {
        reader.release();
      }
    } finally {
      job.close();
    }
  }

  async snapshot(allocate?: (bytes: number) => Uint8Array): Promise<DatabaseSnapshot> {
    const { state, logger } = this.#member;
    const version = loadStorageVersion(state.backend);
    const storageVersion = version === undefined ? "" : versionText(version);
    const snapshot = await state.backend.snapshot();
    if (allocate !== undefined) snapshot.allocate = allocate;
    logger.info("sending database snapshot to client", {
      "total-bytes": snapshot.sizeBytes,
      "storage-version": storageVersion,
    });
    const digest = createHash("sha256");
    return {
      totalBytes: snapshot.sizeBytes,
      storageVersion,
      pieces: digested(snapshot, digest),
      digest: () => {
        logger.info("successfully sent database snapshot to client", {
          "total-bytes": snapshot.sizeBytes,
          "storage-version": storageVersion,
        });
        return digest.digest();
      },
      close: () => snapshot.close(),
    };
  }

  async moveLeader(target: bigint, call: ServerCall): Promise<void> {
    const member = this.#member;
    if (!member.isLeader) throw etcdError("NotLeader");
    const transferee = member.state.cluster.member(target);
    if (transferee === undefined || transferee.isLearner) throw etcdError("BadLeaderTransferee");
    member.transferLeader(target);
    const { clock, config } = member;
    const endMs = Math.min(call.deadlineMs ?? Number.POSITIVE_INFINITY, clock.now() + requestTimeoutMs(config));
    while (member.leader !== target) {
      if (clock.now() > endMs || member.isStopping) throw etcdError("TimeoutLeaderTransfer");
      await sleep(clock, config.heartbeatMs);
    }
  }

  async downgrade(action: number, version: string): Promise<string> {
    const member = this.#member;
    const { cluster } = member.state;
    if (action === DowngradeAction.CANCEL) return this.#cancelDowngrade();
    if (action !== DowngradeAction.VALIDATE && action !== DowngradeAction.ENABLE) throw etcdError("UnknownMethod");
    const target = parseDowngradeTarget(version);
    if (target === undefined) throw etcdError("WrongDowngradeVersionFormat");
    if (cluster.version === undefined) throw etcdError("ClusterVersionUnavailable");
    await member.linearizableRead();
    const refusal = refuseDowngrade(target, cluster.version, cluster.downgradeInfo);
    if (refusal !== undefined) throw etcdError(refusal);
    if (action === DowngradeAction.ENABLE) {
      const request = DowngradeInfoSetRequest.encode({ enabled: true, ver: versionText(target) });
      await member.proposer.request(RequestField.DowngradeInfoSet, request);
      member.logger.info("The downgrade job has been enabled", { "target-version": versionText(target) });
    }
    return this.#clusterVersionText();
  }

  async #cancelDowngrade(): Promise<string> {
    const member = this.#member;
    await member.linearizableRead();
    const refusal = refuseDowngradeCancel(member.state.cluster.downgradeInfo);
    if (refusal !== undefined) member.logger.warn("failed to cancel downgrade", { error: etcdError(refusal).message });
    else
      await member.proposer.request(
        RequestField.DowngradeInfoSet,
        DowngradeInfoSetRequest.encode({ enabled: false, ver: "" }),
      );
    return this.#clusterVersionText();
  }

  #clusterVersionText(): string {
    const version = this.#member.clusterVersion();
    return version === undefined ? "" : `${version.major}.${version.minor}`;
  }
}

async function* digested(
  snapshot: AsyncIterable<Uint8Array>,
  digest: { update(bytes: Uint8Array): unknown },
): AsyncGenerator<Uint8Array, void, void> {
  for await (const piece of snapshot) {
    digest.update(piece);
    yield piece;
  }
}

/** An AlarmMember as Go's protobuf prints it in Status.errors. */
function alarmText(memberId: bigint, alarm: number): string {
  const name = alarm === AlarmType.NOSPACE ? "NOSPACE" : alarm === AlarmType.CORRUPT ? "CORRUPT" : String(alarm);
  return `memberID:${memberId} alarm:${name}`;
}

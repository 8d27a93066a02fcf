/**
 * The comparisons of this member's key space with those of the others, and the CORRUPT alarm that follows from them
 * (etcd server/etcdserver/corrupt.go). Who is named is decided in `core/corruption`; here are the questions, the timing and the log.
 */
import { idHex } from "../base/bytes.ts";
import { EtcdError } from "../base/etcd-error.ts";
import { goDurationTextMs } from "../base/go-duration.ts";
import { RequestField } from "../core/apply/raft-request.ts";
import { type CompactHashVerdict, judgeCompactHash, uncheckedHashes } from "../core/corruption/compact-hash-check.ts";
import { type InitialVerdict, judgeInitially } from "../core/corruption/initial-check.ts";
import type { PeerHash, PeerHashAnswer } from "../core/corruption/peer-hash.ts";
import { judgePeriodically, type LeaderHashes, type PeriodicFinding } from "../core/corruption/periodic-check.ts";
import type { KeyValueHash } from "../core/mvcc/hash.ts";
import type { Timer } from "../io/clock.ts";
import type { LogFields } from "../io/logger.ts";
import { AlarmAction, AlarmRequest, AlarmType } from "../proto/generated/rpc.ts";
import { BootstrapError } from "./bootstrap.ts";
import type { Member } from "./member.ts";
import { requestTimeoutMs } from "./member-config.ts";
import type { HashKvAnswer, PeerRequests } from "./peer-transport.ts";

interface AskedPeer extends PeerHash {
  readonly endpoints: readonly string[];
  readonly error: string | undefined;
}

export class CorruptionChecker {
  readonly #member: Member;
  readonly #requests: PeerRequests;
  /** The local key space's hash at a revision; 0: the newest. Rejects with EtcdError. */
  readonly #localHash: (revision: number) => Promise<HashKvAnswer>;
  readonly #timers: Timer[];
  /** The newest compaction whose hash every member had. */
  #checkedRevision: number;
  #isStopped: boolean;

  constructor(member: Member, requests: PeerRequests, localHash: (revision: number) => Promise<HashKvAnswer>) {
    this.#member = member;
    this.#requests = requests;
    this.#localHash = localHash;
    this.#timers = [];
    this.#checkedRevision = 0;
    this.#isStopped = false;
  }

  /** Begins the checks that the configuration asks for. */
  start(): void {
    const { config, logger, memberId } = this.#member;
    if (config.corruptCheckMs > 0) {
      logger.info("enabled corruption checking", {
        "local-member-id": idHex(memberId),
        interval: goDurationTextMs(config.corruptCheckMs),
      });
      this.#repeat(config.corruptCheckMs, "failed to check hash KV", () => this.periodicCheck());
    }
    if (config.features.has("CompactHashCheck")) {
      this.#repeat(config.compactHashCheckMs, "failed to check compaction hashes", () => this.compactHashCheck());
    }
  }

  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers) timer.cancel();
  }

  /** Before a restarted member serves anyone. Rejects with BootstrapError when a peer holds something else. */
  async initialCheck(): Promise<void> {
    const { config, logger, memberId } = this.#member;
    const localId = idHex(memberId);
    logger.info("starting initial corruption check", {
      "local-member-id": localId,
      timeout: goDurationTextMs(requestTimeoutMs(config)),
    });
    let local: KeyValueHash;
    try {
      local = hashOf(await this.#localHash(0));
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error;
      throw new BootstrapError(`${localId} failed to fetch hash (${error.message})`, { cause: error });
    }
    let mismatches = 0;
    for (const peer of await this.#peerHashes(local.revision)) {
      const verdict = judgeInitially(local, peer);
      if (verdict === "different hash") mismatches++;
      const complaint = initialComplaint(verdict);
      if (complaint !== undefined) logger.warn(complaint, initialFields(localId, local, peer));
    }
    if (mismatches > 0) {
      const reason = `${localId} found data inconsistency with peers`;
      logger.error("checkInitialHashKV failed", { error: reason });
      throw new BootstrapError(reason);
    }
    logger.info("initial corruption checking passed; no corruption", { "local-member-id": localId });
  }

  /** On the leader. Rejects when a hash or the linearizable read between the two hashes fails. */
  async periodicCheck(): Promise<void> {
    const { logger, memberId } = this.#member;
    const first = hashOf(await this.#localHash(0));
    const peers = await this.#peerHashes(first.revision);
    await this.#member.linearizableRead();
    const again = await this.#localHash(0);
    const leader: LeaderHashes = { memberId, first, second: hashOf(again), storeRevision: again.revision };
    const { findings, checkedCount, corrupt } = judgePeriodically(leader, peers);
    for (const finding of findings) logger.warn(...findingLine(finding, leader));
    if (corrupt !== undefined) this.#raiseAlarm(corrupt);
    logger.info("finished peer corruption check", { "number-of-peers-checked": checkedCount });
  }

  /** On the leader: compares the newest compaction hash that all members can give. */
  async compactHashCheck(): Promise<void> {
    const { config, logger, memberId, state } = this.#member;
    logger.info("starting compact hash check", {
      "local-member-id": idHex(memberId),
      timeout: goDurationTextMs(requestTimeoutMs(config)),
    });
    let checked = 0;
    for (const hash of uncheckedHashes(state.store.hashes.list(), this.#checkedRevision)) {
      const peers = await this.#peerHashes(hash.revision);
      checked++;
      if (peers.length > 0 && this.#settle(hash, peers)) break;
    }
    logger.info("finished compaction hash check", { "number-of-hashes-checked": checked });
  }

  /** Logs and raises what a comparison told; true when no older hash needs to be looked at. */
  #settle(own: KeyValueHash, peers: readonly PeerHash[]): boolean {
    const { logger, memberId } = this.#member;
    const { skipped, verdict } = judgeCompactHash(memberId, own, peers);
    for (const { memberId: peerId, reason } of skipped) {
      logger.warn("Skipped peer's hash", {
        "number-of-peers": peers.length,
        "leader-id": idHex(memberId),
        "peer-id": idHex(peerId),
        reason,
      });
    }
    if (verdict.kind === "mismatch") {
      this.#reportMismatch(own, verdict);
      for (const id of verdict.corrupt) this.#raiseAlarm(id);
      return true;
    }
    const fields = {
      "number-of-peers-checked": verdict.checkedCount,
      revision: own.revision,
      compactRevision: own.compactRevision,
    };
    if (verdict.kind === "consistent") {
      logger.info("successfully checked hash on whole cluster", fields);
      this.#checkedRevision = Math.max(this.#checkedRevision, own.revision);
      return true;
    }
    logger.warn("skipped revision in compaction hash check; was not able to check all peers", {
      ...fields,
      "number-of-peers": peers.length,
    });
    return false;
  }

  #reportMismatch(own: KeyValueHash, verdict: CompactHashVerdict & { kind: "mismatch" }): void {
    const { logger, memberId } = this.#member;
    const fields = {
      "leader-id": idHex(memberId),
      "leader-revision": own.revision,
      "leader-compact-revision": own.compactRevision,
      "leader-hash": own.hash,
    };
    if (!verdict.hasQuorum) {
      logger.error(
        "Detected compaction hash mismatch but cannot identify the corrupted members, so intentionally set the memberID as 0",
        fields,
      );
    }
    for (const { hash, memberIds } of verdict.dissenting) {
      logger.error("Detected compaction hash mismatch", {
        ...fields,
        "peer-hash": hash,
        "peer-ids": memberIds.map(idHex).join(","),
        "quorum-exist": verdict.hasQuorum,
      });
    }
  }

  #raiseAlarm(memberId: bigint): void {
    const { logger, proposer } = this.#member;
    const request = AlarmRequest.encode({ action: AlarmAction.ACTIVATE, memberID: memberId, alarm: AlarmType.CORRUPT });
    proposer.propose(RequestField.Alarm, request, this.#member.rootCredentials(), {
      abandoned: false,
      settle: (_applied, error) => {
        if (error !== undefined && !this.#isStopped)
          logger.warn("failed to raise the CORRUPT alarm", { "member-id": idHex(memberId), error: error.message });
      },
    });
  }

  /** The others' hashes at a revision, in the order of their IDs. */
  #peerHashes(revision: number): Promise<AskedPeer[]> {
    const { memberId, state } = this.#member;
    const others = state.cluster.members().filter(({ id, peerURLs }) => id !== memberId && peerURLs.length > 0);
    return Promise.all(others.map(({ id, peerURLs }) => this.#askPeer(id, peerURLs, revision)));
  }

  async #askPeer(memberId: bigint, endpoints: readonly string[], revision: number): Promise<AskedPeer> {
    const { clusterId, logger, memberId: localId } = this.#member;
    try {
      const found = await this.#requests.hashKv(endpoints, clusterId, revision);
      const answer: PeerHashAnswer = { kind: "hash", hash: hashOf(found), storeRevision: found.revision };
      return { memberId, endpoints, answer, error: undefined };
    } catch (failure) {
      const error = failure instanceof Error ? failure.message : String(failure);
      logger.warn("failed hash kv request", {
        "local-member-id": idHex(localId),
        "requested-revision": revision,
        "remote-peer-endpoint": endpoints.join(","),
        error,
      });
      return { memberId, endpoints, answer: { kind: refusalKind(failure) }, error };
    }
  }

  /** One check at a time, only while this member leads. */
  #repeat(periodMs: number, complaint: string, check: () => Promise<void>): void {
    const { clock, logger } = this.#member;
    let isRunning = false;
    const timer = clock.setRepeating(periodMs, () => {
      if (isRunning || this.#isStopped || !this.#member.isLeader) return;
      isRunning = true;
      check()
        .catch((error: unknown) => {
          if (!this.#isStopped)
            logger.warn(complaint, { error: error instanceof Error ? error.message : String(error) });
        })
        .finally(() => {
          isRunning = false;
        });
    });
    this.#timers.push(timer);
  }
}

function hashOf(answer: HashKvAnswer): KeyValueHash {
  return { hash: answer.hash, compactRevision: answer.compactRevision, revision: answer.hashRevision };
}

function refusalKind(error: unknown): Exclude<PeerHashAnswer["kind"], "hash"> {
  if (!(error instanceof EtcdError)) return "no answer";
  if (error.kind === "FutureRev") return "future revision";
  if (error.kind === "Compacted") return "compacted";
  return error.kind === "ClusterIDMismatch" ? "cluster ID mismatch" : "no answer";
}

function initialComplaint(verdict: InitialVerdict): string | undefined {
  switch (verdict) {
    case "different hash":
      return "found different hash values from remote peer";
    case "different compact revision":
      return "found different compact revision values from remote peer";
    case "peer is slow":
      return "cannot fetch hash from slow remote peer";
    case "local member is behind":
      return "cannot fetch hash from remote peer; local member is behind";
    case "cluster ID mismatch":
      return "cluster ID mismatch";
    case "same hash":
    case "no answer":
      return undefined;
  }
}

function initialFields(localId: string, local: KeyValueHash, peer: AskedPeer): LogFields {
  const { answer } = peer;
  return {
    "local-member-id": localId,
    "local-member-revision": local.revision,
    "local-member-compact-revision": local.compactRevision,
    "local-member-hash": local.hash,
    "remote-peer-id": idHex(peer.memberId),
    "remote-peer-endpoints": peer.endpoints,
    ...(answer.kind === "hash"
      ? {
          "remote-peer-revision": answer.storeRevision,
          "remote-peer-compact-revision": answer.hash.compactRevision,
          "remote-peer-hash": answer.hash.hash,
        }
      : { error: peer.error }),
  };
}

function findingLine(finding: PeriodicFinding, leader: LeaderHashes): [string, LogFields] {
  const { first, second } = leader;
  const peerId = idHex(finding.memberId);
  switch (finding.kind) {
    case "own hash changed":
      return [
        "found hash mismatch",
        {
          "revision-1": first.revision,
          "compact-revision-1": first.compactRevision,
          "hash-1": first.hash,
          "revision-2": second.revision,
          "compact-revision-2": second.compactRevision,
          "hash-2": second.hash,
        },
      ];
    case "revision ahead":
      return [
        "revision from follower must be less than or equal to leader's",
        {
          "leader-revision": leader.storeRevision,
          "follower-revision": finding.revision,
          "follower-peer-id": peerId,
        },
      ];
    case "compact revision ahead":
      return [
        "compact revision from follower must be less than or equal to leader's",
        {
          "leader-compact-revision": second.compactRevision,
          "follower-compact-revision": finding.compactRevision,
          "follower-peer-id": peerId,
        },
      ];
    case "different hash":
      return [
        "same compact revision then hashes must match",
        {
          "leader-compact-revision": second.compactRevision,
          "leader-hash": first.hash,
          "follower-compact-revision": finding.hash.compactRevision,
          "follower-hash": finding.hash.hash,
          "follower-peer-id": peerId,
        },
      ];
  }
}

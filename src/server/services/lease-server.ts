/** The Lease service's view of a member: grants and revocations through raft, renewals and times on the leader or by asking it. */
import type { CallerIdentity } from "../../api/grpc/call-gate.ts";
import type { LeaseServer, RenewSettle } from "../../api/grpc/lease.ts";
import { latin1Bytes } from "../../base/bytes.ts";
import { EtcdError, etcdError, textError } from "../../base/etcd-error.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import { NO_CREDENTIALS, type RequestCredentials, RequestField } from "../../core/apply/raft-request.ts";
import { type AttachedKeys, refuseLeaseRead, refuseLeaseRenew } from "../../core/auth/request-permission.ts";
import type { Member as ClusterMember } from "../../core/membership/member.ts";
import { sleep } from "../../io/clock.ts";
import type { ServerCall } from "../../net/transport/server-call.ts";
import {
  LeaseCheckpointRequest,
  LeaseGrantRequest,
  LeaseGrantResponse,
  type LeaseLeasesResponse,
  LeaseRevokeRequest,
  LeaseRevokeResponse,
  type LeaseTimeToLiveRequest,
  LeaseTimeToLiveResponse,
  type ResponseHeader,
} from "../../proto/generated/rpc.ts";
import type { Member } from "../member.ts";
import { requestTimeoutMs } from "../member-config.ts";
import type { PeerRequests } from "../peer-transport.ts";

const APPLY_WAIT_MS = 1000;
const FORWARD_RETRY_MS = 50;

export function credentialsOf(identity: CallerIdentity | undefined): RequestCredentials {
  return identity === undefined ? NO_CREDENTIALS : { username: identity.username, authRevision: identity.revision };
}

/** A call, or what stands for one: which trace it belongs to. */
export type Traced = Pick<ServerCall, "span">;

export class MemberLeaseServer implements LeaseServer {
  readonly #member: Member;
  readonly #peerRequests: PeerRequests;
  readonly #attachedKeys: AttachedKeys;

  constructor(member: Member, peerRequests: PeerRequests) {
    this.#member = member;
    this.#peerRequests = peerRequests;
    this.#attachedKeys = (lease) => member.state.lessor.lookup(lease)?.keys;
  }

  header(): ResponseHeader {
    const { state } = this.#member;
    return state.headerOf(state.store.revision);
  }

  async leaseGrant(
    request: LeaseGrantRequest,
    identity: CallerIdentity | undefined,
    call: Traced,
  ): Promise<LeaseGrantResponse> {
    const { ids, proposer, state } = this.#member;
    let { id } = request;
    while (id === 0n) id = ids.id(ids.next()) & 0x7fffffffffffffffn;
    if (!state.quota.hasRoom(state.backend.sizeBytes, 64)) {
      this.#member.raiseNoSpace(() => undefined);
      throw etcdError("NoSpace");
    }
    const { ttl } = request;
    const span = call.span?.child("lease_grant", ["id", id, "ttl", ttl]);
    try {
      const grant = LeaseGrantRequest.encode({ id, ttl });
      const { response } = await proposer.request(RequestField.LeaseGrant, grant, credentialsOf(identity), span);
      return LeaseGrantResponse.decode(response);
    } finally {
      span?.end();
    }
  }

  async leaseRevoke(
    request: LeaseRevokeRequest,
    identity: CallerIdentity | undefined,
    call: Traced,
  ): Promise<LeaseRevokeResponse> {
    const span = call.span?.child("lease_revoke", ["id", request.id]);
    try {
      const { response } = await this.#member.proposer.request(
        RequestField.LeaseRevoke,
        LeaseRevokeRequest.encode(request),
        credentialsOf(identity),
        span,
      );
      return LeaseRevokeResponse.decode(response);
    } finally {
      span?.end();
    }
  }

  leaseRenew(id: bigint, identity: CallerIdentity | undefined, call: ServerCall, settle: RenewSettle): void {
    const span = call.span?.child("lease_renew", ["id", id]);
    if (span === undefined) {
      this.#leaseRenew(id, identity, settle);
      return;
    }
    this.#leaseRenew(id, identity, (ttlSeconds, error) => {
      span.end();
      settle(ttlSeconds, error);
    });
  }

  #leaseRenew(id: bigint, identity: CallerIdentity | undefined, settle: RenewSettle): void {
    const member = this.#member;
    const { lessor, auth } = member.state;
    // The common case needs no promise: the leader, ticking, knows the lease and renews it.
    if (
      member.isLeader &&
      member.hasTickedLately &&
      lessor.has(id) &&
      member.config.features.has("FastLeaseKeepAlive")
    ) {
      const refusal = refuseLeaseRenew(auth, identity, this.#attachedKeys, id);
      if (refusal !== undefined) {
        settle(0, etcdError(refusal));
        return;
      }
      const renewed = lessor.renew(id, member.clock.now());
      if (renewed.kind === "renewed") {
        settle(renewed.ttlSeconds, undefined);
        return;
      }
    }
    this.renew(id, identity).then(
      (ttlSeconds) => settle(ttlSeconds, undefined),
      (error: unknown) => settle(0, error instanceof EtcdError ? error : textError(GrpcCode.Unknown, String(error))),
    );
  }

  /** Renews here when this member leads, else asks the leader. Rejects with EtcdError. */
  renew(id: bigint, identity: CallerIdentity | undefined): Promise<number> {
    return this.#renew(id, () => this.#checkRenew(id, identity));
  }

  /** For another member, which has checked its caller. */
  renewForPeer(id: bigint): Promise<number> {
    return this.#renew(id, () => undefined);
  }

  async #renew(id: bigint, check: () => void): Promise<number> {
    const member = this.#member;
    const endMs = member.clock.now() + requestTimeoutMs(member.config);
    while (!member.isStopping) {
      if (member.isLeader) {
        if (!(await member.ensureLeadership())) throw etcdError("NotPrimaryLessor");
        const ttl = await this.#renewHere(id, check);
        if (ttl !== undefined) return ttl;
      } else {
        const leader = await this.#waitLeader(endMs);
        check();
        const ttl = await this.#askLeader(() => this.#peerRequests.renewLease(leader.peerURLs, id));
        if (ttl !== undefined) return ttl;
      }
      if (member.clock.now() >= endMs) throw etcdError("Timeout");
      await sleep(member.clock, FORWARD_RETRY_MS);
    }
    throw etcdError("Stopped");
  }

  #checkRenew(id: bigint, identity: CallerIdentity | undefined): void {
    const refusal = refuseLeaseRenew(this.#member.state.auth, identity, this.#attachedKeys, id);
    if (refusal !== undefined) throw etcdError(refusal);
  }

  /** Undefined: no longer the primary. */
  async #renewHere(id: bigint, check: () => void): Promise<number | undefined> {
    const member = this.#member;
    const { lessor } = member.state;
    if (!lessor.has(id) || !member.config.features.has("FastLeaseKeepAlive")) await this.#waitApplied();
    check();
    for (;;) {
      const renewed = lessor.renew(id, member.clock.now());
      switch (renewed.kind) {
        case "renewed":
          return renewed.ttlSeconds;
        case "notFound":
          throw etcdError("LeaseNotFound");
        case "notPrimary":
          return undefined;
        case "expired": {
          const outcome = await new Promise<string>((resolve) => lessor.awaitRevocation(id, { settled: resolve }));
          if (outcome === "revoked") throw etcdError("LeaseNotFound");
          return undefined;
        }
        case "checkpointed":
          // Prolonged for good: the followers must forget the remaining time before.
          await member.proposer.request(
            RequestField.LeaseCheckpoint,
            LeaseCheckpointRequest.encode({ checkpoints: [{ id, remainingTTL: 0 }] }),
            member.rootCredentials(),
          );
      }
    }
  }

  /** Until everything committed now is applied; rejects with TimeoutWaitAppliedIndex. */
  #waitApplied(): Promise<void> {
    const member = this.#member;
    const target = member.committedIndex;
    if (member.appliedIndex >= target) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const listener = (index: number): void => {
        if (index < target) return;
        timer.cancel();
        member.onApplied.delete(listener);
        resolve();
      };
      const timer = member.clock.setTimer(APPLY_WAIT_MS, () => {
        member.onApplied.delete(listener);
        reject(etcdError("TimeoutWaitAppliedIndex"));
      });
      member.onApplied.add(listener);
    });
  }

  async #waitLeader(endMs: number): Promise<ClusterMember> {
    const member = this.#member;
    for (;;) {
      if (member.isStopping) throw etcdError("Stopped");
      const leader = member.state.cluster.member(member.leader);
      if (leader !== undefined && leader.peerURLs.length > 0) return leader;
      if (member.clock.now() >= endMs) throw etcdError("NoLeader");
      await sleep(member.clock, member.config.heartbeatMs);
    }
  }

  /** The leader's answer; undefined when it could not be asked. LeaseNotFound is an answer. */
  async #askLeader<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof EtcdError && error.kind === "LeaseNotFound") throw error;
      return undefined;
    }
  }

  async leaseTimeToLive(
    request: LeaseTimeToLiveRequest,
    identity: CallerIdentity | undefined,
  ): Promise<LeaseTimeToLiveResponse> {
    const { auth } = this.#member.state;
    const { revision } = auth;
    if (request.keys) this.#checkRead([request.id], identity);
    const response = await this.timeToLive(request);
    if (request.keys && auth.enabled && revision !== auth.revision) throw etcdError("AuthOldRevision");
    return response;
  }

  /** Rejects with LeaseNotFound. Permissions were checked. */
  async timeToLive(request: LeaseTimeToLiveRequest): Promise<LeaseTimeToLiveResponse> {
    const member = this.#member;
    if (member.isLeader) return this.timeToLiveHere(request);
    const endMs = member.clock.now() + requestTimeoutMs(member.config);
    while (member.clock.now() < endMs) {
      const leader = await this.#waitLeader(endMs);
      if (member.isLeader) return this.timeToLiveHere(request);
      const response = await this.#askLeader(() =>
        this.#peerRequests.leaseTimeToLive(leader.peerURLs, request.id, request.keys),
      );
      if (response !== undefined) return response;
      await sleep(member.clock, FORWARD_RETRY_MS);
    }
    throw etcdError("Timeout");
  }

  async timeToLiveHere(request: LeaseTimeToLiveRequest): Promise<LeaseTimeToLiveResponse> {
    const member = this.#member;
    await this.#waitApplied();
    const lease = member.state.lessor.lookup(request.id);
    if (lease === undefined) throw etcdError("LeaseNotFound");
    if (!member.state.lessor.isPrimary) throw etcdError("LeaderChanged");
    return LeaseTimeToLiveResponse.create({
      id: request.id,
      ttl: Math.trunc((lease.expiryMs - member.clock.now()) / 1000),
      grantedTTL: lease.ttlSeconds,
      keys: request.keys ? lease.sortedKeys().map((key) => latin1Bytes(key)) : [],
    });
  }

  leaseLeases(identity: CallerIdentity | undefined): Promise<LeaseLeasesResponse> {
    const leases = this.#member.state.lessor.list();
    this.#checkRead(
      leases.map((lease) => lease.id),
      identity,
    );
    return Promise.resolve({ header: this.header(), leases: leases.map(({ id }) => ({ id })) });
  }

  #checkRead(leases: readonly bigint[], identity: CallerIdentity | undefined): void {
    const refusal = refuseLeaseRead(this.#member.state.auth, identity, this.#attachedKeys, leases);
    if (refusal !== undefined) throw etcdError(refusal);
  }
}

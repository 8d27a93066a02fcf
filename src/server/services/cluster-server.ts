/** The Cluster service's view of a member: strict reconfiguration checks, then changes through raft. */
import type { ClusterServer } from "../../api/grpc/cluster.ts";
import { etcdError } from "../../base/etcd-error.ts";
import {
  addChange,
  type MemberChange,
  promoteChange,
  removeChange,
  updateChange,
} from "../../core/membership/conf-change-context.ts";
import type { Member as ClusterMember } from "../../core/membership/member.ts";
import { refuseAdd, refusePromotion, refuseRemove } from "../../core/membership/reconfig-check.ts";
import { sleep } from "../../io/clock.ts";
import type { ServerCall } from "../../net/transport/server-call.ts";
import type { ResponseHeader } from "../../proto/generated/rpc.ts";
import type { Member } from "../member.ts";
import { requestTimeoutMs } from "../member-config.ts";
import type { PeerRequests } from "../peer-transport.ts";

export class MemberClusterServer implements ClusterServer {
  readonly #member: Member;
  readonly #peerRequests: PeerRequests;

  constructor(member: Member, peerRequests: PeerRequests) {
    this.#member = member;
    this.#peerRequests = peerRequests;
  }

  clusterHeader(): ResponseHeader {
    return this.#member.state.headerOf(0);
  }

  unixSeconds(): number {
    return Math.floor(this.#member.clock.wallNow() / 1000);
  }

  members(): readonly ClusterMember[] {
    return this.#member.state.cluster.members();
  }

  linearizableRead(): Promise<void> {
    return this.#member.linearizableRead();
  }

  async addMember(added: ClusterMember): Promise<readonly ClusterMember[]> {
    const { config, state, clock, memberId, peers, logger } = this.#member;
    if (config.strictReconfigCheck) {
      const refusal = refuseAdd(
        added.isLearner,
        state.cluster.votingMembers(),
        { localId: memberId, activeSinceMs: (id) => peers.activeSinceMs(id) },
        clock.now(),
      );
      if (refusal !== undefined) {
        logger.warn("rejecting member add request", {
          "requested-member-add": added.peerURLs,
          error: etcdError(refusal).message,
        });
        throw etcdError(refusal);
      }
    }
    return this.#change(addChange(added));
  }

  async removeMember(id: bigint): Promise<readonly ClusterMember[]> {
    const { config, state, clock, memberId, peers, logger } = this.#member;
    if (config.strictReconfigCheck) {
      const refusal = refuseRemove(
        id,
        state.cluster.member(id),
        state.cluster.votingMembers(),
        { localId: memberId, activeSinceMs: (peer) => peers.activeSinceMs(peer) },
        clock.now(),
      );
      if (refusal !== undefined) {
        logger.warn("rejecting member remove request", {
          "requested-member-remove-id": id.toString(16),
          error: etcdError(refusal).message,
        });
        throw etcdError(refusal);
      }
    }
    return this.#change(removeChange(id));
  }

  updateMember(id: bigint, peerURLs: readonly string[]): Promise<readonly ClusterMember[]> {
    return this.#change(updateChange(id, peerURLs));
  }

  async promoteMember(id: bigint, call: ServerCall | undefined): Promise<readonly ClusterMember[]> {
    const member = this.#member;
    const { clock, config } = member;
    const endMs = Math.min(call?.deadlineMs ?? Number.POSITIVE_INFINITY, clock.now() + requestTimeoutMs(config));
    while (!member.isStopping) {
      if (member.isLeader) return this.promoteHere(id);
      const leader = member.state.cluster.member(member.leader);
      if (leader !== undefined) {
        await this.#peerRequests.promoteMember(
          leader.peerURLs,
          id,
          call?.metadata("token") ?? call?.metadata("authorization"),
        );
        return this.members();
      }
      if (clock.now() > endMs) throw etcdError("Timeout");
      await sleep(clock, config.heartbeatMs);
    }
    throw etcdError("Stopped");
  }

  /** On the leader: promotes a learner that is in sync. */
  async promoteHere(id: bigint): Promise<readonly ClusterMember[]> {
    const { metrics } = this.#member;
    try {
      const members = await this.#promote(id);
      metrics.learnerPromotions++;
      return members;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const failures = metrics.learnerPromotionFailures;
      failures.set(reason, (failures.get(reason) ?? 0) + 1);
      throw error;
    }
  }

  async #promote(id: bigint): Promise<readonly ClusterMember[]> {
    const member = this.#member;
    const learner = member.state.cluster.member(id);
    if (learner === undefined) throw etcdError("MemberNotFound");
    let learnerMatch: number | undefined;
    let leaderMatch = 0;
    member.node.withProgress((progress) => {
      if (progress.id === member.memberId) leaderMatch = progress.match;
      else if (progress.id === id) learnerMatch = progress.match;
    });
    if (learner.isLearner) {
      const refusal = refusePromotion(learnerMatch, leaderMatch);
      if (refusal !== undefined) throw etcdError(refusal);
    }
    return this.#change(promoteChange(id));
  }

  async #change(change: MemberChange): Promise<readonly ClusterMember[]> {
    await this.#member.proposer.changeMembership(change);
    return this.members();
  }
}

/**
 * Expiry of leases on the leader, and their checkpoints: both through raft (etcd server/etcdserver/server.go, revokeExpiredLeases).
 */
import { idHex } from "../base/bytes.ts";
import { RequestField } from "../core/apply/raft-request.ts";
import { LeaseCheckpointRequest, LeaseRevokeRequest } from "../proto/generated/rpc.ts";
import type { Member } from "./member.ts";

/** How often to look. */
export const LEASE_TICK_MS = 500;
const REVOKES_IN_FLIGHT_MAX = 16;

export class LeaseExpiry {
  readonly #member: Member;
  #revokesInFlight: number;

  constructor(member: Member) {
    this.#member = member;
    this.#revokesInFlight = 0;
  }

  tick(): void {
    const { isLeader, state, clock, proposer } = this.#member;
    if (!isLeader) return;
    const now = clock.now();
    const expired = state.lessor.tick(now);
    if (expired.length > 0) void this.#revoke(expired);
    for (;;) {
      const due = state.lessor.dueCheckpoints(now);
      if (due.length === 0) return;
      const checkpoints = due.map(({ id, remainingTtlSeconds }) => ({ id, remainingTTL: remainingTtlSeconds }));
      const request = LeaseCheckpointRequest.encode({ checkpoints });
      proposer.propose(RequestField.LeaseCheckpoint, request, this.#member.rootCredentials(), {
        abandoned: false,
        settle: () => undefined,
      });
    }
  }

  async #revoke(ids: readonly bigint[]): Promise<void> {
    const { logger, memberId } = this.#member;
    if (!(await this.#member.ensureLeadership())) {
      logger.warn("Ignore the lease revoking request because current member isn't a leader", {
        "local-member-id": idHex(memberId),
      });
      return;
    }
    const queue = ids.slice();
    while (queue.length > 0 && this.#revokesInFlight < REVOKES_IN_FLIGHT_MAX) this.#revokeNext(queue);
  }

  #revokeNext(queue: bigint[]): void {
    const { logger, metrics, proposer, isStopping } = this.#member;
    const id = queue.pop();
    if (id === undefined || isStopping) return;
    this.#revokesInFlight++;
    const span = this.#member.tracer?.root("lease_revoke", ["id", id]);
    proposer.propose(RequestField.LeaseRevoke, LeaseRevokeRequest.encode({ id }), this.#member.rootCredentials(), {
      abandoned: false,
      span,
      settle: (_response, error) => {
        this.#revokesInFlight--;
        span?.end();
        if (error === undefined) metrics.leasesExpired++;
        else if (error.kind !== "LeaseNotFound") {
          const lease = BigInt.asUintN(64, id).toString(16).padStart(16, "0");
          logger.warn("failed to revoke lease", { "lease-id": lease, error: error.message });
        }
        this.#revokeNext(queue);
      },
    });
  }
}

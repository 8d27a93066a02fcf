/** The gate of calls over a member: admission, identity, administrator checks. */

import { CallAdmission, type CallerIdentity, type CallGate, type UnaryTiming } from "../../api/grpc/call-gate.ts";
import { type EtcdError, etcdError } from "../../base/etcd-error.ts";
import { NONE } from "../../core/raft/types.ts";
import type { Timer } from "../../io/clock.ts";
import type { ServerCall } from "../../net/transport/server-call.ts";
import type { Authenticator } from "../auth/authenticator.ts";
import type { Member } from "../member.ts";

/** Election timeouts without a leader after which streams that insist on one are ended. */
const NO_LEADER_TIMEOUTS = 3;

export class GateServer implements CallGate {
  readonly admission: CallAdmission;
  readonly timing: UnaryTiming;
  readonly #member: Member;
  readonly #authenticator: Authenticator;
  readonly #timer: Timer;
  #withoutLeader: number;

  constructor(member: Member, authenticator: Authenticator) {
    this.#member = member;
    this.#authenticator = authenticator;
    this.admission = new CallAdmission({
      hasLeader: () => member.leader !== NONE,
      isLearner: () => member.state.cluster.isLocalMemberLearner,
    });
    this.timing = {
      now: () => member.clock.now(),
      warningMs: member.slowRequests.limits.unaryMs,
      slow: ({ method, connection }, request, response, tookMs) =>
        member.slowRequests.unary(method, request, { response, tookMs, remoteAddress: connection.remoteAddress }),
    };
    this.#withoutLeader = 0;
    this.#timer = member.clock.setRepeating(member.config.electionTicks * member.config.heartbeatMs, () => {
      this.#withoutLeader = member.leader === NONE ? this.#withoutLeader + 1 : 0;
      this.admission.sweep();
      if (this.#withoutLeader >= NO_LEADER_TIMEOUTS) this.admission.failLeaderStreams();
    });
  }

  stop(): void {
    this.#timer.cancel();
  }

  admitUnary(call: ServerCall, learnerMay: boolean): EtcdError | undefined {
    return this.admission.admit(call, "unary", learnerMay);
  }

  admitStream(call: ServerCall, learnerMay: boolean): EtcdError | undefined {
    return this.admission.admit(call, "stream", learnerMay);
  }

  identify(
    call: ServerCall,
    settle: (identity: CallerIdentity | undefined, error: EtcdError | undefined) => void,
  ): void {
    if (this.#member.state.auth.enabled) this.#authenticator.identify(call, settle);
    else settle(undefined, undefined);
  }

  requireAdmin(identity: CallerIdentity | undefined): EtcdError | undefined {
    const refusal = this.#member.state.auth.refuseAdmin(identity);
    return refusal === undefined ? undefined : etcdError(refusal);
  }

  requireUser(identity: CallerIdentity | undefined): EtcdError | undefined {
    const refusal = this.#member.state.auth.refuseAnonymous(identity);
    return refusal === undefined ? undefined : etcdError(refusal);
  }
}

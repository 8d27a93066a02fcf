/**
 * What every call passes before its service sees it (etcd server/etcdserver/api/v3rpc/interceptor.go): learners serve few calls, clients that
 * insist on a leader (`hasleader: true`) are refused without one, the client's API version must be valid, and the caller is identified.
 */
import { type EtcdError, EtcdError as EtcdErrorClass, etcdError, textError } from "../../base/etcd-error.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import type { ServerCall } from "../../net/transport/server-call.ts";

/** The caller: an empty user name without authentication. */
export interface CallerIdentity {
  readonly username: string;
  readonly revision: number;
}

export interface CallGate {
  /** Undefined when the call may go on. `learnerMay`: a learner serves this call too. */
  admitUnary(call: ServerCall, learnerMay: boolean): EtcdError | undefined;
  /** As admitUnary for streams; the gate also fails the stream with NoLeader when the leader stays away (if the client asked for that). */
  admitStream(call: ServerCall, learnerMay: boolean): EtcdError | undefined;
  /**
   * Finds out who calls: at once without authentication or with a simple token, later for tokens that must be verified.
   * Undefined identity: authentication is on and no credentials were given, or it is off.
   */
  identify(
    call: ServerCall,
    settle: (identity: CallerIdentity | undefined, error: EtcdError | undefined) => void,
  ): void;
  /** Refuses callers without administrator rights; undefined when allowed (always, while authentication is off). */
  requireAdmin(identity: CallerIdentity | undefined): EtcdError | undefined;
  /** Refuses anonymous callers while authentication is on. */
  requireUser(identity: CallerIdentity | undefined): EtcdError | undefined;
  readonly timing?: UnaryTiming | undefined;
}

/** Notices unary calls that took long. */
export interface UnaryTiming {
  /** Milliseconds of a monotonic clock. */
  now(): number;
  readonly warningMs: number;
  /** Called for calls above {@link warningMs}. `request` and `response` are encoded messages; no response after an error. */
  slow(call: ServerCall, request: Uint8Array, response: Uint8Array | undefined, tookMs: number): void;
}

export interface GateSource {
  hasLeader(): boolean;
  /** True while this member is a learner of the cluster. */
  isLearner(): boolean;
}

/** The checks that need no identity. Counts calls by client API version, as etcd_server_client_requests_total does. */
export class CallAdmission {
  readonly #source: GateSource;
  /** "unary\0version" -> count. */
  readonly clientRequests: Map<string, number>;
  /** Streams whose clients want to be told when the leader stays away. */
  readonly #leaderStreams: Set<ServerCall>;

  constructor(source: GateSource) {
    this.#source = source;
    this.clientRequests = new Map();
    this.#leaderStreams = new Set();
  }

  admit(call: ServerCall, type: "unary" | "stream", learnerMay: boolean): EtcdError | undefined {
    if (!learnerMay && this.#source.isLearner()) return etcdError("NotSupportedForLearner");
    const version = call.metadata("client-api-version") ?? "unknown";
    if (version.includes("\ufffd")) return etcdError("InvalidClientAPIVersion");
    const key = `${type}\0${version}`;
    this.clientRequests.set(key, (this.clientRequests.get(key) ?? 0) + 1);
    if (call.metadata("hasleader") === "true") {
      if (!this.#source.hasLeader()) return etcdError("NoLeader");
      if (type === "stream") this.#leaderStreams.add(call);
    }
    return undefined;
  }

  /** Forgets streams that ended; to be called now and then. */
  sweep(): void {
    for (const call of this.#leaderStreams) if (call.finished) this.#leaderStreams.delete(call);
  }

  /** No leader for three election timeouts: ends the streams that asked for it. */
  failLeaderStreams(): void {
    const streams = [...this.#leaderStreams];
    this.#leaderStreams.clear();
    for (const call of streams) {
      if (call.finished) continue;
      call.onCancel?.();
      call.fail(etcdError("NoLeader"));
    }
  }
}

/** The refusal that goes onto the wire for anything thrown: expected ones as they are, the rest with code Unknown and its text. */
export function wireError(error: unknown): EtcdError {
  if (error instanceof EtcdErrorClass) return error;
  return textError(GrpcCode.Unknown, error instanceof Error ? error.message : String(error));
}

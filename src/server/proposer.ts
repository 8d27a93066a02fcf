/**
 * Requests -> raft proposals: limits, IDs, waiting (etcd server/etcdserver/v3_server.go, processInternalRaftRequestOnce).
 */
import { type EtcdError, etcdError, textError } from "../base/etcd-error.ts";
import { GrpcCode } from "../base/grpc-code.ts";
import {
  encodeRaftRequest,
  NO_CREDENTIALS,
  type RequestCredentials,
  RequestField,
} from "../core/apply/raft-request.ts";
import type { ConfChange } from "../core/raft/types.ts";
import type { Clock } from "../io/clock.ts";
import type { Span } from "../net/tracing/span.ts";
import type { AppliedRequest, PendingRequest, PendingRequests } from "./pending-requests.ts";
import type { RaftDriver } from "./raft-driver.ts";
import type { RequestIdGenerator } from "./request-id.ts";

/** Committed entries that may wait to be applied before proposals are refused. */
const APPLY_LAG_MAX = 5000;
/** What lease revocations may use beyond that with the feature gate PriorityRequest. */
const PRIORITY_APPLY_LAG_MAX = 10_000;

export interface ProposerCounters {
  proposalsFailed: number;
}

export class Proposer {
  readonly #driver: RaftDriver;
  readonly #pending: PendingRequests;
  readonly #ids: RequestIdGenerator;
  readonly #clock: Clock;
  readonly #requestBytesMax: number;
  readonly #priorityRequests: boolean;
  /** How many committed entries are not applied yet. */
  readonly #applyLag: () => number;
  readonly counters: ProposerCounters;

  constructor(options: {
    driver: RaftDriver;
    pending: PendingRequests;
    ids: RequestIdGenerator;
    clock: Clock;
    requestBytesMax: number;
    priorityRequests: boolean;
    applyLag: () => number;
  }) {
    this.#driver = options.driver;
    this.#pending = options.pending;
    this.#ids = options.ids;
    this.#clock = options.clock;
    this.#requestBytesMax = options.requestBytesMax;
    this.#priorityRequests = options.priorityRequests;
    this.#applyLag = options.applyLag;
    this.counters = { proposalsFailed: 0 };
  }

  /** Requests that wait. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Proposes the encoded request (copied before this returns). `waiting` is settled once, maybe in this turn with a refusal. */
  propose(field: RequestField, request: Uint8Array, credentials: RequestCredentials, waiting: PendingRequest): void {
    const lag = this.#applyLag();
    if (
      lag > APPLY_LAG_MAX &&
      !(this.#priorityRequests && field === RequestField.LeaseRevoke && lag <= PRIORITY_APPLY_LAG_MAX)
    ) {
      waiting.settle(undefined, etcdError("RequestTooManyRequests"));
      return;
    }
    const suffix = this.#ids.next();
    const data = encodeRaftRequest(field, request, this.#ids.id(suffix), credentials);
    if (data.length > this.#requestBytesMax) {
      waiting.settle(undefined, etcdError("RequestTooLarge"));
      return;
    }
    this.#pending.add(suffix, this.#clock.now(), waiting);
    waiting.span?.event("Send raft proposal");
    this.#driver.propose(data, suffix, this);
  }

  /** As {@link propose}, for callers off the hot path. Rejects with EtcdError. */
  request(
    field: RequestField,
    request: Uint8Array,
    credentials: RequestCredentials = NO_CREDENTIALS,
    span?: Span,
  ): Promise<{ response: Uint8Array; applied: AppliedRequest | undefined }> {
    return new Promise((resolve, reject) => {
      this.propose(field, request, credentials, {
        abandoned: false,
        span,
        settle: (response, error, applied) => {
          if (error !== undefined) reject(error);
          else resolve({ response: response!, applied });
        },
      });
    });
  }

  /** Proposes a change of the membership; resolves once raft knows that it is applied. Rejects with EtcdError. */
  changeMembership(change: Omit<ConfChange, "id">): Promise<void> {
    return new Promise((resolve, reject) => {
      const suffix = this.#ids.next();
      this.#pending.add(suffix, this.#clock.now(), {
        abandoned: false,
        settle: (_response, error) => (error === undefined ? resolve() : reject(error)),
      });
      this.#driver.proposeConfChange({ ...change, id: this.#ids.id(suffix) }, () => this.dropped(suffix));
    });
  }

  /** For the driver: is the request still worth proposing? */
  isWanted(suffix: number): boolean {
    return this.#pending.isWanted(suffix);
  }

  /** For the driver: raft did not take the proposal. */
  dropped(suffix: number): void {
    this.counters.proposalsFailed++;
    this.#pending.take(suffix)?.request.settle(undefined, textError(GrpcCode.Unknown, "raft proposal dropped"));
  }

  /** Time passes: gives up on requests that waited too long. */
  tick(errorFor: (startMs: number) => EtcdError): void {
    this.counters.proposalsFailed += this.#pending.expire(this.#clock.now(), errorFor);
  }
}

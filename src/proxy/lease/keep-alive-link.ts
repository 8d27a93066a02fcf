/**
 * One stream of lease renewals at the cluster for the clients of one token. Renewals of one lease that are asked for while one is under way share its answer.
 * A stream that breaks is opened again, and what was not answered is asked again: to renew twice does no harm.
 */
import { GrpcCode } from "../../base/grpc-code.ts";
import { errorOfStatus } from "../../client/errors.ts";
import type { Timer } from "../../io/clock.ts";
import type { CallStatus, GrpcClientCall } from "../../net/transport/grpc-client-call.ts";
import { LeaseKeepAliveRequest, LeaseKeepAliveResponse, LeaseService } from "../../proto/generated/rpc.ts";
import type { CallScope } from "../call-scope.ts";
import { statusOf, type Upstream } from "../upstream.ts";

/** A client that renews leases. */
export interface Renewer {
  /** The answer to one renewal, as it came; a lease that is gone has TTL 0. */
  onRenewed(response: Uint8Array): void;
  /** No more answers come. */
  onRefused(status: { readonly code: GrpcCode; readonly message: string }): void;
}

const RETRY_MS = 500;

export class KeepAliveLink {
  readonly #upstream: Upstream;
  readonly #scope: CallScope;
  readonly #onUnused: () => void;
  /** Lease to those who wait for its renewal, each as often as it asked. */
  readonly #waiting: Map<bigint, Renewer[]>;
  readonly #renewers: Set<Renewer>;
  #call: GrpcClientCall | undefined;
  #opening: boolean;
  #retry: Timer | undefined;

  /** `onUnused`: the last client has left, and the link is not used again. */
  constructor(upstream: Upstream, scope: CallScope, onUnused: () => void) {
    this.#upstream = upstream;
    this.#scope = scope;
    this.#onUnused = onUnused;
    this.#waiting = new Map();
    this.#renewers = new Set();
    this.#call = undefined;
    this.#opening = false;
    this.#retry = undefined;
  }

  join(renewer: Renewer): void {
    this.#renewers.add(renewer);
  }

  leave(renewer: Renewer): void {
    if (!this.#renewers.delete(renewer)) return;
    for (const [id, waiting] of this.#waiting) {
      const left = waiting.filter((each) => each !== renewer);
      if (left.length === 0) this.#waiting.delete(id);
      else this.#waiting.set(id, left);
    }
    if (this.#renewers.size > 0) return;
    this.#retry?.cancel();
    this.#retry = undefined;
    const call = this.#call;
    this.#call = undefined;
    call?.cancel();
    this.#onUnused();
  }

  renew(id: bigint, renewer: Renewer): void {
    const waiting = this.#waiting.get(id);
    if (waiting !== undefined) {
      waiting.push(renewer);
      return;
    }
    this.#waiting.set(id, [renewer]);
    if (this.#call !== undefined) this.#ask(this.#call, id);
    else if (this.#retry === undefined) this.#open();
  }

  #ask(call: GrpcClientCall, id: bigint): void {
    call.send(LeaseKeepAliveRequest.encode({ id }));
  }

  #open(): void {
    if (this.#opening) return;
    this.#opening = true;
    const listener = {
      call: undefined as GrpcClientCall | undefined,
      onMessage: (message: Uint8Array): void => {
        if (this.#call !== undefined && listener.call === this.#call) this.#onMessage(message);
      },
      onEnd: (status: CallStatus): void => {
        if (this.#call !== undefined && listener.call === this.#call) this.#onEnd(status);
      },
    };
    this.#upstream.open(LeaseService.leaseKeepAlive.path, listener, this.#scope).then(
      (call) => {
        this.#opening = false;
        if (this.#renewers.size === 0) {
          call.cancel();
          return;
        }
        listener.call = call;
        this.#call = call;
        if (call.finished) {
          // The connection broke in this very turn, before the listener knew its call.
          this.#onEnd({ code: GrpcCode.Unavailable, message: "connection closed", trailers: [], unprocessed: true });
          return;
        }
        for (const id of this.#waiting.keys()) this.#ask(call, id);
      },
      (error: unknown) => {
        this.#opening = false;
        this.#onEnd({ ...statusOf(error), trailers: [], unprocessed: true });
      },
    );
  }

  #onMessage(message: Uint8Array): void {
    const { id } = LeaseKeepAliveResponse.decode(message);
    const waiting = this.#waiting.get(id) ?? [];
    this.#waiting.delete(id);
    for (const renewer of waiting) renewer.onRenewed(message);
  }

  #onEnd(status: CallStatus): void {
    this.#call = undefined;
    if (this.#renewers.size === 0) return;
    const isFinal = status.code !== GrpcCode.Unavailable && status.code !== GrpcCode.Internal && !status.unprocessed;
    if (isFinal || (this.#scope.requireLeader && errorOfStatus(status).kind === "NoLeader")) {
      const refused = [...this.#renewers];
      this.#renewers.clear();
      this.#waiting.clear();
      this.#onUnused();
      for (const renewer of refused) renewer.onRefused(status);
      return;
    }
    this.#retry = this.#upstream.clock.setTimer(RETRY_MS, () => {
      this.#retry = undefined;
      if (this.#waiting.size > 0) this.#open();
    });
  }
}

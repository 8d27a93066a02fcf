/**
 * etcdserverpb.Lease: grant, revoke, keep alive, time to live, list (etcd server/etcdserver/api/v3rpc/lease.go).
 *
 * Keepalives of one stream are answered one after another, in order: one for an expired lease holds up those behind it until the lease is
 * revoked, as in etcd.
 */
import { EtcdError } from "../../base/etcd-error.ts";
import type { GrpcMethod, ServerCall } from "../../net/transport/server-call.ts";
import {
  LeaseGrantRequest,
  LeaseGrantResponse,
  LeaseKeepAliveRequest,
  LeaseKeepAliveResponse,
  LeaseLeasesRequest,
  LeaseLeasesResponse,
  LeaseRevokeRequest,
  LeaseRevokeResponse,
  LeaseTimeToLiveRequest,
  LeaseTimeToLiveResponse,
  type ResponseHeader,
} from "../../proto/generated/rpc.ts";
import type { CallerIdentity, CallGate } from "./call-gate.ts";
import { malformedMessage } from "./malformed-message.ts";
import { unaryMethod } from "./unary-method.ts";

export interface LeaseServer {
  header(): ResponseHeader;
  /** Through raft; picks an id when it is 0. */
  leaseGrant(
    request: LeaseGrantRequest,
    identity: CallerIdentity | undefined,
    call: ServerCall,
  ): Promise<LeaseGrantResponse>;
  /** Through raft. Rejects with LeaseNotFound. */
  leaseRevoke(
    request: LeaseRevokeRequest,
    identity: CallerIdentity | undefined,
    call: ServerCall,
  ): Promise<LeaseRevokeResponse>;
  /**
   * On the leader: makes sure of the leadership, waits until applied when the lease is unknown, checks that the caller may
   * write the lease's keys, renews (an expired one is LeaseNotFound once it is revoked). Elsewhere: asks the leader. Calls `settle` once,
   * at once where nothing is to be waited for.
   */
  leaseRenew(id: bigint, identity: CallerIdentity | undefined, call: ServerCall, settle: RenewSettle): void;
  /** On the leader or from it; with `keys` the caller must be allowed to read them. Rejects with LeaseNotFound. The header may be absent. */
  leaseTimeToLive(
    request: LeaseTimeToLiveRequest,
    identity: CallerIdentity | undefined,
    call: ServerCall,
  ): Promise<LeaseTimeToLiveResponse>;
  /** The caller must be allowed to read all attached keys. */
  leaseLeases(identity: CallerIdentity | undefined, call: ServerCall): Promise<LeaseLeasesResponse>;
}

/** The time to live granted, or what went wrong. */
export type RenewSettle = (ttlSeconds: number, error: EtcdError | undefined) => void;

export function leaseMethods(gate: CallGate, server: LeaseServer): Map<string, GrpcMethod> {
  const requireUser = (identity: CallerIdentity | undefined): void => {
    const refusal = gate.requireUser(identity);
    if (refusal !== undefined) throw refusal;
  };
  return new Map<string, GrpcMethod>([
    [
      "/etcdserverpb.Lease/LeaseGrant",
      unaryMethod(gate, {
        request: LeaseGrantRequest,
        response: LeaseGrantResponse,
        answer(request, identity, call) {
          requireUser(identity);
          return server.leaseGrant(request, identity, call);
        },
      }),
    ],
    [
      "/etcdserverpb.Lease/LeaseRevoke",
      unaryMethod(gate, {
        request: LeaseRevokeRequest,
        response: LeaseRevokeResponse,
        answer(request, identity, call) {
          requireUser(identity);
          return server.leaseRevoke(request, identity, call);
        },
      }),
    ],
    [
      "/etcdserverpb.Lease/LeaseTimeToLive",
      unaryMethod(gate, {
        request: LeaseTimeToLiveRequest,
        response: LeaseTimeToLiveResponse,
        async answer(request, identity, call) {
          requireUser(identity);
          try {
            const response = await server.leaseTimeToLive(request, identity, call);
            response.header = filledHeader(server, response.header);
            return response;
          } catch (error) {
            if (!isLeaseNotFound(error)) throw error;
            return LeaseTimeToLiveResponse.create({ header: server.header(), id: request.id, ttl: -1 });
          }
        },
      }),
    ],
    [
      "/etcdserverpb.Lease/LeaseLeases",
      unaryMethod(gate, {
        request: LeaseLeasesRequest,
        response: LeaseLeasesResponse,
        answer: (_request, identity, call) => server.leaseLeases(identity, call),
      }),
    ],
    [
      "/etcdserverpb.Lease/LeaseKeepAlive",
      {
        kind: "stream",
        clientStreams: true,
        open(call) {
          const refusal = gate.admitStream(call, false);
          if (refusal === undefined) new KeepAliveCall(gate, server, call).start();
          else call.fail(refusal);
        },
      },
    ],
  ]);
}

/** Leaders of other members answer without a header. */
function filledHeader(server: LeaseServer, header: ResponseHeader | undefined): ResponseHeader {
  return header === undefined || header.clusterId === 0n ? server.header() : header;
}

function isLeaseNotFound(error: unknown): boolean {
  return error instanceof EtcdError && error.kind === "LeaseNotFound";
}

/** Requests of one stream that wait before it stops receiving. */
const WAITING_MAX = 256;

/** One keepalive stream. */
class KeepAliveCall {
  readonly #gate: CallGate;
  readonly #server: LeaseServer;
  readonly #call: ServerCall;
  readonly #waiting: bigint[];
  #busy: boolean;
  #halfClosed: boolean;
  #ended: boolean;
  #blocked: boolean;
  #receivingPaused: boolean;

  constructor(gate: CallGate, server: LeaseServer, call: ServerCall) {
    this.#gate = gate;
    this.#server = server;
    this.#call = call;
    this.#waiting = [];
    this.#busy = false;
    this.#halfClosed = false;
    this.#ended = false;
    this.#blocked = false;
    this.#receivingPaused = false;
  }

  start(): void {
    const call = this.#call;
    call.onMessage = (message) => this.#receive(message);
    call.onHalfClose = () => {
      this.#halfClosed = true;
      this.#next();
    };
    call.onCancel = () => {
      this.#ended = true;
      this.#waiting.length = 0;
    };
    call.onDrain = () => {
      this.#blocked = false;
      this.#next();
    };
  }

  #receive(message: Uint8Array): void {
    if (this.#ended) return;
    let id: bigint;
    try {
      ({ id } = LeaseKeepAliveRequest.decode(message));
    } catch (error) {
      this.#fail(malformedMessage(error));
      return;
    }
    this.#waiting.push(id);
    if (this.#waiting.length >= WAITING_MAX && !this.#receivingPaused) {
      this.#receivingPaused = true;
      this.#call.pauseReceiving();
    }
    this.#next();
  }

  /** Answers requests until one has to wait. A loop, not a recursion: most are settled at once. */
  #next(): void {
    while (!this.#busy && !this.#blocked && !this.#ended) {
      const id = this.#waiting.shift();
      if (id === undefined) {
        if (this.#receivingPaused) {
          this.#receivingPaused = false;
          this.#call.resumeReceiving();
        }
        if (this.#halfClosed && this.#waiting.length === 0) {
          this.#ended = true;
          this.#call.end();
        }
        return;
      }
      this.#busy = true;
      this.#renew(id);
    }
  }

  #renew(id: bigint): void {
    // The header is made before the renewal: its revision must not be later than a revocation that the renewal did not see.
    const header = this.#server.header();
    let atOnce = true;
    const done = (): void => {
      this.#busy = false;
      if (!atOnce) this.#next();
    };
    this.#gate.identify(this.#call, (identity, refusal) => {
      if (this.#ended) return;
      if (refusal !== undefined) {
        this.#fail(refusal);
        return;
      }
      this.#server.leaseRenew(id, identity, this.#call, (ttl, error) => {
        if (this.#ended) return;
        if (error !== undefined && error.kind !== "LeaseNotFound") {
          this.#fail(error);
          return;
        }
        const response = LeaseKeepAliveResponse.encode({ header, id, ttl: error === undefined ? ttl : 0 });
        if (!this.#call.send(response)) this.#blocked = true;
        done();
      });
    });
    atOnce = false;
  }

  #fail(error: EtcdError): void {
    this.#ended = true;
    this.#waiting.length = 0;
    this.#call.fail(error);
  }
}

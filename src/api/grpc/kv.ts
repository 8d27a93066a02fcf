/**
 * etcdserverpb.KV: Range, RangeStream, Put, DeleteRange, Txn, Compact (etcd server/etcdserver/api/v3rpc/key.go and v3_server.go).
 *
 * The hot path: a put is checked on its bytes and proposed as they are; a range is answered with stored bytes. One small object per
 * call waits for the outcome; nothing is awaited.
 */
import { type EtcdError, etcdError, textError } from "../../base/etcd-error.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import { NO_CREDENTIALS, type RequestCredentials, RequestField } from "../../core/apply/raft-request.ts";
import type { LargeRange } from "../../core/kv/large-range.ts";
import { encodeRangeResponse } from "../../core/kv/range.ts";
import { planRange } from "../../core/kv/range-plan.ts";
import {
  checkDeleteRangeRequest,
  checkRangeRequest,
  checkRangeStreamRequest,
  checkTxnRequest,
  putRequestFault,
} from "../../core/kv/request-validation.ts";
import type { ResponseHeaderEncoder } from "../../core/kv/response-header.ts";
import { executeReadonlyTxn, isTxnReadonly, isTxnSerializable } from "../../core/kv/txn.ts";
import type { Store } from "../../core/mvcc/store.ts";
import type { Span } from "../../net/tracing/span.ts";
import type { GrpcMethod, ServerCall, UnaryMethod } from "../../net/transport/server-call.ts";
import {
  CompactionRequest,
  DeleteRangeRequest,
  PutRequest,
  RangeRequest,
  TxnRequest,
} from "../../proto/generated/rpc.ts";
import { allocate } from "../../proto/slab.ts";
import { type CallerIdentity, type CallGate, wireError } from "./call-gate.ts";
import { compactSpan, deleteRangeSpan, putSpan, rangeSpan, rangeStreamSpan, txnSpan } from "./call-spans.ts";
import { malformedRequest } from "./malformed-message.ts";

export interface KvServer {
  /** The store that serves now; another one after a snapshot was installed. */
  readonly store: Store;
  readonly header: ResponseHeaderEncoder;
  readonly txnOpsMax: number;
  /** Proposes the request's encoded bytes (copied before this returns); `waiting` is settled once. */
  propose(field: RequestField, request: Uint8Array, credentials: RequestCredentials, waiting: WaitingCall): void;
  /** Calls back when a linearizable read may be served. */
  waitRead(waiter: (error: EtcdError | undefined) => void): void;
  /** True while the quota leaves room for what the request costs; false also raises the alarm. */
  hasRoomForPut(keyAndValueBytes: number): boolean;
  hasRoomForTxn(request: TxnRequest): boolean;
  /** May this caller read that? Throws the refusal. Identities are undefined while authentication is off. */
  checkRange(identity: CallerIdentity | undefined, request: RangeRequest): void;
  checkTxn(identity: CallerIdentity | undefined, request: TxnRequest): void;
  /** Throws AuthOldRevision when users or roles changed since the caller was identified. */
  checkIdentityFresh(identity: CallerIdentity | undefined): void;
  /** Settled when the compaction was applied; with `physical` when its deletions are done and durable. */
  compact(request: CompactionRequest, credentials: RequestCredentials, span: Span | undefined): Promise<Uint8Array>;
  /** Answers a range too big for one go: in pieces, over a pinned state, with backpressure. */
  streamLargeRange(large: LargeRange, call: ServerCall): Promise<void>;
  /** RangeStream: chunks of bounded size over one revision. */
  rangeStream(request: RangeRequest, call: ServerCall): Promise<void>;
  /** Read-only requests take part in etcd_server_request_duration_seconds too. */
  observe(read: EndedRead, response: Uint8Array | undefined, error: EtcdError | undefined): void;
  now(): number;
}

/** A read on its way: what is counted and, when it was slow, said about it. Times are those of {@link KvServer.now}. */
export interface EndedRead {
  readonly type: "Range" | "ReadonlyTxn";
  readonly call: ServerCall;
  readonly request: RangeRequest | TxnRequest;
  readonly startMs: number;
  readonly span: Span | undefined;
  /** When the store was asked; -1 before. */
  executedMs: number;
}

/** A call that waits for its proposal to be applied. */
export interface WaitingCall {
  settle(response: Uint8Array | undefined, error: EtcdError | undefined): void;
  readonly abandoned: boolean;
  /** Where the call came from, for the log. */
  readonly remoteAddress?: string | undefined;
  readonly span?: Span | undefined;
}

class ProposedCall implements WaitingCall {
  readonly #call: ServerCall;
  readonly span: Span | undefined;

  constructor(call: ServerCall, span: Span | undefined) {
    this.#call = call;
    this.span = span;
  }

  settle(response: Uint8Array | undefined, error: EtcdError | undefined): void {
    this.span?.end();
    if (error !== undefined) this.#call.fail(error);
    else this.#call.reply(response!);
  }

  get abandoned(): boolean {
    return this.#call.cancelled;
  }

  get remoteAddress(): string {
    return this.#call.connection.remoteAddress;
  }
}

export function kvMethods(gate: CallGate, server: KvServer): Map<string, GrpcMethod> {
  return new Map<string, GrpcMethod>([
    ["/etcdserverpb.KV/Range", rangeMethod(gate, server)],
    ["/etcdserverpb.KV/RangeStream", rangeStreamMethod(gate, server)],
    ["/etcdserverpb.KV/Put", putMethod(gate, server)],
    ["/etcdserverpb.KV/DeleteRange", deleteRangeMethod(gate, server)],
    ["/etcdserverpb.KV/Txn", txnMethod(gate, server)],
    ["/etcdserverpb.KV/Compact", compactMethod(gate, server)],
  ]);
}

/** Admission and identity; `proceed` runs in this turn unless a token has to be verified. Refusals thrown by it fail the call. */
function admitted(
  gate: CallGate,
  call: ServerCall,
  learnerMay: boolean,
  proceed: (identity: CallerIdentity | undefined) => void,
): void {
  const refusal = gate.admitUnary(call, learnerMay);
  if (refusal !== undefined) {
    call.fail(refusal);
    return;
  }
  gate.identify(call, (identity, error) => {
    if (error !== undefined) {
      call.fail(error);
      return;
    }
    try {
      proceed(identity);
    } catch (thrown) {
      call.fail(wireError(thrown));
    }
  });
}

function credentialsOf(identity: CallerIdentity | undefined): RequestCredentials {
  return identity === undefined ? NO_CREDENTIALS : { username: identity.username, authRevision: identity.revision };
}

/** A copy from a slab: messages are small, and an ArrayBuffer of its own for each would cost more than the copy. */
function copied(message: Uint8Array): Uint8Array {
  const copy = allocate(message.length);
  copy.set(message);
  return copy;
}

/** Decodes a copy: the message is a view of a receive buffer, and reads may wait. */
function decoded<M>(call: ServerCall, decode: (bytes: Uint8Array) => M, message: Uint8Array): M | undefined {
  try {
    return decode(copied(message));
  } catch (error) {
    call.fail(malformedRequest(error));
    return undefined;
  }
}

function putMethod(gate: CallGate, server: KvServer): UnaryMethod {
  return {
    kind: "unary",
    handle(call, message) {
      let fault: ReturnType<typeof putRequestFault>;
      try {
        fault = putRequestFault(message, 0, message.length);
      } catch (error) {
        call.fail(malformedRequest(error));
        return;
      }
      // The whole message stands for key and value at first: only near the quota is the exact sum worth decoding.
      let isRoomKnown = false;
      const proceed = (bytes: Uint8Array, identity: CallerIdentity | undefined): void => {
        if (!isRoomKnown && !server.hasRoomForPut(bytes.length)) {
          const { key, value } = PutRequest.decode(bytes);
          if (!server.hasRoomForPut(key.length + value.length)) throw etcdError("NoSpace");
          isRoomKnown = true;
        }
        const waiting = new ProposedCall(call, putSpan(call.span, bytes));
        server.propose(RequestField.Put, bytes, credentialsOf(identity), waiting);
      };
      const refusal = gate.admitUnary(call, false) ?? (fault === undefined ? undefined : etcdError(fault));
      if (refusal !== undefined) {
        call.fail(refusal);
        return;
      }
      let bytes = message;
      let isSameTurn = true;
      gate.identify(call, (identity, error) => {
        if (error !== undefined) {
          putSpan(call.span, bytes)?.end();
          call.fail(error);
          return;
        }
        try {
          proceed(bytes, identity);
        } catch (thrown) {
          call.fail(wireError(thrown));
        }
        isSameTurn = false;
      });
      // Identified later: the receive buffer will be reused by then.
      if (isSameTurn) bytes = copied(message);
    },
  };
}

/** A range that waits for its read index. */
function rangeMethod(gate: CallGate, server: KvServer): UnaryMethod {
  return {
    kind: "unary",
    handle(call, message) {
      const request = decoded(call, RangeRequest.decode, message);
      if (request === undefined) return;
      const startMs = server.now();
      const refusal = gate.admitUnary(call, request.serializable);
      if (refusal !== undefined) {
        call.fail(refusal);
        return;
      }
      try {
        checkRangeRequest(request);
      } catch (thrown) {
        call.fail(wireError(thrown));
        return;
      }
      const span = rangeSpan(call.span, request);
      const read: EndedRead = { type: "Range", call, request, startMs, span, executedMs: -1 };
      const serve = (error: EtcdError | undefined): void => {
        if (error !== undefined) {
          server.observe(read, undefined, error);
          span?.end();
          call.fail(error);
          return;
        }
        if (call.cancelled) {
          span?.end();
          return;
        }
        gate.identify(call, (identity, identityError) => {
          if (identityError === undefined) {
            answerRange(server, call, request, identity, read);
            return;
          }
          span?.end();
          call.fail(identityError);
        });
      };
      if (request.serializable) serve(undefined);
      else server.waitRead(serve);
    },
  };
}

function answerRange(
  server: KvServer,
  call: ServerCall,
  request: RangeRequest,
  identity: CallerIdentity | undefined,
  read: EndedRead,
): void {
  read.executedMs = server.now();
  try {
    server.checkRange(identity, request);
    const plan = planRange(server.store, request);
    if (plan.large !== undefined) {
      server.streamLargeRange(plan.large, call).then(
        () => {
          read.span?.end();
          server.observe(read, undefined, undefined);
        },
        (thrown: unknown) => {
          const error = wireError(thrown);
          server.observe(read, undefined, error);
          read.span?.end();
          call.fail(error);
        },
      );
      return;
    }
    const response = encodeRangeResponse(plan.result!, server.header);
    server.checkIdentityFresh(identity);
    read.span?.end();
    call.reply(response);
    server.observe(read, response, undefined);
  } catch (thrown) {
    const error = wireError(thrown);
    server.observe(read, undefined, error);
    read.span?.end();
    call.fail(error);
  }
}

function rangeStreamMethod(gate: CallGate, server: KvServer): GrpcMethod {
  return {
    kind: "stream",
    open(call) {
      const refusal = gate.admitStream(call, false);
      if (refusal !== undefined) {
        call.fail(refusal);
        return;
      }
      let request: RangeRequest | undefined;
      call.onMessage = (message) => {
        request ??= decoded(call, RangeRequest.decode, message);
      };
      call.onHalfClose = () => {
        if (request === undefined) {
          call.fail(textError(GrpcCode.Internal, "EOF"));
          return;
        }
        const range = request;
        try {
          checkRangeStreamRequest(range);
        } catch (thrown) {
          call.fail(wireError(thrown));
          return;
        }
        const span = rangeStreamSpan(call.span, range);
        const fail = (thrown: unknown): void => {
          span?.end();
          call.fail(wireError(thrown));
        };
        const serve = (error: EtcdError | undefined): void => {
          if (error !== undefined) {
            fail(error);
            return;
          }
          gate.identify(call, (identity, identityError) => {
            if (identityError !== undefined) {
              fail(identityError);
              return;
            }
            try {
              server.checkRange(identity, range);
            } catch (thrown) {
              fail(thrown);
              return;
            }
            server.rangeStream(range, call).then(() => span?.end(), fail);
          });
        };
        if (range.serializable) serve(undefined);
        else server.waitRead(serve);
      };
    },
  };
}

function deleteRangeMethod(gate: CallGate, server: KvServer): UnaryMethod {
  return {
    kind: "unary",
    handle(call, message) {
      const bytes = copied(message);
      const request = decoded(call, DeleteRangeRequest.decode, bytes);
      if (request === undefined) return;
      admitted(gate, call, false, (identity) => {
        checkDeleteRangeRequest(request);
        const waiting = new ProposedCall(call, deleteRangeSpan(call.span, request));
        server.propose(RequestField.DeleteRange, bytes, credentialsOf(identity), waiting);
      });
    },
  };
}

function txnMethod(gate: CallGate, server: KvServer): UnaryMethod {
  return {
    kind: "unary",
    handle(call, message) {
      const bytes = copied(message);
      const request = decoded(call, TxnRequest.decode, bytes);
      if (request === undefined) return;
      const startMs = server.now();
      admitted(gate, call, false, (identity) => {
        checkTxnRequest(request, server.txnOpsMax);
        if (isTxnReadonly(request)) {
          const span = txnSpan(call.span, request);
          const read: EndedRead = { type: "ReadonlyTxn", call, request, startMs, span, executedMs: -1 };
          const serve = (error: EtcdError | undefined): void =>
            answerReadonlyTxn(server, call, request, identity, read, error);
          if (isTxnSerializable(request)) serve(undefined);
          else server.waitRead(serve);
          return;
        }
        if (!server.hasRoomForTxn(request)) throw etcdError("NoSpace");
        const waiting = new ProposedCall(call, txnSpan(call.span, request));
        server.propose(RequestField.Txn, bytes, credentialsOf(identity), waiting);
      });
    },
  };
}

function answerReadonlyTxn(
  server: KvServer,
  call: ServerCall,
  request: TxnRequest,
  identity: CallerIdentity | undefined,
  read: EndedRead,
  waitError: EtcdError | undefined,
): void {
  try {
    if (waitError !== undefined) throw waitError;
    read.executedMs = server.now();
    server.checkTxn(identity, request);
    const response = executeReadonlyTxn(server.store, request, server.header);
    server.checkIdentityFresh(identity);
    read.span?.end();
    call.reply(response);
    server.observe(read, response, undefined);
  } catch (thrown) {
    const error = wireError(thrown);
    server.observe(read, undefined, error);
    read.span?.end();
    call.fail(error);
  }
}

function compactMethod(gate: CallGate, server: KvServer): UnaryMethod {
  return {
    kind: "unary",
    handle(call, message) {
      const request = decoded(call, CompactionRequest.decode, message);
      if (request === undefined) return;
      admitted(gate, call, false, (identity) => {
        const span = compactSpan(call.span, request);
        server.compact(request, credentialsOf(identity), span).then(
          (response) => {
            span?.end();
            call.reply(response);
          },
          (error: unknown) => {
            span?.end();
            call.fail(wireError(error));
          },
        );
      });
    },
  };
}

/**
 * The key space as the lock and election services use it: inside the member, without a connection, with the rights of the caller whom they
 * serve. etcd builds these services on its client library over the same calls (server/etcdserver/api/v3client), so what they
 * fail with reaches the wire with code Unknown and the text of the error.
 */
import { EtcdError, textError } from "../../base/etcd-error.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import type { Span } from "../../net/tracing/span.ts";
import type { KeyValue } from "../../proto/generated/kv.ts";
import type {
  DeleteRangeRequest,
  DeleteRangeResponse,
  RangeRequest,
  RangeResponse,
  ResponseHeader,
  TxnRequest,
  TxnResponse,
} from "../../proto/generated/rpc.ts";
import type { CallerIdentity } from "./call-gate.ts";

/**
 * All reject with EtcdError. They do not depend on a call: cleaning up goes on after a client went away. `span` hears of proposals; for a new
 * lease it is the parent of the span that is made.
 */
export interface LocalKv {
  /** Linearizable. */
  range(request: RangeRequest, identity: CallerIdentity | undefined, span?: Span): Promise<RangeResponse>;
  txn(request: TxnRequest, identity: CallerIdentity | undefined, span?: Span): Promise<TxnResponse>;
  deleteRange(
    request: DeleteRangeRequest,
    identity: CallerIdentity | undefined,
    span?: Span,
  ): Promise<DeleteRangeResponse>;
  /** A new lease with an id of the server's choice. */
  leaseGrant(ttlSeconds: number, identity: CallerIdentity | undefined, span?: Span): Promise<bigint>;
  /** `rangeEnd` empty: the single key. Throws when the caller may not read the range. */
  watch(range: LocalWatchRange, identity: CallerIdentity | undefined): LocalWatch;
}

export interface LocalWatchRange {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  readonly startRevision: number;
}

export interface LocalEvent {
  readonly isDelete: boolean;
  readonly kv: KeyValue;
}

/** The events of one watch response. */
export interface LocalEvents {
  readonly header: ResponseHeader;
  readonly events: readonly LocalEvent[];
}

export interface LocalWatch {
  /** The next events; one call at a time. Rejects when the watch ended: Compacted, or Canceled after close(). */
  next(): Promise<LocalEvents>;
  close(): void;
}

/** Seconds of the lease made for callers who bring none (concurrency.Session). It is not kept alive. */
export const SESSION_TTL_SECONDS = 60;

/** The lease of a request, or a new one. */
export async function sessionLease(kv: LocalKv, lease: bigint, identity: CallerIdentity | undefined): Promise<bigint> {
  return lease === 0n ? await kv.leaseGrant(SESSION_TTL_SECONDS, identity) : lease;
}

/** The error as the client library inside etcd passes it on. */
export function localError<E>(error: E): E | EtcdError {
  return error instanceof EtcdError ? textError(GrpcCode.Unknown, error.message) : error;
}

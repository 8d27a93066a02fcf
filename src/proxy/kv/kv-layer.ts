/** The key-value service as a stack of layers: the cluster at the bottom, above it what changes requests and replies (namespace, leasing). */
import {
  type CompactionRequest,
  type CompactionResponse,
  type DeleteRangeRequest,
  type DeleteRangeResponse,
  KVService,
  type PutRequest,
  type PutResponse,
  type RangeRequest,
  type RangeResponse,
  type TxnRequest,
  type TxnResponse,
} from "../../proto/generated/rpc.ts";
import type { CallScope } from "../call-scope.ts";
import type { Upstream } from "../upstream.ts";

/** Rejections are GrpcError or EtcdError: both have a gRPC code and a message. Requests are not changed, replies belong to the caller. */
export interface KvLayer {
  range(request: RangeRequest, scope: CallScope): Promise<RangeResponse>;
  put(request: PutRequest, scope: CallScope): Promise<PutResponse>;
  deleteRange(request: DeleteRangeRequest, scope: CallScope): Promise<DeleteRangeResponse>;
  txn(request: TxnRequest, scope: CallScope): Promise<TxnResponse>;
  compact(request: CompactionRequest, scope: CallScope): Promise<CompactionResponse>;
}

/** The bottom of every stack. */
export class ClusterKv implements KvLayer {
  readonly #upstream: Upstream;

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
  }

  range(request: RangeRequest, scope: CallScope): Promise<RangeResponse> {
    return this.#upstream.call(KVService.range, request, scope);
  }

  put(request: PutRequest, scope: CallScope): Promise<PutResponse> {
    return this.#upstream.call(KVService.put, request, scope);
  }

  deleteRange(request: DeleteRangeRequest, scope: CallScope): Promise<DeleteRangeResponse> {
    return this.#upstream.call(KVService.deleteRange, request, scope);
  }

  txn(request: TxnRequest, scope: CallScope): Promise<TxnResponse> {
    return this.#upstream.call(KVService.txn, request, scope);
  }

  compact(request: CompactionRequest, scope: CallScope): Promise<CompactionResponse> {
    return this.#upstream.call(KVService.compact, request, scope);
  }
}

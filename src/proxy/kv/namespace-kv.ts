/** Key-value requests moved below a prefix, replies moved back (etcd client/v3/namespace/kv.go). */
import { etcdError } from "../../base/etcd-error.ts";
import type { KeyValue } from "../../proto/generated/kv.ts";
import {
  type CompactionRequest,
  type CompactionResponse,
  Compare,
  DeleteRangeRequest,
  type DeleteRangeResponse,
  PutRequest,
  type PutResponse,
  RangeRequest,
  type RangeResponse,
  RequestOp,
  type ResponseOp,
  TxnRequest,
  type TxnResponse,
} from "../../proto/generated/rpc.ts";
import type { CallScope } from "../call-scope.ts";
import type { KeyNamespace } from "./key-namespace.ts";
import type { KvLayer } from "./kv-layer.ts";

export class NamespaceKv implements KvLayer {
  readonly #below: KvLayer;
  readonly #space: KeyNamespace;

  constructor(below: KvLayer, space: KeyNamespace) {
    this.#below = below;
    this.#space = space;
  }

  async range(request: RangeRequest, scope: CallScope): Promise<RangeResponse> {
    requireKey(request.key);
    return this.#rangeReply(await this.#below.range(this.#range(request), scope));
  }

  async put(request: PutRequest, scope: CallScope): Promise<PutResponse> {
    requireKey(request.key);
    return this.#putReply(await this.#below.put(this.#put(request), scope));
  }

  async deleteRange(request: DeleteRangeRequest, scope: CallScope): Promise<DeleteRangeResponse> {
    requireKey(request.key);
    return this.#deleteReply(await this.#below.deleteRange(this.#delete(request), scope));
  }

  async txn(request: TxnRequest, scope: CallScope): Promise<TxnResponse> {
    return this.#txnReply(await this.#below.txn(this.#txn(request), scope));
  }

  compact(request: CompactionRequest, scope: CallScope): Promise<CompactionResponse> {
    return this.#below.compact(request, scope);
  }

  #range(request: RangeRequest): RangeRequest {
    return RangeRequest.create({ ...request, ...this.#moved(request) });
  }

  #put(request: PutRequest): PutRequest {
    return PutRequest.create({ ...request, key: this.#space.key(request.key) });
  }

  #delete(request: DeleteRangeRequest): DeleteRangeRequest {
    return DeleteRangeRequest.create({ ...request, ...this.#moved(request) });
  }

  #txn({ compare, success, failure }: TxnRequest): TxnRequest {
    return TxnRequest.create({
      compare: compare.map((each) => Compare.create({ ...each, ...this.#moved(each) })),
      success: success.map((each) => this.#operation(each)),
      failure: failure.map((each) => this.#operation(each)),
    });
  }

  #operation({ requestRange, requestPut, requestDeleteRange, requestTxn }: RequestOp): RequestOp {
    for (const each of [requestRange, requestPut, requestDeleteRange]) if (each !== undefined) requireKey(each.key);
    if (requestRange !== undefined) return RequestOp.create({ requestRange: this.#range(requestRange) });
    if (requestPut !== undefined) return RequestOp.create({ requestPut: this.#put(requestPut) });
    if (requestDeleteRange !== undefined)
      return RequestOp.create({ requestDeleteRange: this.#delete(requestDeleteRange) });
    return RequestOp.create(requestTxn === undefined ? {} : { requestTxn: this.#txn(requestTxn) });
  }

  #moved(request: { readonly key: Uint8Array; readonly rangeEnd: Uint8Array }): {
    readonly key: Uint8Array;
    readonly rangeEnd: Uint8Array;
  } {
    return { key: this.#space.key(request.key), rangeEnd: this.#space.end(request.rangeEnd) };
  }

  #rangeReply(reply: RangeResponse): RangeResponse {
    for (const kv of reply.kvs) this.#strip(kv);
    return reply;
  }

  #putReply(reply: PutResponse): PutResponse {
    this.#strip(reply.prevKv);
    return reply;
  }

  #deleteReply(reply: DeleteRangeResponse): DeleteRangeResponse {
    for (const kv of reply.prevKvs) this.#strip(kv);
    return reply;
  }

  #txnReply(reply: TxnResponse): TxnResponse {
    for (const response of reply.responses) this.#operationReply(response);
    return reply;
  }

  #operationReply({ responseRange, responsePut, responseDeleteRange, responseTxn }: ResponseOp): void {
    if (responseRange !== undefined) this.#rangeReply(responseRange);
    if (responsePut !== undefined) this.#putReply(responsePut);
    if (responseDeleteRange !== undefined) this.#deleteReply(responseDeleteRange);
    if (responseTxn !== undefined) this.#txnReply(responseTxn);
  }

  #strip(kv: KeyValue | undefined): void {
    if (kv !== undefined) kv.key = this.#space.strip(kv.key);
  }
}

/** The prefix alone must not pass for a key. */
function requireKey(key: Uint8Array): void {
  if (key.length === 0) throw etcdError("EmptyKey");
}

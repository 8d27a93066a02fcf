/**
 * Serializable reads that never go back in time: a reply older than one that was given before is asked for again, of the next endpoint
 * (etcd client/v3/ordering; --experimental-serializable-ordering). After five rounds without a member that is up to date the read is refused.
 */
import { textError } from "../../base/etcd-error.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import type {
  CompactionRequest,
  CompactionResponse,
  DeleteRangeRequest,
  DeleteRangeResponse,
  PutRequest,
  PutResponse,
  RangeRequest,
  RangeResponse,
  ResponseHeader,
  TxnRequest,
  TxnResponse,
} from "../../proto/generated/rpc.ts";
import type { CallScope } from "../call-scope.ts";
import type { KvLayer } from "./kv-layer.ts";

const ROUNDS_MAX = 5;

export class OrderingKv implements KvLayer {
  readonly #below: KvLayer;
  readonly #endpointCount: () => number;
  #revision: number;

  constructor(below: KvLayer, endpointCount: () => number) {
    this.#below = below;
    this.#endpointCount = endpointCount;
    this.#revision = 0;
  }

  range(request: RangeRequest, scope: CallScope): Promise<RangeResponse> {
    return this.#inOrder(() => this.#below.range(request, scope), scope);
  }

  async put(request: PutRequest, scope: CallScope): Promise<PutResponse> {
    return this.#noted(await this.#below.put(request, scope));
  }

  async deleteRange(request: DeleteRangeRequest, scope: CallScope): Promise<DeleteRangeResponse> {
    return this.#noted(await this.#below.deleteRange(request, scope));
  }

  /** A transaction that only reads may be answered by any member: it is repeated like a read. One that writes is never behind. */
  txn(request: TxnRequest, scope: CallScope): Promise<TxnResponse> {
    return this.#inOrder(() => this.#below.txn(request, scope), scope);
  }

  compact(request: CompactionRequest, scope: CallScope): Promise<CompactionResponse> {
    return this.#below.compact(request, scope);
  }

  async #inOrder<R extends { readonly header: ResponseHeader | undefined }>(
    ask: () => Promise<R>,
    scope: CallScope,
  ): Promise<R> {
    const least = this.#revision;
    for (let left = ROUNDS_MAX * this.#endpointCount(); ; left--) {
      const reply = await ask();
      if ((reply.header?.revision ?? 0) >= least) return this.#noted(reply);
      if (left <= 0 || scope.cancelled)
        throw textError(
          GrpcCode.Unknown,
          "etcdclient: no cluster members have a revision higher than the previously received revision",
        );
    }
  }

  #noted<R extends { readonly header: ResponseHeader | undefined }>(reply: R): R {
    this.#revision = Math.max(this.#revision, reply.header?.revision ?? 0);
    return reply;
  }
}

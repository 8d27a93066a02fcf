/**
 * The KV service of the proxy: serializable reads from the cache, everything else from the layers below (etcd server/proxy/grpcproxy/kv.go). Without
 * layers of its own the bytes of requests and replies pass through as they are.
 */
import { etcdError, textError } from "../../base/etcd-error.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import type { GrpcMethod, ServerCall } from "../../net/transport/server-call.ts";
import {
  CompactionRequest,
  DeleteRangeRequest,
  KVService,
  PutRequest,
  RangeRequest,
  RangeResponse,
  type RequestOp,
  type ResponseOp,
  TxnRequest,
  TxnResponse,
} from "../../proto/generated/rpc.ts";
import type { MessageCodec, MethodInfo } from "../../proto/message-codec.ts";
import { CallScope } from "../call-scope.ts";
import type { ProxyCounters } from "../proxy-counters.ts";
import { statusOf, type Upstream } from "../upstream.ts";
import type { KvLayer } from "./kv-layer.ts";
import { RangeCache } from "./range-cache.ts";

export interface KvProxyOptions {
  readonly upstream: Upstream;
  /** Undefined: requests go to the cluster as they are. */
  readonly layers: KvLayer | undefined;
  readonly counters: ProxyCounters;
}

const NO_KEYS = new Uint8Array(0);

export function kvProxy(options: KvProxyOptions): Map<string, GrpcMethod> {
  const proxy = new KvProxy(options);
  return new Map<string, GrpcMethod>([
    [KVService.range.path, method(RangeRequest, (request, bytes, scope) => proxy.range(request, bytes, scope))],
    [KVService.put.path, method(PutRequest, (request, bytes, scope) => proxy.put(request, bytes, scope))],
    [
      KVService.deleteRange.path,
      method(DeleteRangeRequest, (request, bytes, scope) => proxy.deleteRange(request, bytes, scope)),
    ],
    [KVService.txn.path, method(TxnRequest, (request, bytes, scope) => proxy.txn(request, bytes, scope))],
    [
      KVService.compact.path,
      method(CompactionRequest, (request, bytes, scope) => proxy.compact(request, bytes, scope)),
    ],
    [
      KVService.rangeStream.path,
      {
        kind: "stream",
        open: (call) =>
          call.fail({ code: GrpcCode.Unimplemented, message: "RangeStream is not supported by the gRPC proxy" }),
      },
    ],
  ]);
}

function method<Q extends object>(
  codec: MessageCodec<Q>,
  answer: (request: Q, bytes: Uint8Array, scope: CallScope) => Promise<Uint8Array>,
): GrpcMethod {
  return {
    kind: "unary",
    handle(call, message) {
      const bytes = message.slice();
      let request: Q;
      try {
        request = codec.decode(bytes);
      } catch (error) {
        call.fail(textError(GrpcCode.Internal, `grpc: error unmarshalling request: ${(error as Error).message}`));
        return;
      }
      void reply(call, answer(request, bytes, CallScope.of(call)));
    },
  };
}

async function reply(call: ServerCall, answer: Promise<Uint8Array>): Promise<void> {
  try {
    call.reply(await answer);
  } catch (error) {
    call.fail(statusOf(error));
  }
}

class KvProxy {
  readonly #upstream: Upstream;
  readonly #layers: KvLayer | undefined;
  readonly #counters: ProxyCounters;
  readonly #cache: RangeCache;

  constructor({ upstream, layers, counters }: KvProxyOptions) {
    this.#upstream = upstream;
    this.#layers = layers;
    this.#counters = counters;
    this.#cache = new RangeCache();
  }

  async range(request: RangeRequest, bytes: Uint8Array, scope: CallScope): Promise<Uint8Array> {
    const { token } = scope;
    if (request.serializable) {
      const cached = this.#cache.get(request, token);
      if (cached !== undefined) this.#counters.cacheHits++;
      else this.#counters.cacheMisses++;
      if (cached === "compacted") throw etcdError("Compacted");
      if (cached !== undefined) return cached;
    }
    const answer = await this.#ask(KVService.range, bytes, scope, (layers) => layers.range(request, scope));
    // The message may hold a much larger buffer.
    this.#cache.add(request, token, answer.slice());
    this.#count();
    return answer;
  }

  put(request: PutRequest, bytes: Uint8Array, scope: CallScope): Promise<Uint8Array> {
    this.#cache.invalidate(request.key, NO_KEYS);
    this.#count();
    return this.#ask(KVService.put, bytes, scope, (layers) => layers.put(request, scope));
  }

  deleteRange(request: DeleteRangeRequest, bytes: Uint8Array, scope: CallScope): Promise<Uint8Array> {
    this.#cache.invalidate(request.key, request.rangeEnd);
    this.#count();
    return this.#ask(KVService.deleteRange, bytes, scope, (layers) => layers.deleteRange(request, scope));
  }

  async txn(request: TxnRequest, bytes: Uint8Array, scope: CallScope): Promise<Uint8Array> {
    const answer = await this.#ask(KVService.txn, bytes, scope, (layers) => layers.txn(request, scope));
    const { succeeded, responses } = TxnResponse.decode(answer);
    // It may say that a kept key has changed.
    for (const { key, rangeEnd } of request.compare) this.#cache.invalidate(key, rangeEnd);
    this.#takeOver(succeeded ? request.success : request.failure, responses, scope.token);
    this.#count();
    return answer;
  }

  async compact(request: CompactionRequest, bytes: Uint8Array, scope: CallScope): Promise<Uint8Array> {
    const answer = await this.#ask(KVService.compact, bytes, scope, (layers) => layers.compact(request, scope));
    this.#cache.compact(request.revision);
    return answer;
  }

  async #ask<Q extends object, R extends object>(
    info: MethodInfo<Q, R>,
    bytes: Uint8Array,
    scope: CallScope,
    throughLayers: (layers: KvLayer) => Promise<R>,
  ): Promise<Uint8Array> {
    if (this.#layers === undefined) return this.#upstream.unary(info.path, bytes, scope);
    return info.response.encode(await throughLayers(this.#layers));
  }

  /** Writes of a transaction drop what they touch, its reads are kept. */
  #takeOver(requests: readonly RequestOp[], responses: readonly ResponseOp[], token: string): void {
    for (const [at, response] of responses.entries()) {
      const { requestRange, requestPut, requestDeleteRange, requestTxn } = requests[at] ?? {};
      if (requestPut !== undefined) this.#cache.invalidate(requestPut.key, NO_KEYS);
      if (requestDeleteRange !== undefined) this.#cache.invalidate(requestDeleteRange.key, requestDeleteRange.rangeEnd);
      if (requestRange !== undefined && response.responseRange !== undefined)
        this.#cache.add(requestRange, token, RangeResponse.encode(response.responseRange));
      if (requestTxn !== undefined && response.responseTxn !== undefined) {
        const { succeeded, responses: inner } = response.responseTxn;
        this.#takeOver(succeeded ? requestTxn.success : requestTxn.failure, inner, token);
      }
    }
  }

  #count(): void {
    this.#counters.cacheKeys = this.#cache.size;
  }
}

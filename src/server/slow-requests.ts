/**
 * The log's word on slow requests, and on entries refused when they were applied: `apply request took too long`
 * (--warning-apply-duration; etcd server/etcdserver/txn/util.go) and `request stats` (--warning-unary-request-duration; etcd
 * server/etcdserver/api/v3rpc/interceptor.go). Callers look at the time first and come here only with what was slow: nothing is
 * summarised otherwise.
 */

import type { EtcdError } from "../base/etcd-error.ts";
import { goDurationTextMs } from "../base/go-duration.ts";
import type { Clock } from "../io/clock.ts";
import type { Logger } from "../io/logger.ts";
import {
  DeleteRangeRequest,
  DeleteRangeResponse,
  PutRequest,
  RangeRequest,
  RangeResponse,
  TxnRequest,
  TxnResponse,
} from "../proto/generated/rpc.ts";
import type { MemberMetrics } from "./member-metrics.ts";
import { raftRequestSummary, requestSummary } from "./request-summary.ts";

/** A read that did not go through the log. Bytes are the encoded response; undefined after an error or for one that was streamed. */
export interface FinishedRead {
  readonly type: "Range" | "ReadonlyTxn";
  readonly request: RangeRequest | TxnRequest;
  readonly response: Uint8Array | undefined;
  readonly error: EtcdError | undefined;
  readonly tookMs: number;
  readonly remoteAddress: string;
}

export interface SlowRequestLimits {
  readonly applyMs: number;
  readonly unaryMs: number;
}

export class SlowRequests {
  readonly limits: SlowRequestLimits;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #metrics: MemberMetrics;

  constructor(options: { clock: Clock; logger: Logger; metrics: MemberMetrics; limits: SlowRequestLimits }) {
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#metrics = options.metrics;
    this.limits = options.limits;
  }

  /** An entry took longer than `limits.applyMs` to apply. `payload` is the entry's. */
  applied(payload: Uint8Array, tookMs: number, response: Uint8Array | undefined, error: EtcdError | undefined): void {
    this.#tookTooLong("", raftRequestSummary(payload), response === undefined ? "" : `size:${response.length}`, {
      tookMs,
      error,
    });
  }

  /** An entry was refused when it was applied. */
  failed(payload: Uint8Array, tookMs: number, error: EtcdError): void {
    this.#logger.warn("failed to apply request", {
      took: goDurationTextMs(tookMs),
      request: raftRequestSummary(payload),
      response: "",
      error: error.message,
    });
  }

  /** A read took longer than one of the limits. */
  read(read: FinishedRead): void {
    const { type, request, response, error, tookMs } = read;
    const codec = type === "Range" ? RangeRequest : TxnRequest;
    if (tookMs > this.limits.applyMs) {
      const prefix = type === "Range" ? "read-only range " : "read-only txn ";
      this.#tookTooLong(prefix, requestSummary(codec, request), responseSummary(type, response), { tookMs, error });
    }
    if (tookMs <= this.limits.unaryMs) return;
    const path = type === "Range" ? "/etcdserverpb.KV/Range" : "/etcdserverpb.KV/Txn";
    this.unary(
      path,
      type === "Range" ? RangeRequest.encode(request as RangeRequest) : TxnRequest.encode(request as TxnRequest),
      {
        response,
        tookMs,
        remoteAddress: read.remoteAddress,
      },
    );
  }

  /** A unary call took longer than `limits.unaryMs`. `path` is the method's. */
  unary(
    path: string,
    request: Uint8Array,
    answer: { readonly response: Uint8Array | undefined; readonly tookMs: number; readonly remoteAddress: string },
  ): void {
    const { response, tookMs } = answer;
    const stats = statsOf(path, request, response);
    this.#logger.warn("request stats", {
      "start time": new Date(this.#clock.wallNow() - tookMs).toISOString(),
      "time spent": goDurationTextMs(tookMs),
      remote: answer.remoteAddress,
      "response type": path,
      "request count": stats.requestCount,
      "request size": stats.requestBytes,
      "response count": stats.responseCount,
      "response size": stats.responseBytes,
      "request content": stats.content,
    });
  }

  #tookTooLong(
    prefix: string,
    request: string,
    response: string,
    outcome: { readonly tookMs: number; readonly error: EtcdError | undefined },
  ): void {
    this.#metrics.slowApplies++;
    this.#logger.warn("apply request took too long", {
      took: goDurationTextMs(outcome.tookMs),
      "expected-duration": goDurationTextMs(this.limits.applyMs),
      prefix,
      request,
      response,
      ...(outcome.error === undefined ? {} : { error: outcome.error.message }),
    });
  }
}

function responseSummary(type: "Range" | "ReadonlyTxn", response: Uint8Array | undefined): string {
  if (response === undefined) return "";
  if (type === "Range")
    return `range_response_count:${RangeResponse.decode(response).kvs.length} size:${response.length}`;
  const parts = TxnResponse.decode(response).responses.flatMap((each) =>
    each.responseRange === undefined ? [] : [`range_response_count:${each.responseRange.kvs.length}`],
  );
  return `responses:<${parts.join(" ")}> size:${response.length}`;
}

interface RequestStats {
  readonly requestCount: number;
  readonly requestBytes: number;
  readonly responseCount: number;
  readonly responseBytes: number;
  readonly content: string;
}

/** Only the four methods of keys are summarised; for others etcd says -1. */
function statsOf(path: string, request: Uint8Array, response: Uint8Array | undefined): RequestStats {
  const requestBytes = request.length;
  const responseBytes = response?.length ?? 0;
  switch (path) {
    case "/etcdserverpb.KV/Range":
      return {
        requestCount: 0,
        requestBytes,
        responseCount: response === undefined ? 0 : RangeResponse.decode(response).count,
        responseBytes,
        content: requestSummary(RangeRequest, RangeRequest.decode(request)),
      };
    case "/etcdserverpb.KV/Put":
      return {
        requestCount: 1,
        requestBytes,
        responseCount: 0,
        responseBytes,
        content: requestSummary(PutRequest, PutRequest.decode(request)),
      };
    case "/etcdserverpb.KV/DeleteRange":
      return {
        requestCount: 0,
        requestBytes,
        responseCount: response === undefined ? 0 : DeleteRangeResponse.decode(response).deleted,
        responseBytes,
        content: requestSummary(DeleteRangeRequest, DeleteRangeRequest.decode(request)),
      };
    case "/etcdserverpb.KV/Txn": {
      const txn = TxnRequest.decode(request);
      const isSuccess = response !== undefined && TxnResponse.decode(response).succeeded;
      return {
        requestCount: (isSuccess ? txn.success : txn.failure).length,
        requestBytes,
        responseCount: 0,
        responseBytes,
        content: requestSummary(TxnRequest, txn),
      };
    }
    default:
      return { requestCount: -1, requestBytes: -1, responseCount: -1, responseBytes: -1, content: "" };
  }
}

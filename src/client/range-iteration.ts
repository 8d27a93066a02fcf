/**
 * All keys of a range, one after the other, as of one revision, however many there are: by RangeStream where the server has it (etcd 3.7), in
 * pages where it has not. When a connection breaks, the rest is read from another one, behind the last key.
 */
import { GrpcCode } from "../base/grpc-code.ts";
import type { RangeResponse } from "../proto/generated/rpc.ts";
import { KVService, type RangeRequest } from "../proto/generated/rpc.ts";
import type { Init } from "../proto/message-codec.ts";
import type { Caller, CallOptions } from "./caller.ts";
import { asEtcdError, EtcdError } from "./errors.ts";
import type { KeyPrefix, KeySelector } from "./key-range.ts";
import { KeyValue } from "./key-value.ts";
import { type RangeOptions, rangeRequest } from "./operation.ts";
import { replies } from "./reply-stream.ts";

export interface EntriesOptions extends Omit<RangeOptions, "sort">, CallOptions {
  /** Keys of a page; default 1000. */
  readonly pageSize?: number | undefined;
  /** `stream` and `page` insist on one way; `auto` streams where the server can. Default `auto`. */
  readonly by?: "auto" | "stream" | "page" | undefined;
}

const PAGE_SIZE = 1000;
const ATTEMPTS_MAX = 10;

/** Servers that have refused RangeStream as unknown; asked once per client. */
export class StreamSupport {
  isMissing = false;
}

export async function* rangeEntries(
  caller: Caller,
  prefix: KeyPrefix,
  selector: KeySelector,
  options: EntriesOptions,
  support: StreamSupport,
): AsyncGenerator<KeyValue, void, void> {
  const base = rangeRequest(prefix, selector, options);
  const limit = options.limit ?? 0;
  const isOneKey = base.rangeEnd!.length === 0;
  let from = base.key!;
  let revision = options.revision ?? 0;
  let given = 0;
  let attempts = 0;
  let streams = options.by === "stream" || (options.by !== "page" && !support.isMissing && !isOneKey);
  for (;;) {
    const rest = limit === 0 ? 0 : limit - given;
    const request: Init<RangeRequest> = { ...base, key: from, revision, limit: rest };
    try {
      const answers = streams
        ? streamed(caller, request, options)
        : paged(caller, request, options.pageSize ?? PAGE_SIZE, options);
      for await (const response of answers) {
        attempts = 0;
        // What follows is read as of the revision of the first answer.
        if (revision === 0) revision = response.header?.revision ?? 0;
        for (const kv of response.kvs) {
          given++;
          // Before the yield: the reader may take long, and the key must not come twice.
          from = behind(kv.key);
          yield new KeyValue(prefix.strip(kv.key), kv);
        }
      }
      return;
    } catch (thrown) {
      const error = asEtcdError(thrown);
      if (streams && options.by !== "stream" && error.code === GrpcCode.Unimplemented) {
        support.isMissing = true;
        streams = false;
        continue;
      }
      const again = error.code === GrpcCode.Unavailable && !caller.isClosed && ++attempts < ATTEMPTS_MAX;
      if (!again) throw error;
      if (isOneKey && given > 0) return;
      await new Promise<void>((resolve) => {
        caller.clock.setTimer(caller.retryDelayMs() * attempts, resolve);
      });
    }
    if (limit !== 0 && given >= limit) return;
  }
}

async function* streamed(
  caller: Caller,
  request: Init<RangeRequest>,
  options: CallOptions,
): AsyncGenerator<RangeResponse, void, void> {
  for await (const { rangeResponse } of replies(caller, KVService.rangeStream, request, options)) {
    if (rangeResponse === undefined) throw new EtcdError("Other", GrpcCode.Internal, "a range stream without a range");
    yield rangeResponse;
  }
}

async function* paged(
  caller: Caller,
  request: Init<RangeRequest>,
  pageSize: number,
  options: CallOptions,
): AsyncGenerator<RangeResponse, void, void> {
  let { key, revision, limit: rest = 0 } = request;
  const isLimited = rest !== 0;
  for (;;) {
    const limit = isLimited ? Math.min(pageSize, rest) : pageSize;
    const response = await caller.unary(KVService.range, { ...request, key, revision, limit }, "read", options);
    yield response;
    const last = response.kvs.at(-1);
    rest -= response.kvs.length;
    if (!response.more || last === undefined || (isLimited && rest <= 0)) return;
    key = behind(last.key);
    if (revision === undefined || revision === 0) revision = response.header?.revision ?? 0;
  }
}

/** The first key behind this one. */
function behind(key: Uint8Array): Uint8Array {
  const next = new Uint8Array(key.length + 1);
  next.set(key);
  return next;
}

/** The key space for the lock and election services in the trace of a call: each access becomes a span inside of it. */
import type { Span } from "../../net/tracing/span.ts";
import type { ServerCall } from "../../net/transport/server-call.ts";
import { WatchCreateRequest } from "../../proto/generated/rpc.ts";
import { deleteRangeSpan, rangeSpan, txnSpan, watchSpan } from "./call-spans.ts";
import type { LocalKv } from "./local-kv.ts";

/** `kv` itself for a call that is not sampled. */
export function tracedKv(kv: LocalKv, call: ServerCall): LocalKv {
  const parent = call.span;
  if (parent === undefined) return kv;
  return {
    range: (request, identity) => during(rangeSpan(parent, request), (span) => kv.range(request, identity, span)),
    txn: (request, identity) => during(txnSpan(parent, request), (span) => kv.txn(request, identity, span)),
    deleteRange: (request, identity) =>
      during(deleteRangeSpan(parent, request), (span) => kv.deleteRange(request, identity, span)),
    leaseGrant: (ttlSeconds, identity) => kv.leaseGrant(ttlSeconds, identity, parent),
    watch(range, identity) {
      const watch = kv.watch(range, identity);
      const span = watchSpan(parent, WatchCreateRequest.create(range));
      return {
        next: () => watch.next(),
        close() {
          span?.end();
          watch.close();
        },
      };
    },
  };
}

async function during<T>(span: Span | undefined, work: (span: Span | undefined) => Promise<T>): Promise<T> {
  try {
    return await work(span);
  } finally {
    span?.end();
  }
}

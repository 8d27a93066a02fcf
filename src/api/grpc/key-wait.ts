/**
 * Waiting in line for a key of one's own to be the oldest below a prefix: what locks and elections are made of (etcd
 * client/v3/concurrency/key.go). Each waiter watches only the key just before its own.
 */
import { concatBytes, prefixRangeEnd, utf8 } from "../../base/bytes.ts";
import { etcdError } from "../../base/etcd-error.ts";
import type { ServerCall } from "../../net/transport/server-call.ts";
import type { KeyValue } from "../../proto/generated/kv.ts";
import {
  PutRequest,
  RangeRequest,
  type RangeResponse,
  type RequestOp,
  RequestOp as RequestOpCodec,
  SortOrder,
  SortTarget,
} from "../../proto/generated/rpc.ts";
import type { CallerIdentity } from "./call-gate.ts";
import type { LocalKv, LocalWatch } from "./local-kv.ts";

/** Ends the waiting of a call whose client went away. */
export class CallScope {
  readonly #call: ServerCall;
  #watch: LocalWatch | undefined;

  constructor(call: ServerCall) {
    this.#call = call;
    this.#watch = undefined;
    call.onCancel = () => this.#watch?.close();
  }

  get cancelled(): boolean {
    return this.#call.cancelled;
  }

  /** Runs `use` over the watch, which is closed afterwards and when the call is cancelled. */
  async watching<T>(watch: LocalWatch, use: (watch: LocalWatch) => Promise<T>): Promise<T> {
    this.#watch = watch;
    try {
      if (this.#call.cancelled) throw etcdError("Canceled");
      return await use(watch);
    } finally {
      this.#watch = undefined;
      watch.close();
    }
  }
}

/** `name/`: the prefix of the keys of a lock or election. */
export function linePrefix(name: Uint8Array): Uint8Array {
  return concatBytes([name, utf8("/")]);
}

/** `name/<lease in hexadecimal>`; negative leases print as "-1f", as in Go. */
export function lineKey(prefix: Uint8Array, lease: bigint): Uint8Array {
  return concatBytes([prefix, utf8(BigInt.asIntN(64, lease).toString(16))]);
}

/** Reads the oldest key below the prefix. */
export function oldestBelow(prefix: Uint8Array): RangeRequest {
  return RangeRequest.create({
    key: prefix,
    rangeEnd: prefixRangeEnd(prefix),
    limit: 1,
    sortOrder: SortOrder.ASCEND,
    sortTarget: SortTarget.CREATE,
  });
}

export function rangeOp(requestRange: RangeRequest): RequestOp {
  return RequestOpCodec.create({ requestRange });
}

export function putOp(key: Uint8Array, value: Uint8Array, lease: bigint): RequestOp {
  return RequestOpCodec.create({ requestPut: PutRequest.create({ key, value, lease }) });
}

/** The first key of a range inside of a transaction's response. */
export function firstKv(response: RangeResponse | undefined): KeyValue | undefined {
  return response?.kvs[0];
}

/** Waits for cleaning up after an error, whose own error does not count: the key ends with its lease in any case. */
export function settled(cleanup: Promise<unknown>): Promise<boolean> {
  return cleanup.then(
    () => true,
    () => false,
  );
}

/** Returns when no key below the prefix was created at or before the revision. */
export async function waitDeletes(
  kv: LocalKv,
  prefix: Uint8Array,
  createRevisionMax: number,
  identity: CallerIdentity | undefined,
  scope: CallScope,
): Promise<void> {
  for (;;) {
    const newest = RangeRequest.create({
      key: prefix,
      rangeEnd: prefixRangeEnd(prefix),
      limit: 1,
      sortOrder: SortOrder.DESCEND,
      sortTarget: SortTarget.CREATE,
      maxCreateRevision: createRevisionMax,
    });
    const response = await kv.range(newest, identity);
    const last = response.kvs[0];
    if (last === undefined) return;
    const startRevision = response.header!.revision;
    const watch = kv.watch({ key: last.key, rangeEnd: new Uint8Array(0), startRevision }, identity);
    await scope.watching(watch, async () => {
      for (;;) {
        const { events } = await watch.next();
        if (events.some((event) => event.isDelete)) return;
      }
    });
  }
}

/**
 * v3lockpb.Lock: Lock and Unlock (etcd server/etcdserver/api/v3lock and client/v3/concurrency/mutex.go). A lock is the oldest key
 * `name/<lease hex>` below `name/`; it ends with its lease or by Unlock.
 */
import { EMPTY_BYTES } from "../../base/bytes.ts";
import { textError } from "../../base/etcd-error.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import type { GrpcMethod, ServerCall } from "../../net/transport/server-call.ts";
import { LockRequest, LockResponse, UnlockRequest, UnlockResponse } from "../../proto/generated/lock.ts";
import {
  Compare,
  CompareResult,
  CompareTarget,
  DeleteRangeRequest,
  RangeRequest,
  TxnRequest,
} from "../../proto/generated/rpc.ts";
import type { CallerIdentity, CallGate } from "./call-gate.ts";
import {
  CallScope,
  firstKv,
  lineKey,
  linePrefix,
  oldestBelow,
  putOp,
  rangeOp,
  settled,
  waitDeletes,
} from "./key-wait.ts";
import { type LocalKv, localError, sessionLease } from "./local-kv.ts";
import { tracedKv } from "./traced-kv.ts";
import { unaryMethod } from "./unary-method.ts";

export function lockMethods(gate: CallGate, kv: LocalKv): Map<string, GrpcMethod> {
  return new Map<string, GrpcMethod>([
    [
      "/v3lockpb.Lock/Lock",
      unaryMethod(gate, {
        request: LockRequest,
        response: LockResponse,
        identityError: (_request, error) => localError(error),
        async answer(request, identity, call) {
          try {
            return await lock(kv, request, identity, call);
          } catch (error) {
            throw localError(error);
          }
        },
      }),
    ],
    [
      "/v3lockpb.Lock/Unlock",
      unaryMethod(gate, {
        request: UnlockRequest,
        response: UnlockResponse,
        identityError: (_request, error) => localError(error),
        async answer({ key }, identity, call) {
          try {
            const { header } = await tracedKv(kv, call).deleteRange(DeleteRangeRequest.create({ key }), identity);
            return UnlockResponse.create({ header });
          } catch (error) {
            throw localError(error);
          }
        },
      }),
    ],
  ]);
}

async function lock(
  kv: LocalKv,
  request: LockRequest,
  identity: CallerIdentity | undefined,
  call: ServerCall,
): Promise<LockResponse> {
  const scope = new CallScope(call);
  const traced = tracedKv(kv, call);
  const lease = await sessionLease(traced, request.lease, identity);
  const prefix = linePrefix(request.name);
  const key = lineKey(prefix, lease);
  const owner = rangeOp(oldestBelow(prefix));
  const acquired = await traced.txn(
    TxnRequest.create({
      compare: [Compare.create({ key, result: CompareResult.EQUAL, target: CompareTarget.CREATE, createRevision: 0 })],
      success: [putOp(key, EMPTY_BYTES, lease), owner],
      // The session has the key already: it stands in line where it stood.
      failure: [rangeOp(RangeRequest.create({ key })), owner],
    }),
    identity,
  );
  const own = acquired.succeeded
    ? acquired.header!.revision
    : firstKv(acquired.responses[0]!.responseRange)!.createRevision;
  const first = firstKv(acquired.responses[1]!.responseRange);
  if (first === undefined || first.createRevision === own) return LockResponse.create({ header: acquired.header, key });

  try {
    await waitDeletes(traced, prefix, own - 1, identity, scope);
    const { kvs, header } = await traced.range(RangeRequest.create({ key }), identity);
    if (kvs.length > 0) return LockResponse.create({ header, key });
  } catch (error) {
    // Who stops waiting leaves the line, outside of its trace.
    await settled(kv.deleteRange(DeleteRangeRequest.create({ key }), identity));
    throw error;
  }
  throw textError(GrpcCode.Unknown, "mutex: session is expired");
}

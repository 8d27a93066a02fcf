/**
 * v3electionpb.Election: Campaign, Proclaim, Leader, Observe, Resign (etcd server/etcdserver/api/v3election and
 * client/v3/concurrency/election.go). The leader is the oldest key `name/<lease hex>` below `name/`; its value is what it proclaims.
 */
import { equalBytes, prefixRangeEnd } from "../../base/bytes.ts";
import { etcdError, textError } from "../../base/etcd-error.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import type { GrpcMethod, ServerCall } from "../../net/transport/server-call.ts";
import {
  CampaignRequest,
  CampaignResponse,
  LeaderKey,
  LeaderRequest,
  LeaderResponse,
  ProclaimRequest,
  ProclaimResponse,
  ResignRequest,
  ResignResponse,
} from "../../proto/generated/election.ts";
import type { KeyValue } from "../../proto/generated/kv.ts";
import {
  Compare,
  CompareResult,
  CompareTarget,
  DeleteRangeRequest,
  RangeRequest,
  RequestOp,
  ResponseHeader,
  TxnRequest,
} from "../../proto/generated/rpc.ts";
import { type CallerIdentity, type CallGate, wireError } from "./call-gate.ts";
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
import { malformedMessage } from "./malformed-message.ts";
import { tracedKv } from "./traced-kv.ts";
import { type UnaryHandler, unaryMethod } from "./unary-method.ts";

/** Where a leader stands in line: its key, and the revision that made it. */
interface Place {
  readonly key: Uint8Array;
  readonly createRevision: number;
  readonly lease: bigint;
}

export function electionMethods(gate: CallGate, kv: LocalKv): Map<string, GrpcMethod> {
  return new Map<string, GrpcMethod>([
    [
      "/v3electionpb.Election/Campaign",
      localMethod(gate, {
        request: CampaignRequest,
        response: CampaignResponse,
        answer: (request, identity, call) => campaign(kv, request, identity, call),
      }),
    ],
    [
      "/v3electionpb.Election/Proclaim",
      localMethod(gate, {
        request: ProclaimRequest,
        response: ProclaimResponse,
        async answer({ leader, value }, identity, call) {
          const traced = tracedKv(kv, call);
          const place = await placeOf(traced, leader, identity);
          return ProclaimResponse.create({ header: await proclaim(traced, place, value, identity) });
        },
      }),
    ],
    [
      "/v3electionpb.Election/Leader",
      localMethod(gate, {
        request: LeaderRequest,
        response: LeaderResponse,
        async answer({ name }, identity, call) {
          const { header, kvs } = await tracedKv(kv, call).range(oldestBelow(linePrefix(name)), identity);
          if (kvs.length === 0) throw etcdError("ElectionNoLeader");
          return LeaderResponse.create({ header, kv: kvs[0] });
        },
      }),
    ],
    [
      "/v3electionpb.Election/Resign",
      localMethod(gate, {
        request: ResignRequest,
        response: ResignResponse,
        async answer({ leader }, identity, call) {
          const traced = tracedKv(kv, call);
          const place = await placeOf(traced, leader, identity);
          return ResignResponse.create({ header: await resign(traced, place, identity) });
        },
      }),
    ],
    ["/v3electionpb.Election/Observe", { kind: "stream", open: (call) => openObserve(gate, kv, call) }],
  ]);
}

function localMethod<Q extends object, R extends object>(gate: CallGate, handler: UnaryHandler<Q, R>): GrpcMethod {
  return unaryMethod(gate, {
    ...handler,
    identityError: (_request, error) => localError(error),
    async answer(request, identity, call) {
      try {
        return await handler.answer(request, identity, call);
      } catch (error) {
        throw localError(error);
      }
    },
  });
}

/** A request that names its leader. Without a lease it gets one of its own, as in etcd, where each call opens a session. */
async function placeOf(
  kv: LocalKv,
  leader: LeaderKey | undefined,
  identity: CallerIdentity | undefined,
): Promise<Place> {
  if (leader === undefined) throw etcdError("ElectionMissingLeaderKey");
  const lease = await sessionLease(kv, leader.lease, identity);
  return { key: leader.key, createRevision: leader.rev, lease };
}

function isCreatedAt(key: Uint8Array, createRevision: number): Compare {
  return Compare.create({ key, result: CompareResult.EQUAL, target: CompareTarget.CREATE, createRevision });
}

async function campaign(
  kv: LocalKv,
  { name, lease: givenLease, value }: CampaignRequest,
  identity: CallerIdentity | undefined,
  call: ServerCall,
): Promise<CampaignResponse> {
  const scope = new CallScope(call);
  const traced = tracedKv(kv, call);
  const lease = await sessionLease(traced, givenLease, identity);
  const prefix = linePrefix(name);
  const key = lineKey(prefix, lease);
  const entered = await traced.txn(
    TxnRequest.create({
      compare: [isCreatedAt(key, 0)],
      success: [putOp(key, value, lease)],
      failure: [rangeOp(RangeRequest.create({ key }))],
    }),
    identity,
  );
  let createRevision = entered.header!.revision;
  if (!entered.succeeded) {
    const own = firstKv(entered.responses[0]!.responseRange)!;
    ({ createRevision } = own);
    if (!equalBytes(own.value, value)) {
      const place = { key, createRevision, lease };
      try {
        await proclaim(traced, place, value, identity);
      } catch (error) {
        await settled(resign(kv, place, identity));
        throw error;
      }
    }
  }
  try {
    await waitDeletes(traced, prefix, createRevision - 1, identity, scope);
  } catch (error) {
    if (scope.cancelled) await settled(resign(kv, { key, createRevision, lease }, identity));
    throw error;
  }
  const leader = LeaderKey.create({ name, key, rev: createRevision, lease });
  return CampaignResponse.create({ header: entered.header, leader });
}

async function proclaim(
  kv: LocalKv,
  { key, createRevision, lease }: Place,
  value: Uint8Array,
  identity: CallerIdentity | undefined,
): Promise<ResponseHeader | undefined> {
  const response = await kv.txn(
    TxnRequest.create({ compare: [isCreatedAt(key, createRevision)], success: [putOp(key, value, lease)] }),
    identity,
  );
  if (!response.succeeded) throw textError(GrpcCode.Unknown, "election: not leader");
  return response.header;
}

/** Leaves the line; nothing happens for who is not in it any more. */
async function resign(
  kv: LocalKv,
  { key, createRevision }: Place,
  identity: CallerIdentity | undefined,
): Promise<ResponseHeader | undefined> {
  const remove = RequestOp.create({ requestDeleteRange: DeleteRangeRequest.create({ key }) });
  const { header } = await kv.txn(
    TxnRequest.create({ compare: [isCreatedAt(key, createRevision)], success: [remove] }),
    identity,
  );
  return header;
}

function openObserve(gate: CallGate, kv: LocalKv, call: ServerCall): void {
  const refusal = gate.admitStream(call, false);
  if (refusal !== undefined) {
    call.fail(refusal);
    return;
  }
  call.onMessage = (message) => {
    call.onMessage = undefined;
    let name: Uint8Array;
    try {
      ({ name } = LeaderRequest.decode(message.slice()));
    } catch (error) {
      call.fail(malformedMessage(error));
      return;
    }
    gate.identify(call, (identity, error) => {
      if (error === undefined) void observe(tracedKv(kv, call), name, identity, new ObserveSink(call));
      else call.fail(localError(error));
    });
  };
}

/** Sends leaders to the client, no faster than it reads. */
class ObserveSink {
  readonly call: ServerCall;
  readonly scope: CallScope;
  #drained: (() => void) | undefined;

  constructor(call: ServerCall) {
    this.call = call;
    this.scope = new CallScope(call);
    this.#drained = undefined;
    const closeWatch = call.onCancel;
    call.onCancel = () => {
      closeWatch?.();
      this.#wake();
    };
    call.onDrain = () => this.#wake();
  }

  async send(header: ResponseHeader | undefined, kv: KeyValue): Promise<void> {
    if (this.call.send(LeaderResponse.encode({ header, kv })) || this.call.cancelled) return;
    await new Promise<void>((resolve) => {
      this.#drained = resolve;
    });
  }

  #wake(): void {
    const drained = this.#drained;
    this.#drained = undefined;
    drained?.();
  }
}

/**
 * Sends the leader, then each of its values, then the next leader. Not every value that a leader had before the first read is seen, but
 * always the newest. Ends with OK where etcd's does: when a watch or a read below it fails.
 */
async function observe(
  kv: LocalKv,
  name: Uint8Array,
  identity: CallerIdentity | undefined,
  sink: ObserveSink,
): Promise<void> {
  const { call, scope } = sink;
  const prefix = linePrefix(name);
  try {
    while (!scope.cancelled) {
      const response = await kv.range(oldestBelow(prefix), identity);
      let header = response.header ?? ResponseHeader.create();
      let leader = response.kvs[0];
      if (leader === undefined) {
        const range = { key: prefix, rangeEnd: prefixRangeEnd(prefix), startRevision: header.revision + 1 };
        leader = await scope.watching(kv.watch(range, identity), async (watch) => {
          for (;;) {
            const next = await watch.next();
            const put = next.events.find((event) => !event.isDelete);
            if (put === undefined) continue;
            header = { ...next.header, revision: put.kv.modRevision };
            return put.kv;
          }
        });
      }
      await sink.send(header, leader);
      const range = { key: leader.key, rangeEnd: new Uint8Array(0), startRevision: header.revision + 1 };
      await scope.watching(kv.watch(range, identity), async (watch) => {
        for (;;) {
          const next = await watch.next();
          for (const event of next.events) {
            if (event.isDelete) return;
            await sink.send(next.header, event.kv);
          }
        }
      });
    }
  } catch (error) {
    if (call.cancelled) return;
    // The client library closes the channel for whatever ends it; only what is not a refusal is worth reporting.
    if (localError(error) === error) call.fail(wireError(error));
    else call.end();
  }
}

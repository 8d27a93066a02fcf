/** The KV service's view of a member: proposals, reads, quotas, big ranges in slices. */
import type { CallerIdentity } from "../../api/grpc/call-gate.ts";
import type { EndedRead, KvServer, WaitingCall } from "../../api/grpc/kv.ts";
import { type EtcdError, type EtcdErrorName, etcdError } from "../../base/etcd-error.ts";
import { txnCostBytes } from "../../core/apply/quota-cost.ts";
import { type RequestCredentials, RequestField } from "../../core/apply/raft-request.ts";
import { NO_AUTH_INFO } from "../../core/auth/auth-info.ts";
import { refuseRange, refuseTxn } from "../../core/auth/request-permission.ts";
import { type LargeRange, PIECE_BYTES } from "../../core/kv/large-range.ts";
import { RangeStream } from "../../core/kv/range-stream.ts";
import type { ResponseHeaderEncoder } from "../../core/kv/response-header.ts";
import type { Store } from "../../core/mvcc/store.ts";
import { sleep, yieldTurn } from "../../io/clock.ts";
import type { Span } from "../../net/tracing/span.ts";
import type { ServerCall } from "../../net/transport/server-call.ts";
import { CompactionRequest, type RangeRequest, type TxnRequest } from "../../proto/generated/rpc.ts";
import type { Member } from "../member.ts";

/** PutRequest without key and value: the quota's estimate per key. */
const KEY_VALUE_OVERHEAD_BYTES = 256;
const COMPACTION_POLL_MS = 5;

export class MemberKvServer implements KvServer {
  readonly txnOpsMax: number;
  readonly #member: Member;

  constructor(member: Member) {
    this.#member = member;
    this.txnOpsMax = member.config.txnOpsMax;
  }

  get store(): Store {
    return this.#member.state.store;
  }

  get header(): ResponseHeaderEncoder {
    return this.#member.header;
  }

  propose(field: RequestField, request: Uint8Array, credentials: RequestCredentials, waiting: WaitingCall): void {
    this.#member.proposer.propose(field, request, credentials, waiting);
  }

  waitRead(waiter: (error: EtcdError | undefined) => void): void {
    this.#member.waitRead(waiter);
  }

  hasRoomForPut(keyAndValueBytes: number): boolean {
    return this.#hasRoom(KEY_VALUE_OVERHEAD_BYTES + keyAndValueBytes);
  }

  hasRoomForTxn(request: TxnRequest): boolean {
    return this.#hasRoom(txnCostBytes(request));
  }

  #hasRoom(costBytes: number): boolean {
    const { state, outOfSpace } = this.#member;
    if (costBytes === 0) return true;
    if (!outOfSpace && state.quota.hasRoom(state.backend.sizeBytes, costBytes)) return true;
    // A full disk is refused without an alarm: it would outlive the shortage.
    if (!outOfSpace) this.#member.raiseNoSpace(() => undefined);
    return false;
  }

  checkRange(identity: CallerIdentity | undefined, request: RangeRequest): void {
    const { auth } = this.#member.state;
    if (auth.enabled) throwIf(refuseRange(auth, identity ?? NO_AUTH_INFO, request));
  }

  checkTxn(identity: CallerIdentity | undefined, request: TxnRequest): void {
    const { auth, lessor } = this.#member.state;
    if (auth.enabled)
      throwIf(refuseTxn(auth, identity ?? NO_AUTH_INFO, (lease) => lessor.lookup(lease)?.keys, request));
  }

  checkIdentityFresh(identity: CallerIdentity | undefined): void {
    if (identity !== undefined) throwIf(this.#member.state.auth.refuseStale(identity));
  }

  async compact(
    request: CompactionRequest,
    credentials: RequestCredentials,
    span: Span | undefined,
  ): Promise<Uint8Array> {
    const member = this.#member;
    const { applied } = await member.proposer.request(
      RequestField.Compaction,
      CompactionRequest.encode(request),
      credentials,
      span,
    );
    const job = applied?.compaction;
    if (request.physical && job !== undefined) {
      while (!job.isDone) {
        if (member.isStopping) throw etcdError("Stopped");
        await sleep(member.clock, COMPACTION_POLL_MS);
      }
      // Settled, but a crash would resume the compaction and its hash would be that of before.
      await member.state.backend.commit();
    }
    return member.header.response(member.state.store.revision);
  }

  async streamLargeRange(large: LargeRange, call: ServerCall): Promise<void> {
    const { clock, state, header } = this.#member;
    const drain = new DrainSignal(call);
    let reader: Awaited<ReturnType<typeof state.backend.pin>> | undefined;
    try {
      reader = await state.backend.pin();
      while (!large.prepare(reader)) {
        if (call.cancelled) return;
        await yieldTurn(clock);
      }
      drain.sent(call.beginMessage(large.messageBytes(header)));
      for (;;) {
        await drain.wait();
        if (call.cancelled) return;
        const piece = large.nextPiece(reader, header, PIECE_BYTES, (bytes) => call.lend(bytes));
        if (piece === undefined) break;
        drain.sent(call.continueMessage(piece));
        await yieldTurn(clock);
      }
      call.end();
    } finally {
      large.close();
      reader?.release();
    }
  }

  async rangeStream(request: RangeRequest, call: ServerCall): Promise<void> {
    const { clock, state, header, config } = this.#member;
    const drain = new DrainSignal(call);
    const stream = new RangeStream(state.store, request, config.requestBytesMax);
    while (!stream.isDone) {
      const response = stream.step(header);
      if (call.cancelled) return;
      if (response === undefined) await yieldTurn(clock);
      else {
        drain.sent(call.send(response));
        await drain.wait();
      }
    }
    call.end();
  }

  observe(read: EndedRead, response: Uint8Array | undefined, error: EtcdError | undefined): void {
    const { metrics, clock, slowRequests } = this.#member;
    const nowMs = clock.now();
    const tookMs = nowMs - read.startMs;
    const success = error === undefined;
    metrics.observeRequest(read.type, success, tookMs / 1000);
    if (read.executedMs >= 0 && read.type === "Range")
      (success ? metrics.rangeSeconds : metrics.failedRangeSeconds).observe((nowMs - read.executedMs) / 1000);
    const { limits } = slowRequests;
    if (tookMs <= limits.applyMs && tookMs <= limits.unaryMs) return;
    const { type, request } = read;
    slowRequests.read({ type, request, response, error, tookMs, remoteAddress: read.call.connection.remoteAddress });
  }

  now(): number {
    return this.#member.clock.now();
  }
}

/** Waits until a call takes more, or is gone. A drain that comes before somebody waits counts too. */
export class DrainSignal {
  readonly #call: ServerCall;
  #isFull: boolean;
  #wake: (() => void) | undefined;

  constructor(call: ServerCall) {
    this.#call = call;
    this.#isFull = false;
    this.#wake = undefined;
    const wake = (): void => {
      this.#isFull = false;
      const waiting = this.#wake;
      this.#wake = undefined;
      waiting?.();
    };
    call.onDrain = wake;
    call.onCancel = wake;
  }

  /** What `send`, `beginMessage` or `continueMessage` returned. */
  sent(takesMore: boolean): void {
    this.#isFull = !takesMore;
  }

  /** Resolves at once while the call takes more. */
  wait(): Promise<void> {
    if (!this.#isFull || this.#call.cancelled) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

function throwIf(refusal: EtcdErrorName | undefined): void {
  if (refusal !== undefined) throw etcdError(refusal);
}

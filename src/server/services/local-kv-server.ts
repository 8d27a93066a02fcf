/** The key space for the lock and election services: the same paths as for clients, without a connection. */
import type { CallerIdentity } from "../../api/grpc/call-gate.ts";
import type { LocalKv, LocalWatch, LocalWatchRange } from "../../api/grpc/local-kv.ts";
import { HubWatch } from "../../api/grpc/local-watch.ts";
import type { WatchService } from "../../api/grpc/watch.ts";
import { etcdError } from "../../base/etcd-error.ts";
import { RequestField } from "../../core/apply/raft-request.ts";
import { encodeRangeResponse, executeRange } from "../../core/kv/range.ts";
import { checkRangeRequest, checkTxnRequest } from "../../core/kv/request-validation.ts";
import { executeReadonlyTxn, isTxnReadonly } from "../../core/kv/txn.ts";
import type { Span } from "../../net/tracing/span.ts";
import {
  DeleteRangeRequest,
  DeleteRangeResponse,
  LeaseGrantRequest,
  type RangeRequest,
  RangeResponse,
  TxnRequest,
  TxnResponse,
} from "../../proto/generated/rpc.ts";
import type { Member } from "../member.ts";
import type { MemberKvServer } from "./kv-server.ts";
import { credentialsOf, type MemberLeaseServer } from "./lease-server.ts";

export class MemberLocalKv implements LocalKv {
  readonly #member: Member;
  readonly #kv: MemberKvServer;
  readonly #leases: MemberLeaseServer;
  readonly #watches: WatchService;

  constructor(member: Member, parts: { kv: MemberKvServer; leases: MemberLeaseServer; watches: WatchService }) {
    this.#member = member;
    this.#kv = parts.kv;
    this.#leases = parts.leases;
    this.#watches = parts.watches;
  }

  async range(request: RangeRequest, identity: CallerIdentity | undefined): Promise<RangeResponse> {
    checkRangeRequest(request);
    await this.#member.linearizableRead();
    this.#kv.checkRange(identity, request);
    const response = encodeRangeResponse(executeRange(this.#kv.store, request), this.#kv.header);
    this.#kv.checkIdentityFresh(identity);
    return RangeResponse.decode(response);
  }

  async txn(request: TxnRequest, identity: CallerIdentity | undefined, span?: Span): Promise<TxnResponse> {
    checkTxnRequest(request, this.#kv.txnOpsMax);
    if (isTxnReadonly(request)) {
      await this.#member.linearizableRead();
      this.#kv.checkTxn(identity, request);
      const response = executeReadonlyTxn(this.#kv.store, request, this.#kv.header);
      this.#kv.checkIdentityFresh(identity);
      return TxnResponse.decode(response);
    }
    if (!this.#kv.hasRoomForTxn(request)) throw etcdError("NoSpace");
    const { response } = await this.#member.proposer.request(
      RequestField.Txn,
      TxnRequest.encode(request),
      credentialsOf(identity),
      span,
    );
    return TxnResponse.decode(response);
  }

  async deleteRange(
    request: DeleteRangeRequest,
    identity: CallerIdentity | undefined,
    span?: Span,
  ): Promise<DeleteRangeResponse> {
    const { response } = await this.#member.proposer.request(
      RequestField.DeleteRange,
      DeleteRangeRequest.encode(request),
      credentialsOf(identity),
      span,
    );
    return DeleteRangeResponse.decode(response);
  }

  async leaseGrant(ttlSeconds: number, identity: CallerIdentity | undefined, span?: Span): Promise<bigint> {
    return (await this.#leases.leaseGrant(LeaseGrantRequest.create({ ttl: ttlSeconds }), identity, { span })).id;
  }

  watch(range: LocalWatchRange, identity: CallerIdentity | undefined): LocalWatch {
    const refusal = this.#watches.server.checkWatch(identity, range.key, range.rangeEnd);
    if (refusal !== undefined) throw refusal;
    return new HubWatch(this.#watches, range);
  }
}

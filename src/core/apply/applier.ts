/**
 * Committed requests -> changes of state, each exactly once, in order, the same on every member (etcd server/etcdserver/apply).
 *
 * Order of the checks, as there: alarms (CORRUPT, NOSPACE), then authorization with the credentials in the request's header, then the quota,
 * then the request itself. A put beyond the quota is executed all the same and answered with NoSpace: the proposer then raises the alarm.
 *
 * Everything a request writes lands in the backend's open batch; the caller adds the consistent index and ends the batch.
 */
import { type EtcdError, EtcdError as EtcdErrorClass, etcdError } from "../../base/etcd-error.ts";
import { parseVersion } from "../../base/semver.ts";
import {
  ClusterMemberAttrSetRequest,
  ClusterVersionSetRequest,
  DowngradeInfoSetRequest,
} from "../../proto/generated/membership.ts";
import {
  AlarmRequest,
  AlarmResponse,
  AlarmType,
  CompactionRequest,
  DeleteRangeRequest,
  LeaseCheckpointRequest,
  LeaseGrantRequest,
  LeaseGrantResponse,
  LeaseRevokeRequest,
  PutRequest,
  RangeRequest,
  type ResponseHeader,
  TxnRequest,
} from "../../proto/generated/rpc.ts";
import type { AlarmStore } from "../alarm/alarm-store.ts";
import type { AuthStore } from "../auth/auth-store.ts";
import {
  type AttachedKeys,
  refuseDeleteRange,
  refuseLeaseWrite,
  refusePut,
  refuseRange,
  refuseTxn,
} from "../auth/request-permission.ts";
import type { Applied } from "../kv/applied.ts";
import { applyDeleteRange } from "../kv/delete-range.ts";
import { applyPut } from "../kv/put.ts";
import { encodeRangeResponse, executeRange } from "../kv/range.ts";
import type { ResponseHeaderEncoder } from "../kv/response-header.ts";
import { applyTxn } from "../kv/txn.ts";
import type { Lessor } from "../lease/lessor.ts";
import type { RaftCluster } from "../membership/cluster.ts";
import type { CompactionJob } from "../mvcc/compaction.ts";
import type { Store } from "../mvcc/store.ts";
import type { WatchEvent } from "../mvcc/watch-event.ts";
import { applyAuthRequest, throwRefusal, whoOf } from "./auth-applier.ts";
import { type BackendQuota, LEASE_COST_BYTES, putCostBytes, txnCostBytes } from "./quota-cost.ts";
import { type RaftRequestReader, RequestField } from "./raft-request.ts";

/** What applying one request gave. */
export interface ApplyResult {
  /** The encoded response; undefined when nobody waits for it or it was refused. */
  response: Uint8Array | undefined;
  error: EtcdError | undefined;
  /** Changes for the watch hub, at {@link revision}. */
  events: readonly WatchEvent[];
  revision: number;
  /** A compaction that was accepted: its steps are to be run. */
  compaction: CompactionJob | undefined;
  /** The cluster version fell (a downgrade): a snapshot must be taken. */
  forceSnapshot: boolean;
}

/** Where and when the request is applied. */
export interface EntryContext {
  /** Index of the entry. */
  index: number;
  /** Monotonic clock, milliseconds. */
  nowMs: number;
}

export interface ApplierParts {
  readonly store: Store;
  readonly lessor: Lessor;
  readonly auth: AuthStore;
  readonly alarms: AlarmStore;
  readonly cluster: RaftCluster;
  readonly quota: BackendQuota;
  readonly header: ResponseHeaderEncoder;
  /** The same header as a message. */
  headerOf(revision: number): ResponseHeader;
}

const NO_EVENTS: readonly WatchEvent[] = [];

export class Applier {
  readonly #parts: ApplierParts;
  readonly #result: ApplyResult;
  readonly #attachedKeys: AttachedKeys;

  constructor(parts: ApplierParts) {
    this.#parts = parts;
    this.#attachedKeys = (lease) => parts.lessor.lookup(lease)?.keys;
    this.#result = {
      response: undefined,
      error: undefined,
      events: NO_EVENTS,
      revision: 0,
      compaction: undefined,
      forceSnapshot: false,
    };
  }

  /**
   * Applies the request that `request` found in `payload`. The result object is reused by the next call.
   * `wanted`: somebody here waits for the response; without that, pure reads are passed over.
   */
  apply(request: RaftRequestReader, payload: Uint8Array, wanted: boolean, entry: EntryContext): ApplyResult {
    const result = this.#result;
    result.response = undefined;
    result.error = undefined;
    result.events = NO_EVENTS;
    result.revision = 0;
    result.compaction = undefined;
    result.forceSnapshot = false;
    try {
      this.#dispatch(request, payload, wanted, entry, result);
    } catch (error) {
      if (!(error instanceof EtcdErrorClass)) throw error;
      result.error = error;
    }
    return result;
  }

  #dispatch(
    request: RaftRequestReader,
    payload: Uint8Array,
    wanted: boolean,
    entry: EntryContext,
    result: ApplyResult,
  ): void {
    const { store, auth, alarms, quota, header } = this.#parts;
    const { start, end, field } = request;
    const { index, nowMs } = entry;
    switch (field) {
      case RequestField.Put: {
        this.#refuseCorrupt();
        if (alarms.isRaised(AlarmType.NOSPACE)) throw etcdError("NoSpace");
        const put = PutRequest.decode(payload, start, end);
        if (auth.enabled) throwRefusal(refusePut(auth, whoOf(request), this.#attachedKeys, put));
        const hasRoom = quota.bytesMax < 0 || quota.hasRoom(store.backend.sizeBytes, putCostBytes(put));
        this.#applied(applyPut(store, put, wanted ? header : undefined), result);
        if (!hasRoom) result.error = etcdError("NoSpace");
        return;
      }
      case RequestField.Txn: {
        this.#refuseCorrupt();
        const txn = TxnRequest.decode(payload, start, end);
        const cost = txnCostBytes(txn);
        if (cost > 0 && alarms.isRaised(AlarmType.NOSPACE)) throw etcdError("NoSpace");
        if (auth.enabled) throwRefusal(refuseTxn(auth, whoOf(request), this.#attachedKeys, txn));
        const hasRoom = quota.hasRoom(store.backend.sizeBytes, cost);
        this.#applied(applyTxn(store, txn, wanted ? header : undefined), result);
        if (!hasRoom) result.error = etcdError("NoSpace");
        return;
      }
      case RequestField.DeleteRange: {
        this.#refuseCorrupt();
        const deletion = DeleteRangeRequest.decode(payload, start, end);
        if (auth.enabled) throwRefusal(refuseDeleteRange(auth, whoOf(request), deletion));
        this.#applied(applyDeleteRange(store, deletion, wanted ? header : undefined), result);
        return;
      }
      case RequestField.Range: {
        if (!wanted) return;
        this.#refuseCorrupt();
        const range = RangeRequest.decode(payload, start, end);
        if (auth.enabled) throwRefusal(refuseRange(auth, whoOf(request), range));
        result.response = encodeRangeResponse(executeRange(store, range), header);
        return;
      }
      case RequestField.Compaction: {
        this.#refuseCorrupt();
        if (auth.enabled) throwRefusal(auth.refuseAdmin(whoOf(request)));
        const { revision } = CompactionRequest.decode(payload, start, end);
        result.compaction = store.scheduleCompaction(revision);
        result.response = header.response(store.revision);
        return;
      }
      case RequestField.LeaseGrant:
        this.#leaseGrant(LeaseGrantRequest.decode(payload, start, end), nowMs, result);
        return;
      case RequestField.LeaseRevoke:
        this.#leaseRevoke(request, LeaseRevokeRequest.decode(payload, start, end), result);
        return;
      case RequestField.LeaseCheckpoint: {
        for (const { id, remainingTTL } of LeaseCheckpointRequest.decode(payload, start, end).checkpoints) {
          this.#parts.lessor.checkpoint(id, remainingTTL, true, nowMs);
        }
        result.response = header.response(store.revision);
        return;
      }
      case RequestField.Alarm: {
        const { alarms: changed } = alarms.apply(AlarmRequest.decode(payload, start, end));
        result.response = AlarmResponse.encode({ alarms: changed });
        return;
      }
      case RequestField.ClusterVersionSet:
      case RequestField.ClusterMemberAttrSet:
      case RequestField.DowngradeInfoSet:
      case RequestField.DowngradeVersionTest:
        this.#cluster(field, payload, start, end, result);
        return;
      default:
        // Users, roles and tokens. A field that is not known there either belongs to a newer release: this member cannot go on.
        result.response = applyAuthRequest(auth, request, payload, {
          index,
          wanted,
          header: this.#parts.headerOf(store.revision),
        });
    }
  }

  #applied(applied: Applied, result: ApplyResult): void {
    result.response = applied.response;
    result.events = applied.events;
    result.revision = applied.revision;
  }

  #refuseCorrupt(): void {
    if (this.#parts.alarms.isRaised(AlarmType.CORRUPT)) throw etcdError("Corrupt");
  }

  #leaseGrant(grant: LeaseGrantRequest, nowMs: number, result: ApplyResult): void {
    const { store, lessor, alarms, quota, header } = this.#parts;
    this.#refuseCorrupt();
    if (alarms.isRaised(AlarmType.NOSPACE)) throw etcdError("NoSpace");
    const hasRoom = quota.hasRoom(store.backend.sizeBytes, LEASE_COST_BYTES);
    const ttl = lessor.grant(grant.id, grant.ttl, nowMs).ttlSeconds;
    const head = header.response(store.revision);
    const rest = LeaseGrantResponse.encode({ id: grant.id, ttl });
    const response = new Uint8Array(head.length + rest.length);
    response.set(head);
    response.set(rest, head.length);
    result.response = response;
    if (!hasRoom) result.error = etcdError("NoSpace");
  }

  /** The keys go in one revision, in order; a lease without keys makes none. */
  #leaseRevoke(request: RaftRequestReader, { id }: LeaseRevokeRequest, result: ApplyResult): void {
    const { store, lessor, auth, header } = this.#parts;
    this.#refuseCorrupt();
    if (auth.enabled) throwRefusal(refuseLeaseWrite(auth, whoOf(request), this.#attachedKeys, id));
    const keys = lessor.revoke(id);
    result.events = store.deleteKeys(keys);
    result.revision = store.revision;
    result.response = header.response(store.revision);
  }

  #cluster(field: number, payload: Uint8Array, start: number, end: number, result: ApplyResult): void {
    const { cluster } = this.#parts;
    if (field === RequestField.ClusterVersionSet) {
      const version = parseVersion(ClusterVersionSetRequest.decode(payload, start, end).ver);
      if (version !== undefined) result.forceSnapshot = cluster.setVersion(version);
    } else if (field === RequestField.ClusterMemberAttrSet) {
      const { memberID, memberAttributes } = ClusterMemberAttrSetRequest.decode(payload, start, end);
      cluster.updateAttributes(memberID, {
        name: memberAttributes?.name ?? "",
        clientURLs: memberAttributes?.clientUrls ?? [],
      });
    } else if (field === RequestField.DowngradeInfoSet) {
      const { enabled, ver } = DowngradeInfoSetRequest.decode(payload, start, end);
      cluster.setDowngradeInfo(enabled ? { enabled, targetVersion: ver } : { enabled: false, targetVersion: "" });
    }
    result.response = new Uint8Array(0);
  }
}

/**
 * The naive twin of core/mvcc and core/kv: every version of every key in a list, searched from end to end. It answers with decoded
 * messages, which the generated codec encodes; the real store must give the same bytes.
 */
import { compareBytes, EMPTY_BYTES, latin1 } from "../../src/base/bytes.ts";
import { etcdError } from "../../src/base/etcd-error.ts";
import { KeyValue } from "../../src/proto/generated/kv.ts";
import {
  type Compare,
  CompareResult,
  CompareTarget,
  type DeleteRangeRequest,
  DeleteRangeResponse,
  type PutRequest,
  PutResponse,
  type RangeRequest,
  RangeResponse,
  type RequestOp,
  ResponseHeader,
  ResponseOp,
  SortOrder,
  SortTarget,
  type TxnRequest,
  TxnResponse,
} from "../../src/proto/generated/rpc.ts";

export interface ModelChange {
  readonly kv: KeyValue;
  readonly isDelete: boolean;
  readonly main: number;
  readonly sub: number;
}

export class KvModel {
  readonly clusterId = 0xcdf8_1818_e32a_35aan;
  readonly memberId = 0x8e9e_05c5_2164_694dn;
  raftTerm = 3;
  revision = 1;
  compactRevision = -1;
  /** Everything that ever happened, in order; nothing is forgotten. */
  readonly changes: ModelChange[] = [];
  readonly leases: Set<bigint> = new Set();
  #open: ModelChange[] = [];

  get readRevision(): number {
    return this.#open.length > 0 ? this.revision + 1 : this.revision;
  }

  /** Keys that exist at a revision, in order. */
  at(revision: number): KeyValue[] {
    const state = new Map<string, KeyValue>();
    for (const { kv, isDelete, main } of [...this.changes, ...this.#open]) {
      if (main > revision) break;
      if (isDelete) state.delete(latin1(kv.key));
      else state.set(latin1(kv.key), kv);
    }
    return [...state].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, kv]) => kv);
  }

  inRange(revision: number, key: Uint8Array, rangeEnd: Uint8Array): KeyValue[] {
    return this.at(revision).filter((kv) => {
      if (rangeEnd.length === 0) return compareBytes(kv.key, key) === 0;
      if (compareBytes(kv.key, key) < 0) return false;
      return (rangeEnd.length === 1 && rangeEnd[0] === 0) || compareBytes(kv.key, rangeEnd) < 0;
    });
  }

  /** Keys attached to a lease. */
  attached(lease: bigint): string[] {
    return this.at(this.revision)
      .filter((kv) => kv.lease === lease)
      .map((kv) => latin1(kv.key));
  }

  header(revision: number): ResponseHeader {
    const { clusterId, memberId, raftTerm } = this;
    return ResponseHeader.create({ clusterId, memberId, revision, raftTerm });
  }

  range(request: RangeRequest): RangeResponse {
    const revision = this.readRevision;
    if (request.revision > revision) throw etcdError("FutureRev");
    if (request.revision > 0 && request.revision < this.compactRevision) throw etcdError("Compacted");
    const all = this.inRange(request.revision > 0 ? request.revision : revision, request.key, request.rangeEnd);
    const response = RangeResponse.create({ count: all.length });
    response.header = ResponseHeader.create({ revision });
    if (request.countOnly) return response;
    const isDefaultOrder =
      request.sortOrder === SortOrder.NONE ||
      (request.sortTarget === SortTarget.KEY && request.sortOrder === SortOrder.ASCEND);
    const bounds = [
      request.minModRevision,
      request.maxModRevision,
      request.minCreateRevision,
      request.maxCreateRevision,
    ];
    // A sort target without an order sorts too, but only what the limit lets through and one more (etcd's rangeLimit).
    const fetched =
      request.limit > 0 && isDefaultOrder && bounds.every((n) => n === 0) ? request.limit + 1 : all.length;
    let kvs = all
      .slice(0, fetched)
      .filter(
        (kv) =>
          (request.maxModRevision === 0 || kv.modRevision <= request.maxModRevision) &&
          kv.modRevision >= request.minModRevision &&
          (request.maxCreateRevision === 0 || kv.createRevision <= request.maxCreateRevision) &&
          kv.createRevision >= request.minCreateRevision,
      );
    const by = (a: KeyValue, b: KeyValue): number => {
      switch (request.sortTarget) {
        case SortTarget.KEY:
          return compareBytes(a.key, b.key);
        case SortTarget.VERSION:
          return a.version - b.version;
        case SortTarget.CREATE:
          return a.createRevision - b.createRevision;
        case SortTarget.MOD:
          return a.modRevision - b.modRevision;
        case SortTarget.VALUE:
          return compareBytes(a.value, b.value);
      }
    };
    kvs.sort((a, b) => (request.sortOrder === SortOrder.DESCEND ? by(b, a) : by(a, b)));
    if (request.limit > 0 && kvs.length > request.limit) {
      kvs = kvs.slice(0, request.limit);
      response.more = true;
    }
    if (request.keysOnly) {
      const lease = (kv: KeyValue): bigint => (request.sortTarget === SortTarget.VALUE ? kv.lease : 0n);
      kvs = kvs.map((kv) => ({ ...kv, value: EMPTY_BYTES, lease: lease(kv) }));
    }
    response.kvs = kvs;
    return response;
  }

  #previous(key: Uint8Array): KeyValue | undefined {
    return this.inRange(this.readRevision, key, EMPTY_BYTES)[0];
  }

  #checkPut(request: PutRequest): void {
    if (request.lease !== 0n && !this.leases.has(request.lease)) throw etcdError("LeaseNotFound");
    if ((request.ignoreValue || request.ignoreLease) && !this.#previous(request.key)) throw etcdError("KeyNotFound");
  }

  #put(request: PutRequest): PutResponse {
    const previous = this.#previous(request.key);
    const main = this.revision + 1;
    const kv = KeyValue.create({
      key: request.key,
      createRevision: previous?.createRevision ?? main,
      modRevision: main,
      version: (previous?.version ?? 0) + 1,
      // The key may be gone when an unbounded deletion before it in the transaction took it: etcd panics there.
      value: request.ignoreValue ? (previous?.value ?? EMPTY_BYTES) : request.value,
      lease: request.ignoreLease ? (previous?.lease ?? 0n) : request.lease,
    });
    this.#open.push({ kv, isDelete: false, main, sub: this.#open.length });
    const response = PutResponse.create({ header: ResponseHeader.create({ revision: main }) });
    if (request.prevKv) response.prevKv = previous;
    return response;
  }

  #deleteRange(request: DeleteRangeRequest): DeleteRangeResponse {
    const doomed = this.inRange(this.readRevision, request.key, request.rangeEnd);
    const main = this.revision + 1;
    for (const { key } of doomed) {
      const kv = KeyValue.create({ key, modRevision: main });
      this.#open.push({ kv, isDelete: true, main, sub: this.#open.length });
    }
    const response = DeleteRangeResponse.create({ deleted: doomed.length });
    response.header = ResponseHeader.create({ revision: this.readRevision });
    if (request.prevKv) response.prevKvs = doomed;
    return response;
  }

  #end(): readonly ModelChange[] {
    const changes = this.#open;
    this.#open = [];
    if (changes.length > 0) this.revision++;
    this.changes.push(...changes);
    return changes;
  }

  put(request: PutRequest): [PutResponse, readonly ModelChange[]] {
    this.#checkPut(request);
    const response = this.#put(request);
    response.header = this.header(this.revision + 1);
    return [response, this.#end()];
  }

  deleteRange(request: DeleteRangeRequest): [DeleteRangeResponse, readonly ModelChange[]] {
    const response = this.#deleteRange(request);
    response.header = this.header(response.header!.revision);
    return [response, this.#end()];
  }

  revoke(lease: bigint): readonly ModelChange[] {
    const main = this.revision + 1;
    for (const kv of this.at(this.revision)) {
      if (kv.lease !== lease) continue;
      const gone = KeyValue.create({ key: kv.key, modRevision: main });
      this.#open.push({ kv: gone, isDelete: true, main, sub: this.#open.length });
    }
    this.leases.delete(lease);
    return this.#end();
  }

  txn(request: TxnRequest): [TxnResponse, readonly ModelChange[]] {
    const path = this.#path(request);
    this.#check(request, path.slice());
    const response = this.#execute(request, path);
    response.header = this.header(this.readRevision);
    return [response, this.#end()];
  }

  /** Depth first: whether each transaction on the way succeeds. */
  #path(request: TxnRequest): boolean[] {
    const succeeded = request.compare.every((compare) => this.#holds(compare));
    const path = [succeeded];
    for (const { requestTxn } of succeeded ? request.success : request.failure) {
      if (requestTxn !== undefined) path.push(...this.#path(requestTxn));
    }
    return path;
  }

  #holds(compare: Compare): boolean {
    const kvs = this.inRange(this.revision, compare.key, compare.rangeEnd);
    if (kvs.length === 0) {
      if (compare.target === CompareTarget.VALUE) return false;
      kvs.push(KeyValue.create());
    }
    return kvs.every((kv) => {
      let sign = 0;
      if (compare.target === CompareTarget.VERSION) sign = Math.sign(kv.version - (compare.version ?? 0));
      else if (compare.target === CompareTarget.CREATE)
        sign = Math.sign(kv.createRevision - (compare.createRevision ?? 0));
      else if (compare.target === CompareTarget.MOD) sign = Math.sign(kv.modRevision - (compare.modRevision ?? 0));
      else if (compare.target === CompareTarget.VALUE) sign = compareBytes(kv.value, compare.value ?? EMPTY_BYTES);
      else if (compare.target === CompareTarget.LEASE) sign = Number(kv.lease - (compare.lease ?? 0n));
      if (compare.result === CompareResult.EQUAL) return sign === 0;
      if (compare.result === CompareResult.NOT_EQUAL) return sign !== 0;
      return compare.result === CompareResult.GREATER ? sign > 0 : sign < 0;
    });
  }

  #ops(request: TxnRequest, path: boolean[]): readonly RequestOp[] {
    return path.shift() === true ? request.success : request.failure;
  }

  #check(request: TxnRequest, path: boolean[]): void {
    for (const op of this.#ops(request, path)) {
      if (op.requestRange !== undefined && op.requestRange.revision !== 0) {
        if (op.requestRange.revision > this.revision) throw etcdError("FutureRev");
        if (op.requestRange.revision < this.compactRevision) throw etcdError("Compacted");
      }
      if (op.requestPut !== undefined) this.#checkPut(op.requestPut);
      if (op.requestTxn !== undefined) this.#check(op.requestTxn, path);
    }
  }

  #execute(request: TxnRequest, path: boolean[]): TxnResponse {
    const succeeded = path[0]!;
    const responses: ResponseOp[] = [];
    for (const op of this.#ops(request, path)) {
      const response = ResponseOp.create();
      if (op.requestRange !== undefined) response.responseRange = this.range(op.requestRange);
      if (op.requestPut !== undefined) response.responsePut = this.#put(op.requestPut);
      if (op.requestDeleteRange !== undefined) response.responseDeleteRange = this.#deleteRange(op.requestDeleteRange);
      if (op.requestTxn !== undefined) response.responseTxn = this.#execute(op.requestTxn, path);
      responses.push(response);
    }
    return TxnResponse.create({ header: ResponseHeader.create(), succeeded, responses });
  }

  compact(revision: number): void {
    if (revision <= this.compactRevision) throw etcdError("Compacted");
    if (revision > this.revision) throw etcdError("FutureRev");
    this.compactRevision = revision;
  }
}

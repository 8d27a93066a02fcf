/**
 * ResponseHeader as field 1 of every response: cluster and member ID never change, the term seldom, the revision always.
 *
 *   0a len | 08 cluster_id | 10 member_id | 18 revision | 20 raft_term
 *
 * Operations inside of a transaction carry a header with the revision alone, nested transactions an empty one (etcd
 * etcdserver/txn/txn.go).
 */
import { putBig, putInt64, putUint32, sizeOfBig, sizeOfDelimited, sizeOfInt64 } from "../../proto/writer.ts";
import { ByteSlab } from "../mvcc/byte-slab.ts";

export class ResponseHeaderEncoder {
  readonly #slab: ByteSlab = new ByteSlab();
  readonly #ids: Uint8Array;
  #term: Uint8Array;
  #raftTerm: number;

  constructor(ids: { readonly clusterId: bigint; readonly memberId: bigint }, raftTerm: number = 0) {
    const { clusterId, memberId } = ids;
    const size = (clusterId === 0n ? 0 : 1 + sizeOfBig(clusterId)) + (memberId === 0n ? 0 : 1 + sizeOfBig(memberId));
    this.#ids = new Uint8Array(size);
    let at = size;
    if (memberId !== 0n) {
      at = putBig(this.#ids, at, memberId);
      this.#ids[--at] = 0x10;
    }
    if (clusterId !== 0n) {
      at = putBig(this.#ids, at, clusterId);
      this.#ids[--at] = 0x08;
    }
    this.#raftTerm = 0;
    this.#term = new Uint8Array(0);
    this.raftTerm = raftTerm;
  }

  get raftTerm(): number {
    return this.#raftTerm;
  }

  set raftTerm(raftTerm: number) {
    this.#raftTerm = raftTerm;
    const size = raftTerm === 0 ? 0 : 1 + sizeOfInt64(raftTerm);
    this.#term = new Uint8Array(size);
    if (size > 0) {
      putInt64(this.#term, size, raftTerm);
      this.#term[0] = 0x20;
    }
  }

  /** Bytes of the field, tag and length included. */
  size(revision: number): number {
    return 1 + sizeOfDelimited(this.#contentSize(revision));
  }

  #contentSize(revision: number): number {
    return this.#ids.length + this.#term.length + (revision === 0 ? 0 : 1 + sizeOfInt64(revision));
  }

  /** Writes the field so that it ends before `at`; returns where it starts. */
  put(into: Uint8Array, at: number, revision: number): number {
    const end = at;
    const term = this.#term;
    at -= term.length;
    for (let i = 0; i < term.length; i++) into[at + i] = term[i]!;
    if (revision !== 0) {
      at = putInt64(into, at, revision);
      into[--at] = 0x18;
    }
    const ids = this.#ids;
    at -= ids.length;
    for (let i = 0; i < ids.length; i++) into[at + i] = ids[i]!;
    at = putUint32(into, at, end - at);
    into[--at] = 0x0a;
    return at;
  }

  /** Bytes for a response: small ones are cut from a slab, they are sent and dropped together. */
  allocate(bytes: number): Uint8Array {
    return this.#slab.take(bytes);
  }

  /** A response that is a header and nothing else (lease revoke, compaction, a put without prev_kv). */
  response(revision: number): Uint8Array {
    const size = this.size(revision);
    const bytes = this.allocate(size);
    this.put(bytes, size, revision);
    return bytes;
  }
}

/** Bytes of field 1 holding a header with only a revision (0: an empty header). */
export function revisionHeaderSize(revision: number): number {
  return revision === 0 ? 2 : 3 + sizeOfInt64(revision);
}

/** Writes field 1 holding a header with only a revision so that it ends before `at`; returns where it starts. */
export function putRevisionHeader(into: Uint8Array, at: number, revision: number): number {
  if (revision === 0) {
    into[--at] = 0;
  } else {
    const end = at;
    at = putInt64(into, at, revision);
    into[--at] = 0x18;
    into[at - 1] = end - at;
    at--;
  }
  into[--at] = 0x0a;
  return at;
}

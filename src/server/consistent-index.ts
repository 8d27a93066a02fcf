/**
 * How far the database has come: index and term of the last applied entry and the raft configuration at it, kept in bucket `meta` of the same
 * transaction as the entries' effects (etcd server/etcdserver/cindex, storage/schema).
 */
import { utf8 } from "../base/bytes.ts";
import { decodeConfStateJson, encodeConfStateJson } from "../core/membership/conf-state-json.ts";
import { type Backend, type BackendReader, Bucket } from "../core/mvcc/backend.ts";
import type { ConfState } from "../core/raft/types.ts";

const CONSISTENT_INDEX = utf8("consistent_index");
const TERM = utf8("term");
const CONF_STATE = utf8("confState");

export interface ConsistentIndex {
  readonly index: number;
  readonly term: number;
}

export function loadConsistentIndex(reader: BackendReader): ConsistentIndex {
  return { index: readBe64(reader.get(Bucket.Meta, CONSISTENT_INDEX)), term: readBe64(reader.get(Bucket.Meta, TERM)) };
}

/** Part of the caller's batch. A term of 0 is not written, as in etcd. */
export function saveConsistentIndex(backend: Backend, index: number, term: number): void {
  if (index === 0) return;
  backend.put(Bucket.Meta, CONSISTENT_INDEX, be64(index));
  if (term > 0) backend.put(Bucket.Meta, TERM, be64(term));
}

export function loadConfState(reader: BackendReader): ConfState | undefined {
  const bytes = reader.get(Bucket.Meta, CONF_STATE);
  return bytes === undefined ? undefined : decodeConfStateJson(bytes);
}

export function saveConfState(backend: Backend, state: ConfState): void {
  backend.put(Bucket.Meta, CONF_STATE, encodeConfStateJson(state));
}

function be64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Math.floor(value / 2 ** 32));
  view.setUint32(4, value >>> 0);
  return bytes;
}

function readBe64(bytes: Uint8Array | undefined): number {
  if (bytes === undefined || bytes.length !== 8) return 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  return view.getUint32(0) * 2 ** 32 + view.getUint32(4);
}

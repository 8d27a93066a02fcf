/**
 * `.snap` files (etcd server/etcdserver/api/snap/snapshotter.go, snappb/snap.proto) and the names in the snapshot folder.
 *
 *   file := 08 crc:varint32  12 size:varint data          snappb.snapshot
 *   data := raftpb.Snapshot; its data is the v2 store as JSON, for members of version 3.6 and older
 *   crc  := CRC32C of data
 *
 *   <term>-<index>.snap   16 hexadecimal digits each, so the newest sorts last
 *   <index>.snap.db       a database received from the leader
 *   *.broken              what was damaged
 *   tmp*, *.snap.tmp      on their way
 */
import { Snapshot } from "../../proto/generated/raft.ts";
import { Snapshot as SnapshotEnvelope } from "../../proto/generated/snap.ts";
import { ProtoError } from "../../proto/proto-error.ts";
import { hex16 } from "../wal/file-name.ts";
import type { Crc32c } from "../wal/record.ts";

export type SnapshotFileResult =
  | { readonly ok: true; readonly snapshot: Snapshot }
  | { readonly ok: false; readonly reason: string };

export function encodeSnapshotFile(snapshot: Snapshot, crc32c: Crc32c): Uint8Array {
  const data = Snapshot.encode(snapshot);
  return SnapshotEnvelope.encode({ crc: crc32c(data, 0), data });
}

/** The snapshot in a file's bytes; its data is a view of them. */
export function decodeSnapshotFile(bytes: Uint8Array, crc32c: Crc32c): SnapshotFileResult {
  if (bytes.length === 0) return { ok: false, reason: "file is empty" };
  try {
    const envelope = SnapshotEnvelope.decode(bytes);
    if (envelope.data.length === 0 || envelope.crc === 0) return { ok: false, reason: "snapshot is empty" };
    const crc = crc32c(envelope.data, 0);
    if (crc !== envelope.crc) return { ok: false, reason: `CRC is ${crc}, not ${envelope.crc}` };
    const snapshot = Snapshot.decode(envelope.data);
    const { metadata } = snapshot;
    if (metadata !== undefined && !(Number.isSafeInteger(metadata.index) && Number.isSafeInteger(metadata.term)))
      return { ok: false, reason: "index or term is too large" };
    return { ok: true, snapshot };
  } catch (error) {
    if (error instanceof ProtoError) return { ok: false, reason: error.message };
    throw error;
  }
}

export function snapshotFileName(term: number, index: number): string {
  return `${hex16(term)}-${hex16(index)}.snap`;
}

/** Term and index of a `.snap` file's name; undefined when it is not one. */
export function parseSnapshotFileName(name: string): { readonly term: number; readonly index: number } | undefined {
  const found = /^([0-9a-f]{16})-([0-9a-f]{16})\.snap$/.exec(name);
  if (found === null) return undefined;
  const term = Number.parseInt(found[1]!, 16);
  const index = Number.parseInt(found[2]!, 16);
  return Number.isSafeInteger(term) && Number.isSafeInteger(index) ? { term, index } : undefined;
}

export function databaseFileName(index: number): string {
  return `${hex16(index)}.snap.db`;
}

/** Index of a received database's name; undefined when it is not one. */
export function parseDatabaseFileName(name: string): number | undefined {
  const found = /^([0-9a-f]{1,16})\.snap\.db$/.exec(name);
  if (found === null) return undefined;
  const index = Number.parseInt(found[1]!, 16);
  return Number.isSafeInteger(index) ? index : undefined;
}

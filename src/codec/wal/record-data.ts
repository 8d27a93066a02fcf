/**
 * What the records hold: raftpb.Entry, raftpb.HardState and walpb.Snapshot. The record's CRC covers its data but not its type, so a flipped type
 * shows only here, in data that does not look like what it is said to be.
 */
import { type ConfState, Entry, HardState } from "../../proto/generated/raft.ts";
import { Snapshot } from "../../proto/generated/wal.ts";
import { ProtoError } from "../../proto/proto-error.ts";

/** That a snapshot exists at this place of the log. */
export interface WalSnapshot {
  readonly index: number;
  readonly term: number;
  /** Present since etcd 3.5, except in the record {0, 0} of a new log. */
  readonly confState: ConfState | undefined;
}

const ENTRY_TYPE_MAX = 2;

/** The entry, its data a view of the bytes; undefined when the bytes are not one. */
export function decodeEntry(bytes: Uint8Array, start: number, end: number): Entry | undefined {
  const entry = decoded(Entry, bytes, start, end);
  if (entry === undefined || entry.type > ENTRY_TYPE_MAX || entry.index === 0) return undefined;
  return Number.isSafeInteger(entry.term) && Number.isSafeInteger(entry.index) ? entry : undefined;
}

/** The state; undefined when the bytes are not one. etcd writes all three fields always. */
export function decodeHardState(bytes: Uint8Array, start: number, end: number): HardState | undefined {
  const state = decoded(HardState, bytes, start, end);
  if (state === undefined || HardState.sizeOf(state) !== end - start) return undefined;
  return Number.isSafeInteger(state.term) && Number.isSafeInteger(state.commit) ? state : undefined;
}

/** The snapshot marker; undefined when the bytes are not one. */
export function decodeSnapshot(bytes: Uint8Array, start: number, end: number): WalSnapshot | undefined {
  const snapshot = decoded(Snapshot, bytes, start, end);
  if (snapshot === undefined) return undefined;
  // Without a conf state the two numbers are all there is; a hard state has a third one.
  if (snapshot.confState === undefined && Snapshot.sizeOf(snapshot) !== end - start) return undefined;
  return Number.isSafeInteger(snapshot.term) && Number.isSafeInteger(snapshot.index) ? snapshot : undefined;
}

export function encodeSnapshot(snapshot: WalSnapshot): Uint8Array {
  return Snapshot.encode(snapshot);
}

interface Decoder<M> {
  decode(bytes: Uint8Array, start: number, end: number): M;
}

function decoded<M>(codec: Decoder<M>, bytes: Uint8Array, start: number, end: number): M | undefined {
  try {
    return codec.decode(bytes, start, end);
  } catch (error) {
    if (error instanceof ProtoError) return undefined;
    throw error;
  }
}

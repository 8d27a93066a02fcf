/**
 * The stable log as raft reads it. Raft never writes: the owner of the RawNode persists what a Ready (or a MsgStorageAppend)
 * says, and only then advances. Expected refusals are returned; anything else (an unreadable disk) is thrown and stops the member.
 */
import type { RaftError } from "./raft-error.ts";
import type { ConfState, Entry, HardState, Snapshot } from "./types.ts";

export interface InitialState {
  /** Undefined when nothing was ever saved. */
  hardState: HardState | undefined;
  confState: ConfState;
}

export interface Storage {
  /** What was saved before the restart. */
  initialState(): InitialState;
  /**
   * Entries of [lo, hi), cut so that they encode to at most maxSize bytes, but at least one. The caller owns the array, not the
   * entries. Compacted when lo is gone, Unavailable when an entry of the range was never there.
   */
  entries(lo: number, hi: number, maxSize: number): Entry[] | RaftError;
  /** Term of an entry of [firstIndex-1, lastIndex], else Compacted or Unavailable. */
  term(index: number): number | RaftError;
  lastIndex(): number;
  /** Index of the first entry that `entries` can return; one more than the snapshot's when the log is empty. */
  firstIndex(): number;
  /** The latest snapshot, not to be changed by anybody, or SnapshotTemporarilyUnavailable. */
  snapshot(): Snapshot | RaftError;
}

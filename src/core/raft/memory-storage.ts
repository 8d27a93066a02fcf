/**
 * A Storage in memory: the newest snapshot and the entries behind it. etcd keeps one in front of its write-ahead log, so
 * `entries`, `term` and `append` are on the path of every batch.
 *
 * Invariant: `#entries[0]` is a dummy that carries index and term of the position before the first entry; `#entries[i]` has
 * index `#entries[0].index + i`. Snapshots and entries are never changed in place, so handing them out is safe.
 */
import { assert } from "../../base/assert.ts";
import { EMPTY_BYTES } from "../../base/bytes.ts";
import { limitedEnd } from "./entry-size.ts";
import { COMPACTED, type RaftError, SNAPSHOT_OUT_OF_DATE, UNAVAILABLE } from "./raft-error.ts";
import type { InitialState, Storage } from "./storage.ts";
import {
  type ConfState,
  type Entry,
  EntryType,
  emptyConfState,
  type HardState,
  type Snapshot,
  snapshotIndex,
  snapshotTerm,
} from "./types.ts";

function dummyEntry(index: number, term: number): Entry {
  return { type: EntryType.EntryNormal, term, index, data: EMPTY_BYTES };
}

/** A log, hard state and snapshot kept in memory; whoever embeds raft makes them durable. */
export class MemoryStorage implements Storage {
  #hardState: HardState | undefined;
  #snapshot: Snapshot;
  #entries: Entry[];

  constructor() {
    this.#hardState = undefined;
    this.#snapshot = { data: EMPTY_BYTES, metadata: { confState: emptyConfState(), index: 0, term: 0 } };
    this.#entries = [dummyEntry(0, 0)];
  }

  initialState(): InitialState {
    return { hardState: this.#hardState, confState: this.#snapshot.metadata?.confState ?? emptyConfState() };
  }

  setHardState(state: HardState): void {
    this.#hardState = state;
  }

  entries(lo: number, hi: number, maxSize: number): Entry[] | RaftError {
    const offset = this.#entries[0]!.index;
    if (lo <= offset) return COMPACTED;
    assert(hi <= this.lastIndex() + 1, "entries: upper bound lies beyond the last index");
    if (this.#entries.length === 1) return UNAVAILABLE;
    return this.#entries.slice(lo - offset, limitedEnd(this.#entries, lo - offset, hi - offset, maxSize));
  }

  term(index: number): number | RaftError {
    const offset = this.#entries[0]!.index;
    if (index < offset) return COMPACTED;
    if (index - offset >= this.#entries.length) return UNAVAILABLE;
    return this.#entries[index - offset]!.term;
  }

  lastIndex(): number {
    return this.#entries[0]!.index + this.#entries.length - 1;
  }

  firstIndex(): number {
    return this.#entries[0]!.index + 1;
  }

  snapshot(): Snapshot {
    return this.#snapshot;
  }

  /** Replaces everything by a snapshot received; SnapshotOutOfDate unless it is newer than the present one. */
  applySnapshot(snapshot: Snapshot): RaftError | undefined {
    const present = snapshotIndex(this.#snapshot);
    // A snapshot at 0 is a bootstrap that carries nothing but a configuration.
    if (present !== 0 && present >= snapshotIndex(snapshot)) return SNAPSHOT_OUT_OF_DATE;
    this.#snapshot = snapshot;
    this.#entries = [dummyEntry(snapshotIndex(snapshot), snapshotTerm(snapshot))];
    return undefined;
  }

  /**
   * Makes `data` the snapshot at an index of the log; entries stay until {@link compact}. Without a confState the one of
   * the previous snapshot stays, so pass it whenever a configuration change was applied in between.
   */
  createSnapshot(index: number, confState: ConfState | undefined, data: Uint8Array): Snapshot | RaftError {
    if (index <= snapshotIndex(this.#snapshot)) return SNAPSHOT_OUT_OF_DATE;
    assert(index <= this.lastIndex(), "createSnapshot: index lies beyond the last index");
    const term = this.#entries[index - this.#entries[0]!.index]!.term;
    const conf = confState ?? this.#snapshot.metadata?.confState ?? emptyConfState();
    this.#snapshot = { data, metadata: { confState: conf, index, term } };
    return this.#snapshot;
  }

  /** Forgets the entries up to and including an index, which must have been applied. */
  compact(index: number): RaftError | undefined {
    const offset = this.#entries[0]!.index;
    if (index <= offset) return COMPACTED;
    assert(index <= this.lastIndex(), "compact: index lies beyond the last index");
    const kept = this.#entries.slice(index - offset);
    kept[0] = dummyEntry(index, kept[0]!.term);
    this.#entries = kept;
    return undefined;
  }

  /** Appends consecutive entries; those present from their first index on are replaced. */
  append(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    const first = this.firstIndex();
    const start = entries[0]!.index;
    if (start + entries.length - 1 < first) return;
    const skip = first > start ? first - start : 0;
    const offset = start + skip - this.#entries[0]!.index;
    assert(offset <= this.#entries.length, "append: entries are missing between the log and the new ones");
    if (offset < this.#entries.length) this.#entries.length = offset;
    for (let i = skip; i < entries.length; i++) this.#entries.push(entries[i]!);
  }
}

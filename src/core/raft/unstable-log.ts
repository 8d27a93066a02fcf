/**
 * The end of the log that is not yet known to be in stable storage: an optional snapshot and the entries behind it.
 * Some of it may be in progress (handed out for writing) and some not.
 *
 *        offset          offsetInProgress
 *          |  in progress  |   not handed out   |
 *   -------+---------------+--------------------+   index
 *
 * Invariants: entries[i].index === offset + i; offset <= offsetInProgress <= offset + entries.length. `offset` may lie below the
 * last stable index: then the next write replaces the stable tail. Arrays that leave this class are copies; entries are shared.
 * Keeps the behaviour of log_unstable.go (etcd-io/raft v3.7.0).
 */
import { AssertionError, assert } from "../../base/assert.ts";
import type { RaftLogger } from "./raft-logger.ts";
import { type Entry, type Snapshot, snapshotIndex, snapshotTerm } from "./types.ts";

/** Answer of the numeric queries when the unstable part does not know. */
export const UNKNOWN = -1;

export class UnstableLog {
  snapshot: Snapshot | undefined;
  entries: Entry[];
  /** Index of entries[0], or of the next entry when there is none. */
  offset: number;
  snapshotInProgress: boolean;
  /** Entries below this index are being written. */
  offsetInProgress: number;
  readonly #logger: RaftLogger;

  constructor(offset: number, logger: RaftLogger) {
    this.snapshot = undefined;
    this.entries = [];
    this.offset = offset;
    this.snapshotInProgress = false;
    this.offsetInProgress = offset;
    this.#logger = logger;
  }

  /** First index behind the snapshot, or {@link UNKNOWN} without one. */
  firstIndex(): number {
    return this.snapshot === undefined ? UNKNOWN : snapshotIndex(this.snapshot) + 1;
  }

  /** Last index of the entries or else of the snapshot, or {@link UNKNOWN}. */
  lastIndex(): number {
    if (this.entries.length !== 0) return this.offset + this.entries.length - 1;
    return this.snapshot === undefined ? UNKNOWN : snapshotIndex(this.snapshot);
  }

  /** Term of the entry (or snapshot) at an index, or {@link UNKNOWN}. */
  term(index: number): number {
    if (index < this.offset) {
      if (this.snapshot !== undefined && snapshotIndex(this.snapshot) === index) return snapshotTerm(this.snapshot);
      return UNKNOWN;
    }
    const position = index - this.offset;
    return position < this.entries.length ? this.entries[position]!.term : UNKNOWN;
  }

  hasNextEntries(): boolean {
    return this.offset + this.entries.length > this.offsetInProgress;
  }

  /** The entries that are not handed out yet. */
  nextEntries(): Entry[] {
    return this.entries.slice(this.offsetInProgress - this.offset);
  }

  /** The snapshot unless it is handed out already. */
  nextSnapshot(): Snapshot | undefined {
    return this.snapshotInProgress ? undefined : this.snapshot;
  }

  /** Marks all that is here as handed out for writing. */
  acceptInProgress(): void {
    if (this.entries.length > 0) this.offsetInProgress = this.offset + this.entries.length;
    if (this.snapshot !== undefined) this.snapshotInProgress = true;
  }

  /**
   * Drops the entries up to an index: they are stable. Only the (index, term) that is still here counts; a write of entries that
   * were replaced meanwhile changes nothing. The caller vouches that no write in progress can overwrite them.
   */
  stableTo(index: number, term: number): void {
    const ourTerm = this.term(index);
    if (ourTerm === UNKNOWN) {
      this.#logger.info(`entry at index ${index} missing from unstable log; ignoring`);
      return;
    }
    if (index < this.offset) {
      this.#logger.info(`entry at index ${index} matched unstable snapshot; ignoring`);
      return;
    }
    if (ourTerm !== term) {
      this.#logger.info(
        `entry at (index,term)=(${index},${term}) mismatched with entry at (${index},${ourTerm}) in unstable log; ignoring`,
      );
      return;
    }
    const count = index + 1 - this.offset;
    this.entries = count === this.entries.length ? [] : this.entries.slice(count);
    this.offset = index + 1;
    if (this.offsetInProgress < this.offset) this.offsetInProgress = this.offset;
  }

  /** Drops the snapshot when it is the one that became stable. */
  stableSnapshotTo(index: number): void {
    if (this.snapshot !== undefined && snapshotIndex(this.snapshot) === index) {
      this.snapshot = undefined;
      this.snapshotInProgress = false;
    }
  }

  /** Replaces everything by a snapshot. */
  restore(snapshot: Snapshot): void {
    this.offset = snapshotIndex(snapshot) + 1;
    this.offsetInProgress = this.offset;
    this.entries = [];
    this.snapshot = snapshot;
    this.snapshotInProgress = false;
  }

  /** Appends consecutive entries from position `from` of the array on, cutting off what they replace. */
  truncateAndAppend(entries: readonly Entry[], from = 0): void {
    const first = entries[from]!.index;
    if (first === this.offset + this.entries.length) {
      for (let i = from; i < entries.length; i++) this.entries.push(entries[i]!);
      return;
    }
    if (first <= this.offset) {
      this.#logger.info(`replace the unstable entries from index ${first}`);
      this.entries = entries.slice(from);
      this.offset = first;
      this.offsetInProgress = first;
      return;
    }
    this.#logger.info(`truncate the unstable entries before index ${first}`);
    assert(first < this.offset + this.entries.length, "unstable log: entries are missing before the new ones");
    this.entries.length = first - this.offset;
    for (let i = from; i < entries.length; i++) this.entries.push(entries[i]!);
    if (this.offsetInProgress > first) this.offsetInProgress = first;
  }

  /** Entries of [lo, hi), which must all be here. */
  slice(lo: number, hi: number): Entry[] {
    this.checkBounds(lo, hi);
    return this.entries.slice(lo - this.offset, hi - this.offset);
  }

  checkBounds(lo: number, hi: number): void {
    if (lo > hi) throw new AssertionError(`invalid unstable.slice ${lo} > ${hi}`);
    const upper = this.offset + this.entries.length;
    if (lo < this.offset || hi > upper)
      throw new AssertionError(`unstable.slice[${lo},${hi}) out of bound [${this.offset},${upper}]`);
  }
}

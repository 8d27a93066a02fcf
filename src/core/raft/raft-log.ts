/**
 * The whole log: stable storage with the unstable tail on top, and the three positions that matter.
 *
 * Invariants: applied <= applying <= committed <= lastIndex; the entry at `committed` never changes again.
 * Terms: a number, or {@link TERM_COMPACTED} / {@link TERM_UNAVAILABLE} where the log cannot know it.
 * Keeps the behaviour of log.go (etcd-io/raft v3.7.0).
 */
import { AssertionError, assert } from "../../base/assert.ts";
import { entriesSize, entrySize, limitedEnd } from "./entry-size.ts";
import { COMPACTED, RaftError, UNAVAILABLE } from "./raft-error.ts";
import type { RaftLogger } from "./raft-logger.ts";
import type { Storage } from "./storage.ts";
import { type Entry, NO_LIMIT, type Snapshot, snapshotIndex, snapshotTerm } from "./types.ts";
import { UNKNOWN, UnstableLog } from "./unstable-log.ts";

export const TERM_COMPACTED = -1;
export const TERM_UNAVAILABLE = -2;

export class RaftLog {
  readonly storage: Storage;
  readonly unstable: UnstableLog;
  /** Highest index known to be on a quorum. */
  committed: number;
  /** Highest index handed out for applying. */
  applying: number;
  /** Highest index that was applied. */
  applied: number;
  /** Limit of the bytes handed out for applying and not yet applied. */
  readonly maxApplyingSize: number;
  #applyingSize: number;
  #applyingPaused: boolean;
  readonly #logger: RaftLogger;

  constructor(storage: Storage, logger: RaftLogger, maxApplyingSize: number = NO_LIMIT) {
    const firstIndex = storage.firstIndex();
    this.storage = storage;
    this.unstable = new UnstableLog(storage.lastIndex() + 1, logger);
    this.committed = firstIndex - 1;
    this.applying = firstIndex - 1;
    this.applied = firstIndex - 1;
    this.maxApplyingSize = maxApplyingSize;
    this.#applyingSize = 0;
    this.#applyingPaused = false;
    this.#logger = logger;
  }

  toString(): string {
    const { offset, offsetInProgress, entries } = this.unstable;
    return (
      `committed=${this.committed}, applied=${this.applied}, applying=${this.applying}, unstable.offset=${offset}, ` +
      `unstable.offsetInProgress=${offsetInProgress}, len(unstable.Entries)=${entries.length}`
    );
  }

  firstIndex(): number {
    const index = this.unstable.firstIndex();
    return index === UNKNOWN ? this.storage.firstIndex() : index;
  }

  lastIndex(): number {
    const index = this.unstable.lastIndex();
    return index === UNKNOWN ? this.storage.lastIndex() : index;
  }

  /** Term at an index of [firstIndex-1, lastIndex], else {@link TERM_COMPACTED} or {@link TERM_UNAVAILABLE}. */
  term(index: number): number {
    const unstableTerm = this.unstable.term(index);
    if (unstableTerm !== UNKNOWN) return unstableTerm;
    if (index + 1 < this.firstIndex()) return TERM_COMPACTED;
    if (index > this.lastIndex()) return TERM_UNAVAILABLE;
    const term = this.storage.term(index);
    if (typeof term === "number") return term;
    if (term === COMPACTED) return TERM_COMPACTED;
    assert(term === UNAVAILABLE, "storage answers a term with neither Compacted nor Unavailable");
    return TERM_UNAVAILABLE;
  }

  /** Term at an index, 0 where it is not known. */
  termOrZero(index: number): number {
    const term = this.term(index);
    return term < 0 ? 0 : term;
  }

  /** Term of the last entry. */
  lastTerm(): number {
    const term = this.term(this.lastIndex());
    assert(term >= 0, "the term of the last entry is unknown");
    return term;
  }

  matchTerm(index: number, term: number): boolean {
    return this.term(index) === term;
  }

  /** True when a log that ends at this position is at least as complete as ours (Raft paper, 5.4.1). */
  isUpToDate(lastIndex: number, lastTerm: number): boolean {
    const ourTerm = this.lastTerm();
    return lastTerm > ourTerm || (lastTerm === ourTerm && lastIndex >= this.lastIndex());
  }

  /**
   * Appends what a leader sent if our log contains the position before it, and commits as far as the leader did.
   * Returns the index of the last of its entries, or {@link UNKNOWN} when the logs do not match there.
   */
  maybeAppend(prevIndex: number, prevTerm: number, entries: readonly Entry[], committed: number): number {
    if (!this.matchTerm(prevIndex, prevTerm)) return UNKNOWN;
    const last = prevIndex + entries.length;
    const conflict = this.findConflict(entries);
    if (conflict !== 0) {
      if (conflict <= this.committed)
        throw new AssertionError(`entry ${conflict} conflict with committed entry [committed(${this.committed})]`);
      const from = conflict - (prevIndex + 1);
      assert(from <= entries.length, "the conflict lies beyond the entries");
      this.append(entries, from);
    }
    this.commitTo(committed < last ? committed : last);
    return last;
  }

  /** Appends consecutive entries from position `from` on, replacing what is there; returns the last index. */
  append(entries: readonly Entry[], from = 0): number {
    if (from >= entries.length) return this.lastIndex();
    const after = entries[from]!.index - 1;
    if (after < this.committed)
      throw new AssertionError(`after(${after}) is out of range [committed(${this.committed})]`);
    this.unstable.truncateAndAppend(entries, from);
    return this.lastIndex();
  }

  /** Index of the first entry that our log lacks or has with another term; 0 when it has them all. */
  findConflict(entries: readonly Entry[]): number {
    for (let i = 0; i < entries.length; i++) {
      const { index, term } = entries[i]!;
      if (this.matchTerm(index, term)) continue;
      if (index <= this.lastIndex())
        this.#logger.info(
          `found conflict at index ${index} [existing term: ${this.termOrZero(index)}, conflicting term: ${term}]`,
        );
      return index;
    }
    return 0;
  }

  /**
   * Best guess at where our log ends matching one that has `term` at `index`: the highest position at or below `index` whose
   * term does not exceed `term` or is unknown. Probing there skips whole terms instead of single entries.
   */
  findConflictByTerm(index: number, term: number): { index: number; term: number } {
    for (let at = index; at > 0; at--) {
      const ourTerm = this.term(at);
      if (ourTerm < 0) return { index: at, term: 0 };
      if (ourTerm <= term) return { index: at, term: ourTerm };
    }
    return { index: 0, term: 0 };
  }

  hasNextUnstableEntries(): boolean {
    return this.unstable.hasNextEntries();
  }

  /** True when anything is waiting to be written or being written. */
  hasUnstableEntries(): boolean {
    return this.unstable.entries.length > 0;
  }

  hasUnstableSnapshot(): boolean {
    return this.unstable.snapshot !== undefined;
  }

  hasNextUnstableSnapshot(): boolean {
    return this.unstable.nextSnapshot() !== undefined;
  }

  /** Highest committed index that may be applied now; entries that are not stable yet only with allowUnstable. */
  maxAppliableIndex(allowUnstable: boolean): number {
    if (allowUnstable) return this.committed;
    return Math.min(this.committed, this.unstable.offset - 1);
  }

  hasNextCommittedEntries(allowUnstable: boolean): boolean {
    // A snapshot comes first: whoever applies it has nothing to apply before.
    if (this.#applyingPaused || this.hasUnstableSnapshot()) return false;
    return this.applying < this.maxAppliableIndex(allowUnstable);
  }

  /** The next committed entries to apply, as far as the limit of outstanding bytes allows. */
  nextCommittedEntries(allowUnstable: boolean): Entry[] {
    if (!this.hasNextCommittedEntries(allowUnstable)) return [];
    const maxSize = this.maxApplyingSize - this.#applyingSize;
    assert(maxSize > 0, "the size left for applying entries is not positive");
    const entries = this.slice(this.applying + 1, this.maxAppliableIndex(allowUnstable) + 1, maxSize);
    if (entries instanceof RaftError)
      throw new AssertionError(`unexpected error when getting unapplied entries (${entries.message})`);
    return entries;
  }

  /** Entries up to `index` of `size` bytes are being applied from now on. */
  acceptApplying(index: number, size: number, allowUnstable: boolean): void {
    if (this.committed < index)
      throw new AssertionError(
        `applying(${index}) is out of range [prevApplying(${this.applying}), committed(${this.committed})]`,
      );
    this.applying = index;
    this.#applyingSize += size;
    // Stopping short of what could be applied means that the next entry would have gone over the limit.
    this.#applyingPaused = this.#applyingSize >= this.maxApplyingSize || index < this.maxAppliableIndex(allowUnstable);
  }

  /** Entries up to `index` of `size` bytes have been applied. */
  appliedTo(index: number, size: number): void {
    if (this.committed < index || index < this.applied)
      throw new AssertionError(
        `applied(${index}) is out of range [prevApplied(${this.applied}), committed(${this.committed})]`,
      );
    this.applied = index;
    if (this.applying < index) this.applying = index;
    this.#applyingSize = this.#applyingSize > size ? this.#applyingSize - size : 0;
    this.#applyingPaused = this.#applyingSize >= this.maxApplyingSize;
  }

  /** Moves the commit index forward, never back. */
  commitTo(index: number): void {
    if (this.committed >= index) return;
    if (this.lastIndex() < index)
      throw new AssertionError(
        `tocommit(${index}) is out of range [lastIndex(${this.lastIndex()})]. Was the raft log corrupted, truncated, or lost?`,
      );
    this.committed = index;
  }

  /** Commits up to an index on which a quorum agrees, if its entry is of the given term (Raft paper, 5.4.2). */
  maybeCommit(index: number, term: number): boolean {
    if (term === 0 || index <= this.committed || !this.matchTerm(index, term)) return false;
    this.commitTo(index);
    return true;
  }

  /** The snapshot to send to a follower that is too far behind. */
  snapshot(): Snapshot | RaftError {
    return this.unstable.snapshot ?? this.storage.snapshot();
  }

  /** Replaces the log by a snapshot. */
  restore(snapshot: Snapshot): void {
    this.#logger.info(
      `log [${this.toString()}] starts to restore snapshot [index: ${snapshotIndex(snapshot)}, term: ${snapshotTerm(snapshot)}]`,
    );
    this.committed = snapshotIndex(snapshot);
    this.unstable.restore(snapshot);
  }

  /** Entries from an index to the end within maxSize bytes (at least one); Compacted when they are gone. */
  entries(from: number, maxSize: number): Entry[] | RaftError {
    const last = this.lastIndex();
    return from > last ? [] : this.slice(from, last + 1, maxSize);
  }

  /** Entries of [lo, hi) within maxSize bytes (at least one when there is one); Compacted when lo is gone. */
  slice(lo: number, hi: number, maxSize: number): Entry[] | RaftError {
    if (lo > hi) throw new AssertionError(`invalid slice ${lo} > ${hi}`);
    const first = this.firstIndex();
    if (lo < first) return COMPACTED;
    const last = this.lastIndex();
    if (hi > last + 1) throw new AssertionError(`slice[${lo},${hi}) out of bound [${first},${last}]`);
    if (lo === hi) return [];

    const { entries: tail, offset } = this.unstable;
    if (lo >= offset) return tail.slice(lo - offset, limitedEnd(tail, lo - offset, hi - offset, maxSize));

    const cut = hi < offset ? hi : offset;
    const entries = this.storage.entries(lo, cut, maxSize);
    if (entries instanceof RaftError) {
      if (entries === COMPACTED) return entries;
      throw new AssertionError(`entries[${lo}:${cut}) is unavailable from storage`);
    }
    // A short answer means that the limit was reached.
    if (hi <= offset || entries.length < cut - lo) return entries;
    const size = entriesSize(entries);
    if (size >= maxSize) return entries;
    const end = limitedEnd(tail, 0, hi - offset, maxSize - size);
    // limitedEnd always grants one entry, but here there are entries already: this one must fit, too.
    if (end === 1 && size + entrySize(tail[0]!) > maxSize) return entries;
    for (let i = 0; i < end; i++) entries.push(tail[i]!);
    return entries;
  }
}

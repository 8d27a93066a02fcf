/**
 * The multi-version store: an index of all keys in memory, their bytes in the backend (etcd server/storage/mvcc/kvstore*.go).
 *
 * - Every transaction that changes something gets the next revision; its changes are numbered by sub revision in order of execution.
 *   An empty store is at revision 1, the first write makes 2. A transaction that changed nothing uses no revision.
 * - A deletion is a change too: it stores a tombstone.
 * - Reads at revisions below `compactRevision` are refused; the compact revision itself is readable. -1: never compacted.
 *
 * One write transaction at a time, begun and ended within one turn of the event loop; reads between `beginWrite` and `endWrite` go
 * through it. The owner ends the backend's batch (`endBatch`) after adding what must land with it (consistent index, term).
 */
import { assert } from "../../base/assert.ts";
import { etcdError } from "../../base/etcd-error.ts";
import { type Backend, type BackendReader, Bucket } from "./backend.ts";
import { ByteSlab } from "./byte-slab.ts";
import { CompactionJob } from "./compaction.ts";
import { readCompactionMarks, writeScheduledCompact } from "./compaction-marks.ts";
import { type ChangePosition, type ChangeVisitor, scanChanges } from "./event-scan.ts";
import { type Crc32c, HashHistory, HashJob, type KeyValueHash } from "./hash.ts";
import { FoundRevision, KeyEntry } from "./key-entry.ts";
import { type HitSink, KeyIndex } from "./key-index.ts";
import { encodeKeyValue, encodeTombstone } from "./key-value.ts";
import type { LeaseHooks } from "./lease-hooks.ts";
import {
  markTombstone,
  REVISION_KEY_BYTES,
  revisionKey,
  TOMBSTONE_KEY_BYTES,
  writeRevisionKey,
} from "./revision-key.ts";
import { StoreCounts } from "./store-counts.ts";
import type { WatchEvent } from "./watch-event.ts";

export interface StoreParts {
  readonly backend: Backend;
  readonly leases: LeaseHooks;
  readonly crc32c: Crc32c;
}

/** What a restart knows beyond the parts; {@link StoreRestore} makes it. */
export interface StoreState {
  readonly index: KeyIndex;
  readonly revision: number;
  readonly compactRevision: number;
}

const NO_EVENTS: readonly WatchEvent[] = [];

export class Store {
  readonly backend: Backend;
  readonly index: KeyIndex;
  /** Hashes of the last compactions. */
  readonly hashes: HashHistory = new HashHistory();
  readonly counts: StoreCounts = new StoreCounts();
  readonly #leases: LeaseHooks;
  readonly #crc32c: Crc32c;
  readonly #slab: ByteSlab = new ByteSlab();
  readonly #found: FoundRevision = new FoundRevision();
  /** For look-ups in the backend, which keeps no reference to it. */
  readonly #lookupKey: Uint8Array = revisionKey(0, 0);
  #revision: number;
  #compactRevision: number;
  #writing: boolean;
  #events: WatchEvent[];
  #compactions: CompactionJob[];
  /** Held revisions, one entry for each hold. */
  #holds: number[];

  /** A store over an empty backend, or over one whose entries `state` was restored from. */
  constructor(parts: StoreParts, state: StoreState = { index: new KeyIndex(), revision: 1, compactRevision: -1 }) {
    this.backend = parts.backend;
    this.index = state.index;
    this.#leases = parts.leases;
    this.#crc32c = parts.crc32c;
    this.#revision = state.revision;
    this.#compactRevision = state.compactRevision;
    this.#writing = false;
    this.#events = [];
    this.#compactions = [];
    this.#holds = [];
  }

  /** Revision of the last finished transaction. */
  get revision(): number {
    return this.#revision;
  }

  /** Revision of the last compaction that was accepted; -1 before the first. */
  get compactRevision(): number {
    return this.#compactRevision;
  }

  /** The revision reads see now: inside a write transaction that changed something, its own. */
  get readRevision(): number {
    return this.#events.length > 0 ? this.#revision + 1 : this.#revision;
  }

  get leases(): LeaseHooks {
    return this.#leases;
  }

  // --- Reading -----------------------------------------------------------------------------------------------------------------

  /**
   * The revision a read at `requested` sees (0 or less: the newest). Throws FutureRev or Compacted.
   */
  resolveRevision(requested: number): number {
    const current = this.readRevision;
    if (requested > current) throw etcdError("FutureRev");
    if (requested <= 0) return current;
    if (requested < this.#compactRevision) throw etcdError("Compacted");
    return requested;
  }

  /** Stored bytes of a key at a resolved revision: a view, valid in this turn. */
  get(key: string, atRevision: number): Uint8Array | undefined {
    const entry = this.index.get(key);
    if (entry === undefined || !entry.find(atRevision, this.#found)) return undefined;
    return this.storedAt(this.backend, this.#found.main, this.#found.sub);
  }

  /** Stored bytes of a revision that the index named: a view, valid in this turn. Its absence is damage and stops the member. */
  storedAt(reader: BackendReader, main: number, sub: number): Uint8Array {
    writeRevisionKey(this.#lookupKey, 0, main, sub);
    const stored = reader.get(Bucket.Key, this.#lookupKey);
    assert(stored !== undefined, "a revision of the index is in the backend");
    return stored;
  }

  /** Where a key stands at a resolved revision. `found` is filled when it exists. */
  find(key: string, atRevision: number, found: FoundRevision): boolean {
    const entry = this.index.get(key);
    return entry?.find(atRevision, found) === true;
  }

  /** Keys of a range at a resolved revision, up to `limit` (0: all); returns where it stopped, undefined at the end of the range. */
  collect(key: string, end: string, atRevision: number, limit: number, hits: HitSink): string | undefined {
    return this.index.collect(key, end, atRevision, limit, Number.POSITIVE_INFINITY, this.#found, hits);
  }

  /** The same, looking at no more than `entriesMax` entries, existing or not. */
  collectSome(
    key: string,
    end: string,
    atRevision: number,
    limit: number,
    entriesMax: number,
    hits: HitSink,
  ): string | undefined {
    return this.index.collect(key, end, atRevision, limit, entriesMax, this.#found, hits);
  }

  /**
   * Stored bytes of a key as of a revision (a view, valid in this turn); undefined when the key did not exist then, or the revision is
   * compacted or does not exist yet. What prev_kv of an event is read with: revision = mod revision of the event - 1.
   */
  valueAt(key: string, revision: number): Uint8Array | undefined {
    if (revision < this.#compactRevision || revision > this.#revision || revision <= 0) return undefined;
    return this.get(key, revision);
  }

  /** The version before a change, copied; undefined when there is none or it was compacted. */
  previousKv(key: string, modRevision: number): Uint8Array | undefined {
    return this.valueAt(key, modRevision - 1)?.slice();
  }

  /** Past changes for watchers that catch up; see {@link scanChanges}. */
  scanEvents(position: ChangePosition, toRevision: number, changesMax: number, visitor: ChangeVisitor): void {
    scanChanges(this.backend, position, toRevision, changesMax, visitor);
  }

  // --- Writing -----------------------------------------------------------------------------------------------------------------

  beginWrite(): void {
    assert(!this.#writing, "one write transaction at a time");
    this.#writing = true;
    this.counts.begin();
  }

  /** Changes made so far in the open transaction. */
  get changes(): number {
    return this.#events.length;
  }

  /**
   * Puts a key. `keyBytes` and `value` are copied. The lease must exist (callers check): a missing one is a broken invariant.
   * Returns the stored bytes.
   */
  put(key: string, keyBytes: Uint8Array, value: Uint8Array, lease: bigint): Uint8Array {
    assert(this.#writing, "puts belong to a transaction");
    this.counts.puts++;
    this.counts.putBytes += keyBytes.length + value.length;
    const main = this.#revision + 1;
    const sub = this.#events.length;
    const entry = this.index.get(key);
    const exists = entry?.isLive === true;
    const created = exists ? entry.created : main;
    const version = exists ? entry.version + 1 : 1;
    const oldLease = exists ? this.#leases.leaseOf(key) : 0n;
    const kv = encodeKeyValue(this.#slab, keyBytes, created, main, version, value, lease);
    const revisionBytes = this.#slab.take(REVISION_KEY_BYTES);
    writeRevisionKey(revisionBytes, 0, main, sub);
    this.backend.put(Bucket.Key, revisionBytes, kv);
    if (entry === undefined) this.index.create(new KeyEntry(key, main, sub, main, 1, kv.length));
    else this.index.put(entry, main, sub, kv.length);
    this.#events.push({ key, isDelete: false, isCreate: created === main, modRevision: main, subRevision: sub, kv });
    if (oldLease !== lease) {
      if (oldLease !== 0n) this.#leases.detach(oldLease, key);
      if (lease !== 0n) assert(this.#leases.attach(lease, key), "the lease of a put exists");
    }
    return kv;
  }

  /** Deletes the keys of a range that exist; returns how many. */
  deleteRange(key: string, end: string): number {
    assert(this.#writing, "deletions belong to a transaction");
    this.counts.deletes++;
    if (end === "") {
      const entry = this.index.get(key);
      if (entry === undefined || !entry.isLive) return 0;
      this.#delete(entry);
      return 1;
    }
    const doomed: KeyEntry[] = [];
    this.index.scan(key, end, Number.POSITIVE_INFINITY, (entry) => {
      if (entry.isLive) doomed.push(entry);
    });
    for (const entry of doomed) this.#delete(entry);
    return doomed.length;
  }

  #delete(entry: KeyEntry): void {
    const main = this.#revision + 1;
    const sub = this.#events.length;
    const { key } = entry;
    const { event, storedBytes } = encodeTombstone(this.#slab, key, main);
    const revisionBytes = this.#slab.take(TOMBSTONE_KEY_BYTES);
    writeRevisionKey(revisionBytes, 0, main, sub);
    markTombstone(revisionBytes, 0);
    this.backend.put(Bucket.Key, revisionBytes, event.subarray(0, storedBytes));
    assert(this.index.tombstone(entry, main, sub), "a live key takes a tombstone");
    this.#events.push({ key, isDelete: true, isCreate: false, modRevision: main, subRevision: sub, kv: event });
    const lease = this.#leases.leaseOf(key);
    if (lease !== 0n) this.#leases.detach(lease, key);
  }

  /** Ends the transaction: the revision moves when it changed something. Returns its changes in order; the caller owns the array. */
  endWrite(): readonly WatchEvent[] {
    assert(this.#writing, "a transaction is open");
    this.#writing = false;
    this.counts.end();
    const events = this.#events;
    if (events.length === 0) return NO_EVENTS;
    this.#revision++;
    this.#events = [];
    return events;
  }

  /** Deletes the keys in order of their bytes as one transaction (what a lease revoke does). Keys that do not exist are passed over. */
  deleteKeys(keys: Iterable<string>): readonly WatchEvent[] {
    this.beginWrite();
    for (const key of Array.from(keys).sort(compareKeys)) this.deleteRange(key, "");
    return this.endWrite();
  }

  // --- Compaction --------------------------------------------------------------------------------------------------------------

  /**
   * Accepts a compaction: from now on older reads are refused, and the target is recorded in the backend as part of the open batch.
   * The caller then runs the job's steps (see {@link CompactionJob.step}). Jobs run one after another.
   * Throws Compacted for a revision at or below the last one, FutureRev for one that does not exist yet.
   */
  scheduleCompaction(revision: number): CompactionJob {
    if (revision <= this.#compactRevision) throw etcdError("Compacted");
    if (revision > this.#revision) throw etcdError("FutureRev");
    const marks = readCompactionMarks(this.backend);
    const previousDone = marks.scheduled === marks.finished;
    const previous = this.#compactRevision;
    this.#compactRevision = revision;
    writeScheduledCompact(this.backend, revision);
    const job = new CompactionJob(this, this.#crc32c, { revision, previous, previousDone });
    this.#compactions.push(job);
    return job;
  }

  /** The oldest compaction that is not done: the one whose steps may run. */
  get compaction(): CompactionJob | undefined {
    return this.#compactions[0];
  }

  /** For {@link CompactionJob}. */
  compactionDone(job: CompactionJob, hash: KeyValueHash | undefined): void {
    assert(this.#compactions[0] === job, "compactions end in order");
    this.#compactions.shift();
    if (hash !== undefined) this.hashes.add(hash);
  }

  /**
   * While a revision is held, no compaction above it starts on the index: long reads of the index in slices see one state. A compaction
   * at or below the revision takes nothing away that is seen there, so reads at the newest revision delay none, and after
   * a compaction was accepted no new read can. A hash sees more: all entries behind the last compaction, and holds that one. Every hold is
   * released exactly once.
   */
  hold(revision: number): void {
    this.#holds.push(revision);
  }

  release(revision: number): void {
    const at = this.#holds.indexOf(revision);
    assert(at >= 0, "a hold is released once");
    this.#holds.splice(at, 1);
  }

  /** True while a revision below this one is held. */
  isHeldBelow(revision: number): boolean {
    return this.#holds.some((held) => held < revision);
  }

  // --- Hashing -----------------------------------------------------------------------------------------------------------------

  /**
   * Starts hashing the state at a revision (0: the newest). Run its steps on a reader pinned after this call, then `close` it.
   * Throws Compacted or FutureRev. Look into `hashes` first: hashes of compacted revisions are kept there.
   */
  startHash(revision: number): HashJob {
    if (revision > 0 && revision < this.#compactRevision) throw etcdError("Compacted");
    if (revision > 0 && revision > this.#revision) throw etcdError("FutureRev");
    return new HashJob(this, this.#crc32c, {
      revision: revision === 0 ? this.#revision : revision,
      compactRevision: this.#compactRevision,
      currentRevision: this.#revision,
    });
  }
}

function compareKeys(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

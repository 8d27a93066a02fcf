/**
 * When raft's log is cut: snapshots in memory every hundred entries, on disk every --snapshot-count, and the whole database for a follower that
 * is too far behind (etcd server/etcdserver/server.go: snapshot, compactRaftLog, sendMergedSnap).
 *
 * Invariants:
 * - The database is durable up to a snapshot's index, in both of its meta pages, before anything below it is let go.
 * - While a follower is given a snapshot, and a while after, the entries behind it are kept.
 */
import { idHex } from "../base/bytes.ts";
import type { MemoryStorage } from "../core/raft/memory-storage.ts";
import { RaftError } from "../core/raft/raft-error.ts";
import { type ConfState, type Entry, type Message, NO_LIMIT, type Snapshot } from "../core/raft/types.ts";
import { loadConfState, loadConsistentIndex } from "./consistent-index.ts";
import type { Member } from "./member.ts";

/** Applied entries between compactions of raft's log in memory. */
const MEMORY_COMPACTION_ENTRIES = 100;
/** After a snapshot was delivered, raft's log is not compacted for this long (etcd releaseDelayAfterSnapshot). */
const RELEASE_DELAY_MS = 30_000;

/** How far the member has applied. */
export interface AppliedProgress {
  readonly appliedIndex: number;
  readonly confState: ConfState;
}

export class SnapshotKeeper {
  readonly #member: Member;
  readonly #storage: MemoryStorage;
  readonly #progress: AppliedProgress;
  #diskIndex: number;
  #memoryIndex: number;
  #inFlight: number;
  #force: boolean;
  #saving: Promise<void>;

  constructor(member: Member, options: { storage: MemoryStorage; progress: AppliedProgress; snapshotIndex: number }) {
    this.#member = member;
    this.#storage = options.storage;
    this.#progress = options.progress;
    this.#diskIndex = options.snapshotIndex;
    this.#memoryIndex = options.snapshotIndex;
    this.#inFlight = 0;
    this.#force = false;
    this.#saving = Promise.resolve();
  }

  /** Settles when no snapshot is being saved. */
  get idle(): Promise<void> {
    return this.#saving;
  }

  /** The next opportunity makes one on disk (a downgrade needs that). */
  force(): void {
    this.#force = true;
  }

  /** A snapshot of the leader took the place of everything up to its index. */
  installed(index: number): void {
    this.#diskIndex = index;
    this.#memoryIndex = index;
  }

  /** Entries behind the last snapshot on disk that are still in memory. */
  entriesSinceSnapshot(): Entry[] {
    const first = Math.max(this.#storage.firstIndex(), this.#diskIndex + 1);
    const last = this.#storage.lastIndex();
    if (first > last) return [];
    const entries = this.#storage.entries(first, last + 1, NO_LIMIT);
    return Array.isArray(entries) ? entries : [];
  }

  /** To be called after entries were applied. */
  snapshotIfNeeded(): void {
    const { config, logger, memberId, state } = this.#member;
    const applied = this.#progress.appliedIndex;
    const toDisk = (this.#force && applied !== this.#diskIndex) || applied - this.#diskIndex > config.snapshotCount;
    if (!toDisk && applied <= this.#memoryIndex + MEMORY_COMPACTION_ENTRIES) return;
    // Entries that are committed and applied but whose own write is still under way are not in the storage yet.
    if (applied > this.#storage.lastIndex()) return;
    const snapshot = this.#storage.createSnapshot(applied, this.#progress.confState, state.cluster.snapshotData());
    if (snapshot instanceof RaftError) return;
    this.#memoryIndex = applied;
    if (toDisk) {
      logger.info("triggering snapshot", {
        "local-member-id": idHex(memberId),
        "local-member-applied-index": applied,
        "local-member-snapshot-index": this.#diskIndex,
        "local-member-snapshot-count": config.snapshotCount,
        "snapshot-forced": this.#force,
      });
      this.#force = false;
      this.#diskIndex = applied;
      this.#saving = this.#saving.then(() => this.#save(snapshot));
    }
    this.#compact(applied);
  }

  async #save(snapshot: Snapshot): Promise<void> {
    const { state, snapshotFiles, logger } = this.#member;
    try {
      await state.backend.commit({ twin: true });
      await snapshotFiles.save(snapshot);
      logger.info("saved snapshot to disk", { "snapshot-index": snapshot.metadata?.index });
    } catch (error) {
      if (this.#member.isStopping) return;
      // Out of space: nothing was let go, and the next one comes. Failed writes of the log end the member through its own saves.
      logger.warn("failed to save snapshot", { error: String(error) });
    }
  }

  #compact(applied: number): void {
    if (this.#inFlight > 0) return;
    const keep = this.#member.config.snapshotCatchupEntries;
    this.#storage.compact(applied > keep ? applied - keep : 1);
  }

  /** Gives a follower the database as it is now; resolves to whether it has it. */
  async send(message: Message): Promise<boolean> {
    const { logger, clock } = this.#member;
    this.#inFlight++;
    let isDelivered = false;
    try {
      isDelivered = await this.#sendDatabase(message);
    } catch (error) {
      logger.warn("failed to send a snapshot", { to: idHex(message.to), error: String(error) });
    }
    if (isDelivered && !this.#member.isStopping) clock.setTimer(RELEASE_DELAY_MS, () => this.#inFlight--);
    else this.#inFlight--;
    return isDelivered;
  }

  async #sendDatabase(message: Message): Promise<boolean> {
    const { logger, peers, state } = this.#member;
    const data = state.cluster.snapshotData();
    const database = await state.backend.snapshot();
    try {
      // Entries were applied while the snapshot was being made: what it stands for is what it says itself, or they would be applied twice.
      const { index, term } = loadConsistentIndex(database.reader);
      const confState = loadConfState(database.reader) ?? this.#progress.confState;
      const merged: Message = { ...message, snapshot: { data, metadata: { confState, index, term } } };
      logger.info("sending merged snapshot", { to: idHex(message.to), bytes: database.sizeBytes, index });
      return await peers.sendSnapshot(merged, { totalBytes: database.sizeBytes, pieces: database });
    } finally {
      database.close();
    }
  }
}

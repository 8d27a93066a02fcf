/**
 * Raft snapshots on disk: the .snap file first, then its record in the log, then what lies before it may go
 * (etcd server/storage/storage.go).
 */
import type { Entry, HardState, Snapshot } from "../core/raft/types.ts";
import type { Clock } from "../io/clock.ts";
import type { FileSystem } from "../io/file-system.ts";
import type { Logger } from "../io/logger.ts";
import { Snapshotter } from "../storage/snap/snapshotter.ts";
import type { Wal } from "../storage/wal/wal.ts";
import type { DataDir } from "./data-dir.ts";
import type { MemberMetrics } from "./member-metrics.ts";

export class SnapshotFiles {
  readonly #clock: Clock;
  readonly #wal: Wal;
  readonly #metrics: MemberMetrics;
  readonly #snapshotter: Snapshotter;

  constructor(options: {
    fileSystem: FileSystem;
    clock: Clock;
    logger: Logger;
    dirs: DataDir;
    wal: Wal;
    metrics: MemberMetrics;
  }) {
    this.#clock = options.clock;
    this.#wal = options.wal;
    this.#metrics = options.metrics;
    this.#snapshotter = new Snapshotter({
      fileSystem: options.fileSystem,
      log: options.logger,
      directory: options.dirs.snap,
      clock: options.clock,
      observer: {
        marshal: (seconds) => options.metrics.snapMarshalSeconds.observe(seconds),
        sync: (seconds) => options.metrics.snapSyncSeconds.observe(seconds),
        databaseSave: (seconds) => options.metrics.snapDatabaseSaveSeconds.observe(seconds),
        databaseSync: (seconds) => options.metrics.snapDatabaseSyncSeconds.observe(seconds),
      },
    });
  }

  get files(): Snapshotter {
    return this.#snapshotter;
  }

  /** A snapshot of our own, of entries that the database holds durably. */
  async save(snapshot: Snapshot): Promise<void> {
    const startMs = this.#clock.now();
    await this.#snapshotter.save(snapshot);
    this.#metrics.snapSaveSeconds.observe((this.#clock.now() - startMs) / 1000);
    const { index, term, confState } = snapshot.metadata!;
    await this.#wal.saveSnapshot({ index, term, confState });
    await this.#wal.releaseTo(index);
    await this.#snapshotter.releaseDatabases(index);
  }

  /**
   * A snapshot from the leader; its database was received before. A restart passes over a record that is ahead of the commit index, so the hard state
   * has to be durable too, though only its commit index may have changed, before anything that the record replaces may go.
   */
  async saveReceived(snapshot: Snapshot, hardState: HardState | undefined, entries: readonly Entry[]): Promise<void> {
    await this.#snapshotter.save(snapshot);
    const { index, term, confState } = snapshot.metadata!;
    await this.#wal.saveSnapshot({ index, term, confState });
    await this.#wal.save(hardState, entries);
    await this.#wal.sync();
    await this.#wal.releaseTo(index);
  }

  /** Removes files beyond those limits; 0: no limit. */
  async purge(limits: { snapshotsMax: number; walsMax: number }): Promise<void> {
    if (limits.snapshotsMax > 0) await this.#snapshotter.purge(limits.snapshotsMax);
    if (limits.walsMax > 0) await this.#wal.purge(limits.walsMax);
  }
}

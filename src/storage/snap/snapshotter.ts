/**
 * The snapshot folder: `.snap` files and databases received from a leader (etcd server/etcdserver/api/snap).
 *
 * Invariants: a file under its final name is complete and durable (written under a temporary name, synced, renamed, folder synced; etcd writes
 * `.snap` files in place). A file that does not read is kept as `<name>.broken`.
 */
import { assert } from "../../base/assert.ts";
import {
  databaseFileName,
  decodeSnapshotFile,
  encodeSnapshotFile,
  parseDatabaseFileName,
  snapshotFileName,
} from "../../codec/snap/snapshot-file.ts";
import type { WalSnapshot } from "../../codec/wal/record-data.ts";
import type { Clock } from "../../io/clock.ts";
import type { File, FileSystem } from "../../io/file-system.ts";
import type { Logger } from "../../io/logger.ts";
import type { Snapshot } from "../../proto/generated/raft.ts";
import { crc32c } from "../crc32c.ts";

export interface SnapshotterOptions {
  readonly fileSystem: FileSystem;
  readonly log: Logger;
  /** `<data>/member/snap`; must exist. */
  readonly directory: string;
  /** Told how long parts of saving took, seconds. Needs `clock`. */
  readonly observer?: SnapshotObserver;
  readonly clock?: Clock;
}

export interface SnapshotObserver {
  marshal(seconds: number): void;
  sync(seconds: number): void;
  /** A received database, from its first byte until it is durable; and its sync alone. */
  databaseSave(seconds: number): void;
  databaseSync(seconds: number): void;
}

/** Received bytes are handed to the disk in pieces of about this size. */
const PIECE_BYTES = 1 << 20;

export class Snapshotter {
  readonly #fileSystem: FileSystem;
  readonly #log: Logger;
  readonly #directory: string;
  readonly #observer: SnapshotObserver | undefined;
  readonly #clock: Clock | undefined;
  #temporaryFiles: number;

  constructor(options: SnapshotterOptions) {
    this.#fileSystem = options.fileSystem;
    this.#log = options.log;
    this.#directory = options.directory;
    this.#observer = options.observer;
    this.#clock = options.clock;
    this.#temporaryFiles = 0;
  }

  /** Keeps a snapshot, durably; nothing for the empty one (index 0). Rejects with FileError. */
  async save(snapshot: Snapshot): Promise<void> {
    const { metadata } = snapshot;
    if (metadata === undefined || metadata.index === 0) return;
    const name = snapshotFileName(metadata.term, metadata.index);
    const startMs = this.#now();
    const bytes = encodeSnapshotFile(snapshot, crc32c);
    this.#observer?.marshal(this.#secondsSince(startMs));
    const syncSeconds = await this.#create(`${name}.tmp`, name, (file) => file.writev([bytes], 0));
    this.#observer?.sync(syncSeconds);
  }

  /** The newest snapshot that reads; undefined when there is none. Rejects with FileError. */
  load(): Promise<Snapshot | undefined> {
    return this.#loadNewest(() => true);
  }

  /** The newest snapshot that reads and that the log knows of. Rejects with FileError. */
  loadNewestAvailable(known: readonly WalSnapshot[]): Promise<Snapshot | undefined> {
    return this.#loadNewest(({ metadata }) =>
      known.some(({ index, term }) => index === (metadata?.index ?? 0) && term === (metadata?.term ?? 0)),
    );
  }

  async #loadNewest(wanted: (snapshot: Snapshot) => boolean): Promise<Snapshot | undefined> {
    await this.removeTemporaryFiles();
    const names = (await this.#fileSystem.list(this.#directory)).filter((name) => name.endsWith(".snap"));
    for (const name of names.reverse()) {
      const path = this.#path(name);
      const read = decodeSnapshotFile(await this.#fileSystem.readFile(path), crc32c);
      if (!read.ok) {
        this.#log.warn("failed to read a snap file; renamed to a broken snap file", {
          path,
          "broken-path": `${path}.broken`,
          error: read.reason,
        });
        await this.#fileSystem.rename(path, `${path}.broken`);
        await this.#fileSystem.syncDirectory(this.#directory);
      } else if (wanted(read.snapshot)) return read.snapshot;
    }
    return undefined;
  }

  /** Removes what an interrupted receipt, save or defragmentation left. */
  async removeTemporaryFiles(): Promise<void> {
    for (const name of await this.#fileSystem.list(this.#directory)) {
      if (!name.startsWith("tmp") && !name.startsWith("db.tmp") && !name.endsWith(".snap.tmp")) continue;
      this.#log.info("found orphaned temporary file; deleting", { path: this.#path(name) });
      await this.#fileSystem.remove(this.#path(name));
    }
  }

  /**
   * Keeps a database received from the leader, the one that belongs to the snapshot of this index. Gives its size in bytes. When the chunks fail, nothing
   * is kept and their error is thrown. Rejects with FileError.
   */
  async saveDatabase(index: number, chunks: AsyncIterable<Uint8Array>): Promise<number> {
    let bytes = 0;
    const startMs = this.#now();
    const syncSeconds = await this.#create(`tmp${this.#temporaryFiles++}`, databaseFileName(index), async (file) => {
      let gathered: Uint8Array[] = [];
      let gatheredBytes = 0;
      for await (const chunk of chunks) {
        gathered.push(chunk);
        gatheredBytes += chunk.length;
        if (gatheredBytes < PIECE_BYTES) continue;
        await file.writev(gathered, bytes);
        bytes += gatheredBytes;
        gathered = [];
        gatheredBytes = 0;
      }
      await file.writev(gathered, bytes);
      bytes += gatheredBytes;
    });
    this.#observer?.databaseSync(syncSeconds);
    this.#observer?.databaseSave(this.#secondsSince(startMs));
    this.#log.info("saved database snapshot to disk", { path: this.#path(databaseFileName(index)), bytes });
    return bytes;
  }

  /** Path of the received database for the snapshot of this index; undefined when there is none. */
  async databasePath(index: number): Promise<string | undefined> {
    const path = this.#path(databaseFileName(index));
    return (await this.#fileSystem.stat(path)) === undefined ? undefined : path;
  }

  /** Removes received databases of snapshots before this index. */
  async releaseDatabases(index: number): Promise<void> {
    for (const name of await this.#fileSystem.list(this.#directory)) {
      const found = parseDatabaseFileName(name);
      if (found === undefined || found >= index) continue;
      this.#log.info("found orphaned .snap.db file; deleting", { path: this.#path(name) });
      await this.#fileSystem.remove(this.#path(name));
    }
  }

  /** Removes the oldest snapshots, and likewise received databases, until `maxFiles` of each are left. Returns their names. */
  async purge(maxFiles: number): Promise<string[]> {
    assert(maxFiles >= 1, "a snapshot is kept");
    const names = await this.#fileSystem.list(this.#directory);
    const purged: string[] = [];
    for (const suffix of [".snap", ".snap.db"]) {
      const found = names.filter((name) => name.endsWith(suffix));
      for (const name of found.slice(0, Math.max(0, found.length - maxFiles))) {
        await this.#fileSystem.remove(this.#path(name));
        this.#log.info("purged", { path: this.#path(name) });
        purged.push(name);
      }
    }
    return purged;
  }

  /** A file with that content under its final name, or none. */
  #now(): number {
    return this.#clock?.now() ?? 0;
  }

  #secondsSince(startMs: number): number {
    return (this.#now() - startMs) / 1000;
  }

  /** Gives the seconds that the sync of the file took. */
  async #create(temporaryName: string, name: string, fill: (file: File) => Promise<void>): Promise<number> {
    const temporary = this.#path(temporaryName);
    let syncSeconds = 0;
    const file = await this.#fileSystem.open(temporary, "truncate");
    try {
      try {
        await fill(file);
        const startMs = this.#now();
        await file.datasync();
        syncSeconds = this.#secondsSince(startMs);
      } finally {
        await file.close();
      }
      await this.#fileSystem.rename(temporary, this.#path(name));
    } catch (error) {
      await this.#fileSystem.remove(temporary);
      throw error;
    }
    await this.#fileSystem.syncDirectory(this.#directory);
    return syncSeconds;
  }

  #path(name: string): string {
    return `${this.#directory}/${name}`;
  }
}

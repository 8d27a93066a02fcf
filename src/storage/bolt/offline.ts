/** A bbolt file opened for reading while no server has it: for etcdutl and tests. */
import type { Clock } from "../../io/clock.ts";
import type { File, FileSystem } from "../../io/file-system.ts";
import { BoltFile } from "./bolt-file.ts";
import type { EntryVisitor } from "./bolt-open.ts";
import { type CheckReport, checkBoltFile } from "./checker.ts";
import { BoltLockedError } from "./errors.ts";
import { BoltPinnedReader } from "./pinned-reader.ts";

export interface OfflineOptions {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly path: string;
  /** Refuse a file that a server has open; default true. Off for files that are nobody's, like snapshots in read-only folders. */
  readonly lock?: boolean;
  /** Memory for pages in bytes; default 32 MB. */
  readonly cacheBytes?: number;
  readonly visit?: EntryVisitor;
}

const CACHE_BYTES = 32 << 20;

export class OfflineBolt {
  /** Its newest transaction: get, scan, scanSlices, bucketNames, sizeBytes. */
  readonly reader: BoltPinnedReader;
  readonly #file: File;
  readonly #clock: Clock;

  private constructor(file: File, clock: Clock, bolt: BoltFile) {
    this.#file = file;
    this.#clock = clock;
    this.reader = new BoltPinnedReader(bolt, clock);
  }

  /** Rejects with BoltLockedError, BoltDamagedError, BoltUnsupportedError or FileError. */
  static async open(options: OfflineOptions): Promise<OfflineBolt> {
    const file = await options.fileSystem.open(options.path, "read");
    try {
      if (options.lock !== false && !(await file.lock())) throw new BoltLockedError(options.path);
      const settings = { clock: options.clock, cache: options.cacheBytes ?? CACHE_BYTES };
      const bolt = await BoltFile.open(file, settings, options.visit);
      return new OfflineBolt(file, options.clock, bolt);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** As `bbolt check`, and more. */
  check(): Promise<CheckReport> {
    return checkBoltFile(this.#file, this.#clock);
  }

  async close(): Promise<void> {
    this.reader.release();
    await this.#file.close();
  }
}

/**
 * Prepares the next segment file ahead of need: `0.tmp` or `1.tmp` in the log's folder, locked and with all its blocks reserved
 * (etcd server/storage/wal/file_pipeline.go). So a full disk shows here, long before the log runs out of room, and not in the middle of a record.
 */

import type { Clock, Timer } from "../../io/clock.ts";
import { type File, FileError, type FileSystem } from "../../io/file-system.ts";
import type { Logger } from "../../io/logger.ts";

const RETRY_MS = 1000;

/** An empty, locked file with reserved blocks under a temporary name. */
export interface PreparedSegment {
  readonly file: File;
  readonly path: string;
  readonly reservedBytes: number;
}

export interface PipelineOptions {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly log: Logger;
  readonly directory: string;
  readonly segmentBytes: number;
}

export class SegmentPipeline {
  readonly #options: PipelineOptions;
  #count: number;
  #ready: PreparedSegment | undefined;
  #preparing: Promise<void> | undefined;
  #retry: Timer | undefined;
  #failure: FileError | undefined;
  #closed: boolean;

  /** Starts preparing at once. */
  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#count = 0;
    this.#ready = undefined;
    this.#preparing = undefined;
    this.#retry = undefined;
    this.#failure = undefined;
    this.#closed = false;
    this.#prepare();
  }

  /** True while no segment could be prepared because the disk (or the quota on it) is full. Tried again every second. */
  get outOfSpace(): boolean {
    return this.#failure !== undefined && isOutOfSpace(this.#failure);
  }

  get ready(): boolean {
    return this.#ready !== undefined;
  }

  /**
   * The prepared segment, and preparation of another begins. The caller must have renamed the segment of one call before it takes the next:
   * there are two temporary names.
   */
  take(): PreparedSegment | undefined {
    const taken = this.#ready;
    if (taken === undefined) return undefined;
    this.#ready = undefined;
    this.#count++;
    this.#prepare();
    return taken;
  }

  /** Stops, and removes what was prepared. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#retry?.cancel();
    await this.#preparing;
    const left = this.#ready;
    this.#ready = undefined;
    if (left === undefined) return;
    await left.file.close();
    await this.#options.fileSystem.remove(left.path);
  }

  #prepare(): void {
    this.#preparing = this.#prepareFile().then(
      (prepared) => {
        this.#preparing = undefined;
        this.#ready = prepared;
        if (this.#failure !== undefined) this.#options.log.info("space for WAL segments is back");
        this.#failure = undefined;
      },
      (error: unknown) => {
        this.#preparing = undefined;
        if (!(error instanceof FileError)) throw error;
        if (this.#failure === undefined) {
          this.#options.log.error("failed to preallocate space when creating a new WAL", {
            size: this.#options.segmentBytes,
            error: error.message,
          });
        }
        this.#failure = error;
        if (this.#closed) return;
        this.#retry = this.#options.clock.setTimer(RETRY_MS, () => this.#prepare());
      },
    );
  }

  async #prepareFile(): Promise<PreparedSegment> {
    const { fileSystem, directory, segmentBytes } = this.#options;
    // Not the name that was published last: its file may not be renamed yet.
    const path = `${directory}/${this.#count % 2}.tmp`;
    // Emptied, because a crash may have left an old one with records in it.
    const file = await fileSystem.open(path, "truncate");
    try {
      if (!(await file.lock())) throw new FileError("lock", path, "EWOULDBLOCK");
      await file.preallocate(segmentBytes);
      await file.datasync();
    } catch (error) {
      await file.close();
      await fileSystem.remove(path);
      throw error;
    }
    return { file, path, reservedBytes: segmentBytes };
  }
}

/** The disk, or the quota on it, is full. */
export function isOutOfSpace(error: FileError): boolean {
  return error.code === "ENOSPC" || error.code === "EDQUOT";
}

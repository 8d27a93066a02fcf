/**
 * The write-ahead log: append, rotation, release. Reading is in `wal-reader.ts`, formats in `codec/wal`. Behaviour: etcd server/storage/wal/wal.go.
 *
 * Group commit: `save` encodes at once into the gathering buffer; a durable write that is under way takes nothing more in, and when it ends,
 * all that has gathered leaves in the next one. One write per batch, made durable in the same trip off the main thread.
 *
 * Invariants:
 * - What `save` promised is durable when its promise resolves, in the order of the calls, and so is all that was saved before it.
 * - Bytes go only into space that is reserved, as long as the disk has room for the next segment: a batch that does not fit the rest of a
 *   segment begins the next one. DIVERGES: etcd writes across the end and rotates afterwards. Both read both.
 * - While no next segment can be prepared, `outOfSpace` is true (the caller refuses writes) and the log goes on beyond the segment's end, where a
 *   write may have to wait for room.
 * - After the first failure nothing is written any more and every call rejects with WalWriteError.
 */
import { assert } from "../../base/assert.ts";
import { parentOf } from "../../base/parent-path.ts";
import { parseSegmentFileName, segmentFileName } from "../../codec/wal/file-name.ts";
import { RecordType } from "../../codec/wal/record.ts";
import { encodeSnapshot, type WalSnapshot } from "../../codec/wal/record-data.ts";
import { type EncodedBatch, RecordEncoder } from "../../codec/wal/record-encoder.ts";
import type { Clock } from "../../io/clock.ts";
import { type File, FileError, type FileSystem } from "../../io/file-system.ts";
import type { Logger } from "../../io/logger.ts";
import type { Entry, HardState } from "../../proto/generated/raft.ts";
import { crc32c } from "../crc32c.ts";
import { RoomWait } from "./room-wait.ts";
import { isOutOfSpace, type PreparedSegment, SegmentPipeline } from "./segment-pipeline.ts";
import { readSegments, type SegmentFile } from "./segment-reader.ts";
import { newWaiting, type Waiting } from "./waiting.ts";
import { tooShort, type WalProblem, WalWriteError } from "./wal-problem.ts";
import { ContentsCollector, selectSegments, type WalContents, type WalStart, walExists } from "./wal-reader.ts";
import { zeroRest } from "./zeros.ts";

/** etcd's segment size. */
export const SEGMENT_BYTES = 64_000_000;
const SLOW_SYNC_SECONDS = 1;
/** More than the frame, the record's head and the entry's numbers take. */
const ENTRY_OVERHEAD_BYTES_MAX = 64;

export interface WalOptions {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly log: Logger;
  /** `<data>/member/wal` or `--wal-dir`. */
  readonly directory: string;
  /** {@link SEGMENT_BYTES} unless a test wants rotation sooner. */
  readonly segmentBytes?: number;
  /** `--unsafe-no-fsync`: writes are not made durable. */
  readonly noSync?: boolean;
  /** Told how long each durable write took (etcd_disk_wal_fsync_duration_seconds). */
  readonly observeSync?: (seconds: number) => void;
}

export type WalOpenResult =
  | { readonly ok: true; readonly wal: Wal; readonly contents: WalContents }
  | { readonly ok: false; readonly problem: WalProblem };

/** A segment on disk that this log holds locked. */
interface Segment {
  readonly file: File;
  /** `<directory>/<sequence>-<index>.wal`; under a temporary name until its head is durable. */
  readonly path: string;
  readonly temporaryPath: string | undefined;
  readonly sequence: number;
  readonly index: number;
  readonly reservedBytes: number;
}

/** Encoded bytes on their way to a place in a segment. */
interface Chunk {
  readonly segment: Segment;
  readonly offset: number;
  readonly batch: EncodedBatch;
}

const DONE: Promise<void> = Promise.resolve();

export class Wal {
  readonly #options: WalOptions;
  readonly #metadata: Uint8Array;
  readonly #encoder: RecordEncoder;
  readonly #pipeline: SegmentPipeline;
  /** Named and locked, oldest first. The last one is the tail on disk. */
  #segments: Segment[];
  /** Where the encoder's bytes go: the tail, or the one that will be the tail when the queue is written. */
  #target: Segment;
  /** Offset in the target of the encoder's first byte. */
  #offset: number;
  /** Bytes of the target before the records of the first batch in it. */
  #headBytes: number;
  #queue: Chunk[];
  #spare: Uint8Array | undefined;
  #hardState: HardState | undefined;
  #lastIndex: number;
  /** Where the records end that were written to the tail on disk. */
  #tailEnd: number;
  #bytesWritten: number;
  /** Those whose records are in the encoder; undefined when nobody waits for what is there. */
  #gathering: Waiting | undefined;
  #writing: boolean;
  readonly #room: RoomWait;
  #failure: WalWriteError | undefined;
  #closed: boolean;

  private constructor(
    options: WalOptions,
    segments: Segment[],
    tail: { readonly offset: number; readonly crc: number },
    state: { readonly metadata: Uint8Array; readonly hardState: HardState | undefined; readonly lastIndex: number },
  ) {
    this.#options = options;
    this.#metadata = state.metadata;
    this.#encoder = new RecordEncoder(crc32c, tail.crc);
    this.#segments = segments;
    this.#target = segments.at(-1)!;
    this.#offset = tail.offset;
    this.#headBytes = 0;
    this.#queue = [];
    this.#spare = undefined;
    this.#hardState = state.hardState;
    this.#lastIndex = state.lastIndex;
    this.#tailEnd = tail.offset;
    this.#bytesWritten = 0;
    this.#gathering = undefined;
    this.#writing = false;
    this.#room = new RoomWait(options.clock);
    this.#failure = undefined;
    this.#closed = false;
    this.#pipeline = new SegmentPipeline({ ...options, segmentBytes: options.segmentBytes ?? SEGMENT_BYTES });
  }

  /**
   * Makes a new log in a folder that holds none: complete, or not there at all after a crash. `metadata` is the marshalled
   * etcdserverpb.Metadata that every segment repeats. Rejects with FileError.
   */
  static async create(options: WalOptions, metadata: Uint8Array): Promise<Wal> {
    const { fileSystem, directory } = options;
    assert(!(await walExists(fileSystem, directory)), "a log is created only where there is none");
    const temporary = `${directory}.tmp`;
    await fileSystem.removeTree(temporary);
    await fileSystem.makeDirectory(temporary);
    const name = segmentFileName(0, 0);
    const reservedBytes = options.segmentBytes ?? SEGMENT_BYTES;
    const encoder = new RecordEncoder(crc32c, 0);
    encoder.crcRecord();
    encoder.data(RecordType.Metadata, metadata);
    encoder.data(RecordType.Snapshot, encodeSnapshot({ index: 0, term: 0, confState: undefined }));
    const head = encoder.take(undefined);
    const file = await fileSystem.open(`${temporary}/${name}`, "create");
    try {
      if (!(await file.lock())) throw new FileError("lock", file.path, "EWOULDBLOCK");
      await file.preallocate(reservedBytes);
      await file.writevDurable(head.parts, 0);
      await fileSystem.syncDirectory(temporary);
      await fileSystem.removeTree(directory);
      await fileSystem.rename(temporary, directory);
      await fileSystem.syncDirectory(parentOf(directory));
    } catch (error) {
      await file.close();
      throw error;
    }
    const segment: Segment = {
      file,
      path: `${directory}/${name}`,
      temporaryPath: undefined,
      sequence: 0,
      index: 0,
      reservedBytes,
    };
    const state = { metadata: metadata.slice(), hardState: undefined, lastIndex: 0 };
    return new Wal(options, [segment], { offset: head.length, crc: encoder.crc }, state);
  }

  /**
   * Opens the log for appending, from the segment of a snapshot on, and reads what is in it. A problem leaves every file as it was; a torn one goes away
   * by {@link repairWal} and opening again. With `reach` a log that ends before that index is a problem (`short`), also when its end is torn.
   * Rejects with FileError.
   */
  static async open(options: WalOptions, start: WalStart, reach = 0): Promise<WalOpenResult> {
    const { fileSystem, directory } = options;
    const selected = await selectSegments(fileSystem, directory, start.index);
    if (!selected.ok) return selected;
    const files: SegmentFile[] = [];
    let opened = false;
    try {
      for (const path of selected.paths) {
        const file = await fileSystem.open(path, "write");
        files.push({ file, path });
        if (!(await file.lock())) {
          const reason = "locked by another process";
          return { ok: false, problem: { kind: "locked", path, offset: undefined, reason } };
        }
      }
      const collector = new ContentsCollector(start);
      const end = await readSegments(files, crc32c, collector);
      const problem = tooShort(end, collector.lastIndex, reach) ?? end.problem ?? collector.missing(directory);
      if (problem !== undefined) return { ok: false, problem };
      const segments = await Promise.all(files.map(segmentOf));
      const tail = await reserveTail(segments.pop()!, end.offset, options);
      segments.push(tail);
      const contents = collector.contents();
      const wal = new Wal(options, segments, end, {
        metadata: contents.metadata,
        hardState: contents.hardState,
        lastIndex: collector.lastIndex,
      });
      opened = true;
      return { ok: true, wal, contents };
    } finally {
      if (!opened) for (const { file } of files) await file.close();
    }
  }

  /** True while the disk has no room for the next segment: writes should be refused until it is false again. */
  get outOfSpace(): boolean {
    return this.#pipeline.outOfSpace;
  }

  /** Index of the entry (or of the snapshot ahead of it) that was saved last. */
  get lastIndex(): number {
    return this.#lastIndex;
  }

  /** Bytes handed to the disk since the log was opened (etcd_disk_wal_write_bytes_total). */
  get bytesWritten(): number {
    return this.#bytesWritten;
  }

  get metadata(): Uint8Array {
    return this.#metadata;
  }

  /** Why the log stopped, once a write failed. */
  get failure(): WalWriteError | undefined {
    return this.#failure;
  }

  /**
   * Appends entries and the hard state. Resolves when they are durable; at once when nothing in them has to be (only `commit` moved: it goes out with
   * the next durable write, as in etcd). The entries' data must stay as it is until then. Rejects with WalWriteError.
   */
  save(state: HardState | undefined, entries: readonly Entry[]): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    assert(!this.#closed, "a closed log is not written to");
    const hasState = state !== undefined && !(state.term === 0 && state.vote === 0n && state.commit === 0);
    if (!hasState && entries.length === 0) return DONE;
    const previous = this.#hardState;
    const mustSync =
      entries.length !== 0 ||
      (state !== undefined && (previous === undefined || state.term !== previous.term || state.vote !== previous.vote));
    this.#makeRoom(entries);
    const encoder = this.#encoder;
    for (let i = 0; i < entries.length; i++) encoder.entry(entries[i]!);
    if (entries.length !== 0) this.#lastIndex = entries[entries.length - 1]!.index;
    if (hasState) {
      this.#hardState = state;
      encoder.hardState(state);
    }
    return mustSync ? this.#flush() : DONE;
  }

  /**
   * Records that a snapshot of this place exists. The snapshot itself must be durable before. Rejects with WalWriteError.
   */
  saveSnapshot(snapshot: WalSnapshot): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    assert(!this.#closed, "a closed log is not written to");
    assert(snapshot.index === 0 || snapshot.confState !== undefined, "a snapshot record has a conf state");
    this.#encoder.data(RecordType.Snapshot, encodeSnapshot(snapshot));
    if (snapshot.index > this.#lastIndex) this.#lastIndex = snapshot.index;
    return this.#flush();
  }

  /** Makes durable what was saved without need to be. Rejects with WalWriteError. */
  sync(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return this.#encoder.length === 0 && this.#queue.length === 0 && !this.#writing ? DONE : this.#flush();
  }

  /**
   * Lets go of segments that hold nothing after `index`: unlocks all before the one that may hold it, so that {@link purge} may remove them.
   * The index is that of a snapshot.
   */
  async releaseTo(index: number): Promise<void> {
    const next = this.#segments.findIndex((segment) => segment.index >= index);
    const keepFrom = (next < 0 ? this.#segments.length : next) - 1;
    if (keepFrom <= 0) return;
    const released = this.#segments.splice(0, keepFrom);
    for (const segment of released) await segment.file.close();
  }

  /**
   * Removes the oldest segments until `maxFiles` are left or one is still needed. Returns the names of those removed. Rejects with FileError.
   */
  async purge(maxFiles: number): Promise<string[]> {
    const { fileSystem, directory, log } = this.#options;
    const names = (await fileSystem.list(directory)).filter((name) => parseSegmentFileName(name) !== undefined);
    const purged: string[] = [];
    for (const name of names.slice(0, Math.max(0, names.length - maxFiles))) {
      const path = `${directory}/${name}`;
      if (this.#segments.some((segment) => segment.path === path)) break;
      await fileSystem.remove(path);
      log.info("purged", { path });
      purged.push(name);
    }
    return purged;
  }

  /** Writes out what is left, and gives the files back. Rejects with WalWriteError, unless that failure was reported before. */
  async close(): Promise<void> {
    if (this.#closed) return;
    const flushed = this.#failure === undefined ? this.sync() : DONE;
    this.#closed = true;
    // Whoever waits for these records is told that they are not durable.
    const givesUp = this.#room.end();
    try {
      await (givesUp ? flushed.catch(() => undefined) : flushed);
    } finally {
      await this.#pipeline.close();
      for (const segment of this.#segments) await segment.file.close();
      if (this.#target !== this.#segments.at(-1)) await this.#target.file.close();
    }
  }

  /** Begins the next segment when the batch may not fit into what is reserved of this one. */
  #makeRoom(entries: readonly Entry[]): void {
    let bytes = ENTRY_OVERHEAD_BYTES_MAX;
    for (let i = 0; i < entries.length; i++) bytes += entries[i]!.data.length + ENTRY_OVERHEAD_BYTES_MAX;
    const length = this.#offset + this.#encoder.length;
    if (length + bytes <= this.#target.reservedBytes) return;
    // Not while another one still has its temporary name, and not right after a head: the batch is larger than any segment.
    if (this.#target !== this.#segments.at(-1) || length <= this.#headBytes) return;
    const prepared = this.#pipeline.take();
    if (prepared !== undefined) this.#cut(prepared);
  }

  #cut(prepared: PreparedSegment): void {
    this.#enqueue();
    const sequence = this.#target.sequence + 1;
    const index = this.#lastIndex + 1;
    this.#target = {
      file: prepared.file,
      path: `${this.#options.directory}/${segmentFileName(sequence, index)}`,
      temporaryPath: prepared.path,
      sequence,
      index,
      reservedBytes: prepared.reservedBytes,
    };
    this.#offset = 0;
    this.#encoder.crcRecord();
    this.#encoder.data(RecordType.Metadata, this.#metadata);
    if (this.#hardState !== undefined) this.#encoder.hardState(this.#hardState);
    this.#headBytes = this.#encoder.length;
  }

  /** Moves what was encoded to the queue. */
  #enqueue(): void {
    if (this.#encoder.length === 0) return;
    const batch = this.#encoder.take(this.#spare);
    this.#spare = undefined;
    this.#queue.push({ segment: this.#target, offset: this.#offset, batch });
    this.#offset += batch.length;
  }

  /** A promise for all that was encoded so far; the write begins at once unless one is under way. */
  #flush(): Promise<void> {
    this.#gathering ??= newWaiting();
    const { promise } = this.#gathering;
    if (!this.#writing) void this.#writeAll();
    return promise;
  }

  /** Writes batch after batch until nobody waits. Never rejects. */
  async #writeAll(): Promise<void> {
    this.#writing = true;
    while (this.#gathering !== undefined) {
      const waiting = this.#gathering;
      this.#gathering = undefined;
      this.#enqueue();
      const chunks = this.#queue;
      this.#queue = [];
      try {
        for (const chunk of chunks) await this.#writeOnceThereIsRoom(chunk);
      } catch (error) {
        this.#fail(error, waiting);
        break;
      }
      waiting.resolve();
    }
    this.#writing = false;
  }

  #fail(cause: unknown, waiting: Waiting): void {
    this.#failure = new WalWriteError(cause);
    this.#options.log.error("failed to write the WAL; the member must stop", { error: String(cause) });
    waiting.reject(this.#failure);
    this.#gathering?.reject(this.#failure);
    this.#gathering = undefined;
    this.#queue = [];
  }

  /**
   * Writes beyond the reserved part of a segment meet a full disk: they are waited for, tried again every second. What such a write has left of its
   * records is written over; nobody was told that they are durable. A failed fsync is final all the same.
   */
  async #writeOnceThereIsRoom(chunk: Chunk): Promise<void> {
    for (let isFirst = true; ; isFirst = false) {
      try {
        await this.#write(chunk);
        if (!isFirst) this.#options.log.info("there is room for WAL records again", { path: chunk.segment.path });
        return;
      } catch (error) {
        const isFull = error instanceof FileError && error.operation === "write" && isOutOfSpace(error);
        if (!isFull || this.#closed) throw error;
        if (isFirst) this.#options.log.error("no room for WAL records; waiting for space", { error: error.message });
        await this.#room.pause();
      }
    }
  }

  async #write(chunk: Chunk): Promise<void> {
    const { segment, offset, batch } = chunk;
    const tail = this.#segments.at(-1)!;
    if (segment !== tail) await this.#finishTail(tail);
    await this.#writeParts(segment.file, batch.parts, offset);
    if (segment !== tail) await this.#publish(segment);
    this.#tailEnd = offset + batch.length;
    this.#bytesWritten += batch.length;
    this.#spare ??= batch.reusable;
  }

  async #writeParts(file: File, parts: readonly Uint8Array[], offset: number): Promise<void> {
    if (this.#options.noSync === true) return file.writev(parts, offset);
    const { clock, log } = this.#options;
    const began = clock.now();
    await file.writevDurable(parts, offset);
    const seconds = (clock.now() - began) / 1000;
    this.#options.observeSync?.(seconds);
    if (seconds > SLOW_SYNC_SECONDS) log.warn("slow fdatasync", { took: `${seconds}s`, "expected-duration": "1s" });
  }

  /** The old tail ends where its records end, durably, before a successor has a name. */
  async #finishTail(tail: Segment): Promise<void> {
    await tail.file.truncate(this.#tailEnd);
    if (this.#options.noSync !== true) await tail.file.datasync();
  }

  async #publish(segment: Segment): Promise<void> {
    const { fileSystem, directory, log } = this.#options;
    await fileSystem.rename(segment.temporaryPath!, segment.path);
    if (this.#options.noSync !== true) await fileSystem.syncDirectory(directory);
    this.#segments.push(segment);
    log.info("created a new WAL segment", { path: segment.path });
  }
}

async function segmentOf({ file, path }: SegmentFile): Promise<Segment> {
  const { sequence, index } = parseSegmentFileName(path.slice(path.lastIndexOf("/") + 1))!;
  return { file, path, temporaryPath: undefined, sequence, index, reservedBytes: await file.size() };
}

/** Makes the tail ready for appending at `end`: nothing but zeros after it, and its full size reserved if the disk has room. */
async function reserveTail(tail: Segment, end: number, options: WalOptions): Promise<Segment> {
  const { file, path } = tail;
  await zeroRest(file, end);
  const wanted = Math.max(tail.reservedBytes, options.segmentBytes ?? SEGMENT_BYTES);
  try {
    await file.preallocate(wanted);
    return { ...tail, reservedBytes: wanted };
  } catch (error) {
    if (!(error instanceof FileError) || !isOutOfSpace(error)) throw error;
    options.log.warn("no space to reserve the rest of the WAL segment", { path, size: wanted });
    return tail;
  }
}

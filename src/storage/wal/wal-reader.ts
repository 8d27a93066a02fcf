/**
 * Reading a log without writing to it: what `etcdutl`, checks and the start of a member need, and the part that opening for writing shares.
 * Behaviour: etcd server/storage/wal/wal.go (ReadAll, ValidSnapshotEntries, Verify).
 */
import { equalBytes } from "../../base/bytes.ts";
import { parseSegmentFileName } from "../../codec/wal/file-name.ts";
import { RecordType } from "../../codec/wal/record.ts";
import { decodeEntry, decodeHardState, decodeSnapshot, type WalSnapshot } from "../../codec/wal/record-data.ts";
import type { FileSystem } from "../../io/file-system.ts";
import type { Entry, HardState } from "../../proto/generated/raft.ts";
import { crc32c } from "../crc32c.ts";
import { type RecordProblem, type RecordVisitor, readSegments, type SegmentFile } from "./segment-reader.ts";
import type { WalProblem } from "./wal-problem.ts";

/** The place of the log from which entries are wanted: that of a snapshot; {0, 0} for all. */
export interface WalStart {
  readonly index: number;
  readonly term: number;
}

export interface WalContents {
  /** What {@link Wal.create} was given; the same in every segment. */
  readonly metadata: Uint8Array;
  /** The last one; undefined when there is none. */
  readonly hardState: HardState | undefined;
  /** Consecutive, from start.index + 1. Those after hardState.commit may still be replaced by others. */
  readonly entries: Entry[];
}

export type WalReadResult =
  | {
      readonly ok: true;
      readonly contents: WalContents;
      /** The log ends with a torn write, which was passed over. */
      readonly torn: WalProblem | undefined;
    }
  | { readonly ok: false; readonly problem: WalProblem };

export type WalSnapshotsResult =
  | { readonly ok: true; readonly snapshots: WalSnapshot[] }
  | { readonly ok: false; readonly problem: WalProblem };

/** Whether the folder holds a log (any file named `*.wal`, as etcd decides it). */
export async function walExists(fileSystem: FileSystem, directory: string): Promise<boolean> {
  if ((await fileSystem.stat(directory)) === undefined) return false;
  return (await fileSystem.list(directory)).some((name) => name.endsWith(".wal"));
}

/** Reads the log from a snapshot on, writing nothing and taking no lock. Rejects with FileError. */
export async function readWal(fileSystem: FileSystem, directory: string, start: WalStart): Promise<WalReadResult> {
  const selected = await selectSegments(fileSystem, directory, start.index);
  if (!selected.ok) return selected;
  return reading(fileSystem, selected.paths, async (segments) => {
    const collector = new ContentsCollector(start);
    const end = await readSegments(segments, crc32c, collector);
    const torn = end.problem?.kind === "torn" ? end.problem : undefined;
    const problem = torn === undefined ? (end.problem ?? collector.missing(directory)) : collector.missing(directory);
    if (problem !== undefined) return { ok: false, problem };
    return { ok: true, contents: collector.contents(), torn };
  });
}

/**
 * The snapshots that the log knows and that are committed, oldest first: index at most the last hard state's commit. A member starts from the newest of
 * these for which it has the data. Rejects with FileError.
 */
export async function validSnapshotEntries(fileSystem: FileSystem, directory: string): Promise<WalSnapshotsResult> {
  const selected = await selectSegments(fileSystem, directory, undefined);
  if (!selected.ok) return selected;
  return reading(fileSystem, selected.paths, async (segments) => {
    const collector = new SnapshotCollector();
    const { problem } = await readSegments(segments, crc32c, collector);
    if (problem !== undefined && problem.kind !== "torn") return { ok: false, problem };
    return { ok: true, snapshots: collector.committed() };
  });
}

async function reading<R>(
  fileSystem: FileSystem,
  paths: readonly string[],
  read: (segments: SegmentFile[]) => Promise<R>,
): Promise<R> {
  const segments: SegmentFile[] = [];
  try {
    for (const path of paths) segments.push({ path, file: await fileSystem.open(path, "read") });
    return await read(segments);
  } finally {
    for (const { file } of segments) await file.close();
  }
}

export type SelectedSegments =
  | { readonly ok: true; readonly paths: string[] }
  | { readonly ok: false; readonly problem: WalProblem };

/** The segments from the one that may hold the entry after `index` on; all of them when it is undefined. */
export async function selectSegments(
  fileSystem: FileSystem,
  directory: string,
  index: number | undefined,
): Promise<SelectedSegments> {
  const refuse = (kind: WalProblem["kind"], path: string, reason: string): SelectedSegments => ({
    ok: false,
    problem: { kind, path, offset: undefined, reason },
  });
  if ((await fileSystem.stat(directory)) === undefined) return refuse("noFiles", directory, "folder does not exist");
  const names = (await fileSystem.list(directory)).filter((name) => parseSegmentFileName(name) !== undefined);
  if (names.length === 0) return refuse("noFiles", directory, "no segment file");
  let first = 0;
  if (index !== undefined) {
    first = names.findLastIndex((name) => parseSegmentFileName(name)!.index <= index);
    if (first < 0) return refuse("noFileForSnapshot", directory, `all segments begin after index ${index}`);
  }
  const paths: string[] = [];
  let sequence: number | undefined;
  for (const name of names.slice(first)) {
    const found = parseSegmentFileName(name)!.sequence;
    if (sequence !== undefined && found !== sequence + 1)
      return refuse("sequenceGap", `${directory}/${name}`, `segment ${found} follows segment ${sequence}`);
    sequence = found;
    paths.push(`${directory}/${name}`);
  }
  return { ok: true, paths };
}

/** Gathers what {@link WalContents} holds. */
export class ContentsCollector implements RecordVisitor {
  readonly #start: WalStart;
  readonly #entries: Entry[];
  #metadata: Uint8Array | undefined;
  #hardState: HardState | undefined;
  #lastIndex: number;
  #matched: boolean;

  constructor(start: WalStart) {
    this.#start = start;
    this.#entries = [];
    this.#metadata = undefined;
    this.#hardState = undefined;
    this.#lastIndex = 0;
    this.#matched = false;
  }

  /** Index of the entry that was written last. */
  get lastIndex(): number {
    return this.#lastIndex;
  }

  record(type: number, bytes: Uint8Array, start: number, end: number): RecordProblem | undefined {
    switch (type) {
      case RecordType.Entry: {
        const entry = decodeEntry(bytes, start, end);
        if (entry === undefined) return { kind: "damaged", reason: "malformed entry" };
        return this.#entry(entry);
      }
      case RecordType.State: {
        const state = decodeHardState(bytes, start, end);
        if (state === undefined) return { kind: "damaged", reason: "malformed hard state" };
        this.#hardState = state;
        return undefined;
      }
      case RecordType.Metadata: {
        const metadata = bytes.slice(start, end);
        if (this.#metadata !== undefined && !equalBytes(this.#metadata, metadata))
          return { kind: "metadataConflict", reason: "metadata differs from that of the file before" };
        this.#metadata = metadata;
        return undefined;
      }
      case RecordType.Snapshot: {
        const snapshot = decodeSnapshot(bytes, start, end);
        if (snapshot === undefined) return { kind: "damaged", reason: "malformed snapshot record" };
        return this.#snapshot(snapshot);
      }
      default:
        return undefined;
    }
  }

  #entry(entry: Entry): RecordProblem | undefined {
    this.#lastIndex = entry.index;
    const offset = entry.index - this.#start.index - 1;
    if (offset < 0) return undefined;
    if (offset > this.#entries.length) {
      const expected = this.#start.index + this.#entries.length + 1;
      return { kind: "entryGap", reason: `entry ${entry.index} where ${expected} is next` };
    }
    // An entry of a later term replaces that of a leader which lost, and all after it (Raft paper, figure 7).
    this.#entries.length = offset;
    this.#entries.push(entry);
    return undefined;
  }

  #snapshot(snapshot: WalSnapshot): RecordProblem | undefined {
    if (snapshot.index > this.#lastIndex) this.#lastIndex = snapshot.index;
    if (snapshot.index !== this.#start.index) return undefined;
    if (snapshot.term !== this.#start.term) {
      const reason = `snapshot ${snapshot.index} has term ${snapshot.term}, not ${this.#start.term}`;
      return { kind: "snapshotMismatch", reason };
    }
    this.#matched = true;
    return undefined;
  }

  /** After all records: the snapshot that should have been among them. */
  missing(directory: string): WalProblem | undefined {
    if (this.#matched) return undefined;
    const reason = `no record of snapshot ${this.#start.index} of term ${this.#start.term}`;
    return { kind: "snapshotNotFound", path: directory, offset: undefined, reason };
  }

  contents(): WalContents {
    return { metadata: this.#metadata ?? new Uint8Array(0), hardState: this.#hardState, entries: this.#entries };
  }
}

class SnapshotCollector implements RecordVisitor {
  readonly #snapshots: WalSnapshot[];
  #commit: number;

  constructor() {
    this.#snapshots = [];
    this.#commit = 0;
  }

  record(type: number, bytes: Uint8Array, start: number, end: number): RecordProblem | undefined {
    if (type === RecordType.Snapshot) {
      const snapshot = decodeSnapshot(bytes, start, end);
      if (snapshot === undefined) return { kind: "damaged", reason: "malformed snapshot record" };
      this.#snapshots.push(snapshot);
    } else if (type === RecordType.State) {
      const state = decodeHardState(bytes, start, end);
      if (state === undefined) return { kind: "damaged", reason: "malformed hard state" };
      this.#commit = state.commit;
    }
    return undefined;
  }

  committed(): WalSnapshot[] {
    return this.#snapshots.filter((snapshot) => snapshot.index <= this.#commit);
  }
}

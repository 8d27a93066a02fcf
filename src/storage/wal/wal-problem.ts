/** What can be wrong with a write-ahead log: results of reading it, and the error of a write that failed. */

/**
 * - `noFiles`: no segment in the folder.
 * - `noFileForSnapshot`: all segments begin after the index asked for.
 * - `sequenceGap`: a segment is missing between two others.
 * - `locked`: another process has the log open for writing.
 * - `torn`: power was lost during the last write; {@link repairWal} cuts it off.
 * - `short`: it ends before an entry that it is known to have held.
 * - `damaged`: bytes that no crash leaves behind. Nothing is written over them.
 * - `entryGap`: entries are missing between two others, or between the snapshot and the first.
 * - `metadataConflict`: segments of two members or clusters in one folder.
 * - `snapshotMismatch`: the snapshot's index is in the log with another term.
 * - `snapshotNotFound`: the log holds no record of the snapshot asked for.
 */
export type WalProblemKind =
  | "noFiles"
  | "noFileForSnapshot"
  | "sequenceGap"
  | "locked"
  | "torn"
  | "short"
  | "damaged"
  | "entryGap"
  | "metadataConflict"
  | "snapshotMismatch"
  | "snapshotNotFound";

export interface WalProblem {
  readonly kind: WalProblemKind;
  /** The file, or the folder when it is about no single file. */
  readonly path: string;
  /** Byte offset of the frame in the file; undefined when it is about no single place. */
  readonly offset: number | undefined;
  readonly reason: string;
}

export function problemText(problem: WalProblem): string {
  const place = problem.offset === undefined ? problem.path : `${problem.path} at byte ${problem.offset}`;
  return `wal: ${place}: ${problem.reason}`;
}

/**
 * A write or sync of the log failed. What is on disk is unknown from then on: the member must stop. The operation is never tried again, because
 * after a failed fsync the system may have dropped the data and report success the next time.
 */
export class WalWriteError extends Error {
  override readonly name = "WalWriteError";

  constructor(cause: unknown) {
    super("writing the write-ahead log failed", { cause });
  }
}

/** The problem of a log that ends before an entry that it is known to have held. */
export function tooShort(
  end: Pick<WalProblem, "path"> & { readonly offset: number; readonly problem: WalProblem | undefined },
  lastIndex: number,
  reach: number,
): WalProblem | undefined {
  if ((end.problem !== undefined && end.problem.kind !== "torn") || lastIndex >= reach) return undefined;
  const reason = `the log ends here with entry ${lastIndex}, entry ${reach} was in it`;
  return { kind: "short", path: end.path, offset: end.offset, reason };
}

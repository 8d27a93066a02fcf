/**
 * Reads the records of segment files in order, 256 kB at a time: the loop is held about a millisecond a piece, however large the log is.
 * Formats: `codec/wal`; behaviour: etcd server/storage/wal/wal.go ReadAll and decoder.go.
 */
import type { Crc32c } from "../../codec/wal/record.ts";
import { RecordType } from "../../codec/wal/record.ts";
import { Decoded, RecordDecoder } from "../../codec/wal/record-decoder.ts";
import type { File } from "../../io/file-system.ts";
import type { WalProblem, WalProblemKind } from "./wal-problem.ts";

const PIECE_BYTES = 256 * 1024;

/** An open segment file under its present name. */
export interface SegmentFile {
  readonly file: File;
  readonly path: string;
}

/** Sees every record. The data is bytes[start, end): a view of memory that is not used again, so it may be kept. */
export interface RecordVisitor {
  /** Returns what is wrong with the record, if anything. */
  record(type: number, bytes: Uint8Array, start: number, end: number): RecordProblem | undefined;
}

export interface RecordProblem {
  readonly kind: WalProblemKind;
  readonly reason: string;
}

/** Where reading ended: after the last good record. `problem` says why, if it was not the end. */
export interface ReadEnd {
  readonly path: string;
  readonly offset: number;
  /** Running CRC after the last good record. */
  readonly crc: number;
  readonly problem: WalProblem | undefined;
}

/** Reads all records of the segments, which must be consecutive and end with the log's last one. Rejects with FileError. */
export async function readSegments(
  segments: readonly SegmentFile[],
  crc32c: Crc32c,
  visitor: RecordVisitor,
): Promise<ReadEnd> {
  const decoder = new RecordDecoder(crc32c);
  let path = "";
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i]!;
    path = segment.path;
    decoder.beginFile(await segment.file.size(), i === segments.length - 1);
    const problem = await readSegment(segment, decoder, visitor);
    if (problem !== undefined) return { path, offset: decoder.offset, crc: decoder.crc, problem };
  }
  return { path, offset: decoder.offset, crc: decoder.crc, problem: undefined };
}

async function readSegment(
  segment: SegmentFile,
  decoder: RecordDecoder,
  visitor: RecordVisitor,
): Promise<WalProblem | undefined> {
  const fileBytes = await segment.file.size();
  let piece: Uint8Array = new Uint8Array(Math.min(PIECE_BYTES, fileBytes));
  let end = await segment.file.read(piece, 0);
  let at = 0;
  let records = 0;
  for (;;) {
    const offset = decoder.offset;
    const problem = (kind: WalProblemKind, reason: string): WalProblem => ({
      kind,
      path: segment.path,
      offset,
      reason,
    });
    const step = decoder.step(piece, at, end);
    switch (step) {
      case Decoded.Record: {
        // Every file was complete up to its metadata before it got its name.
        if (records < 2 && decoder.type !== (records === 0 ? RecordType.Crc : RecordType.Metadata))
          return problem("damaged", "file does not begin with a crc and a metadata record");
        records++;
        const wrong = visitor.record(decoder.type, piece, decoder.dataStart, decoder.dataEnd);
        if (wrong !== undefined) return problem(wrong.kind, wrong.reason);
        at = decoder.next;
        break;
      }
      case Decoded.More: {
        // A fresh piece each time: entries that are kept are views of the old ones.
        const left = end - at;
        const wanted = Math.max(decoder.bytesNeeded, PIECE_BYTES);
        const grown = new Uint8Array(Math.min(wanted, fileBytes - offset));
        grown.set(piece.subarray(at, end));
        const read = await segment.file.read(grown.subarray(left), offset + left);
        if (left + read < Math.min(decoder.bytesNeeded, grown.length) || read === 0)
          return problem("damaged", "file became shorter while it was read");
        piece = grown;
        at = 0;
        end = left + read;
        break;
      }
      case Decoded.End:
        return records < 2 ? problem("damaged", "file is empty or ends within its head") : undefined;
      case Decoded.Torn:
        return records < 2
          ? problem("damaged", `file ends within its head: ${decoder.reason}`)
          : problem("torn", `torn write: ${decoder.reason}`);
      case Decoded.Damaged:
        return problem("damaged", decoder.reason ?? "damaged");
    }
  }
}

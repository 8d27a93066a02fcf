/**
 * The two marks of a compaction in the `meta` bucket (etcd server/storage/mvcc/store.go): the target is written before anything is
 * deleted, the end after everything is. A restart that finds them different goes on with the deletion.
 */
import { utf8 } from "../../base/bytes.ts";
import { type Backend, type BackendReader, Bucket } from "./backend.ts";
import { isRevisionKey, mainOf, revisionKey } from "./revision-key.ts";

const SCHEDULED = "scheduledCompactRev";
const FINISHED = "finishedCompactRev";

export interface CompactionMarks {
  /** Undefined when there never was a compaction. */
  readonly scheduled: number | undefined;
  readonly finished: number | undefined;
}

/** Reads both; a mark that is no revision counts as absent. */
export function readCompactionMarks(reader: BackendReader): CompactionMarks {
  return { scheduled: readMark(reader, SCHEDULED), finished: readMark(reader, FINISHED) };
}

function readMark(reader: BackendReader, name: string): number | undefined {
  const bytes = reader.get(Bucket.Meta, utf8(name));
  return bytes !== undefined && isRevisionKey(bytes) ? mainOf(bytes) : undefined;
}

export function writeScheduledCompact(backend: Backend, revision: number): void {
  backend.put(Bucket.Meta, utf8(SCHEDULED), revisionKey(revision, 0));
}

export function writeFinishedCompact(backend: Backend, revision: number): void {
  backend.put(Bucket.Meta, utf8(FINISHED), revisionKey(revision, 0));
}

/**
 * The changes of past revisions in order, read from the backend for watchers that must catch up (etcd
 * server/storage/mvcc/watchable_store.go `kvsToEvents`). Fits core/watch's EventSource.
 */
import { assert } from "../../base/assert.ts";
import { putInt64, sizeOfInt64 } from "../../proto/writer.ts";
import { type BackendReader, Bucket } from "./backend.ts";
import { KeyValueReader } from "./key-value.ts";
import { isTombstoneKey, mainOf, revisionKey, subOf } from "./revision-key.ts";
import type { WatchEvent } from "./watch-event.ts";

/** The next change to look at; `subRevision` 0 is the start of a revision. */
export interface ChangePosition {
  revision: number;
  subRevision: number;
}

export interface ChangeVisitor {
  /** Whether the change of this key is wanted: an event is built only then. */
  wants(key: string): boolean;
  /** A wanted change; the event is a copy to keep. */
  visit(event: WatchEvent): void;
}

/**
 * Visits the changes from a position (included) to a revision (included), looking at no more than `changesMax`, and moves the position
 * behind the last one looked at: to {toRevision + 1, 0} when all were. May stop within a revision.
 */
export function scanChanges(
  reader: BackendReader,
  position: ChangePosition,
  toRevision: number,
  changesMax: number,
  visitor: ChangeVisitor,
): void {
  if (position.revision > toRevision) return;
  const kv = new KeyValueReader();
  let looked = 0;
  const from = revisionKey(position.revision, position.subRevision);
  const end = revisionKey(toRevision + 1, 0).subarray(0, 8);
  const complete = reader.scan(Bucket.Key, from, end, (revisionBytes, stored) => {
    if (looked === changesMax) return false;
    looked++;
    assert(kv.parse(stored), "stored entries were checked when the store was restored");
    const main = mainOf(revisionBytes);
    const sub = subOf(revisionBytes);
    position.revision = main;
    position.subRevision = sub + 1;
    const { key } = kv;
    if (!visitor.wants(key)) return true;
    const isDelete = isTombstoneKey(revisionBytes);
    visitor.visit({
      key,
      isDelete,
      isCreate: !isDelete && kv.createRevision === main,
      modRevision: main,
      subRevision: sub,
      kv: isDelete ? deletionBytes(stored, main) : stored.slice(),
    });
    return true;
  });
  if (complete) {
    position.revision = toRevision + 1;
    position.subRevision = 0;
  }
}

/** The stored tombstone is {key}; an event carries {key, mod_revision}. */
function deletionBytes(stored: Uint8Array, modRevision: number): Uint8Array {
  const event = new Uint8Array(stored.length + 1 + sizeOfInt64(modRevision));
  event.set(stored);
  event[stored.length] = 0x18;
  putInt64(event, event.length, modRevision);
  return event;
}

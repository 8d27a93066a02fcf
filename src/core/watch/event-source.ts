/**
 * What the watch hub asks of the store: the history of changes in revision order, and single old versions for prev_kv.
 * Real: the mvcc store. Both methods are synchronous and do one bounded slice; the hub goes on where the slice ended.
 */
import type { WatchEvent } from "../mvcc/watch-event.ts";

/** A place in the history: the next change to look at. `subRevision` 0 is the start of a revision. */
export interface EventPosition {
  revision: number;
  subRevision: number;
}

/** Receives the changes of a scan. */
export interface EventVisitor {
  /** Whether anyone in this scan watches the key; the source builds a {@link WatchEvent} only then. */
  wants(key: string): boolean;
  /** One change, in the order of (modRevision, subRevision). */
  visit(event: WatchEvent): void;
}

export interface EventSource {
  /** Current revision of the store (1 when empty). */
  readonly revision: number;
  /** Last compacted revision; 0 or less before the first compaction. Changes at exactly this revision can still be scanned. */
  readonly compactRevision: number;
  /**
   * Visits the changes from `position` (inclusive) up to revision `toRevision` (inclusive). Looks at no more than `changesMax` stored
   * changes, wanted or not, then stops. Moves `position` behind the last change looked at; when the range is done it is
   * {revision: toRevision + 1, subRevision: 0}. May end in the middle of a revision.
   */
  scanEvents(position: EventPosition, toRevision: number, changesMax: number, visitor: EventVisitor): void;
  /**
   * The stored KeyValue bytes of a key as of `revision`, or undefined when it did not exist then or the revision is compacted.
   * The hub copies what it keeps.
   */
  valueAt(key: string, revision: number): Uint8Array | undefined;
}

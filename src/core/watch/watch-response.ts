/** One message for a watch stream, in the order in which it is to be sent. Becomes bytes in `response-bytes.ts`. */
import type { EncodedEvent } from "./event-bytes.ts";
import type { Watcher } from "./watcher.ts";

/** The watch_id of replies that belong to no watch: refused creates and manual progress (clientv3 InvalidWatchID). */
export const INVALID_WATCH_ID = -1;

export class WatchResponse {
  readonly watchId: number;
  /** Revision of the response header. 0 in the reply that reports a compaction, as in etcd. */
  readonly headerRevision: number;
  readonly created: boolean;
  readonly canceled: boolean;
  readonly compactRevision: number;
  readonly cancelReason: string;
  /** The watcher that events are for; undefined in control replies. */
  readonly watcher: Watcher | undefined;
  readonly events: EncodedEvent[];
  /** Bytes of all encoded events. */
  eventsBytes: number;
  /** What the stream's bound was charged for it. */
  chargedBytes: number;

  constructor(
    watchId: number,
    headerRevision: number,
    watcher: Watcher | undefined,
    created: boolean,
    canceled: boolean,
    compactRevision: number,
    cancelReason: string,
    events: EncodedEvent[],
  ) {
    this.watchId = watchId;
    this.headerRevision = headerRevision;
    this.created = created;
    this.canceled = canceled;
    this.compactRevision = compactRevision;
    this.cancelReason = cancelReason;
    this.watcher = watcher;
    this.events = events;
    this.eventsBytes = 0;
    this.chargedBytes = 0;
  }
}

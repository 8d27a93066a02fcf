/**
 * Messages for a watch stream, in the order in which they are to be sent. They become bytes in `response-bytes.ts`.
 *
 * One response stands for one message, or for one message to each of its recipients: the same events, the watch_id apart. The stream
 * then gives it out once per recipient, each time with `watchId` and `watcher` of the next one.
 */
import type { EncodedEvent } from "./event-bytes.ts";
import type { Watcher } from "./watcher.ts";
import type { WatcherBundle } from "./watcher-group.ts";

/** The watch_id of replies that belong to no watch: refused creates and manual progress (clientv3 InvalidWatchID). */
export const INVALID_WATCH_ID = -1;

const NO_RECIPIENTS: readonly Watcher[] = [];

export class WatchResponse {
  watchId: number;
  /** Revision of the response header. 0 in the reply that reports a compaction, as in etcd. */
  headerRevision: number;
  readonly created: boolean;
  readonly canceled: boolean;
  readonly compactRevision: number;
  readonly cancelReason: string;
  /** The watcher that events are for; undefined in control replies. */
  watcher: Watcher | undefined;
  readonly events: EncodedEvent[];
  /** Bytes of all encoded events. */
  eventsBytes: number;
  /** What the stream's bound was charged for it. */
  chargedBytes: number;
  /** The bundle whose newest response this is. */
  bundle: WatcherBundle | undefined;
  /** Those who get it one after the other; empty when it is for `watcher` alone. */
  recipients: readonly Watcher[];
  /** Recipients that have got it. */
  given: number;
  /** The stream's count of barriers when it was queued: grows only while no barrier came behind it. */
  barriers: number;
  /** All events in one piece, when `response-bytes.ts` has made one for the first recipient. */
  body: Uint8Array | undefined;

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
    this.bundle = undefined;
    this.recipients = NO_RECIPIENTS;
    this.given = 0;
    this.barriers = 0;
    this.body = undefined;
  }
}

/**
 * One watch of one stream.
 *
 * ```
 *                 create (start > current, or 0)
 *        +------------------------------------------> synced <-----------+
 *        |                                              | stream full,   | reached the
 *        | create (start <= current)                    | or restore     | current revision
 *        +------------------------------> waiting <-----+                |
 *                                           |  ^ stream full, or restore |
 *                              stream has   |  |                         |
 *                              room         v  |                         |
 *                                         catching up -------------------+
 *                                           |  history gone
 *                                           v
 *                                        compacted            (any state) -- cancel --> gone
 * ```
 */
import type { CatchUpBatch } from "./catch-up-batch.ts";
import type { WatchResponse } from "./watch-response.ts";
import type { WatchStream } from "./watch-stream.ts";
import type { WatcherBundle } from "./watcher-group.ts";

export const WatcherState = {
  Synced: 0,
  Waiting: 1,
  CatchingUp: 2,
  /** Told that its history is gone. Keeps its id until cancelled, as in etcd. */
  Compacted: 3,
  Gone: 4,
} as const;
export type WatcherState = (typeof WatcherState)[keyof typeof WatcherState];

/** What to watch. Keys are latin1 strings. */
export interface WatchSpec {
  readonly key: string;
  /** Undefined: the single key. {@link END_OF_KEYS}: all keys from `key` on. Otherwise the range [key, end). */
  readonly end: string | undefined;
  /** First revision wanted; 0: from the next one on. Negative: refused. */
  readonly startRevision: number;
  /** 0: the stream picks one. */
  readonly watchId: number;
  readonly progressNotify: boolean;
  readonly noPut: boolean;
  readonly noDelete: boolean;
  readonly prevKv: boolean;
  readonly fragment: boolean;
}

export class Watcher {
  readonly stream: WatchStream;
  readonly id: number;
  readonly key: string;
  readonly end: string | undefined;
  readonly startRevision: number;
  readonly noPut: boolean;
  readonly noDelete: boolean;
  readonly prevKv: boolean;
  readonly fragment: boolean;
  readonly progressNotify: boolean;
  /** Nothing was sent since the last progress tick. */
  progressDue: boolean;
  state: WatcherState;
  /** Changes below this revision are delivered (or not wanted). Kept exact except while synced, where it only bounds a future start. */
  minRevision: number;
  /** Where it stands in an index; set by its bundle. */
  bundle: WatcherBundle | undefined;
  slot: number;
  /** Response that grows while catching up. */
  open: WatchResponse | undefined;
  openLastRevision: number;
  /** The open response comes from the slice before. */
  openCarried: boolean;
  /** Listed by its batch as having an open response. */
  gathering: boolean;
  batch: CatchUpBatch | undefined;

  constructor(stream: WatchStream, id: number, spec: WatchSpec, minRevision: number) {
    this.stream = stream;
    this.id = id;
    this.key = spec.key;
    this.end = spec.end;
    this.startRevision = spec.startRevision;
    this.noPut = spec.noPut;
    this.noDelete = spec.noDelete;
    this.prevKv = spec.prevKv;
    this.fragment = spec.fragment;
    this.progressNotify = spec.progressNotify;
    this.progressDue = true;
    this.state = WatcherState.Waiting;
    this.minRevision = minRevision;
    this.bundle = undefined;
    this.slot = -1;
    this.open = undefined;
    this.openLastRevision = 0;
    this.openCarried = false;
    this.gathering = false;
    this.batch = undefined;
  }
}

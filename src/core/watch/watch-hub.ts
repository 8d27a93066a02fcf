/**
 * The watch hub: gives every change of the key space to the streams that watch it. Keeps the behaviour of etcd
 * server/storage/mvcc/watchable_store.go and watcher_group.go.
 *
 * Invariants:
 * - A watcher sees each change of its range from its start revision on exactly once, in order, and all changes of one revision in
 *   one response (fragments aside). A response holds one revision while its stream keeps up, and several when it is behind: as etcd, whose
 *   streams hold 128 responses before their watchers have to catch up.
 * - A synced watcher has every change up to the hub's revision in its stream's queue. So a progress response, queued behind
 *   them, is never ahead of an event.
 * - `notify` never waits and keeps nothing for a stream at its bound: its watchers are put aside and read the history later, in slices
 *   (`catchUp`), up to 512 of them with one scan.
 *
 * Single-threaded use: `notify` is called once per write transaction, in revision order, before control returns to the event loop.
 */
import { assert, unreachable } from "../../base/assert.ts";
import { ETCD_ERRORS } from "../../base/etcd-error.ts";
import type { WatchEvent } from "../mvcc/watch-event.ts";
import { BATCH_WATCHERS_MAX, CatchUpBatch } from "./catch-up-batch.ts";
import { EventBytes } from "./event-bytes.ts";
import type { EventSource } from "./event-source.ts";
import { END_OF_KEYS } from "./interval-tree.ts";
import { INVALID_WATCH_ID, WatchResponse } from "./watch-response.ts";
import { type WatchSignals, WatchStream, type WatchStreamOptions } from "./watch-stream.ts";
import { Watcher, WatcherState, type WatchSpec } from "./watcher.ts";
import type { WatcherBundle, WatcherGroup } from "./watcher-group.ts";
import { WatcherIndex } from "./watcher-index.ts";

/** Changes that one slice of catching up looks at: a millisecond or two. Keeps a response well below etcd's 1000 revisions too. */
export const SLICE_CHANGES_MAX = 500;
/** Batches that catch up side by side, so that a watcher a little behind does not wait for one far behind. */
const BATCHES_MAX = 8;
/** Watchers whose positions are this close share a batch. */
const BATCH_REVISIONS_MAX = 10_000;

/** Default bound of a stream's queue. */
export const QUEUED_BYTES_MAX: number = 8 * 1024 * 1024;

/** Default of {@link WatchHubOptions.joinFrom}: etcd's chanBufLen, what a stream holds there with one revision each. */
const JOIN_FROM = 128;

/** Texts of etcd's mvcc package; clients see them in cancel_reason. */
const EMPTY_RANGE = "mvcc: watcher range is empty";
const DUPLICATE_ID = "mvcc: duplicate watch ID provided on the WatchStream";

export interface WatchHubOptions {
  /** Bound in bytes of what is queued for one stream; default {@link QUEUED_BYTES_MAX}. */
  readonly queuedBytesMax?: number;
  /** Messages that a stream has waiting from which on further revisions join them; default {@link JOIN_FROM}. */
  readonly joinFrom?: number;
}

export class WatchHub {
  readonly #source: EventSource;
  readonly #streamOptions: WatchStreamOptions;
  readonly #streams: Map<WatchStream, WatchSignals>;
  readonly #synced: WatcherIndex;
  /** Streams with waiting watchers and room for what they will read. */
  readonly #eligible: Set<WatchStream>;
  readonly #batches: CatchUpBatch[];
  #nextBatch: number;
  #newestFirst: boolean;
  #catchUpSignaled: boolean;
  #revision: number;
  readonly #groups: WatcherGroup[];
  /** Bundles found to have a full stream in the transaction being notified. */
  readonly #lagging: WatcherBundle[];
  #nextSerial: number;
  #watcherCount: number;
  #slowWatcherCount: number;
  #pendingEvents: number;
  #eventsTotal: number;

  constructor(source: EventSource, options?: WatchHubOptions) {
    this.#source = source;
    this.#streamOptions = {
      queuedBytesMax: options?.queuedBytesMax ?? QUEUED_BYTES_MAX,
      joinFrom: options?.joinFrom ?? JOIN_FROM,
    };
    this.#streams = new Map();
    this.#synced = new WatcherIndex();
    this.#eligible = new Set();
    this.#batches = [];
    this.#nextBatch = 0;
    this.#newestFirst = false;
    this.#catchUpSignaled = false;
    this.#revision = source.revision;
    this.#groups = [];
    this.#lagging = [];
    this.#nextSerial = 0;
    this.#watcherCount = 0;
    this.#slowWatcherCount = 0;
    this.#pendingEvents = 0;
    this.#eventsTotal = 0;
  }

  /** Revision of the last transaction notified. */
  get revision(): number {
    return this.#revision;
  }
  /** etcd_debugging_mvcc_watch_stream_total. */
  get streamCount(): number {
    return this.#streams.size;
  }
  /** etcd_debugging_mvcc_watcher_total: watches with an id, compacted ones included until they are cancelled. */
  get watcherCount(): number {
    return this.#watcherCount;
  }
  /** etcd_debugging_mvcc_slow_watcher_total: watchers that are not synced. */
  get slowWatcherCount(): number {
    return this.#slowWatcherCount;
  }
  /** etcd_debugging_mvcc_pending_events_total: events queued and not taken. */
  get pendingEvents(): number {
    return this.#pendingEvents;
  }
  /** etcd_debugging_mvcc_events_total: events taken. */
  get eventsTotal(): number {
    return this.#eventsTotal;
  }
  /** Whether {@link catchUp} has something to do now. */
  get hasCatchUpWork(): boolean {
    return this.#batches.length > 0 || this.#eligible.size > 0;
  }

  openStream(signals: WatchSignals): WatchStream {
    const stream = new WatchStream(this.#nextSerial++, signals, this.#streamOptions);
    this.#streams.set(stream, signals);
    return stream;
  }

  /** Ends all watches of a stream and forgets its queue. */
  closeStream(stream: WatchStream): void {
    if (stream.closed) return;
    for (const watcher of stream.watchers.values()) this.#detach(watcher);
    for (let r = stream.shift(); r !== undefined; r = stream.shift()) this.#pendingEvents -= r.events.length;
    this.#eligible.delete(stream);
    this.#streams.delete(stream);
    stream.close();
  }

  /** Starts a watch and queues its "created" reply, or queues a refusal and returns undefined. */
  create(stream: WatchStream, spec: WatchSpec): Watcher | undefined {
    if (spec.startRevision < 0) {
      this.refuse(stream, ETCD_ERRORS.Compacted.message);
      return undefined;
    }
    if (spec.end !== undefined && spec.end !== END_OF_KEYS && spec.key >= spec.end) {
      this.refuse(stream, EMPTY_RANGE);
      return undefined;
    }
    if (spec.watchId !== 0 && stream.watchers.has(spec.watchId)) {
      this.refuse(stream, DUPLICATE_ID);
      return undefined;
    }
    const id = spec.watchId === 0 ? stream.pickId() : spec.watchId;
    const next = this.#revision + 1;
    const watcher = new Watcher(stream, id, spec, spec.startRevision === 0 ? next : spec.startRevision);
    stream.watchers.set(id, watcher);
    this.#watcherCount++;
    stream.enqueueControl(new WatchResponse(id, this.#revision, undefined, true, false, 0, "", []));
    if (watcher.minRevision >= next) {
      watcher.state = WatcherState.Synced;
      this.#synced.add(watcher, this.#revision + 1);
    } else {
      this.#slowWatcherCount++;
      this.#wait(watcher);
    }
    return watcher;
  }

  /** Queues the reply to a create that is not allowed: created, canceled, watch_id -1. */
  refuse(stream: WatchStream, reason: string): void {
    stream.enqueueControl(new WatchResponse(INVALID_WATCH_ID, this.#revision, undefined, true, true, 0, reason, []));
  }

  /** Ends a watch and queues the "canceled" reply; an unknown id is ignored, as in etcd. Events queued before it are still sent. */
  cancel(stream: WatchStream, watchId: number, reason?: string): void {
    const watcher = stream.watchers.get(watchId);
    if (watcher === undefined) return;
    this.#detach(watcher);
    stream.watchers.delete(watchId);
    stream.enqueueControl(new WatchResponse(watchId, this.#revision, undefined, false, true, 0, reason ?? "", []));
  }

  /** Manual progress: one reply for the whole stream, and only if every watcher of it is synced (and there is one). */
  requestProgress(stream: WatchStream): void {
    if (stream.watchers.size === 0) return;
    for (const watcher of stream.watchers.values()) if (!this.#isCurrent(watcher)) return;
    stream.enqueueControl(new WatchResponse(INVALID_WATCH_ID, this.#revision, undefined, false, false, 0, "", []));
  }

  /** Periodic progress: tells each synced watcher that asked for it and was sent nothing since the last tick. */
  progressTick(stream: WatchStream): void {
    for (const watcher of stream.watchers.values()) {
      if (!watcher.progressNotify) continue;
      if (watcher.progressDue && this.#isCurrent(watcher)) {
        stream.enqueueControl(new WatchResponse(watcher.id, this.#revision, undefined, false, false, 0, "", []));
      }
      watcher.progressDue = true;
    }
  }

  /** Next response to send on a stream, valid until the next call; undefined when there is none for now. */
  take(stream: WatchStream): WatchResponse | undefined {
    const response = stream.shift();
    if (response === undefined) return undefined;
    const { watcher, events } = response;
    if (watcher !== undefined) {
      watcher.progressDue = false;
      this.#pendingEvents -= events.length;
      this.#eventsTotal += events.length;
    }
    if (stream.waiting.size > 0 && stream.hasRoom) this.#offer(stream);
    return response;
  }

  /** The changes of one write transaction, in order of sub revision; `revision` is theirs. */
  notify(events: readonly WatchEvent[], revision: number): void {
    assert(revision > this.#revision, "watch hub notified out of order");
    this.#revision = revision;
    if (this.#synced.size === 0) return;
    const groups = this.#groups;
    for (let e = 0; e < events.length; e++) {
      const event = events[e]!;
      groups.length = 0;
      this.#synced.groupsOf(event.key, groups);
      if (groups.length === 0) continue;
      const bytes = new EventBytes(event);
      for (let g = 0; g < groups.length; g++) this.#notifyGroup(groups[g]!, bytes, revision);
    }
    if (this.#lagging.length > 0) this.#moveLagging();
  }

  #notifyGroup(group: WatcherGroup, bytes: EventBytes, revision: number): void {
    const { bundles } = group;
    const { isDelete } = bytes.event;
    for (let i = 0; i < bundles.length; i++) {
      const bundle = bundles[i]!;
      if (revision < bundle.minRevision || (isDelete ? bundle.noDelete : bundle.noPut) || bundle.lagging) continue;
      const { stream } = bundle;
      if (stream.full && bundle.tail?.headerRevision !== revision) {
        bundle.lagging = true;
        this.#lagging.push(bundle);
        continue;
      }
      const encoded = bundle.prevKv ? bytes.withPrev(this.#source) : bytes.plain();
      if (!stream.join(bundle, encoded, revision)) stream.enqueueShared(bundle, encoded, revision);
      this.#pendingEvents += bundle.watchers.length;
    }
  }

  /** Their streams were full for the transaction of the hub's revision. */
  #moveLagging(): void {
    for (const bundle of this.#lagging) {
      const watchers = bundle.lend();
      for (const watcher of watchers) {
        this.#synced.remove(watcher);
        watcher.minRevision = this.#revision;
        this.#slowWatcherCount++;
        this.#wait(watcher);
      }
    }
    this.#lagging.length = 0;
  }

  /**
   * One slice of catching up: about `changesMax` stored changes looked at. Returns whether there is more to do now; when not,
   * `catchUpReady` announces the next work.
   */
  catchUp(changesMax: number = SLICE_CHANGES_MAX): boolean {
    if (this.#batches.length < BATCHES_MAX && this.#eligible.size > 0) this.#formBatch();
    const { length } = this.#batches;
    if (length > 0) {
      this.#nextBatch = this.#nextBatch >= length ? 0 : this.#nextBatch;
      if (this.#runSlice(this.#batches[this.#nextBatch]!, changesMax)) this.#batches.splice(this.#nextBatch, 1);
      else this.#nextBatch++;
    }
    this.#catchUpSignaled = this.hasCatchUpWork;
    return this.#catchUpSignaled;
  }

  /** Returns true when the batch is done. */
  #runSlice(batch: CatchUpBatch, changesMax: number): boolean {
    const { compactRevision } = this.#source;
    for (const watcher of batch.compactedMembers(compactRevision)) {
      batch.remove(watcher);
      this.#endCompacted(watcher, compactRevision);
    }
    if (batch.members.size === 0) return true;
    for (const watcher of batch.slice(this.#revision, compactRevision, changesMax)) this.#wait(watcher);
    this.#pendingEvents += batch.queuedEvents;
    if (batch.position.revision <= this.#revision) return batch.members.size === 0;
    for (const watcher of batch.members) {
      batch.remove(watcher);
      watcher.state = WatcherState.Synced;
      watcher.minRevision = Math.max(watcher.minRevision, this.#revision + 1);
      this.#synced.add(watcher, this.#revision + 1);
      this.#slowWatcherCount--;
    }
    return true;
  }

  /** Joins up to 512 waiting watchers whose positions are close; takes turns between those nearest to and farthest from the present. */
  #formBatch(): void {
    let oldest = Number.MAX_SAFE_INTEGER;
    let newest = 0;
    for (const stream of this.#eligible) {
      if (!stream.hasRoom) {
        // Filled since; take() offers it again.
        this.#eligible.delete(stream);
        continue;
      }
      for (const { minRevision } of stream.waiting) {
        if (minRevision < oldest) oldest = minRevision;
        if (minRevision > newest) newest = minRevision;
      }
    }
    const from = this.#newestFirst ? newest - BATCH_REVISIONS_MAX : oldest;
    const to = this.#newestFirst ? newest : oldest + BATCH_REVISIONS_MAX;
    this.#newestFirst = !this.#newestFirst;
    const chosen: Watcher[] = [];
    for (const stream of this.#eligible) {
      for (const watcher of stream.waiting) {
        if (watcher.minRevision < from || watcher.minRevision > to) continue;
        if (chosen.length === BATCH_WATCHERS_MAX) break;
        chosen.push(watcher);
        stream.waiting.delete(watcher);
      }
      if (stream.waiting.size === 0) this.#eligible.delete(stream);
    }
    if (chosen.length > 0) this.#batches.push(new CatchUpBatch(this.#source, chosen));
  }

  /**
   * The store was replaced by a snapshot: the source already shows the new one. Every watcher has what was before the old revision, and
   * reads the rest from the new history; watchers of a revision that is still to come stay synced.
   */
  restore(): void {
    const seen = this.#revision;
    this.#revision = this.#source.revision;
    for (const batch of this.#batches) {
      for (const watcher of batch.members) {
        batch.remove(watcher);
        this.#wait(watcher);
      }
    }
    this.#batches.length = 0;
    for (const stream of this.#streams.keys()) {
      for (const watcher of stream.watchers.values()) {
        if (watcher.state !== WatcherState.Synced) continue;
        watcher.minRevision = Math.max(watcher.minRevision, seen + 1);
        if (watcher.minRevision > this.#revision) continue;
        this.#synced.remove(watcher);
        this.#slowWatcherCount++;
        this.#wait(watcher);
      }
    }
  }

  #isCurrent(watcher: Watcher): boolean {
    return watcher.state === WatcherState.Synced && watcher.startRevision <= this.#revision;
  }

  #wait(watcher: Watcher): void {
    const { stream } = watcher;
    watcher.state = WatcherState.Waiting;
    stream.waiting.add(watcher);
    if (stream.hasRoom) this.#offer(stream);
  }

  #offer(stream: WatchStream): void {
    this.#eligible.add(stream);
    if (this.#catchUpSignaled) return;
    this.#catchUpSignaled = true;
    this.#streams.get(stream)!.catchUpReady();
  }

  #endCompacted(watcher: Watcher, compactRevision: number): void {
    watcher.state = WatcherState.Compacted;
    this.#slowWatcherCount--;
    watcher.stream.enqueueControl(new WatchResponse(watcher.id, 0, undefined, false, true, compactRevision, "", []));
  }

  /** Takes a watcher out of wherever it stands. Its id stays in the stream. */
  #detach(watcher: Watcher): void {
    const { state, stream } = watcher;
    watcher.state = WatcherState.Gone;
    this.#watcherCount--;
    switch (state) {
      case WatcherState.Synced:
        this.#synced.remove(watcher);
        return;
      case WatcherState.Waiting:
        this.#slowWatcherCount--;
        stream.waiting.delete(watcher);
        if (stream.waiting.size === 0) this.#eligible.delete(stream);
        return;
      case WatcherState.CatchingUp:
        this.#slowWatcherCount--;
        watcher.batch!.remove(watcher);
        return;
      case WatcherState.Compacted:
      case WatcherState.Gone:
        return;
      default:
        unreachable(state);
    }
  }
}

/**
 * Up to 512 watchers that catch up together: one scan of the history serves all of them (etcd mvcc/watchable_store.go syncWatchers).
 * The position is kept between slices, so a watcher 500,000 revisions behind costs one pass over them, in slices.
 *
 * Within a slice every watcher gathers one response. It is queued when the slice ends, unless its last event belongs to the revision in
 * whose middle the slice ended: a revision is never cut in two.
 */
import type { WatchEvent } from "../mvcc/watch-event.ts";
import { EventBytes } from "./event-bytes.ts";
import type { EventPosition, EventSource, EventVisitor } from "./event-source.ts";
import { type Watcher, WatcherState } from "./watcher.ts";
import type { WatcherGroup } from "./watcher-group.ts";
import { WatcherIndex } from "./watcher-index.ts";

/**
 * Events given to watchers in one slice, about: a millisecond (60 ns each). When many watch the same keys, slices look at fewer changes.
 */
const DELIVERIES_PER_SLICE = 16_000;
const CHANGES_PER_SLICE_MIN = 8;

/** etcd's maxWatchersPerSync. */
export const BATCH_WATCHERS_MAX = 512;

export class CatchUpBatch implements EventVisitor {
  readonly members: Set<Watcher>;
  readonly position: EventPosition;
  readonly #source: EventSource;
  readonly #index: WatcherIndex;
  /** Watchers with an open response. */
  #gathering: Watcher[];
  /** Watchers whose stream became full: they leave when the slice ends. */
  readonly #leaving: Watcher[];
  readonly #groups: WatcherGroup[];
  #headerRevision: number;
  #queuedEvents: number;
  /** Changes that the next slice looks at; follows what the last one cost, from the worst case on. */
  #changesLimit: number;
  #deliveries: number;

  constructor(source: EventSource, watchers: readonly Watcher[]) {
    this.members = new Set(watchers);
    this.position = { revision: Number.MAX_SAFE_INTEGER, subRevision: 0 };
    this.#source = source;
    this.#index = new WatcherIndex();
    this.#gathering = [];
    this.#leaving = [];
    this.#groups = [];
    this.#headerRevision = 0;
    this.#queuedEvents = 0;
    this.#changesLimit = Math.max(CHANGES_PER_SLICE_MIN, Math.floor(DELIVERIES_PER_SLICE / watchers.length));
    this.#deliveries = 0;
    for (const watcher of watchers) {
      watcher.state = WatcherState.CatchingUp;
      watcher.batch = this;
      this.#index.add(watcher, Number.MAX_SAFE_INTEGER);
      if (watcher.minRevision < this.position.revision) this.position.revision = watcher.minRevision;
    }
  }

  /** Events queued by the last slice. */
  get queuedEvents(): number {
    return this.#queuedEvents;
  }

  /** Takes a watcher out; what it gathered and has not queued is dropped (its minRevision is still before that). */
  remove(watcher: Watcher): void {
    this.members.delete(watcher);
    this.#index.remove(watcher);
    watcher.batch = undefined;
    if (watcher.open === undefined) return;
    watcher.stream.dropResponse(watcher.open);
    watcher.open = undefined;
    watcher.openCarried = false;
    watcher.gathering = false;
    this.#gathering = this.#gathering.filter((other) => other !== watcher);
  }

  /** Members for which `compactRevision` took away changes that they still need. */
  compactedMembers(compactRevision: number): Watcher[] {
    if (compactRevision <= this.position.revision) return [];
    const lost: Watcher[] = [];
    for (const watcher of this.members) if (watcher.minRevision < compactRevision) lost.push(watcher);
    return lost;
  }

  /**
   * One slice up to the current revision: queues what was gathered. Returns the watchers whose stream is full (they are no longer
   * members). Finished when `position.revision` is beyond `revision`.
   */
  slice(revision: number, compactRevision: number, changesMax: number): readonly Watcher[] {
    const { position } = this;
    if (position.revision < compactRevision) {
      position.revision = compactRevision;
      position.subRevision = 0;
    }
    this.#headerRevision = revision;
    this.#queuedEvents = 0;
    this.#leaving.length = 0;
    this.#deliveries = 0;
    this.#source.scanEvents(position, revision, Math.min(changesMax, this.#changesLimit), this);
    if (this.#deliveries > DELIVERIES_PER_SLICE) {
      this.#changesLimit = Math.max(CHANGES_PER_SLICE_MIN, this.#changesLimit >>> 1);
    } else if (this.#deliveries * 4 < DELIVERIES_PER_SLICE && this.#changesLimit < changesMax) {
      this.#changesLimit *= 2;
    }

    const partial = position.subRevision > 0 ? position.revision : 0;
    const kept: Watcher[] = [];
    for (const watcher of this.#gathering) {
      if (watcher.openLastRevision === partial && watcher.state === WatcherState.CatchingUp) {
        watcher.openCarried = true;
        kept.push(watcher);
      } else {
        watcher.gathering = false;
        this.#queue(watcher);
      }
    }
    this.#gathering = kept;
    for (const watcher of this.#leaving) this.remove(watcher);
    for (const watcher of this.members) {
      if (watcher.open === undefined && watcher.minRevision < position.revision)
        watcher.minRevision = position.revision;
    }
    return this.#leaving;
  }

  #queue(watcher: Watcher): void {
    this.#queuedEvents += watcher.open!.events.length;
    watcher.stream.enqueueSingle(watcher.open!);
    watcher.open = undefined;
    watcher.openCarried = false;
  }

  wants(key: string): boolean {
    return this.#index.has(key);
  }

  visit(event: WatchEvent): void {
    const groups = this.#groups;
    groups.length = 0;
    this.#index.groupsOf(event.key, groups);
    const bytes = new EventBytes(event);
    const revision = event.modRevision;
    for (let g = 0; g < groups.length; g++) {
      const { bundles } = groups[g]!;
      for (let b = 0; b < bundles.length; b++) {
        const bundle = bundles[b]!;
        if (event.isDelete ? bundle.noDelete : bundle.noPut) continue;
        const { watchers } = bundle;
        for (let i = 0; i < watchers.length; i++) {
          const watcher = watchers[i]!;
          if (revision < watcher.minRevision || watcher.state !== WatcherState.CatchingUp) continue;
          this.#give(watcher, bytes, revision);
        }
      }
    }
  }

  #give(watcher: Watcher, bytes: EventBytes, revision: number): void {
    const { stream } = watcher;
    if (watcher.open === undefined || watcher.openLastRevision !== revision) {
      if (stream.full) {
        // It has everything before this revision; what it gathered is queued when the slice ends.
        watcher.state = WatcherState.Waiting;
        watcher.minRevision = revision;
        this.#leaving.push(watcher);
        return;
      }
    }
    if (watcher.openCarried && watcher.openLastRevision !== revision) {
      // Carried from the slice before only because its last revision might have gone on.
      this.#queue(watcher);
      watcher.minRevision = revision;
    }
    this.#deliveries++;
    watcher.openLastRevision = revision;
    const encoded = watcher.prevKv ? bytes.withPrev(this.#source) : bytes.plain();
    if (watcher.open === undefined) {
      watcher.open = stream.openResponse(watcher, this.#headerRevision, encoded);
      if (!watcher.gathering) this.#gathering.push(watcher);
      watcher.gathering = true;
    } else {
      stream.addEvent(watcher.open, encoded);
    }
  }
}

/** The naive twin of the store's history: all changes in one array, scanned from the front. For tests of the watch hub. */
import { latin1Bytes } from "../../src/base/bytes.ts";
import type { WatchEvent } from "../../src/core/mvcc/watch-event.ts";
import type { EventPosition, EventSource, EventVisitor } from "../../src/core/watch/event-source.ts";
import { KeyValue } from "../../src/proto/generated/kv.ts";

export interface Change {
  readonly key: string;
  /** Undefined: delete. */
  readonly value: string | undefined;
}

export class EventHistory implements EventSource {
  revision = 1;
  compactRevision = 0;
  /** Every change ever made, also compacted ones. */
  readonly all: WatchEvent[] = [];
  scans = 0;
  #kept: WatchEvent[] = [];

  /** One write transaction; deletes of missing keys are left out. Returns its events, none when nothing changed. */
  write(changes: readonly Change[]): WatchEvent[] {
    const events: WatchEvent[] = [];
    const modRevision = this.revision + 1;
    for (const { key, value } of changes) {
      const last = this.#latest(key, this.revision);
      if (value === undefined && last === undefined) continue;
      const old = last === undefined ? undefined : KeyValue.decode(last.kv);
      const kv =
        value === undefined
          ? { key: latin1Bytes(key), modRevision }
          : {
              key: latin1Bytes(key),
              value: latin1Bytes(value),
              createRevision: old?.createRevision ?? modRevision,
              modRevision,
              version: (old?.version ?? 0) + 1,
            };
      events.push({
        key,
        isDelete: value === undefined,
        isCreate: value !== undefined && old === undefined,
        modRevision,
        subRevision: events.length,
        kv: KeyValue.encode(kv),
      });
    }
    if (events.length === 0) return events;
    this.revision = modRevision;
    this.all.push(...events);
    this.#kept.push(...events);
    return events;
  }

  /** As etcd: keeps the newest version at or below the revision of each live key, and what happened at exactly that revision. */
  compact(revision: number): void {
    const newest = new Map<string, WatchEvent>();
    for (const event of this.#kept) if (event.modRevision <= revision) newest.set(event.key, event);
    this.#kept = this.#kept.filter((event) => {
      if (event.modRevision > revision) return true;
      return newest.get(event.key) === event && (!event.isDelete || event.modRevision === revision);
    });
    this.compactRevision = revision;
  }

  scanEvents(position: EventPosition, toRevision: number, changesMax: number, visitor: EventVisitor): void {
    this.scans++;
    let left = changesMax;
    for (let i = this.#firstAt(position.revision, position.subRevision); i < this.#kept.length; i++) {
      const event = this.#kept[i]!;
      if (event.modRevision > toRevision) break;
      if (left-- === 0) return;
      position.revision = event.modRevision;
      position.subRevision = event.subRevision + 1;
      if (visitor.wants(event.key)) visitor.visit(event);
    }
    position.revision = toRevision + 1;
    position.subRevision = 0;
  }

  valueAt(key: string, revision: number): Uint8Array | undefined {
    return revision < this.compactRevision ? undefined : this.#latest(key, revision)?.kv;
  }

  #latest(key: string, revision: number): WatchEvent | undefined {
    for (let i = this.#firstAt(revision + 1, 0) - 1; i >= 0; i--) {
      const event = this.#kept[i]!;
      if (event.key === key) return event.isDelete ? undefined : event;
    }
    return undefined;
  }

  #firstAt(revision: number, subRevision: number): number {
    let low = 0;
    let high = this.#kept.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { modRevision, subRevision: sub } = this.#kept[middle]!;
      if (modRevision < revision || (modRevision === revision && sub < subRevision)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The mvcc store as the watch hub sees it: whichever store serves now. */
import { scanChanges } from "../core/mvcc/event-scan.ts";
import type { Store } from "../core/mvcc/store.ts";
import type { EventPosition, EventSource, EventVisitor } from "../core/watch/event-source.ts";

export class StoreEvents implements EventSource {
  #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Another store serves from now on (a snapshot was installed). */
  replace(store: Store): void {
    this.#store = store;
  }

  get revision(): number {
    return this.#store.revision;
  }

  get compactRevision(): number {
    return this.#store.compactRevision;
  }

  scanEvents(position: EventPosition, toRevision: number, changesMax: number, visitor: EventVisitor): void {
    scanChanges(this.#store.backend, position, toRevision, changesMax, visitor);
  }

  valueAt(key: string, revision: number): Uint8Array | undefined {
    return this.#store.previousKv(key, revision + 1);
  }
}

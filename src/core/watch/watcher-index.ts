/** Finds the watchers of a key: a Map for single keys, an interval tree for ranges. A watcher stands in at most one index at a time. */
import { assert } from "../../base/assert.ts";
import { IntervalTree } from "./interval-tree.ts";
import type { Watcher } from "./watcher.ts";
import { WatcherGroup } from "./watcher-group.ts";

export class WatcherIndex {
  readonly byKey: Map<string, WatcherGroup>;
  readonly ranges: IntervalTree<WatcherGroup>;
  #size: number;

  constructor() {
    this.byKey = new Map();
    this.ranges = new IntervalTree();
    this.#size = 0;
  }

  /** Number of watchers. */
  get size(): number {
    return this.#size;
  }

  /** `nextRevision`: of the next change that the index will be asked about. */
  add(watcher: Watcher, nextRevision: number): void {
    assert(watcher.bundle === undefined, "watcher is in an index already");
    const { key, end } = watcher;
    let group = end === undefined ? this.byKey.get(key) : this.ranges.find(key, end);
    if (group === undefined) {
      group = new WatcherGroup(key, end);
      if (end === undefined) this.byKey.set(key, group);
      else this.ranges.insert(key, end, group);
    }
    group.add(watcher, nextRevision);
    this.#size++;
  }

  remove(watcher: Watcher): void {
    const { bundle } = watcher;
    assert(bundle !== undefined, "watcher is in no index");
    const { group } = bundle;
    group.remove(watcher);
    this.#size--;
    if (group.bundles.length > 0) return;
    if (group.end === undefined) this.byKey.delete(group.key);
    else this.ranges.remove(group.key, group.end);
  }

  /** Whether anyone watches the key. */
  has(key: string): boolean {
    return this.byKey.has(key) || (this.ranges.size > 0 && this.ranges.covers(key));
  }

  /** Appends the groups whose watchers watch the key. */
  groupsOf(key: string, into: WatcherGroup[]): void {
    const group = this.byKey.get(key);
    if (group !== undefined) into.push(group);
    if (this.ranges.size > 0) this.ranges.stab(key, into);
  }
}

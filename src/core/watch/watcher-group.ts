/**
 * Watchers of one key or range, gathered by stream: what the hub does for a change is done once per bundle, not once per watcher.
 *
 * ```
 *   WatcherGroup "k"
 *     bundle stream 1, plain      watchers 0 1 2 ... 99      tail: the newest response queued for them
 *     bundle stream 1, prev_kv    watchers 100
 *     bundle stream 2, plain      watchers 0 1
 * ```
 *
 * The array of a bundle is handed out to queued responses as their recipients. From then on it is not changed but replaced, so a watcher
 * that is cancelled or comes later makes no difference to what is queued.
 */
import { assert } from "../../base/assert.ts";
import type { WatchResponse } from "./watch-response.ts";
import type { WatchStream } from "./watch-stream.ts";
import type { Watcher } from "./watcher.ts";

/** Bundles of a group that are looked through one by one; with more there is a map. */
const SEARCHED_BUNDLES_MAX = 8;
/** Combinations of the flags of a watch. */
const FLAG_COMBINATIONS = 16;
/** Key of bundles that stand alone. */
const ALONE = -1;

/** Watchers of one group that are of one stream and want the same. */
export class WatcherBundle {
  readonly group: WatcherGroup;
  readonly stream: WatchStream;
  readonly noPut: boolean;
  readonly noDelete: boolean;
  readonly prevKv: boolean;
  readonly fragment: boolean;
  /** Stream and flags as a number; {@link ALONE} when it takes no further watchers. */
  readonly key: number;
  /** Changes below this revision are not for it. */
  readonly minRevision: number;
  /** The newest response queued for all of `watchers`, while none of it was taken and it may grow. */
  tail: WatchResponse | undefined;
  /** The stream was full for a change of the transaction being notified: the bundle is about to leave the index. */
  lagging: boolean;
  /** Where it stands in the group. */
  slot: number;
  #watchers: Watcher[];
  #lent: boolean;

  constructor(group: WatcherGroup, like: Watcher, key: number, minRevision: number) {
    this.group = group;
    this.stream = like.stream;
    this.noPut = like.noPut;
    this.noDelete = like.noDelete;
    this.prevKv = like.prevKv;
    this.fragment = like.fragment;
    this.key = key;
    this.minRevision = minRevision;
    this.tail = undefined;
    this.lagging = false;
    this.slot = -1;
    this.#watchers = [];
    this.#lent = false;
  }

  /** Valid until the next change of the bundle. */
  get watchers(): readonly Watcher[] {
    return this.#watchers;
  }

  /** The watchers of now, never to change. */
  lend(): readonly Watcher[] {
    this.#lent = true;
    return this.#watchers;
  }

  add(watcher: Watcher): void {
    this.#own();
    watcher.bundle = this;
    watcher.slot = this.#watchers.push(watcher) - 1;
  }

  remove(watcher: Watcher): void {
    assert(this.#watchers[watcher.slot] === watcher, "watcher is not in this bundle");
    this.#own();
    const last = this.#watchers.pop()!;
    if (last !== watcher) {
      this.#watchers[watcher.slot] = last;
      last.slot = watcher.slot;
    }
    watcher.bundle = undefined;
    watcher.slot = -1;
  }

  #own(): void {
    this.tail = undefined;
    if (!this.#lent) return;
    this.#watchers = this.#watchers.slice();
    this.#lent = false;
  }
}

/** All watchers of one key or one range within one index. */
export class WatcherGroup {
  readonly key: string;
  readonly end: string | undefined;
  readonly bundles: WatcherBundle[];
  #byKey: Map<number, WatcherBundle> | undefined;

  constructor(key: string, end: string | undefined) {
    this.key = key;
    this.end = end;
    this.bundles = [];
    this.#byKey = undefined;
  }

  /** `nextRevision`: of the next change that the index will be asked about. */
  add(watcher: Watcher, nextRevision: number): void {
    const alone = watcher.minRevision > nextRevision;
    const key = alone ? ALONE : bundleKey(watcher);
    let bundle = alone ? undefined : this.#find(key);
    if (bundle === undefined) {
      bundle = new WatcherBundle(this, watcher, key, alone ? watcher.minRevision : 0);
      bundle.slot = this.bundles.push(bundle) - 1;
      if (!alone) this.#byKey?.set(key, bundle);
    }
    bundle.add(watcher);
  }

  remove(watcher: Watcher): void {
    const bundle = watcher.bundle!;
    bundle.remove(watcher);
    if (bundle.watchers.length > 0) return;
    const last = this.bundles.pop()!;
    if (last !== bundle) {
      this.bundles[bundle.slot] = last;
      last.slot = bundle.slot;
    }
    if (bundle.key !== ALONE) this.#byKey?.delete(bundle.key);
  }

  #find(key: number): WatcherBundle | undefined {
    const { bundles } = this;
    if (this.#byKey === undefined && bundles.length > SEARCHED_BUNDLES_MAX) {
      this.#byKey = new Map();
      for (const bundle of bundles) if (bundle.key !== ALONE) this.#byKey.set(bundle.key, bundle);
    }
    if (this.#byKey !== undefined) return this.#byKey.get(key);
    for (let i = 0; i < bundles.length; i++) if (bundles[i]!.key === key) return bundles[i];
    return undefined;
  }
}

function bundleKey({ stream, noPut, noDelete, prevKv, fragment }: Watcher): number {
  const flags = (noPut ? 1 : 0) + (noDelete ? 2 : 0) + (prevKv ? 4 : 0) + (fragment ? 8 : 0);
  return stream.serial * FLAG_COMBINATIONS + flags;
}

/**
 * All watches of all clients by what they watch (etcd server/proxy/grpcproxy/watch_ranges.go, watch_broadcasts.go): those of one range share watches at
 * the cluster, and watches at the cluster that have caught up with each other become one. Large ones are left alone: moving many receivers gains
 * little.
 */

import { latin1 } from "../../base/bytes.ts";
import type { GrpcCode } from "../../base/grpc-code.ts";
import type { ProxyCounters } from "../proxy-counters.ts";
import type { ClientWatch } from "./client-watch.ts";
import { type BroadcastEvents, type StartWatch, WatchBroadcast } from "./watch-broadcast.ts";

const MERGED_RECEIVERS_MAX = 5;

/** What the streams of clients hear. */
export interface RangeListener {
  /** The cluster has ended the watch, and its client knows. */
  onEnded(watch: ClientWatch): void;
  /** The stream of the watch's client ends with this. */
  onRefused(watch: ClientWatch, status: { readonly code: GrpcCode; readonly message: string }): void;
}

export class WatchRanges {
  readonly #start: StartWatch;
  readonly #counters: ProxyCounters;
  readonly #listener: RangeListener;
  readonly #groups: Map<string, Set<WatchBroadcast>>;
  readonly #broadcastOf: Map<ClientWatch, WatchBroadcast>;

  constructor(start: StartWatch, counters: ProxyCounters, listener: RangeListener) {
    this.#start = start;
    this.#counters = counters;
    this.#listener = listener;
    this.#groups = new Map();
    this.#broadcastOf = new Map();
    counters.watchersCoalesced = () => this.#broadcastOf.size - this.broadcastCount;
  }

  /** Watches at the cluster. */
  get broadcastCount(): number {
    let count = 0;
    for (const group of this.#groups.values()) count += group.size;
    return count;
  }

  add(watch: ClientWatch): void {
    const id = rangeId(watch);
    let group = this.#groups.get(id);
    if (group === undefined) {
      group = new Set();
      this.#groups.set(id, group);
    }
    for (const broadcast of group) {
      if (!broadcast.join(watch)) continue;
      this.#broadcastOf.set(watch, broadcast);
      return;
    }
    const broadcast = new WatchBroadcast(watch, this.#start, this.#counters, this.#eventsOf(id));
    group.add(broadcast);
    this.#broadcastOf.set(watch, broadcast);
  }

  /** Does nothing for a watch that the cluster has ended. */
  remove(watch: ClientWatch): void {
    const broadcast = this.#broadcastOf.get(watch);
    if (broadcast === undefined) return;
    this.#broadcastOf.delete(watch);
    broadcast.receivers.delete(watch);
    if (broadcast.receivers.size > 0) return;
    this.#drop(rangeId(watch), broadcast);
    broadcast.stop();
  }

  #eventsOf(id: string): BroadcastEvents {
    return {
      onProgress: (broadcast) => this.#merge(id, broadcast),
      onCanceled: (broadcast) => {
        for (const watch of this.#release(id, broadcast)) this.#listener.onEnded(watch);
      },
      onRefused: (broadcast, status) => {
        for (const watch of this.#release(id, broadcast)) this.#listener.onRefused(watch, status);
      },
    };
  }

  #merge(id: string, broadcast: WatchBroadcast): void {
    const group = this.#groups.get(id);
    if (group === undefined || group.size < 2 || broadcast.receivers.size >= MERGED_RECEIVERS_MAX) return;
    for (const other of group) {
      if (other === broadcast || !broadcast.canMergeInto(other)) continue;
      for (const watch of broadcast.receivers) this.#broadcastOf.set(watch, other);
      broadcast.mergeInto(other);
      this.#drop(id, broadcast);
      broadcast.stop();
      return;
    }
  }

  /** Forgets a broadcast that is over; gives its receivers. */
  #release(id: string, broadcast: WatchBroadcast): ClientWatch[] {
    const watches = [...broadcast.receivers];
    for (const watch of watches) this.#broadcastOf.delete(watch);
    broadcast.receivers.clear();
    this.#drop(id, broadcast);
    return watches;
  }

  #drop(id: string, broadcast: WatchBroadcast): void {
    const group = this.#groups.get(id);
    group?.delete(broadcast);
    if (group?.size === 0) this.#groups.delete(id);
  }
}

function rangeId({ key, rangeEnd, requireLeader }: ClientWatch): string {
  return `${requireLeader ? "leader" : ""}\uffff${latin1(key)}\uffff${latin1(rangeEnd)}`;
}

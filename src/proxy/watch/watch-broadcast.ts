/**
 * One watch at the cluster and the watches of clients that hear it (etcd server/proxy/grpcproxy/watch_broadcast.go). Who starts at a revision that the
 * cluster's watch has passed cannot join it; who starts later can, and leaves out what comes before.
 */
import type { GrpcCode } from "../../base/grpc-code.ts";
import type { ProxyCounters } from "../proxy-counters.ts";
import { type ClientWatch, SharedResponse } from "./client-watch.ts";
import type { UpstreamListener, UpstreamWatch, UpstreamWatchOptions } from "./upstream-watches.ts";

/** Starts a watch at the cluster. */
export type StartWatch = (options: UpstreamWatchOptions, listener: UpstreamListener) => UpstreamWatch;

export interface BroadcastEvents {
  /** After each response: it may be far enough to be merged with another one. */
  onProgress(broadcast: WatchBroadcast): void;
  /** The cluster has ended the watch; its receivers have been told of a cancellation. */
  onCanceled(broadcast: WatchBroadcast): void;
  /** The stream was refused: the streams of the receivers end with this. */
  onRefused(broadcast: WatchBroadcast, status: { readonly code: GrpcCode; readonly message: string }): void;
}

export class WatchBroadcast {
  readonly receivers: Set<ClientWatch>;
  /** The first revision that has not come yet; 0 before the cluster has said from where "now" counts. */
  nextRevision: number;
  /** False until the cluster has confirmed the watch. */
  hasStarted: boolean;
  readonly #upstream: UpstreamWatch;
  readonly #counters: ProxyCounters;
  readonly #events: BroadcastEvents;

  /** Starts the watch at the cluster for its first receiver. */
  constructor(first: ClientWatch, start: StartWatch, counters: ProxyCounters, events: BroadcastEvents) {
    this.receivers = new Set([first]);
    this.nextRevision = first.nextRevision;
    this.hasStarted = false;
    this.#counters = counters;
    this.#events = events;
    const { key, rangeEnd, nextRevision, token, requireLeader } = first;
    this.#upstream = start(
      { key, rangeEnd, startRevision: nextRevision, token, requireLeader },
      {
        onResponse: (response) => this.#onResponse(new SharedResponse(response)),
        onRefused: (status) => this.#events.onRefused(this, status),
      },
    );
  }

  /** True when the watch hears this one from now on. */
  join(watch: ClientWatch): boolean {
    const isTooFar = this.nextRevision > watch.nextRevision;
    const awaitsNow = this.nextRevision === 0 && watch.nextRevision !== 0;
    if (isTooFar || awaitsNow) return false;
    this.receivers.add(watch);
    if (this.hasStarted) watch.announce();
    return true;
  }

  /** Hands all receivers over to one that is not ahead of this one. */
  mergeInto(other: WatchBroadcast): void {
    for (const watch of this.receivers) other.receivers.add(watch);
    this.receivers.clear();
  }

  canMergeInto(other: WatchBroadcast): boolean {
    return other.hasStarted && this.nextRevision >= other.nextRevision;
  }

  /** Ends the watch at the cluster. */
  stop(): void {
    this.#upstream.cancel();
  }

  #onResponse(shared: SharedResponse): void {
    const { response } = shared;
    // The revision of the confirmation of a watch from the past says nothing of how far it is.
    if (this.hasStarted || this.nextRevision === 0) this.nextRevision = (response.header?.revision ?? 0) + 1;
    this.hasStarted = true;
    if (response.events.length > 0) this.#counters.eventsCoalesced += Math.max(0, this.receivers.size - 1);
    for (const watch of this.receivers) watch.send(shared);
    if (response.canceled) this.#events.onCanceled(this);
    else this.#events.onProgress(this);
  }
}

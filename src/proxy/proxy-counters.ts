/** What the metrics of the proxy show, as plain fields. */
export class ProxyCounters {
  cacheKeys: number;
  cacheHits: number;
  cacheMisses: number;
  /** Events that went to more watchers than the cluster was asked for. */
  eventsCoalesced: number;
  /** Reads the number of watchers that share a watch at the cluster with others. */
  watchersCoalesced: () => number;

  constructor() {
    this.cacheKeys = 0;
    this.cacheHits = 0;
    this.cacheMisses = 0;
    this.eventsCoalesced = 0;
    this.watchersCoalesced = () => 0;
  }
}

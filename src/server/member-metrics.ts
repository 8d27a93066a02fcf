/** What a member counts: plain fields that the metrics page reads. Names after etcd's families. */
import { exponentialBounds, Histogram } from "../base/histogram.ts";

const SECONDS = exponentialBounds(0.001, 2, 14);
const APPLY_SECONDS = exponentialBounds(0.0001, 2, 20);

export class MemberMetrics {
  leaderChangesSeen: number;
  hasLeader: boolean;
  isLeader: boolean;
  proposalsCommitted: number;
  slowApplies: number;
  leasesExpired: number;
  heartbeatSendFailures: number;
  snapshotApplyInProgress: number;
  learnerPromotions: number;
  readonly walSyncSeconds: Histogram;
  readonly backendCommitSeconds: Histogram;
  readonly backendSpillSeconds: Histogram;
  readonly backendRebalanceSeconds: Histogram;
  readonly backendWriteSeconds: Histogram;
  readonly backendDefragSeconds: Histogram;
  readonly backendSnapshotSeconds: Histogram;
  readonly hashSeconds: Histogram;
  readonly hashRevSeconds: Histogram;
  readonly snapSaveSeconds: Histogram;
  readonly snapSyncSeconds: Histogram;
  /** Key: "Put\0true". */
  readonly requestSeconds: Map<string, Histogram>;
  /** By field of InternalRaftRequest, twice, plus 1 for success. */
  readonly applySeconds: Map<number, Histogram>;
  /** Time in the store of ranges that were served, and of those that failed there. */
  readonly rangeSeconds: Histogram;
  readonly failedRangeSeconds: Histogram;
  readonly snapMarshalSeconds: Histogram;
  readonly snapDatabaseSaveSeconds: Histogram;
  readonly snapDatabaseSyncSeconds: Histogram;
  readonly walWriteSeconds: Histogram;
  /** Promotions refused or failed on this leader, by reason. */
  readonly learnerPromotionFailures: Map<string, number>;

  constructor() {
    this.leaderChangesSeen = 0;
    this.hasLeader = false;
    this.isLeader = false;
    this.proposalsCommitted = 0;
    this.slowApplies = 0;
    this.leasesExpired = 0;
    this.heartbeatSendFailures = 0;
    this.snapshotApplyInProgress = 0;
    this.learnerPromotions = 0;
    this.walSyncSeconds = new Histogram(SECONDS);
    this.backendCommitSeconds = new Histogram(SECONDS);
    this.backendSpillSeconds = new Histogram(SECONDS);
    this.backendRebalanceSeconds = new Histogram(SECONDS);
    this.backendWriteSeconds = new Histogram(SECONDS);
    this.backendDefragSeconds = new Histogram(exponentialBounds(0.1, 2, 13));
    this.backendSnapshotSeconds = new Histogram(exponentialBounds(0.01, 2, 17));
    this.hashSeconds = new Histogram(exponentialBounds(0.01, 2, 15));
    this.hashRevSeconds = new Histogram(exponentialBounds(0.01, 2, 15));
    this.snapSaveSeconds = new Histogram(SECONDS);
    this.snapSyncSeconds = new Histogram(SECONDS);
    this.requestSeconds = new Map();
    this.applySeconds = new Map();
    this.rangeSeconds = new Histogram(APPLY_SECONDS);
    this.failedRangeSeconds = new Histogram(APPLY_SECONDS);
    this.snapMarshalSeconds = new Histogram(SECONDS);
    this.snapDatabaseSaveSeconds = new Histogram(exponentialBounds(0.1, 2, 10));
    this.snapDatabaseSyncSeconds = new Histogram(SECONDS);
    this.walWriteSeconds = new Histogram(SECONDS);
    this.learnerPromotionFailures = new Map();
  }

  observeRequest(type: string, success: boolean, seconds: number): void {
    const key = `${type}\0${success}`;
    let histogram = this.requestSeconds.get(key);
    if (histogram === undefined) {
      histogram = new Histogram(SECONDS);
      this.requestSeconds.set(key, histogram);
    }
    histogram.observe(seconds);
  }

  observeApply(field: number, success: boolean, seconds: number): void {
    const key = field * 2 + Number(success);
    let histogram = this.applySeconds.get(key);
    if (histogram === undefined) {
      histogram = new Histogram(APPLY_SECONDS);
      this.applySeconds.set(key, histogram);
    }
    histogram.observe(seconds);
  }
}

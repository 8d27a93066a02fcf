/**
 * Applies committed entries in order, in slices that do not hold the loop (etcd server/etcdserver/server.go: applyAll, apply).
 *
 * Invariants:
 * - Entries at or below the consistent index were applied before the restart: only raft's bookkeeping sees them.
 * - A slice ends with the consistent index in the same batch of the backend as the effects of its entries.
 * - Whoever waits for a configuration change hears of it after raft knows that it is applied, else the next one would be refused.
 */
import { assert } from "../base/assert.ts";
import { type EtcdError, etcdError } from "../base/etcd-error.ts";
import type { ApplyResult, EntryContext } from "../core/apply/applier.ts";
import { RaftRequestReader } from "../core/apply/raft-request.ts";
import type { MembershipChange } from "../core/membership/cluster.ts";
import { membershipError } from "../core/membership/membership-error.ts";
import type { CompactionJob } from "../core/mvcc/compaction.ts";
import type { WatchEvent } from "../core/mvcc/watch-event.ts";
import { type ConfState, type Entry, EntryType } from "../core/raft/types.ts";
import type { Clock } from "../io/clock.ts";
import type { Logger } from "../io/logger.ts";
import { ConfChange } from "../proto/generated/raft.ts";
import { AlarmType } from "../proto/generated/rpc.ts";
import { saveConfState, saveConsistentIndex } from "./consistent-index.ts";
import type { MemberState } from "./member-state.ts";
import type { PendingRequests, PendingSlot } from "./pending-requests.ts";

/** Longest slice, milliseconds. */
const SLICE_MS = 4;

/** What applying touches outside of the replicated state. */
export interface ApplyEffects {
  notify(events: readonly WatchEvent[], revision: number): void;
  /** Tells raft; `index` is that of the entry. */
  applyConfChange(change: ConfChange, index: number): ConfState;
  /** The membership changed: peers come, go or move. */
  membershipChanged(change: MembershipChange): void;
  compactionAccepted(job: CompactionJob): void;
  /** An empty entry: the first of a term, so everything of earlier terms is applied. */
  firstCommitInTerm(): void;
  /** A write was beyond the quota: raises the alarm, then calls back. */
  raiseNoSpace(then: () => void): void;
  snapshotForced(): void;
  /** A slice ended; everything up to `index` is applied. */
  advanced(index: number): void;
  /** The same for one that was proposed here. */
  observe(slot: PendingSlot, request: RaftRequestReader, payload: Uint8Array, nowMs: number, result: ApplyResult): void;
  /** A request was applied, here or anywhere; `payload` is the entry's. */
  applied(request: RaftRequestReader, payload: Uint8Array, tookMs: number, result: ApplyResult): void;
}

interface Job {
  readonly entries: readonly Entry[];
  readonly done: () => void;
  next: number;
  /** Answers to give once `done` was called. */
  readonly afterwards: (() => void)[];
}

export class ApplyLoop {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #effects: ApplyEffects;
  readonly #pending: PendingRequests;
  readonly #requestPrefix: number;
  readonly #reader: RaftRequestReader;
  readonly #context: EntryContext;
  readonly #jobs: Job[];
  #state: MemberState;
  #confState: ConfState;
  #appliedIndex: number;
  #appliedTerm: number;
  #consistentIndex: number;
  #busy: boolean;
  #stopped: boolean;

  constructor(options: {
    clock: Clock;
    logger: Logger;
    effects: ApplyEffects;
    pending: PendingRequests;
    state: MemberState;
    confState: ConfState;
    appliedIndex: number;
    appliedTerm: number;
    consistentIndex: number;
  }) {
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#effects = options.effects;
    this.#pending = options.pending;
    this.#requestPrefix = Number(options.state.memberId & 0xffffn);
    this.#reader = new RaftRequestReader();
    this.#context = { index: 0, nowMs: 0 };
    this.#jobs = [];
    this.#state = options.state;
    this.#confState = options.confState;
    this.#appliedIndex = options.appliedIndex;
    this.#appliedTerm = options.appliedTerm;
    this.#consistentIndex = options.consistentIndex;
    this.#busy = false;
    this.#stopped = false;
  }

  get appliedIndex(): number {
    return this.#appliedIndex;
  }

  get appliedTerm(): number {
    return this.#appliedTerm;
  }

  get confState(): ConfState {
    return this.#confState;
  }

  /** Applies behind what is queued; `done` when everything of it is applied. */
  apply(entries: readonly Entry[], done: () => void): void {
    this.#jobs.push({ entries, done, next: 0, afterwards: [] });
    if (!this.#busy) this.#run();
  }

  /** A snapshot took the place of everything up to its index. */
  restored(state: MemberState, options: { index: number; term: number; confState: ConfState }): void {
    assert(this.#jobs.length === 0, "a snapshot is installed between applied entries");
    this.#state = state;
    this.#confState = options.confState;
    this.#appliedIndex = options.index;
    this.#appliedTerm = options.term;
    this.#consistentIndex = options.index;
  }

  stop(): void {
    this.#stopped = true;
    this.#jobs.length = 0;
  }

  readonly #run = (): void => {
    this.#busy = true;
    let job = this.#jobs[0];
    while (job !== undefined && !this.#stopped) {
      if (!this.#slice(job)) {
        this.#clock.nextTurn(this.#run);
        return;
      }
      this.#jobs.shift();
      job.done();
      for (const answer of job.afterwards) answer();
      job = this.#jobs[0];
    }
    this.#busy = false;
  };

  /** True when the job is done. */
  #slice(job: Job): boolean {
    const startMs = this.#clock.now();
    this.#context.nowMs = startMs;
    let applied = 0;
    while (job.next < job.entries.length && !this.#stopped) {
      this.#entry(job.entries[job.next++]!, job);
      if ((++applied & 31) === 0 && this.#clock.now() - startMs > SLICE_MS) break;
    }
    if (this.#appliedIndex > this.#consistentIndex) {
      this.#consistentIndex = this.#appliedIndex;
      saveConsistentIndex(this.#state.backend, this.#appliedIndex, this.#appliedTerm);
    }
    this.#state.backend.endBatch();
    this.#effects.advanced(this.#appliedIndex);
    return job.next >= job.entries.length;
  }

  #entry(entry: Entry, job: Job): void {
    const { index, term } = entry;
    if (index <= this.#appliedIndex) return;
    assert(index === this.#appliedIndex + 1, "committed entries follow each other");
    const isNew = index > this.#consistentIndex;
    if (term !== this.#state.header.raftTerm) this.#state.header.raftTerm = term;
    if (entry.type === EntryType.EntryConfChange) {
      if (isNew) this.#confChange(entry, job);
    } else {
      assert(entry.type === EntryType.EntryNormal, "entries are normal ones or conf changes");
      if (entry.data.length === 0) this.#effects.firstCommitInTerm();
      else if (isNew) this.#normal(entry);
    }
    this.#appliedIndex = index;
    this.#appliedTerm = term;
  }

  #normal(entry: Entry): void {
    const request = this.#reader;
    request.read(entry.data);
    const suffix = request.idPrefix === this.#requestPrefix ? request.idSuffix : -1;
    const wanted = suffix >= 0 && this.#pending.isWanted(suffix);
    this.#context.index = entry.index;
    const startMs = this.#clock.now();
    const result = this.#state.applier.apply(request, entry.data, wanted, this.#context);
    const nowMs = this.#clock.now();
    this.#effects.applied(request, entry.data, nowMs - startMs, result);
    if (result.events.length > 0) this.#effects.notify(result.events, result.revision);
    if (result.compaction !== undefined) this.#effects.compactionAccepted(result.compaction);
    if (result.forceSnapshot) this.#effects.snapshotForced();
    const slot = suffix >= 0 ? this.#pending.take(suffix) : undefined;
    if (slot !== undefined) {
      slot.request.span?.event("Receive raft result");
      this.#effects.observe(slot, request, entry.data, nowMs, result);
    }
    const { response, error, compaction } = result;
    if (error?.kind === "NoSpace" && !this.#state.alarms.isRaised(AlarmType.NOSPACE)) {
      this.#logger.warn("message exceeded backend quota; raising alarm", {
        "quota-size-bytes": this.#state.quota.bytesMax,
      });
      this.#effects.raiseNoSpace(() => slot?.request.settle(undefined, error));
      return;
    }
    if (slot === undefined) return;
    if (error !== undefined) slot.request.settle(undefined, error);
    else if (response !== undefined)
      slot.request.settle(response, undefined, compaction === undefined ? undefined : { compaction });
    // The caller went away between proposal and apply, so no response was made.
    else slot.request.settle(undefined, etcdError("Canceled"));
  }

  #confChange(entry: Entry, job: Job): void {
    const change = ConfChange.decode(entry.data);
    const { cluster, backend } = this.#state;
    const refusal = cluster.refuse(change);
    let error: EtcdError | undefined;
    if (refusal !== undefined) {
      error = membershipError(refusal);
      this.#logger.error("Validation on configuration change failed", { error: error.message });
      this.#effects.applyConfChange({ ...change, nodeId: 0n }, entry.index);
    } else {
      this.#confState = this.#effects.applyConfChange(change, entry.index);
      saveConfState(backend, this.#confState);
      this.#effects.membershipChanged(cluster.apply(change));
    }
    const id = change.id;
    if (id >> 48n !== BigInt(this.#requestPrefix)) return;
    const slot = this.#pending.take(Number(id & 0xffffffffffffn));
    if (slot !== undefined)
      job.afterwards.push(() => slot.request.settle(error === undefined ? new Uint8Array(0) : undefined, error));
  }
}

/**
 * What the leader knows about one member and how it sends to it.
 *
 *   Probe      position unknown: one append at a time, at most one per heartbeat when unanswered
 *   Replicate  steady: appends are sent ahead of the acknowledgements, as far as the inflights allow
 *   Snapshot   too far behind: a snapshot is under way, appends wait
 *
 * Invariant: 0 <= match < next. In Snapshot: next === pendingSnapshot + 1.
 * Keeps the behaviour of tracker/progress.go (etcd-io/raft v3.7.0).
 */
import { AssertionError } from "../../../base/assert.ts";
import type { Inflights } from "./inflights.ts";

export const ProgressState = { StateProbe: 0, StateReplicate: 1, StateSnapshot: 2 } as const;
export type ProgressState = (typeof ProgressState)[keyof typeof ProgressState];

const STATE_NAMES = ["StateProbe", "StateReplicate", "StateSnapshot"] as const;

/** Name as etcd prints it. */
export function progressStateName(state: ProgressState): string {
  return STATE_NAMES[state];
}

export class Progress {
  readonly id: bigint;
  /** The member's log equals ours up to here. */
  match: number;
  /** Next index to send. */
  next: number;
  /** Highest commit index sent; falls back when the member rejects or is probed again. */
  sentCommit: number;
  state: ProgressState;
  /** Index of the snapshot under way, else 0. */
  pendingSnapshot: number;
  /** Heard from since the last check of the quorum. */
  recentActive: boolean;
  /** No appends until the next heartbeat answer or acknowledgement. */
  appendFlowPaused: boolean;
  inflights: Inflights;
  isLearner: boolean;

  constructor(
    id: bigint,
    match: number,
    next: number,
    inflights: Inflights,
    isLearner: boolean,
    recentActive: boolean,
  ) {
    this.id = id;
    this.match = match;
    this.next = next;
    this.sentCommit = 0;
    this.state = ProgressState.StateProbe;
    this.pendingSnapshot = 0;
    this.recentActive = recentActive;
    this.appendFlowPaused = false;
    this.inflights = inflights;
    this.isLearner = isLearner;
  }

  /** A copy that shares the inflights with this one, or carries the given ones. */
  clone(inflights: Inflights = this.inflights): Progress {
    const copy = new Progress(this.id, this.match, this.next, inflights, this.isLearner, this.recentActive);
    copy.sentCommit = this.sentCommit;
    copy.state = this.state;
    copy.pendingSnapshot = this.pendingSnapshot;
    copy.appendFlowPaused = this.appendFlowPaused;
    return copy;
  }

  /** Forgets everything but identity and role: a new term starts. */
  reset(match: number, next: number, inflights: Inflights): void {
    this.match = match;
    this.next = next;
    this.sentCommit = 0;
    this.state = ProgressState.StateProbe;
    this.pendingSnapshot = 0;
    this.recentActive = false;
    this.appendFlowPaused = false;
    this.inflights = inflights;
  }

  #become(state: ProgressState): void {
    this.appendFlowPaused = false;
    this.pendingSnapshot = 0;
    this.state = state;
    this.inflights.reset();
  }

  /** Back to probing, from behind the snapshot if one was under way. */
  becomeProbe(): void {
    const pendingSnapshot = this.state === ProgressState.StateSnapshot ? this.pendingSnapshot : 0;
    this.#become(ProgressState.StateProbe);
    this.next = Math.max(this.match, pendingSnapshot) + 1;
    this.sentCommit = Math.min(this.sentCommit, this.next - 1);
  }

  becomeReplicate(): void {
    this.#become(ProgressState.StateReplicate);
    this.next = this.match + 1;
  }

  becomeSnapshot(snapshotIndex: number): void {
    this.#become(ProgressState.StateSnapshot);
    this.pendingSnapshot = snapshotIndex;
    this.next = snapshotIndex + 1;
    this.sentCommit = snapshotIndex;
  }

  /** An append with this many entries of this many payload bytes goes out. */
  sentEntries(count: number, bytes: number): void {
    switch (this.state) {
      case ProgressState.StateReplicate:
        if (count > 0) {
          this.next += count;
          this.inflights.add(this.next - 1, bytes);
        }
        // With a full window this append was the probe that keeps the flow alive.
        this.appendFlowPaused = this.inflights.full();
        return;
      case ProgressState.StateProbe:
        if (count > 0) this.appendFlowPaused = true;
        return;
      default:
        throw new AssertionError(`sending append in unhandled state ${progressStateName(this.state)}`);
    }
  }

  /** True when sending this commit index could move the member's commit index. */
  canBumpCommit(commit: number): boolean {
    return commit > this.sentCommit && this.sentCommit < this.next - 1;
  }

  /** The member acknowledges an index; false when it told us before. */
  maybeUpdate(index: number): boolean {
    if (index <= this.match) return false;
    this.match = index;
    if (this.next <= index) this.next = index + 1;
    this.appendFlowPaused = false;
    return true;
  }

  /**
   * The member rejects the append behind `rejected` and hints at the position that may match.
   * False when the rejection is outdated; else `next` is lowered.
   */
  maybeDecreaseTo(rejected: number, matchHint: number): boolean {
    if (this.state === ProgressState.StateReplicate) {
      if (rejected <= this.match) return false;
      this.next = this.match + 1;
    } else {
      // Probes go out one at a time, so an answer to anything but the last one is old.
      if (this.next - 1 !== rejected) return false;
      this.next = Math.max(Math.min(rejected, matchHint + 1), this.match + 1);
      this.appendFlowPaused = false;
    }
    this.sentCommit = Math.min(this.sentCommit, this.next - 1);
    return true;
  }

  /** True when no entries may be sent at present. */
  isPaused(): boolean {
    return this.state === ProgressState.StateSnapshot || this.appendFlowPaused;
  }

  toString(): string {
    let out = `${progressStateName(this.state)} match=${this.match} next=${this.next}`;
    if (this.isLearner) out += " learner";
    if (this.isPaused()) out += " paused";
    if (this.pendingSnapshot > 0) out += ` pendingSnap=${this.pendingSnapshot}`;
    if (!this.recentActive) out += " inactive";
    if (this.inflights.count > 0) {
      out += ` inflight=${this.inflights.count}`;
      if (this.inflights.full()) out += "[full]";
    }
    return out;
  }
}

/** The members' progress, sorted by ID. Lookups scan: groups are small and bigints hash slowly. */
export class ProgressMap {
  /** Ascending by ID; not to be changed from outside. */
  readonly list: Progress[];

  constructor(list: Progress[] = []) {
    this.list = list;
  }

  get(id: bigint): Progress | undefined {
    const { list } = this;
    for (let i = 0; i < list.length; i++) if (list[i]!.id === id) return list[i];
    return undefined;
  }

  set(progress: Progress): void {
    const { list } = this;
    let at = 0;
    while (at < list.length && list[at]!.id < progress.id) at++;
    list.splice(at, list[at]?.id === progress.id ? 1 : 0, progress);
  }

  delete(id: bigint): void {
    const at = this.list.findIndex((progress) => progress.id === id);
    if (at >= 0) this.list.splice(at, 1);
  }

  /** One line per member with its ID in decimal. */
  toString(): string {
    return this.list.map((progress) => `${progress.id}: ${progress.toString()}\n`).join("");
  }
}

/**
 * Linearizable reads: all reads that arrive while a round is under way share the next one (etcd server/etcdserver/read).
 * A round asks raft for a read index and ends when that index is applied here. It is repeated every 500 ms, sent again at the first
 * commit of a term, and fails with LeaderChanged when another leader appears, Timeout after the request timeout.
 *
 * The class decides; its owner carries messages: `takeRequest()` gives the context to hand to raft.
 */
import { type EtcdError, etcdError } from "../base/etcd-error.ts";

/** Called once: undefined when the read may be served from the applied state now. */
export type ReadWaiter = (error: EtcdError | undefined) => void;

const RETRY_MS = 500;

export interface ReadIndexCounters {
  slowReadIndexes: number;
  readIndexesFailed: number;
}

export class ReadIndexRounds {
  readonly #timeoutMs: number;
  readonly #nextId: () => number;
  readonly counters: ReadIndexCounters;
  /** Reads that wait for the next round. */
  #queued: ReadWaiter[];
  /** Reads of the round under way. */
  #current: ReadWaiter[];
  #requestIds: Set<number>;
  /** Set when raft must be asked (again). */
  #mustSend: boolean;
  #startMs: number;
  #sentMs: number;
  /** Index that must be applied before the round ends; -1 while raft has not answered. */
  #confirmedIndex: number;

  constructor(options: { timeoutMs: number; nextId: () => number }) {
    this.#timeoutMs = options.timeoutMs;
    this.#nextId = options.nextId;
    this.counters = { slowReadIndexes: 0, readIndexesFailed: 0 };
    this.#queued = [];
    this.#current = [];
    this.#requestIds = new Set();
    this.#mustSend = false;
    this.#startMs = 0;
    this.#sentMs = 0;
    this.#confirmedIndex = -1;
  }

  get idle(): boolean {
    return this.#queued.length === 0 && this.#current.length === 0;
  }

  add(waiter: ReadWaiter): void {
    this.#queued.push(waiter);
  }

  /** Starts a round if one is due and returns the ID to ask raft with, or -1 when there is nothing to ask. */
  takeRequest(nowMs: number): number {
    if (this.#current.length === 0) {
      if (this.#queued.length === 0) return -1;
      this.#current = this.#queued;
      this.#queued = [];
      this.#requestIds.clear();
      this.#confirmedIndex = -1;
      this.#startMs = nowMs;
      this.#mustSend = true;
    }
    if (!this.#mustSend) return -1;
    this.#mustSend = false;
    this.#sentMs = nowMs;
    const id = this.#nextId();
    this.#requestIds.add(id);
    return id;
  }

  /** Raft's answer. Returns false for an answer to an older round (counted as slow). */
  confirm(id: number, index: number): boolean {
    if (this.#current.length === 0 || this.#confirmedIndex >= 0) return true;
    if (!this.#requestIds.has(id)) {
      this.counters.slowReadIndexes++;
      return false;
    }
    this.#confirmedIndex = index;
    return true;
  }

  /** Ends the round when its index is applied. Returns true when reads were released (a next round may be due). */
  applied(appliedIndex: number): boolean {
    if (this.#confirmedIndex < 0 || appliedIndex < this.#confirmedIndex) return false;
    this.#finish(undefined);
    return true;
  }

  /** A new leader: answers on the way are worthless. */
  leaderChanged(): void {
    if (this.#current.length === 0 || this.#confirmedIndex >= 0) return;
    this.counters.readIndexesFailed++;
    this.#finish(etcdError("LeaderChanged"));
  }

  firstCommitInTerm(): void {
    if (this.#current.length > 0 && this.#confirmedIndex < 0) this.#mustSend = true;
  }

  /** Time passes: repeats or gives up. Returns true when the owner should look for a request to send. */
  tick(nowMs: number): boolean {
    if (this.#current.length === 0 || this.#confirmedIndex >= 0) return false;
    if (nowMs - this.#startMs >= this.#timeoutMs) {
      this.counters.slowReadIndexes++;
      this.#finish(etcdError("Timeout"));
      return this.#queued.length > 0;
    }
    if (nowMs - this.#sentMs >= RETRY_MS) this.#mustSend = true;
    return this.#mustSend;
  }

  failAll(error: EtcdError): void {
    const queued = this.#queued;
    this.#queued = [];
    this.#finish(error);
    for (const waiter of queued) waiter(error);
  }

  #finish(error: EtcdError | undefined): void {
    const current = this.#current;
    this.#current = [];
    this.#confirmedIndex = -1;
    this.#mustSend = false;
    for (const waiter of current) waiter(error);
  }
}

/** Read index requests carry their ID as 8 bytes, as etcd's do. */
export function readContext(id: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Math.floor(id / 2 ** 32));
  view.setUint32(4, id >>> 0);
  return bytes;
}

/** The ID in a context; -1 when it is none of ours. */
export function readContextId(context: Uint8Array): number {
  if (context.length !== 8) return -1;
  const view = new DataView(context.buffer, context.byteOffset, 8);
  return view.getUint32(0) * 2 ** 32 + view.getUint32(4);
}

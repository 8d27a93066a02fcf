/**
 * Requests that were proposed and wait for their entry to be applied here. Found by the suffix of the request ID.
 * Deadlines are kept in order of registration (one timeout for all), so that expiry costs no timer per request.
 */
import type { EtcdError } from "../base/etcd-error.ts";

/** What applying an entry gave: a response in parts of wire bytes, a decoded value for internal callers, or a refusal. */
export interface ApplyOutcome {
  readonly error: EtcdError | undefined;
  readonly value: unknown;
}

export interface PendingRequest {
  /** Called exactly once: with the outcome, or with the error that ended the wait. */
  settle(outcome: ApplyOutcome): void;
}

interface Slot {
  readonly suffix: number;
  readonly startMs: number;
  readonly request: PendingRequest;
}

export class PendingRequests {
  readonly #slots = new Map<number, Slot>();
  readonly #timeoutMs: number;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  get size(): number {
    return this.#slots.size;
  }

  add(suffix: number, startMs: number, request: PendingRequest): void {
    this.#slots.set(suffix, { suffix, startMs, request });
  }

  has(suffix: number): boolean {
    return this.#slots.has(suffix);
  }

  /** Forgets the request without settling it (its caller went away). */
  drop(suffix: number): boolean {
    return this.#slots.delete(suffix);
  }

  /** Takes the request out, for its outcome. */
  take(suffix: number): PendingRequest | undefined {
    const slot = this.#slots.get(suffix);
    if (slot === undefined) return undefined;
    this.#slots.delete(suffix);
    return slot.request;
  }

  /** Settles what has waited longer than the timeout; `errorFor` gets the time each request started. Returns how many. */
  expire(nowMs: number, errorFor: (startMs: number) => EtcdError): number {
    let expired = 0;
    // A Map iterates in insertion order, which is the order of start times.
    for (const slot of this.#slots.values()) {
      if (nowMs - slot.startMs < this.#timeoutMs) break;
      this.#slots.delete(slot.suffix);
      slot.request.settle({ error: errorFor(slot.startMs), value: undefined });
      expired++;
    }
    return expired;
  }

  /** Settles everything with one error (the member stops). */
  failAll(error: EtcdError): void {
    const all = [...this.#slots.values()];
    this.#slots.clear();
    for (const slot of all) slot.request.settle({ error, value: undefined });
  }
}

/**
 * Requests that were proposed and wait for their entry to be applied here. Found by the suffix of the request ID.
 * Deadlines are kept in order of registration (one timeout for all), so that expiry costs no timer per request.
 */
import type { EtcdError } from "../base/etcd-error.ts";
import type { Span } from "../net/tracing/span.ts";

export interface PendingRequest {
  /** Called exactly once: with the encoded response, or with the error that refused it or ended the wait. */
  settle(response: Uint8Array | undefined, error: EtcdError | undefined, applied?: AppliedRequest): void;
  /** True once nobody wants the response any more; the request is then not proposed late. */
  readonly abandoned: boolean;
  /** Where the request came from, for the log. */
  readonly remoteAddress?: string | undefined;
  /** Hears when it is proposed and when its result is there. */
  readonly span?: Span | undefined;
}

/** More about an applied request, for the few callers that want it. */
export interface AppliedRequest {
  /** The compaction that the request started. */
  readonly compaction: { readonly isDone: boolean } | undefined;
}

export interface PendingSlot {
  readonly suffix: number;
  readonly startMs: number;
  readonly request: PendingRequest;
}

export class PendingRequests {
  readonly #slots = new Map<number, PendingSlot>();
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

  /** True while somebody waits for this request. */
  isWanted(suffix: number): boolean {
    const slot = this.#slots.get(suffix);
    return slot !== undefined && !slot.request.abandoned;
  }

  /** Forgets the request without settling it (its caller went away). */
  drop(suffix: number): boolean {
    return this.#slots.delete(suffix);
  }

  /** Takes the request out, for its outcome. */
  take(suffix: number): PendingSlot | undefined {
    const slot = this.#slots.get(suffix);
    if (slot === undefined) return undefined;
    this.#slots.delete(suffix);
    return slot;
  }

  /** Settles what has waited longer than the timeout; `errorFor` gets the time each request started. Returns how many. */
  expire(nowMs: number, errorFor: (startMs: number) => EtcdError): number {
    let expired = 0;
    // A Map iterates in insertion order, which is the order of start times.
    for (const slot of this.#slots.values()) {
      if (nowMs - slot.startMs < this.#timeoutMs) break;
      this.#slots.delete(slot.suffix);
      slot.request.settle(undefined, errorFor(slot.startMs));
      expired++;
    }
    return expired;
  }

  /** Settles everything with one error (the member stops). */
  failAll(error: EtcdError): void {
    const all = [...this.#slots.values()];
    this.#slots.clear();
    for (const slot of all) slot.request.settle(undefined, error);
  }
}

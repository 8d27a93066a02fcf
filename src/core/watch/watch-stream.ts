/**
 * The state of one client's watch stream: its watchers by id and the queue of responses that wait to be sent, bounded in bytes.
 *
 * The owner is told once through {@link WatchSignals.streamReady} when the queue stops being empty; it then takes responses until
 * `take()` gives undefined, pausing as it likes. What a slow client leaves in the queue holds up nobody: beyond the bound its watchers
 * leave the live path and catch up from the store once the queue is below half of it.
 *
 * Charging: every response costs a constant, every shared event its bytes once per stream while it is the newest one queued.
 */
import type { EncodedEvent } from "./event-bytes.ts";
import { WatchResponse } from "./watch-response.ts";
import type { Watcher } from "./watcher.ts";

/** What the hub tells the shell. Both are edges: one call until the work they announce was done. */
export interface WatchSignals {
  /** The stream has responses to take. */
  streamReady(stream: WatchStream): void;
  /** `WatchHub.catchUp()` has work; call it in slices until it returns false. */
  catchUpReady(): void;
}

/** What a queued response costs beside its events. */
const RESPONSE_BYTES = 160;
/** Taken slots at the head of the queue before it is compacted. */
const COMPACT_SLOTS_MIN = 1024;

export class WatchStream {
  /** Watchers that have an id here, also compacted ones. Changed by the hub only. */
  readonly watchers: Map<number, Watcher>;
  /** Watchers that wait for room to catch up. Changed by the hub only. */
  readonly waiting: Set<Watcher>;
  readonly #signals: WatchSignals;
  readonly #queuedBytesMax: number;
  #queue: (WatchResponse | undefined)[];
  #head: number;
  #queuedBytes: number;
  #signaled: boolean;
  #newestCharged: EncodedEvent | undefined;
  #nextId: number;
  #closed: boolean;

  constructor(signals: WatchSignals, queuedBytesMax: number) {
    this.watchers = new Map();
    this.waiting = new Set();
    this.#signals = signals;
    this.#queuedBytesMax = queuedBytesMax;
    this.#queue = [];
    this.#head = 0;
    this.#queuedBytes = 0;
    this.#signaled = false;
    this.#newestCharged = undefined;
    this.#nextId = 0;
    this.#closed = false;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Charged bytes of queued responses and of those being gathered. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  get queuedResponses(): number {
    return this.#queue.length - this.#head;
  }

  /** At its bound: takes no event of a further revision. */
  get full(): boolean {
    return this.#queuedBytes >= this.#queuedBytesMax;
  }

  /** Low enough for watchers to catch up again. */
  get hasRoom(): boolean {
    return this.#queuedBytes * 2 < this.#queuedBytesMax;
  }

  /** Lowest id not in use, counting on from the last one given. */
  pickId(): number {
    while (this.watchers.has(this.#nextId)) this.#nextId++;
    return this.#nextId++;
  }

  /** Puts an event into a response that is being gathered or queued, and charges for it. */
  addEvent(response: WatchResponse, encoded: EncodedEvent): void {
    response.events.push(encoded);
    response.eventsBytes += encoded.bytes;
    if (this.#newestCharged === encoded) return;
    this.#newestCharged = encoded;
    response.chargedBytes += encoded.bytes;
    this.#queuedBytes += encoded.bytes;
  }

  /** A response for events of one watcher, charged but not queued yet. */
  openResponse(watcher: Watcher, headerRevision: number): WatchResponse {
    const response = new WatchResponse(watcher.id, headerRevision, watcher, false, false, 0, "", []);
    response.chargedBytes = RESPONSE_BYTES;
    this.#queuedBytes += RESPONSE_BYTES;
    return response;
  }

  /** Gives back what a response was charged that will not be sent. */
  dropResponse(response: WatchResponse): void {
    this.#queuedBytes -= response.chargedBytes;
    this.#newestCharged = undefined;
  }

  /** Queues a response made by {@link openResponse}. */
  enqueue(response: WatchResponse): void {
    this.#queue.push(response);
    if (this.#signaled) return;
    this.#signaled = true;
    this.#signals.streamReady(this);
  }

  /** Queues a reply that carries no events. */
  enqueueControl(response: WatchResponse): void {
    response.chargedBytes = RESPONSE_BYTES;
    this.#queuedBytes += RESPONSE_BYTES;
    this.enqueue(response);
  }

  /** Next response, or undefined when there is none: `streamReady` is then signalled again for the next one. For the hub. */
  shift(): WatchResponse | undefined {
    const queue = this.#queue;
    const response = queue[this.#head];
    if (response === undefined) {
      this.#queue = [];
      this.#head = 0;
      this.#signaled = false;
      this.#newestCharged = undefined;
      return undefined;
    }
    queue[this.#head++] = undefined;
    if (this.#head >= COMPACT_SLOTS_MIN && this.#head * 2 >= queue.length) {
      this.#queue = queue.slice(this.#head);
      this.#head = 0;
    }
    this.#queuedBytes -= response.chargedBytes;
    return response;
  }

  /** Forgets everything; no signal comes after it. */
  close(): void {
    this.#closed = true;
    this.#signaled = true;
    this.#queue = [];
    this.#head = 0;
    this.#queuedBytes = 0;
    this.#newestCharged = undefined;
    this.watchers.clear();
    this.waiting.clear();
  }
}

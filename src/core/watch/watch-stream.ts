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
/** A ring that grew beyond this is given back when it is empty. */
const RING_SLOTS_KEPT = 64;

function emptyRing(): (WatchResponse | undefined)[] {
  return [undefined, undefined, undefined, undefined];
}

export class WatchStream {
  /** Watchers that have an id here, also compacted ones. Changed by the hub only. */
  readonly watchers: Map<number, Watcher>;
  /** Watchers that wait for room to catch up. Changed by the hub only. */
  readonly waiting: Set<Watcher>;
  readonly #signals: WatchSignals;
  readonly #queuedBytesMax: number;
  /** Ring of a power of two slots, `#count` of them used from `#head` on. */
  #ring: (WatchResponse | undefined)[];
  #head: number;
  #count: number;
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
    this.#ring = emptyRing();
    this.#head = 0;
    this.#count = 0;
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
    return this.#count;
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

  /** A response for events of one watcher, charged but not queued yet. */
  openResponse(watcher: Watcher, headerRevision: number, first: EncodedEvent): WatchResponse {
    const response = new WatchResponse(watcher.id, headerRevision, watcher, false, false, 0, "", [first]);
    response.eventsBytes = first.bytes;
    response.chargedBytes = RESPONSE_BYTES;
    this.#queuedBytes += RESPONSE_BYTES;
    this.#charge(response, first);
    return response;
  }

  /** Puts a further event into a response that is being gathered or queued, and charges for it. */
  addEvent(response: WatchResponse, encoded: EncodedEvent): void {
    response.events.push(encoded);
    response.eventsBytes += encoded.bytes;
    this.#charge(response, encoded);
  }

  #charge(response: WatchResponse, encoded: EncodedEvent): void {
    if (this.#newestCharged === encoded) return;
    this.#newestCharged = encoded;
    response.chargedBytes += encoded.bytes;
    this.#queuedBytes += encoded.bytes;
  }

  /** Gives back what a response was charged that will not be sent. */
  dropResponse(response: WatchResponse): void {
    this.#queuedBytes -= response.chargedBytes;
    this.#newestCharged = undefined;
  }

  /** Queues a response made by {@link openResponse}. */
  enqueue(response: WatchResponse): void {
    if (this.#count === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#count++) & (this.#ring.length - 1)] = response;
    if (this.#signaled) return;
    this.#signaled = true;
    this.#signals.streamReady(this);
  }

  #grow(): void {
    const { length } = this.#ring;
    const grown: (WatchResponse | undefined)[] = [];
    for (let i = 0; i < length * 2; i++)
      grown.push(i < length ? this.#ring[(this.#head + i) & (length - 1)] : undefined);
    this.#ring = grown;
    this.#head = 0;
  }

  /** Queues a reply that carries no events. */
  enqueueControl(response: WatchResponse): void {
    response.chargedBytes = RESPONSE_BYTES;
    this.#queuedBytes += RESPONSE_BYTES;
    this.enqueue(response);
  }

  /** Next response, or undefined when there is none: `streamReady` is then signalled again for the next one. For the hub. */
  shift(): WatchResponse | undefined {
    if (this.#count === 0) {
      if (this.#ring.length > RING_SLOTS_KEPT) this.#ring = emptyRing();
      this.#head = 0;
      this.#signaled = false;
      this.#newestCharged = undefined;
      return undefined;
    }
    const response = this.#ring[this.#head]!;
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#count--;
    this.#queuedBytes -= response.chargedBytes;
    return response;
  }

  /** Forgets everything; no signal comes after it. */
  close(): void {
    this.#closed = true;
    this.#signaled = true;
    this.#ring = emptyRing();
    this.#head = 0;
    this.#count = 0;
    this.#queuedBytes = 0;
    this.#newestCharged = undefined;
    this.watchers.clear();
    this.waiting.clear();
  }
}

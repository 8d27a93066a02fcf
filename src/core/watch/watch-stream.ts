/**
 * The state of one client's watch stream: its watchers by id and the queue of responses that wait to be sent, bounded in bytes.
 *
 * What one change means for a hundred watchers of one bundle is one entry here. While a stream is behind, further changes join the newest
 * entry of their bundle, and each watcher gets them in one message: the slower the reader, the less its messages cost. A control reply is
 * a barrier: nothing that happened after it joins an entry before it.
 *
 * The owner is told once through {@link WatchSignals.streamReady} when the queue stops being empty; it then takes responses until
 * `take()` gives undefined, pausing as it likes. What a slow client leaves in the queue holds up nobody: beyond the bound its watchers
 * leave the live path and catch up from the store once the queue is below half of it.
 *
 * Charging: every entry costs a constant, every shared event its bytes once per stream while it is the newest one queued.
 */
import type { EncodedEvent } from "./event-bytes.ts";
import { WatchResponse } from "./watch-response.ts";
import type { Watcher } from "./watcher.ts";
import type { WatcherBundle } from "./watcher-group.ts";

/** What the hub tells the shell. Both are edges: one call until the work they announce was done. */
export interface WatchSignals {
  /** The stream has responses to take. */
  streamReady(stream: WatchStream): void;
  /** `WatchHub.catchUp()` has work; call it in slices until it returns false. */
  catchUpReady(): void;
}

/** What a queued entry costs beside its events. */
const RESPONSE_BYTES = 160;
/** An entry that has so much takes no further revision. Sixteen events make a message's own cost small beside theirs already. */
const JOINED_EVENTS_MAX = 64;
const JOINED_BYTES_MAX = 12 * 1024;
/** A ring that grew beyond this is given back when it is empty. */
const RING_SLOTS_KEPT = 64;

function emptyRing(): (WatchResponse | undefined)[] {
  return [undefined, undefined, undefined, undefined];
}

export interface WatchStreamOptions {
  /** Bound in bytes of what is queued. */
  readonly queuedBytesMax: number;
  /** Messages waiting from which on changes of further revisions join those queued. */
  readonly joinFrom: number;
}

export class WatchStream {
  /** A number of its own among the streams of its hub. */
  readonly serial: number;
  /** Watchers that have an id here, also compacted ones. Changed by the hub only. */
  readonly watchers: Map<number, Watcher>;
  /** Watchers that wait for room to catch up. Changed by the hub only. */
  readonly waiting: Set<Watcher>;
  readonly #signals: WatchSignals;
  readonly #queuedBytesMax: number;
  readonly #joinFrom: number;
  /** Ring of a power of two slots, `#count` of them used from `#head` on. */
  #ring: (WatchResponse | undefined)[];
  #head: number;
  #count: number;
  #queuedResponses: number;
  #queuedBytes: number;
  #barriers: number;
  #signaled: boolean;
  #newestCharged: EncodedEvent | undefined;
  #nextId: number;
  #closed: boolean;

  constructor(serial: number, signals: WatchSignals, options: WatchStreamOptions) {
    this.serial = serial;
    this.watchers = new Map();
    this.waiting = new Set();
    this.#signals = signals;
    this.#queuedBytesMax = options.queuedBytesMax;
    this.#joinFrom = options.joinFrom;
    this.#ring = emptyRing();
    this.#head = 0;
    this.#count = 0;
    this.#queuedResponses = 0;
    this.#queuedBytes = 0;
    this.#barriers = 0;
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

  /** Messages that wait: a response counts once per recipient. */
  get queuedResponses(): number {
    return this.#queuedResponses;
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

  /**
   * Puts a change of a bundle's watchers into the response queued for them last: always when that is of the same revision, and otherwise
   * when the stream is behind. Returns false when it cannot.
   */
  join(bundle: WatcherBundle, encoded: EncodedEvent, revision: number): boolean {
    const { tail } = bundle;
    if (tail === undefined) return false;
    if (tail.headerRevision !== revision) {
      if (tail.barriers !== this.#barriers || this.#queuedResponses < this.#joinFrom) return false;
      if (tail.events.length >= JOINED_EVENTS_MAX || tail.eventsBytes >= JOINED_BYTES_MAX) return false;
      tail.headerRevision = revision;
    }
    this.addEvent(tail, encoded);
    return true;
  }

  /** Queues a change for all watchers of a bundle. */
  enqueueShared(bundle: WatcherBundle, encoded: EncodedEvent, revision: number): void {
    const recipients = bundle.lend();
    const response = this.openResponse(recipients[0]!, revision, encoded);
    response.bundle = bundle;
    response.recipients = recipients;
    response.barriers = this.#barriers;
    bundle.tail = response;
    this.#enqueue(response, recipients.length);
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

  /** Queues a response made by {@link openResponse} for its one watcher. */
  enqueueSingle(response: WatchResponse): void {
    this.#barriers++;
    this.#enqueue(response, 1);
  }

  #enqueue(response: WatchResponse, messages: number): void {
    this.#queuedResponses += messages;
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
    this.#barriers++;
    this.#enqueue(response, 1);
  }

  /**
   * Next response, or undefined when there is none: `streamReady` is then signalled again for the next one. The object is the same for
   * all recipients of a response: it is valid until the next call. For the hub.
   */
  shift(): WatchResponse | undefined {
    if (this.#count === 0) {
      if (this.#ring.length > RING_SLOTS_KEPT) this.#ring = emptyRing();
      this.#head = 0;
      this.#signaled = false;
      this.#newestCharged = undefined;
      return undefined;
    }
    const response = this.#ring[this.#head]!;
    const { recipients } = response;
    this.#queuedResponses--;
    if (recipients.length > 0) {
      const watcher = recipients[response.given++]!;
      response.watcher = watcher;
      response.watchId = watcher.id;
      if (response.given === 1) seal(response);
      if (response.given < recipients.length) return response;
    }
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
    this.#queuedResponses = 0;
    this.#queuedBytes = 0;
    this.#newestCharged = undefined;
    this.watchers.clear();
    this.waiting.clear();
  }
}

/** Its first message leaves: it does not grow any more. */
function seal(response: WatchResponse): void {
  const bundle = response.bundle!;
  if (bundle.tail === response) bundle.tail = undefined;
  response.bundle = undefined;
}

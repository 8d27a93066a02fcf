/**
 * One watch as its user sees it: an async iterator and an event emitter. It knows at which revision it goes on, so that the stream below it
 * may break at any time: nothing is told twice and nothing is left out.
 *
 * Invariant: all events below `nextRevision` were handed to the user or wait in the queue; none at or above it.
 */
import { EventEmitter } from "node:events";
import { type Event, EventType } from "../proto/generated/kv.ts";
import { FilterType, type WatchCreateRequest, type WatchResponse } from "../proto/generated/rpc.ts";
import type { Init } from "../proto/message-codec.ts";
import { isStaleToken } from "./caller.ts";
import { abortedError, asEtcdError, type EtcdError, errorOfText, WatchCompactedError } from "./errors.ts";
import type { KeyPrefix, KeySelector } from "./key-range.ts";
import { headerOf, KeyValue } from "./key-value.ts";
import type { WatchEvent, WatcherEventMap, WatchOptions } from "./watch-types.ts";

const QUEUE_MAX = 10_000;

/** The stream that carries watches. */
export interface WatchCarrier {
  /** Asks the server for the watch, from its `nextRevision` on. */
  add(watcher: Watcher): void;
  /** Asks the server to end it. */
  remove(watcher: Watcher): void;
  requestProgress(): void;
  /** The server no longer takes the token: begins again with a new one. False when there is none to be had. */
  renewToken(error: EtcdError): boolean;
}

interface Reader {
  readonly resolve: (result: IteratorResult<WatchEvent, undefined>) => void;
  readonly reject: (error: EtcdError) => void;
}

/** A watch as an async iterator of events and as an event emitter: `client.watch(selector)`. */
export class Watcher extends EventEmitter<WatcherEventMap> implements AsyncIterableIterator<WatchEvent, undefined> {
  readonly #carrier: WatchCarrier;
  readonly #prefix: KeyPrefix;
  readonly #request: Init<WatchCreateRequest>;
  readonly #options: WatchOptions;
  readonly #queueMax: number;
  readonly #onAbort: (() => void) | undefined;
  #nextRevision: number;
  #revision: number;
  #queue: WatchEvent[];
  #queueStart: number;
  #readers: Reader[];
  /** Events go to listeners; before the first one or a reader is there they wait. */
  #emits: boolean;
  /** Somebody has asked for the next event. */
  #iterates: boolean;
  /** Revision of the store when the server began the watch. */
  #createdRevision: number;
  #fragments: Event[] | undefined;
  #paused: boolean;
  #ended: boolean;
  #error: EtcdError | undefined;
  #established: PromiseWithResolvers<number>;

  /**
   * Use `client.watch()`.
   * @internal
   */
  constructor(carrier: WatchCarrier, prefix: KeyPrefix, selector: KeySelector, options: WatchOptions) {
    super();
    this.#carrier = carrier;
    this.#prefix = prefix;
    this.#request = {
      ...prefix.range(selector),
      progressNotify: options.progressNotify,
      prevKv: options.prevKv,
      filters: options.ignore === undefined ? [] : [options.ignore === "put" ? FilterType.NOPUT : FilterType.NODELETE],
      fragment: true,
    };
    this.#options = options;
    this.#queueMax = options.queueMax ?? QUEUE_MAX;
    this.#nextRevision = options.startRevision ?? 0;
    this.#revision = 0;
    this.#queue = [];
    this.#queueStart = 0;
    this.#readers = [];
    this.#emits = false;
    this.#iterates = false;
    this.#createdRevision = 0;
    this.#fragments = undefined;
    this.#paused = false;
    this.#ended = false;
    this.#error = undefined;
    this.#established = withResolvers();
    // Nobody has to wait for it.
    this.#established.promise.catch(() => undefined);
    const { signal } = options;
    this.#onAbort = signal === undefined ? undefined : () => this.fail(abortedError(signal));
    if (signal?.aborted === true) this.#end(abortedError(signal));
    else if (this.#onAbort !== undefined) signal!.addEventListener("abort", this.#onAbort, { once: true });
    EventEmitter.prototype.on.call(this, "newListener", (name: string | symbol) => {
      if (name === "event" || name === "put" || name === "delete" || name === "batch") this.#startEmitting();
    });
  }

  /** Everything up to this revision has been told or waits to be read; 0 before the watch began. */
  get revision(): number {
    return this.#revision;
  }

  /** The revision at which the watch goes on; 0 while that is up to the server. */
  get nextRevision(): number {
    return this.#nextRevision;
  }

  get isEnded(): boolean {
    return this.#ended;
  }

  /** Resolves with the store's revision once the server has begun the watch for the first time. Rejects when it never will. */
  get established(): Promise<number> {
    return this.#established.promise;
  }

  /** Asks the server how far all watches of this client have come; `progress` tells. */
  requestProgress(): void {
    this.#carrier.requestProgress();
  }

  /** Ends the watch; the iterator ends after what is queued. */
  async cancel(): Promise<void> {
    if (this.#ended) return;
    this.#carrier.remove(this);
    this.#end(undefined);
  }

  /** The same as `cancel()`: for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.cancel();
  }

  /** The watcher itself: for `for await`. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The next event; `done` when the watch has ended. Rejects with what the watch failed with. */
  next(): Promise<IteratorResult<WatchEvent, undefined>> {
    this.#iterates = true;
    if (this.#queueStart < this.#queue.length) {
      const event = this.#queue[this.#queueStart++]!;
      if (this.#queueStart === this.#queue.length || this.#queueStart >= 1024) {
        this.#queue = this.#queue.slice(this.#queueStart);
        this.#queueStart = 0;
      }
      if (this.#paused && this.#queued <= this.#queueMax / 2) {
        this.#paused = false;
        if (!this.#ended) this.#carrier.add(this);
      }
      return Promise.resolve({ done: false, value: event });
    }
    if (this.#error !== undefined) {
      const error = this.#error;
      this.#error = undefined;
      return Promise.reject(error);
    }
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#readers.push({ resolve, reject });
    });
  }

  /** Ends the watch: what leaving a `for await` calls. */
  async return(): Promise<IteratorResult<WatchEvent, undefined>> {
    await this.cancel();
    this.#queue = [];
    this.#queueStart = 0;
    return { done: true, value: undefined };
  }

  get #queued(): number {
    return this.#queue.length - this.#queueStart;
  }

  #startEmitting(): void {
    if (this.#emits) return;
    this.#emits = true;
    // The listener is not registered yet; and others may be about to be.
    queueMicrotask(() => {
      const waiting = this.#queue.slice(this.#queueStart);
      this.#queue = [];
      this.#queueStart = 0;
      for (const event of waiting) this.#emitEvent(event);
      if (this.#paused) {
        this.#paused = false;
        if (!this.#ended) this.#carrier.add(this);
      }
    });
  }

  #emitEvent(event: WatchEvent): void {
    this.emit("event", event);
    this.emit(event.type, event);
  }

  // --- What the stream below tells. Not for users. ------------------------------------------------------------------------------

  /** @internal */
  get createRequest(): Init<WatchCreateRequest> {
    return { ...this.#request, startRevision: this.#nextRevision };
  }

  /** @internal The server has begun it. */
  onCreated(response: WatchResponse): void {
    const { revision } = headerOf(response);
    this.#fragments = undefined;
    this.#createdRevision = revision;
    if (this.#nextRevision === 0) {
      // It begins behind the revision that the server answers with.
      this.#nextRevision = revision + 1;
      this.#revision = revision;
    }
    this.#established.resolve(revision);
    this.emit("connected", this.#nextRevision);
  }

  /** @internal The stream broke; it comes back. */
  onDisconnected(error: EtcdError): void {
    // The rest of it will not come: it is sent again as a whole.
    this.#fragments = undefined;
    this.#createdRevision = 0;
    this.emit("disconnected", error);
  }

  /** @internal Events, progress. */
  onResponse(response: WatchResponse): void {
    if (this.#ended) return;
    let { events } = response;
    if (response.fragment) {
      this.#fragments = this.#fragments === undefined ? events : this.#fragments.concat(events);
      return;
    }
    if (this.#fragments !== undefined) {
      events = this.#fragments.concat(events);
      this.#fragments = undefined;
    }
    const { revision } = headerOf(response);
    if (events.length === 0) {
      this.onProgress(revision);
      return;
    }
    const fresh = events.filter(({ kv }) => kv !== undefined && kv.modRevision >= this.#nextRevision);
    if (fresh.length === 0) return;
    const told = fresh.map((event) => this.#eventOf(event));
    this.#revision = fresh.at(-1)!.kv!.modRevision;
    this.#nextRevision = this.#revision + 1;
    if (this.#emits) {
      this.emit("batch", { header: headerOf(response), events: told });
      for (const event of told) this.#emitEvent(event);
    }
    this.#hand(told);
  }

  /**
   * @internal All watches of the stream have come so far. An answer from before this watch was created may arrive after its creation: it says
   * nothing about the events that this watch still has to catch up with.
   */
  onProgressOfAll(revision: number): void {
    const isCatchingUp = this.#nextRevision <= this.#createdRevision;
    if (this.#createdRevision === 0 || (isCatchingUp && revision <= this.#createdRevision)) return;
    this.onProgress(revision);
  }

  /** @internal Nothing happened up to this revision. */
  onProgress(revision: number): void {
    if (this.#ended || revision + 1 < this.#nextRevision) return;
    this.#revision = revision;
    this.#nextRevision = revision + 1;
    this.emit("progress", revision);
  }

  /** @internal The server ended it. Returns true when it is to be asked for again. */
  onCanceled(response: WatchResponse): boolean {
    if (response.compactRevision !== 0) {
      if (this.#options.onCompaction === "skip") {
        this.#nextRevision = response.compactRevision;
        this.emit("compacted", response.compactRevision);
        return true;
      }
      this.fail(new WatchCompactedError(response.compactRevision));
      return false;
    }
    const error = errorOfText(response.cancelReason === "" ? "etcdserver: watch canceled" : response.cancelReason);
    if (isStaleToken(error) && this.#carrier.renewToken(error)) return false;
    this.fail(error);
    return false;
  }

  /** @internal Ends it with an error. */
  fail(error: EtcdError): void {
    if (this.#ended) return;
    this.#carrier.remove(this);
    this.#end(error);
  }

  #hand(events: readonly WatchEvent[]): void {
    let i = 0;
    while (i < events.length && this.#readers.length > 0) {
      this.#readers.shift()!.resolve({ done: false, value: events[i++]! });
    }
    if (this.#emits && !this.#iterates) return;
    for (; i < events.length; i++) this.#queue.push(events[i]!);
    if (this.#queued > this.#queueMax && !this.#paused) {
      this.#paused = true;
      this.#carrier.remove(this);
    }
  }

  #eventOf(event: Event): WatchEvent {
    const kv = event.kv!;
    const { prevKv } = event;
    const isPut = event.type === EventType.PUT;
    return {
      type: isPut ? "put" : "delete",
      kv: new KeyValue(this.#prefix.strip(kv.key), kv),
      prevKv: prevKv === undefined ? undefined : new KeyValue(this.#prefix.strip(prevKv.key), prevKv),
      isCreate: isPut && kv.createRevision === kv.modRevision,
    };
  }

  #end(error: EtcdError | undefined): void {
    this.#ended = true;
    if (this.#onAbort !== undefined) this.#options.signal?.removeEventListener("abort", this.#onAbort);
    const readers = this.#readers;
    this.#readers = [];
    if (error === undefined) {
      this.#established.reject(errorOfText("etcdserver: watch canceled"));
      for (const { resolve } of readers) resolve({ done: true, value: undefined });
    } else {
      this.#established.reject(error);
      const [first, ...others] = readers;
      if (first === undefined) this.#error = error;
      else first.reject(error);
      for (const { resolve } of others) resolve({ done: true, value: undefined });
      // An emitter without a listener for errors would throw.
      if (this.listenerCount("error") > 0) this.emit("error", asEtcdError(error));
    }
    this.emit("end");
  }
}

interface PromiseWithResolvers<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

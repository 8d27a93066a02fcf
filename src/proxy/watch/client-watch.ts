/**
 * One watch of a client. It hears every response of the watch at the cluster that it shares with others, and passes on what it asked for and has
 * not had: revisions from `nextRevision` on, without filtered kinds, with previous values only when it wants them.
 */
import { type Event, EventType } from "../../proto/generated/kv.ts";
import { FilterType, type ResponseHeader, type WatchCreateRequest, WatchResponse } from "../../proto/generated/rpc.ts";
import { encodedEvents } from "./event-list.ts";

/** Where its responses go. */
export interface ResponseSink {
  /** One message in parts, which stay as they are. */
  send(...parts: Uint8Array[]): void;
}

export interface ClientWatchOptions {
  /** As told to the client. */
  readonly id: number;
  readonly request: WatchCreateRequest;
  readonly token: string;
  readonly requireLeader: boolean;
  readonly sink: ResponseSink;
}

/** A response of the cluster with the bytes of its events, which most of the watches share. */
export class SharedResponse {
  readonly response: WatchResponse;
  #all: Uint8Array | undefined;
  #withoutPrevious: Uint8Array | undefined;

  constructor(response: WatchResponse) {
    this.response = response;
    this.#all = undefined;
    this.#withoutPrevious = undefined;
  }

  /** All events, encoded. */
  events(withPrevious: boolean): Uint8Array {
    const { events } = this.response;
    if (withPrevious) {
      this.#all ??= encodedEvents(events, true);
      return this.#all;
    }
    this.#withoutPrevious ??= encodedEvents(events, false);
    return this.#withoutPrevious;
  }
}

export class ClientWatch {
  readonly id: number;
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  readonly token: string;
  readonly requireLeader: boolean;
  /** The first revision that the client has not seen; 0 before the cluster has said from where "now" counts. */
  nextRevision: number;
  /** Of the last response that was sent. */
  lastHeader: ResponseHeader | undefined;
  readonly #sink: ResponseSink;
  readonly #wantsProgress: boolean;
  readonly #wantsPrevious: boolean;
  readonly #noPut: boolean;
  readonly #noDelete: boolean;

  constructor({ id, request, token, requireLeader, sink }: ClientWatchOptions) {
    this.id = id;
    this.key = request.key;
    this.rangeEnd = request.rangeEnd;
    this.token = token;
    this.requireLeader = requireLeader;
    this.nextRevision = request.startRevision;
    this.lastHeader = undefined;
    this.#sink = sink;
    this.#wantsProgress = request.progressNotify;
    this.#wantsPrevious = request.prevKv;
    this.#noPut = request.filters.includes(FilterType.NOPUT);
    this.#noDelete = request.filters.includes(FilterType.NODELETE);
  }

  /** Tells the client that it exists, of a watch at the cluster that began earlier. */
  announce(): void {
    const header = { clusterId: 0n, memberId: 0n, revision: this.nextRevision, raftTerm: 0 };
    this.#sink.send(WatchResponse.encode({ header, watchId: this.id, created: true }));
  }

  send(shared: SharedResponse): void {
    const { response } = shared;
    const { header, created, canceled, compactRevision, cancelReason, events } = response;
    const revision = header?.revision ?? 0;
    const isProgress = events.length === 0 && !created && !canceled && compactRevision === 0 && revision !== 0;
    if (isProgress && !this.#wantsProgress) return;
    if (events.length > 0 && this.nextRevision > revision) return;
    if (this.nextRevision === 0) this.nextRevision = revision + 1;
    const body = this.#eventBytes(shared);
    if (events.length > 0) {
      const last = events.at(-1)!.kv?.modRevision ?? 0;
      this.nextRevision = Math.max(this.nextRevision, last + 1);
    }
    if (!isProgress && !created && !canceled && compactRevision === 0 && body.length === 0) return;
    this.lastHeader = header;
    const head = { header, watchId: this.id, created, canceled, compactRevision, cancelReason };
    this.#sink.send(WatchResponse.encode(head), body);
  }

  #eventBytes(shared: SharedResponse): Uint8Array {
    const { events } = shared.response;
    const isNew = ({ kv }: Event): boolean => (kv?.modRevision ?? 0) >= this.nextRevision;
    const filters = this.#noPut || this.#noDelete;
    // Revisions ascend: when the first one is new all are.
    if (!filters && (events.length === 0 || isNew(events[0]!))) return shared.events(this.#wantsPrevious);
    const wanted = events.filter(
      (event) => isNew(event) && !(event.type === EventType.PUT ? this.#noPut : this.#noDelete),
    );
    return encodedEvents(wanted, this.#wantsPrevious);
  }
}

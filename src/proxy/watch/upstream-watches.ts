/**
 * Watches at the cluster: those of one token share a stream, which is opened again, from where each watch was, when it breaks
 * (etcd client/v3/watch.go). Every watch asks for progress and previous values: who listens leaves out what it does not need.
 */
import { GrpcCode } from "../../base/grpc-code.ts";
import { errorOfStatus } from "../../client/errors.ts";
import type { Timer } from "../../io/clock.ts";
import type { CallStatus, GrpcClientCall } from "../../net/transport/grpc-client-call.ts";
import { WatchRequest, WatchResponse, WatchService } from "../../proto/generated/rpc.ts";
import { CallScope } from "../call-scope.ts";
import { statusOf, type Upstream } from "../upstream.ts";

export interface UpstreamWatchOptions {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  /** 0: from now on. */
  readonly startRevision: number;
  /** Of the client that asked first. */
  readonly token: string;
  /** Ends with NoLeader when the cluster has none. */
  readonly requireLeader: boolean;
}

export interface UpstreamListener {
  /** `created` comes once, however often the stream is opened again; after `canceled` nothing follows. */
  onResponse(response: WatchResponse): void;
  /** The stream was refused and is not opened again; nothing follows. */
  onRefused(status: { readonly code: GrpcCode; readonly message: string }): void;
}

export interface UpstreamWatch {
  cancel(): void;
}

export class UpstreamWatches {
  readonly #upstream: Upstream;
  readonly #links: Map<string, WatchLink>;

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
    this.#links = new Map();
  }

  watch(options: UpstreamWatchOptions, listener: UpstreamListener): UpstreamWatch {
    const id = `${options.requireLeader ? "leader" : ""}\0${options.token}`;
    let link = this.#links.get(id);
    if (link === undefined) {
      const scope = new CallScope({ token: options.token, requireLeader: options.requireLeader });
      const made = new WatchLink(this.#upstream, scope, () => {
        if (this.#links.get(id) === made) this.#links.delete(id);
      });
      link = made;
      this.#links.set(id, link);
    }
    return link.add(options, listener);
  }
}

interface LinkedWatch {
  readonly id: number;
  readonly options: UpstreamWatchOptions;
  readonly listener: UpstreamListener;
  /** From where it goes on when the stream breaks; 0: from now on. */
  nextRevision: number;
  wasCreated: boolean;
}

const RETRY_MIN_MS = 25;
const RETRY_MAX_MS = 1000;

class WatchLink {
  readonly #upstream: Upstream;
  readonly #scope: CallScope;
  readonly #onUnused: () => void;
  readonly #watches: Map<number, LinkedWatch>;
  #nextId: number;
  #call: GrpcClientCall | undefined;
  #opening: boolean;
  #retry: Timer | undefined;
  #retryMs: number;

  constructor(upstream: Upstream, scope: CallScope, onUnused: () => void) {
    this.#upstream = upstream;
    this.#scope = scope;
    this.#onUnused = onUnused;
    this.#watches = new Map();
    this.#nextId = 1;
    this.#call = undefined;
    this.#opening = false;
    this.#retry = undefined;
    this.#retryMs = RETRY_MIN_MS;
  }

  add(options: UpstreamWatchOptions, listener: UpstreamListener): UpstreamWatch {
    const watch: LinkedWatch = {
      id: this.#nextId++,
      options,
      listener,
      nextRevision: options.startRevision,
      wasCreated: false,
    };
    this.#watches.set(watch.id, watch);
    if (this.#call !== undefined) this.#create(this.#call, watch);
    else if (this.#retry === undefined) this.#open();
    return { cancel: () => this.#cancel(watch) };
  }

  #cancel(watch: LinkedWatch): void {
    if (!this.#watches.delete(watch.id)) return;
    this.#call?.send(WatchRequest.encode({ cancelRequest: { watchId: watch.id } }));
    this.#closeWhenUnused();
  }

  #closeWhenUnused(): void {
    if (this.#watches.size > 0) return;
    this.#retry?.cancel();
    this.#retry = undefined;
    const call = this.#call;
    this.#call = undefined;
    call?.cancel();
    this.#onUnused();
  }

  #open(): void {
    if (this.#opening) return;
    this.#opening = true;
    const listener = {
      call: undefined as GrpcClientCall | undefined,
      onMessage: (message: Uint8Array): void => {
        if (listener.call === this.#call && this.#call !== undefined) this.#onMessage(message);
      },
      onEnd: (status: CallStatus): void => {
        if (listener.call === this.#call && this.#call !== undefined) this.#onEnd(status);
      },
    };
    this.#upstream.open(WatchService.watch.path, listener, this.#scope).then(
      (call) => {
        this.#opening = false;
        if (this.#watches.size === 0) {
          call.cancel();
          return;
        }
        listener.call = call;
        this.#call = call;
        if (call.finished) {
          // The connection broke in this very turn, before the listener knew its call.
          this.#onEnd({ code: GrpcCode.Unavailable, message: "connection closed", trailers: [], unprocessed: true });
          return;
        }
        for (const watch of this.#watches.values()) this.#create(call, watch);
      },
      (error: unknown) => {
        this.#opening = false;
        this.#onEnd({ ...statusOf(error), trailers: [], unprocessed: true });
      },
    );
  }

  #create(call: GrpcClientCall, { id, options, nextRevision }: LinkedWatch): void {
    const { key, rangeEnd } = options;
    call.send(
      WatchRequest.encode({
        createRequest: {
          key,
          rangeEnd,
          startRevision: nextRevision,
          progressNotify: true,
          prevKv: true,
          watchId: id,
        },
      }),
    );
  }

  #onMessage(message: Uint8Array): void {
    this.#retryMs = RETRY_MIN_MS;
    const response = WatchResponse.decode(message);
    const watch = this.#watches.get(response.watchId);
    if (watch === undefined) return;
    const revision = response.header?.revision ?? 0;
    if (response.canceled) {
      this.#watches.delete(watch.id);
      watch.listener.onResponse(response);
      this.#closeWhenUnused();
      return;
    }
    if (response.created) {
      if (watch.nextRevision === 0) watch.nextRevision = revision + 1;
      if (watch.wasCreated) return;
      watch.wasCreated = true;
    } else if (response.events.length > 0) {
      const last = response.events.at(-1)!.kv?.modRevision ?? 0;
      watch.nextRevision = Math.max(watch.nextRevision, last + 1);
    } else watch.nextRevision = Math.max(watch.nextRevision, revision + 1);
    watch.listener.onResponse(response);
  }

  #onEnd(status: CallStatus): void {
    this.#call = undefined;
    if (this.#watches.size === 0) return;
    const isNoLeader = errorOfStatus(status).kind === "NoLeader";
    const comesBack = status.code === GrpcCode.Unavailable || status.code === GrpcCode.Internal || status.unprocessed;
    if (comesBack && !(isNoLeader && this.#scope.requireLeader)) {
      this.#retry = this.#upstream.clock.setTimer(this.#retryMs, () => {
        this.#retry = undefined;
        this.#open();
      });
      this.#retryMs = Math.min(RETRY_MAX_MS, this.#retryMs * 2);
      return;
    }
    const refused = [...this.#watches.values()];
    this.#watches.clear();
    this.#closeWhenUnused();
    for (const { listener } of refused) listener.onRefused(status);
  }
}

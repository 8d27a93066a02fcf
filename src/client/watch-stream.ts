/**
 * All watches of a client on one stream. When it breaks it is opened again, on another endpoint if there is one, and every watch asks to go on
 * at its own next revision.
 *
 * Watch numbers are chosen here and never used twice on a stream, so an answer that comes late cannot meet another watch. A creation that is
 * refused carries the number -1: the server answers creations in order, so it is the oldest that is still open.
 */
import { GrpcCode } from "../base/grpc-code.ts";
import type { Timer } from "../io/clock.ts";
import type { CallListener, CallStatus, GrpcClientCall } from "../net/transport/grpc-client-call.ts";
import {
  type WatchRequest,
  WatchRequest as WatchRequestCodec,
  WatchResponse,
  WatchService,
} from "../proto/generated/rpc.ts";
import type { Init } from "../proto/message-codec.ts";
import { type Caller, isStaleToken, ownBytes } from "./caller.ts";
import { asEtcdError, closedError, type EtcdError, errorOfStatus } from "./errors.ts";
import { channelFor } from "./reply-stream.ts";
import type { WatchCarrier, Watcher } from "./watcher.ts";

const BACKOFF_MIN_MS = 20;
const BACKOFF_MAX_MS = 2000;

export interface WatchStreamOptions {
  /** Ends watches on a member that has lost its leader, so that they go on at another one. */
  readonly requireLeader: boolean;
}

export class WatchStream implements WatchCarrier, CallListener {
  readonly #caller: Caller;
  readonly #metadata: Readonly<Record<string, string>> | undefined;
  /** All watches, also while there is no stream. */
  readonly #watchers: Set<Watcher>;
  /** Numbers on the present stream. */
  #byId: Map<number, Watcher>;
  #ids: Map<Watcher, number>;
  /** Numbers whose creation is not answered yet, oldest first. */
  #creating: number[];
  #nextId: number;
  #call: GrpcClientCall | undefined;
  #opening: boolean;
  #timer: Timer | undefined;
  #backoffMs: number;
  #closed: boolean;

  constructor(caller: Caller, options: WatchStreamOptions) {
    this.#caller = caller;
    this.#metadata = options.requireLeader ? { hasleader: "true" } : undefined;
    this.#watchers = new Set();
    this.#byId = new Map();
    this.#ids = new Map();
    this.#creating = [];
    this.#nextId = 1;
    this.#call = undefined;
    this.#opening = false;
    this.#timer = undefined;
    this.#backoffMs = 0;
    this.#closed = false;
    caller.register(this);
  }

  /** Watches there are. */
  get size(): number {
    return this.#watchers.size;
  }

  add(watcher: Watcher): void {
    if (this.#closed) {
      watcher.fail(closedError());
      return;
    }
    this.#watchers.add(watcher);
    if (this.#call !== undefined) this.#create(watcher);
    else this.#open();
  }

  remove(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    const id = this.#ids.get(watcher);
    if (id !== undefined) {
      this.#ids.delete(watcher);
      this.#byId.delete(id);
      this.#send({ cancelRequest: { watchId: id } });
    }
    if (this.#watchers.size === 0) this.#stop();
  }

  requestProgress(): void {
    this.#send({ progressRequest: {} });
  }

  #send(request: Init<WatchRequest>): void {
    this.#call?.send(WatchRequestCodec.encode(request));
  }

  #create(watcher: Watcher): void {
    const id = this.#nextId++;
    this.#byId.set(id, watcher);
    this.#ids.set(watcher, id);
    this.#creating.push(id);
    this.#send({ createRequest: { ...watcher.createRequest, watchId: id } });
  }

  #open(): void {
    if (this.#opening || this.#call !== undefined || this.#timer !== undefined || this.#closed) return;
    this.#opening = true;
    this.#connect().then(
      () => {
        this.#opening = false;
      },
      (error: unknown) => {
        this.#opening = false;
        this.#lost(asEtcdError(error));
      },
    );
  }

  async #connect(): Promise<void> {
    const { tokens } = this.#caller;
    if (tokens?.isMissing === true) await tokens.renew();
    const channel = await channelFor(this.#caller, undefined);
    // Meanwhile the last watch may have gone, or the client.
    if (this.#closed || this.#watchers.size === 0) return;
    const options = this.#metadata === undefined ? undefined : { metadata: this.#metadata };
    this.#call = channel.open(WatchService.watch.path, this, options);
    for (const watcher of this.#watchers) this.#create(watcher);
  }

  onMessage(message: Uint8Array): void {
    const response = WatchResponse.decode(ownBytes(message));
    const { watchId } = response;
    if (response.created) {
      const id = watchId === -1 ? this.#creating.shift() : watchId;
      if (watchId !== -1) this.#creating = this.#creating.filter((one) => one !== watchId);
      const watcher = id === undefined ? undefined : this.#byId.get(id);
      this.#backoffMs = 0;
      if (response.canceled) {
        if (watcher !== undefined) this.#canceled(watcher, id!, response);
      } else watcher?.onCreated(response);
      return;
    }
    if (watchId === -1) {
      // Progress of all watches of the stream.
      const revision = response.header?.revision ?? 0;
      for (const watcher of this.#byId.values()) watcher.onProgressOfAll(revision);
      return;
    }
    const watcher = this.#byId.get(watchId);
    if (watcher === undefined) return;
    if (response.canceled) this.#canceled(watcher, watchId, response);
    else watcher.onResponse(response);
  }

  #canceled(watcher: Watcher, id: number, response: WatchResponse): void {
    this.#byId.delete(id);
    this.#ids.delete(watcher);
    if (watcher.onCanceled(response)) this.#create(watcher);
  }

  renewToken(error: EtcdError): boolean {
    if (this.#caller.tokens === undefined) return false;
    const call = this.#call;
    this.#call = undefined;
    this.#lost(error);
    call?.cancel();
    return true;
  }

  onEnd(status: CallStatus): void {
    // One that was given up for another says no more.
    if (this.#call === undefined) return;
    this.#call = undefined;
    this.#lost(errorOfStatus(status));
  }

  #lost(error: EtcdError): void {
    this.#byId = new Map();
    this.#ids = new Map();
    this.#creating = [];
    if (this.#closed || this.#watchers.size === 0) return;
    const { tokens, clock } = this.#caller;
    if (tokens !== undefined && isStaleToken(error)) tokens.forget();
    else if (!isPassing(error)) {
      for (const watcher of this.#watchers) watcher.fail(error);
      return;
    }
    for (const watcher of this.#watchers) watcher.onDisconnected(error);
    this.#backoffMs = Math.min(BACKOFF_MAX_MS, Math.max(BACKOFF_MIN_MS, this.#backoffMs * 2));
    this.#timer = clock.setTimer(this.#backoffMs, () => {
      this.#timer = undefined;
      if (this.#watchers.size > 0) this.#open();
    });
  }

  #stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const call = this.#call;
    this.#call = undefined;
    this.#byId = new Map();
    this.#ids = new Map();
    this.#creating = [];
    call?.cancel();
  }

  /** The client was closed. */
  closeWith(error: EtcdError): void {
    this.#closed = true;
    for (const watcher of this.#watchers) watcher.fail(error);
    this.#stop();
  }
}

/** clientv3 gives up on anything but these. */
function isPassing(error: EtcdError): boolean {
  return (
    error.code === GrpcCode.Unavailable ||
    error.code === GrpcCode.Internal ||
    error.code === GrpcCode.OK ||
    error.kind === "CallTimeout" ||
    error.kind === "WatchCanceled" ||
    error.kind === "NoLeader" ||
    error.kind === "ConnectionLost"
  );
}

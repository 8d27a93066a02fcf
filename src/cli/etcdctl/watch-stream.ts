/**
 * Watches over one gRPC stream that survive broken connections: each begins again after the last revision it saw, so nothing is lost or seen
 * twice. Source of behaviour: client/v3/watch.go.
 */
import { etcdError } from "../../base/etcd-error.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import { sleep } from "../../io/clock.ts";
import { GrpcError } from "../../net/transport/grpc-channel.ts";
import type { CallStatus, GrpcClientCall } from "../../net/transport/grpc-client-call.ts";
import {
  type ResponseHeader,
  type WatchCreateRequest,
  WatchRequest,
  WatchResponse,
  WatchService,
} from "../../proto/generated/rpc.ts";
import type { Init } from "../../proto/message-codec.ts";
import type { WatchResult } from "../print/results.ts";
import { ClientError, clientError } from "./client-error.ts";
import type { Connection } from "./connection.ts";

export interface WatchListener {
  /** Events, progress, or the end of the watch (`canceled`). */
  onResult(result: WatchResult): void;
  /** The watch is over; `reason` says why, where there is a reason. */
  onEnd(reason: string | undefined, compactRevision: number): void;
}

interface Watch {
  readonly request: Init<WatchCreateRequest>;
  readonly listener: WatchListener;
  nextRevision: number;
  id: bigint | number | undefined;
  over: boolean;
}

const RETRY_MS = 100;
const NO_HEADER: ResponseHeader = { clusterId: 0n, memberId: 0n, revision: 0, raftTerm: 0 };

export class WatchStream {
  readonly #connection: Connection;
  readonly #watches: Set<Watch>;
  /** Sent and not yet confirmed, in order. */
  #creating: Watch[];
  #call: GrpcClientCall | undefined;
  #opening: boolean;
  #closed: boolean;
  #wantsProgress: boolean;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#watches = new Set();
    this.#creating = [];
    this.#call = undefined;
    this.#opening = false;
    this.#closed = false;
    this.#wantsProgress = false;
  }

  /** Begins a watch. Returns what ends it without a word. */
  watch(request: Init<WatchCreateRequest>, listener: WatchListener): () => void {
    const watch: Watch = { request, listener, nextRevision: request.startRevision ?? 0, id: undefined, over: false };
    this.#watches.add(watch);
    if (this.#call === undefined) void this.#open();
    else this.#create(watch);
    return () => this.#forget(watch);
  }

  /** Asks for a progress notification of all watches. */
  requestProgress(): void {
    if (this.#call === undefined) {
      this.#wantsProgress = true;
      void this.#open();
    } else this.#call.send(WatchRequest.encode({ progressRequest: {} }));
  }

  close(): void {
    this.#closed = true;
    this.#call?.cancel();
  }

  async #open(): Promise<void> {
    if (this.#opening || this.#closed) return;
    this.#opening = true;
    try {
      const call = await this.#connection.open(
        WatchService.watch.path,
        {
          onMessage: (bytes) => this.#onMessage(WatchResponse.decode(bytes)),
          onEnd: (status) => this.#onStreamEnd(status),
        },
        undefined,
        { hasleader: "true" },
      );
      this.#opening = false;
      this.#call = call;
      this.#creating = [];
      for (const watch of this.#watches) this.#create(watch);
      if (this.#wantsProgress) this.requestProgress();
      this.#wantsProgress = false;
    } catch (error) {
      this.#opening = false;
      if (!(error instanceof ClientError)) throw error;
      this.#endAll(error.message);
    }
  }

  #create(watch: Watch): void {
    watch.id = undefined;
    this.#creating.push(watch);
    this.#call!.send(WatchRequest.encode({ createRequest: { ...watch.request, startRevision: watch.nextRevision } }));
  }

  #onMessage(reply: WatchResponse): void {
    const header = reply.header ?? NO_HEADER;
    if (reply.created) {
      const watch = this.#creating.shift();
      if (watch === undefined) return;
      if (reply.canceled) this.#neverBegan(watch, reply.cancelReason);
      else {
        watch.id = reply.watchId;
        if (watch.nextRevision === 0) watch.nextRevision = header.revision + 1;
      }
      return;
    }
    const isBroadcast = reply.events.length === 0 && Number(reply.watchId) === -1;
    for (const watch of this.#watches) {
      if (!isBroadcast && watch.id !== reply.watchId) continue;
      if (reply.canceled) {
        this.#cancelled(watch, header, reply.cancelReason, reply.compactRevision);
        continue;
      }
      const last = reply.events.at(-1)?.kv?.modRevision;
      watch.nextRevision = Math.max(watch.nextRevision, (last ?? header.revision) + 1);
      const { events } = reply;
      watch.listener.onResult({
        header,
        events,
        compactRevision: 0,
        canceled: false,
        created: false,
        cancelReason: "",
      });
    }
  }

  #neverBegan(watch: Watch, reason: string): void {
    watch.over = true;
    this.#watches.delete(watch);
    watch.listener.onEnd(reason, 0);
  }

  #cancelled(watch: Watch, header: ResponseHeader, reason: string, compactRevision: number): void {
    watch.over = true;
    this.#watches.delete(watch);
    watch.listener.onResult({
      header,
      events: [],
      compactRevision,
      canceled: true,
      created: false,
      cancelReason: reason,
    });
    watch.listener.onEnd(reasonText(reason, compactRevision), compactRevision);
  }

  #onStreamEnd(status: CallStatus): void {
    this.#call = undefined;
    this.#creating = [];
    if (this.#closed) return;
    void this.#recover(clientError(new GrpcError(status), false));
  }

  async #recover(failure: ClientError): Promise<void> {
    const isTransient = failure.code === GrpcCode.Unavailable || failure.code === GrpcCode.Internal;
    try {
      if (!isTransient && !(await this.#connection.renewToken(failure, undefined))) {
        this.#endAll(failure.message);
        return;
      }
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      this.#endAll(error.message);
      return;
    }
    await sleep(this.#connection.clock, RETRY_MS);
    await this.#open();
  }

  #endAll(reason: string): void {
    for (const watch of this.#watches) {
      watch.over = true;
      this.#watches.delete(watch);
      watch.listener.onEnd(reason, 0);
    }
  }

  #forget(watch: Watch): void {
    if (watch.over) return;
    watch.over = true;
    this.#watches.delete(watch);
    if (typeof watch.id === "bigint" || typeof watch.id === "number")
      this.#call?.send(WatchRequest.encode({ cancelRequest: { watchId: watch.id as never } }));
  }
}

function reasonText(reason: string, compactRevision: number): string {
  if (compactRevision !== 0) return etcdError("Compacted").message;
  if (reason === "") return etcdError("FutureRev").message;
  const { message, kind } = clientError(
    new GrpcError({ code: GrpcCode.FailedPrecondition, message: reason, trailers: [], unprocessed: false }),
    false,
  );
  return kind === undefined ? message : reason;
}

/**
 * The Watch service of the proxy (etcd server/proxy/grpcproxy/watch.go): each client's stream with its watches, which share watches at the cluster.
 * A client that reads too slowly loses its stream, and holds up nobody.
 */
import { ETCD_ERRORS } from "../../base/etcd-error.ts";
import { GRPC_CODE_NAMES, GrpcCode } from "../../base/grpc-code.ts";
import type { Logger } from "../../io/logger.ts";
import type { GrpcMethod, ServerCall } from "../../net/transport/server-call.ts";
import {
  RangeRequest,
  type ResponseHeader,
  type WatchCreateRequest,
  WatchRequest,
  WatchResponse,
  WatchService,
} from "../../proto/generated/rpc.ts";
import { CallScope } from "../call-scope.ts";
import type { KvLayer } from "../kv/kv-layer.ts";
import type { ProxyCounters } from "../proxy-counters.ts";
import { statusOf } from "../upstream.ts";
import { ClientWatch } from "./client-watch.ts";
import type { StartWatch } from "./watch-broadcast.ts";
import { WatchRanges } from "./watch-ranges.ts";

export interface WatchProxyOptions {
  readonly start: StartWatch;
  /** Asked whether a client may read what it wants to watch. */
  readonly kv: KvLayer;
  readonly counters: ProxyCounters;
  readonly logger: Logger;
}

/** Of refusals that no watch has a number for. */
const NO_WATCH_ID = -1;
const DUPLICATE_ID = "mvcc: duplicate watch ID provided on the WatchStream";
/** What may wait for one client. */
const BUFFERED_BYTES_MAX = 64 * 1024 * 1024;
const NO_HEADER: ResponseHeader = { clusterId: 0n, memberId: 0n, revision: 0, raftTerm: 0 };

export function watchProxy(options: WatchProxyOptions): Map<string, GrpcMethod> {
  const streams = new Map<ClientWatch, WatchProxyStream>();
  const ranges = new WatchRanges(options.start, options.counters, {
    onEnded: (watch) => streams.get(watch)?.forget(watch),
    onRefused: (watch, status) => streams.get(watch)?.fail(status),
  });
  return new Map<string, GrpcMethod>([
    [
      WatchService.watch.path,
      {
        kind: "stream",
        open: (call) => {
          new WatchProxyStream(call, ranges, streams, options).start();
        },
      },
    ],
  ]);
}

class WatchProxyStream {
  readonly #call: ServerCall;
  readonly #scope: CallScope;
  readonly #ranges: WatchRanges;
  readonly #streams: Map<ClientWatch, WatchProxyStream>;
  readonly #kv: KvLayer;
  readonly #logger: Logger;
  readonly #watches: Map<number, ClientWatch>;
  /** Requests are taken one after the other: a permission may have to be asked for. */
  #queue: Promise<void>;
  #nextId: number;
  #closed: boolean;

  constructor(
    call: ServerCall,
    ranges: WatchRanges,
    streams: Map<ClientWatch, WatchProxyStream>,
    { kv, logger }: WatchProxyOptions,
  ) {
    this.#call = call;
    this.#scope = CallScope.of(call);
    this.#ranges = ranges;
    this.#streams = streams;
    this.#kv = kv;
    this.#logger = logger;
    this.#watches = new Map();
    this.#queue = Promise.resolve();
    this.#nextId = 0;
    this.#closed = false;
  }

  start(): void {
    this.#scope.onCancel(() => this.#close());
    this.#call.onMessage = (message) => {
      let request: WatchRequest;
      try {
        request = WatchRequest.decode(message.slice());
      } catch (error) {
        const message = `grpc: error unmarshalling request: ${(error as Error).message}`;
        this.fail({ code: GrpcCode.Internal, message });
        return;
      }
      this.#queue = this.#queue.then(() => this.#handle(request));
    };
    this.#call.onHalfClose = () => {
      this.#queue = this.#queue.then(() => this.fail({ code: GrpcCode.Canceled, message: "context canceled" }));
    };
  }

  /** The cluster has ended the watch. */
  forget(watch: ClientWatch): void {
    this.#watches.delete(watch.id);
    this.#streams.delete(watch);
  }

  fail(status: { readonly code: GrpcCode; readonly message: string }): void {
    if (this.#closed) return;
    this.#close();
    this.#call.fail(status);
  }

  async #handle({ createRequest, cancelRequest, progressRequest }: WatchRequest): Promise<void> {
    if (this.#closed) return;
    if (createRequest !== undefined) await this.#create(createRequest);
    else if (cancelRequest !== undefined) this.#cancel(cancelRequest.watchId);
    else {
      const request = progressRequest === undefined ? "" : "progress_request:{}";
      this.#logger.error("not supported request type by gRPC proxy", { request });
    }
  }

  async #create(request: WatchCreateRequest): Promise<void> {
    if (request.startRevision < 0) {
      this.#refuse(ETCD_ERRORS.Compacted.message, NO_HEADER);
      return;
    }
    const refusal = await this.#refusal(request);
    if (this.#closed) return;
    if (refusal !== undefined) {
      this.#refuse(refusal, NO_HEADER);
      return;
    }
    if (!isRange(request)) {
      this.#refuse("", undefined);
      return;
    }
    if (request.watchId !== 0 && this.#watches.has(request.watchId)) {
      this.#refuse(DUPLICATE_ID, NO_HEADER);
      return;
    }
    const { token, requireLeader } = this.#scope;
    // DIVERGES from etcd, which gives numbers of its own to watches whose clients chose theirs (ADR 0040).
    const id = request.watchId === 0 ? this.#freeId() : request.watchId;
    const watch = new ClientWatch({ id, request, token, requireLeader, sink: this });
    this.#watches.set(watch.id, watch);
    this.#streams.set(watch, this);
    this.#ranges.add(watch);
    this.#logger.debug("create watcher", { key: text(request.key), end: text(request.rangeEnd), watcherId: watch.id });
  }

  #freeId(): number {
    while (this.#watches.has(this.#nextId)) this.#nextId++;
    return this.#nextId++;
  }

  #cancel(id: number): void {
    this.#logger.debug("cancel watcher", { watcherId: id });
    const watch = this.#watches.get(id);
    if (watch === undefined) return;
    this.#ranges.remove(watch);
    this.forget(watch);
    this.#send({ header: watch.lastHeader, watchId: id, canceled: true });
  }

  /** Why the client may not read the range; undefined when it may. */
  async #refusal({ key, rangeEnd }: WatchCreateRequest): Promise<string | undefined> {
    const all = key.length === 0;
    const request = RangeRequest.create({
      key: all ? Uint8Array.of(0) : key,
      rangeEnd: all ? Uint8Array.of(0) : rangeEnd,
      serializable: true,
      countOnly: true,
      limit: 1,
    });
    try {
      await this.#kv.range(request, this.#scope);
      return undefined;
    } catch (error) {
      const { code, message } = statusOf(error);
      const isKnown = Object.values(ETCD_ERRORS).some((row) => row.message === message);
      return isKnown ? message : `rpc error: code = ${GRPC_CODE_NAMES[code]} desc = ${message}`;
    }
  }

  #refuse(cancelReason: string, header: ResponseHeader | undefined): void {
    this.#send({ header, watchId: NO_WATCH_ID, created: true, canceled: true, cancelReason });
  }

  #send(response: Parameters<typeof WatchResponse.encode>[0]): void {
    this.send(WatchResponse.encode(response));
  }

  send(...parts: Uint8Array[]): void {
    if (this.#closed) return;
    this.#call.send(...parts);
    if (this.#call.bufferedBytes <= BUFFERED_BYTES_MAX) return;
    this.#logger.error("failed to put a watch response on the watcher's proxy stream channel,err is timeout");
    this.fail({ code: GrpcCode.Canceled, message: "context canceled" });
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const watch of this.#watches.values()) {
      this.#ranges.remove(watch);
      this.#streams.delete(watch);
    }
    this.#watches.clear();
  }
}

/** Without an end, up to the end of all keys, or an end behind the beginning. */
function isRange({ key, rangeEnd }: WatchCreateRequest): boolean {
  if (rangeEnd.length === 0 || (rangeEnd.length === 1 && rangeEnd[0] === 0)) return true;
  return Buffer.compare(rangeEnd, key) > 0;
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

/** A watch of one range without a connection: a stream of the hub that is read when asked. */
import { concatBytes, latin1 } from "../../base/bytes.ts";
import { type EtcdError, etcdError, textError } from "../../base/etcd-error.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import { END_OF_KEYS } from "../../core/watch/interval-tree.ts";
import { responseParts } from "../../core/watch/response-bytes.ts";
import type { WatchResponse } from "../../core/watch/watch-response.ts";
import type { WatchSignals, WatchStream } from "../../core/watch/watch-stream.ts";
import { EventType, type KeyValue } from "../../proto/generated/kv.ts";
import { ResponseHeader, WatchResponse as WatchResponseMessage } from "../../proto/generated/rpc.ts";
import type { LocalEvents, LocalWatch, LocalWatchRange } from "./local-kv.ts";
import type { WatchService } from "./watch.ts";

export class HubWatch implements LocalWatch, WatchSignals {
  readonly #service: WatchService;
  readonly #stream: WatchStream;
  #waiting:
    | { readonly resolve: (events: LocalEvents) => void; readonly reject: (error: EtcdError) => void }
    | undefined;
  #scheduled: boolean;
  #ended: EtcdError | undefined;

  /** The caller's right to read the range was checked before. */
  constructor(service: WatchService, { key, rangeEnd, startRevision }: LocalWatchRange) {
    this.#service = service;
    this.#waiting = undefined;
    this.#scheduled = false;
    this.#ended = undefined;
    const { hub } = service.server;
    this.#stream = hub.openStream(this);
    hub.create(this.#stream, {
      key: latin1(key),
      end:
        rangeEnd.length === 0 ? undefined : rangeEnd.length === 1 && rangeEnd[0] === 0 ? END_OF_KEYS : latin1(rangeEnd),
      startRevision,
      watchId: 0,
      progressNotify: false,
      noPut: false,
      noDelete: false,
      prevKv: false,
      fragment: false,
    });
  }

  next(): Promise<LocalEvents> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#read();
    });
  }

  close(): void {
    this.#end(etcdError("Canceled"));
    this.#read();
  }

  streamReady(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#service.server.clock.nextTurn(() => {
      this.#scheduled = false;
      this.#read();
    });
  }

  catchUpReady(): void {
    this.#service.scheduleCatchUp();
  }

  #end(error: EtcdError): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    this.#service.server.hub.closeStream(this.#stream);
  }

  /** Settles who waits, if there is anything to tell. */
  #read(): void {
    while (this.#waiting !== undefined) {
      const { resolve, reject } = this.#waiting;
      if (this.#ended !== undefined) {
        this.#waiting = undefined;
        reject(this.#ended);
        return;
      }
      const response = this.#service.server.hub.take(this.#stream);
      if (response === undefined) return;
      if (response.canceled) {
        this.#end(
          response.compactRevision > 0 ? etcdError("Compacted") : textError(GrpcCode.Unknown, response.cancelReason),
        );
      } else if (response.events.length > 0) {
        this.#waiting = undefined;
        resolve(this.#decode(response));
        return;
      }
    }
  }

  #decode(response: WatchResponse): LocalEvents {
    const bytes = concatBytes(responseParts(response, this.#service.headerField(response.headerRevision)));
    const message = WatchResponseMessage.decode(bytes);
    return {
      header: message.header ?? ResponseHeader.create(),
      events: message.events.map(({ type, kv }) => ({ isDelete: type === EventType.DELETE, kv: kv as KeyValue })),
    };
  }
}

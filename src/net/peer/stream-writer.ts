/**
 * The sending end of a stream to a peer: messages go out on the response that the peer holds open by its GET. Without one it does not work and the
 * peer's other ways are used.
 *
 * - `queue` and `flush` never wait. One write is under way at a time; what is queued meanwhile leaves together with the next, so a busy stream
 *   batches by itself and an idle one sends at once.
 * - The queue is bounded in messages and bytes; beyond that messages are dropped, as raft expects of a network.
 * - A link heartbeat leaves every 5/3 s, so that the reader's deadline of 5 s tells a dead connection from an idle one. A write that is not taken
 *   within 5 s ends the connection.
 *
 * Source of behaviour: etcd rafthttp/stream.go (streamWriter).
 */
import { idHex } from "../../base/bytes.ts";
import { LINK_HEARTBEAT } from "../../codec/raft-stream/peer-message.ts";
import type { StreamEncoder } from "../../codec/raft-stream/stream-codec.ts";
import type { Message } from "../../core/raft/types.ts";
import type { Clock, Timer } from "../../io/clock.ts";
import type { Logger } from "../../io/logger.ts";
import type { HttpExchange } from "../transport/http-exchange.ts";
import { messageWeight } from "./message-weight.ts";
import type { PeerCounters } from "./peer-metrics.ts";
import type { PeerStatus } from "./peer-status.ts";
import { CONNECTION_TIMEOUT_MS } from "./stall-watch.ts";
import type { StreamKind } from "./stream-kind.ts";

/** Most messages that wait for a stream (etcd streamBufSize), and most bytes. */
export const STREAM_QUEUE_MAX = 4096;
export const STREAM_QUEUE_BYTES_MAX: number = 64 * 1024 * 1024;
/** About how much one write carries at most. */
const WRITE_BYTES_MAX = 1024 * 1024;

export interface StreamWriterParts {
  readonly kind: StreamKind;
  readonly localId: bigint;
  readonly peerId: bigint;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly status: PeerStatus;
  readonly counters: PeerCounters;
  /** Messages were lost. */
  readonly onUnreachable: () => void;
}

export class StreamWriter {
  readonly #parts: StreamWriterParts;
  readonly #heartbeat: Timer;
  #exchange: HttpExchange | undefined;
  #encoder: StreamEncoder;
  #queue: Message[];
  #queuedBytes: number;
  #writing: boolean;
  #writeStartMs: number;
  #stopped: boolean;

  constructor(parts: StreamWriterParts) {
    this.#parts = parts;
    this.#exchange = undefined;
    this.#encoder = parts.kind.createEncoder();
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#writing = false;
    this.#writeStartMs = 0;
    this.#stopped = false;
    this.#heartbeat = parts.clock.setRepeating(CONNECTION_TIMEOUT_MS / 3, () => this.#onHeartbeat());
    parts.logger.info("started stream writer with remote peer", this.#fields());
  }

  /** True while a peer holds the stream open. */
  get isWorking(): boolean {
    return this.#exchange !== undefined;
  }

  /** Sends on this exchange from now on; the response was started. Takes the place of an earlier one. */
  attach(exchange: HttpExchange): void {
    if (this.#stopped) {
      exchange.end();
      return;
    }
    const { status, logger, kind, localId, peerId } = this.#parts;
    if (this.#detach()) logger.warn("closed TCP streaming connection with remote peer", this.#fields());
    this.#exchange = exchange;
    this.#encoder = kind.createEncoder();
    this.#writing = false;
    exchange.onCancel = () => this.#lost(exchange, "write", "the connection was closed");
    if (exchange.cancelled) {
      this.#lost(exchange, "write", "the connection was closed");
      return;
    }
    logger.info("set message encoder", { from: idHex(localId), to: idHex(peerId), "stream-type": kind.name });
    status.activate();
    logger.info("established TCP streaming connection with remote peer", this.#fields());
  }

  /** False when the queue is full and the message dropped. Precondition: isWorking. `flush` follows. */
  queue(message: Message): boolean {
    const bytes = messageWeight(message);
    const full =
      this.#queue.length >= STREAM_QUEUE_MAX ||
      (this.#queue.length > 0 && this.#queuedBytes + bytes > STREAM_QUEUE_BYTES_MAX);
    if (full) return false;
    this.#queue.push(message);
    this.#queuedBytes += bytes;
    return true;
  }

  flush(): void {
    const exchange = this.#exchange;
    if (exchange === undefined || this.#writing || this.#queue.length === 0) return;
    const batch = this.#takeBatch();
    const bytes = this.#encoder.encode(batch);
    this.#writing = true;
    this.#writeStartMs = this.#parts.clock.now();
    exchange.write(bytes).then(
      () => {
        this.#parts.counters.sentBytes += bytes.length;
        if (this.#exchange !== exchange) return;
        this.#writing = false;
        this.flush();
      },
      (error: unknown) => this.#lost(exchange, "write", error instanceof Error ? error.message : String(error)),
    );
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#heartbeat.cancel();
    if (this.#detach()) this.#parts.logger.warn("closed TCP streaming connection with remote peer", this.#fields());
    this.#parts.logger.info("stopped TCP streaming connection with remote peer", this.#fields());
  }

  #takeBatch(): Message[] {
    const queue = this.#queue;
    if (this.#queuedBytes <= WRITE_BYTES_MAX) {
      this.#queue = [];
      this.#queuedBytes = 0;
      return queue;
    }
    let bytes = 0;
    let count = 0;
    while (count < queue.length && (count === 0 || bytes < WRITE_BYTES_MAX)) bytes += messageWeight(queue[count++]!);
    this.#queuedBytes -= bytes;
    return queue.splice(0, count);
  }

  #onHeartbeat(): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    if (this.#writing) {
      if (this.#parts.clock.now() - this.#writeStartMs < CONNECTION_TIMEOUT_MS) return;
      this.#lost(exchange, "heartbeat", "write deadline exceeded");
      exchange.abort();
      return;
    }
    this.#queue.push(LINK_HEARTBEAT);
    this.flush();
  }

  #lost(exchange: HttpExchange, action: string, reason: string): void {
    if (this.#exchange !== exchange) return;
    const { status, logger, counters, onUnreachable, kind } = this.#parts;
    status.deactivate(kind.name, action, reason);
    counters.sentFailures++;
    this.#writing = false;
    this.#detach();
    logger.warn("lost TCP streaming connection with remote peer", this.#fields());
    onUnreachable();
  }

  /** Lets go of the connection and of what waits for it. True when there was one. */
  #detach(): boolean {
    const exchange = this.#exchange;
    if (exchange === undefined) return false;
    this.#exchange = undefined;
    exchange.onCancel = undefined;
    // A write that is stuck would keep its bytes for as long as the system tries to deliver them.
    if (this.#writing) exchange.abort();
    else exchange.end();
    this.#writing = false;
    const waiting = this.#queue.length;
    this.#queue = [];
    this.#queuedBytes = 0;
    if (waiting > 0) this.#parts.onUnreachable();
    return true;
  }

  #fields(): Record<string, string> {
    const { kind, localId, peerId } = this.#parts;
    return {
      "stream-writer-type": kind.name,
      "local-member-id": idHex(localId),
      "remote-peer-id": idHex(peerId),
    };
  }
}

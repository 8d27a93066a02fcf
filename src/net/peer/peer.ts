/**
 * A known member: two streams each way, the pipeline as the way out until its streams are up, snapshots by requests of their own, and probes
 * (etcd rafthttp/peer.go).
 */
import { idHex } from "../../base/bytes.ts";
import { type Message, MessageType } from "../../core/raft/types.ts";
import type { Clock } from "../../io/clock.ts";
import type { Logger } from "../../io/logger.ts";
import type { HttpExchange } from "../transport/http-exchange.ts";
import type { PeerDialer } from "./dialer.ts";
import type { LocalPeer } from "./peer-headers.ts";
import type { PeerCounters } from "./peer-metrics.ts";
import { PeerStatus } from "./peer-status.ts";
import { Pipeline } from "./pipeline.ts";
import { Prober } from "./prober.ts";
import { type SnapshotDatabase, SnapshotSender } from "./snapshot-sender.ts";
import { MESSAGE_STREAM, MSGAPP_STREAM, type StreamKind } from "./stream-kind.ts";
import { StreamReader } from "./stream-reader.ts";
import { StreamWriter } from "./stream-writer.ts";
import { UrlPicker } from "./url-picker.ts";

export interface PeerParts {
  readonly local: LocalPeer;
  readonly dialer: PeerDialer;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onMessage: (message: Message) => void;
  /** Messages to that member were lost. */
  readonly onUnreachable: (id: bigint) => void;
  readonly onRemoved: () => void;
}

export class Peer {
  readonly id: bigint;
  readonly status: PeerStatus;
  readonly #parts: PeerParts;
  readonly #counters: PeerCounters;
  readonly #picker: UrlPicker;
  readonly #msgAppWriter: StreamWriter;
  readonly #messageWriter: StreamWriter;
  readonly #msgAppReader: StreamReader;
  readonly #messageReader: StreamReader;
  readonly #pipeline: Pipeline;
  readonly #snapshots: SnapshotSender;
  #prober: Prober;

  constructor(id: bigint, urls: readonly string[], counters: PeerCounters, parts: PeerParts) {
    const { clock, logger, local, dialer, onMessage, onRemoved } = parts;
    logger.info("starting remote peer", { "remote-peer-id": idHex(id) });
    this.id = id;
    this.#parts = parts;
    this.#counters = counters;
    this.#picker = new UrlPicker(urls);
    this.status = new PeerStatus(id, { clock, logger, counters });
    const picker = this.#picker;
    const { status } = this;
    const onUnreachable = (): void => parts.onUnreachable(id);
    const shared = { local, peerId: id, dialer, picker, clock, logger, status, counters };
    const writer = (kind: StreamKind): StreamWriter =>
      new StreamWriter({ kind, localId: local.memberId, peerId: id, clock, logger, status, counters, onUnreachable });
    this.#pipeline = new Pipeline({ ...shared, onUnreachable, onRemoved });
    this.#msgAppWriter = writer(MSGAPP_STREAM);
    this.#messageWriter = writer(MESSAGE_STREAM);
    this.#snapshots = new SnapshotSender({ ...shared, onUnreachable, onRemoved });
    this.#msgAppReader = new StreamReader({ ...shared, kind: MSGAPP_STREAM, onMessage, onRemoved });
    this.#messageReader = new StreamReader({ ...shared, kind: MESSAGE_STREAM, onMessage, onRemoved });
    this.#prober = new Prober({ peerId: id, urls, dialer, clock, logger, counters });
    logger.info("started remote peer", { "remote-peer-id": idHex(id) });
  }

  get urls(): readonly string[] {
    return this.#picker.urls;
  }

  /** Queues a message on the best way there is, or drops it. `flush` follows. */
  queue(message: Message): void {
    if (message.type === MessageType.MsgSnap) this.#orDrop(this.#pipeline.send(message), message, "pipeline");
    else if (message.type === MessageType.MsgApp && this.#msgAppWriter.isWorking)
      this.#orDrop(this.#msgAppWriter.queue(message), message, "streamMsgAppV2");
    else if (this.#messageWriter.isWorking) this.#orDrop(this.#messageWriter.queue(message), message, "streamMsg");
    else this.#orDrop(this.#pipeline.send(message), message, "pipeline");
  }

  flush(): void {
    this.#msgAppWriter.flush();
    this.#messageWriter.flush();
  }

  sendSnapshot(message: Message, database: SnapshotDatabase): Promise<boolean> {
    return this.#snapshots.send(message, database);
  }

  /** Sends the stream of that kind on this exchange from now on. */
  attach(kind: StreamKind, exchange: HttpExchange): void {
    (kind === MSGAPP_STREAM ? this.#msgAppWriter : this.#messageWriter).attach(exchange);
  }

  update(urls: readonly string[]): void {
    const { dialer, clock, logger } = this.#parts;
    this.#picker.update(urls);
    this.#prober.stop();
    this.#prober = new Prober({ peerId: this.id, urls, dialer, clock, logger, counters: this.#counters });
  }

  stop(): void {
    const { logger } = this.#parts;
    logger.info("stopping remote peer", { "remote-peer-id": idHex(this.id) });
    this.#prober.stop();
    this.#msgAppWriter.stop();
    this.#messageWriter.stop();
    this.#pipeline.stop();
    this.#snapshots.stop();
    this.#msgAppReader.stop();
    this.#messageReader.stop();
    this.status.forget();
    logger.info("stopped remote peer", { "remote-peer-id": idHex(this.id) });
  }

  #orDrop(queued: boolean, message: Message, way: string): void {
    if (queued) return;
    this.#parts.onUnreachable(this.id);
    this.#counters.sentFailures++;
    this.#parts.logger.warn("dropped internal Raft message since sending buffer is full", {
      "message-type": message.type,
      "local-member-id": idHex(this.#parts.local.memberId),
      from: idHex(message.from),
      "remote-peer-id": idHex(this.id),
      "remote-peer-name": way,
      "remote-peer-active": this.status.isActive,
    });
  }
}

/**
 * The endpoints that carry raft: `/raft`, `/raft/stream/...`, `/raft/snapshot`, `/raft/probing` (etcd rafthttp/http.go and the probing package).
 * Whatever arrives is refused with etcd's words and status, and costs no more memory than what was sent.
 */
import { idHex } from "../../base/bytes.ts";
import { ByteQueue } from "../../codec/raft-stream/byte-queue.ts";
import {
  type DecodedMessage,
  decodePeerMessage,
  SNAPSHOT_MESSAGE_BYTES_MAX,
} from "../../codec/raft-stream/peer-message.ts";
import { parseIdHex } from "../../core/membership/member.ts";
import { type Message, MessageType } from "../../core/raft/types.ts";
import { SERVER_VERSION_TEXT } from "../../core/version/server-version.ts";
import type { Clock } from "../../io/clock.ts";
import type { Logger } from "../../io/logger.ts";
import { BodyTooLargeError, type HttpExchange } from "../transport/http-exchange.ts";
import { answerError, isMethod } from "./http-answer.ts";
import { type LocalPeer, refuseIncompatible, senderOf } from "./peer-headers.ts";
import type { PeerMetrics } from "./peer-metrics.ts";
import type { PeerServer } from "./peer-server.ts";
import { CONNECTION_TIMEOUT_MS, watchedChunks } from "./stall-watch.ts";
import { MESSAGE_STREAM, MSGAPP_STREAM, type StreamKind } from "./stream-kind.ts";

/** Largest message taken by POST, bytes. Raft sends at most 1 MiB of entries and one more entry. */
const POST_BYTES_MAX = 512 * 1024 * 1024;
/** A sender of a snapshot that sends nothing for this long is gone. Its disk may be slow. */
const SNAPSHOT_STALL_MS = 60_000;

/** Whether a message was handed to raft, or why not. */
export type Delivery = "delivered" | "from removed member" | "to other member";

/** The part of the network that the handler needs. */
export interface RaftHandlerParts {
  readonly local: LocalPeer;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: PeerMetrics;
  readonly server: PeerServer;
  deliver(message: Message): Delivery;
  /** Hands the exchange to the peer's writer; false when the member is not known. */
  attachStream(id: bigint, kind: StreamKind, exchange: HttpExchange): boolean;
  isPeer(id: bigint): boolean;
  addRemote(id: bigint, urls: readonly string[]): void;
}

export class RaftHandler {
  readonly #parts: RaftHandlerParts;

  constructor(parts: RaftHandlerParts) {
    this.#parts = parts;
  }

  /** False when the path is none of these. */
  handle(exchange: HttpExchange): boolean {
    const { path } = exchange;
    if (path === "/raft") this.#message(exchange).catch((error: unknown) => this.#broken(exchange, error));
    else if (path === "/raft/snapshot")
      this.#snapshot(exchange).catch((error: unknown) => this.#broken(exchange, error));
    else if (path === "/raft/probing") this.#probing(exchange);
    else if (path.startsWith("/raft/stream/")) this.#stream(exchange);
    else return false;
    return true;
  }

  #probing(exchange: HttpExchange): void {
    const now = new Date(this.#parts.clock.wallNow()).toISOString();
    exchange.respond(200, { "content-type": "text/plain; charset=utf-8" }, `{"OK":true,"Now":"${now}"}\n`);
  }

  async #message(exchange: HttpExchange): Promise<void> {
    if (!isMethod(exchange, "POST") || !this.#isCompatible(exchange)) return;
    const { logger, local, metrics } = this.#parts;
    const headers = this.#headers();
    this.#addSender(exchange);
    const refuse = (what: string, answer: string, error: string): void => {
      logger.warn(what, { "local-member-id": idHex(local.memberId), error });
      metrics.receivedFailureFrom(exchange.connection.remoteAddress);
      answerError(exchange, 400, answer, headers);
    };
    let body: Uint8Array;
    try {
      body = await this.#body(exchange);
    } catch (error) {
      refuse("failed to read Raft message", "error reading raft message", String(error));
      return;
    }
    const decoded = decodePeerMessage(body);
    if (!decoded.ok) {
      refuse("failed to unmarshal Raft message", "error unmarshalling raft message", decoded.reason);
      return;
    }
    metrics.of(decoded.message.from).receivedBytes += body.length;
    this.#deliver(exchange, decoded.message, headers);
  }

  /** The body, as long as it keeps coming. */
  async #body(exchange: HttpExchange): Promise<Uint8Array> {
    const queue = new ByteQueue();
    const chunks = watchedChunks(exchange.bodyStream(), {
      clock: this.#parts.clock,
      limitMs: CONNECTION_TIMEOUT_MS,
      onStall: () => exchange.abort(),
    });
    for await (const chunk of chunks) {
      queue.push(chunk);
      if (queue.length > POST_BYTES_MAX) throw new BodyTooLargeError(`body larger than ${POST_BYTES_MAX} bytes`);
    }
    return queue.take(queue.length);
  }

  /** True when raft has the message; else the refusal was answered. */
  #deliver(exchange: HttpExchange, message: Message, headers: Readonly<Record<string, string>>): boolean {
    const delivery = this.#parts.deliver(message);
    if (delivery === "delivered") {
      exchange.respond(204, headers, "");
      return true;
    }
    // 403 tells the sender that it was removed for good: it then stops. A message that only went astray must not do that.
    if (delivery === "from removed member")
      exchange.respond(
        403,
        { ...headers, "content-type": "application/json" },
        JSON.stringify({ message: "cannot process message from removed member" }),
      );
    else answerError(exchange, 500, "error processing raft message", headers);
    return false;
  }

  async #snapshot(exchange: HttpExchange): Promise<void> {
    const { clock, logger, local, metrics, server } = this.#parts;
    const startMs = clock.now();
    if (!isMethod(exchange, "POST") || !this.#isCompatible(exchange)) {
      metrics.unknownSnapshotFailures++;
      return;
    }
    const headers = this.#headers();
    this.#addSender(exchange);
    const body = new SnapshotBody(
      watchedChunks(exchange.bodyStream(), { clock, limitMs: SNAPSHOT_STALL_MS, onStall: () => exchange.abort() }),
    );
    const decoded = await body.message();
    if (!decoded.ok) {
      logger.warn("failed to decode Raft message", { "local-member-id": idHex(local.memberId), error: decoded.reason });
      metrics.receivedFailureFrom(exchange.connection.remoteAddress);
      metrics.unknownSnapshotFailures++;
      answerError(exchange, 400, `failed to decode raft message (${decoded.reason})`, headers);
      await body.leave();
      return;
    }
    const { message } = decoded;
    const counters = metrics.of(message.from);
    counters.receivedBytes += body.messageBytes;
    const fields = {
      "local-member-id": idHex(local.memberId),
      "remote-snapshot-sender-id": idHex(message.from),
      "incoming-snapshot-index": message.snapshot?.metadata?.index ?? 0,
    };
    const index = message.snapshot?.metadata?.index;
    if (message.type !== MessageType.MsgSnap || index === undefined) {
      logger.warn("unexpected Raft message type", { ...fields, "message-type": message.type });
      counters.snapshotReceiveFailures++;
      answerError(exchange, 400, "wrong raft message type", headers);
      await body.leave();
      return;
    }
    counters.snapshotReceivesInFlight++;
    try {
      logger.info("receiving database snapshot", {
        ...fields,
        "incoming-snapshot-message-size-bytes": body.messageBytes,
      });
      let bytes: number;
      try {
        bytes = await server.saveDatabase(index, body.rest());
      } catch (error) {
        logger.warn("failed to save incoming database snapshot", { ...fields, error: String(error) });
        counters.snapshotReceiveFailures++;
        answerError(exchange, 500, `failed to save KV snapshot (${String(error)})`, headers);
        return;
      }
      counters.receivedBytes += bytes;
      logger.info("received and saved database snapshot", {
        ...fields,
        "incoming-snapshot-size-bytes": bytes,
        "download-took": `${((clock.now() - startMs) / 1000).toFixed(6)}s`,
      });
      if (!this.#deliver(exchange, message, headers)) return;
      counters.snapshotsReceived++;
      counters.snapshotReceiveSeconds.observe((clock.now() - startMs) / 1000);
    } finally {
      counters.snapshotReceivesInFlight--;
    }
  }

  #stream(exchange: HttpExchange): void {
    if (!isMethod(exchange, "GET")) return;
    const { logger, local, server } = this.#parts;
    const headers = { "x-server-version": SERVER_VERSION_TEXT, ...this.#headers() };
    if (!this.#isCompatible(exchange, { "x-server-version": SERVER_VERSION_TEXT })) return;
    const [, kindPath, idText] = /^(\/raft\/stream\/[^/]+)\/([^/]+)$/.exec(exchange.path) ?? [];
    const kind = [MSGAPP_STREAM, MESSAGE_STREAM].find((each) => each.path === kindPath);
    if (kind === undefined || idText === undefined) {
      answerError(exchange, 404, "invalid path", headers);
      return;
    }
    const fields = {
      "local-member-id": idHex(local.memberId),
      "remote-peer-id-stream-handler": idHex(local.memberId),
      "remote-peer-id-from": idText,
      "cluster-id": idHex(local.clusterId),
    };
    const from = parseIdHex(idText);
    if (from === undefined) {
      logger.warn("failed to parse path into ID", { ...fields, path: idText });
      answerError(exchange, 404, "invalid from", headers);
      return;
    }
    if (server.isRemoved(from)) {
      logger.warn("rejected stream from remote peer because it was removed", fields);
      answerError(exchange, 410, "removed member", headers);
      return;
    }
    if (!this.#parts.isPeer(from)) {
      // It may have joined after the last entry that we have applied.
      const urls = exchange.header("x-peerurls") ?? "";
      if (urls !== "") this.#parts.addRemote(from, urls.split(","));
      logger.warn("failed to find remote peer in cluster", fields);
      answerError(exchange, 404, "error sender not found", headers);
      return;
    }
    const to = exchange.header("x-raft-to");
    if (to !== idHex(local.memberId)) {
      logger.warn("ignored streaming request; ID mismatch", { ...fields, "remote-peer-id-header": to ?? "" });
      answerError(exchange, 412, "to field mismatch", headers);
      return;
    }
    exchange.start(200, headers);
    if (!this.#parts.attachStream(from, kind, exchange)) exchange.end();
  }

  #isCompatible(exchange: HttpExchange, more: Readonly<Record<string, string>> = {}): boolean {
    const refusal = refuseIncompatible(exchange, this.#parts.local, this.#parts.logger);
    if (refusal === undefined) return true;
    answerError(exchange, 412, refusal, { ...more, ...this.#headers() });
    return false;
  }

  #headers(): Record<string, string> {
    return { "x-etcd-cluster-id": idHex(this.#parts.local.clusterId) };
  }

  #addSender(exchange: HttpExchange): void {
    const sender = senderOf(exchange);
    if (sender !== undefined) this.#parts.addRemote(sender.id, sender.urls);
  }

  #broken(exchange: HttpExchange, error: unknown): void {
    this.#parts.logger.warn("failed to serve a request of a peer", { path: exchange.path, error: String(error) });
    answerError(exchange, 500, "error processing raft message", this.#headers());
  }
}

/** The body of a snapshot request: first the message, then the database. */
class SnapshotBody {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #queue: ByteQueue;
  messageBytes: number;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#queue = new ByteQueue();
    this.messageBytes = 0;
  }

  async message(): Promise<DecodedMessage> {
    try {
      if (!(await this.#has(8))) return { ok: false, reason: "unexpected EOF" };
      const size = this.#queue.takeUint64();
      if (size < 0 || size > SNAPSHOT_MESSAGE_BYTES_MAX) return { ok: false, reason: "rafthttp: error limit exceeded" };
      if (!(await this.#has(size))) return { ok: false, reason: "unexpected EOF" };
      this.messageBytes = size;
      return decodePeerMessage(this.#queue.take(size));
    } catch (error) {
      return { ok: false, reason: error instanceof Error ? error.message : String(error) };
    }
  }

  /** What follows the message. */
  async *rest(): AsyncGenerator<Uint8Array, void, void> {
    try {
      yield* this.#queue.takeRest();
      for (;;) {
        const next = await this.#chunks.next();
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await this.leave();
    }
  }

  /** No more of it is wanted. */
  async leave(): Promise<void> {
    this.#queue.clear();
    await this.#chunks.return?.(undefined);
  }

  async #has(count: number): Promise<boolean> {
    while (this.#queue.length < count) {
      const next = await this.#chunks.next();
      if (next.done === true) return false;
      this.#queue.push(next.value);
    }
    return true;
  }
}

/**
 * A MsgSnap and the database it stands for, in one POST whose body is pulled as the connection takes it:
 *
 *   | length n: 8, big-endian | raftpb.Message: n | database file |
 *
 * The receiver answers once it has stored the database and handed the message to raft. Source: etcd rafthttp/snapshot_sender.go.
 */
import { idHex } from "../../base/bytes.ts";
import { MessageStreamEncoder } from "../../codec/raft-stream/message-stream.ts";
import type { Message } from "../../core/raft/types.ts";
import type { Clock } from "../../io/clock.ts";
import type { Logger } from "../../io/logger.ts";
import type { Dialed, PeerDialer } from "./dialer.ts";
import { MemberRemovedError } from "./peer-error.ts";
import { type LocalPeer, requestHeaders } from "./peer-headers.ts";
import type { PeerCounters } from "./peer-metrics.ts";
import type { PeerStatus } from "./peer-status.ts";
import { postFailure } from "./post-response.ts";
import { StallWatch } from "./stall-watch.ts";
import type { UrlPicker } from "./url-picker.ts";

/** The receiver takes no bytes, or does not answer after the last one, for this long: its connection is dead. It syncs the file in between. */
const STALL_TIMEOUT_MS = 60_000;

export interface SnapshotDatabase {
  readonly totalBytes: number;
  readonly pieces: AsyncIterable<Uint8Array>;
}

export interface SnapshotSenderParts {
  readonly local: LocalPeer;
  readonly peerId: bigint;
  readonly dialer: PeerDialer;
  readonly picker: UrlPicker;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly status: PeerStatus;
  readonly counters: PeerCounters;
  readonly onUnreachable: () => void;
  readonly onRemoved: () => void;
}

export class SnapshotSender {
  readonly #parts: SnapshotSenderParts;
  readonly #posts: Set<Dialed>;
  #stopped: boolean;

  constructor(parts: SnapshotSenderParts) {
    this.#parts = parts;
    this.#posts = new Set();
    this.#stopped = false;
  }

  /** Resolves to true when the receiver has stored it. Never rejects. */
  async send(message: Message, database: SnapshotDatabase): Promise<boolean> {
    const { local, peerId, dialer, picker, clock, logger, status, counters, onUnreachable, onRemoved } = this.#parts;
    if (this.#stopped) return false;
    const head = new MessageStreamEncoder().encode([message]);
    const totalBytes = database.totalBytes + head.length;
    const fields = {
      "snapshot-index": message.snapshot?.metadata?.index ?? 0,
      "remote-peer-id": idHex(peerId),
      bytes: totalBytes,
    };
    logger.info("sending database snapshot", fields);
    const startMs = clock.now();
    const base = picker.pick();
    const watch = new StallWatch(clock, STALL_TIMEOUT_MS, () => dialed.abort("the receiver stalled"));
    const dialed = dialer.dial({
      method: "POST",
      url: `${base}/raft/snapshot`,
      headers: { "Content-Type": "application/octet-stream", ...requestHeaders(local) },
      body: snapshotBody(head, database.pieces, () => watch.touch()),
    });
    this.#posts.add(dialed);
    counters.snapshotSendsInFlight++;
    try {
      const failure = await postFailure(await dialed.response, this.#parts);
      if (failure !== undefined) throw failure;
      status.activate();
      counters.sentBytes += totalBytes;
      counters.snapshotsSent++;
      counters.snapshotSendSeconds.observe((clock.now() - startMs) / 1000);
      logger.info("sent database snapshot", fields);
      return true;
    } catch (error) {
      counters.snapshotSendFailures++;
      counters.sentFailures++;
      if (this.#stopped) return false;
      const reason = error instanceof Error ? error.message : String(error);
      logger.warn("failed to send database snapshot", { ...fields, error: reason });
      if (error instanceof MemberRemovedError) onRemoved();
      picker.unreachable(base);
      status.deactivate("sendMsgSnap", "post", reason);
      onUnreachable();
      return false;
    } finally {
      watch.stop();
      counters.snapshotSendsInFlight--;
      this.#posts.delete(dialed);
      // An answer before the end of the body (a refusal) leaves pieces behind.
      dialed.abort("done");
    }
  }

  stop(): void {
    this.#stopped = true;
    for (const post of this.#posts) post.abort("stopped");
  }
}

async function* snapshotBody(
  head: Uint8Array,
  pieces: AsyncIterable<Uint8Array>,
  onProgress: () => void,
): AsyncGenerator<Uint8Array, void, void> {
  yield head;
  for await (const piece of pieces) {
    onProgress();
    yield piece;
  }
  onProgress();
}

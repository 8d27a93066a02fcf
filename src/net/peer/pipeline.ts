/**
 * Raft messages to a peer by single POST requests, at most four at a time: the way until streams are up, and the only one to members that are not
 * known yet. Source of behaviour: etcd rafthttp/pipeline.go.
 */
import { idHex } from "../../base/bytes.ts";
import { Message } from "../../core/raft/types.ts";
import type { Clock } from "../../io/clock.ts";
import type { Logger } from "../../io/logger.ts";
import type { Dialed, PeerDialer } from "./dialer.ts";
import { MemberRemovedError } from "./peer-error.ts";
import { type LocalPeer, requestHeaders } from "./peer-headers.ts";
import type { PeerCounters } from "./peer-metrics.ts";
import type { PeerStatus } from "./peer-status.ts";
import { postFailure } from "./post-response.ts";
import type { UrlPicker } from "./url-picker.ts";

const CONNECTIONS_MAX = 4;
export const PIPELINE_QUEUE_MAX = 64;
/** A request that takes longer has lost its connection: it must not hold one of the four for minutes. */
const POST_TIMEOUT_MS = 10_000;

export interface PipelineParts {
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

export class Pipeline {
  readonly #parts: PipelineParts;
  readonly #posts: Set<Dialed>;
  #queue: Message[];
  #stopped: boolean;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    this.#posts = new Set();
    this.#queue = [];
    this.#stopped = false;
    parts.logger.info("started HTTP pipelining with remote peer", this.#fields());
  }

  /** False when the queue is full and the message dropped. */
  send(message: Message): boolean {
    if (this.#stopped) return true;
    if (this.#queue.length >= PIPELINE_QUEUE_MAX) return false;
    this.#queue.push(message);
    this.#pump();
    return true;
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#queue = [];
    for (const post of this.#posts) post.abort("stopped");
    this.#parts.logger.info("stopped HTTP pipelining with remote peer", this.#fields());
  }

  #pump(): void {
    while (this.#posts.size < CONNECTIONS_MAX) {
      const message = this.#queue.shift();
      if (message === undefined) return;
      void this.#post(Message.encode(message));
    }
  }

  async #post(body: Uint8Array): Promise<void> {
    const { local, dialer, picker, clock, status, counters, onUnreachable, onRemoved } = this.#parts;
    const base = picker.pick();
    const dialed = dialer.dial({
      method: "POST",
      url: `${base}/raft`,
      headers: { "Content-Type": "application/protobuf", ...requestHeaders(local) },
      body,
    });
    this.#posts.add(dialed);
    const timer = clock.setTimer(POST_TIMEOUT_MS, () => dialed.abort("request timed out"));
    try {
      const failure = await postFailure(await dialed.response, this.#parts);
      if (failure !== undefined) throw failure;
      status.activate();
      counters.sentBytes += body.length;
    } catch (error) {
      if (!this.#stopped) {
        picker.unreachable(base);
        if (error instanceof MemberRemovedError) onRemoved();
        status.deactivate("pipeline", "write", error instanceof Error ? error.message : String(error));
        counters.sentFailures++;
        onUnreachable();
      }
    } finally {
      timer.cancel();
      this.#posts.delete(dialed);
    }
    this.#pump();
  }

  #fields(): Record<string, string> {
    return { "local-member-id": idHex(this.#parts.local.memberId), "remote-peer-id": idHex(this.#parts.peerId) };
  }
}

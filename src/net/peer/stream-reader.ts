/**
 * The receiving end of a stream from a peer: dials the peer's stream endpoint, hands on the messages that arrive, and dials again when the connection
 * ends, at most every 100 ms. A connection that is silent for 5 s is dead: the sender's link heartbeats come more often.
 * Source of behaviour: etcd rafthttp/stream.go (streamReader).
 */
import { idHex } from "../../base/bytes.ts";
import { isLinkHeartbeat } from "../../codec/raft-stream/peer-message.ts";
import type { Message } from "../../core/raft/types.ts";
import { type Clock, sleep } from "../../io/clock.ts";
import type { Logger } from "../../io/logger.ts";
import type { DialError, Dialed, DialResponse, PeerDialer } from "./dialer.ts";
import { MemberRemovedError, PeerResponseError } from "./peer-error.ts";
import { type LocalPeer, requestHeaders, speaksStreams } from "./peer-headers.ts";
import type { PeerCounters } from "./peer-metrics.ts";
import type { PeerStatus } from "./peer-status.ts";
import { CONNECTION_TIMEOUT_MS, StallWatch } from "./stall-watch.ts";
import type { StreamKind } from "./stream-kind.ts";
import type { UrlPicker } from "./url-picker.ts";

const REDIAL_MS = 100;
const REFUSAL_BYTES_MAX = 4096;

export interface StreamReaderParts {
  readonly kind: StreamKind;
  readonly local: LocalPeer;
  readonly peerId: bigint;
  readonly dialer: PeerDialer;
  readonly picker: UrlPicker;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly status: PeerStatus;
  readonly counters: PeerCounters;
  /** A message other than a link heartbeat. */
  readonly onMessage: (message: Message) => void;
  /** The peer says that this member was removed. */
  readonly onRemoved: () => void;
}

export class StreamReader {
  readonly #parts: StreamReaderParts;
  #dialed: Dialed | undefined;
  #stopped: boolean;

  /** Dials at once. */
  constructor(parts: StreamReaderParts) {
    this.#parts = parts;
    this.#dialed = undefined;
    this.#stopped = false;
    parts.logger.info("started stream reader with remote peer", this.#fields());
    void this.#run();
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#dialed?.abort("stopped");
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    const { clock, logger } = this.#parts;
    while (!this.#stopped) {
      const startMs = clock.now();
      await this.#session();
      const waitMs = startMs + REDIAL_MS - clock.now();
      if (waitMs > 0 && !this.#stopped) await sleep(clock, waitMs);
    }
    logger.info("stopped stream reader with remote peer", this.#fields());
  }

  async #session(): Promise<void> {
    const { kind, status, logger, onRemoved } = this.#parts;
    let response: DialResponse;
    try {
      response = await this.#dial();
    } catch (error) {
      if (this.#stopped) return;
      if (error instanceof MemberRemovedError) onRemoved();
      status.deactivate(kind.name, "dial", error instanceof Error ? error.message : String(error));
      return;
    }
    if (this.#stopped) return;
    status.activate();
    logger.info("established TCP streaming connection with remote peer", this.#fields());
    const failure = await this.#receive(response);
    logger.warn("lost TCP streaming connection with remote peer", {
      ...this.#fields(),
      error: failure ?? "EOF",
    });
    if (failure !== undefined && !this.#stopped) status.deactivate(kind.name, "read", failure);
  }

  /** Resolves with the response once the peer streams. */
  async #dial(): Promise<DialResponse> {
    const { kind, local, peerId, dialer, picker, clock } = this.#parts;
    const base = picker.pick();
    const dialed = dialer.dial({
      method: "GET",
      url: `${base}${kind.path}/${idHex(local.memberId)}`,
      headers: { ...requestHeaders(local), "X-Raft-To": idHex(peerId) },
      body: undefined,
    });
    this.#dialed = dialed;
    const watch = new StallWatch(clock, CONNECTION_TIMEOUT_MS, () => dialed.abort("read deadline exceeded"));
    try {
      const response = await dialed.response;
      const refusal = await this.#refusal(response);
      if (refusal === undefined) return response;
      throw refusal;
    } catch (error) {
      picker.unreachable(base);
      dialed.abort("refused");
      throw error;
    } finally {
      watch.stop();
    }
  }

  async #refusal(response: DialResponse): Promise<Error | undefined> {
    const { local, peerId, logger } = this.#parts;
    const ids = { "local-member-id": idHex(local.memberId), "remote-peer-id": idHex(peerId) };
    if (!speaksStreams(response.header("x-server-version")))
      return new PeerResponseError(response.status, "unsupported stream type");
    switch (response.status) {
      case 200:
        return undefined;
      case 410:
        return new MemberRemovedError();
      case 404:
        return new PeerResponseError(404, `peer ${idHex(peerId)} failed to find local node ${idHex(local.memberId)}`);
      case 412: {
        const reason = new TextDecoder().decode(await response.body(REFUSAL_BYTES_MAX)).trimEnd();
        if (reason === "incompatible version")
          logger.warn("request sent was ignored by remote peer due to server version incompatibility", ids);
        else if (reason === "cluster ID mismatch")
          logger.warn("request sent was ignored by remote peer due to cluster ID mismatch", {
            ...ids,
            "remote-peer-cluster-id": response.header("x-etcd-cluster-id") ?? "",
            "local-member-cluster-id": idHex(local.clusterId),
          });
        return new PeerResponseError(412, reason);
      }
      default:
        return new PeerResponseError(response.status, `unhandled http status ${response.status}`);
    }
  }

  /** Until the stream ends. Resolves to what went wrong; undefined when the peer closed it. */
  #receive(response: DialResponse): Promise<string | undefined> {
    const { kind, local, peerId, clock, counters, onMessage } = this.#parts;
    const dialed = this.#dialed!;
    const decoder = kind.createDecoder(local.memberId, peerId);
    const messages: Message[] = [];
    return new Promise((resolve) => {
      let malformed: string | undefined;
      const watch = new StallWatch(clock, CONNECTION_TIMEOUT_MS, () => dialed.abort("read deadline exceeded"));
      response.stream(
        (chunk) => {
          if (this.#stopped || malformed !== undefined) return;
          watch.touch();
          counters.receivedBytes += chunk.length;
          malformed = decoder.push(chunk, messages);
          for (const message of messages) if (!isLinkHeartbeat(message)) onMessage(message);
          messages.length = 0;
          if (malformed !== undefined) {
            counters.receivedFailures++;
            dialed.abort(malformed);
          }
        },
        (error: DialError | undefined) => {
          watch.stop();
          resolve(malformed ?? error?.message);
        },
      );
    });
  }

  #fields(): Record<string, string> {
    const { kind, local, peerId } = this.#parts;
    return {
      "stream-reader-type": kind.name,
      "local-member-id": idHex(local.memberId),
      "remote-peer-id": idHex(peerId),
    };
  }
}

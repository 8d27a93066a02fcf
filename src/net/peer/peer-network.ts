/**
 * All connections of a member with the others, both ways, in etcd's peer protocol (etcd rafthttp/transport.go).
 *
 * Members are peers once the membership says so; before that, whoever asks is remembered as a remote, so that answers reach it by single requests
 * (a member that joins is known to others before it knows them).
 */
import { idHex } from "../../base/bytes.ts";
import { parseUrlList } from "../../base/go-url.ts";
import { type Message, NONE } from "../../core/raft/types.ts";
import type { Clock } from "../../io/clock.ts";
import type { Logger } from "../../io/logger.ts";
import type { HttpExchange, HttpHandler } from "../transport/http-exchange.ts";
import type { PeerDialer } from "./dialer.ts";
import { answerError } from "./http-answer.ts";
import { LeaseHandler } from "./lease-handler.ts";
import { MemberHandler } from "./member-handler.ts";
import { Peer, type PeerParts } from "./peer.ts";
import type { LocalPeer } from "./peer-headers.ts";
import { PeerMetrics } from "./peer-metrics.ts";
import type { PeerServer } from "./peer-server.ts";
import { PeerStatus } from "./peer-status.ts";
import { Pipeline } from "./pipeline.ts";
import { type Delivery, RaftHandler } from "./raft-handler.ts";
import type { SnapshotDatabase } from "./snapshot-sender.ts";
import type { StreamKind } from "./stream-kind.ts";
import { UrlPicker } from "./url-picker.ts";

export interface PeerNetworkOptions {
  readonly local: LocalPeer;
  readonly server: PeerServer;
  readonly dialer: PeerDialer;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics?: PeerMetrics | undefined;
}

/** Most members that are answered before they are known. */
const REMOTES_MAX = 64;

/** The member's PeerTransport, and the handler for the listeners on its peer URLs. */
export class PeerNetwork {
  readonly metrics: PeerMetrics;
  readonly #options: PeerNetworkOptions;
  readonly #peers: Map<bigint, Peer>;
  readonly #remotes: Map<bigint, Pipeline>;
  readonly #unreachable: Set<bigint>;
  readonly #raft: RaftHandler;
  readonly #members: MemberHandler;
  readonly #leases: LeaseHandler;
  readonly #peerParts: PeerParts;
  #stopped: boolean;

  constructor(options: PeerNetworkOptions) {
    const { local, server, dialer, clock, logger } = options;
    this.metrics = options.metrics ?? new PeerMetrics();
    this.#options = options;
    this.#peers = new Map();
    this.#remotes = new Map();
    this.#unreachable = new Set();
    this.#members = new MemberHandler({ local, server, logger });
    this.#leases = new LeaseHandler({ server, logger });
    this.#raft = new RaftHandler({
      local,
      clock,
      logger,
      metrics: this.metrics,
      server,
      deliver: (message) => this.#deliver(message),
      attachStream: (id, kind, exchange) => this.#attach(id, kind, exchange),
      isPeer: (id) => this.#peers.has(id),
      addRemote: (id, urls) => this.addRemote(id, urls),
    });
    this.#peerParts = {
      local,
      dialer,
      clock,
      logger,
      onMessage: (message) => this.#deliver(message),
      onUnreachable: (id) => this.#reportUnreachable(id),
      onRemoved: () => this.#onRemoved(),
    };
    this.#stopped = false;
  }

  /** Serves a request on a peer URL. */
  readonly handler: HttpHandler = (exchange) => {
    const served =
      !this.#stopped &&
      (this.#raft.handle(exchange) || this.#members.handle(exchange) || this.#leases.handle(exchange));
    if (!served) answerError(exchange, this.#stopped ? 503 : 404, this.#stopped ? "stopped" : "404 page not found");
  };

  /** Sends or drops; never waits. */
  send(messages: readonly Message[]): void {
    const touched: Peer[] = [];
    for (const message of messages) {
      if (message.to === NONE) continue;
      const peer = this.#peers.get(message.to);
      if (peer !== undefined) {
        peer.queue(message);
        if (!touched.includes(peer)) touched.push(peer);
        continue;
      }
      const remote = this.#remotes.get(message.to);
      if (remote !== undefined) {
        if (!remote.send(message)) this.metrics.of(message.to).sentFailures++;
        continue;
      }
      this.#options.logger.debug("ignored message send request; unknown remote peer target", {
        type: message.type,
        "unknown-target-peer-id": idHex(message.to),
      });
    }
    for (const peer of touched) peer.flush();
  }

  /** Resolves to true when the receiver has stored it. */
  sendSnapshot(message: Message, database: SnapshotDatabase): Promise<boolean> {
    const peer = this.#peers.get(message.to);
    return peer === undefined ? Promise.resolve(false) : peer.sendSnapshot(message, database);
  }

  addPeer(id: bigint, urls: readonly string[]): void {
    if (this.#stopped || this.#peers.has(id) || urls.length === 0) return;
    this.#remotes.get(id)?.stop();
    this.#remotes.delete(id);
    this.#peers.set(id, new Peer(id, urls, this.metrics.of(id), this.#peerParts));
    this.#options.logger.info("added remote peer", {
      "local-member-id": idHex(this.#options.local.memberId),
      "remote-peer-id": idHex(id),
      "remote-peer-urls": urls,
    });
  }

  removePeer(id: bigint): void {
    const peer = this.#peers.get(id);
    const fields = {
      "local-member-id": idHex(this.#options.local.memberId),
      "removed-remote-peer-id": idHex(id),
    };
    if (peer === undefined) {
      this.#options.logger.warn("skipped removing already removed peer", fields);
      return;
    }
    peer.stop();
    this.#peers.delete(id);
    this.#options.logger.info("removed remote peer", fields);
  }

  updatePeer(id: bigint, urls: readonly string[]): void {
    const peer = this.#peers.get(id);
    if (peer === undefined || urls.length === 0) return;
    peer.update(urls);
    this.#options.logger.info("updated remote peer", {
      "local-member-id": idHex(this.#options.local.memberId),
      "updated-remote-peer-id": idHex(id),
      "updated-remote-peer-urls": urls,
    });
  }

  removeAllPeers(): void {
    for (const id of this.#peers.keys()) this.removePeer(id);
  }

  /** Remembers how to answer a member that the membership does not know yet. Ignored when it does, or when the URLs are none. */
  addRemote(id: bigint, urls: readonly string[]): void {
    const { local, dialer, clock, logger, server } = this.#options;
    if (this.#stopped || id === local.memberId || this.#peers.has(id) || this.#remotes.has(id)) return;
    if (this.#remotes.size >= REMOTES_MAX || server.isRemoved(id)) return;
    const parsed = parseUrlList(urls);
    if (!parsed.ok) {
      logger.warn("ignored peer URLs of an unknown member", { "remote-peer-id": idHex(id), error: parsed.reason });
      return;
    }
    const counters = this.metrics.of(id);
    const remote = new Pipeline({
      local,
      peerId: id,
      dialer,
      picker: new UrlPicker(urls),
      clock,
      logger,
      status: new PeerStatus(id, { clock, logger, counters }),
      counters,
      onUnreachable: () => this.#reportUnreachable(id),
      onRemoved: () => this.#onRemoved(),
    });
    this.#remotes.set(id, remote);
    logger.info("added new remote peer", {
      "local-member-id": idHex(local.memberId),
      "remote-peer-id": idHex(id),
      "remote-peer-urls": urls,
    });
  }

  /** Clock time since which the peer is active; undefined while it is not. */
  activeSinceMs(id: bigint): number | undefined {
    return this.#peers.get(id)?.status.activeSinceMs;
  }

  /** Ends all connections. Whoever made the dialer closes it. */
  stop(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    this.#stopped = true;
    for (const remote of this.#remotes.values()) remote.stop();
    for (const peer of this.#peers.values()) peer.stop();
    this.#remotes.clear();
    this.#peers.clear();
    this.#unreachable.clear();
    this.#options.dialer.close();
    return Promise.resolve();
  }

  #attach(id: bigint, kind: StreamKind, exchange: HttpExchange): boolean {
    const peer = this.#peers.get(id);
    peer?.attach(kind, exchange);
    return peer !== undefined;
  }

  #deliver(message: Message): Delivery {
    const { local, server, logger } = this.#options;
    if (server.isRemoved(message.from)) {
      logger.warn("rejected Raft message from removed member", {
        "local-member-id": idHex(local.memberId),
        "removed-member-id": idHex(message.from),
      });
      return "from removed member";
    }
    if (message.to !== local.memberId) {
      logger.warn("rejected Raft message to mismatch member", {
        "local-member-id": idHex(local.memberId),
        "mismatch-member-id": idHex(message.to),
      });
      return "to other member";
    }
    if (!this.#stopped) server.step(message);
    return "delivered";
  }

  /** Raft hears of it in a turn of its own: losses show while raft's own messages are being sent. */
  #reportUnreachable(id: bigint): void {
    if (this.#stopped) return;
    if (this.#unreachable.size === 0)
      this.#options.clock.nextTurn(() => {
        const ids = [...this.#unreachable];
        this.#unreachable.clear();
        if (!this.#stopped) for (const each of ids) this.#options.server.reportUnreachable(each);
      });
    this.#unreachable.add(id);
  }

  #onRemoved(): void {
    if (!this.#stopped) this.#options.server.removedFromCluster();
  }
}

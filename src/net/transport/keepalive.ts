/**
 * Keepalive of HTTP/2 connections as grpc-go has it (internal/transport http2_server and http2_client): pings to a silent peer,
 * and on the server the policing of pings from clients.
 */
import type { Clock, Timer } from "../../io/clock.ts";

export interface KeepaliveOptions {
  /** A peer that was silent for this long is pinged; 0 turns pings off. */
  readonly intervalMs: number;
  /** After a ping: without any byte for this long the connection is dead. */
  readonly timeoutMs: number;
  /** Clients that ping more often get strikes. */
  readonly minTimeMs: number;
  /** Accept pings at that rate without active calls too. */
  readonly permitWithoutStream: boolean;
}

/** etcd's defaults: --grpc-keepalive-interval 2h, -timeout 20s, -min-time 5s. */
export const DEFAULT_KEEPALIVE: KeepaliveOptions = {
  intervalMs: 7_200_000,
  timeoutMs: 20_000,
  minTimeMs: 5000,
  permitWithoutStream: false,
};

/** What the pinger needs of its connection. */
export interface KeepaliveTarget {
  /** Set whenever bytes arrived; the pinger clears it. */
  sawBytes: boolean;
  sendKeepalivePing(): void;
  onKeepaliveTimeout(): void;
  /** False to put pings off (a client without calls). */
  wantsKeepalive(): boolean;
}

/** Pings a silent peer and reports a dead one. */
export class Pinger {
  readonly #clock: Clock;
  readonly #target: KeepaliveTarget;
  readonly #options: KeepaliveOptions;
  readonly #tick: () => void;
  #pinged: boolean;
  #timer: Timer | undefined;

  constructor(clock: Clock, target: KeepaliveTarget, options: KeepaliveOptions) {
    this.#clock = clock;
    this.#target = target;
    this.#options = options;
    this.#pinged = false;
    this.#timer = undefined;
    this.#tick = () => this.#onTick();
    if (options.intervalMs > 0) this.#arm(options.intervalMs);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(delayMs: number): void {
    this.#timer = this.#clock.setTimer(delayMs, this.#tick);
  }

  #onTick(): void {
    const target = this.#target;
    if (target.sawBytes || !target.wantsKeepalive()) {
      target.sawBytes = false;
      this.#pinged = false;
      this.#arm(this.#options.intervalMs);
    } else if (this.#pinged) {
      this.#timer = undefined;
      target.onKeepaliveTimeout();
    } else {
      this.#pinged = true;
      target.sendKeepalivePing();
      this.#arm(this.#options.timeoutMs);
    }
  }
}

/** Strikes allowed: the ping after the second one ends the connection. */
const STRIKES_MAX = 2;
/** Least distance of pings on a connection without calls. */
const IDLE_PING_DISTANCE_MS = 7_200_000;

/** Judges the pings of one client. */
export class PingPolice {
  readonly #options: KeepaliveOptions;
  #lastPingMs: number;
  #strikes: number;

  constructor(options: KeepaliveOptions) {
    this.#options = options;
    this.#lastPingMs = Number.NEGATIVE_INFINITY;
    this.#strikes = 0;
  }

  /** `wroteFrames`: HEADERS or DATA went to the client since its last ping, which excuses this one. False: too many. */
  allows(nowMs: number, activeStreams: number, wroteFrames: boolean): boolean {
    const sinceMs = nowMs - this.#lastPingMs;
    this.#lastPingMs = nowMs;
    if (wroteFrames) {
      this.#strikes = 0;
      return true;
    }
    const idle = activeStreams === 0 && !this.#options.permitWithoutStream;
    if (sinceMs < (idle ? IDLE_PING_DISTANCE_MS : this.#options.minTimeMs)) this.#strikes++;
    return this.#strikes <= STRIKES_MAX;
  }
}

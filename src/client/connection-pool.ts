/**
 * One connection to each endpoint: calls go round those that are up; one that broke is dialled again when calls ask for a connection, at most
 * once per backoff time. While none is up a caller waits for the first dial to succeed, or for all to have failed.
 */
import type { ConnectionOptions } from "node:tls";
import { GrpcCode } from "../base/grpc-code.ts";
import type { Clock, Timer } from "../io/clock.ts";
import { type ChannelOptions, GrpcChannel } from "../net/transport/grpc-channel.ts";
import type { Endpoint } from "./endpoint.ts";
import { closedError, EtcdError } from "./errors.ts";

export interface PoolOptions {
  readonly clock: Clock;
  readonly tls: ConnectionOptions | undefined;
  readonly dialTimeoutMs: number;
  readonly keepalive: ChannelOptions["keepalive"];
  readonly userAgent: string;
  readonly messageBytesMax: number | undefined;
}

const BACKOFF_MIN_MS = 50;
const BACKOFF_MAX_MS = 3000;

/** Hears of one attempt to get a connection. */
export type OnChannel = (channel: GrpcChannel | undefined, error: EtcdError | undefined) => void;

class Connection {
  readonly endpoint: Endpoint;
  channel: GrpcChannel | undefined;
  dialing: Promise<GrpcChannel> | undefined;
  /** Of the clock; no dial before it. */
  nextDialMs: number;
  backoffMs: number;
  failure: EtcdError | undefined;

  constructor(endpoint: Endpoint) {
    this.endpoint = endpoint;
    this.channel = undefined;
    this.dialing = undefined;
    this.nextDialMs = 0;
    this.backoffMs = 0;
    this.failure = undefined;
  }

  get isUp(): boolean {
    return this.channel?.usable === true;
  }
}

export class ConnectionPool {
  readonly #options: PoolOptions;
  #connections: Connection[];
  #next: number;
  #metadata: Readonly<Record<string, string>>;
  #waiting: Set<OnChannel>;
  #retry: Timer | undefined;
  #closed: boolean;

  constructor(options: PoolOptions, endpoints: readonly Endpoint[]) {
    this.#options = options;
    this.#connections = endpoints.map((endpoint) => new Connection(endpoint));
    this.#next = 0;
    this.#metadata = {};
    this.#waiting = new Set();
    this.#retry = undefined;
    this.#closed = false;
  }

  get endpoints(): Endpoint[] {
    return this.#connections.map(({ endpoint }) => endpoint);
  }

  /** Connections that are up. */
  get upCount(): number {
    return this.#connections.filter((connection) => connection.isUp).length;
  }

  /** Replaces the endpoints; connections to those that stay are kept, the others are closed once their calls have ended. */
  setEndpoints(endpoints: readonly Endpoint[]): void {
    const old = new Map(this.#connections.map((connection) => [connection.endpoint.text, connection]));
    this.#connections = endpoints.map((endpoint) => old.get(endpoint.text) ?? new Connection(endpoint));
    for (const connection of old.values()) {
      if (!this.#connections.includes(connection)) connection.channel?.drain();
    }
  }

  /** Sent with every call from now on, on all connections. */
  setMetadata(metadata: Readonly<Record<string, string>>): void {
    this.#metadata = metadata;
    for (const { channel } of this.#connections) channel?.setMetadata(metadata);
  }

  /** The next connection in turn that is up; undefined when none is. */
  ready(): GrpcChannel | undefined {
    const connections = this.#connections;
    const { length } = connections;
    for (let i = 0; i < length; i++) {
      const connection = connections[this.#next++ % length]!;
      if (connection.isUp) return connection.channel;
      // Others carry the call; this one should come back.
      this.#dial(connection);
    }
    return undefined;
  }

  /** Gives a connection when there is one, or the error when no endpoint could be reached. Returns what takes the request back. */
  whenReady(onChannel: OnChannel): () => void {
    if (this.#closed) {
      onChannel(undefined, closedError());
      return () => undefined;
    }
    const channel = this.ready();
    if (channel !== undefined) {
      onChannel(channel, undefined);
      return () => undefined;
    }
    this.#waiting.add(onChannel);
    this.#dialAll();
    return () => {
      this.#waiting.delete(onChannel);
      if (this.#waiting.size === 0) this.#disarm();
    };
  }

  /** The connection to one endpoint. Rejects with EtcdError. */
  async channelTo(text: string): Promise<GrpcChannel> {
    const connection = this.#connections.find(({ endpoint }) => endpoint.text === text);
    if (connection === undefined) throw new TypeError(`not an endpoint of this client: ${text}`);
    if (connection.isUp) return connection.channel!;
    connection.nextDialMs = 0;
    this.#dial(connection);
    return await (connection.dialing ?? Promise.reject(closedError()));
  }

  #dialAll(): void {
    let soonest = Number.POSITIVE_INFINITY;
    let dialing = false;
    for (const connection of this.#connections) {
      this.#dial(connection);
      if (connection.dialing !== undefined) dialing = true;
      else soonest = Math.min(soonest, connection.nextDialMs);
    }
    if (dialing || this.#waiting.size === 0) return;
    // All are in their backoff: the callers wait for the first one to end.
    this.#disarm();
    const delayMs = Math.max(1, soonest - this.#options.clock.now());
    this.#retry = this.#options.clock.setTimer(delayMs, () => {
      this.#retry = undefined;
      this.#dialAll();
    });
  }

  #disarm(): void {
    this.#retry?.cancel();
    this.#retry = undefined;
  }

  #dial(connection: Connection): void {
    const { clock } = this.#options;
    if (this.#closed || connection.dialing !== undefined || connection.isUp) return;
    if (clock.now() < connection.nextDialMs) return;
    const dialing = this.#open(connection);
    connection.dialing = dialing;
    // Those who wait hear of it below.
    dialing.catch(() => undefined);
  }

  async #open(connection: Connection): Promise<GrpcChannel> {
    const { clock, tls, dialTimeoutMs, keepalive, userAgent, messageBytesMax } = this.#options;
    const { endpoint } = connection;
    let channel: GrpcChannel;
    try {
      channel = await GrpcChannel.dial({
        clock,
        address: endpoint.address,
        tls: endpoint.tls ? serverNameOf(endpoint, tls ?? {}) : undefined,
        userAgent,
        metadata: this.#metadata,
        dialTimeoutMs,
        keepalive,
        ...(messageBytesMax === undefined ? {} : { limits: { messageBytesMax } }),
      });
    } catch (cause) {
      connection.dialing = undefined;
      connection.backoffMs = Math.min(BACKOFF_MAX_MS, Math.max(BACKOFF_MIN_MS, connection.backoffMs * 1.6));
      connection.nextDialMs = clock.now() + connection.backoffMs;
      const message = `cannot connect to ${endpoint.text}: ${cause instanceof Error ? cause.message : String(cause)}`;
      const error = new EtcdError("NotConnected", GrpcCode.Unavailable, message, { unprocessed: true, cause });
      connection.failure = error;
      this.#dialFailed(error);
      throw error;
    }
    connection.dialing = undefined;
    if (this.#closed || !this.#connections.includes(connection)) {
      channel.close();
      throw closedError();
    }
    channel.setMetadata(this.#metadata);
    connection.channel = channel;
    connection.failure = undefined;
    // A server that accepts and breaks off at once is not dialled without a pause either.
    connection.nextDialMs = clock.now() + BACKOFF_MIN_MS;
    connection.backoffMs = 0;
    this.#serve(channel);
    return channel;
  }

  #serve(channel: GrpcChannel): void {
    this.#disarm();
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const onChannel of waiting) onChannel(channel, undefined);
  }

  /** When the last dial under way has failed, all who wait hear of it. */
  #dialFailed(error: EtcdError): void {
    if (this.#connections.some(({ dialing }) => dialing !== undefined)) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const onChannel of waiting) onChannel(undefined, error);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#disarm();
    for (const { channel } of this.#connections) channel?.close("the client is closed");
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const onChannel of waiting) onChannel(undefined, closedError());
  }
}

/** The name of the host goes with the handshake, unless it is an address or the caller chose another. */
function serverNameOf(endpoint: Endpoint, tls: ConnectionOptions): ConnectionOptions {
  if (!("host" in endpoint.address) || tls.servername !== undefined) return tls;
  const { host } = endpoint.address;
  const isAddress = /^[\d.]+$/.test(host) || host.includes(":");
  return isAddress ? tls : { ...tls, servername: host };
}

/**
 * The server's side of the network: listeners that speak gRPC over HTTP/2, plain HTTP over HTTP/2 and HTTP/1.1 on one port, with TLS or without.
 *
 * ```
 * accept -> [TLS handshake] -> first bytes -> preface: ServerConnection (gRPC calls, HTTP exchanges)
 *                                          -> else:    node:http (HTTP exchanges)
 * ```
 */

import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, TLSSocket, type Server as TlsServer } from "node:tls";
import type { Clock, Timer } from "../../io/clock.ts";
import type { Logger } from "../../io/logger.ts";
import type { Tracer } from "../tracing/tracer.ts";
import { Deadlines } from "./deadlines.ts";
import type { HttpHandler } from "./http-exchange.ts";
import { Http1Server } from "./http1-server.ts";
import { DEFAULT_KEEPALIVE, type KeepaliveOptions } from "./keepalive.ts";
import { LateFlush } from "./late-flush.ts";
import { DEFAULT_LIMITS, type TransportLimits } from "./limits.ts";
import type { ConnectionInfo, GrpcRouter } from "./server-call.ts";
import { couldBePreface, ServerConnection, type ServerConnectionContext } from "./server-connection.ts";
import { InputBuffer } from "./socket-input.ts";
import { OutputBufferPool } from "./socket-output.ts";
import { type ListenerTls, TlsContext } from "./tls-context.ts";
import { CLOSED_AFTER_HANDSHAKE, CLOSED_DURING_HANDSHAKE, tlsErrorText } from "./tls-error-text.ts";
import { TransportMetrics } from "./transport-metrics.ts";
import type { UpgradeHandler } from "./upgrade.ts";

/** Where to listen: a TCP port (0 for any) or a Unix socket. */
export type ListenAddress = { readonly host: string; readonly port: number } | { readonly socketPath: string };

export interface TransportOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Without a router, gRPC requests go to the HTTP handler like others. */
  readonly router?: GrpcRouter | undefined;
  /** Without a handler only gRPC is served. */
  readonly http?: HttpHandler | undefined;
  /** Takes over HTTP/1.1 connections whose requests ask for another protocol (WebSocket). */
  readonly upgrade?: UpgradeHandler | undefined;
  readonly limits?: Partial<TransportLimits> | undefined;
  readonly keepalive?: Partial<KeepaliveOptions> | undefined;
  readonly metrics?: TransportMetrics | undefined;
  /** Begins the spans of gRPC calls. */
  readonly tracer?: Tracer | undefined;
  /** Told of what handlers throw besides EtcdError, after the call has been failed. */
  readonly onHandlerError?: ((error: unknown) => void) | undefined;
}

export interface ListenOptions {
  /** With TLS: connections that do not start with a handshake are served without it. */
  readonly alsoPlain?: boolean;
  /** SO_REUSEPORT, where Node can. */
  readonly reusePort?: boolean;
}

const PREFACE_BYTES = 24;
/** The content type of a TLS handshake record (RFC 8446, 5.1). */
const TLS_HANDSHAKE = 0x16;
/** Go probes accepted connections after 15 s of silence too. */
const SOCKET_OPTIONS = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 15_000 };

export class Transport {
  readonly metrics: TransportMetrics;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #limits: TransportLimits;
  readonly #context: ServerConnectionContext;
  readonly #http1: Http1Server | undefined;
  readonly #buffers: OutputBufferPool;
  readonly #lateFlush: LateFlush;
  readonly #input: InputBuffer;
  readonly #deadlines: Deadlines;
  readonly #servers: Server[];
  readonly #sockets: Set<Socket>;
  /** Sockets whose first bytes are awaited. */
  readonly #undecided: Set<Socket>;
  readonly #connections: Set<ServerConnection>;
  readonly #infos: WeakMap<Socket, ConnectionInfo>;
  readonly #sweeper: Timer;
  #closing: boolean;
  #onAllClosed: (() => void) | undefined;

  constructor(options: TransportOptions) {
    this.metrics = options.metrics ?? new TransportMetrics();
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#deadlines = new Deadlines(options.clock);
    this.#context = {
      router: options.router,
      http: options.http,
      logger: options.logger,
      metrics: this.metrics,
      tracer: options.tracer,
      deadlines: this.#deadlines,
      keepalive: { ...DEFAULT_KEEPALIVE, ...options.keepalive },
      services: servicesOf(options.router),
      onHandlerError: options.onHandlerError,
    };
    this.#infos = new WeakMap();
    this.#http1 =
      options.http === undefined
        ? undefined
        : new Http1Server({
            http: options.http,
            clock: options.clock,
            limits: this.#limits,
            logger: options.logger,
            infoOf: (socket) => this.#infoOf(socket),
            onHandlerError: options.onHandlerError,
            upgrade: options.upgrade,
          });
    this.#buffers = new OutputBufferPool();
    this.#lateFlush = new LateFlush(options.clock);
    this.#input = new InputBuffer();
    this.#servers = [];
    this.#sockets = new Set();
    this.#undecided = new Set();
    this.#connections = new Set();
    this.#sweeper = options.clock.setRepeating(this.#limits.sweepIntervalMs, () => {
      const now = this.#clock.now();
      for (const connection of this.#connections) connection.sweep(now);
    });
    this.#closing = false;
    this.#onAllClosed = undefined;
  }

  /** Opens a listener. Resolves to its address once it accepts; rejects with the system's error. */
  async listen(
    address: ListenAddress,
    tls?: ListenerTls,
    options: ListenOptions = {},
  ): Promise<{ readonly host: string; readonly port: number }> {
    const server =
      tls === undefined ? this.#plainServer() : options.alsoPlain ? this.#mixedServer(tls) : this.#tlsServer(tls);
    this.#servers.push(server);
    if ("socketPath" in address) {
      // A socket left by a process that was killed would refuse the bind; etcd removes it too.
      rmSync(address.socketPath, { force: true });
      server.listen(address.socketPath);
    } else {
      // Go resolves localhost to IPv4 first; Node may choose ::1.
      server.listen({
        port: address.port,
        host: address.host === "localhost" ? "127.0.0.1" : address.host,
        // Known to Node since 22.12; earlier ones ignore it.
        ...(options.reusePort ? { reusePort: true } : {}),
      });
    }
    await once(server, "listening");
    server.on("error", (error) => this.#logger.warn("listener failed", { error: error.message }));
    const bound = server.address();
    if (bound === null || typeof bound === "string") return { host: bound ?? "", port: 0 };
    return { host: bound.address, port: bound.port };
  }

  #plainServer(): Server {
    return createTcpServer(SOCKET_OPTIONS, (socket) => {
      this.#track(socket);
      this.#sniff(socket);
    });
  }

  /** One address for both: a TLS handshake starts with byte 0x16, which no request does. */
  #mixedServer(tls: ListenerTls): Server {
    const secure = this.#tlsServer(tls, true);
    return createTcpServer(SOCKET_OPTIONS, (socket) => {
      this.#track(socket);
      const timer = this.#clock.setTimer(this.#limits.handshakeTimeoutMs, () => socket.destroy());
      this.#undecided.add(socket);
      const stop = (): void => {
        this.#undecided.delete(socket);
        timer.cancel();
        socket.off("data", onData);
        socket.off("close", stop);
      };
      const onData = (chunk: Uint8Array): void => {
        stop();
        socket.pause();
        socket.unshift(chunk);
        if (chunk[0] === TLS_HANDSHAKE) secure.emit("connection", socket);
        else {
          this.#sniff(socket);
          socket.resume();
        }
      };
      socket.on("data", onData);
      socket.on("close", stop);
    });
  }

  /** `isTracked`: its sockets are accepted, and counted, elsewhere. */
  #tlsServer(tls: ListenerTls, isTracked = false): TlsServer {
    const context = new TlsContext(tls);
    // Peers in their handshake, by address: TLS sockets do not say which socket is below them.
    const handshakes = new Set<string>();
    const server = createTlsServer({
      ...context.material,
      requestCert: tls.requestCert ?? false,
      rejectUnauthorized: tls.rejectUnauthorized ?? false,
      ALPNProtocols: ["h2", "http/1.1"],
      handshakeTimeout: this.#limits.handshakeTimeoutMs,
      ...SOCKET_OPTIONS,
    });
    // Certificates are looked at again before each handshake, as Go's GetCertificate does.
    server.prependListener("connection", (socket: Socket) => {
      if (!isTracked) this.#track(socket);
      if (tls.endpoint === "peer") this.#watchHandshake(socket, handshakes);
      try {
        if (context.refresh()) server.setSecureContext(context.material);
      } catch (error) {
        this.#logger.warn("failed to load the TLS certificate", { error: String(error) });
      }
    });
    server.on("tlsClientError", (error: NodeJS.ErrnoException, socket: TLSSocket) => {
      // A certificate that was refused shows as a lost connection: the reason is with the socket.
      const reason: string | Error | undefined = socket.authorizationError;
      if (error.code !== "ECONNRESET") handshakes.delete(addressText(socket.remoteAddress, socket.remotePort));
      this.#rejectHandshake(socket, tls, reason === undefined || reason === null ? error : new Error(String(reason)));
    });
    server.on("secureConnection", (socket) => {
      handshakes.delete(addressText(socket.remoteAddress, socket.remotePort));
      const verdict = tls.verifyPeer?.(socket.getPeerX509Certificate(), hostOf(socket.remoteAddress));
      if (verdict instanceof Promise) {
        verdict.then(
          (refusal) => this.#admit(socket, tls, refusal),
          (error: unknown) => this.#admit(socket, tls, String(error)),
        );
      } else this.#admit(socket, tls, verdict);
    });
    return server;
  }

  /** A peer that begins a handshake and goes away did not like this member's certificate. */
  #watchHandshake(socket: Socket, handshakes: Set<string>): void {
    const address = addressText(socket.remoteAddress, socket.remotePort);
    handshakes.add(address);
    socket.on("close", () => {
      if (!handshakes.delete(address) || socket.bytesRead === 0 || this.#closing) return;
      const fields = { "remote-addr": address, error: CLOSED_DURING_HANDSHAKE };
      this.#logger.warn("rejected connection on peer endpoint", fields);
    });
  }

  #admit(socket: TLSSocket, tls: ListenerTls, refusal: string | undefined): void {
    if (refusal === undefined) {
      // Clients may connect to see whether somebody listens; peers have no reason to.
      const isPeer = tls.endpoint === "peer";
      this.#sniff(
        socket,
        isPeer ? () => this.#rejectHandshake(socket, tls, new Error(CLOSED_AFTER_HANDSHAKE)) : undefined,
      );
    } else this.#rejectHandshake(socket, tls, new Error(refusal));
  }

  #rejectHandshake(socket: TLSSocket, tls: ListenerTls, error: NodeJS.ErrnoException): void {
    this.metrics.handshakeErrors++;
    const fields = {
      "remote-addr": addressText(socket.remoteAddress, socket.remotePort),
      "server-name": socket.servername === false ? "" : (socket.servername ?? ""),
      error: tlsErrorText(error),
    };
    const message = `rejected connection on ${tls.endpoint ?? "client"} endpoint`;
    // Port scans and probes that only connect are no news.
    if (error.code === "ECONNRESET") this.#logger.debug(message, fields);
    else this.#logger.warn(message, fields);
    socket.destroy();
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    this.metrics.connections++;
    this.metrics.connectionsTotal++;
    socket.on("close", () => {
      this.#sockets.delete(socket);
      this.metrics.connections--;
      this.#checkClosed();
    });
    // A socket may fail before anybody else listens; "close" follows.
    socket.on("error", ignoreError);
  }

  /** Reads until HTTP/1.1 and HTTP/2 can be told apart, then hands the socket over. */
  #sniff(socket: Socket, onSilentEnd?: () => void): void {
    let seen: Uint8Array | undefined;
    const timer = this.#clock.setTimer(this.#limits.handshakeTimeoutMs, () => {
      stop();
      socket.destroy();
    });
    this.#undecided.add(socket);
    const stop = (): void => {
      this.#undecided.delete(socket);
      timer.cancel();
      socket.off("data", onData);
      socket.off("close", onClose);
    };
    const onClose = (): void => {
      stop();
      if (seen === undefined && !this.#closing) onSilentEnd?.();
    };
    const onData = (chunk: Uint8Array): void => {
      const bytes = seen === undefined ? chunk : Buffer.concat([seen, chunk]);
      if (!couldBePreface(bytes)) {
        stop();
        if (this.#http1 === undefined || this.#closing) socket.destroy();
        else this.#http1.accept(socket, bytes);
      } else if (bytes.length >= PREFACE_BYTES) {
        stop();
        this.#acceptHttp2(socket, bytes);
      } else {
        seen = bytes;
      }
    };
    socket.on("data", onData);
    socket.on("close", onClose);
    socket.on("error", ignoreError);
  }

  #acceptHttp2(socket: Socket, first: Uint8Array): void {
    const connection = new ServerConnection(
      {
        socket,
        clock: this.#clock,
        limits: this.#limits,
        outputBuffers: this.#buffers,
        lateFlush: this.#lateFlush,
        input: this.#input,
      },
      this.#context,
      this.#infoOf(socket),
      (gone) => {
        this.#connections.delete(gone);
      },
    );
    this.#connections.add(connection);
    connection.receive(first);
    if (this.#closing) connection.drain();
  }

  #infoOf(socket: Socket): ConnectionInfo {
    let info = this.#infos.get(socket);
    if (info === undefined) {
      info = {
        remoteAddress: addressText(socket.remoteAddress, socket.remotePort),
        localAddress: addressText(socket.localAddress, socket.localPort),
        tls: socket instanceof TLSSocket ? tlsInfo(socket) : undefined,
      };
      this.#infos.set(socket, info);
    }
    return info;
  }

  /**
   * Stops listening, lets calls and requests in flight finish and closes; what is still open after `graceMs` is cut off.
   * Resolves when every socket is closed.
   */
  async close(graceMs: number): Promise<void> {
    if (!this.#closing) {
      this.#closing = true;
      for (const server of this.#servers) server.close();
      this.#http1?.drain();
      for (const connection of this.#connections) connection.drain();
      for (const socket of this.#undecided) socket.destroy();
    }
    const force = this.#clock.setTimer(graceMs, () => this.destroy());
    if (this.#sockets.size > 0) {
      await new Promise<void>((resolve) => {
        const before = this.#onAllClosed;
        this.#onAllClosed = () => {
          before?.();
          resolve();
        };
      });
    }
    force.cancel();
    this.#stopTimers();
  }

  /** Closes everything at once. */
  destroy(): void {
    this.#closing = true;
    for (const server of this.#servers) server.close();
    this.#http1?.destroy();
    for (const socket of this.#sockets) socket.destroy();
    this.#stopTimers();
  }

  #stopTimers(): void {
    this.#sweeper.cancel();
    this.#deadlines.stop();
  }

  #checkClosed(): void {
    if (this.#sockets.size > 0) return;
    const done = this.#onAllClosed;
    this.#onAllClosed = undefined;
    done?.();
  }
}

function ignoreError(): void {
  // The "close" event that follows does the work.
}

function servicesOf(router: GrpcRouter | undefined): ReadonlySet<string> {
  const services = new Set<string>();
  if (router !== undefined) for (const path of router.keys()) services.add(path.slice(1, path.lastIndexOf("/")));
  return services;
}

/** The address without the form that IPv4 takes on an IPv6 socket. */
function hostOf(address: string | undefined): string {
  return (address ?? "").replace(/^::ffff:(?=\d+\.)/i, "");
}

function addressText(address: string | undefined, port: number | undefined): string {
  if (address === undefined) return "@";
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

function tlsInfo(socket: TLSSocket): NonNullable<ConnectionInfo["tls"]> {
  const certificate = socket.getPeerX509Certificate();
  const names: string | string[] | undefined = certificate?.toLegacyObject().subject?.CN;
  return {
    // Go keeps the last of several common names.
    peerCommonName: Array.isArray(names) ? names.at(-1) : names,
    authorized: socket.authorized,
    peerCertificate: certificate?.raw,
  };
}

/**
 * HTTP/1.1 on a port that also speaks HTTP/2: sockets whose first bytes are not the HTTP/2 preface are handed to a node:http server that never
 * listens itself. Its timeouts end half-sent requests (slow loris); requests become HttpExchange.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Clock } from "../../io/clock.ts";
import type { Logger } from "../../io/logger.ts";
import { writeAtOnce } from "./direct-write.ts";
import { BodyTooLargeError, ClientGoneError, type HttpExchange, type HttpHandler } from "./http-exchange.ts";
import type { TransportLimits } from "./limits.ts";
import type { ConnectionInfo } from "./server-call.ts";
import type { UpgradeHandler } from "./upgrade.ts";

/** Pieces of a streamed response up to this size are copied into one chunk. */
const DIRECT_BYTES_MAX = 65536;
const DONE: Promise<void> = Promise.resolve();
/** How often half-sent requests are looked for. */
const CHECK_INTERVAL_MS = 1000;
const IDLE_TIMEOUT_MS = 120_000;

export interface Http1ServerOptions {
  readonly http: HttpHandler;
  readonly clock: Clock;
  readonly limits: TransportLimits;
  readonly logger: Logger;
  readonly infoOf: (socket: Socket) => ConnectionInfo;
  readonly onHandlerError: ((error: unknown) => void) | undefined;
  /** Without one, requests for another protocol are served as plain ones. */
  readonly upgrade?: UpgradeHandler | undefined;
}

export class Http1Server {
  readonly #server: Server;
  readonly #options: Http1ServerOptions;
  #draining: boolean;

  constructor(options: Http1ServerOptions) {
    this.#options = options;
    this.#draining = false;
    const { limits } = options;
    this.#server = createServer(
      {
        headersTimeout: Math.min(limits.http1HeaderTimeoutMs, limits.http1RequestTimeoutMs || Number.POSITIVE_INFINITY),
        requestTimeout: limits.http1RequestTimeoutMs,
        connectionsCheckingInterval: Math.min(CHECK_INTERVAL_MS, limits.http1HeaderTimeoutMs),
        maxHeaderSize: limits.headerListBytesMax,
        keepAliveTimeout: IDLE_TIMEOUT_MS,
      },
      (request, response) => this.#onRequest(request, response),
    );
    this.#server.on("clientError", onClientError);
    const { upgrade } = options;
    if (upgrade !== undefined)
      this.#server.on("upgrade", (request: IncomingMessage, socket: Socket, first: Uint8Array) =>
        this.#onUpgrade(upgrade, request, socket, first),
      );
    // node:http starts its timeout checks when it listens; this server only ever gets sockets handed over.
    this.#server.emit("listening");
  }

  /** Takes over a socket and the bytes read from it so far. */
  accept(socket: Socket, first: Uint8Array): void {
    socket.pause();
    this.#server.emit("connection", socket);
    socket.unshift(first);
    socket.resume();
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    const exchange = new Http1Exchange(request, response, this.#options.infoOf(request.socket));
    response.on("finish", () => {
      // The connection counts as idle a little later.
      if (this.#draining) this.#options.clock.nextTurn(() => this.#server.closeIdleConnections());
    });
    try {
      this.#options.http(exchange);
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#options.logger.error("HTTP handler failed", { path: exchange.path, error: text });
      exchange.respond(500, { "content-type": "text/plain; charset=utf-8" }, "Internal Server Error\n");
      this.#options.onHandlerError?.(error);
    }
  }

  #onUpgrade(upgrade: UpgradeHandler, request: IncomingMessage, socket: Socket, first: Uint8Array): void {
    const target = request.url ?? "/";
    const mark = target.indexOf("?");
    if (first.length > 0) socket.unshift(first);
    const taken = upgrade({
      method: request.method ?? "GET",
      path: mark < 0 ? target : target.slice(0, mark),
      query: mark < 0 ? "" : target.slice(mark + 1),
      connection: this.#options.infoOf(socket),
      header: (name) => {
        const value = request.headers[name];
        return Array.isArray(value) ? value.join(", ") : value;
      },
      socket,
    });
    if (!taken) this.accept(socket, plainHead(request));
  }

  /** Closes idle connections; those in use close after their response. */
  drain(): void {
    this.#draining = true;
    this.#server.close();
    this.#server.closeIdleConnections();
  }

  destroy(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/** The head of a request without its wish for another protocol, to be read again. */
function plainHead(request: IncomingMessage): Uint8Array {
  let head = `${request.method} ${request.url} HTTP/${request.httpVersion}\r\n`;
  const { rawHeaders } = request;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (/^(upgrade|connection|http2-settings)$/i.test(rawHeaders[i]!)) continue;
    head += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`;
  }
  return Buffer.from(`${head}\r\n`, "latin1");
}

const REFUSALS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  HPE_CHUNK_EXTENSIONS_OVERFLOW: "413 Payload Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};
/** The first line is no HTTP request: closed without a word, as etcd's multiplexer does. */
const NOT_HTTP: ReadonlySet<string> = new Set(["HPE_INVALID_METHOD", "HPE_INVALID_CONSTANT", "HPE_INVALID_VERSION"]);

function onClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  const code = error.code ?? "";
  if (socket.writable && !NOT_HTTP.has(code) && code !== "ECONNRESET") {
    socket.write(`HTTP/1.1 ${REFUSALS[code] ?? "400 Bad Request"}\r\nConnection: close\r\n\r\n`);
  }
  socket.destroy();
}

class Http1Exchange implements HttpExchange {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly httpVersion: "1.0" | "1.1";
  readonly connection: ConnectionInfo;
  cancelled: boolean;
  onCancel: (() => void) | undefined;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse, connection: ConnectionInfo) {
    const target = request.url ?? "/";
    const mark = target.indexOf("?");
    this.method = request.method ?? "GET";
    this.path = mark < 0 ? target : target.slice(0, mark);
    this.query = mark < 0 ? "" : target.slice(mark + 1);
    this.httpVersion = request.httpVersion === "1.0" ? "1.0" : "1.1";
    this.connection = connection;
    this.cancelled = false;
    this.onCancel = undefined;
    this.#request = request;
    this.#response = response;
    response.on("error", () => this.#onGone());
    response.on("close", () => {
      if (!response.writableFinished) this.#onGone();
    });
  }

  #onGone(): void {
    if (this.cancelled) return;
    this.cancelled = true;
    const onCancel = this.onCancel;
    this.onCancel = undefined;
    onCancel?.();
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name];
    return Array.isArray(value) ? value.join(", ") : value;
  }

  async body(bytesMax: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    for await (const piece of this.bodyStream()) {
      bytes += piece.length;
      if (bytes > bytesMax) {
        // The rest is not worth reading: the connection ends with the response.
        this.#response.shouldKeepAlive = false;
        throw new BodyTooLargeError(`body larger than ${bytesMax} bytes`);
      }
      pieces.push(piece);
    }
    return Buffer.concat(pieces, bytes);
  }

  async *bodyStream(): AsyncGenerator<Uint8Array, void, void> {
    try {
      for await (const piece of this.#request.iterator({ destroyOnReturn: false })) yield piece as Uint8Array;
    } catch (cause) {
      throw new ClientGoneError("the client went away", { cause });
    }
  }

  respond(status: number, headers: Readonly<Record<string, string>>, body: Uint8Array | string): void {
    const response = this.#response;
    if (response.headersSent || response.destroyed) return;
    const length = typeof body === "string" ? Buffer.byteLength(body) : body.length;
    const bodyless = status < 200 || status === 204 || status === 304;
    response.writeHead(status, bodyless ? headers : { "content-length": String(length), ...headers });
    if (bodyless) response.end();
    else response.end(body);
  }

  start(status: number, headers: Readonly<Record<string, string>>): void {
    if (this.#response.headersSent || this.#response.destroyed) return;
    this.#response.writeHead(status, headers);
    this.#response.flushHeaders();
  }

  write(piece: Uint8Array): Promise<void> {
    if (this.#writeChunk(piece)) return DONE;
    const response = this.#response;
    return new Promise((resolve, reject) => {
      if (this.cancelled || response.destroyed) {
        reject(new ClientGoneError("the client went away"));
        return;
      }
      if (response.write(piece)) {
        resolve();
        return;
      }
      const settle = (): void => {
        response.off("drain", settle);
        response.off("close", settle);
        if (response.destroyed) reject(new ClientGoneError("the client went away"));
        else resolve();
      };
      response.on("drain", settle);
      response.on("close", settle);
    });
  }

  /**
   * Writes a small piece as one chunk (RFC 9112 section 7.1) in one packet, without node:http, which would send head, piece and end of the
   * chunk through three writes in a later tick: peers exchange thousands of such pieces a second. False when it has to go the usual way.
   */
  #writeChunk(piece: Uint8Array): boolean {
    const response = this.#response;
    const { socket } = response;
    if (piece.length === 0 || piece.length > DIRECT_BYTES_MAX || this.cancelled || socket === null) return false;
    if (!response.headersSent || !response.chunkedEncoding || response.writableLength > 0) return false;
    if (this.method === "HEAD") return false;
    const size = piece.length.toString(16);
    const chunk = Buffer.allocUnsafe(size.length + piece.length + 4);
    chunk.write(`${size}\r\n`, 0, "latin1");
    chunk.set(piece, size.length + 2);
    chunk.write("\r\n", chunk.length - 2, "latin1");
    const written = writeAtOnce(socket, chunk, 0, chunk.length);
    // The rest is short: it waits in the socket, where the next piece sees it.
    if (written < chunk.length) socket.write(chunk.subarray(written));
    return true;
  }

  end(): void {
    if (!this.#response.destroyed) this.#response.end();
  }

  abort(): void {
    this.#request.destroy();
    this.#response.destroy();
  }
}

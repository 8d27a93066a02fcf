/**
 * The gateway over WebSocket, as grpc-websocket-proxy does it for etcd: a connection is one POST request to the path it was opened on. Each
 * message from the client is one line of the body, each line of the answer one text message. Browsers cannot set headers here, so the
 * token comes in `Sec-WebSocket-Protocol: Bearer, <token>` or a cookie `token`.
 */
import { createHash } from "node:crypto";
import type { Duplex } from "node:stream";
import { concatBytes, utf8 } from "../../base/bytes.ts";
import type { Logger } from "../../io/logger.ts";
import {
  BodyTooLargeError,
  ClientGoneError,
  type HttpExchange,
  type HttpHandler,
} from "../../net/transport/http-exchange.ts";
import type { ConnectionInfo } from "../../net/transport/server-call.ts";
import type { UpgradeHandler, UpgradeRequest } from "../../net/transport/upgrade.ts";
import { type AccessControl, rewritten } from "./access-control.ts";
import { CloseCode, closeFrame, FrameReader, frame, Opcode } from "./websocket-frames.ts";

/** Fixed by RFC 6455 section 1.3. */
const ACCEPT_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const NEWLINE = Uint8Array.of(10);
/** Messages that wait for the method before the socket is read no further. */
const QUEUE_MAX = 64;

export interface WebSocketOptions {
  readonly access: AccessControl;
  readonly gateway: HttpHandler;
  readonly logger: Logger;
  /** Largest message from a client, bytes. */
  readonly messageBytesMax: number;
}

/** Takes WebSocket handshakes below /v3/; everything else goes on as a plain request. */
export function webSocketGateway(options: WebSocketOptions): UpgradeHandler {
  return (request) => {
    const path = rewritten(request.path);
    if (!path.startsWith("/v3/") || request.method !== "GET") return false;
    if (!hasToken(request.header("connection"), "upgrade") || !hasToken(request.header("upgrade"), "websocket"))
      return false;
    // The plain request is refused in the same words.
    const { connection } = request;
    if (options.access.refusal({ path, connection, header: (name) => request.header(name) }) !== undefined)
      return false;
    const key = request.header("sec-websocket-key") ?? "";
    if (request.header("sec-websocket-version") !== "13" || !/^[A-Za-z0-9+/]{22}==$/.test(key)) {
      request.socket.end(
        "HTTP/1.1 400 Bad Request\r\nSec-Websocket-Version: 13\r\nContent-Type: text/plain; charset=utf-8\r\n" +
          "Content-Length: 12\r\nConnection: close\r\n\r\nBad Request\n",
      );
      return true;
    }
    request.socket.write(handshake(key, request.header("sec-websocket-protocol") ?? ""));
    options.gateway(new WebSocketExchange(request, path, options));
    return true;
  };
}

function hasToken(value: string | undefined, token: string): boolean {
  return (value ?? "").split(",").some((each) => each.trim().toLowerCase() === token);
}

function handshake(key: string, protocol: string): string {
  const accept = createHash("sha1")
    .update(key + ACCEPT_GUID)
    .digest("base64");
  const chosen = protocol.startsWith("Bearer") ? "Sec-WebSocket-Protocol: Bearer\r\n" : "";
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${chosen}\r\n`;
}

/** The token of a handshake as an Authorization header. */
function authorizationOf(request: UpgradeRequest): string | undefined {
  for (const cookie of (request.header("cookie") ?? "").split(";")) {
    const [name, ...value] = cookie.trim().split("=");
    if (name === "token") return `Bearer ${value.join("=")}`;
  }
  const protocol = request.header("sec-websocket-protocol");
  const token = protocol === undefined ? undefined : /Bearer,(.*)$/s.exec(protocol)?.[1];
  return token === undefined ? undefined : `Bearer ${token.trim()}`;
}

class WebSocketExchange implements HttpExchange {
  readonly method = "POST";
  readonly path: string;
  readonly query: string;
  readonly httpVersion = "1.1";
  readonly connection: ConnectionInfo;
  cancelled: boolean;
  onCancel: (() => void) | undefined;
  readonly #request: UpgradeRequest;
  readonly #authorization: string | undefined;
  readonly #socket: Duplex;
  #queue: Uint8Array[];
  #inputEnded: boolean;
  #wake: (() => void) | undefined;
  /** The beginning of a line whose end has not been written. */
  #line: Uint8Array[];
  #ended: boolean;

  constructor(request: UpgradeRequest, path: string, options: WebSocketOptions) {
    this.path = path;
    this.query = request.query;
    this.connection = request.connection;
    this.cancelled = false;
    this.onCancel = undefined;
    this.#request = request;
    this.#authorization = authorizationOf(request);
    this.#socket = request.socket;
    this.#queue = [];
    this.#inputEnded = false;
    this.#wake = undefined;
    this.#line = [];
    this.#ended = false;
    const reader = new FrameReader(
      {
        message: (payload) => this.#onMessage(payload),
        ping: (payload) => this.#socket.write(frame(Opcode.Pong, payload)),
        closed: () => this.#gone(CloseCode.Normal),
        failed: (code) => {
          options.logger.warn("error reading websocket message", {
            "remote-addr": this.connection.remoteAddress,
            code,
          });
          this.#gone(code);
        },
      },
      options.messageBytesMax,
    );
    this.#socket.on("data", (piece: Uint8Array) => reader.push(piece));
    this.#socket.on("error", () => this.#lost());
    this.#socket.on("close", () => this.#lost());
    this.#socket.on("end", () => this.#socket.end());
  }

  #onMessage(payload: Uint8Array): void {
    if (this.#ended) return;
    this.#queue.push(payload, NEWLINE);
    if (this.#queue.length > QUEUE_MAX) this.#socket.pause();
    this.#wakeUp();
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  /** The client closed, or broke the protocol. */
  #gone(code: CloseCode): void {
    if (!this.#ended) this.#socket.end(closeFrame(code));
    this.#lost();
  }

  #lost(): void {
    this.#inputEnded = true;
    const wasEnded = this.#ended;
    this.#ended = true;
    this.#wakeUp();
    if (wasEnded || this.cancelled) return;
    this.cancelled = true;
    const { onCancel } = this;
    this.onCancel = undefined;
    onCancel?.();
  }

  header(name: string): string | undefined {
    switch (name) {
      case "authorization":
        return this.#authorization;
      case "origin":
      case "referer":
      case "host":
        return this.#request.header(name);
      default:
        return undefined;
    }
  }

  async body(bytesMax: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    for await (const piece of this.bodyStream()) {
      bytes += piece.length;
      if (bytes > bytesMax) throw new BodyTooLargeError(`body larger than ${bytesMax} bytes`);
      pieces.push(piece);
    }
    return concatBytes(pieces);
  }

  async *bodyStream(): AsyncGenerator<Uint8Array, void, void> {
    for (;;) {
      const piece = this.#queue.shift();
      if (piece !== undefined) {
        if (this.#queue.length === 0) this.#socket.resume();
        yield piece;
      } else if (this.#inputEnded) return;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }

  respond(_status: number, _headers: Readonly<Record<string, string>>, body: Uint8Array | string): void {
    void this.write(typeof body === "string" ? utf8(body) : body).catch(() => this.#lost());
    this.end();
  }

  start(): void {
    // There is no head: the handshake was the head.
  }

  write(piece: Uint8Array): Promise<void> {
    if (this.#ended) return Promise.reject(new ClientGoneError("the client went away"));
    let start = 0;
    let hasRoom = true;
    for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, start)) {
      this.#line.push(piece.subarray(start, at));
      hasRoom = this.#flushLine();
      start = at + 1;
    }
    if (start < piece.length) this.#line.push(piece.subarray(start));
    if (hasRoom) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.#socket.off("drain", settle);
        this.#socket.off("close", settle);
        if (this.#socket.destroyed) reject(new ClientGoneError("the client went away"));
        else resolve();
      };
      this.#socket.on("drain", settle);
      this.#socket.on("close", settle);
    });
  }

  #flushLine(): boolean {
    const line = this.#line.length === 1 ? this.#line[0]! : concatBytes(this.#line);
    this.#line = [];
    return line.length === 0 || this.#socket.write(frame(Opcode.Text, line));
  }

  end(): void {
    if (this.#ended) return;
    if (this.#line.length > 0) this.#flushLine();
    this.#ended = true;
    this.#inputEnded = true;
    this.#wakeUp();
    this.#socket.end(closeFrame(CloseCode.Normal));
    this.#socket.resume();
  }

  abort(): void {
    this.#socket.destroy();
  }
}

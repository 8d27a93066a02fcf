/**
 * The dialer over node:http and node:https. Connections are kept open and used again; TLS material is asked for before each request, so that new
 * certificates are used without a restart (Go reads the files at each handshake).
 */
import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions as TlsRequestOptions } from "node:https";
import type { Socket } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { parseGoUrl } from "../../base/go-url.ts";
import type { Clock } from "../../io/clock.ts";
import { CLOSED_AFTER_HANDSHAKE, tlsErrorText } from "../transport/tls-error-text.ts";
import { DialError, type Dialed, type DialRequest, type DialResponse, type PeerDialer } from "./dialer.ts";

export interface NodeDialerOptions {
  readonly clock: Clock;
  /** Time for a connection and its TLS handshake, milliseconds. */
  readonly dialTimeoutMs: number;
  /**
   * Key, certificate, CAs and checks for https URLs, asked for before each request: return the same object until something changed.
   * Absent: the system's CAs, no certificate. What it throws fails the request.
   */
  readonly tls?: (() => ConnectionOptions) | undefined;
  /** The local address to connect from (feature SetMemberLocalAddr). */
  readonly localAddress?: string | undefined;
}

/** etcd's listeners for peers close a connection after 5 s without a byte: ours is closed before, so that no request meets a closed one. */
const IDLE_SOCKET_MS = 3000;

export class NodeDialer implements PeerDialer {
  readonly #options: NodeDialerOptions;
  readonly #plain: HttpAgent;
  #secure: HttpsAgent | undefined;
  #material: ConnectionOptions | undefined;

  constructor(options: NodeDialerOptions) {
    this.#options = options;
    this.#plain = new HttpAgent({ keepAlive: true, timeout: IDLE_SOCKET_MS });
    this.#secure = undefined;
    this.#material = undefined;
  }

  dial(request: DialRequest): Dialed {
    return new NodeExchange(request, (onResponse) => this.#open(request, onResponse), this.#options);
  }

  close(): void {
    this.#plain.destroy();
    this.#secure?.destroy();
  }

  #open(request: DialRequest, onResponse: (response: IncomingMessage) => void): ClientRequest {
    const parsed = parseGoUrl(request.url);
    if (!parsed.ok) throw new DialError(parsed.reason);
    const { scheme, host, hostname, port, path } = parsed.url;
    const { body, method, headers } = request;
    const known = body instanceof Uint8Array ? { "Content-Length": String(body.length) } : {};
    const { localAddress } = this.#options;
    const secure = scheme === "https" || scheme === "unixs";
    const options: RequestOptions = {
      method,
      path: path === "" ? "/" : path,
      headers: { Host: host, ...headers, ...known },
      ...(scheme === "unix" || scheme === "unixs"
        ? { socketPath: host }
        : // Go resolves localhost to IPv4 first; Node may choose ::1.
          { host: hostname === "localhost" ? "127.0.0.1" : hostname, port: port === "" ? (secure ? 443 : 80) : port }),
      ...(localAddress === undefined ? {} : { localAddress }),
    };
    if (!secure) return httpRequest({ ...options, agent: this.#plain }, onResponse);
    const tls = this.#secureAgent();
    const servername = /^[0-9.]+$|:/.test(hostname) ? {} : { servername: hostname };
    const secureOptions: TlsRequestOptions = { ...servername, ...tls.material, ...options, agent: tls.agent };
    return httpsRequest(secureOptions, onResponse);
  }

  /** Connections made with earlier material are closed once they are idle. */
  #secureAgent(): { agent: HttpsAgent; material: ConnectionOptions } {
    const material = this.#options.tls?.() ?? this.#material ?? {};
    if (this.#secure === undefined || material !== this.#material) {
      const before = this.#secure;
      this.#material = material;
      this.#secure = new HttpsAgent({ keepAlive: true, timeout: IDLE_SOCKET_MS });
      if (before !== undefined)
        for (const sockets of Object.values(before.freeSockets)) for (const s of sockets ?? []) s.destroy();
    }
    return { agent: this.#secure, material };
  }
}

class NodeExchange implements Dialed {
  readonly response: Promise<DialResponse>;
  #request: ClientRequest | undefined;
  #reason: string | undefined;

  constructor(
    request: DialRequest,
    open: (onResponse: (response: IncomingMessage) => void) => ClientRequest,
    options: NodeDialerOptions,
  ) {
    this.#request = undefined;
    this.#reason = undefined;
    this.response = new Promise((resolve, reject) => {
      let answered = false;
      const fail = (cause: unknown): void => {
        if (answered) return;
        const text = this.#reason ?? failureText(cause, this.#request);
        reject(cause instanceof DialError && this.#reason === undefined ? cause : new DialError(text, { cause }));
      };
      let opened: ClientRequest;
      try {
        opened = open((response) => {
          answered = true;
          resolve(new NodeResponse(response, () => this.#reason));
        });
      } catch (error) {
        fail(error);
        return;
      }
      this.#request = opened;
      opened.on("error", fail);
      opened.on("close", () => fail(new DialError("the connection ended without a response")));
      opened.on("socket", (socket: Socket) => limitConnecting(socket, options, () => this.abort("dial timeout")));
      const { body } = request;
      if (body === undefined) opened.end();
      else if (body instanceof Uint8Array) opened.end(body);
      else
        pump(opened, body).catch((error: unknown) =>
          this.abort(error instanceof Error ? error.message : String(error)),
        );
    });
    // Whoever aborts may not wait for the response.
    this.response.catch(ignore);
  }

  abort(reason: string): void {
    this.#reason ??= reason;
    this.#request?.destroy();
  }
}

/** etcd's words for what ended an exchange without a response. */
function failureText(cause: unknown, request: ClientRequest | undefined): string {
  if (!(cause instanceof Error)) return String(cause);
  const { code } = cause as NodeJS.ErrnoException;
  const isFresh = request !== undefined && !request.reusedSocket;
  if (
    isFresh &&
    request.socket !== null &&
    "encrypted" in request.socket &&
    (code === "ECONNRESET" || code === "EPIPE")
  )
    return `${CLOSED_AFTER_HANDSHAKE} (${cause.message})`;
  return tlsErrorText(cause);
}

function ignore(): void {
  // The promise that was handed out tells its holder.
}

function limitConnecting(socket: Socket, { clock, dialTimeoutMs }: NodeDialerOptions, onTimeout: () => void): void {
  // "secureConnect" follows "connect" on TLS sockets; a socket from the pool is connected.
  const secure = "encrypted" in socket;
  if (!socket.connecting && !(secure && "secureConnecting" in socket && socket.secureConnecting)) return;
  const timer = clock.setTimer(dialTimeoutMs, onTimeout);
  const stop = (): void => timer.cancel();
  socket.once(secure ? "secureConnect" : "connect", stop);
  socket.once("close", stop);
}

/** Writes the pieces no faster than the connection takes them. */
async function pump(request: ClientRequest, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const piece of pieces) {
    if (request.destroyed) return;
    if (request.write(piece)) continue;
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        request.off("drain", settle);
        request.off("close", settle);
        resolve();
      };
      request.on("drain", settle);
      request.on("close", settle);
    });
  }
  request.end();
}

class NodeResponse implements DialResponse {
  readonly status: number;
  readonly #message: IncomingMessage;
  readonly #abortReason: () => string | undefined;

  constructor(message: IncomingMessage, abortReason: () => string | undefined) {
    this.status = message.statusCode ?? 0;
    this.#message = message;
    this.#abortReason = abortReason;
  }

  header(name: string): string | undefined {
    const value = this.#message.headers[name];
    return Array.isArray(value) ? value.join(", ") : value;
  }

  body(bytesMax: number): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const chunks: Uint8Array[] = [];
      let bytes = 0;
      this.stream(
        (chunk) => {
          bytes += chunk.length;
          if (bytes <= bytesMax) chunks.push(chunk);
          else {
            reject(new DialError(`response body exceeds ${bytesMax} bytes`));
            this.#message.destroy();
          }
        },
        (error) => {
          if (error === undefined) resolve(Buffer.concat(chunks, bytes));
          else reject(error);
        },
      );
    });
  }

  stream(onChunk: (chunk: Uint8Array) => void, onEnd: (error: DialError | undefined) => void): void {
    const message = this.#message;
    let failure: Error | undefined;
    message.on("data", onChunk);
    message.on("error", (error) => {
      failure = error;
    });
    message.on("close", () => {
      if (message.complete && failure === undefined) onEnd(undefined);
      else
        onEnd(new DialError(this.#abortReason() ?? failure?.message ?? "the connection was lost", { cause: failure }));
    });
  }
}

/** A plain HTTP request over HTTP/2 (gateway, health, metrics, peer endpoints): Go's HTTP client negotiates h2 wherever TLS offers it. */

import { utf8 } from "../../base/bytes.ts";
import { goQuote } from "../../base/go-quote.ts";
import { headerText } from "../../codec/grpc/status.ts";
import { Http2ErrorCode } from "../../codec/http2/frame.ts";
import { ClientGoneError, type HttpExchange, type HttpHandler } from "./http-exchange.ts";
import { Http2Stream } from "./http2-stream.ts";
import { RequestBody } from "./request-body.ts";
import type { RequestHead } from "./request-head.ts";
import type { ConnectionInfo } from "./server-call.ts";
import type { ServerConnection } from "./server-connection.ts";

/** Fields that HTTP/2 does not carry (RFC 9113 section 8.2.2). */
const CONNECTION_FIELDS: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);

export class Http2Exchange extends Http2Stream implements HttpExchange {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly httpVersion: "2";
  readonly connection: ConnectionInfo;
  cancelled: boolean;
  onCancel: (() => void) | undefined;
  readonly #server: ServerConnection;
  readonly #head: RequestHead;
  readonly #handler: HttpHandler | undefined;
  readonly #body: RequestBody;
  #receivedBytes: number;
  #started: boolean;
  #finished: boolean;
  #writers: { readonly resolve: () => void; readonly reject: (error: Error) => void }[];

  constructor(
    server: ServerConnection,
    id: number,
    head: RequestHead,
    info: ConnectionInfo,
    handler: HttpHandler | undefined,
  ) {
    super(server, id);
    const mark = head.path.indexOf("?");
    this.method = head.method;
    this.path = mark < 0 ? head.path : head.path.slice(0, mark);
    this.query = mark < 0 ? "" : head.path.slice(mark + 1);
    this.httpVersion = "2";
    this.connection = info;
    this.cancelled = false;
    this.onCancel = undefined;
    this.#server = server;
    this.#head = head;
    this.#handler = handler;
    this.#body = new RequestBody((bytes) => this.credit(bytes));
    this.#receivedBytes = 0;
    this.#started = false;
    this.#finished = false;
    this.#writers = [];
  }

  open(): void {
    if (this.#handler === undefined) {
      this.#refuse();
      return;
    }
    try {
      this.#handler(this);
    } catch (error) {
      this.#server.failExchange(this, error);
    }
  }

  /** A listener for gRPC only: the answer of grpc-go to other content types. */
  #refuse(): void {
    const type = goQuote(this.#head.contentType ?? "");
    const fields = [":status", "415", "content-type", "application/grpc", "grpc-status", "3"];
    fields.push("grpc-message", `invalid gRPC request content-type ${type}`);
    this.#started = true;
    this.#server.writeHeaderBlock(this.id, this.#server.encoder.encode(fields), true);
    this.#finish();
  }

  header(name: string): string | undefined {
    return this.#head.joined(name);
  }

  body(bytesMax: number): Promise<Uint8Array> {
    return this.#body.whole(bytesMax);
  }

  bodyStream(): AsyncIterable<Uint8Array> {
    return this.#body.stream();
  }

  onData(bytes: Uint8Array, start: number, end: number, last: boolean): void {
    this.#receivedBytes += end - start;
    const announced = this.#head.contentLength;
    if (announced >= 0 && (this.#receivedBytes > announced || (last && this.#receivedBytes < announced))) {
      this.http2.resetStream(this, Http2ErrorCode.ProtocolError);
      return;
    }
    this.#body.push(bytes.subarray(start, end));
  }

  onRemoteEnd(): void {
    if (this.#head.contentLength > this.#receivedBytes) {
      this.http2.resetStream(this, Http2ErrorCode.ProtocolError);
      return;
    }
    this.#body.end();
  }

  onAborted(): void {
    this.#body.abort();
    for (const { reject } of this.#writers) reject(new ClientGoneError("the client went away"));
    this.#writers = [];
    if (this.#finished) return;
    this.#finished = true;
    this.cancelled = true;
    const onCancel = this.onCancel;
    this.onCancel = undefined;
    onCancel?.();
  }

  respond(status: number, headers: Readonly<Record<string, string>>, body: Uint8Array | string): void {
    if (this.#started || this.#finished) return;
    this.#started = true;
    const bytes = typeof body === "string" ? utf8(body) : body;
    const fields = responseFields(status, headers);
    if (!fields.includes("content-length") && status !== 204 && status !== 304 && status >= 200) {
      fields.push("content-length", String(bytes.length));
    }
    const withoutBody = this.method === "HEAD" || bytes.length === 0;
    this.#server.writeHeaderBlock(this.id, this.#server.encoder.encode(fields), withoutBody);
    if (withoutBody) {
      this.#finish();
      return;
    }
    this.enqueue(bytes);
    this.#queueEnd();
  }

  start(status: number, headers: Readonly<Record<string, string>>): void {
    if (this.#started || this.#finished) return;
    this.#started = true;
    this.#server.writeHeaderBlock(this.id, this.#server.encoder.encode(responseFields(status, headers)), false);
  }

  write(piece: Uint8Array): Promise<void> {
    if (this.cancelled || this.closed) return Promise.reject(new ClientGoneError("the client went away"));
    if (this.method !== "HEAD" && piece.length > 0) {
      this.enqueue(piece);
      this.http2.schedule(this);
    }
    if (this.queuedBytes < this.http2.limits.sendHighWaterBytes) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#writers.push({ resolve, reject });
    });
  }

  end(): void {
    if (this.#finished) return;
    if (!this.#started) {
      this.respond(200, {}, "");
      return;
    }
    this.#queueEnd();
  }

  abort(): void {
    if (!this.closed) this.http2.resetStream(this, Http2ErrorCode.Cancel);
  }

  #queueEnd(): void {
    this.#finished = true;
    this.queueEnd();
    this.http2.schedule(this);
  }

  protected writeEnd(): void {
    this.#server.writeDataEnd(this.id);
    this.#finish();
  }

  /** END_STREAM has been written. */
  #finish(): void {
    this.#finished = true;
    if (this.remoteEnded) {
      this.#server.streamLocallyEnded(this);
      return;
    }
    this.localEnded = true;
    this.#body.abort();
    this.#server.abandonStream(this, Http2ErrorCode.NoError);
  }

  protected onQueueShrunk(): void {
    if (this.#writers.length === 0 || this.queuedBytes * 4 > this.http2.limits.sendHighWaterBytes) return;
    const writers = this.#writers;
    this.#writers = [];
    for (const { resolve } of writers) resolve();
  }
}

function responseFields(status: number, headers: Readonly<Record<string, string>>): string[] {
  const fields = [":status", String(status)];
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    if (!CONNECTION_FIELDS.has(lower)) fields.push(lower, headerText(value));
  }
  return fields;
}

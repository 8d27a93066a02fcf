/**
 * One plain HTTP request and its response, whatever carried it (HTTP/1.1 or HTTP/2 without gRPC content type).
 * The HTTP router sees only this.
 */
import type { ConnectionInfo } from "./server-call.ts";

export interface HttpExchange {
  readonly method: string;
  /** Path without the query, percent-decoding not applied. */
  readonly path: string;
  /** Without the question mark; empty when there is none. */
  readonly query: string;
  readonly httpVersion: "1.0" | "1.1" | "2";
  readonly connection: ConnectionInfo;
  /** Value of a header (lowercase name); several are joined with ", ". */
  header(name: string): string | undefined;
  /** The whole body; rejects with BodyTooLargeError beyond the limit. */
  body(bytesMax: number): Promise<Uint8Array>;
  /** Body as it arrives (peer snapshot receive). */
  bodyStream(): AsyncIterable<Uint8Array>;
  /** True after the client went away. */
  readonly cancelled: boolean;
  onCancel: (() => void) | undefined;

  /** Complete response in one go. HEAD requests send the headers only. */
  respond(status: number, headers: Readonly<Record<string, string>>, body: Uint8Array | string): void;
  /** Streamed response: head, then pieces, each flushed. `write` resolves when the client can take more; rejects when it went away. */
  start(status: number, headers: Readonly<Record<string, string>>): void;
  write(piece: Uint8Array): Promise<void>;
  end(): void;
  /** Ends the exchange at once, whatever is still under way: HTTP/1.1 loses its connection. Calls onCancel unless the exchange was over. */
  abort(): void;
}

export type HttpHandler = (exchange: HttpExchange) => void;

export class BodyTooLargeError extends Error {
  override readonly name = "BodyTooLargeError";
}

/** The client closed its connection or reset the stream. */
export class ClientGoneError extends Error {
  override readonly name = "ClientGoneError";
}

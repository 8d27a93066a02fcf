/**
 * HTTP requests to peers as the peer protocol needs them. `node-dialer.ts` makes them with node:http; tests and the simulation put what they like
 * in between. Deadlines are the caller's: it aborts.
 */

export interface DialRequest {
  readonly method: "GET" | "POST";
  /** A peer URL and a path: `http://10.0.0.2:2380/raft`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Nothing, the whole body, or pieces that are pulled as the connection takes them. */
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | undefined;
}

export interface Dialed {
  /** The head of the response. Rejects with DialError when there is none. */
  readonly response: Promise<DialResponse>;
  /** Ends the exchange and its connection; pending promises reject with DialError. */
  abort(reason: string): void;
}

/** The body is read in one of the two ways, or the exchange is aborted. */
export interface DialResponse {
  readonly status: number;
  /** Value of a header by its lowercase name. */
  header(name: string): string | undefined;
  /** The whole body. Rejects with DialError; beyond the limit too. */
  body(bytesMax: number): Promise<Uint8Array>;
  /** Hands over each chunk as it arrives (it belongs to the receiver), then says once that it ended: with an error unless the body was complete. */
  stream(onChunk: (chunk: Uint8Array) => void, onEnd: (error: DialError | undefined) => void): void;
}

export interface PeerDialer {
  dial(request: DialRequest): Dialed;
  /** Closes connections that are not in use. */
  close(): void;
}

/** The peer could not be reached, or the connection was lost before the exchange was complete. */
export class DialError extends Error {
  override readonly name = "DialError";
}

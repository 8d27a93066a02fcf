/**
 * The seam between the transport and the services: what a gRPC method handler sees of one call.
 * Callbacks instead of promises and streams: a unary call must cost single microseconds.
 */
import type { GrpcCode } from "../../base/grpc-code.ts";
import type { Span } from "../tracing/span.ts";

/** Maps a full method path ("/etcdserverpb.KV/Range") to its handler. */
export type GrpcRouter = ReadonlyMap<string, GrpcMethod>;

export type GrpcMethod = UnaryMethod | StreamMethod;

/** One request message, one reply. Called with the whole message once the client half-closed. */
export interface UnaryMethod {
  readonly kind: "unary";
  /** `message` is a view of a receive buffer: valid until this function returns. Throwing an EtcdError fails the call with it. */
  handle(call: ServerCall, message: Uint8Array): void;
}

/** Server, client and bidirectional streams: the handler sets the callbacks in `open`. */
export interface StreamMethod {
  readonly kind: "stream";
  /** The client sends as many messages as it likes: the end of them counts as one received, as in go-grpc-middleware. */
  readonly clientStreams?: boolean;
  open(call: ServerCall): void;
}

/** Largest run of {@link ServerCall.sendRun}: one DATA frame that every peer takes. */
export const RUN_BYTES_MAX = 16_384;

export interface ServerCall {
  readonly method: string;
  readonly connection: ConnectionInfo;
  /** The trace of this call; undefined when it is not sampled, which is nearly always. */
  readonly span: Span | undefined;
  /** First value of a request metadata key (lowercase), decoded to text ("-bin" keys: base64 as sent). */
  metadata(key: string): string | undefined;
  /** Milliseconds on Clock.now() when the client's grpc-timeout ends; undefined without one. */
  readonly deadlineMs: number | undefined;
  /** True after the client reset the stream, its connection ended or its deadline passed. Replies are then dropped silently. */
  readonly cancelled: boolean;
  /** True once the call ended in any way. */
  readonly finished: boolean;

  /** Stream calls only: one received message, a view valid until the callback returns. */
  onMessage: ((message: Uint8Array) => void) | undefined;
  /** Stream calls only: the client sent END_STREAM after the messages before. */
  onHalfClose: (() => void) | undefined;
  /** Once, when `cancelled` becomes true; also when the transport fails the call (bad message, a callback that threw). Never after `end` or `fail`. */
  onCancel: (() => void) | undefined;
  /** `bufferedBytes` fell below the low-water mark after `send` had returned false. */
  onDrain: (() => void) | undefined;
  /** Bytes queued for this call that flow control or the socket has not taken yet. */
  readonly bufferedBytes: number;
  /** Bytes that may be sent, about, before `send` asks to wait. */
  readonly roomBytes: number;

  /**
   * Sends one message made of the parts in order (the transport prefixes the gRPC envelope; no copy is made of big parts).
   * Parts must not change afterwards. Returns false when the caller should wait for onDrain before sending more.
   */
  send(...parts: Uint8Array[]): boolean;
  /**
   * Sends several small messages at once: `run`, at most {@link RUN_BYTES_MAX}, has them one behind the other, each with its gRPC envelope.
   * The bytes are copied: they are the caller's again after the call. Returns as `send` does.
   */
  sendRun(run: Uint8Array, messages: number): boolean;
  /**
   * Starts one message of exactly `messageBytes` that follows in pieces through `continueMessage` (lists of hundreds of megabytes).
   * Both return false when the caller should wait for onDrain.
   */
  beginMessage(messageBytes: number): boolean;
  continueMessage(...parts: Uint8Array[]): boolean;
  /**
   * Memory for a part of a big reply, contents undefined, which is used again once it was sent. Only for a part of this call, passed on
   * whole before the next one is asked for; whoever does not send it must not ask again.
   */
  lend(bytes: number): Uint8Array;
  /** send + end(OK) in one go: the fast path of unary calls (headers, data and trailers in one write). */
  reply(...parts: Uint8Array[]): void;
  /** Ends the call with OK and these trailers. */
  end(): void;
  /** Ends the call with an error; sends trailers-only when nothing was sent yet. */
  fail(error: { readonly code: GrpcCode; readonly message: string }): void;

  /** Extra response metadata; before the first send only. */
  setHeader(key: string, value: string): void;
  /** Stops and restarts the giving of flow-control credit for received messages (stream calls). */
  pauseReceiving(): void;
  resumeReceiving(): void;
}

export interface ConnectionInfo {
  readonly remoteAddress: string;
  readonly localAddress: string;
  /** Set on TLS connections. */
  readonly tls:
    | {
        readonly peerCommonName: string | undefined;
        readonly authorized: boolean;
        /** The peer's certificate in DER; undefined when it sent none. */
        readonly peerCertificate?: Uint8Array | undefined;
      }
    | undefined;
}

/** An HTTP/2 connection accepted by the server: turns header blocks into gRPC calls and plain HTTP exchanges, polices the client, shuts down gracefully. */

import { EtcdError } from "../../base/etcd-error.ts";
import { goQuote } from "../../base/go-quote.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import {
  CONNECTION_PREFACE,
  DEFAULT_WINDOW_BYTES,
  goAwayFrame,
  Http2ErrorCode,
  pingFrame,
  STREAM_ID_MAX,
  windowUpdateFrame,
} from "../../codec/http2/frame.ts";
import { HpackResult } from "../../codec/http2/hpack-decoder.ts";
import { PreparedBlock } from "../../codec/http2/hpack-encoder.ts";
import { SettingId, settingsFrame } from "../../codec/http2/settings.ts";
import type { Timer } from "../../io/clock.ts";
import type { Logger } from "../../io/logger.ts";
import type { Tracer } from "../tracing/tracer.ts";
import type { Deadlines } from "./deadlines.ts";
import { FloodBudget } from "./flood-budget.ts";
import { GrpcServerCall } from "./grpc-server-call.ts";
import { HeadCache } from "./head-cache.ts";
import type { HttpExchange, HttpHandler } from "./http-exchange.ts";
import { Http2Connection } from "./http2-connection.ts";
import { Http2Exchange } from "./http2-exchange.ts";
import type { Http2ConnectionOptions } from "./http2-sender.ts";
import type { Http2Stream } from "./http2-stream.ts";
import { type KeepaliveOptions, type KeepaliveTarget, Pinger, PingPolice } from "./keepalive.ts";
import { areValidTrailers, RequestHead } from "./request-head.ts";
import type { ConnectionInfo, GrpcRouter } from "./server-call.ts";
import type { TransportMetrics } from "./transport-metrics.ts";

/** What all connections of a transport share. */
export interface ServerConnectionContext {
  readonly router: GrpcRouter | undefined;
  readonly http: HttpHandler | undefined;
  readonly logger: Logger;
  readonly metrics: TransportMetrics;
  readonly tracer: Tracer | undefined;
  readonly deadlines: Deadlines;
  readonly keepalive: KeepaliveOptions;
  /** Names of services that have methods in the router. */
  readonly services: ReadonlySet<string>;
  /** A handler threw something that is no EtcdError. */
  readonly onHandlerError: ((error: unknown) => void) | undefined;
}

const NO_ROUTES: GrpcRouter = new Map();
const GOAWAY_PING: Uint8Array = Uint8Array.of(1, 6, 1, 8, 0, 3, 3, 9);
const KEEPALIVE_PING: Uint8Array = new Uint8Array(8);
/** How long the first GOAWAY may take to come round before the second says which streams are still taken. */
const GOAWAY_PING_TIMEOUT_MS = 5000;

export class ServerConnection extends Http2Connection implements KeepaliveTarget {
  readonly info: ConnectionInfo;
  readonly metrics: TransportMetrics;
  readonly tracer: Tracer | undefined;
  readonly deadlines: Deadlines;
  /** The recurring header lists of replies. */
  readonly replyHeaders: PreparedBlock;
  readonly okTrailers: PreparedBlock;
  readonly #context: ServerConnectionContext;
  readonly #router: GrpcRouter;
  readonly #heads: HeadCache<RequestHead>;
  readonly #police: PingPolice;
  readonly #pinger: Pinger;
  readonly #resets: FloodBudget;
  readonly #onGone: (connection: ServerConnection) => void;
  #prefaceSeen: number;
  #lastStreamId: number;
  /** Streams above this are not taken up any more. */
  #acceptMax: number;
  #draining: boolean;
  #drainTimer: Timer | undefined;
  #gatheredBytes: number;

  constructor(
    options: Http2ConnectionOptions,
    context: ServerConnectionContext,
    info: ConnectionInfo,
    onGone: (connection: ServerConnection) => void,
  ) {
    super(options);
    const { limits, clock } = options;
    this.info = info;
    this.metrics = context.metrics;
    this.tracer = context.tracer;
    this.deadlines = context.deadlines;
    this.replyHeaders = new PreparedBlock([":status", "200", "content-type", "application/grpc"]);
    this.okTrailers = new PreparedBlock(["grpc-status", "0", "grpc-message", ""]);
    this.#context = context;
    this.#router = context.router ?? NO_ROUTES;
    this.#heads = new HeadCache();
    this.#police = new PingPolice(context.keepalive);
    this.#pinger = new Pinger(clock, this, context.keepalive);
    this.#resets = new FloodBudget(clock, limits.resetBurst, limits.resetsPerSecond);
    this.#onGone = onGone;
    this.#prefaceSeen = 0;
    this.#lastStreamId = 0;
    this.#acceptMax = STREAM_ID_MAX;
    this.#draining = false;
    this.#drainTimer = undefined;
    this.#gatheredBytes = 0;
    const settings: [number, number][] = [
      [SettingId.MaxFrameSize, 16384],
      [SettingId.InitialWindowSize, limits.streamWindowBytes],
      [SettingId.MaxHeaderListSize, limits.headerListBytesMax],
    ];
    if (Number.isFinite(limits.concurrentStreamsMax) && limits.concurrentStreamsMax < 0xffffffff) {
      settings.push([SettingId.MaxConcurrentStreams, limits.concurrentStreamsMax]);
    }
    this.output.append(settingsFrame(settings));
    this.output.append(windowUpdateFrame(0, limits.connectionWindowBytes - DEFAULT_WINDOW_BYTES));
    this.attach(options.input);
    this.queueFlush();
  }

  /** Takes the preface off the front, then frames. */
  override receive(chunk: Uint8Array): void {
    if (this.#prefaceSeen === CONNECTION_PREFACE.length) {
      super.receive(chunk);
      return;
    }
    let at = 0;
    while (at < chunk.length && this.#prefaceSeen < CONNECTION_PREFACE.length) {
      if (chunk[at++] !== CONNECTION_PREFACE[this.#prefaceSeen++]) {
        this.connectionError(Http2ErrorCode.ProtocolError, "bad connection preface");
        return;
      }
    }
    this.receivedBytes += at;
    if (at < chunk.length) super.receive(chunk.subarray(at));
  }

  protected onHeaderBlock(
    streamId: number,
    endStream: boolean,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): boolean {
    const open = this.streams.get(streamId);
    if (open !== undefined) return this.#onTrailers(open, endStream, bytes, start, end);
    if ((streamId & 1) === 0) return this.connectionError(Http2ErrorCode.ProtocolError, "even stream number");
    if (streamId <= this.#lastStreamId) {
      if (this.closedStreams.wasResetByUs(streamId)) return this.#ignoreBlock(bytes, start, end);
      const code = this.closedStreams.has(streamId) ? Http2ErrorCode.StreamClosed : Http2ErrorCode.ProtocolError;
      return this.connectionError(code, "stream number used before");
    }
    const decoder = this.decoder;
    const generation = decoder.generation;
    let head = this.#heads.find(generation, bytes, start, end);
    if (head === undefined) {
      const fields: string[] = [];
      const result = decoder.decode(bytes, start, end, this.limits.headerListBytesMax, fields);
      if (result === HpackResult.Malformed) {
        return this.connectionError(Http2ErrorCode.CompressionError, "header block");
      }
      if (result === HpackResult.ListTooLarge) {
        this.#lastStreamId = streamId;
        this.closedStreams.add(streamId, true);
        this.writeRstStream(streamId, Http2ErrorCode.EnhanceYourCalm);
        return this.spend(100);
      }
      head = new RequestHead(fields, this.#router, this.metrics);
      if (decoder.generation === generation) this.#heads.keep(generation, bytes, start, end, head);
    }
    this.budget.earn(2);
    return this.#open(streamId, head, endStream);
  }

  #open(streamId: number, head: RequestHead, endStream: boolean): boolean {
    // Streams after the last GOAWAY are the client's to send again elsewhere.
    if (streamId > this.#acceptMax) return this.spend(1);
    this.#lastStreamId = streamId;
    if (head.malformed || (endStream && head.contentLength > 0)) {
      this.closedStreams.add(streamId, true);
      this.writeRstStream(streamId, Http2ErrorCode.ProtocolError);
      return this.spend(10);
    }
    if (this.streams.size >= this.limits.concurrentStreamsMax) {
      this.closedStreams.add(streamId, true);
      this.writeRstStream(streamId, Http2ErrorCode.RefusedStream);
      return this.spend(10);
    }
    if (head.isGrpc && this.#context.router !== undefined) {
      const call = new GrpcServerCall(this, streamId, head);
      this.streams.set(streamId, call);
      call.start();
      if (endStream) this.#endRemote(call);
      return !this.ended;
    }
    const exchange = new Http2Exchange(this, streamId, head, this.info, this.#context.http);
    this.streams.set(streamId, exchange);
    if (endStream) exchange.remoteEnded = true;
    exchange.open();
    if (endStream && !exchange.closed) exchange.onRemoteEnd();
    return !this.ended;
  }

  #endRemote(stream: Http2Stream): void {
    if (stream.closed) return;
    stream.remoteEnded = true;
    stream.onRemoteEnd();
    if (stream.localEnded) this.streamLocallyEnded(stream);
  }

  #onTrailers(stream: Http2Stream, endStream: boolean, bytes: Uint8Array, start: number, end: number): boolean {
    const fields: string[] = [];
    const result = this.decoder.decode(bytes, start, end, this.limits.headerListBytesMax, fields);
    if (result === HpackResult.Malformed) return this.connectionError(Http2ErrorCode.CompressionError, "header block");
    if (stream.remoteEnded) {
      this.resetStream(stream, Http2ErrorCode.StreamClosed);
      return this.spend(10);
    }
    if (!endStream || result !== HpackResult.Ok || !areValidTrailers(fields)) {
      this.resetStream(stream, Http2ErrorCode.ProtocolError);
      return this.spend(10);
    }
    this.#endRemote(stream);
    return !this.ended;
  }

  /** Keeps the decoder's table in step without taking the block up. */
  #ignoreBlock(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.decoder.decode(bytes, start, end, 0, []) === HpackResult.Malformed) {
      return this.connectionError(Http2ErrorCode.CompressionError, "header block");
    }
    return this.spend(10);
  }

  protected isIdle(streamId: number): boolean {
    return (streamId & 1) === 0 || streamId > this.#lastStreamId;
  }

  protected get lastPeerStreamId(): number {
    return this.#lastStreamId;
  }

  protected onPeerReset(stream: Http2Stream): boolean {
    // Opening and resetting calls is free for the client and not for us (CVE-2023-44487).
    if (stream.localEnded || this.#resets.spend(1)) return true;
    return this.connectionError(Http2ErrorCode.EnhanceYourCalm, "too many resets");
  }

  // ---- gRPC ------------------------------------------------------------------------------------------------------------

  /** The wording of grpc-go for a call that leads nowhere. */
  unknownMethodText(path: string): string {
    const slash = path.lastIndexOf("/");
    if (!path.startsWith("/") || slash === 0) return `malformed method name: ${goQuote(path)}`;
    const service = path.slice(1, slash);
    if (!this.#context.services.has(service)) return `unknown service ${service}`;
    return `unknown method ${path.slice(slash + 1)} for service ${service}`;
  }

  /** Ends a call whose handler threw. */
  failWith(call: GrpcServerCall, error: unknown): void {
    if (error instanceof EtcdError) {
      call.refuse(error.code, error.message);
      return;
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#context.logger.error("gRPC handler failed", { method: call.method, error: text });
    call.refuse(GrpcCode.Internal, "internal error");
    this.#context.onHandlerError?.(error);
  }

  /** Ends an exchange whose handler threw. */
  failExchange(exchange: HttpExchange, error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#context.logger.error("HTTP handler failed", { path: exchange.path, error: text });
    exchange.respond(500, { "content-type": "text/plain; charset=utf-8" }, "Internal Server Error\n");
    this.#context.onHandlerError?.(error);
  }

  /** Counts bytes of unfinished requests; false when the connection holds too many. */
  gather(bytes: number): boolean {
    this.#gatheredBytes += bytes;
    return this.#gatheredBytes <= this.limits.gatheredBytesMax;
  }

  release(bytes: number): void {
    this.#gatheredBytes -= bytes;
  }

  // ---- keepalive and shutdown ------------------------------------------------------------------------------------------

  protected onPing(): boolean {
    const excused = this.wroteFrames;
    this.wroteFrames = false;
    if (this.#police.allows(this.clock.now(), this.streams.size, excused)) return true;
    return this.connectionError(Http2ErrorCode.EnhanceYourCalm, "too_many_pings");
  }

  protected onPingAck(opaque: Uint8Array): void {
    if (this.#draining && GOAWAY_PING.every((byte, i) => byte === opaque[i])) this.#sendLastGoAway();
  }

  sendKeepalivePing(): void {
    this.writeFrame(pingFrame(KEEPALIVE_PING, false));
  }

  wantsKeepalive(): boolean {
    return true;
  }

  onKeepaliveTimeout(): void {
    this.#context.logger.debug("closing a connection whose peer does not answer", {
      "remote-addr": this.info.remoteAddress,
    });
    this.destroy();
  }

  protected onGoAway(): void {
    // A client that goes away opens no more streams; those open go on.
  }

  /** Lets calls in flight finish and takes no new ones once the client knows; then closes. */
  drain(): void {
    if (this.#draining || this.ended) return;
    this.#draining = true;
    this.writeFrame(goAwayFrame(STREAM_ID_MAX, Http2ErrorCode.NoError, NO_DEBUG));
    this.writeFrame(pingFrame(GOAWAY_PING, false));
    this.#drainTimer = this.clock.setTimer(GOAWAY_PING_TIMEOUT_MS, () => this.#sendLastGoAway());
  }

  #sendLastGoAway(): void {
    if (this.ended || this.#acceptMax !== STREAM_ID_MAX) return;
    this.#drainTimer?.cancel();
    this.#acceptMax = this.#lastStreamId;
    this.writeFrame(goAwayFrame(this.#lastStreamId, Http2ErrorCode.NoError, NO_DEBUG));
    this.onStreamRemoved();
  }

  protected onStreamRemoved(): void {
    if (this.#acceptMax === STREAM_ID_MAX || this.streams.size > 0 || this.ended) return;
    this.end();
  }

  protected onConnectionError(code: Http2ErrorCode, reason: string): void {
    this.metrics.connectionErrors++;
    this.#context.logger.debug("ending an HTTP/2 connection", {
      "remote-addr": this.info.remoteAddress,
      code,
      reason,
    });
  }

  protected onClosed(): void {
    this.#pinger.stop();
    this.#drainTimer?.cancel();
    this.#onGone(this);
  }
}

const NO_DEBUG: Uint8Array = new Uint8Array(0);

/** Whether a socket still speaks the preface: used by the sniffer. */
export function couldBePreface(bytes: Uint8Array): boolean {
  const n = Math.min(bytes.length, CONNECTION_PREFACE.length);
  for (let i = 0; i < n; i++) if (bytes[i] !== CONNECTION_PREFACE[i]) return false;
  return true;
}

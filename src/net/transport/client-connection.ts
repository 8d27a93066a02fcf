/** The client's end of an HTTP/2 connection that carries gRPC calls. */

import { utf8Text } from "../../base/bytes.ts";
import {
  CONNECTION_PREFACE,
  DEFAULT_WINDOW_BYTES,
  Http2ErrorCode,
  pingFrame,
  windowUpdateFrame,
} from "../../codec/http2/frame.ts";
import { HpackResult } from "../../codec/http2/hpack-decoder.ts";
import type { PreparedBlock } from "../../codec/http2/hpack-encoder.ts";
import { SettingId, settingsFrame } from "../../codec/http2/settings.ts";
import type { Deadlines } from "./deadlines.ts";
import { type CallListener, GrpcClientCall } from "./grpc-client-call.ts";
import { HeadCache } from "./head-cache.ts";
import { Http2Connection } from "./http2-connection.ts";
import type { Http2ConnectionOptions } from "./http2-sender.ts";
import type { Http2Stream } from "./http2-stream.ts";
import { type KeepaliveOptions, type KeepaliveTarget, Pinger } from "./keepalive.ts";
import { ResponseHead } from "./response-head.ts";

/** What the owner of a connection hears of it. */
export interface ClientConnectionEvents {
  /** The server's first SETTINGS are here: it does speak HTTP/2. */
  onReady(): void;
  /** The server takes no more calls on this connection; those open go on. */
  onDraining(reason: string): void;
  /** Once, last. */
  onClosed(reason: string): void;
}

/** Stream numbers are not used again: a connection that used up this many should be replaced (as grpc-go does). */
const STREAM_ID_LAST = 0x60000000;
const PING: Uint8Array = new Uint8Array(8);

export class ClientConnection extends Http2Connection implements KeepaliveTarget {
  readonly deadlines: Deadlines;
  /** Message bytes without envelopes. */
  grpcSentBytes: number;
  grpcReceivedBytes: number;
  /** Why the connection ended; undefined while it lives. */
  failure: string | undefined;
  /** No new calls: the server said goodbye, numbers are used up or the owner closes. */
  draining: boolean;
  readonly #heads: HeadCache<ResponseHead>;
  readonly #events: ClientConnectionEvents;
  readonly #pinger: Pinger;
  readonly #permitWithoutStream: boolean;
  /** Calls that wait for one of the streams that the server allows at once. */
  #waiting: GrpcClientCall[];
  #nextStreamId: number;
  #ready: boolean;

  constructor(
    options: Http2ConnectionOptions,
    keepalive: KeepaliveOptions,
    deadlines: Deadlines,
    events: ClientConnectionEvents,
  ) {
    super(options);
    this.deadlines = deadlines;
    this.grpcSentBytes = 0;
    this.grpcReceivedBytes = 0;
    this.failure = undefined;
    this.draining = false;
    this.#heads = new HeadCache();
    this.#events = events;
    this.#pinger = new Pinger(options.clock, this, keepalive);
    this.#permitWithoutStream = keepalive.permitWithoutStream;
    this.#waiting = [];
    this.#nextStreamId = 1;
    this.#ready = false;
    const { limits } = options;
    this.output.append(CONNECTION_PREFACE);
    this.output.append(
      settingsFrame([
        [SettingId.EnablePush, 0],
        [SettingId.InitialWindowSize, limits.streamWindowBytes],
        [SettingId.MaxHeaderListSize, limits.headerListBytesMax],
      ]),
    );
    this.output.append(windowUpdateFrame(0, limits.connectionWindowBytes - DEFAULT_WINDOW_BYTES));
    this.attach(options.input);
    this.queueFlush();
  }

  /** Starts a call, at once or when the server allows another stream. */
  call(
    head: PreparedBlock,
    timeout: string | undefined,
    deadlineMs: number | undefined,
    listener: CallListener,
  ): GrpcClientCall {
    const call = new GrpcClientCall(this, head, timeout, listener);
    if (this.draining || this.ended) {
      // The listener must not hear of the end before the caller has the call.
      queueMicrotask(() => call.onUnprocessed(this.failure ?? "the connection is draining"));
      return call;
    }
    if (deadlineMs !== undefined) {
      call.deadlineMs = deadlineMs;
      this.deadlines.add(call);
    }
    if (this.streams.size < this.peer.maxConcurrentStreams && this.#waiting.length === 0) this.#open(call);
    else this.#waiting.push(call);
    return call;
  }

  #open(call: GrpcClientCall): void {
    const id = this.#nextStreamId;
    this.#nextStreamId += 2;
    this.streams.set(id, call);
    call.open(id);
    if (this.#nextStreamId > STREAM_ID_LAST) this.#startDraining("stream numbers are used up");
  }

  /** Takes a call back that still waits for a stream. */
  withdraw(call: GrpcClientCall): void {
    const at = this.#waiting.indexOf(call);
    if (at >= 0) this.#waiting.splice(at, 1);
  }

  #openWaiting(): void {
    while (this.#waiting.length > 0 && !this.draining && this.streams.size < this.peer.maxConcurrentStreams) {
      this.#open(this.#waiting.shift()!);
    }
  }

  protected onHeaderBlock(
    streamId: number,
    endStream: boolean,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): boolean {
    const decoder = this.decoder;
    const generation = decoder.generation;
    let head = this.#heads.find(generation, bytes, start, end);
    let tooLarge = false;
    if (head === undefined) {
      const fields: string[] = [];
      const result = decoder.decode(bytes, start, end, this.limits.headerListBytesMax, fields);
      if (result === HpackResult.Malformed) {
        return this.connectionError(Http2ErrorCode.CompressionError, "header block");
      }
      tooLarge = result === HpackResult.ListTooLarge;
      head = new ResponseHead(fields);
      if (decoder.generation === generation && !tooLarge) this.#heads.keep(generation, bytes, start, end, head);
    }
    const stream = this.streams.get(streamId);
    if (stream === undefined) {
      if (this.isIdle(streamId)) return this.connectionError(Http2ErrorCode.ProtocolError, "HEADERS on idle stream");
      return this.spend(1);
    }
    if (stream.remoteEnded || tooLarge) {
      this.resetStream(stream, tooLarge ? Http2ErrorCode.EnhanceYourCalm : Http2ErrorCode.StreamClosed);
      return true;
    }
    this.budget.earn(2);
    if (endStream) stream.remoteEnded = true;
    // Streams of this connection are calls: the client opened them all.
    (stream as GrpcClientCall).onHead(head, endStream);
    if (endStream && !stream.closed && stream.localEnded) this.streamLocallyEnded(stream);
    return !this.ended;
  }

  protected override onPeerSettings(): void {
    if (!this.#ready) {
      this.#ready = true;
      this.#events.onReady();
    }
    this.#openWaiting();
  }

  protected onStreamRemoved(): void {
    if (this.#waiting.length > 0) this.#openWaiting();
    if (this.draining && this.streams.size === 0 && !this.ended) this.end();
  }

  protected isIdle(streamId: number): boolean {
    return (streamId & 1) === 0 || streamId >= this.#nextStreamId;
  }

  protected get lastPeerStreamId(): number {
    return 0;
  }

  protected onPeerReset(_stream: Http2Stream): boolean {
    return true;
  }

  protected onPing(): boolean {
    return true;
  }

  protected onPingAck(): void {
    // Any byte shows that the peer lives.
  }

  protected onGoAway(lastStreamId: number, code: number, debug: Uint8Array): void {
    const text = utf8Text(debug);
    const reason = `received GOAWAY with code ${code}${text === "" ? "" : `: ${text}`}`;
    this.#startDraining(reason);
    for (const stream of this.streams.values()) {
      if (stream.id <= lastStreamId || stream.closed) continue;
      this.streams.delete(stream.id);
      stream.closed = true;
      stream.dropQueue();
      (stream as GrpcClientCall).onUnprocessed(reason);
    }
    this.onStreamRemoved();
  }

  #startDraining(reason: string): void {
    if (this.draining) return;
    this.draining = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const call of waiting) call.onUnprocessed(reason);
    this.#events.onDraining(reason);
  }

  /** Lets open calls finish, then closes. */
  drain(): void {
    this.#startDraining("the channel is closing");
    this.onStreamRemoved();
  }

  /** Ends all calls and closes. */
  close(reason: string): void {
    this.failure ??= reason;
    this.#startDraining(reason);
    this.end();
  }

  sendKeepalivePing(): void {
    this.writeFrame(pingFrame(PING, false));
  }

  wantsKeepalive(): boolean {
    return this.streams.size > 0 || this.#permitWithoutStream;
  }

  onKeepaliveTimeout(): void {
    this.failure ??= "keepalive ping failed to receive ACK within timeout";
    this.destroy();
  }

  protected onConnectionError(code: Http2ErrorCode, reason: string): void {
    this.failure ??= `connection error: ${reason} (HTTP/2 error ${code})`;
  }

  protected override onLost(error: Error | undefined): void {
    this.failure ??= error === undefined ? "error reading from server: EOF" : `connection error: ${error.message}`;
  }

  protected onClosed(): void {
    this.#pinger.stop();
    const reason = this.failure ?? "closed";
    this.#startDraining(reason);
    this.#events.onClosed(reason);
  }
}

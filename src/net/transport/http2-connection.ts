/**
 * What both ends of an HTTP/2 connection share (RFC 9113): dispatch of frames, settings, flow control, header blocks in several frames,
 * and the end of the connection. Subclasses decide what a header block means. Sending is in http2-sender.ts.
 */
import { utf8 } from "../../base/bytes.ts";
import {
  FRAME_PAYLOAD_BYTES_MIN,
  FrameFlag,
  FrameType,
  goAwayFrame,
  Http2ErrorCode,
  pingFrame,
  readU32,
  WINDOW_BYTES_MAX,
} from "../../codec/http2/frame.ts";
import { FrameReader, type FrameSink } from "../../codec/http2/frame-reader.ts";
import { HpackDecoder } from "../../codec/http2/hpack-decoder.ts";
import { applySettings, SETTINGS_ACK } from "../../codec/http2/settings.ts";
import type { Timer } from "../../io/clock.ts";
import { ClosedStreams } from "./closed-streams.ts";
import { HeaderBlockBuffer } from "./header-block-buffer.ts";
import { HEADER_TABLE_BYTES, type Http2ConnectionOptions, Http2Sender } from "./http2-sender.ts";
import type { Http2Stream } from "./http2-stream.ts";
import type { InputBuffer } from "./socket-input.ts";
import { SocketStall } from "./socket-stall.ts";
import { UnfinishedWatch } from "./unfinished.ts";

/** How long a connection that ends by our GOAWAY may take to close. */
const CLOSE_GRACE_MS = 1000;

export abstract class Http2Connection extends Http2Sender implements FrameSink {
  readonly decoder: HpackDecoder;
  readonly streams: Map<number, Http2Stream>;
  receivedBytes: number;
  /** Bytes arrived since the keepalive last looked. */
  sawBytes: boolean;
  protected readonly closedStreams: ClosedStreams;
  readonly #reader: FrameReader;
  readonly #block: HeaderBlockBuffer;
  #receiveWindow: number;
  #uncreditedBytes: number;
  #sawSettings: boolean;
  #closeTimer: Timer | undefined;
  readonly #socketStall: SocketStall;
  readonly #unfinishedWatch: UnfinishedWatch;

  constructor(options: Http2ConnectionOptions) {
    super(options);
    this.decoder = new HpackDecoder(HEADER_TABLE_BYTES);
    this.streams = new Map();
    this.receivedBytes = 0;
    this.sawBytes = false;
    this.closedStreams = new ClosedStreams();
    this.#reader = new FrameReader(this, FRAME_PAYLOAD_BYTES_MIN);
    this.#block = new HeaderBlockBuffer(2 * options.limits.headerListBytesMax);
    this.#receiveWindow = options.limits.connectionWindowBytes;
    this.#uncreditedBytes = 0;
    this.#sawSettings = false;
    this.#closeTimer = undefined;
    this.#socketStall = new SocketStall();
    this.#unfinishedWatch = new UnfinishedWatch(options.limits);
  }

  /** A complete header block of a HEADERS frame. Returns false when the connection has ended. */
  protected abstract onHeaderBlock(
    streamId: number,
    endStream: boolean,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): boolean;
  protected abstract onPing(opaque: Uint8Array): boolean;
  protected abstract onPingAck(opaque: Uint8Array): void;
  protected abstract onGoAway(lastStreamId: number, code: number, debug: Uint8Array): void;
  /** True for the numbers of streams that were never opened by either side. */
  protected abstract isIdle(streamId: number): boolean;
  /** The peer reset a stream that was still open. False ends the connection. */
  protected abstract onPeerReset(stream: Http2Stream, code: number): boolean;
  protected abstract onStreamRemoved(): void;
  /** The socket is closed; the streams have not been told yet. */
  protected onLost(_error: Error | undefined): void {}
  /** Once, when the socket is closed and all streams have been told. */
  protected abstract onClosed(): void;

  /** Bytes from the socket. The chunk must not be changed afterwards. */
  receive(chunk: Uint8Array): void {
    this.receivedBytes += chunk.length;
    this.sawBytes = true;
    if (this.ended) return;
    this.reading = true;
    this.#reader.push(chunk);
    this.reading = false;
    // A reply is on its way where calls are open.
    this.flushAfterReading(this.streams.size > 0);
  }

  /** Attaches to the socket's events. Its errors show up in `onLost`. */
  protected attach(input: InputBuffer): void {
    let failure: Error | undefined;
    const socket = this.socket;
    input.attach(socket, (chunk) => this.receive(chunk));
    socket.on("drain", () => {
      this.output.unblock();
      if (this.readPaused) {
        this.readPaused = false;
        socket.resume();
      }
      this.flush();
    });
    socket.on("error", (error: Error) => {
      failure = error;
    });
    socket.on("end", () => {
      // The peer has stopped sending: nothing in flight can be completed in a useful way.
      if (!socket.destroyed) socket.destroy();
    });
    socket.on("close", () => {
      this.ended = true;
      this.#closeTimer?.cancel();
      this.output.discard();
      this.round.clear();
      this.onLost(failure);
      this.#abortAll(Http2ErrorCode.Cancel);
      this.onClosed();
    });
  }

  #abortAll(code: number): void {
    if (this.streams.size === 0) return;
    const streams = [...this.streams.values()];
    this.streams.clear();
    for (const stream of streams) {
      if (stream.closed) continue;
      stream.closed = true;
      stream.dropQueue();
      stream.onAborted(code);
    }
  }

  // ---- receiving -------------------------------------------------------------------------------------------------------

  onFrame(type: number, flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#block.streamId !== 0 && (type !== FrameType.Continuation || streamId !== this.#block.streamId)) {
      return this.connectionError(Http2ErrorCode.ProtocolError, "header block interrupted");
    }
    if (!this.#sawSettings) {
      if (type !== FrameType.Settings || (flags & FrameFlag.Ack) !== 0) {
        return this.connectionError(Http2ErrorCode.ProtocolError, "first frame is not SETTINGS");
      }
      this.#sawSettings = true;
    }
    switch (type) {
      case FrameType.Data:
        return this.#onData(flags, streamId, bytes, start, end);
      case FrameType.Headers:
        return this.#onHeaders(flags, streamId, bytes, start, end);
      case FrameType.Priority:
        return this.#onPriority(streamId, bytes, start, end);
      case FrameType.RstStream:
        return this.#onRstStream(streamId, bytes, start, end);
      case FrameType.Settings:
        return this.#onSettings(flags, streamId, bytes, start, end);
      case FrameType.PushPromise:
        return this.connectionError(Http2ErrorCode.ProtocolError, "PUSH_PROMISE");
      case FrameType.Ping:
        return this.#onPing(flags, streamId, bytes, start, end);
      case FrameType.GoAway:
        if (streamId !== 0) return this.connectionError(Http2ErrorCode.ProtocolError, "GOAWAY on a stream");
        if (end - start < 8) return this.connectionError(Http2ErrorCode.FrameSizeError, "GOAWAY size");
        if (!this.spend(1)) return false;
        this.onGoAway(readU32(bytes, start) & 0x7fffffff, readU32(bytes, start + 4), bytes.subarray(start + 8, end));
        return !this.ended;
      case FrameType.WindowUpdate:
        return this.#onWindowUpdate(streamId, bytes, start, end);
      case FrameType.Continuation:
        return this.#onContinuation(flags, streamId, bytes, start, end);
      default:
        return this.spend(1); // Unknown types are ignored (section 5.5).
    }
  }

  onOversizedFrame(): void {
    this.connectionError(Http2ErrorCode.FrameSizeError, "frame too large");
  }

  #onData(flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): boolean {
    const frameBytes = end - start;
    if (streamId === 0) return this.connectionError(Http2ErrorCode.ProtocolError, "DATA on stream 0");
    let from = start;
    let to = end;
    if ((flags & FrameFlag.Padded) !== 0) {
      const padding = frameBytes > 0 ? bytes[start]! : 256;
      from++;
      to -= padding;
      if (from > to) return this.connectionError(Http2ErrorCode.ProtocolError, "padding too long");
    }
    this.#receiveWindow -= frameBytes;
    if (this.#receiveWindow < 0) return this.connectionError(Http2ErrorCode.FlowControlError, "connection window");
    this.#uncreditedBytes += frameBytes;
    if (this.#uncreditedBytes * 2 >= this.limits.connectionWindowBytes) {
      this.#receiveWindow += this.#uncreditedBytes;
      this.writeWindowUpdate(0, this.#uncreditedBytes);
      this.#uncreditedBytes = 0;
    }
    const last = (flags & FrameFlag.EndStream) !== 0;
    const stream = this.streams.get(streamId);
    if (stream === undefined || stream.remoteEnded) return this.#onDataWithoutStream(stream, streamId);
    stream.receiveWindow -= frameBytes;
    if (stream.receiveWindow < 0) {
      this.resetStream(stream, Http2ErrorCode.FlowControlError);
      return this.spend(1);
    }
    if (from === to && !last) {
      stream.credit(frameBytes);
      return this.spend(1);
    }
    this.budget.earn(2);
    if (to > from) stream.onData(bytes, from, to, last);
    if (frameBytes > to - from) stream.credit(frameBytes - (to - from));
    if (last && !stream.closed) {
      stream.remoteEnded = true;
      stream.onRemoteEnd();
      this.#removeIfDone(stream);
    }
    return !this.ended;
  }

  #onDataWithoutStream(stream: Http2Stream | undefined, streamId: number): boolean {
    if (this.isIdle(streamId)) return this.connectionError(Http2ErrorCode.ProtocolError, "DATA on idle stream");
    if (!this.spend(1)) return false;
    if (stream !== undefined) this.resetStream(stream, Http2ErrorCode.StreamClosed);
    else if (!this.closedStreams.wasResetByUs(streamId)) this.writeRstStream(streamId, Http2ErrorCode.StreamClosed);
    return true;
  }

  #onHeaders(flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (streamId === 0) return this.connectionError(Http2ErrorCode.ProtocolError, "HEADERS on stream 0");
    let from = start;
    let to = end;
    if ((flags & FrameFlag.Padded) !== 0) {
      const padding = end > start ? bytes[start]! : 256;
      from++;
      to -= padding;
    }
    let dependsOn = 0;
    if ((flags & FrameFlag.Priority) !== 0) {
      if (to - from < 5) return this.connectionError(Http2ErrorCode.FrameSizeError, "HEADERS size");
      dependsOn = readU32(bytes, from) & 0x7fffffff;
      from += 5;
    }
    if (from > to) return this.connectionError(Http2ErrorCode.ProtocolError, "padding too long");
    if (dependsOn === streamId) return this.connectionError(Http2ErrorCode.ProtocolError, "stream depends on itself");
    const endStream = (flags & FrameFlag.EndStream) !== 0;
    if ((flags & FrameFlag.EndHeaders) !== 0) return this.onHeaderBlock(streamId, endStream, bytes, from, to);
    if (!this.#block.begin(streamId, endStream, bytes, from, to)) return this.#refuseBlock();
    return true;
  }

  #onContinuation(flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#block.streamId === 0 || streamId === 0) {
      return this.connectionError(Http2ErrorCode.ProtocolError, "CONTINUATION without HEADERS");
    }
    if (!this.#block.add(bytes, start, end)) return this.#refuseBlock();
    if ((flags & FrameFlag.EndHeaders) === 0) return true;
    const block = this.#block.finish();
    return this.onHeaderBlock(streamId, this.#block.endStream, block, 0, block.length);
  }

  #refuseBlock(): boolean {
    return this.connectionError(Http2ErrorCode.EnhanceYourCalm, "header block too large");
  }

  #onPriority(streamId: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (streamId === 0) return this.connectionError(Http2ErrorCode.ProtocolError, "PRIORITY on stream 0");
    if (!this.spend(1)) return false;
    if (end - start !== 5) {
      if (this.isIdle(streamId)) return this.connectionError(Http2ErrorCode.FrameSizeError, "PRIORITY size");
      this.#resetById(streamId, Http2ErrorCode.FrameSizeError);
    } else if ((readU32(bytes, start) & 0x7fffffff) === streamId) {
      if (this.isIdle(streamId)) {
        return this.connectionError(Http2ErrorCode.ProtocolError, "stream depends on itself");
      }
      this.#resetById(streamId, Http2ErrorCode.ProtocolError);
    }
    return true;
  }

  #resetById(streamId: number, code: Http2ErrorCode): void {
    const stream = this.streams.get(streamId);
    if (stream !== undefined) this.resetStream(stream, code);
    else this.writeRstStream(streamId, code);
  }

  #onRstStream(streamId: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (streamId === 0) return this.connectionError(Http2ErrorCode.ProtocolError, "RST_STREAM on stream 0");
    if (end - start !== 4) return this.connectionError(Http2ErrorCode.FrameSizeError, "RST_STREAM size");
    if (this.isIdle(streamId)) return this.connectionError(Http2ErrorCode.ProtocolError, "RST_STREAM on idle stream");
    const stream = this.streams.get(streamId);
    if (stream === undefined) return this.spend(1);
    const code = readU32(bytes, start);
    this.streams.delete(streamId);
    this.closedStreams.add(streamId, false);
    stream.closed = true;
    stream.dropQueue();
    const goOn = this.onPeerReset(stream, code);
    stream.onAborted(code);
    this.onStreamRemoved();
    return goOn && !this.ended;
  }

  #onSettings(flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (streamId !== 0) return this.connectionError(Http2ErrorCode.ProtocolError, "SETTINGS on a stream");
    if ((flags & FrameFlag.Ack) !== 0) {
      if (end !== start) return this.connectionError(Http2ErrorCode.FrameSizeError, "SETTINGS acknowledgement size");
      return this.spend(1);
    }
    if ((end - start) % 6 !== 0) return this.connectionError(Http2ErrorCode.FrameSizeError, "SETTINGS size");
    if (!this.spend(10 + (end - start) / 6)) return false;
    const windowBefore = this.peer.initialWindowBytes;
    const code = applySettings(this.peer, bytes, start, end);
    if (code !== Http2ErrorCode.NoError) return this.connectionError(code, "bad setting");
    this.sendFrameBytes = Math.min(this.peer.maxFrameBytes, FRAME_PAYLOAD_BYTES_MIN);
    this.encoder.setPeerTableBytes(this.peer.headerTableBytes);
    const delta = this.peer.initialWindowBytes - windowBefore;
    if (delta !== 0) {
      for (const stream of this.streams.values()) {
        stream.sendWindow += delta;
        if (stream.sendWindow > WINDOW_BYTES_MAX) {
          return this.connectionError(Http2ErrorCode.FlowControlError, "stream window");
        }
        if (stream.hasQueue) this.schedule(stream);
      }
    }
    this.writeFrame(SETTINGS_ACK);
    this.onPeerSettings();
    return true;
  }

  /** The peer's settings have been applied. */
  protected onPeerSettings(): void {}

  #onPing(flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (streamId !== 0) return this.connectionError(Http2ErrorCode.ProtocolError, "PING on a stream");
    if (end - start !== 8) return this.connectionError(Http2ErrorCode.FrameSizeError, "PING size");
    // Go clients ping for every burst of DATA that they get, to measure the path.
    if (!this.spend(this.wroteFrames ? 1 : 10)) return false;
    const opaque = bytes.subarray(start, end);
    if ((flags & FrameFlag.Ack) !== 0) {
      this.onPingAck(opaque);
      return !this.ended;
    }
    this.output.append(pingFrame(opaque, true));
    return this.onPing(opaque);
  }

  #onWindowUpdate(streamId: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start !== 4) return this.connectionError(Http2ErrorCode.FrameSizeError, "WINDOW_UPDATE size");
    if (!this.spend(1)) return false;
    const increment = readU32(bytes, start) & 0x7fffffff;
    if (streamId === 0) {
      if (increment === 0) return this.connectionError(Http2ErrorCode.ProtocolError, "WINDOW_UPDATE of 0");
      this.sendWindow += increment;
      if (this.sendWindow > WINDOW_BYTES_MAX) {
        return this.connectionError(Http2ErrorCode.FlowControlError, "connection window");
      }
      return true;
    }
    const stream = this.streams.get(streamId);
    if (stream === undefined) {
      if (this.isIdle(streamId)) {
        return this.connectionError(Http2ErrorCode.ProtocolError, "WINDOW_UPDATE on idle stream");
      }
      return true;
    }
    if (increment === 0) {
      this.resetStream(stream, Http2ErrorCode.ProtocolError);
      return true;
    }
    stream.sendWindow += increment;
    if (stream.sendWindow > WINDOW_BYTES_MAX) this.resetStream(stream, Http2ErrorCode.FlowControlError);
    else if (stream.hasQueue) this.schedule(stream);
    return true;
  }

  /** Takes tokens for an unproductive frame; false, after a GOAWAY, when the peer overdid it. */
  protected spend(tokens: number): boolean {
    if (this.budget.spend(tokens)) return true;
    return this.connectionError(Http2ErrorCode.EnhanceYourCalm, "flood");
  }

  // ---- ends ------------------------------------------------------------------------------------------------------------

  /** Resets a stream because of the peer's misbehaviour; its owner hears of it by `onAborted`. */
  resetStream(stream: Http2Stream, code: Http2ErrorCode): void {
    if (stream.closed) return;
    this.abandonStream(stream, code);
    stream.onAborted(code);
  }

  /** Resets a stream on behalf of its owner, who is not told. */
  abandonStream(stream: Http2Stream, code: Http2ErrorCode): void {
    if (stream.closed) return;
    stream.closed = true;
    stream.dropQueue();
    this.writeRstStream(stream.id, code);
    this.streams.delete(stream.id);
    this.closedStreams.add(stream.id, true);
    this.onStreamRemoved();
  }

  /** The owner has sent END_STREAM. The stream is forgotten once the peer has too. */
  streamLocallyEnded(stream: Http2Stream): void {
    stream.localEnded = true;
    this.#removeIfDone(stream);
  }

  #removeIfDone(stream: Http2Stream): void {
    if (!stream.remoteEnded || !stream.localEnded || stream.closed) return;
    stream.closed = true;
    this.streams.delete(stream.id);
    this.closedStreams.add(stream.id, false);
    this.onStreamRemoved();
  }

  /** The last stream that the peer opened and we took up, for GOAWAY. */
  protected abstract get lastPeerStreamId(): number;

  /** Sends GOAWAY with the error and closes. Always returns false, so that frame handlers can return it. */
  connectionError(code: Http2ErrorCode, reason: string): false {
    if (this.ended) return false;
    this.ended = true;
    this.output.append(goAwayFrame(this.lastPeerStreamId, code, utf8(reason)));
    this.onConnectionError(code, reason);
    this.round.clear();
    this.#abortAll(code);
    this.#finish();
    return false;
  }

  protected abstract onConnectionError(code: Http2ErrorCode, reason: string): void;

  /** Sends what is gathered, then closes; the peer has a moment to take it. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.round.clear();
    this.#abortAll(Http2ErrorCode.Cancel);
    this.#finish();
  }

  #finish(): void {
    this.output.flush();
    this.socket.end();
    if (this.readPaused) this.socket.resume();
    this.#closeTimer = this.clock.setTimer(CLOSE_GRACE_MS, () => this.socket.destroy());
  }

  destroy(error?: Error): void {
    this.socket.destroy(error);
  }

  /**
   * Called every few seconds: closes a connection whose peer takes nothing from its socket or does not finish what it began, and resets streams whose
   * peer gives no window although much waits for it.
   */
  sweep(nowMs: number): void {
    const state = {
      isGreeted: this.#sawSettings,
      blockStreamId: this.#block.streamId,
      isWithinFrame: this.#reader.isWithinFrame,
      receivedBytes: this.receivedBytes,
      isPaused: this.readPaused,
    };
    if (this.#unfinishedWatch.isLate(nowMs, state)) {
      this.destroy(new Error("the peer does not finish"));
      return;
    }
    const { unsentBytes, sentBytes } = this.output;
    if (this.#socketStall.isLate(nowMs, unsentBytes, sentBytes, this.limits.stallTimeoutMs)) {
      this.destroy(new Error("the peer does not read"));
      return;
    }
    for (const stream of this.streams.values()) {
      if (stream.queuedBytes <= this.limits.stalledBytesMax) {
        stream.progressMs = -1;
      } else if (stream.progressMs < 0 || stream.takenBytes > 0) {
        stream.progressMs = nowMs;
        stream.takenBytes = 0;
      } else if (nowMs - stream.progressMs >= this.limits.stallTimeoutMs) {
        this.resetStream(stream, Http2ErrorCode.EnhanceYourCalm);
      }
    }
  }
}

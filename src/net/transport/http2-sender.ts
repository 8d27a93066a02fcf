/**
 * The sending half of an HTTP/2 connection: frames are gathered during a turn of the loop and leave in one write at its end; DATA obeys the
 * peer's windows and the socket's pace, stream by stream in turn.
 */
import type { Socket } from "node:net";
import {
  DEFAULT_WINDOW_BYTES,
  FRAME_HEADER_BYTES,
  FRAME_PAYLOAD_BYTES_MIN,
  FrameFlag,
  FrameType,
  type Http2ErrorCode,
  writeFrameHeader,
  writeU32,
} from "../../codec/http2/frame.ts";
import { FIELD_OVERHEAD_BYTES } from "../../codec/http2/hpack-decoder.ts";
import { HpackEncoder } from "../../codec/http2/hpack-encoder.ts";
import { defaultSettings, type Http2Settings } from "../../codec/http2/settings.ts";
import type { Clock } from "../../io/clock.ts";
import { FloodBudget } from "./flood-budget.ts";
import type { Http2Stream } from "./http2-stream.ts";
import type { LateFlush, LateSender } from "./late-flush.ts";
import type { TransportLimits } from "./limits.ts";
import { SendRound } from "./send-round.ts";
import type { InputBuffer } from "./socket-input.ts";
import { copyInto, type OutputBufferPool, SocketOutput } from "./socket-output.ts";

/** The dynamic table that we keep at most, either way. */
export const HEADER_TABLE_BYTES = 4096;
/** DATA bytes that one flush may produce before other work of the loop gets its turn. */
const FLUSH_BYTES_MAX = 1024 * 1024;
/** DATA bytes handed to the socket at once. */
const WRITE_BYTES_MAX = 262144;
/** Unsent bytes at which nothing more is read from a peer that does not read what we send. */
const UNSENT_PAUSE_BYTES = 4 * 1024 * 1024;
const CONTROL_FRAME_BURST = 20_000;
const CONTROL_FRAMES_PER_SECOND = 2000;

export interface Http2ConnectionOptions {
  readonly socket: Socket;
  readonly clock: Clock;
  readonly limits: TransportLimits;
  readonly outputBuffers: OutputBufferPool;
  readonly lateFlush: LateFlush;
  readonly input: InputBuffer;
}

export abstract class Http2Sender implements LateSender {
  readonly socket: Socket;
  readonly clock: Clock;
  readonly limits: TransportLimits;
  readonly output: SocketOutput;
  readonly encoder: HpackEncoder;
  readonly peer: Http2Settings;
  /** Largest payload that we send in one DATA frame. */
  sendFrameBytes: number;
  sendWindow: number;
  /** HEADERS or DATA were written since this was last cleared (keepalive policing). */
  wroteFrames: boolean;
  /** The connection ends: nothing more is dispatched. */
  ended: boolean;
  /** A chunk is being read: what is written leaves at its end. */
  protected reading: boolean;
  protected readPaused: boolean;
  protected readonly round: SendRound;
  /** For frames of the peer that are of no use to it; each message of ours may well bring some. */
  protected readonly budget: FloodBudget;
  readonly #late: LateFlush;
  /** In the list of late flushes. */
  #lateListed: boolean;
  /** Something was written that must not wait. */
  #urgent: boolean;
  #flushQueued: boolean;
  readonly #flushTask: () => void;

  constructor(options: Http2ConnectionOptions) {
    this.socket = options.socket;
    this.clock = options.clock;
    this.limits = options.limits;
    this.output = new SocketOutput(options.socket, options.outputBuffers);
    this.encoder = new HpackEncoder(HEADER_TABLE_BYTES);
    this.peer = defaultSettings();
    this.sendFrameBytes = FRAME_PAYLOAD_BYTES_MIN;
    this.sendWindow = DEFAULT_WINDOW_BYTES;
    this.wroteFrames = false;
    this.ended = false;
    this.reading = false;
    this.readPaused = false;
    this.round = new SendRound();
    this.budget = new FloodBudget(options.clock, CONTROL_FRAME_BURST, CONTROL_FRAMES_PER_SECOND);
    this.#late = options.lateFlush;
    this.#lateListed = false;
    this.#urgent = false;
    this.#flushQueued = false;
    this.#flushTask = () => {
      this.#flushQueued = false;
      this.flush();
    };
  }

  /** Sees to it that what was written leaves at the end of this turn. */
  queueFlush(): void {
    this.#urgent = true;
    if (this.reading || this.#flushQueued) return;
    this.#flushQueued = true;
    // Measured (test/bench/transport.ts): the next turn instead costs 1-2 us more per call with one caller and saves little with many,
    // since replies that belong together are written in one callback anyway.
    queueMicrotask(this.#flushTask);
  }

  /** A chunk has been read: sends what must not wait; with `mayWait` the rest goes with whatever is sent next, or a few milliseconds later. */
  protected flushAfterReading(mayWait: boolean): void {
    if (this.#urgent || !mayWait || !this.round.empty) this.flush();
    else if (!this.#lateListed && !this.output.empty) {
      this.#lateListed = true;
      this.#late.add(this);
    }
  }

  flushLate(): void {
    this.#lateListed = false;
    if (!this.output.empty) this.flush();
  }

  /** Sends what is gathered, and DATA as far as windows and socket allow. */
  flush(): void {
    this.#urgent = false;
    if (this.socket.destroyed) {
      this.output.discard();
      return;
    }
    let produced = 0;
    for (;;) {
      const bytes = this.round.empty ? 0 : this.#pumpRound();
      this.output.flush();
      if (bytes === 0) break;
      produced += bytes;
      if (produced >= FLUSH_BYTES_MAX) {
        this.clock.nextTurn(this.#flushTask);
        this.#flushQueued = true;
        break;
      }
    }
    if (!this.readPaused && this.output.unsentBytes > UNSENT_PAUSE_BYTES && !this.ended) {
      // A peer that does not read its replies gets no more of its requests read.
      this.readPaused = true;
      this.socket.pause();
    }
  }

  /** One round of frames, at most WRITE_BYTES_MAX. Returns the payload bytes written; 0 when nothing can be sent now. */
  #pumpRound(): number {
    const round = this.round;
    let produced = 0;
    // Without window on the connection the streams keep their places in the round.
    while (!round.empty && this.sendWindow > 0 && produced < WRITE_BYTES_MAX && !this.output.blocked) {
      const stream = round.take();
      // A stream whose own window is used up comes back with its WINDOW_UPDATE.
      if (stream.closed || stream.sendWindow <= 0) continue;
      const bytes = stream.pump(Math.min(this.sendFrameBytes, this.sendWindow, stream.sendWindow));
      this.sendWindow -= bytes;
      produced += bytes;
      if (stream.queuedBytes > 0 && !stream.closed) round.add(stream);
    }
    return produced;
  }

  /** Puts a stream with something queued into the round and has it flushed. */
  schedule(stream: Http2Stream): void {
    // An end without bytes before it needs no window.
    if (stream.queuedBytes === 0) stream.pump(0);
    else this.round.add(stream);
    this.queueFlush();
  }

  /** True when DATA of this many bytes may go out now, ahead of nothing. */
  canSend(stream: Http2Stream, bytes: number): boolean {
    return (
      bytes <= this.sendFrameBytes && bytes <= stream.sendWindow && bytes <= this.sendWindow && !this.output.blocked
    );
  }

  /** Writes the head of a DATA frame, with so many messages in it, whose payload the caller appends; the windows are the caller's to count. */
  beginData(streamId: number, payloadBytes: number, flags: number, messages = 1): void {
    const output = this.output;
    output.reserve(FRAME_HEADER_BYTES);
    output.at = writeFrameHeader(output.buffer, output.at, payloadBytes, FrameType.Data, flags, streamId);
    this.wroteFrames = true;
    this.budget.earn(4 * messages);
  }

  /** An empty DATA frame with END_STREAM. */
  writeDataEnd(streamId: number): void {
    const output = this.output;
    output.reserve(FRAME_HEADER_BYTES);
    output.at = writeFrameHeader(output.buffer, output.at, 0, FrameType.Data, FrameFlag.EndStream, streamId);
    this.queueFlush();
  }

  /** False when the peer has announced that it takes no header list as large as this. */
  fitsPeer(fields: readonly string[]): boolean {
    let bytes = 0;
    for (const text of fields) bytes += text.length + FIELD_OVERHEAD_BYTES / 2;
    return bytes <= this.peer.maxHeaderListBytes;
  }

  /** A header block as HEADERS, with CONTINUATION frames where it is larger than the peer takes at once. */
  writeHeaderBlock(streamId: number, block: Uint8Array, endStream: boolean): void {
    this.wroteFrames = true;
    const output = this.output;
    const endFlag = endStream ? FrameFlag.EndStream : 0;
    const length = block.length;
    if (length <= FRAME_PAYLOAD_BYTES_MIN) {
      output.reserve(FRAME_HEADER_BYTES + length);
      const flags = FrameFlag.EndHeaders | endFlag;
      const at = writeFrameHeader(output.buffer, output.at, length, FrameType.Headers, flags, streamId);
      copyInto(output.buffer, at, block);
      output.at = at + length;
    } else {
      for (let from = 0; from < length; from += FRAME_PAYLOAD_BYTES_MIN) {
        const to = Math.min(length, from + FRAME_PAYLOAD_BYTES_MIN);
        const type = from === 0 ? FrameType.Headers : FrameType.Continuation;
        const flags = (from === 0 ? endFlag : 0) | (to === length ? FrameFlag.EndHeaders : 0);
        output.reserve(FRAME_HEADER_BYTES + to - from);
        const at = writeFrameHeader(output.buffer, output.at, to - from, type, flags, streamId);
        output.buffer.set(block.subarray(from, to), at);
        output.at = at + to - from;
      }
    }
    this.queueFlush();
  }

  writeFrame(frame: Uint8Array): void {
    this.output.append(frame);
    this.queueFlush();
  }

  writeWindowUpdate(streamId: number, increment: number): void {
    const output = this.output;
    output.reserve(FRAME_HEADER_BYTES + 4);
    const at = writeFrameHeader(output.buffer, output.at, 4, FrameType.WindowUpdate, 0, streamId);
    output.at = writeU32(output.buffer, at, increment);
    this.queueFlush();
  }

  writeRstStream(streamId: number, code: Http2ErrorCode): void {
    const output = this.output;
    output.reserve(FRAME_HEADER_BYTES + 4);
    const at = writeFrameHeader(output.buffer, output.at, 4, FrameType.RstStream, 0, streamId);
    output.at = writeU32(output.buffer, at, code);
    this.queueFlush();
  }
}

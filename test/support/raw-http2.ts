/** A client that sends any HTTP/2 frames, right or wrong, and shows what comes back. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import {
  CONNECTION_PREFACE,
  FRAME_HEADER_BYTES,
  FrameFlag,
  FrameType,
  pingFrame,
  readU32,
  windowUpdateFrame,
  writeFrameHeader,
} from "../../src/codec/http2/frame.ts";
import { FrameReader, type FrameSink } from "../../src/codec/http2/frame-reader.ts";
import { HpackDecoder } from "../../src/codec/http2/hpack-decoder.ts";
import { HpackEncoder } from "../../src/codec/http2/hpack-encoder.ts";
import { SETTINGS_ACK, settingsFrame } from "../../src/codec/http2/settings.ts";

export interface RawFrame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

export function frame(type: number, flags: number, streamId: number, payload: Uint8Array): Uint8Array {
  const out = new Uint8Array(FRAME_HEADER_BYTES + payload.length);
  out.set(payload, writeFrameHeader(out, 0, payload.length, type, flags, streamId));
  return out;
}

export class RawHttp2 implements FrameSink {
  readonly socket: Socket;
  readonly frames: RawFrame[] = [];
  readonly encoder: HpackEncoder = new HpackEncoder(4096);
  readonly #decoder: HpackDecoder = new HpackDecoder(4096);
  readonly #reader: FrameReader;
  closed: Promise<unknown>;
  isClosed = false;

  private constructor(port: number) {
    this.socket = connect(port, "127.0.0.1");
    this.#reader = new FrameReader(this, 1 << 24);
    this.socket.on("data", (chunk: Buffer) => this.#reader.push(chunk));
    this.socket.on("error", () => {});
    this.closed = once(this.socket, "close").then(() => {
      this.isClosed = true;
    });
  }

  /** Connects and exchanges settings. */
  static async connect(port: number, settings: readonly (readonly [number, number])[] = []): Promise<RawHttp2> {
    const raw = new RawHttp2(port);
    raw.send(CONNECTION_PREFACE, settingsFrame(settings));
    await raw.next((f) => f.type === FrameType.Settings && (f.flags & FrameFlag.Ack) === 0);
    raw.send(SETTINGS_ACK);
    await raw.next((f) => f.type === FrameType.Settings && (f.flags & FrameFlag.Ack) !== 0);
    return raw;
  }

  onFrame(type: number, flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): boolean {
    this.frames.push({ type, flags, streamId, payload: Buffer.from(bytes.subarray(start, end)) });
    return true;
  }

  onOversizedFrame(): void {
    throw new Error("the server sent an oversized frame");
  }

  send(...frames: Uint8Array[]): void {
    if (!this.socket.destroyed) this.socket.write(Buffer.concat(frames));
  }

  /** HEADERS of a gRPC call. */
  callHeaders(
    streamId: number,
    path: string,
    extra: readonly string[] = [],
    flags: number = FrameFlag.EndHeaders,
  ): Uint8Array {
    const fields = [":method", "POST", ":scheme", "http", ":path", path, ":authority", "test"];
    const block = this.encoder.encode([...fields, "content-type", "application/grpc", "te", "trailers", ...extra]);
    return frame(FrameType.Headers, flags, streamId, block);
  }

  /** DATA with one message. */
  message(streamId: number, bytes: Uint8Array, last = true): Uint8Array {
    const payload = Buffer.alloc(5 + bytes.length);
    payload.writeUInt32BE(bytes.length, 1);
    payload.set(bytes, 5);
    return frame(FrameType.Data, last ? FrameFlag.EndStream : 0, streamId, payload);
  }

  fields(of: RawFrame): string[] {
    const fields: string[] = [];
    this.#decoder.decode(of.payload, 0, of.payload.length, 1 << 20, fields);
    return fields;
  }

  /** The first frame that fits, among those here and those to come. */
  async next(fits: (frame: RawFrame) => boolean): Promise<RawFrame> {
    for (;;) {
      const found = this.frames.find(fits);
      if (found !== undefined) return found;
      if (this.isClosed) throw new Error("the server closed the connection");
      await Promise.race([once(this.socket, "data"), this.closed]);
    }
  }

  /** Waits until the server has handled everything sent so far. */
  async settle(): Promise<void> {
    const opaque = Buffer.alloc(8);
    opaque.writeDoubleBE(Math.random());
    this.send(pingFrame(opaque, false));
    await this.next((f) => f.type === FrameType.Ping && f.flags === FrameFlag.Ack && f.payload.equals(opaque));
  }

  /** The error code of the GOAWAY with which the server ends the connection. */
  async goAwayCode(): Promise<number> {
    const goAway = await this.next((f) => f.type === FrameType.GoAway);
    await this.closed;
    return readU32(goAway.payload, 4);
  }

  /** The error code with which the server resets a stream. */
  async resetCode(streamId: number): Promise<number> {
    const reset = await this.next((f) => f.type === FrameType.RstStream && f.streamId === streamId);
    return readU32(reset.payload, 0);
  }

  openWindow(streamId: number, bytes: number): void {
    this.send(windowUpdateFrame(streamId, bytes));
  }

  destroy(): void {
    this.socket.destroy();
  }
}

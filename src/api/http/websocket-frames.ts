/**
 * Frames of the WebSocket protocol as a server reads and writes them (RFC 6455 section 5.2).
 *
 * ```
 *   byte 0   FIN(1) RSV(3) opcode(4)      0 continuation, 1 text, 2 binary, 8 close, 9 ping, 10 pong
 *   byte 1   MASK(1) length(7)            126: two bytes of length follow, 127: eight
 *   [length] [masking key, 4 bytes] payload
 * ```
 * A client masks every frame, a server none. Control frames have at most 125 bytes and are never split.
 */
import { concatBytes } from "../../base/bytes.ts";

export const Opcode = { Continuation: 0, Text: 1, Binary: 2, Close: 8, Ping: 9, Pong: 10 } as const;
export type Opcode = (typeof Opcode)[keyof typeof Opcode];

/** Status codes of a close frame (section 7.4.1). */
export const CloseCode = { Normal: 1000, GoingAway: 1001, ProtocolError: 1002, TooLarge: 1009 } as const;
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];

export interface FrameSink {
  /** A whole message, joined from its fragments. */
  message(payload: Uint8Array): void;
  ping(payload: Uint8Array): void;
  closed(): void;
  /** The peer broke the protocol; nothing is read any more. */
  failed(code: CloseCode): void;
}

export class FrameReader {
  readonly #sink: FrameSink;
  readonly #messageBytesMax: number;
  #buffer: Uint8Array;
  #fragments: Uint8Array[];
  #fragmentBytes: number;
  /** In the middle of a split message. */
  #isSplit: boolean;
  #done: boolean;

  constructor(sink: FrameSink, messageBytesMax: number) {
    this.#sink = sink;
    this.#messageBytesMax = messageBytesMax;
    this.#buffer = new Uint8Array(0);
    this.#fragments = [];
    this.#fragmentBytes = 0;
    this.#isSplit = false;
    this.#done = false;
  }

  push(piece: Uint8Array): void {
    if (this.#done) return;
    this.#buffer = this.#buffer.length === 0 ? piece : concatBytes([this.#buffer, piece]);
    while (!this.#done && this.#frame());
  }

  /** Takes one frame out of the buffer; false when it is not complete. */
  #frame(): boolean {
    const bytes = this.#buffer;
    if (bytes.length < 2) return false;
    const first = bytes[0]!;
    const opcode = first & 15;
    let length = bytes[1]! & 127;
    let at = 2;
    if ((first & 0x70) !== 0 || (bytes[1]! & 128) === 0) return this.#fail(CloseCode.ProtocolError);
    if (opcode >= 8 && (length > 125 || (first & 128) === 0)) return this.#fail(CloseCode.ProtocolError);
    if (length === 126) {
      if (bytes.length < 4) return false;
      length = (bytes[2]! << 8) | bytes[3]!;
      at = 4;
    } else if (length === 127) {
      if (bytes.length < 10) return false;
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      length = view.getUint32(2) * 4294967296 + view.getUint32(6);
      at = 10;
    }
    if (this.#fragmentBytes + length > this.#messageBytesMax) return this.#fail(CloseCode.TooLarge);
    if (bytes.length < at + 4 + length) return false;
    const payload = new Uint8Array(length);
    for (let i = 0; i < length; i++) payload[i] = bytes[at + 4 + i]! ^ bytes[at + (i & 3)]!;
    this.#buffer = bytes.subarray(at + 4 + length);
    return this.#take(opcode, (first & 128) !== 0, payload);
  }

  #take(opcode: number, isLast: boolean, payload: Uint8Array): boolean {
    switch (opcode) {
      case Opcode.Text:
      case Opcode.Binary:
      case Opcode.Continuation:
        if ((opcode === Opcode.Continuation) !== this.#isSplit) return this.#fail(CloseCode.ProtocolError);
        this.#isSplit = !isLast;
        this.#fragments.push(payload);
        this.#fragmentBytes += payload.length;
        if (isLast) {
          const message = this.#fragments.length === 1 ? payload : concatBytes(this.#fragments);
          this.#fragments = [];
          this.#fragmentBytes = 0;
          this.#sink.message(message);
        }
        return true;
      case Opcode.Close:
        this.#done = true;
        this.#sink.closed();
        return false;
      case Opcode.Ping:
        this.#sink.ping(payload);
        return true;
      case Opcode.Pong:
        return true;
      default:
        return this.#fail(CloseCode.ProtocolError);
    }
  }

  #fail(code: CloseCode): false {
    this.#done = true;
    this.#sink.failed(code);
    return false;
  }
}

/** One unsplit frame from the server. */
export function frame(opcode: Opcode, payload: Uint8Array): Uint8Array {
  const { length } = payload;
  const headBytes = length < 126 ? 2 : length < 65536 ? 4 : 10;
  const out = new Uint8Array(headBytes + length);
  out[0] = 0x80 | opcode;
  const view = new DataView(out.buffer);
  if (headBytes === 2) out[1] = length;
  else if (headBytes === 4) {
    out[1] = 126;
    view.setUint16(2, length);
  } else {
    out[1] = 127;
    view.setUint32(2, Math.floor(length / 4294967296));
    view.setUint32(6, length >>> 0);
  }
  out.set(payload, headBytes);
  return out;
}

export function closeFrame(code: CloseCode): Uint8Array {
  return frame(Opcode.Close, Uint8Array.of(code >> 8, code & 255));
}

/**
 * The length-prefixed message of gRPC over HTTP/2 (grpc/grpc doc/PROTOCOL-HTTP2.md).
 *
 * ```
 * | compressed (8): 0 or 1 | length (32) | message ... |
 * ```
 */

export const ENVELOPE_BYTES = 5;

/** Writes the prefix of an uncompressed message; returns the offset after it. */
export function writeEnvelope(into: Uint8Array, at: number, messageBytes: number): number {
  into[at] = 0;
  into[at + 1] = messageBytes >>> 24;
  into[at + 2] = messageBytes >>> 16;
  into[at + 3] = messageBytes >>> 8;
  into[at + 4] = messageBytes;
  return at + ENVELOPE_BYTES;
}

/** Calls `visit` with each message of a run of uncompressed messages with their envelopes: views of `run`. */
export function forEachMessage(run: Uint8Array, visit: (message: Uint8Array) => void): void {
  for (let at = 0; at < run.length; ) {
    const bytes = (run[at + 1]! << 24) + (run[at + 2]! << 16) + (run[at + 3]! << 8) + run[at + 4]!;
    const start = at + ENVELOPE_BYTES;
    at = start + bytes;
    visit(run.subarray(start, at));
  }
}

export interface MessageSink {
  /**
   * One whole message. `message` is a view of the chunk that it arrived in, or fresh memory; it stays as it is while referenced.
   * Returning false stops the reader: the rest of the chunk is dropped.
   */
  takeMessage(format: number, message: Uint8Array): boolean;
  /** The prefix announces more than the limit; the reader has stopped. */
  refuseOversizedMessage(messageBytes: number): void;
}

const INITIAL_BUFFER_BYTES = 16384;

/** Cuts the DATA bytes of one stream into messages. A message that straddles frames is gathered in a buffer that grows with what has really arrived. */
export class MessageReader {
  readonly #messageBytesMax: number;
  /** Bytes of the prefix that are here (0..5) and their values. */
  #prefixHave: number;
  #format: number;
  #messageBytes: number;
  #buffer: Uint8Array | undefined;
  #have: number;
  #stopped: boolean;

  constructor(messageBytesMax: number) {
    this.#messageBytesMax = messageBytesMax;
    this.#prefixHave = 0;
    this.#format = 0;
    this.#messageBytes = 0;
    this.#buffer = undefined;
    this.#have = 0;
    this.#stopped = false;
  }

  /** True when a message has begun and is not complete. */
  get incomplete(): boolean {
    return this.#prefixHave > 0;
  }

  /** Bytes held for the message that is being gathered. */
  get bufferedBytes(): number {
    return this.#have;
  }

  /** Drops what was gathered and ignores everything that follows. */
  stop(): void {
    this.#stopped = true;
    this.#buffer = undefined;
    this.#have = 0;
  }

  push(bytes: Uint8Array, start: number, end: number, sink: MessageSink): void {
    let at = start;
    while (at < end && !this.#stopped) {
      if (this.#prefixHave < ENVELOPE_BYTES) {
        const byte = bytes[at++]!;
        if (this.#prefixHave === 0) {
          this.#format = byte;
          this.#messageBytes = 0;
        } else {
          this.#messageBytes = this.#messageBytes * 256 + byte;
        }
        this.#prefixHave++;
        if (this.#prefixHave < ENVELOPE_BYTES) continue;
        if (this.#messageBytes > this.#messageBytesMax) {
          this.stop();
          sink.refuseOversizedMessage(this.#messageBytes);
          return;
        }
        if (this.#messageBytes === 0) {
          this.#prefixHave = 0;
          if (!sink.takeMessage(this.#format, bytes.subarray(at, at))) this.stop();
        }
        continue;
      }
      const missing = this.#messageBytes - this.#have;
      if (this.#have === 0 && end - at >= missing) {
        this.#prefixHave = 0;
        const message = bytes.subarray(at, at + missing);
        at += missing;
        if (!sink.takeMessage(this.#format, message)) this.stop();
        continue;
      }
      const take = Math.min(missing, end - at);
      this.#gather(bytes, at, take);
      at += take;
      if (this.#have === this.#messageBytes) {
        const message = this.#buffer!.subarray(0, this.#have);
        this.#buffer = undefined;
        this.#have = 0;
        this.#prefixHave = 0;
        if (!sink.takeMessage(this.#format, message)) this.stop();
      }
    }
  }

  #gather(bytes: Uint8Array, at: number, count: number): void {
    let buffer = this.#buffer;
    if (buffer === undefined || buffer.length < this.#have + count) {
      const wanted = Math.max(INITIAL_BUFFER_BYTES, 2 * (this.#have + count));
      const larger = new Uint8Array(Math.min(this.#messageBytes, wanted));
      if (buffer !== undefined) larger.set(buffer.subarray(0, this.#have), 0);
      this.#buffer = buffer = larger;
    }
    buffer.set(bytes.subarray(at, at + count), this.#have);
    this.#have += count;
  }
}

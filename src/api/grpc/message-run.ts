/** Small watch responses gathered into one piece for {@link ServerCall.sendRun}. One serves all calls, one after the other. */
import { ENVELOPE_BYTES, writeEnvelope } from "../../codec/grpc/envelope.ts";
import { writeResponse } from "../../core/watch/response-bytes.ts";
import type { WatchResponse } from "../../core/watch/watch-response.ts";
import { RUN_BYTES_MAX, type ServerCall } from "../../net/transport/server-call.ts";

/** Largest message for a run. */
export const RUN_MESSAGE_BYTES_MAX: number = RUN_BYTES_MAX - ENVELOPE_BYTES;

export class MessageRun {
  readonly #buffer: Uint8Array;
  #at: number;
  #messages: number;
  #bytesMax: number;

  constructor() {
    this.#buffer = new Uint8Array(RUN_BYTES_MAX);
    this.#at = 0;
    this.#messages = 0;
    this.#bytesMax = 0;
  }

  get empty(): boolean {
    return this.#messages === 0;
  }

  /** Starts a run as long as the call has room for; the first message goes in however little that is. */
  begin(call: ServerCall): void {
    this.#at = 0;
    this.#messages = 0;
    this.#bytesMax = Math.min(RUN_BYTES_MAX, call.roomBytes);
  }

  /** Whether a message of so many bytes, at most {@link RUN_MESSAGE_BYTES_MAX}, goes in. */
  fits(messageBytes: number): boolean {
    return this.#messages === 0 || this.#at + ENVELOPE_BYTES + messageBytes <= this.#bytesMax;
  }

  /** Appends a message that fits. `messageBytes` is its responseSize. */
  append(response: WatchResponse, headerField: Uint8Array, messageBytes: number): void {
    const at = writeEnvelope(this.#buffer, this.#at, messageBytes);
    writeResponse(this.#buffer, at, response, headerField, messageBytes);
    this.#at = at + messageBytes;
    this.#messages++;
  }

  /** Sends what is there and starts anew. Returns false when the call asks to wait. */
  send(call: ServerCall): boolean {
    const hasRoom = this.#messages === 0 || call.sendRun(this.#buffer.subarray(0, this.#at), this.#messages);
    this.begin(call);
    return hasRoom;
  }
}

/**
 * Messages from the bodies of gateway requests: the values of a stream of JSON one after the other, each turned into the bytes of its
 * protobuf message. Refusals have the words of Go's encoding/json (not JSON) and protojson (not this message).
 */
import { parseBigJson } from "../../base/big-json.ts";
import { concatBytes, utf8TextStrict } from "../../base/bytes.ts";
import type { MessageCodec } from "../../proto/message-codec.ts";
import { ProtoError } from "../../proto/proto-error.ts";
import { describeFault } from "./json-fault.ts";
import { JsonScanner } from "./json-scanner.ts";

export type InputResult =
  | { readonly kind: "message"; readonly bytes: Uint8Array }
  /** Nothing but white space was left. */
  | { readonly kind: "end" }
  | { readonly kind: "error"; readonly reason: string }
  /** The value is larger than allowed. */
  | { readonly kind: "oversized" };

/** Reads messages of one type. `next` must be awaited before it is called again. Rejects with what the source rejects with. */
export class JsonInput {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #codec: MessageCodec<object>;
  readonly #bytesMax: number;
  readonly #scanner: JsonScanner;
  #buffer: Uint8Array;
  /** Bytes of the buffer that the scanner has seen. */
  #scanned: number;
  #final: boolean;

  constructor(source: AsyncIterable<Uint8Array>, codec: MessageCodec<object>, bytesMax: number) {
    this.#source = source[Symbol.asyncIterator]();
    this.#codec = codec;
    this.#bytesMax = bytesMax;
    this.#scanner = new JsonScanner();
    this.#buffer = new Uint8Array(0);
    this.#scanned = 0;
    this.#final = false;
  }

  async next(): Promise<InputResult> {
    for (;;) {
      const found = this.#scanner.scan(this.#buffer, this.#scanned, this.#final);
      switch (found.kind) {
        case "value": {
          const value = this.#buffer.subarray(found.start, found.end);
          this.#buffer = this.#buffer.subarray(found.end);
          this.#scanned = 0;
          return messageOf(this.#codec, value);
        }
        case "error":
          return { kind: "error", reason: found.reason };
        default:
          if (this.#final) return { kind: "end" };
          this.#scanned = this.#buffer.length;
          if (found.blank) {
            this.#buffer = new Uint8Array(0);
            this.#scanned = 0;
          }
      }
      if (!(await this.#fill())) return { kind: "oversized" };
    }
  }

  /** Reads on and on until the source ends, without keeping anything. */
  async discard(): Promise<void> {
    this.#buffer = new Uint8Array(0);
    while (!this.#final) await this.#fill(true);
  }

  /** Gathers pieces while they come, joining them in powers of two so that a large body costs linear time. */
  async #fill(discard = false): Promise<boolean> {
    const pieces = [this.#buffer];
    let bytes = this.#buffer.length;
    const goal = bytes * 2;
    do {
      const piece = await this.#source.next();
      if (piece.done === true) {
        this.#final = true;
        break;
      }
      if (discard) continue;
      pieces.push(piece.value);
      bytes += piece.value.length;
      if (bytes > this.#bytesMax) return false;
      // A small body is looked at as it comes: on a stream the peer may wait for an answer to what it sent.
    } while (bytes > 65536 && bytes < goal);
    this.#buffer = pieces.length === 1 ? pieces[0]! : concatBytes(pieces);
    return true;
  }
}

function messageOf(codec: MessageCodec<object>, value: Uint8Array): InputResult {
  const text = utf8TextStrict(value);
  if (text === undefined) return { kind: "error", reason: "proto: syntax error (line 1:1): invalid UTF-8 in string" };
  const parsed = parseBigJson(text);
  if (!parsed.ok) return { kind: "error", reason: `proto: ${parsed.reason}` };
  if (parsed.hasDuplicates) {
    // Unknown fields may be given twice.
    const fault = describeFault(codec, text);
    if (fault !== undefined) return { kind: "error", reason: fault };
  }
  try {
    return { kind: "message", bytes: codec.encode(codec.fromJson(parsed.value)) };
  } catch (error) {
    if (error instanceof ProtoError)
      return { kind: "error", reason: describeFault(codec, text) ?? `proto: ${error.message}` };
    throw error;
  }
}

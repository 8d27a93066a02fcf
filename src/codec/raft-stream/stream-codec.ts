/** What the two kinds of stream between peers have in common. */
import type { Message } from "../../proto/generated/raft.ts";

export interface StreamEncoder {
  /** The messages in order, as one piece. The encoder counts them as sent. */
  encode(messages: readonly Message[]): Uint8Array;
}

export interface StreamDecoder {
  /**
   * Takes the next bytes and appends the messages that they complete. Gives the reason when this is no such stream: then the decoder is of
   * no further use. Messages hold views of the chunks, which nobody may write to any more. Memory grows with what was received only, never
   * with what a length promises.
   */
  push(chunk: Uint8Array, out: Message[]): string | undefined;
}

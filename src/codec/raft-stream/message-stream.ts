/**
 * The `message` stream between peers: any raft message, one after the other.
 *
 *   | offset | bytes | what                                     |
 *   |--------|-------|------------------------------------------|
 *   | 0      | 8     | length n, big-endian                     |
 *   | 8      | n     | raftpb.Message                           |
 *
 * Source: etcd server/etcdserver/api/rafthttp/msg_codec.go.
 */
import { type Message, putMessage, sizeOfMessage } from "../../proto/generated/raft.ts";
import { ByteQueue } from "./byte-queue.ts";
import { decodePeerMessage, MESSAGE_BYTES_MAX } from "./peer-message.ts";
import type { StreamDecoder, StreamEncoder } from "./stream-codec.ts";
import { putUint64 } from "./uint64.ts";

export class MessageStreamEncoder implements StreamEncoder {
  /** The messages in order, as one piece. */
  encode(messages: readonly Message[]): Uint8Array {
    const sizes: number[] = [];
    let total = 0;
    for (const message of messages) {
      const size = sizeOfMessage(message);
      sizes.push(size);
      total += 8 + size;
    }
    const bytes = new Uint8Array(total);
    let at = 0;
    for (let i = 0; i < messages.length; i++) {
      const size = sizes[i]!;
      at = putUint64(bytes, at, size) + size;
      putMessage(messages[i]!, bytes, at);
    }
    return bytes;
  }
}

export class MessageStreamDecoder implements StreamDecoder {
  readonly #queue: ByteQueue;
  readonly #bytesMax: number;
  /** Length of the message that is awaited; -1 while its length is. */
  #size: number;

  constructor(bytesMax: number = MESSAGE_BYTES_MAX) {
    this.#queue = new ByteQueue();
    this.#bytesMax = bytesMax;
    this.#size = -1;
  }

  push(chunk: Uint8Array, out: Message[]): string | undefined {
    const queue = this.#queue;
    queue.push(chunk);
    for (;;) {
      if (this.#size < 0) {
        if (queue.length < 8) return undefined;
        const size = queue.takeUint64();
        if (size < 0 || size > this.#bytesMax) return "error limit exceeded";
        this.#size = size;
      }
      if (queue.length < this.#size) return undefined;
      const decoded = decodePeerMessage(queue.take(this.#size));
      if (!decoded.ok) return decoded.reason;
      this.#size = -1;
      out.push(decoded.message);
    }
  }
}

/**
 * The `msgapp` stream between peers, version 2: MsgApp of a leader to one follower. One that continues its predecessor of the same term needs
 * only its entries and the commit index, since both sides know term and index.
 *
 *   link heartbeat   | 00 |
 *   app entries      | 01 | count: 8 | (length: 8 | raftpb.Entry)* | commit index: 8 |
 *   message          | 02 | length: 8 | raftpb.Message |
 *
 * All numbers big-endian. Invariant on both sides: after a frame, `term` and `index` are those of its last entry (of the message's log position
 * when it has none); app entries are only sent when the message's index and log term equal these and its log term is its term.
 * Source: etcd server/etcdserver/api/rafthttp/msgappv2_codec.go.
 */
import { EMPTY_BYTES } from "../../base/bytes.ts";
import {
  Entry,
  type Message,
  MessageType,
  putEntry,
  putMessage,
  sizeOfEntry,
  sizeOfMessage,
} from "../../proto/generated/raft.ts";
import { ProtoError } from "../../proto/proto-error.ts";
import { ByteQueue } from "./byte-queue.ts";
import { decodePeerMessage, isLinkHeartbeat, isSafeEntry, LINK_HEARTBEAT, MESSAGE_BYTES_MAX } from "./peer-message.ts";
import type { StreamDecoder, StreamEncoder } from "./stream-codec.ts";
import { putUint64 } from "./uint64.ts";

const Frame = { linkHeartbeat: 0, appEntries: 1, message: 2 } as const;

/** Most entries of one frame. Raft sends at most 1 MiB of entries at a time, so far fewer. */
const ENTRIES_MAX = 1 << 20;

export class MsgAppStreamEncoder implements StreamEncoder {
  #term: number;
  #index: number;

  constructor() {
    this.#term = 0;
    this.#index = 0;
  }

  encode(messages: readonly Message[]): Uint8Array {
    // First what each message becomes and how long that is, then the bytes.
    const frames: number[] = [];
    const sizes: number[] = [];
    let total = 0;
    for (const message of messages) {
      const frame = this.#frameOf(message);
      frames.push(frame);
      total += 1;
      if (frame === Frame.message) {
        const size = sizeOfMessage(message);
        sizes.push(size);
        total += 8 + size;
      } else if (frame === Frame.appEntries) {
        total += 16;
        for (const entry of message.entries) {
          const size = sizeOfEntry(entry);
          sizes.push(size);
          total += 8 + size;
        }
      }
    }
    const bytes = new Uint8Array(total);
    let at = 0;
    let next = 0;
    for (let i = 0; i < messages.length; i++) {
      const message = messages[i]!;
      const frame = frames[i]!;
      bytes[at++] = frame;
      if (frame === Frame.message) {
        const size = sizes[next++]!;
        at = putUint64(bytes, at, size) + size;
        putMessage(message, bytes, at);
      } else if (frame === Frame.appEntries) {
        at = putUint64(bytes, at, message.entries.length);
        for (const entry of message.entries) {
          const size = sizes[next++]!;
          at = putUint64(bytes, at, size) + size;
          putEntry(entry, bytes, at);
        }
        at = putUint64(bytes, at, message.commit);
      }
    }
    return bytes;
  }

  #frameOf(message: Message): number {
    if (isLinkHeartbeat(message)) return Frame.linkHeartbeat;
    const { entries } = message;
    if (this.#index === message.index && this.#term === message.logTerm && message.logTerm === message.term) {
      this.#index += entries.length;
      return Frame.appEntries;
    }
    this.#term = message.term;
    this.#index = entries.length > 0 ? entries[entries.length - 1]!.index : message.index;
    return Frame.message;
  }
}

/** What the decoder waits for. */
const Awaited = { frame: 0, count: 1, entryLength: 2, entry: 3, commit: 4, messageLength: 5, message: 6 } as const;
type Awaited = (typeof Awaited)[keyof typeof Awaited];

export class MsgAppStreamDecoder implements StreamDecoder {
  readonly #local: bigint;
  readonly #remote: bigint;
  readonly #queue: ByteQueue;
  #term: number;
  #index: number;
  #awaited: Awaited;
  /** Bytes of the awaited entry or message. */
  #size: number;
  /** Of the frame that is being read: entries so far, how many are missing, bytes so far. */
  #entries: Entry[];
  #missing: number;
  #frameBytes: number;

  /** App entries do not say from whom to whom they go: the stream does. */
  constructor(local: bigint, remote: bigint) {
    this.#local = local;
    this.#remote = remote;
    this.#queue = new ByteQueue();
    this.#term = 0;
    this.#index = 0;
    this.#awaited = Awaited.frame;
    this.#size = 0;
    this.#entries = [];
    this.#missing = 0;
    this.#frameBytes = 0;
  }

  push(chunk: Uint8Array, out: Message[]): string | undefined {
    const queue = this.#queue;
    queue.push(chunk);
    for (;;) {
      switch (this.#awaited) {
        case Awaited.frame: {
          if (queue.length < 1) return undefined;
          const frame = queue.takeByte();
          if (frame === Frame.linkHeartbeat) out.push(LINK_HEARTBEAT);
          else if (frame === Frame.appEntries) this.#awaited = Awaited.count;
          else if (frame === Frame.message) this.#awaited = Awaited.messageLength;
          else return `failed to parse type ${frame} in msgappv2 stream`;
          break;
        }
        case Awaited.count: {
          if (queue.length < 8) return undefined;
          const count = queue.takeUint64();
          if (count < 0 || count > ENTRIES_MAX) return "too many entries in one message";
          this.#entries = [];
          this.#missing = count;
          this.#frameBytes = 0;
          this.#awaited = count === 0 ? Awaited.commit : Awaited.entryLength;
          break;
        }
        case Awaited.entryLength: {
          if (queue.length < 8) return undefined;
          const size = queue.takeUint64();
          if (size < 0 || size > MESSAGE_BYTES_MAX - this.#frameBytes) return "error limit exceeded";
          this.#frameBytes += size;
          this.#size = size;
          this.#awaited = Awaited.entry;
          break;
        }
        case Awaited.entry: {
          if (queue.length < this.#size) return undefined;
          const entry = decodeEntry(queue.take(this.#size));
          if (entry === undefined) return "malformed entry";
          this.#entries.push(entry);
          this.#missing--;
          this.#awaited = this.#missing === 0 ? Awaited.commit : Awaited.entryLength;
          break;
        }
        case Awaited.commit: {
          if (queue.length < 8) return undefined;
          const commit = queue.takeUint64();
          if (commit < 0) return "a commit index exceeds 2^53";
          out.push(this.#continuation(commit));
          this.#awaited = Awaited.frame;
          break;
        }
        case Awaited.messageLength: {
          if (queue.length < 8) return undefined;
          const size = queue.takeUint64();
          if (size < 0 || size > MESSAGE_BYTES_MAX) return "error limit exceeded";
          this.#size = size;
          this.#awaited = Awaited.message;
          break;
        }
        case Awaited.message: {
          if (queue.length < this.#size) return undefined;
          const decoded = decodePeerMessage(queue.take(this.#size));
          if (!decoded.ok) return decoded.reason;
          const { message } = decoded;
          this.#term = message.term;
          this.#index = message.entries.at(-1)?.index ?? message.index;
          out.push(message);
          this.#awaited = Awaited.frame;
        }
      }
    }
  }

  #continuation(commit: number): Message {
    const entries = this.#entries;
    const index = this.#index;
    this.#index += entries.length;
    this.#entries = [];
    return {
      type: MessageType.MsgApp,
      to: this.#local,
      from: this.#remote,
      term: this.#term,
      logTerm: this.#term,
      index,
      entries,
      commit,
      snapshot: undefined,
      reject: false,
      rejectHint: 0,
      context: EMPTY_BYTES,
      vote: 0n,
      responses: [],
    };
  }
}

function decodeEntry(bytes: Uint8Array): Entry | undefined {
  try {
    const entry = Entry.decode(bytes);
    return isSafeEntry(entry) ? entry : undefined;
  } catch (error) {
    if (error instanceof ProtoError) return undefined;
    throw error;
  }
}

/**
 * Gathers the bytes that one turn of the loop produces for a socket and hands them over in one write. Small pieces are copied into a
 * buffer; big ones are passed by reference, in order, through writev. Buffers come from a pool that all connections of a transport share:
 * a plain socket usually takes a write at once, so one buffer serves thousands of connections. TLS keeps what it is given until later, so
 * there each turn starts with a small buffer of its own.
 */
import type { Socket } from "node:net";
import { writeAtOnce } from "./direct-write.ts";

const BUFFER_BYTES = 65536;
/** First buffer of a turn: most write no more. */
const SMALL_BUFFER_BYTES = 2048;
/** Pieces from this size on are not copied. */
export const BY_REFERENCE_BYTES = 4096;
/** More unsent bytes than this in the socket: DATA waits for the socket's drain. */
const BLOCKED_BYTES = 262144;

/** Free buffers that are kept: when a commit answers many connections at once, each holds one until its bytes leave. */
const FREE_MAX = 16;
const SMALL_FREE_MAX = 1024;

/** Free gathering buffers. */
export class OutputBufferPool {
  readonly #free: Uint8Array[];
  readonly #small: Uint8Array[];

  constructor() {
    this.#free = [];
    this.#small = [];
  }

  takeSmall(): Uint8Array {
    return this.#small.pop() ?? Buffer.allocUnsafeSlow(SMALL_BUFFER_BYTES);
  }

  take(): Uint8Array {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES);
  }

  give(buffer: Uint8Array): void {
    if (buffer.length === BUFFER_BYTES) {
      if (this.#free.length < FREE_MAX) this.#free.push(buffer);
    } else if (this.#small.length < SMALL_FREE_MAX) this.#small.push(buffer);
  }
}

export class SocketOutput {
  readonly #socket: Socket;
  readonly #pool: OutputBufferPool | undefined;
  /** Writers fill `buffer` from `at` after `reserve`, and set `at` behind what they wrote. */
  buffer: Uint8Array;
  at: number;
  /** Bytes handed to the socket since the start. */
  sentBytes: number;
  /** The socket holds so much that DATA should wait for its drain. */
  blocked: boolean;
  #chunkStart: number;
  #hasBuffer: boolean;
  #sealed: Uint8Array[];
  #used: Uint8Array[];

  constructor(socket: Socket, pool: OutputBufferPool) {
    this.#socket = socket;
    this.#pool = "encrypted" in socket ? undefined : pool;
    this.buffer = NO_BUFFER;
    this.at = 0;
    this.sentBytes = 0;
    this.blocked = false;
    this.#chunkStart = 0;
    this.#hasBuffer = false;
    this.#sealed = [];
    this.#used = [];
  }

  /** Makes room for that many bytes (at most 64 KiB) in one piece. */
  reserve(bytes: number): void {
    if (this.at + bytes > this.buffer.length) this.#nextBuffer(bytes);
  }

  /** Appends bytes, by copy when small. They must not change until sent. */
  append(bytes: Uint8Array): void {
    if (bytes.length >= BY_REFERENCE_BYTES) {
      this.#seal();
      this.#sealed.push(bytes);
      return;
    }
    this.reserve(bytes.length);
    copyInto(this.buffer, this.at, bytes);
    this.at += bytes.length;
  }

  /** True when nothing waits for `flush`. */
  get empty(): boolean {
    return this.#sealed.length === 0 && this.at === this.#chunkStart;
  }

  /** Bytes that the socket has not passed to the kernel yet. */
  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  /** Hands everything gathered to the socket. */
  flush(): void {
    const socket = this.#socket;
    if (this.#sealed.length === 0) {
      const length = this.at - this.#chunkStart;
      if (length === 0) return;
      this.sentBytes += length;
      const written = writeAtOnce(socket, this.buffer, this.#chunkStart, length);
      if (written < length) socket.write(this.buffer.subarray(this.#chunkStart + written, this.at));
    } else {
      this.#seal();
      const chunks = this.#sealed;
      this.#sealed = [];
      socket.cork();
      for (const chunk of chunks) {
        this.sentBytes += chunk.length;
        socket.write(chunk);
      }
      socket.uncork();
    }
    const unsent = socket.writableLength;
    if (unsent === 0 && this.#pool !== undefined) {
      // The kernel has it all: the memory is free again.
      if (this.#hasBuffer) this.#pool.give(this.buffer);
      for (const buffer of this.#used) this.#pool.give(buffer);
    }
    this.blocked = unsent > BLOCKED_BYTES;
    if (this.#used.length > 0) this.#used = [];
    this.buffer = NO_BUFFER;
    this.#hasBuffer = false;
    this.at = 0;
    this.#chunkStart = 0;
  }

  /** The socket has drained. */
  unblock(): void {
    this.blocked = false;
  }

  /** Drops what was gathered (the socket is gone). */
  discard(): void {
    this.#sealed = [];
    this.#used = [];
    this.buffer = NO_BUFFER;
    this.#hasBuffer = false;
    this.at = 0;
    this.#chunkStart = 0;
  }

  #seal(): void {
    if (this.at > this.#chunkStart) this.#sealed.push(this.buffer.subarray(this.#chunkStart, this.at));
    this.#chunkStart = this.at;
  }

  #nextBuffer(bytes: number): void {
    this.#seal();
    const small = !this.#hasBuffer && bytes <= SMALL_BUFFER_BYTES;
    if (this.#pool !== undefined) {
      if (this.#hasBuffer) this.#used.push(this.buffer);
      this.buffer = small ? this.#pool.takeSmall() : this.#pool.take();
    } else {
      this.buffer = Buffer.allocUnsafe(small ? SMALL_BUFFER_BYTES : BUFFER_BYTES);
    }
    this.#hasBuffer = true;
    this.at = 0;
    this.#chunkStart = 0;
  }
}

const NO_BUFFER: Uint8Array = new Uint8Array(0);

/** Copies short runs in a loop, which beats the call of TypedArray.set below about 40 bytes. */
export function copyInto(into: Uint8Array, at: number, bytes: Uint8Array): void {
  const n = bytes.length;
  if (n > 40) {
    into.set(bytes, at);
    return;
  }
  for (let i = 0; i < n; i++) into[at + i] = bytes[i]!;
}

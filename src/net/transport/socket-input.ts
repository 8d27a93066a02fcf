/**
 * Bytes from a socket, without the price of a stream: Node reads each chunk into fresh memory of 64 KiB, cuts it to size and passes it
 * through the stream's queue. Here a plain TCP socket reads into one buffer that all connections of a transport share, and what arrived is
 * copied into a slab, so that views of it stay valid for as long as they are referenced.
 *
 * Node offers this for sockets that connect (`onread` of net.connect); for accepted ones the same fields are set on the socket, found by
 * their descriptions on a socket made with `onread`. Where they are missing, and for TLS, chunks come as "data" events.
 *
 * Measured (etcd's benchmark, linearizable get, 100 clients): see docs/performance.md.
 */
import { Socket } from "node:net";

/** One read takes at most this much. */
const READ_BYTES = 65536;
const SLAB_BYTES = 65536;

interface ReadFields {
  readonly buffer: symbol;
  readonly callback: symbol;
}

/** Memory that a transport's connections read through. */
export class InputBuffer {
  readonly #shared: Buffer;
  readonly #fields: ReadFields | undefined;
  #slab: Uint8Array;
  #at: number;

  /** `byEvents`: "data" events also where the buffer could be shared. */
  constructor(byEvents = false) {
    this.#shared = Buffer.allocUnsafeSlow(READ_BYTES);
    this.#fields = byEvents ? undefined : findReadFields();
    this.#slab = new Uint8Array(0);
    this.#at = 0;
  }

  /** Calls back with each chunk from now on, in place of "data" events. Chunks are never changed afterwards. */
  attach(socket: Socket, onChunk: (chunk: Uint8Array) => void): void {
    const fields = this.#fields;
    const handle = handleOf(socket);
    if (fields === undefined || handle === undefined || "encrypted" in socket) {
      socket.on("data", onChunk);
      return;
    }
    Object.assign(socket, {
      [fields.buffer]: this.#shared,
      [fields.callback]: (bytes: number): boolean => {
        onChunk(this.#keep(bytes));
        return true;
      },
    });
    handle.useUserBuffer(this.#shared);
    // "end" needs a stream that flows.
    socket.resume();
  }

  #keep(bytes: number): Uint8Array {
    // What fills a quarter of a slab gets memory of its own.
    if (bytes > SLAB_BYTES / 4) return new Uint8Array(this.#shared.subarray(0, bytes));
    if (this.#at + bytes > this.#slab.length) {
      this.#slab = new Uint8Array(SLAB_BYTES);
      this.#at = 0;
    }
    const chunk = this.#slab.subarray(this.#at, this.#at + bytes);
    chunk.set(this.#shared.subarray(0, bytes));
    this.#at += bytes;
    return chunk;
  }
}

interface ReadHandle {
  useUserBuffer(buffer: Uint8Array): void;
}

function handleOf(socket: Socket): ReadHandle | undefined {
  const handle: unknown = (socket as unknown as { _handle?: unknown })._handle;
  if (typeof handle !== "object" || handle === null || !("useUserBuffer" in handle)) return undefined;
  return typeof handle.useUserBuffer === "function" ? (handle as ReadHandle) : undefined;
}

/** The fields in which net.Socket keeps `onread`. */
export function findReadFields(): ReadFields | undefined {
  const buffer = new Uint8Array(1);
  const callback = (): boolean => true;
  const probe = new Socket({ onread: { buffer, callback } } as ConstructorParameters<typeof Socket>[0]);
  const values = probe as unknown as Record<symbol, unknown>;
  const symbols = Object.getOwnPropertySymbols(probe);
  const bufferField = symbols.find((symbol) => values[symbol] === buffer);
  const callbackField = symbols.find((symbol) => values[symbol] === callback);
  probe.destroy();
  return bufferField === undefined || callbackField === undefined
    ? undefined
    : { buffer: bufferField, callback: callbackField };
}

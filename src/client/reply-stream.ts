/**
 * The replies of a server stream as an async iterator with backpressure: while the reader is behind, the connection's window for the call
 * stays closed. Leaving the loop cancels the call.
 */
import { GrpcCode } from "../base/grpc-code.ts";
import type { GrpcChannel } from "../net/transport/grpc-channel.ts";
import type { CallListener, CallStatus, GrpcClientCall } from "../net/transport/grpc-client-call.ts";
import type { Init, MethodInfo } from "../proto/message-codec.ts";
import { type Caller, type CallOptions, ownBytes } from "./caller.ts";
import { abortedError, closedError, type EtcdError, errorOfStatus } from "./errors.ts";

/** Replies that may wait before the server is held back. */
const QUEUE_MAX = 4;

/** Waits for a connection. Rejects with EtcdError. */
export function channelFor(caller: Caller, signal: AbortSignal | undefined): Promise<GrpcChannel> {
  return new Promise((resolve, reject) => {
    if (caller.isClosed) {
      reject(closedError());
      return;
    }
    if (signal?.aborted === true) {
      reject(abortedError(signal));
      return;
    }
    const onAbort = (): void => {
      takeBack();
      reject(abortedError(signal!));
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    const takeBack = caller.pool.whenReady((channel, error) => {
      signal?.removeEventListener("abort", onAbort);
      if (channel === undefined) reject(error!);
      else resolve(channel);
    });
  });
}

/** Opens a server stream on the next connection. The iterator rejects with EtcdError. */
export async function* replies<Q extends object, R extends object>(
  caller: Caller,
  method: MethodInfo<Q, R>,
  request: Q | Init<Q>,
  options: CallOptions,
  channel?: GrpcChannel,
): AsyncGenerator<R, void, void> {
  if (caller.tokens?.isMissing === true) await caller.tokens.renew();
  const connection = channel ?? (await channelFor(caller, options.signal));
  const stream = new ReplyStream(caller, options.signal);
  stream.open(connection, method.path, method.request.encode(request), options.timeoutMs);
  try {
    for (let reply = await stream.next(); reply !== undefined; reply = await stream.next()) {
      yield method.response.decode(ownBytes(reply));
    }
  } finally {
    stream.cancel();
  }
}

class ReplyStream implements CallListener {
  readonly #caller: Caller;
  readonly #signal: AbortSignal | undefined;
  readonly #queue: Uint8Array[];
  readonly #onAbort: () => void;
  #call: GrpcClientCall | undefined;
  #error: EtcdError | undefined;
  #ended: boolean;
  #paused: boolean;
  #wake: (() => void) | undefined;

  constructor(caller: Caller, signal: AbortSignal | undefined) {
    this.#caller = caller;
    this.#signal = signal;
    this.#queue = [];
    this.#onAbort = () => this.closeWith(abortedError(signal!));
    this.#call = undefined;
    this.#error = undefined;
    this.#ended = false;
    this.#paused = false;
    this.#wake = undefined;
  }

  open(channel: GrpcChannel, path: string, request: Uint8Array, timeoutMs: number | undefined): void {
    this.#caller.register(this);
    this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#call = channel.open(path, this, timeoutMs === undefined ? undefined : { timeoutMs });
    this.#call.sendLast(request);
  }

  onMessage(message: Uint8Array): void {
    this.#queue.push(message);
    if (this.#queue.length >= QUEUE_MAX && !this.#paused) {
      this.#paused = true;
      this.#call?.pauseReceiving();
    }
    this.#wake?.();
  }

  onEnd(status: CallStatus): void {
    this.#call = undefined;
    if (status.code !== GrpcCode.OK) this.#error ??= errorOfStatus(status);
    this.#end();
  }

  /** The client was closed. */
  closeWith(error: EtcdError): void {
    this.#error ??= error;
    this.cancel();
  }

  /** The next message, undefined at the end. */
  async next(): Promise<Uint8Array | undefined> {
    while (this.#queue.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    const message = this.#queue.shift();
    if (message === undefined) {
      if (this.#error !== undefined) throw this.#error;
      return undefined;
    }
    if (this.#paused && this.#queue.length === 0) {
      this.#paused = false;
      this.#call?.resumeReceiving();
    }
    return message;
  }

  cancel(): void {
    const call = this.#call;
    this.#call = undefined;
    call?.cancel();
    this.#end();
  }

  #end(): void {
    this.#ended = true;
    this.#caller.unregister(this);
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#wake?.();
  }
}

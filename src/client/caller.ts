/**
 * Calls over the pool, with clientv3's retry policy (client/v3/retry.go, retry_interceptor.go):
 *
 * - a read is made again when the answer was Unavailable, whatever the reason;
 * - a write is made again only when the server has certainly not seen it: no connection could be made, the stream was refused, the server
 *   said goodbye before it;
 * - a token that the server no longer takes is fetched anew, and the call made again;
 * - at most 100 attempts, 25 ms apart (a tenth more or less), never beyond the call's timeout.
 */
import { GrpcCode } from "../base/grpc-code.ts";
import type { Clock, Timer } from "../io/clock.ts";
import type { GrpcChannel } from "../net/transport/grpc-channel.ts";
import type { CallListener, CallStatus, GrpcClientCall } from "../net/transport/grpc-client-call.ts";
import type { Init, MethodInfo } from "../proto/message-codec.ts";
import type { ConnectionPool } from "./connection-pool.ts";
import { abortedError, closedError, type EtcdError, errorOfStatus } from "./errors.ts";
import type { TokenKeeper } from "./token-keeper.ts";

/** Options that every call takes. */
export interface CallOptions {
  /** Gives the call up; it rejects with kind `Aborted`. What the server has begun is not undone. */
  readonly signal?: AbortSignal | undefined;
  /** For the whole call with its retries, in milliseconds. Default: that of the client. */
  readonly timeoutMs?: number | undefined;
}

/** Whether a call may be made twice: `read` and `idempotent` are, `write` is not. */
export type CallPolicy = "read" | "write";

export interface CallerOptions {
  readonly clock: Clock;
  readonly pool: ConnectionPool;
  readonly tokens: TokenKeeper | undefined;
  readonly timeoutMs: number | undefined;
  readonly attemptsMax: number;
  readonly retryDelayMs: number;
}

const NO_OPTIONS: CallOptions = {};

export class Caller {
  readonly clock: Clock;
  readonly pool: ConnectionPool;
  readonly tokens: TokenKeeper | undefined;
  readonly timeoutMs: number | undefined;
  readonly attemptsMax: number;
  readonly #retryDelayMs: number;
  #closed: boolean;
  readonly #open: Set<{ closeWith(error: EtcdError): void }>;

  constructor(options: CallerOptions) {
    this.clock = options.clock;
    this.pool = options.pool;
    this.tokens = options.tokens;
    this.timeoutMs = options.timeoutMs;
    this.attemptsMax = options.attemptsMax;
    this.#retryDelayMs = options.retryDelayMs;
    this.#closed = false;
    this.#open = new Set();
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** With jitter, in milliseconds. */
  retryDelayMs(): number {
    // A tenth more or less, without asking for randomness: callers spread by the time itself.
    const phase = (this.clock.now() * 1000) % 1;
    return this.#retryDelayMs * (0.9 + 0.2 * phase);
  }

  /** One request, one reply, retried by policy. `channel` pins it to one connection. Rejects with EtcdError. */
  unary<Q extends object, R extends object>(
    method: MethodInfo<Q, R>,
    request: Q | Init<Q>,
    policy: CallPolicy,
    options: CallOptions = NO_OPTIONS,
    channel?: GrpcChannel,
  ): Promise<R> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(closedError());
        return;
      }
      const call = new UnaryCall(
        this,
        method,
        method.request.encode(request),
        policy,
        options,
        channel,
        resolve,
        reject,
      );
      call.start();
    });
  }

  /** Remembers what must hear of the client's end. */
  register(user: { closeWith(error: EtcdError): void }): void {
    this.#open.add(user);
  }

  unregister(user: { closeWith(error: EtcdError): void }): void {
    this.#open.delete(user);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const error = closedError();
    for (const user of this.#open) user.closeWith(error);
    this.#open.clear();
  }
}

/** One call with its attempts. It is itself the listener of its attempts, so a call costs one object. */
class UnaryCall<Q extends object, R extends object> implements CallListener {
  readonly #caller: Caller;
  readonly #method: MethodInfo<Q, R>;
  readonly #request: Uint8Array;
  readonly #policy: CallPolicy;
  readonly #signal: AbortSignal | undefined;
  readonly #deadlineMs: number | undefined;
  readonly #pinned: GrpcChannel | undefined;
  readonly #resolve: (reply: R) => void;
  readonly #reject: (error: EtcdError) => void;
  #reply: Uint8Array | undefined;
  #replies: number;
  #attempts: number;
  #call: GrpcClientCall | undefined;
  #takeBack: (() => void) | undefined;
  #timer: Timer | undefined;
  #onAbort: (() => void) | undefined;
  #done: boolean;

  constructor(
    caller: Caller,
    method: MethodInfo<Q, R>,
    request: Uint8Array,
    policy: CallPolicy,
    options: CallOptions,
    pinned: GrpcChannel | undefined,
    resolve: (reply: R) => void,
    reject: (error: EtcdError) => void,
  ) {
    this.#caller = caller;
    this.#method = method;
    this.#request = request;
    this.#policy = policy;
    this.#signal = options.signal;
    const timeoutMs = options.timeoutMs ?? caller.timeoutMs;
    this.#deadlineMs = timeoutMs === undefined ? undefined : caller.clock.now() + timeoutMs;
    this.#pinned = pinned;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#reply = undefined;
    this.#replies = 0;
    this.#attempts = 0;
    this.#call = undefined;
    this.#takeBack = undefined;
    this.#timer = undefined;
    this.#onAbort = undefined;
    this.#done = false;
  }

  start(): void {
    const signal = this.#signal;
    if (signal !== undefined) {
      if (signal.aborted) {
        this.#fail(abortedError(signal));
        return;
      }
      this.#onAbort = () => this.#fail(abortedError(signal));
      signal.addEventListener("abort", this.#onAbort, { once: true });
    }
    const { tokens } = this.#caller;
    if (tokens?.isMissing === true) this.#renewToken(tokens);
    else this.#attempt();
  }

  #attempt(): void {
    if (this.#done) return;
    this.#attempts++;
    const channel = this.#pinned ?? this.#caller.pool.ready();
    if (channel !== undefined) {
      this.#send(channel);
      return;
    }
    this.#armTimeout();
    this.#takeBack = this.#caller.pool.whenReady((found, error) => {
      this.#takeBack = undefined;
      this.#disarm();
      if (this.#done) return;
      if (found !== undefined) this.#send(found);
      else this.#failed(error!);
    });
  }

  #send(channel: GrpcChannel): void {
    let options: { timeoutMs: number } | undefined;
    if (this.#deadlineMs !== undefined) {
      const timeoutMs = this.#deadlineMs - this.#caller.clock.now();
      if (timeoutMs <= 0) {
        this.#fail(errorOfStatus(TIMED_OUT));
        return;
      }
      options = { timeoutMs };
    }
    this.#reply = undefined;
    this.#replies = 0;
    const call = channel.open(this.#method.path, this, options);
    this.#call = call;
    call.sendLast(this.#request);
  }

  onMessage(message: Uint8Array): void {
    this.#reply = message;
    this.#replies++;
  }

  onEnd(status: CallStatus): void {
    this.#call = undefined;
    if (this.#done) return;
    if (status.code !== GrpcCode.OK) {
      this.#failed(errorOfStatus(status));
      return;
    }
    if (this.#replies !== 1) {
      const message = `received ${this.#replies} messages from a unary call`;
      this.#fail(errorOfStatus({ ...status, code: GrpcCode.Internal, message }));
      return;
    }
    let reply: R;
    try {
      reply = this.#method.response.decode(ownBytes(this.#reply!));
    } catch (error) {
      this.#fail(errorOfStatus({ ...status, code: GrpcCode.Internal, message: `malformed reply: ${String(error)}` }));
      return;
    }
    this.#finish();
    this.#resolve(reply);
  }

  #failed(error: EtcdError): void {
    const caller = this.#caller;
    if (caller.isClosed) {
      this.#fail(closedError());
      return;
    }
    const { tokens } = caller;
    if (tokens !== undefined && isStaleToken(error) && this.#attempts < 3) {
      tokens.forget();
      this.#renewToken(tokens);
      return;
    }
    const safe = error.unprocessed || (this.#policy === "read" && error.code === GrpcCode.Unavailable);
    if (!safe || this.#attempts >= caller.attemptsMax || (this.#pinned !== undefined && !this.#pinned.usable)) {
      this.#fail(error);
      return;
    }
    let delayMs = caller.retryDelayMs();
    if (this.#deadlineMs !== undefined) {
      const leftMs = this.#deadlineMs - caller.clock.now();
      if (leftMs <= 0) {
        this.#fail(errorOfStatus(TIMED_OUT));
        return;
      }
      delayMs = Math.min(delayMs, leftMs);
    }
    this.#timer = caller.clock.setTimer(delayMs, () => {
      this.#timer = undefined;
      this.#attempt();
    });
  }

  #renewToken(tokens: TokenKeeper): void {
    tokens.renew().then(
      () => this.#attempt(),
      (error: EtcdError) => this.#fail(error),
    );
  }

  /** While it waits for a connection: afterwards the call has its own deadline. */
  #armTimeout(): void {
    if (this.#deadlineMs === undefined) return;
    const leftMs = Math.max(0, this.#deadlineMs - this.#caller.clock.now());
    this.#timer = this.#caller.clock.setTimer(leftMs, () => {
      this.#timer = undefined;
      this.#fail(errorOfStatus(TIMED_OUT));
    });
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #fail(error: EtcdError): void {
    if (this.#done) return;
    this.#finish();
    this.#reject(error);
  }

  #finish(): void {
    this.#done = true;
    if (this.#timer !== undefined) this.#disarm();
    this.#takeBack?.();
    if (this.#onAbort !== undefined) this.#signal?.removeEventListener("abort", this.#onAbort);
    const call = this.#call;
    if (call !== undefined) {
      this.#call = undefined;
      call.cancel();
    }
  }
}

const TIMED_OUT: CallStatus = {
  code: GrpcCode.DeadlineExceeded,
  message: "context deadline exceeded",
  trailers: [],
  unprocessed: false,
};

export function isStaleToken(error: EtcdError): boolean {
  return error.kind === "InvalidAuthToken" || error.kind === "AuthOldRevision";
}

/** A message that holds a much larger buffer is copied out of it: users keep keys and values. */
export function ownBytes(message: Uint8Array): Uint8Array {
  return message.buffer.byteLength > 2 * message.length + 256 ? message.slice() : message;
}

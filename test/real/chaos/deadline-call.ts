/**
 * Unary calls whose deadline only the server keeps: it is sent as grpc-timeout, and this side waits a while longer before it gives up. So a
 * member that forgets a call is told from one that answers in time; grpc-js by itself would end both at the deadline.
 */
import { Client, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import type { MessageCodec } from "../../../src/proto/message-codec.ts";

/** How grpc-js begins the text of a call for which it found no connection (its load balancers' pickers in TRANSIENT_FAILURE). */
const NO_CONNECTION = "No connection established";

export interface CallFailure {
  readonly code: number;
  readonly message: string;
  /** This side gave up: no word came. */
  readonly gaveUp: boolean;
  /** There was no connection to send it on: it cannot have had an effect. */
  readonly neverSent: boolean;
}

export type CallResult<R> = { readonly ok: true; readonly response: R } | ({ readonly ok: false } & CallFailure);

export interface Method<Q extends object, R extends object> {
  readonly path: string;
  readonly request: MessageCodec<Q>;
  readonly response: MessageCodec<R>;
}

export class DeadlineCaller {
  readonly #client: Client;
  readonly #graceMs: number;

  /** `graceMs`: how much longer than the deadline this side waits. */
  constructor(endpoint: string, graceMs: number) {
    this.#graceMs = graceMs;
    this.#client = new Client(endpoint, credentials.createInsecure(), {
      "grpc.initial_reconnect_backoff_ms": 20,
      "grpc.max_reconnect_backoff_ms": 100,
      "grpc.use_local_subchannel_pool": 1,
    });
  }

  call<Q extends object, R extends object>(
    method: Method<Q, R>,
    message: Q,
    deadlineMs: number,
  ): Promise<CallResult<R>> {
    const metadata = new Metadata();
    metadata.set("grpc-timeout", `${deadlineMs}m`);
    return new Promise((resolve) => {
      let gaveUp = false;
      const timer = setTimeout(() => {
        gaveUp = true;
        call.cancel();
      }, deadlineMs + this.#graceMs);
      const call = this.#client.makeUnaryRequest(
        method.path,
        (request: Q) => Buffer.from(method.request.encode(request)),
        (bytes: Buffer) => method.response.decode(bytes),
        message,
        metadata,
        (error: ServiceError | null, response?: R) => {
          clearTimeout(timer);
          if (error === null) resolve({ ok: true, response: response! });
          else {
            const neverSent = error.code === status.UNAVAILABLE && error.details.startsWith(NO_CONNECTION);
            resolve({ ok: false, code: error.code, message: error.details, gaveUp, neverSent });
          }
        },
      );
    });
  }

  close(): void {
    this.#client.close();
  }
}

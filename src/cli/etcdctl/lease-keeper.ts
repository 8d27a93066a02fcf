/** Keeps one lease alive: a request at once and then every third of its time to live, again on a new stream when one breaks. */
import { GrpcCode } from "../../base/grpc-code.ts";
import type { Timer } from "../../io/clock.ts";
import { sleep } from "../../io/clock.ts";
import { GrpcError } from "../../net/transport/grpc-channel.ts";
import type { GrpcClientCall } from "../../net/transport/grpc-client-call.ts";
import { LeaseKeepAliveRequest, LeaseKeepAliveResponse, LeaseService } from "../../proto/generated/rpc.ts";
import { ClientError, clientError } from "./client-error.ts";
import type { Connection } from "./connection.ts";
import { settlement } from "./settlement.ts";

const RETRY_MS = 500;
/** Assumed until the server has said otherwise. */
const FIRST_TTL_MS = 5000;

export interface LeaseKeeper {
  /** Resolves when the lease is gone. */
  readonly expired: Promise<void>;
  stop(): void;
}

export function keepLease(
  connection: Connection,
  id: bigint,
  onReply: (reply: LeaseKeepAliveResponse) => void,
): LeaseKeeper {
  const keeper = new Keeper(connection, id, onReply);
  void keeper.open();
  return keeper;
}

class Keeper implements LeaseKeeper {
  readonly expired: Promise<void>;
  readonly #connection: Connection;
  readonly #id: bigint;
  readonly #onReply: (reply: LeaseKeepAliveResponse) => void;
  readonly #expire: () => void;
  #deadlineMs: number;
  #call: GrpcClientCall | undefined;
  #timer: Timer | undefined;
  #over: boolean;

  constructor(connection: Connection, id: bigint, onReply: (reply: LeaseKeepAliveResponse) => void) {
    const { promise, resolve } = settlement<void>();
    this.expired = promise;
    this.#connection = connection;
    this.#id = id;
    this.#onReply = onReply;
    this.#expire = resolve;
    this.#deadlineMs = connection.clock.now() + FIRST_TTL_MS;
    this.#call = undefined;
    this.#timer = undefined;
    this.#over = false;
  }

  async open(): Promise<void> {
    try {
      this.#call = await this.#connection.open(
        LeaseService.leaseKeepAlive.path,
        {
          onMessage: (bytes) => this.#onMessage(LeaseKeepAliveResponse.decode(bytes)),
          onEnd: (status) => {
            if (!this.#over) void this.#again(clientError(new GrpcError(status), false));
          },
        },
        this.#deadlineMs,
      );
      this.#send();
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      this.#end();
    }
  }

  stop(): void {
    this.#over = true;
    this.#timer?.cancel();
    this.#call?.cancel();
  }

  #send(): void {
    this.#call?.send(LeaseKeepAliveRequest.encode({ id: this.#id }));
  }

  #onMessage(reply: LeaseKeepAliveResponse): void {
    if (this.#over) return;
    if (reply.ttl <= 0) {
      this.#end();
      return;
    }
    const { clock } = this.#connection;
    this.#deadlineMs = clock.now() + reply.ttl * 1000;
    this.#timer?.cancel();
    this.#timer = clock.setTimer((reply.ttl * 1000) / 3, () => this.#send());
    this.#onReply(reply);
  }

  async #again(failure: ClientError): Promise<void> {
    this.#timer?.cancel();
    this.#call = undefined;
    try {
      const renewed = await this.#connection.renewToken(failure, this.#deadlineMs);
      if (!renewed && failure.code !== GrpcCode.Unavailable && failure.code !== GrpcCode.DeadlineExceeded) {
        this.#end();
        return;
      }
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
    }
    const { clock } = this.#connection;
    if (clock.now() + RETRY_MS >= this.#deadlineMs) {
      this.#end();
      return;
    }
    await sleep(clock, RETRY_MS);
    await this.open();
  }

  #end(): void {
    if (this.#over) return;
    this.stop();
    this.#expire();
  }
}

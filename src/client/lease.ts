/** A lease as its user sees it: it is kept alive until it is revoked or released; who depends on it can watch its end. */
import { EventEmitter } from "node:events";
import { GrpcCode } from "../base/grpc-code.ts";
import type { CallOptions } from "./caller.ts";
import { EtcdError } from "./errors.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";

/** Events of a lease. */
export interface LeaseEventMap {
  /** Renewed for so many seconds. */
  renewed: [ttlSeconds: number];
  /** Its time has passed without a word from the server: it may be gone. Renewals go on. */
  uncertain: [];
  /** It is gone: expired or revoked. */
  lost: [error: EtcdError];
}

/** A lease that is renewed by itself until it is revoked, released or lost: `await client.lease(seconds)`. */
export class Lease extends EventEmitter<LeaseEventMap> {
  /** Random unless one was asked for. */
  readonly id: bigint;
  /** As the server granted it, in seconds. */
  readonly ttlSeconds: number;
  readonly #keeper: LeaseKeeper;
  readonly #lost: AbortController;
  /** Of the clock, in milliseconds. */
  #certainUntilMs: number;
  #error: EtcdError | undefined;
  #toldUncertain: boolean;
  /** @internal When the next renewal is due, of the clock. */
  renewAtMs: number;

  /**
   * Use `client.lease()`.
   * @internal
   */
  constructor(keeper: LeaseKeeper, id: bigint, ttlSeconds: number, nowMs: number) {
    super();
    this.id = id;
    this.ttlSeconds = ttlSeconds;
    this.#keeper = keeper;
    this.#lost = new AbortController();
    this.#certainUntilMs = nowMs + ttlSeconds * 1000;
    this.#error = undefined;
    this.#toldUncertain = false;
    this.renewAtMs = nowMs + (ttlSeconds * 1000) / 3;
  }

  /** Aborts when the lease is gone: for whatever must not go on without it. */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /** The server has said that it is gone, or it was revoked or released here. */
  get isEnded(): boolean {
    return this.#error !== undefined;
  }

  /** The last renewal still holds by our clock, so the lease certainly lives. */
  get isCertain(): boolean {
    return this.#error === undefined && this.#keeper.nowMs() < this.#certainUntilMs;
  }

  /** Why it ended. */
  get error(): EtcdError | undefined {
    return this.#error;
  }

  /** Revokes it: the keys attached to it are deleted. */
  async revoke(options: CallOptions = {}): Promise<void> {
    await this.#keeper.revoke(this, options);
  }

  /** Stops the renewals; the lease ends by itself when its time has passed. */
  release(): void {
    this.#keeper.forget(this);
    this.end(new EtcdError("LeaseLost", GrpcCode.NotFound, "the lease was released"));
  }

  /** One renewal now; resolves to the seconds that it has from now. Rejects with kind LeaseNotFound when it is gone. */
  keepAliveOnce(options: CallOptions = {}): Promise<number> {
    return this.#keeper.keepAliveOnce(this.id, options);
  }

  /** Revokes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.isEnded) await this.revoke();
  }

  /** @internal */
  onRenewed(ttlSeconds: number, nowMs: number): void {
    this.#certainUntilMs = nowMs + ttlSeconds * 1000;
    this.#toldUncertain = false;
    this.renewAtMs = nowMs + (ttlSeconds * 1000) / 3;
    this.emit("renewed", ttlSeconds);
  }

  /** @internal */
  checkTime(nowMs: number): void {
    if (this.#toldUncertain || nowMs < this.#certainUntilMs) return;
    this.#toldUncertain = true;
    this.emit("uncertain");
  }

  /** @internal */
  end(error: EtcdError): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    this.#lost.abort(error);
    this.emit("lost", error);
  }
}

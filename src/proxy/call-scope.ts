/**
 * What a call to the cluster takes over from the call of a client that it serves: the token, the wish for a leader, the deadline and its end.
 *
 *   const scope = CallScope.of(call);
 *   const stop = scope.onCancel(() => upstreamCall.cancel());
 */
import type { Clock } from "../io/clock.ts";
import type { ServerCall } from "../net/transport/server-call.ts";

export class CallScope {
  /** Empty without one. */
  readonly token: string;
  readonly requireLeader: boolean;
  /** The client's word for the version of its API; undefined when it said none. */
  readonly apiVersion: string | undefined;
  /** On the clock; undefined: none. */
  readonly deadlineMs: number | undefined;
  #cancelled: boolean;
  readonly #listeners: Set<() => void>;

  constructor(options: {
    readonly token: string;
    readonly requireLeader: boolean;
    readonly apiVersion?: string | undefined;
    readonly deadlineMs?: number | undefined;
  }) {
    this.token = options.token;
    this.requireLeader = options.requireLeader;
    this.apiVersion = options.apiVersion;
    this.deadlineMs = options.deadlineMs;
    this.#cancelled = false;
    this.#listeners = new Set();
  }

  /** Takes over the call's `onCancel`. */
  static of(call: ServerCall): CallScope {
    const scope = new CallScope({
      token: call.metadata("token") ?? "",
      requireLeader: call.metadata("hasleader") === "true",
      apiVersion: call.metadata("client-api-version"),
      deadlineMs: call.deadlineMs,
    });
    call.onCancel = () => scope.cancel();
    return scope;
  }

  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** Calls back once when the client has gone or its deadline passed (at once if it has); returns what takes that back. */
  onCancel(callback: () => void): () => void {
    if (this.#cancelled) {
      callback();
      return () => undefined;
    }
    this.#listeners.add(callback);
    return () => this.#listeners.delete(callback);
  }

  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener();
  }

  /** Milliseconds until the deadline; undefined: none. */
  timeLeftMs(clock: Clock): number | undefined {
    return this.deadlineMs === undefined ? undefined : Math.max(0.001, this.deadlineMs - clock.now());
  }

  /** What goes to the cluster with each call. */
  get metadata(): Readonly<Record<string, string>> {
    return {
      ...(this.token === "" ? {} : { token: this.token }),
      ...(this.requireLeader ? { hasleader: "true" } : {}),
      ...(this.apiVersion === undefined ? {} : { "client-api-version": this.apiVersion }),
    };
  }
}

/**
 * What this proxy owns keys with: a lease that is kept alive, and a watch of all leasing keys, which tells it when somebody wants one. When either is
 * lost nothing is owned any more, and a new session begins.
 */
import { latin1, utf8Text } from "../../base/bytes.ts";
import type { EtcdClient } from "../../client/etcd-client.ts";
import type { Lease } from "../../client/lease.ts";
import { type Clock, sleep } from "../../io/clock.ts";
import type { Logger } from "../../io/logger.ts";
import { EventType } from "../../proto/generated/kv.ts";
import type { KeyNamespace } from "../kv/key-namespace.ts";
import { prefixEnd } from "../kv/key-namespace.ts";
import type { StartWatch } from "../watch/watch-broadcast.ts";

export interface LeasingSessionOptions {
  readonly client: EtcdClient;
  readonly start: StartWatch;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of the leasing keys. */
  readonly leasing: KeyNamespace;
  readonly ttlSeconds: number;
}

export interface LeasingEvents {
  /** Somebody wants the key that we own (latin1), as of this revision. */
  onRevoked(key: string, revision: number): void;
  /** The leasing key was deleted at this revision. */
  onReleased(key: string, revision: number): void;
  /** Nothing is owned any more. */
  onLost(): void;
}

/** The value of a leasing key that its owner is to give up. */
export const REVOKE = "REVOKE";

const RETRY_MS = 1000;

export class LeasingSession {
  readonly #options: LeasingSessionOptions;
  readonly #events: LeasingEvents;
  #lease: Lease | undefined;
  #watching: boolean;

  constructor(options: LeasingSessionOptions, events: LeasingEvents) {
    this.#options = options;
    this.#events = events;
    this.#lease = undefined;
    this.#watching = false;
  }

  /** The lease to own keys with; undefined while nothing may be taken from memory. */
  get leaseId(): bigint | undefined {
    return this.#watching && this.#lease?.isCertain === true ? this.#lease.id : undefined;
  }

  /** Resolves when the client is closed. */
  async run(): Promise<void> {
    const { client, clock, logger } = this.#options;
    while (!client.isClosed) {
      try {
        await this.#runOnce();
      } catch (error) {
        if (client.isClosed) return;
        logger.warn("leasing session failed", { error: error instanceof Error ? error.message : String(error) });
      }
      this.#watching = false;
      this.#lease = undefined;
      this.#events.onLost();
      if (client.isClosed) return;
      await sleep(clock, RETRY_MS);
    }
  }

  /** Resolves, or rejects with the reason, when the session is over. */
  async #runOnce(): Promise<void> {
    const { client, start, leasing, ttlSeconds } = this.#options;
    const lease = await client.lease(ttlSeconds);
    this.#lease = lease;
    await new Promise<void>((resolve, reject) => {
      const { prefix } = leasing;
      const watch = start(
        { key: prefix, rangeEnd: prefixEnd(prefix), startRevision: 0, token: "", requireLeader: false },
        {
          onResponse: (response) => {
            if (response.canceled) end(new Error(response.cancelReason || "the watch of leasing keys was canceled"));
            else if (response.created) this.#watching = true;
            else for (const { type, kv } of response.events) if (kv !== undefined) this.#hear(type, kv, lease.id);
          },
          onRefused: ({ message }) => end(new Error(message)),
        },
      );
      const end = (error: Error | undefined): void => {
        watch.cancel();
        if (!lease.isEnded) lease.revoke().catch(() => undefined);
        if (error === undefined) resolve();
        else reject(error);
      };
      lease.once("lost", (error) => end(error));
    });
  }

  #hear(
    type: EventType,
    kv: { readonly key: Uint8Array; readonly value: Uint8Array; readonly lease: bigint; readonly modRevision: number },
    ownLease: bigint,
  ): void {
    const key = latin1(this.#options.leasing.strip(kv.key));
    if (type === EventType.DELETE) this.#events.onReleased(key, kv.modRevision);
    else if (utf8Text(kv.value) === REVOKE && kv.lease === ownLease) this.#events.onRevoked(key, kv.modRevision);
  }
}

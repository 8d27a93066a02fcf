/** Leases by their numbers, for programs that do not hold the {@link Lease} itself (clientv3 Lease). */
import { LeaseService } from "../proto/generated/rpc.ts";
import type { Caller, CallOptions } from "./caller.ts";
import type { Lease } from "./lease.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";

/** What is left of a lease. */
export interface LeaseTime {
  readonly id: bigint;
  /** Seconds that are left; -1 when there is no such lease. */
  readonly ttlSeconds: number;
  readonly grantedTtlSeconds: number;
  /** With the option `keys`. */
  readonly keys: readonly Uint8Array[];
}

/** Leases by number: `client.leases`. */
export class LeaseClient {
  readonly #caller: Caller;
  readonly #keeper: LeaseKeeper;

  /**
   * Use `client.leases`.
   * @internal
   */
  constructor(caller: Caller, keeper: LeaseKeeper) {
    this.#caller = caller;
    this.#keeper = keeper;
  }

  /** Keeps a lease alive that somebody else has granted. */
  keepAlive(id: bigint, ttlSeconds: number): Lease {
    return this.#keeper.keep(id, ttlSeconds);
  }

  /** One renewal; resolves to the seconds that the lease has. Rejects with kind LeaseNotFound. */
  keepAliveOnce(id: bigint, options: CallOptions = {}): Promise<number> {
    return this.#keeper.keepAliveOnce(id, options);
  }

  /** Also for one that is gone already. */
  revoke(id: bigint, options: CallOptions = {}): Promise<void> {
    return this.#keeper.revokeId(id, options);
  }

  /** Seconds that a lease has left; with `keys` also the keys attached to it. */
  async timeToLive(id: bigint, options: CallOptions & { readonly keys?: boolean } = {}): Promise<LeaseTime> {
    const request = { id, keys: options.keys };
    const { ttl, grantedTTL, keys } = await this.#caller.unary(LeaseService.leaseTimeToLive, request, "read", options);
    return { id, ttlSeconds: ttl, grantedTtlSeconds: grantedTTL, keys };
  }

  /** The IDs of all leases. */
  async list(options: CallOptions = {}): Promise<readonly bigint[]> {
    const { leases } = await this.#caller.unary(LeaseService.leaseLeases, {}, "read", options);
    return leases.map(({ id }) => id);
  }
}

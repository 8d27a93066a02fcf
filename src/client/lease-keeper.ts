/**
 * Keeps the leases of a client alive, all on one stream: each is renewed when a third of its time has passed (as clientv3), again after half
 * a second while no answer comes. Only the server's word ends a lease: after a restart of the server it has its full time again, whatever our
 * clock says.
 */
import { GrpcCode } from "../base/grpc-code.ts";
import type { Timer } from "../io/clock.ts";
import type { CallListener, CallStatus, GrpcClientCall } from "../net/transport/grpc-client-call.ts";
import { LeaseKeepAliveRequest, LeaseKeepAliveResponse, LeaseService } from "../proto/generated/rpc.ts";
import type { Caller, CallOptions } from "./caller.ts";
import { isStaleToken } from "./caller.ts";
import { asEtcdError, EtcdError, errorOfStatus } from "./errors.ts";
import { Lease } from "./lease.ts";
import { channelFor, replies } from "./reply-stream.ts";

const TICK_MS = 500;

export class LeaseKeeper implements CallListener {
  readonly #caller: Caller;
  readonly #leases: Map<bigint, Lease>;
  #call: GrpcClientCall | undefined;
  #opening: boolean;
  #ticker: Timer | undefined;

  constructor(caller: Caller) {
    this.#caller = caller;
    this.#leases = new Map();
    this.#call = undefined;
    this.#opening = false;
    this.#ticker = undefined;
    caller.register(this);
  }

  /** Leases that are kept alive. */
  get size(): number {
    return this.#leases.size;
  }

  nowMs(): number {
    return this.#caller.clock.now();
  }

  /** Grants a lease and keeps it alive. `id` 0n: the server chooses. */
  async grant(ttlSeconds: number, id: bigint, options: CallOptions): Promise<Lease> {
    const startMs = this.nowMs();
    const response = await this.#caller.unary(LeaseService.leaseGrant, { ttl: ttlSeconds, id }, "write", options);
    if (response.error !== "") throw new EtcdError("Other", GrpcCode.Unknown, response.error);
    return this.keep(response.id, response.ttl, startMs);
  }

  /** Keeps a lease alive that exists. */
  keep(id: bigint, ttlSeconds: number, startMs: number = this.nowMs()): Lease {
    const lease = new Lease(this, id, ttlSeconds, startMs);
    this.#leases.set(id, lease);
    this.#ticker ??= this.#caller.clock.setRepeating(TICK_MS, () => this.#tick());
    return lease;
  }

  async revoke(lease: Lease, options: CallOptions): Promise<void> {
    this.forget(lease);
    lease.end(new EtcdError("LeaseLost", GrpcCode.NotFound, "the lease was revoked"));
    await this.revokeId(lease.id, options);
  }

  /** A lease that is gone already is revoked as well: so the call may be repeated. */
  async revokeId(id: bigint, options: CallOptions): Promise<void> {
    try {
      await this.#caller.unary(LeaseService.leaseRevoke, { id }, "read", options);
    } catch (error) {
      if (!(error instanceof EtcdError) || error.kind !== "LeaseNotFound") throw error;
    }
  }

  async keepAliveOnce(id: bigint, options: CallOptions): Promise<number> {
    for await (const { ttl } of replies(this.#caller, LeaseService.leaseKeepAlive, { id }, options)) {
      if (ttl <= 0) throw new EtcdError("LeaseNotFound", GrpcCode.NotFound, "etcdserver: requested lease not found");
      this.#leases.get(id)?.onRenewed(ttl, this.nowMs());
      return ttl;
    }
    throw new EtcdError("ConnectionLost", GrpcCode.Unavailable, "the stream ended without an answer");
  }

  /** It is not renewed any more. */
  forget(lease: Lease): void {
    if (this.#leases.get(lease.id) !== lease) return;
    this.#leases.delete(lease.id);
    if (this.#leases.size === 0) this.#stop();
  }

  #tick(): void {
    const now = this.nowMs();
    for (const lease of this.#leases.values()) {
      lease.checkTime(now);
      if (lease.renewAtMs > now) continue;
      if (this.#call === undefined) {
        this.#open();
        return;
      }
      this.#renew(lease, now);
    }
  }

  #renew(lease: Lease, now: number): void {
    // Asked again when no answer comes.
    lease.renewAtMs = now + TICK_MS;
    this.#call?.send(LeaseKeepAliveRequest.encode({ id: lease.id }));
  }

  #open(): void {
    if (this.#opening) return;
    this.#opening = true;
    this.#connect().then(
      () => {
        this.#opening = false;
      },
      (error: unknown) => {
        this.#opening = false;
        this.#failed(asEtcdError(error));
      },
    );
  }

  async #connect(): Promise<void> {
    const { tokens } = this.#caller;
    if (tokens?.isMissing === true) await tokens.renew();
    const channel = await channelFor(this.#caller, undefined);
    if (this.#leases.size === 0 || this.#caller.isClosed) return;
    this.#call = channel.open(LeaseService.leaseKeepAlive.path, this);
    const now = this.nowMs();
    for (const lease of this.#leases.values()) this.#renew(lease, now);
  }

  onMessage(message: Uint8Array): void {
    const { id, ttl } = LeaseKeepAliveResponse.decode(message);
    const lease = this.#leases.get(id);
    if (lease === undefined) return;
    if (ttl > 0) {
      lease.onRenewed(ttl, this.nowMs());
      return;
    }
    this.forget(lease);
    lease.end(new EtcdError("LeaseLost", GrpcCode.NotFound, "the lease has expired or was revoked"));
  }

  onEnd(status: CallStatus): void {
    this.#call = undefined;
    this.#failed(errorOfStatus(status));
  }

  /** The next tick opens the stream again. */
  #failed(error: EtcdError): void {
    if (isStaleToken(error)) this.#caller.tokens?.forget();
    const now = this.nowMs();
    for (const lease of this.#leases.values()) lease.renewAtMs = Math.min(lease.renewAtMs, now);
  }

  #stop(): void {
    this.#ticker?.cancel();
    this.#ticker = undefined;
    const call = this.#call;
    this.#call = undefined;
    call?.cancel();
  }

  /** The client was closed: nothing is renewed any more. */
  closeWith(error: EtcdError): void {
    const leases = [...this.#leases.values()];
    this.#leases.clear();
    this.#stop();
    for (const lease of leases) lease.end(error);
  }
}

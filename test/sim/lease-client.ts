/**
 * A client that holds leases: it grants one, attaches a key, renews it for a while and then lets it go. The key must not go away while the lease was
 * renewed within its time to live, and must go away after that (the second is checked when the cluster is whole again).
 */
import { latin1Bytes, utf8 } from "../../src/base/bytes.ts";
import { RequestField } from "../../src/core/apply/raft-request.ts";
import { LeaseGrantRequest, PutRequest } from "../../src/proto/generated/rpc.ts";
import type { ClientWorld } from "./kv-client.ts";
import type { SimulatedNode } from "./node.ts";
import type { SeededRandom } from "./random.ts";

/** Clocks of members are at most this much too fast. */
export const DRIFT_MAX = 0.02;

interface HeldLease {
  readonly id: bigint;
  readonly key: string;
  readonly ttlMs: number;
  /** Time of the world when the last renewal that was answered began. */
  renewedMs: number;
  attached: boolean;
  givenUp: boolean;
}

export class LeaseClient {
  readonly #name: string;
  readonly #shared: ClientWorld;
  readonly #random: SeededRandom;
  readonly #leases: Map<string, HeldLease>;
  #count: number;
  #stopped: boolean;
  renewals: number;
  expired: number;

  constructor(name: string, shared: ClientWorld, random: SeededRandom) {
    this.#name = name;
    this.#shared = shared;
    this.#random = random;
    this.#leases = new Map();
    this.#count = 0;
    this.#stopped = false;
    this.renewals = 0;
    this.expired = 0;
  }

  start(): void {
    this.#grant();
  }

  stop(): void {
    this.#stopped = true;
    for (const lease of this.#leases.values()) lease.givenUp = true;
  }

  /** Keys that should be gone by now. */
  overdue(nowMs: number, slackMs: number): string[] {
    return [...this.#leases.values()]
      .filter((lease) => lease.attached && nowMs > lease.renewedMs + lease.ttlMs + slackMs)
      .map(({ key }) => key);
  }

  /** A key was deleted. */
  deleted(key: string, atMs: number): void {
    const lease = this.#leases.get(key);
    if (lease === undefined) return;
    this.#leases.delete(key);
    this.expired++;
    const earliestMs = lease.renewedMs + lease.ttlMs * (1 - DRIFT_MAX);
    this.#shared.findings.check(
      atMs >= earliestMs,
      () =>
        `${this.#name}: lease of ${key} ended at ${atMs.toFixed(0)} ms; renewed at ${lease.renewedMs.toFixed(0)} for ${lease.ttlMs} ms`,
    );
  }

  #member(): SimulatedNode | undefined {
    const nodes = this.#shared.nodes().filter((node) => node.alive && !node.process.stopped);
    return nodes.length === 0 ? undefined : nodes[this.#random.integer(nodes.length)]!;
  }

  #grant(): void {
    if (this.#stopped) return;
    const { world } = this.#shared;
    const node = this.#member();
    if (node === undefined) {
      world.setTimer(500, () => this.#grant());
      return;
    }
    const { member } = node.running!;
    const number = this.#count++;
    const id = BigInt(this.#random.u32()) * 65536n + BigInt(number + 1);
    const ttl = 3 + this.#random.integer(4);
    const lease: HeldLease = {
      id,
      key: `lease/${this.#name}/${number}`,
      ttlMs: ttl * 1000,
      renewedMs: world.now(),
      attached: false,
      givenUp: false,
    };
    const again = (): void => {
      world.setTimer(500 + this.#random.integer(3000), () => this.#grant());
    };
    member.proposer.request(RequestField.LeaseGrant, LeaseGrantRequest.encode({ id, ttl })).then(() => {
      this.#leases.set(lease.key, lease);
      const put = PutRequest.create({ key: latin1Bytes(lease.key), value: utf8("held"), lease: id });
      member.proposer.request(RequestField.Put, PutRequest.encode(put)).then(
        () => {
          lease.attached = true;
        },
        () => undefined,
      );
      this.#renew(lease, 2 + this.#random.integer(12));
    }, ignore);
    again();
  }

  #renew(lease: HeldLease, times: number): void {
    this.#shared.world.setTimer(lease.ttlMs / 4, () => {
      if (this.#stopped || lease.givenUp || times === 0 || !this.#leases.has(lease.key)) return;
      const node = this.#member();
      const sentMs = this.#shared.world.now();
      if (node !== undefined) {
        const { process } = node;
        node.running!.leases.renew(lease.id, undefined).then((ttlSeconds) => {
          if (!process.alive || ttlSeconds <= 0 || !this.#leases.has(lease.key)) return;
          this.renewals++;
          lease.renewedMs = Math.max(lease.renewedMs, sentMs);
        }, ignore);
      }
      this.#renew(lease, times - 1);
    });
  }
}

/** Without an answer nothing is known and nothing is expected. */
function ignore(): void {}

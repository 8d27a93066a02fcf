/** Leases for tests of the store: maps and sets, no time. */
import type { LeaseHooks } from "../../src/core/mvcc/lease-hooks.ts";

export class NoLeases implements LeaseHooks {
  has(): boolean {
    return false;
  }
  leaseOf(): bigint {
    return 0n;
  }
  attach(): boolean {
    return false;
  }
  detach(): void {}
}

export class MapLeases implements LeaseHooks {
  readonly keys: Map<bigint, Set<string>> = new Map();
  readonly #leaseOf: Map<string, bigint> = new Map();

  has(lease: bigint): boolean {
    return this.keys.has(lease);
  }
  leaseOf(key: string): bigint {
    return this.#leaseOf.get(key) ?? 0n;
  }
  attach(lease: bigint, key: string): boolean {
    const keys = this.keys.get(lease);
    if (keys === undefined) return false;
    keys.add(key);
    this.#leaseOf.set(key, lease);
    return true;
  }
  detach(lease: bigint, key: string): void {
    if (!this.keys.get(lease)?.delete(key)) return;
    this.#leaseOf.delete(key);
  }
}

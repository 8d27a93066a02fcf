/** The operating system's randomness behind {@link Random}, drawn in blocks so that a value costs no system call. */
import { randomFillSync } from "node:crypto";
import { assert } from "../../base/assert.ts";
import type { Random } from "../random.ts";

const POOL_BYTES = 4096;
const INTEGER_RANGE = 2 ** 48;

export class NodeRandom implements Random {
  readonly #pool: Buffer = Buffer.alloc(POOL_BYTES);
  #used: number = POOL_BYTES;

  integer(bound: number): number {
    assert(Number.isInteger(bound) && bound > 0 && bound <= INTEGER_RANGE, "random bound is within 1..2^48");
    // Values in the incomplete last stretch would favour small results: draw again.
    const fair = INTEGER_RANGE - (INTEGER_RANGE % bound);
    for (;;) {
      const value = this.#pool.readUIntLE(this.#take(6), 6);
      if (value < fair) return value % bound;
    }
  }

  u64(): bigint {
    return this.#pool.readBigUInt64LE(this.#take(8));
  }

  bytes(length: number): Uint8Array {
    return randomFillSync(new Uint8Array(length));
  }

  #take(bytes: number): number {
    if (this.#used + bytes > POOL_BYTES) {
      randomFillSync(this.#pool);
      this.#used = 0;
    }
    const at = this.#used;
    this.#used += bytes;
    return at;
  }
}

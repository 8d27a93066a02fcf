/**
 * Randomness from a seed: sfc32 (Chris Doty-Humphrey's small fast counting generator, PractRand), 128 bits of state, seeded by splitmix32.
 * The same seed gives the same draws on every machine.
 */
import { assert } from "../../src/base/assert.ts";
import type { Random } from "../../src/io/random.ts";

export class SeededRandom implements Random {
  readonly seed: number;
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  constructor(seed: number) {
    this.seed = seed;
    let state = seed | 0;
    const splitmix = (): number => {
      state = (state + 0x9e3779b9) | 0;
      let z = state ^ (state >>> 16);
      z = Math.imul(z, 0x21f0aaad);
      z ^= z >>> 15;
      z = Math.imul(z, 0x735a2d97);
      return z ^ (z >>> 15);
    };
    this.#a = splitmix();
    this.#b = splitmix();
    this.#c = splitmix();
    this.#counter = 1;
    for (let i = 0; i < 12; i++) this.u32();
  }

  /** Uniform in [0, 2^32). */
  u32(): number {
    const t = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + t) | 0;
    return t >>> 0;
  }

  integer(bound: number): number {
    assert(Number.isInteger(bound) && bound > 0 && bound <= 2 ** 48, "random bound is within 1..2^48");
    if (bound <= 2 ** 32) return Math.floor((this.u32() / 2 ** 32) * bound);
    return Math.floor((((this.u32() & 0xffff) * 2 ** 32 + this.u32()) / 2 ** 48) * bound);
  }

  u64(): bigint {
    return (BigInt(this.u32()) << 32n) | BigInt(this.u32());
  }

  bytes(length: number): Uint8Array {
    const out = new Uint8Array(length);
    for (let i = 0; i < length; i++) out[i] = this.u32();
    return out;
  }

  /** True with that probability. */
  chance(probability: number): boolean {
    return this.u32() / 2 ** 32 < probability;
  }

  /** A generator of its own for one part of a simulation: its draws do not depend on how often others draw. */
  fork(): SeededRandom {
    return new SeededRandom(this.u32());
  }
}

/** Randomness as the server sees it. Real: node:crypto. Simulated: a seeded generator. */
export interface Random {
  /** Uniform integer in [0, bound), bound <= 2^48. */
  integer(bound: number): number;
  /** Uniform 64-bit value. */
  u64(): bigint;
  /** Fresh random bytes. */
  bytes(length: number): Uint8Array;
}

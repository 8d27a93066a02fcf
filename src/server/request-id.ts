/**
 * Request IDs that no other member and no earlier run of this member uses (etcd pkg/idutil):
 *
 *   | low 16 bits of the member ID | low 40 bits of unix ms at start | counter, 8 bits, carries upward |
 *
 * The low 48 bits fit a double, so pending requests are found by a `number` and a bigint is made only for the wire.
 */

const SUFFIX_LIMIT = 2 ** 48;

export class RequestIdGenerator {
  readonly #prefix: bigint;
  #suffix: number;

  constructor(memberId: bigint, unixMs: number) {
    this.#prefix = (memberId & 0xffffn) << 48n;
    this.#suffix = (Math.floor(unixMs) % 2 ** 40) * 256;
  }

  /** The next suffix; {@link id} turns it into the whole ID. */
  next(): number {
    this.#suffix = (this.#suffix + 1) % SUFFIX_LIMIT;
    return this.#suffix;
  }

  /** The 64-bit ID of a suffix that this member made. */
  id(suffix: number): bigint {
    return this.#prefix | BigInt(suffix);
  }

  /** The suffix of an ID, or -1 when another member made it. */
  suffixOf(id: bigint): number {
    return (id & 0xffff000000000000n) === this.#prefix ? Number(id & 0xffffffffffffn) : -1;
  }
}

/**
 * The window of append messages that a follower has not acknowledged, in a ring that grows on demand.
 * Indexes are added in ascending order. The byte limit is soft: the message that crosses it still goes out.
 */
import { assert } from "../../../base/assert.ts";

export class Inflights {
  #start: number;
  #count: number;
  #bytes: number;
  readonly #maxCount: number;
  readonly #maxBytes: number;
  /** Last index and byte size of each message in flight. */
  #indexes: number[];
  #sizes: number[];

  /** At most maxCount messages of together maxBytes bytes (0: no byte limit). */
  constructor(maxCount: number, maxBytes: number) {
    this.#start = 0;
    this.#count = 0;
    this.#bytes = 0;
    this.#maxCount = maxCount;
    this.#maxBytes = maxBytes;
    this.#indexes = [];
    this.#sizes = [];
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** True when nothing more may be sent for now. */
  full(): boolean {
    return this.#count === this.#maxCount || (this.#maxBytes !== 0 && this.#bytes >= this.#maxBytes);
  }

  /** A message that ends at this index goes out; not allowed when full. */
  add(index: number, bytes: number): void {
    assert(!this.full(), "cannot add into a Full inflights");
    if (this.#count === this.#indexes.length) this.#grow();
    let at = this.#start + this.#count;
    if (at >= this.#indexes.length) at -= this.#indexes.length;
    this.#indexes[at] = index;
    this.#sizes[at] = bytes;
    this.#count++;
    this.#bytes += bytes;
  }

  /** The follower has everything up to this index. */
  freeUpTo(index: number): void {
    while (this.#count > 0 && this.#indexes[this.#start]! <= index) {
      this.#bytes -= this.#sizes[this.#start]!;
      this.#count--;
      this.#start = this.#start + 1 === this.#indexes.length ? 0 : this.#start + 1;
    }
    if (this.#count === 0) this.#start = 0;
  }

  reset(): void {
    this.#start = 0;
    this.#count = 0;
    this.#bytes = 0;
  }

  clone(): Inflights {
    const copy = new Inflights(this.#maxCount, this.#maxBytes);
    for (let i = 0; i < this.#count; i++) {
      const at = (this.#start + i) % this.#indexes.length;
      copy.add(this.#indexes[at]!, this.#sizes[at]!);
    }
    return copy;
  }

  #grow(): void {
    const old = this.#indexes.length;
    const size = Math.min(Math.max(old * 2, 1), this.#maxCount);
    const indexes: number[] = [];
    const sizes: number[] = [];
    for (let i = 0; i < size; i++) {
      const at = i < old ? (this.#start + i) % old : 0;
      indexes.push(i < old ? this.#indexes[at]! : 0);
      sizes.push(i < old ? this.#sizes[at]! : 0);
    }
    this.#start = 0;
    this.#indexes = indexes;
    this.#sizes = sizes;
  }
}

/**
 * Lists of a value for each of up to millions of keys, in chunks: what is there never moves. An array that grows by doubling copies
 * megabytes within one turn of the loop, and every list of a range does so at the same key.
 */
const CHUNK_BITS = 13;
const CHUNK_LENGTH = 1 << CHUNK_BITS;
const CHUNK_MASK = CHUNK_LENGTH - 1;

/** Numbers: 8 bytes each, or 4 when all are integers of 32 bits with sign. */
export class Column {
  readonly #chunks: (Float64Array | Int32Array)[];
  readonly #bits: 32 | 64;
  #length: number;

  constructor(bits: 32 | 64) {
    this.#chunks = [];
    this.#bits = bits;
    this.#length = 0;
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    const at = this.#length++ & CHUNK_MASK;
    if (at === 0) this.#chunks.push(this.#bits === 32 ? new Int32Array(CHUNK_LENGTH) : new Float64Array(CHUNK_LENGTH));
    this.#chunks[this.#chunks.length - 1]![at] = value;
  }

  get(i: number): number {
    return this.#chunks[i >>> CHUNK_BITS]![i & CHUNK_MASK]!;
  }

  set(i: number, value: number): void {
    this.#chunks[i >>> CHUNK_BITS]![i & CHUNK_MASK] = value;
  }
}

/** Values of any other type. */
export class ChunkedList<T> {
  readonly #chunks: T[][];
  #length: number;

  constructor() {
    this.#chunks = [];
    this.#length = 0;
  }

  get length(): number {
    return this.#length;
  }

  push(value: T): void {
    if ((this.#length++ & CHUNK_MASK) === 0) this.#chunks.push([]);
    this.#chunks[this.#chunks.length - 1]!.push(value);
  }

  /** Undefined beyond the end. */
  get(i: number): T | undefined {
    return this.#chunks[i >>> CHUNK_BITS]?.[i & CHUNK_MASK];
  }
}

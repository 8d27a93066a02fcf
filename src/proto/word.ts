/**
 * One 64-bit word seen as two 32-bit halves or as a bigint, without bigint arithmetic. Scratch memory only: every use writes before it reads,
 * and nothing is kept between two calls.
 */

const word = new ArrayBuffer(8);
const halves = new Uint32Array(word);
const unsigned = new BigUint64Array(word);
const signed = new BigInt64Array(word);

// The order of halves in memory is the platform's.
unsigned[0] = 1n;
const LOW = halves[0] === 1 ? 0 : 1;
const HIGH = 1 - LOW;

/** Sets the word to the value modulo 2^64 (two's complement for negative values); read it with {@link wordLow} and {@link wordHigh}. */
export function setWord(value: bigint): void {
  unsigned[0] = value;
}

export function wordLow(): number {
  return halves[LOW]!;
}

export function wordHigh(): number {
  return halves[HIGH]!;
}

/** The bigint 0 <= x < 2^64 of two unsigned halves. */
export function unsignedWord(low: number, high: number): bigint {
  halves[LOW] = low;
  halves[HIGH] = high;
  return unsigned[0]!;
}

/** The bigint -2^63 <= x < 2^63 of two unsigned halves. */
export function signedWord(low: number, high: number): bigint {
  halves[LOW] = low;
  halves[HIGH] = high;
  return signed[0]!;
}

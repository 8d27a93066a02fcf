/** Big-endian unsigned 64-bit numbers, in which the peer protocol writes lengths, counts and the commit index. */

/** Writes a safe integer and returns the offset after it. */
export function putUint64(bytes: Uint8Array, at: number, value: number): number {
  const high = Math.floor(value / 4294967296);
  bytes[at] = high >>> 24;
  bytes[at + 1] = high >>> 16;
  bytes[at + 2] = high >>> 8;
  bytes[at + 3] = high;
  const low = value >>> 0;
  bytes[at + 4] = low >>> 24;
  bytes[at + 5] = low >>> 16;
  bytes[at + 6] = low >>> 8;
  bytes[at + 7] = low;
  return at + 8;
}

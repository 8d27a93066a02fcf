/**
 * FNV-1a with 64 bits (Go hash/fnv New64a), which guards bbolt's meta pages. The state is two 32-bit halves: the prime is 2^40 + 0x1b3,
 * so one step is a multiplication by 0x1b3 with carry plus the low half shifted by 8 into the high one.
 */
export interface Fnv64 {
  readonly high: number;
  readonly low: number;
}

export function fnv1a64(bytes: Uint8Array): Fnv64 {
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  for (let i = 0; i < bytes.length; i++) {
    low = (low ^ bytes[i]!) >>> 0;
    const product = low * 0x1b3;
    high = (high * 0x1b3 + Math.floor(product / 0x1_0000_0000) + ((low << 8) >>> 0)) % 0x1_0000_0000;
    low = product % 0x1_0000_0000;
  }
  return { high, low };
}

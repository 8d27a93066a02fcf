/**
 * Keys of the `key` bucket: one per change, in order of revision (etcd server/storage/mvcc/revision.go).
 *
 *   0        8   9        17  18
 *   +--------+---+--------+---+
 *   | main   | _ | sub    | t |     main, sub: uint64 big-endian; `t` only for a tombstone
 *   +--------+---+--------+---+
 *
 * Main is the revision of the transaction, sub the position within it. Both are checked to be safe integers when read from disk.
 */
export const REVISION_KEY_BYTES = 17;
export const TOMBSTONE_KEY_BYTES = 18;

const UNDERSCORE = 0x5f;
const TOMBSTONE_MARK = 0x74;
const TWO_32 = 0x1_0000_0000;

/** Writes the 17 bytes of (main, sub) at an offset. */
export function writeRevisionKey(into: Uint8Array, at: number, main: number, sub: number): void {
  const high = Math.floor(main / TWO_32);
  into[at] = high >>> 24;
  into[at + 1] = high >>> 16;
  into[at + 2] = high >>> 8;
  into[at + 3] = high;
  into[at + 4] = main >>> 24;
  into[at + 5] = main >>> 16;
  into[at + 6] = main >>> 8;
  into[at + 7] = main;
  into[at + 8] = UNDERSCORE;
  const subHigh = Math.floor(sub / TWO_32);
  into[at + 9] = subHigh >>> 24;
  into[at + 10] = subHigh >>> 16;
  into[at + 11] = subHigh >>> 8;
  into[at + 12] = subHigh;
  into[at + 13] = sub >>> 24;
  into[at + 14] = sub >>> 16;
  into[at + 15] = sub >>> 8;
  into[at + 16] = sub;
}

/** Writes the tombstone mark behind a revision written at the same offset. */
export function markTombstone(into: Uint8Array, at: number): void {
  into[at + REVISION_KEY_BYTES] = TOMBSTONE_MARK;
}

/** A fresh 17-byte key. */
export function revisionKey(main: number, sub: number): Uint8Array {
  const key = new Uint8Array(REVISION_KEY_BYTES);
  writeRevisionKey(key, 0, main, sub);
  return key;
}

/** A fresh 18-byte key of a deletion. */
export function tombstoneKey(main: number, sub: number): Uint8Array {
  const key = new Uint8Array(TOMBSTONE_KEY_BYTES);
  writeRevisionKey(key, 0, main, sub);
  markTombstone(key, 0);
  return key;
}

/** True when the bytes have the form above and both numbers are safe integers. */
export function isRevisionKey(key: Uint8Array): boolean {
  if (key.length !== REVISION_KEY_BYTES && key.length !== TOMBSTONE_KEY_BYTES) return false;
  return key[8] === UNDERSCORE && Number.isSafeInteger(mainOf(key)) && Number.isSafeInteger(subOf(key));
}

function word(key: Uint8Array, at: number): number {
  return ((key[at]! << 24) | (key[at + 1]! << 16) | (key[at + 2]! << 8) | key[at + 3]!) >>> 0;
}

export function mainOf(key: Uint8Array): number {
  return word(key, 0) * TWO_32 + word(key, 4);
}

export function subOf(key: Uint8Array): number {
  return word(key, 9) * TWO_32 + word(key, 13);
}

/** True for the key of a deletion. */
export function isTombstoneKey(key: Uint8Array): boolean {
  return key.length === TOMBSTONE_KEY_BYTES && key[REVISION_KEY_BYTES] === TOMBSTONE_MARK;
}

/**
 * CRC32C (Castagnoli, reflected polynomial 0x82f63b78), slicing-by-8: what etcd's WAL records, `.snap` files and backend hashes use
 * (Go hash/crc32 with crc32.Castagnoli). Pure TypeScript; `storage/crc32c.ts` prefers the native one.
 *
 * Running use: `crc32c(b, crc32c(a))` equals `crc32c(a ++ b)`, as Go's `crc32.Update`.
 */

const POLYNOMIAL = 0x82f63b78;

/** Eight tables of 256 in one array: table k maps a byte to its CRC after k further zero bytes. */
const TABLES: Uint32Array = buildTables();

function buildTables(): Uint32Array {
  const tables = new Uint32Array(8 * 256);
  for (let n = 0; n < 256; n++) {
    let crc = n;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) !== 0 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    tables[n] = crc;
  }
  for (let n = 0; n < 256; n++) {
    let crc = tables[n]!;
    for (let k = 1; k < 8; k++) {
      crc = tables[crc & 0xff]! ^ (crc >>> 8);
      tables[k * 256 + n] = crc;
    }
  }
  return tables;
}

/** The CRC32C of the bytes as an unsigned 32-bit number, continued from `seed` (the CRC of what came before; 0 at the start). */
export function crc32c(bytes: Uint8Array, seed: number = 0): number {
  const t = TABLES;
  let crc = ~seed;
  let i = 0;
  const wide = bytes.length - 7;
  while (i < wide) {
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    crc =
      t[1792 + (crc & 0xff)]! ^
      t[1536 + ((crc >>> 8) & 0xff)]! ^
      t[1280 + ((crc >>> 16) & 0xff)]! ^
      t[1024 + (crc >>> 24)]! ^
      t[768 + bytes[i + 4]!]! ^
      t[512 + bytes[i + 5]!]! ^
      t[256 + bytes[i + 6]!]! ^
      t[bytes[i + 7]!]!;
    i += 8;
  }
  for (; i < bytes.length; i++) crc = t[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

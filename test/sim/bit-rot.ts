/** Bits that turn over on the disk of a member that is down. */
import { decodeMeta } from "../../src/codec/bolt/meta.ts";
import { FileError } from "../../src/io/file-system.ts";
import type { SimulatedDisk } from "./disk.ts";
import type { SeededRandom } from "./random.ts";

export const DATABASE = "data/member/snap/db";
const PAGE_BYTES = 4096;

/** Contents of the database file; empty when there is none. */
export function databaseBytes(disk: SimulatedDisk): Uint8Array {
  try {
    return disk.contents(DATABASE);
  } catch (error) {
    if (error instanceof FileError && error.code === "ENOENT") return new Uint8Array(0);
    throw error;
  }
}

/** Turns one bit of one of the two meta pages over, the newer one as often as not; false when they are not both sound. */
export function damageMetaPage(disk: SimulatedDisk, random: SeededRandom): boolean {
  const bytes = databaseBytes(disk);
  for (const slot of [0, 1])
    if (bytes.length < 2 * PAGE_BYTES || !decodeMeta(bytes.subarray(slot * PAGE_BYTES)).ok) return false;
  disk.flipBit(DATABASE, random.integer(2) * PAGE_BYTES + 16 + random.integer(64), random.integer(8));
  return true;
}

/** Turns one bit over in every copy of the text in the database file; returns how many there were. */
export function damageText(disk: SimulatedDisk, text: string): number {
  const bytes = Buffer.from(databaseBytes(disk));
  let found = 0;
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) {
    disk.flipBit(DATABASE, at, 0);
    found++;
  }
  return found;
}

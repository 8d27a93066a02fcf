/**
 * Copies a snapshot into a data directory and checks the SHA-256 that `snapshot save` put behind it: the last 32 bytes of a file whose size
 * leaves 32 when divided by 512. One pass: the next piece is read and the last one written while this one is hashed.
 *
 *   +-----------------------+---------+
 *   | database, n * 512 B   | SHA-256 |
 *   +-----------------------+---------+
 */
import { createHash } from "node:crypto";
import { equalBytes } from "../../base/bytes.ts";
import { type File, FileError, type FileSystem } from "../../io/file-system.ts";
import { fileErrorText, ToolError } from "./tool-environment.ts";

const PIECE_BYTES = 1 << 20;
const HASH_BYTES = 32;
const SECTOR_BYTES = 512;

export interface SnapshotCopy {
  readonly fileSystem: FileSystem;
  readonly from: string;
  readonly to: string;
  /** Made, with its parents, once the source was opened. */
  readonly folder: string;
  readonly skipHashCheck: boolean;
}

/** Throws ToolError when the hash is wrong or missing; the copy stays, as the original leaves it. */
export async function copySnapshot(copy: SnapshotCopy): Promise<void> {
  const source = await openSource(copy);
  try {
    const size = await source.size();
    if (size < HASH_BYTES) throw new ToolError(`seek ${copy.from}: invalid argument`);
    const wanted = new Uint8Array(HASH_BYTES);
    await source.read(wanted, size - HASH_BYTES);
    await copy.fileSystem.makeDirectory(copy.folder);
    const hasHash = size % SECTOR_BYTES === HASH_BYTES;
    const bytes = hasHash ? size - HASH_BYTES : size;
    const target = await copy.fileSystem.open(copy.to, "write");
    try {
      const checks = hasHash && !copy.skipHashCheck;
      const found = await copyBytes(source, target, bytes, checks);
      await target.truncate(bytes);
      if (!hasHash && !copy.skipHashCheck) throw new ToolError("snapshot missing hash but --skip-hash-check=false");
      if (checks && !equalBytes(found, wanted)) {
        throw new ToolError(`expected sha256 [${wanted.join(" ")}], got [${found.join(" ")}]`);
      }
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function openSource(copy: SnapshotCopy): Promise<File> {
  try {
    return await copy.fileSystem.open(copy.from, "read");
  } catch (error) {
    if (error instanceof FileError) throw new ToolError(fileErrorText(error), undefined, error);
    throw error;
  }
}

/** Returns the SHA-256 of what was copied, empty unless asked for. */
async function copyBytes(source: File, target: File, bytes: number, hashes: boolean): Promise<Uint8Array> {
  const hash = createHash("sha256");
  // Three pieces of memory: one being read, one being hashed, one being written.
  const pieces = [new Uint8Array(PIECE_BYTES), new Uint8Array(PIECE_BYTES), new Uint8Array(PIECE_BYTES)] as const;
  const read = (at: number, turn: number): Promise<number> =>
    at >= bytes
      ? Promise.resolve(0)
      : source.read(pieces[turn % 3]!.subarray(0, Math.min(PIECE_BYTES, bytes - at)), at);
  let reading = read(0, 0);
  let writing: Promise<void> = Promise.resolve();
  for (let at = 0, turn = 0; at < bytes; turn++) {
    const length = await reading;
    if (length === 0) throw new ToolError(`unexpected end of ${source.path}`);
    const piece = pieces[turn % 3]!.subarray(0, length);
    reading = read(at + length, turn + 1);
    // Should the write fail first, the failure of this read is of no interest.
    reading.catch(() => undefined);
    await writing;
    writing = target.writev([piece], at);
    writing.catch(() => undefined);
    if (hashes) hash.update(piece);
    at += length;
  }
  await writing;
  return hashes ? new Uint8Array(hash.digest()) : new Uint8Array(0);
}

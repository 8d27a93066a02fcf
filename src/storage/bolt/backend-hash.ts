/** The hash of Maintenance.Hash (etcd backend.Hash): CRC32C over each bucket's name and its keys and values, in order. */
import { utf8 } from "../../base/bytes.ts";
import { crc32c } from "../crc32c.ts";
import type { BoltPinnedReader } from "./pinned-reader.ts";

/** Says which entries stay out; etcd's are meta/{consistent_index, term, storageVersion}. */
export type HashIgnore = (bucket: string, key: Uint8Array) => boolean;

const NO_KEY = new Uint8Array(0);

export async function hashOf(reader: BoltPinnedReader, ignores?: HashIgnore): Promise<number> {
  let hash = 0;
  for (const bucket of reader.bucketNames) {
    hash = crc32c(utf8(bucket), hash);
    await reader.scanSlices(bucket, NO_KEY, undefined, (key, value) => {
      if (ignores?.(bucket, key) === true) return;
      hash = crc32c(value, crc32c(key, hash));
    });
  }
  return hash;
}

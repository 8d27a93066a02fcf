/**
 * The value of a bucket's element in the root tree.
 *
 *   offset 0  root      u64   page of the bucket's tree, or 0: the bucket is inline
 *          8  sequence  u64
 *         16  page            only when inline: a whole leaf page with id 0, cut after its last byte
 *
 * A bucket is inline when it is one leaf of at most a quarter of a page.
 */

import { BUCKET_HEADER_BYTES, LOW_WORD, PAGE_HEADER_BYTES, PAGE_ID_LIMIT } from "./layout.ts";
import { checkNodePage, NodePage } from "./node-page.ts";

export interface BucketValue {
  /** Page of the tree; 0 when inline. */
  readonly root: number;
  readonly sequence: number;
  /** The tree of an inline bucket, in memory of its own. */
  readonly inline: NodePage | undefined;
}

export type BucketValueResult =
  | { readonly ok: true; readonly bucket: BucketValue }
  | { readonly ok: false; readonly reason: string };

/** Reads a bucket value; copies, because values are not aligned. */
export function decodeBucketValue(value: Uint8Array, pageCount: number): BucketValueResult {
  if (value.length < BUCKET_HEADER_BYTES) return { ok: false, reason: `bucket value of ${value.length} bytes` };
  const padded = new Uint8Array((value.length + 7) & ~7);
  padded.set(value);
  const words = new Uint32Array(padded.buffer);
  const root = words[LOW_WORD]! + words[1 - LOW_WORD]! * 0x1_0000_0000;
  const sequence = words[2 + LOW_WORD]! + words[3 - LOW_WORD]! * 0x1_0000_0000;
  if (root !== 0) {
    if (root < 2 || root >= pageCount || root >= PAGE_ID_LIMIT)
      return { ok: false, reason: `bucket root ${root} is not below the page count ${pageCount}` };
    return { ok: true, bucket: { root, sequence, inline: undefined } };
  }
  const length = value.length - BUCKET_HEADER_BYTES;
  if (length < PAGE_HEADER_BYTES) return { ok: false, reason: `inline bucket of ${length} bytes` };
  const inline = new NodePage(0, padded, words, BUCKET_HEADER_BYTES, length);
  const reason = checkNodePage(inline, { pageCount, inline: true });
  if (reason !== undefined) return { ok: false, reason: `inline bucket: ${reason}` };
  for (let i = 0; i < inline.count; i++)
    if (inline.isBucket(i)) return { ok: false, reason: "inline bucket: holds a bucket" };
  return { ok: true, bucket: { root: 0, sequence, inline } };
}

/** Writes the 16 bytes before an inline page, or the whole value of a bucket with pages. */
export function writeBucketHeader(words: Uint32Array, root: number, sequence: number): void {
  words[LOW_WORD] = root;
  words[1 - LOW_WORD] = 0;
  words[2 + LOW_WORD] = sequence % 0x1_0000_0000;
  words[3 - LOW_WORD] = Math.floor(sequence / 0x1_0000_0000);
}

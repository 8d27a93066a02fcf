/**
 * bbolt's meta page: which transaction a file holds.
 *
 *   offset 16  magic     u32  0xed0cdaed
 *          20  version   u32  2
 *          24  pageSize  u32
 *          28  flags     u32
 *          32  root      u64  page of the root bucket's tree
 *          40  sequence  u64  of the root bucket
 *          48  freelist  u64  page of the persisted freelist, or 2^64-1 = none (NoFreelistSync, what etcd and we write)
 *          56  pageCount u64  high-water mark: the first page number never used
 *          64  txid      u64
 *          72  checksum  u64  FNV-1a of offsets 16 to 71
 *
 * It fits in the first 512-byte sector of its page, so that it is written whole or not at all.
 */
import { fnv1a64 } from "./checksum.ts";
import { flagsAndCount, flagsOf, isPageSize, LOW_WORD, PAGE_HEADER_BYTES, PAGE_ID_LIMIT, PageFlag } from "./layout.ts";

export const META_BYTES = 80;
const MAGIC = 0xed0cdaed;
const VERSION = 2;

export interface Meta {
  readonly pageSize: number;
  /** Page of the root bucket. */
  readonly root: number;
  readonly sequence: number;
  /** Page of the persisted freelist; undefined when there is none. */
  readonly freelist: number | undefined;
  /** High-water mark: pages in the file, used or free. */
  readonly pageCount: number;
  readonly txid: number;
}

export type MetaResult =
  | { readonly ok: true; readonly meta: Meta }
  | { readonly ok: false; readonly reason: string; readonly magicIsRight: boolean };

/** Reads the meta page at the start of `bytes` (at least {@link META_BYTES} long). */
export function decodeMeta(bytes: Uint8Array): MetaResult {
  if (bytes.length < META_BYTES) return bad("shorter than a meta page");
  const words = new Uint32Array(bytes.slice(0, META_BYTES).buffer);
  if (words[4] !== MAGIC) return bad(`magic is 0x${words[4]!.toString(16)}, not 0x${MAGIC.toString(16)}`);
  if (words[5] !== VERSION) return bad(`version is ${words[5]}, not ${VERSION}`, true);
  const sum = fnv1a64(bytes.subarray(PAGE_HEADER_BYTES, META_BYTES - 8));
  if (words[18 + LOW_WORD] !== sum.low || words[19 - LOW_WORD] !== sum.high)
    return bad("checksum does not match", true);
  if (flagsOf(words[2]!) !== PageFlag.Meta)
    return bad(`page flags are ${flagsOf(words[2]!)}, not those of a meta page`, true);
  const pageSize = words[6]!;
  if (!isPageSize(pageSize)) return bad(`page size ${pageSize} is not supported`, true);
  const pageCount = u64(words, 14);
  const root = u64(words, 8);
  const freelist = u64(words, 12);
  const none = words[12] === 0xffffffff && words[13] === 0xffffffff;
  const txid = u64(words, 16);
  if (pageCount < 3 || pageCount > PAGE_ID_LIMIT) return bad(`page count ${pageCount} is out of range`, true);
  if (root < 2 || root >= pageCount) return bad(`root page ${root} is not below the page count ${pageCount}`, true);
  if (!none && (freelist < 2 || freelist >= pageCount))
    return bad(`freelist page ${freelist} is not below the page count ${pageCount}`, true);
  if (!Number.isSafeInteger(txid)) return bad(`txid ${txid} is out of range`, true);
  const meta = { pageSize, root, sequence: u64(words, 10), freelist: none ? undefined : freelist, pageCount, txid };
  return { ok: true, meta };
}

/** Fills a whole meta page (of `meta.pageSize` bytes, zeros before) for the slot that the txid chooses, or the given slot. */
export function encodeMeta(meta: Meta, into: Uint8Array, slot: number = meta.txid % 2): void {
  const words = new Uint32Array(META_BYTES / 4);
  putU64(words, 0, slot);
  words[2] = flagsAndCount(PageFlag.Meta, 0);
  words[4] = MAGIC;
  words[5] = VERSION;
  words[6] = meta.pageSize;
  putU64(words, 8, meta.root);
  putU64(words, 10, meta.sequence);
  if (meta.freelist === undefined) words.fill(0xffffffff, 12, 14);
  else putU64(words, 12, meta.freelist);
  putU64(words, 14, meta.pageCount);
  putU64(words, 16, meta.txid);
  const bytes = new Uint8Array(words.buffer);
  const sum = fnv1a64(bytes.subarray(PAGE_HEADER_BYTES, META_BYTES - 8));
  words[18 + LOW_WORD] = sum.low;
  words[19 - LOW_WORD] = sum.high;
  into.set(bytes);
}

function bad(reason: string, magicIsRight = false): MetaResult {
  return { ok: false, reason, magicIsRight };
}

function u64(words: Uint32Array, at: number): number {
  return words[at + LOW_WORD]! + words[at + 1 - LOW_WORD]! * 0x1_0000_0000;
}

function putU64(words: Uint32Array, at: number, value: number): void {
  words[at + LOW_WORD] = value % 0x1_0000_0000;
  words[at + 1 - LOW_WORD] = Math.floor(value / 0x1_0000_0000);
}

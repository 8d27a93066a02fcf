/**
 * The constants of bbolt's file format, version 2 (bbolt 1.5 internal/common), and its page header.
 *
 * A file is an array of pages of one size (the page size of the machine that created it, kept in the meta pages):
 *
 *   page 0, 1   meta pages; the one with the higher valid txid rules, transaction n writes slot n % 2
 *   page 2...   branch, leaf and freelist pages, or free space
 *
 * Every page, or run of pages with overflow, starts with
 *
 *   offset  0  id        u64   its own page number
 *           8  flags     u16   1 branch, 2 leaf, 4 meta, 16 freelist
 *          10  count     u16   elements (freelist: 0xffff = the count is the first u64 of the body)
 *          12  overflow  u32   further pages that belong to this one
 *
 * Numbers are in the byte order of the machine (bbolt maps structs), which is what typed arrays use too.
 */
export const PAGE_HEADER_BYTES = 16;
/** A leaf element and a branch element are equally long. */
export const ELEMENT_BYTES = 16;
export const BUCKET_HEADER_BYTES = 16;

export const PageFlag = { Branch: 1, Leaf: 2, Meta: 4, Freelist: 16 } as const;
export type PageFlag = (typeof PageFlag)[keyof typeof PageFlag];

/** Flag of a leaf element whose value is a bucket. */
export const BUCKET_ELEMENT_FLAG = 1;

/** A node splits only when both halves keep this many keys. */
export const KEYS_PER_PAGE_MIN = 2;

export const PAGE_BYTES_MIN = 1024;
export const PAGE_BYTES_MAX = 65536;
/** Page numbers stay below this, so that 32-bit arithmetic holds (8 TB of 4-kB pages). */
export const PAGE_ID_LIMIT = 0x7fffffff;
/** Longest key bbolt takes, in bytes. */
export const KEY_BYTES_MAX = 32768;

/** Whether numbers in the file have their low byte first on this machine. */
export const LITTLE_ENDIAN: boolean = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

export function isPageSize(bytes: number): boolean {
  return bytes >= PAGE_BYTES_MIN && bytes <= PAGE_BYTES_MAX && (bytes & (bytes - 1)) === 0;
}

/** The header word that holds flags and count (word 2 of a page). */
export function flagsAndCount(flags: number, count: number): number {
  return LITTLE_ENDIAN ? flags | (count << 16) : (flags << 16) | count;
}

export function flagsOf(word: number): number {
  return LITTLE_ENDIAN ? word & 0xffff : word >>> 16;
}

export function countOf(word: number): number {
  return LITTLE_ENDIAN ? word >>> 16 : word & 0xffff;
}

/** Word offset of the low half of a u64; the high half is at `1 - LOW_WORD`. */
export const LOW_WORD: number = LITTLE_ENDIAN ? 0 : 1;

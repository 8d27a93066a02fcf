/**
 * A persisted freelist page (etcd before NoFreelistSync, `bbolt compact`): page numbers as u64 after the header; when the header's count is
 * 0xffff the first u64 is the count. We read it to check files; we never write one.
 */
import { countOf, flagsOf, LOW_WORD, PAGE_HEADER_BYTES, PageFlag } from "./layout.ts";

export type FreelistResult =
  | { readonly ok: true; readonly pages: readonly number[] }
  | { readonly ok: false; readonly reason: string };

/** Reads the run of pages that holds the freelist. */
export function decodeFreelist(words: Uint32Array): FreelistResult {
  if (flagsOf(words[2]!) !== PageFlag.Freelist)
    return { ok: false, reason: `page flags ${flagsOf(words[2]!)} are not those of a freelist` };
  let at = PAGE_HEADER_BYTES >>> 2;
  let count = countOf(words[2]!);
  if (count === 0xffff) {
    if (at + 2 > words.length) return { ok: false, reason: "freelist is cut" };
    count = words[at + LOW_WORD]! + words[at + 1 - LOW_WORD]! * 0x1_0000_0000;
    at += 2;
  }
  if (at + count * 2 > words.length)
    return { ok: false, reason: `freelist of ${count} pages does not fit its ${words.length * 4} bytes` };
  const pages: number[] = [];
  for (let i = 0; i < count; i++, at += 2)
    pages.push(words[at + LOW_WORD]! + words[at + 1 - LOW_WORD]! * 0x1_0000_0000);
  return { ok: true, pages };
}

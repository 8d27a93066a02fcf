/**
 * Sizes of entries, as they count against the limits of Config. `entrySize` is the length of the encoded entry:
 *
 *   [type: 1 tag + 1, when not normal] [term: 1 + varint] [index: 1 + varint] [data: 1 + varint + bytes, when not empty]
 *
 * Limits on uncommitted and in-flight data count payload bytes only, so that an empty entry is never refused.
 */
import type { Entry } from "./types.ts";

function varintLength(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  if (value < 0x10000000) return 4;
  let length = 5;
  for (let rest = Math.floor(value / 0x800000000); rest > 0; rest = Math.floor(rest / 0x80)) length++;
  return length;
}

/** Bytes of the encoded entry. */
export function entrySize(entry: Entry): number {
  const dataLength = entry.data.length;
  return (
    2 +
    varintLength(entry.term) +
    varintLength(entry.index) +
    (entry.type === 0 ? 0 : 2) +
    (dataLength === 0 ? 0 : 1 + varintLength(dataLength) + dataLength)
  );
}

/** Bytes of all encoded entries. */
export function entriesSize(entries: readonly Entry[]): number {
  let size = 0;
  for (let i = 0; i < entries.length; i++) size += entrySize(entries[i]!);
  return size;
}

/** Bytes of all payloads. */
export function payloadsSize(entries: readonly Entry[]): number {
  let size = 0;
  for (let i = 0; i < entries.length; i++) size += entries[i]!.data.length;
  return size;
}

/** End (exclusive) of the longest run from `from` that stays within maxSize bytes; at least one entry when there is one. */
export function limitedEnd(entries: readonly Entry[], from: number, to: number, maxSize: number): number {
  if (from >= to) return from;
  let size = entrySize(entries[from]!);
  for (let end = from + 1; end < to; end++) {
    size += entrySize(entries[end]!);
    if (size > maxSize) return end;
  }
  return to;
}

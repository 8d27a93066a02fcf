/**
 * Configuration changes inside log entries: the entry's type says whether its data is a ConfChange or a ConfChangeV2.
 * An entry without data is the empty V2 change, which leaves a joint configuration.
 */
import { EMPTY_BYTES } from "../../base/bytes.ts";
import { ProtoError } from "../../proto/proto-error.ts";
import { isConfChangeV2 } from "./conf-change.ts";
import { ConfChange, ConfChangeV2, type Entry, EntryType, newEntry } from "./types.ts";

/** The entry that carries a change, or the one that leaves a joint configuration when there is none. */
export function confChangeEntry(change: ConfChange | ConfChangeV2 | undefined): Entry {
  if (change === undefined) return newEntry(EMPTY_BYTES, EntryType.EntryConfChangeV2);
  if (isConfChangeV2(change)) return newEntry(ConfChangeV2.encode(change), EntryType.EntryConfChangeV2);
  return newEntry(ConfChange.encode(change), EntryType.EntryConfChange);
}

/** The change in an entry of type EntryConfChange or EntryConfChangeV2, or undefined when its bytes are malformed. */
export function entryConfChange(entry: Entry): ConfChange | ConfChangeV2 | undefined {
  try {
    return entry.type === EntryType.EntryConfChange ? ConfChange.decode(entry.data) : ConfChangeV2.decode(entry.data);
  } catch (error) {
    if (error instanceof ProtoError) return undefined;
    throw error;
  }
}

/** Keys that a range found in the index, with what sorting and filtering need; values only where an order by value asks for them. */
import { EMPTY_BYTES } from "../../base/bytes.ts";
import type { FoundRevision, KeyEntry } from "../mvcc/key-entry.ts";
import type { HitSink } from "../mvcc/key-index.ts";

export class RangeHit {
  readonly key: string;
  readonly main: number;
  readonly sub: number;
  readonly created: number;
  readonly version: number;
  /** Length of the stored bytes; -1 when the index does not know (an older version). */
  readonly storedBytes: number;
  /** Filled for an order by value. */
  value: Uint8Array;
  /** Filled with the value. */
  stored: Uint8Array | undefined;

  constructor(key: string, found: FoundRevision, storedBytes: number) {
    this.key = key;
    this.main = found.main;
    this.sub = found.sub;
    this.created = found.created;
    this.version = found.version;
    this.storedBytes = storedBytes;
    this.value = EMPTY_BYTES;
    this.stored = undefined;
  }
}

export class RangeHits implements HitSink {
  hits: RangeHit[] = [];
  /** Sum of the known lengths of stored bytes. */
  knownBytes = 0;

  add(entry: KeyEntry, found: FoundRevision): void {
    const isNewest = entry.modMain === found.main && entry.modSub === found.sub;
    const storedBytes = isNewest ? entry.newestBytes : -1;
    if (isNewest) this.knownBytes += storedBytes;
    this.hits.push(new RangeHit(entry.key, found, storedBytes));
  }
}

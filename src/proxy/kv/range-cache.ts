/**
 * Replies to reads, kept for serializable ones that ask the same again (etcd server/proxy/grpcproxy/cache). A write through this proxy drops what it
 * touches; writes that go elsewhere are not seen, which serializable reads allow. The least recently used go first, by count and by bytes.
 *
 * DIVERGES from etcd: replies belong to the token they were given to; reads at the newest revision are kept after a compaction too; ranges
 * without an end are dropped by writes like others (ADR 0040).
 */
import { latin1 } from "../../base/bytes.ts";
import { END_OF_KEYS, IntervalTree } from "../../core/watch/interval-tree.ts";
import { RangeRequest } from "../../proto/generated/rpc.ts";

interface Entry {
  readonly id: string;
  /** Whether writes can make it wrong: a read of an old revision stays right. */
  readonly isCurrent: boolean;
  readonly start: string;
  readonly end: string;
  readonly reply: Uint8Array;
}

export type CacheAnswer = Uint8Array | "compacted" | undefined;

const ENTRIES_MAX = 2048;
const BYTES_MAX = 256 * 1024 * 1024;

export class RangeCache {
  /** In the order of their use. */
  readonly #entries: Map<string, Entry>;
  /** Which current entries hold a key. */
  readonly #ranges: IntervalTree<Set<Entry>>;
  readonly #entriesMax: number;
  readonly #bytesMax: number;
  #bytes: number;
  #compactRevision: number;

  constructor(entriesMax: number = ENTRIES_MAX, bytesMax: number = BYTES_MAX) {
    this.#entries = new Map();
    this.#ranges = new IntervalTree();
    this.#entriesMax = entriesMax;
    this.#bytesMax = bytesMax;
    this.#bytes = 0;
    this.#compactRevision = -1;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Keeps the encoded reply to a read, serializable or not. The cache owns the bytes from now on. */
  add(request: RangeRequest, token: string, reply: Uint8Array): void {
    if (request.revision !== 0 && request.revision <= this.#compactRevision) return;
    const id = entryId(request, token);
    this.#drop(this.#entries.get(id));
    if (reply.length > this.#bytesMax) return;
    const { start, end } = interval(request.key, request.rangeEnd);
    // A range without room for a key stays empty.
    const isCurrent = request.revision === 0 && start < end;
    const entry: Entry = { id, isCurrent, start, end, reply };
    this.#entries.set(id, entry);
    this.#bytes += reply.length;
    if (isCurrent) {
      const sharing = this.#ranges.find(start, end);
      if (sharing === undefined) this.#ranges.insert(start, end, new Set([entry]));
      else sharing.add(entry);
    }
    for (const oldest of this.#entries.values()) {
      if (this.#entries.size <= this.#entriesMax && this.#bytes <= this.#bytesMax) break;
      this.#drop(oldest);
    }
  }

  /** The encoded reply; "compacted" for a revision that is gone. */
  get(request: RangeRequest, token: string): CacheAnswer {
    const id = entryId(request, token);
    const entry = this.#entries.get(id);
    if (request.revision > 0 && request.revision < this.#compactRevision) {
      this.#drop(entry);
      return "compacted";
    }
    if (entry === undefined) return undefined;
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    return entry.reply;
  }

  /** Drops what a write to the key, or to the range of keys, makes old. */
  invalidate(key: Uint8Array, rangeEnd: Uint8Array): void {
    const { start, end } = interval(key, rangeEnd);
    if (rangeEnd.length === 0) {
      const holding: Set<Entry>[] = [];
      this.#ranges.stab(start, holding);
      for (const entries of holding) for (const entry of entries) this.#drop(entry);
      return;
    }
    if (start >= end) return;
    for (const entry of this.#entries.values())
      if (entry.isCurrent && entry.start < end && start < entry.end) this.#drop(entry);
  }

  /** Revisions before this one are gone. */
  compact(revision: number): void {
    this.#compactRevision = Math.max(this.#compactRevision, revision);
  }

  #drop(entry: Entry | undefined): void {
    if (entry === undefined || !this.#entries.delete(entry.id)) return;
    this.#bytes -= entry.reply.length;
    const sharing = entry.isCurrent ? this.#ranges.find(entry.start, entry.end) : undefined;
    if (sharing === undefined) return;
    sharing.delete(entry);
    if (sharing.size === 0) this.#ranges.remove(entry.start, entry.end);
  }
}

function entryId(request: RangeRequest, token: string): string {
  const bytes = RangeRequest.encode(request.serializable ? request : { ...request, serializable: true });
  return `${latin1(bytes)}\uffff${token}`;
}

function interval(key: Uint8Array, rangeEnd: Uint8Array): { readonly start: string; readonly end: string } {
  const start = latin1(key);
  if (rangeEnd.length === 0) return { start, end: `${start}\0` };
  if (rangeEnd.length === 1 && rangeEnd[0] === 0) return { start, end: END_OF_KEYS };
  return { start, end: latin1(rangeEnd) };
}

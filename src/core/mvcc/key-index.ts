/**
 * All keys of the store: by hash for single keys, in byte order for ranges (etcd server/storage/mvcc/index.go).
 *
 * The order is kept in blocks of up to 256 entries in one array of blocks; with a million keys that is two binary searches and one short
 * memory move for a new key. Each block knows how many of its keys are live and when that last changed, so that
 * counting a range costs a look per block, not per key: etcd walks the whole range for the `count` of every page of a list (ADR 0010).
 *
 *   firstKeys  ["a",            "k",            "t"]
 *   blocks     [[a c d e h j]   [k l o p r s]   [t u x y]]
 *   live        6               5 (p deleted)   4
 *   changedAt   812             934             77          count at revision 900: block 1 is walked, 0 and 2 are not
 *
 * The hash is split into 64 maps: growing one map of millions of entries would stop the loop for a hundred milliseconds.
 *
 * Ranges are given as on the wire: `end` empty = the single key, `"\0"` = everything from the key on, else key <= k < end.
 * Walks that are cut into slices go on from a key; what is put or deleted between slices does not disturb them.
 */
import { assert } from "../../base/assert.ts";
import type { FoundRevision, KeyEntry } from "./key-entry.ts";

const BLOCK_ENTRIES_MAX = 256;
const SHARDS = 64;

/** The end that means "no upper bound". */
export const FROM_KEY = "\0";

class Block {
  entries: KeyEntry[];
  /** Entries whose key exists now. */
  live: number;
  /** Revision of the last creation or deletion of a key in here. */
  changedAt: number;

  constructor(entries: KeyEntry[], live: number, changedAt: number) {
    this.entries = entries;
    this.live = live;
    this.changedAt = changedAt;
  }
}

function shardOf(key: string): number {
  const n = key.length;
  if (n < 3) return n;
  return (key.charCodeAt(n - 1) + 7 * key.charCodeAt(n - 2) + 31 * key.charCodeAt(n - 3)) & (SHARDS - 1);
}

export class KeyIndex {
  readonly #shards: Map<string, KeyEntry>[] = Array.from({ length: SHARDS }, () => new Map());
  readonly #blocks: Block[] = [];
  readonly #firstKeys: string[] = [];
  #size = 0;
  #live = 0;
  #loading: Loading | undefined;

  /**
   * Usually an empty index. With `loading` only the hash is kept up to date until {@link loadSome} has put all keys in order:
   * half the cost per key when a store is restored (test/bench/mvcc.ts).
   */
  constructor(loading: boolean = false) {
    this.#loading = loading ? new Loading() : undefined;
  }

  /** Keys known, deleted ones that are not compacted yet among them. */
  get size(): number {
    return this.#size;
  }

  /** Keys that exist now. */
  get liveKeys(): number {
    return this.#live;
  }

  get(key: string): KeyEntry | undefined {
    return this.#shards[shardOf(key)]!.get(key);
  }

  /** Records a put of a key that {@link get} did not know. */
  create(entry: KeyEntry): void {
    this.#shards[shardOf(entry.key)]!.set(entry.key, entry);
    this.#size++;
    if (this.#loading !== undefined) return;
    const block = this.#insert(entry);
    if (entry.isLive) {
      block.live++;
      this.#live++;
    }
    if (block.changedAt < entry.modMain) block.changedAt = entry.modMain;
  }

  /** Records a put of a known key. */
  put(entry: KeyEntry, main: number, sub: number, newestBytes: number): void {
    const wasLive = entry.isLive;
    entry.put(main, sub, newestBytes);
    if (!wasLive) this.#changeLive(entry.key, main, 1);
  }

  /** Records a deletion; false when the key does not exist. */
  tombstone(entry: KeyEntry, main: number, sub: number): boolean {
    if (!entry.tombstone(main, sub)) return false;
    this.#changeLive(entry.key, main, -1);
    return true;
  }

  #changeLive(key: string, main: number, by: number): void {
    if (this.#loading !== undefined) return;
    const block = this.#blocks[this.#blockOf(key)]!;
    block.live += by;
    block.changedAt = main;
    this.#live += by;
  }

  /** The last block whose first key is at or before the key; 0 when there is none. */
  #blockOf(key: string): number {
    const firstKeys = this.#firstKeys;
    let low = 1;
    let high = firstKeys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (firstKeys[middle]! <= key) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #insert(entry: KeyEntry): Block {
    const key = entry.key;
    const blocks = this.#blocks;
    if (blocks.length === 0) return this.#append(entry);
    const lastBlock = blocks[blocks.length - 1]!;
    if (lastBlock.entries[lastBlock.entries.length - 1]!.key < key) return this.#append(entry);
    const at = this.#blockOf(key);
    const block = blocks[at]!;
    const entries = block.entries;
    if (entries.length < BLOCK_ENTRIES_MAX) {
      this.#insertInto(at, entry);
      return block;
    }
    const upper = entries.slice(BLOCK_ENTRIES_MAX / 2);
    block.entries = entries.slice(0, BLOCK_ENTRIES_MAX / 2);
    let upperLive = 0;
    for (const moved of upper) if (moved.isLive) upperLive++;
    block.live -= upperLive;
    blocks.splice(at + 1, 0, new Block(upper, upperLive, block.changedAt));
    this.#firstKeys.splice(at + 1, 0, upper[0]!.key);
    const target = key < upper[0]!.key ? at : at + 1;
    this.#insertInto(target, entry);
    return blocks[target]!;
  }

  /** Behind all others. Keys that come in order fill their blocks to the brim. */
  #append(entry: KeyEntry): Block {
    const last = this.#blocks[this.#blocks.length - 1];
    if (last !== undefined && last.entries.length < BLOCK_ENTRIES_MAX) {
      last.entries.push(entry);
      return last;
    }
    const block = new Block([entry], 0, 0);
    this.#blocks.push(block);
    this.#firstKeys.push(entry.key);
    return block;
  }

  /**
   * Puts the keys of a loading index in order, about `entriesMax` at a time; true when it is an ordinary index. No key comes or goes
   * between the first call and the last.
   */
  loadSome(entriesMax: number): boolean {
    const loading = this.#loading;
    if (loading === undefined) return true;
    for (let left = entriesMax; loading.shards < SHARDS; ) {
      if (left <= 0) return false;
      const shard = this.#shards[loading.shards]!;
      loading.addShard(shard);
      left -= shard.size + 1;
    }
    const ordered = loading.merge(entriesMax);
    if (ordered === undefined) return false;
    const end = Math.min(loading.built + entriesMax, ordered.length);
    for (let i = loading.built; i < end; i++) {
      const entry = ordered[i]!;
      const block = this.#append(entry);
      if (entry.isLive) {
        block.live++;
        this.#live++;
      }
      // The newest change of a key is at or behind its last coming or going.
      if (block.changedAt < entry.modMain) block.changedAt = entry.modMain;
    }
    loading.built = end;
    if (end < ordered.length) return false;
    this.#loading = undefined;
    return true;
  }

  #insertInto(at: number, entry: KeyEntry): void {
    const { entries } = this.#blocks[at]!;
    const i = lowerBound(entries, entry.key);
    if (i === entries.length) entries.push(entry);
    else entries.splice(i, 0, entry);
    if (i === 0) this.#firstKeys[at] = entry.key;
  }

  /**
   * Visits the entries of a range in key order, live or not, at most `entriesMax` of them. Returns the key to go on from, undefined at
   * the end. The visitor must not change the index.
   */
  scan(key: string, end: string, entriesMax: number, visit: (entry: KeyEntry) => void): string | undefined {
    if (end === "") {
      const entry = this.get(key);
      if (entry !== undefined) visit(entry);
      return undefined;
    }
    const blocks = this.#blocks;
    const bounded = end !== FROM_KEY;
    let left = entriesMax;
    let at = this.#blockOf(key);
    let i = at < blocks.length ? lowerBound(blocks[at]!.entries, key) : 0;
    for (; at < blocks.length; at++, i = 0) {
      const { entries } = blocks[at]!;
      for (; i < entries.length; i++) {
        const entry = entries[i]!;
        if (bounded && entry.key >= end) return undefined;
        if (left-- === 0) return entry.key;
        visit(entry);
      }
    }
    return undefined;
  }

  /**
   * Collects the keys of a range that exist at a revision into `hits`, up to `limit` (0: all), looking at no more than `entriesMax`
   * entries. Returns the key to go on from when it stopped early for either reason, undefined at the end of the range.
   */
  collect(
    key: string,
    end: string,
    atRevision: number,
    limit: number,
    entriesMax: number,
    found: FoundRevision,
    hits: HitSink,
  ): string | undefined {
    if (end === "") {
      const entry = this.get(key);
      if (entry?.find(atRevision, found)) hits.add(entry, found);
      return undefined;
    }
    const blocks = this.#blocks;
    const bounded = end !== FROM_KEY;
    let left = entriesMax;
    let hitsLeft = limit > 0 ? limit : Number.POSITIVE_INFINITY;
    let at = this.#blockOf(key);
    let i = at < blocks.length ? lowerBound(blocks[at]!.entries, key) : 0;
    for (; at < blocks.length; at++, i = 0) {
      const { entries } = blocks[at]!;
      for (; i < entries.length; i++) {
        const entry = entries[i]!;
        if (bounded && entry.key >= end) return undefined;
        if (left-- === 0 || hitsLeft === 0) return entry.key;
        if (entry.find(atRevision, found)) {
          hits.add(entry, found);
          hitsLeft--;
        }
      }
    }
    return undefined;
  }

  /** How many keys of a range exist at a revision. */
  count(key: string, end: string, atRevision: number): number {
    if (end === "") return this.get(key)?.existsAt(atRevision) ? 1 : 0;
    const counting = new CountCursor(key, end, atRevision);
    const done = this.countSome(counting, Number.POSITIVE_INFINITY);
    assert(done, "an unbounded count ends");
    return counting.count;
  }

  /** The same in slices: looks at about `entriesMax` entries or blocks; true when the range is counted. `end` is not empty here. */
  countSome(cursor: CountCursor, entriesMax: number): boolean {
    const { key, end, atRevision } = cursor;
    const blocks = this.#blocks;
    const firstKeys = this.#firstKeys;
    const bounded = end !== FROM_KEY;
    let left = entriesMax;
    let at = this.#blockOf(key);
    let i = at < blocks.length ? lowerBound(blocks[at]!.entries, key) : 0;
    for (; at < blocks.length; at++, i = 0) {
      const block = blocks[at]!;
      if (bounded && i === 0 && firstKeys[at]! >= end) return true;
      const whole = i === 0 && (!bounded || (at + 1 < blocks.length && firstKeys[at + 1]! <= end));
      if (left <= 0 && i < block.entries.length) {
        cursor.key = block.entries[i]!.key;
        return false;
      }
      if (whole && block.changedAt <= atRevision) {
        cursor.count += block.live;
        left--;
        continue;
      }
      const { entries } = block;
      for (; i < entries.length; i++) {
        const entry = entries[i]!;
        if (bounded && entry.key >= end) return true;
        if (entry.existsAt(atRevision)) cursor.count++;
        left--;
      }
    }
    return true;
  }

  /** True when a key exists at a revision; stops at the first. Sliced like {@link countSome}: undefined when more must be looked at. */
  anyAt(cursor: CountCursor, entriesMax: number): boolean | undefined {
    const done = this.countSome(cursor, entriesMax);
    if (cursor.count > 0) return true;
    return done ? false : undefined;
  }

  /**
   * Compacts the blocks from a key on until about `entriesMax` entries were seen. Returns the key to go on from, undefined at the end,
   * and adds to `result` how many revisions at or below the target stay.
   */
  compactSome(from: string, atRevision: number, entriesMax: number, result: { kept: number }): string | undefined {
    const blocks = this.#blocks;
    const firstKeys = this.#firstKeys;
    let seen = 0;
    for (let at = this.#blockOf(from); at < blocks.length; ) {
      if (seen >= entriesMax) return firstKeys[at];
      const block = blocks[at]!;
      const { entries } = block;
      seen += entries.length;
      let kept = 0;
      for (let i = 0; i < entries.length; i++) {
        const entry = entries[i]!;
        if (entry.compact(atRevision)) result.kept++;
        if (entry.isEmpty) this.#shards[shardOf(entry.key)]!.delete(entry.key);
        else entries[kept++] = entry;
      }
      if (kept === entries.length) {
        at++;
        continue;
      }
      this.#size -= entries.length - kept;
      entries.length = kept;
      if (kept === 0) {
        blocks.splice(at, 1);
        firstKeys.splice(at, 1);
      } else {
        firstKeys[at] = entries[0]!.key;
        at++;
      }
    }
    return undefined;
  }

  /** Broken invariants as text, for tests; undefined when all hold. Costs a full walk. */
  check(): string | undefined {
    let last: string | undefined;
    let size = 0;
    let live = 0;
    for (let at = 0; at < this.#blocks.length; at++) {
      const { entries, live: blockLive } = this.#blocks[at]!;
      if (entries.length === 0 || entries.length > BLOCK_ENTRIES_MAX)
        return `block ${at} has ${entries.length} entries`;
      if (entries[0]!.key !== this.#firstKeys[at]) return `first key of block ${at} differs`;
      let count = 0;
      for (const entry of entries) {
        if (last !== undefined && last >= entry.key) return `order at ${entry.key}`;
        if (this.get(entry.key) !== entry) return `hash misses ${entry.key}`;
        if (entry.isEmpty) return `empty entry ${entry.key}`;
        if (entry.isLive) count++;
        last = entry.key;
      }
      if (count !== blockLive) return `block ${at} counts ${blockLive}, has ${count} live`;
      size += entries.length;
      live += count;
    }
    if (size !== this.#size || live !== this.#live) return `size ${this.#size}/${size}, live ${this.#live}/${live}`;
    return undefined;
  }
}

/** Keys in order with their entries. */
class Run {
  readonly keys: string[];
  readonly entries: KeyEntry[];
  /** How far it is used up. */
  at = 0;

  constructor(keys: string[], entries: KeyEntry[]) {
    this.keys = keys;
    this.entries = entries;
  }
}

/** The sorted keys of the shards on their way into one order: merged two by two, which asks memory in sequence. */
class Loading {
  /** Shards sorted so far. */
  shards = 0;
  /** Entries put into blocks so far. */
  built = 0;
  /** Runs still to be merged, shorter ones first. */
  #runs: Run[] = [];
  #merged: Run = new Run([], []);

  addShard(shard: ReadonlyMap<string, KeyEntry>): void {
    // Without a comparison function strings are sorted natively, by code unit: the byte order here.
    const keys = Array.from(shard.keys()).sort();
    const entries: KeyEntry[] = [];
    for (const key of keys) entries.push(shard.get(key)!);
    this.#runs.push(new Run(keys, entries));
    this.shards++;
  }

  /** Moves up to `moves` entries; the whole order when it is done. */
  merge(moves: number): readonly KeyEntry[] | undefined {
    const [a, b] = this.#runs;
    if (a === undefined || b === undefined) return a?.entries ?? [];
    const out = this.#merged;
    for (let left = moves; left > 0 && (a.at < a.keys.length || b.at < b.keys.length); left--) {
      const from = b.at >= b.keys.length || (a.at < a.keys.length && a.keys[a.at]! < b.keys[b.at]!) ? a : b;
      out.keys.push(from.keys[from.at]!);
      out.entries.push(from.entries[from.at++]!);
    }
    if (a.at === a.keys.length && b.at === b.keys.length) {
      this.#runs = [...this.#runs.slice(2), out];
      this.#merged = new Run([], []);
    }
    return undefined;
  }
}

/** Takes what {@link KeyIndex.collect} finds; `found` is reused for the next key. */
export interface HitSink {
  add(entry: KeyEntry, found: FoundRevision): void;
}

/** Where a sliced count stands. */
export class CountCursor {
  /** The next key to look at. */
  key: string;
  readonly end: string;
  readonly atRevision: number;
  count = 0;

  constructor(key: string, end: string, atRevision: number) {
    this.key = key;
    this.end = end;
    this.atRevision = atRevision;
  }
}

/** Position of the first entry at or behind the key. */
function lowerBound(entries: readonly KeyEntry[], key: string): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (entries[middle]!.key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

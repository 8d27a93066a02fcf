/**
 * A range too large for one turn. Prepared in slices: keys from the index, count, values (only for an order by value), order, sizes.
 * Then its RangeResponse is written in pieces, read from a pinned reader. Memory: 16 to 40 bytes a key and one piece; an order
 * by value holds the values too, as etcd does for every range.
 *
 * From construction until keys and count are known its revision is held against compactions; the reader must be pinned after construction.
 */
import { assert } from "../../base/assert.ts";
import { compareBytes, latin1 } from "../../base/bytes.ts";
import { type RangeRequest, SortOrder, SortTarget } from "../../proto/generated/rpc.ts";
import { putBytes, putInt64, putUint32, sizeOfDelimited, sizeOfInt64 } from "../../proto/writer.ts";
import type { BackendReader } from "../mvcc/backend.ts";
import type { FoundRevision, KeyEntry } from "../mvcc/key-entry.ts";
import { CountCursor, type HitSink } from "../mvcc/key-index.ts";
import { KeyValueReader, keyValueSize, putKeyOnly } from "../mvcc/key-value.ts";
import type { Store } from "../mvcc/store.ts";
import { ChunkedList, Column } from "./column.ts";
import { fetchLimit, withoutValue } from "./range.ts";
import { isSorted, passesFilters } from "./range-order.ts";
import type { ResponseHeaderEncoder } from "./response-header.ts";
import { SlicedSort } from "./sliced-sort.ts";

const ENTRIES_PER_STEP = 2500;
const VALUES_PER_STEP = 500;
const VALUE_BYTES_PER_STEP = 4 * 1024 * 1024;
const MOVES_PER_STEP = 20_000;

/** Bytes of one piece unless the caller says otherwise: about a millisecond of copying and look-ups. */
export const PIECE_BYTES: number = 256 * 1024;

/** Field 2 of a RangeResponse. */
const KVS_TAG = 0x12;

/** KeyValues of one piece: small ones cost more for each than for their bytes. */
const PIECE_KVS_MAX = 2000;

type Phase = "keys" | "count" | "values" | "order" | "sizes" | "ready";

function fresh(bytes: number): Uint8Array {
  return new Uint8Array(bytes);
}

export class LargeRange implements HitSink {
  /** Revision of the store, for the header. */
  readonly revision: number;
  readonly #store: Store;
  readonly #request: RangeRequest;
  readonly #atRevision: number;
  readonly #end: string;
  readonly #limit: number;
  readonly #keysFromIndex: boolean;
  readonly #needsDetails: boolean;
  readonly #mains: Column = new Column(64);
  readonly #subs: Column = new Column(32);
  /** Bytes of the KeyValue on the wire; -1 until measured. */
  readonly #sizes: Column = new Column(32);
  readonly #createds: Column = new Column(64);
  readonly #versions: Column = new Column(64);
  readonly #keys: ChunkedList<string> = new ChunkedList();
  readonly #stored: ChunkedList<Uint8Array> = new ChunkedList();
  readonly #values: ChunkedList<Uint8Array> = new ChunkedList();
  #phase: Phase;
  #next: string | undefined;
  #found: number;
  #counting: CountCursor | undefined;
  #count: number;
  #sort: SlicedSort | undefined;
  #order: Uint32Array | undefined;
  #position: number;
  /** KeyValues in the response. */
  #kvs: number;
  #more: boolean;
  #kvBytes: number;
  #isHeld: boolean;

  /** Use `planRange`. */
  constructor(store: Store, request: RangeRequest, atRevision: number) {
    this.revision = store.revision;
    this.#store = store;
    this.#request = request;
    this.#atRevision = atRevision;
    this.#end = latin1(request.rangeEnd);
    this.#limit = fetchLimit(request);
    this.#keysFromIndex = request.keysOnly && request.sortTarget !== SortTarget.VALUE;
    this.#needsDetails = this.#keysFromIndex || isSorted(request);
    this.#phase = request.countOnly ? "count" : "keys";
    this.#next = latin1(request.key);
    this.#found = 0;
    this.#counting = request.countOnly ? new CountCursor(this.#next, this.#end, atRevision) : undefined;
    this.#count = 0;
    this.#sort = undefined;
    this.#order = undefined;
    this.#position = 0;
    this.#kvs = 0;
    this.#more = false;
    this.#kvBytes = 0;
    this.#isHeld = true;
    store.hold(atRevision);
  }

  /** For the index: takes a key of the range. */
  add(entry: KeyEntry, found: FoundRevision): void {
    this.#found++;
    if (!passesFilters(this.#request, found.main, found.created)) return;
    this.#mains.push(found.main);
    if (!this.#keysFromIndex) this.#subs.push(found.sub);
    if (this.#needsDetails) {
      this.#createds.push(found.created);
      this.#versions.push(found.version);
    }
    if (this.#keysFromIndex) {
      this.#keys.push(entry.key);
      this.#sizes.push(keyValueSize(entry.key.length, found.created, found.main, found.version, 0, 0n));
    } else {
      const isNewest = entry.modMain === found.main && entry.modSub === found.sub;
      this.#sizes.push(isNewest && !this.#request.keysOnly ? entry.newestBytes : -1);
    }
  }

  /** One slice of preparation; true when the response can be written. */
  prepare(reader: BackendReader): boolean {
    switch (this.#phase) {
      case "keys":
        this.#collect();
        return false;
      case "count":
        this.#countRest();
        return false;
      case "values":
        this.#loadValues(reader);
        return false;
      case "order":
        this.#bringIntoOrder();
        return false;
      case "sizes":
        return this.#measure(reader);
      case "ready":
        return true;
    }
  }

  #collect(): void {
    const left = this.#limit === 0 ? 0 : this.#limit - this.#found;
    assert(this.#next !== undefined, "keys are left to collect");
    this.#next = this.#store.collectSome(this.#next, this.#end, this.#atRevision, left, ENTRIES_PER_STEP, this);
    if (this.#next === undefined) {
      this.#indexDone();
    } else if (this.#limit > 0 && this.#found === this.#limit) {
      this.#counting = new CountCursor(this.#next, this.#end, this.#atRevision);
      this.#phase = "count";
    }
  }

  #countRest(): void {
    const counting = this.#counting!;
    if (!this.#store.index.countSome(counting, ENTRIES_PER_STEP)) return;
    this.#count = counting.count;
    this.#indexDone();
  }

  #indexDone(): void {
    this.#unhold();
    this.#count += this.#found;
    const { limit, sortTarget } = this.#request;
    const n = this.#mains.length;
    this.#more = limit > 0 && n > limit;
    this.#kvs = this.#more ? limit : n;
    if (!isSorted(this.#request) || n < 2) this.#phase = "sizes";
    else this.#phase = sortTarget === SortTarget.VALUE ? "values" : "order";
  }

  #loadValues(reader: BackendReader): void {
    const kv = new KeyValueReader();
    let bytes = 0;
    for (let i = 0; i < VALUES_PER_STEP && bytes < VALUE_BYTES_PER_STEP; i++) {
      const at = this.#stored.length;
      if (at === this.#mains.length) {
        this.#phase = "order";
        return;
      }
      // A copy: views of the reader end with the turn.
      const stored = this.#store.storedAt(reader, this.#mains.get(at), this.#subs.get(at)).slice();
      kv.parse(stored);
      this.#stored.push(stored);
      this.#values.push(kv.value);
      bytes += stored.length;
    }
  }

  #bringIntoOrder(): void {
    this.#sort ??= new SlicedSort(this.#mains.length, this.#comparison());
    if (!this.#sort.step(MOVES_PER_STEP)) return;
    this.#order = this.#sort.order;
    this.#sort = undefined;
    this.#phase = "sizes";
  }

  /** Of positions; the columns are in key order. */
  #comparison(): (a: number, b: number) => number {
    const { sortTarget, sortOrder } = this.#request;
    const sign = sortOrder === SortOrder.DESCEND ? -1 : 1;
    switch (sortTarget) {
      case SortTarget.VERSION:
        return (a, b) => sign * (this.#versions.get(a) - this.#versions.get(b));
      case SortTarget.CREATE:
        return (a, b) => sign * (this.#createds.get(a) - this.#createds.get(b));
      case SortTarget.MOD:
        return (a, b) => sign * (this.#mains.get(a) - this.#mains.get(b));
      case SortTarget.VALUE:
        return (a, b) => sign * compareBytes(this.#values.get(a)!, this.#values.get(b)!);
      default:
        return (a, b) => sign * (a - b);
    }
  }

  #measure(reader: BackendReader): boolean {
    let lookups = 0;
    for (let steps = 0; steps < ENTRIES_PER_STEP && lookups < VALUES_PER_STEP; steps++) {
      if (this.#position === this.#kvs) {
        this.#position = 0;
        this.#phase = "ready";
        return true;
      }
      const i = this.#at(this.#position++);
      let size = this.#sizes.get(i);
      if (size < 0) {
        size = this.#read(reader, i).length;
        this.#sizes.set(i, size);
        lookups++;
      }
      this.#kvBytes += 1 + sizeOfDelimited(size);
    }
    return false;
  }

  /** Where the n-th KeyValue of the response is in the columns. */
  #at(n: number): number {
    return this.#order === undefined ? n : this.#order[n]!;
  }

  /** A KeyValue as it goes out. Not for keys that come from the index. */
  #read(reader: BackendReader, i: number): Uint8Array {
    const stored = this.#stored.get(i) ?? this.#store.storedAt(reader, this.#mains.get(i), this.#subs.get(i));
    return this.#request.keysOnly ? withoutValue(stored) : stored;
  }

  /** Writes a KeyValue with its tag and length, ending before `end`. */
  #put(reader: BackendReader, i: number, into: Uint8Array, end: number): void {
    const size = this.#sizes.get(i);
    let at: number;
    if (this.#keysFromIndex) {
      const key = this.#keys.get(i)!;
      at = putKeyOnly(into, end, key, this.#createds.get(i), this.#mains.get(i), this.#versions.get(i));
      assert(end - at === size, "a key has the size that was computed");
      at = putUint32(into, at, size);
    } else {
      const kv = this.#read(reader, i);
      assert(kv.length === size, "a revision never changes its size");
      at = putBytes(into, end, kv);
    }
    into[at - 1] = KVS_TAG;
  }

  /** Number of KeyValues in the response; known when prepared. */
  get kvs(): number {
    return this.#kvs;
  }

  get count(): number {
    return this.#count;
  }

  get more(): boolean {
    return this.#more;
  }

  /** Bytes of the whole RangeResponse; known when prepared. The term in the header must not change until the last piece. */
  messageBytes(header: ResponseHeaderEncoder): number {
    assert(this.#phase === "ready", "the range is prepared");
    return header.size(this.revision) + this.#kvBytes + this.#tailSize();
  }

  #tailSize(): number {
    return (this.#more ? 2 : 0) + (this.#count === 0 ? 0 : 1 + sizeOfInt64(this.#count));
  }

  /** The next piece of the RangeResponse, in memory from `allocate`: about `bytesMax`, fewer for many small KeyValues, or one KeyValue; undefined after the last. */
  nextPiece(
    reader: BackendReader,
    header: ResponseHeaderEncoder,
    bytesMax: number = PIECE_BYTES,
    allocate: (bytes: number) => Uint8Array = fresh,
  ): Uint8Array | undefined {
    assert(this.#phase === "ready", "the range is prepared");
    const first = this.#position;
    if (first > this.#kvs) return undefined;
    const headBytes = first === 0 ? header.size(this.revision) : 0;
    let bytes = headBytes;
    let last = first;
    const end = Math.min(this.#kvs, first + PIECE_KVS_MAX);
    while (last < end && (bytes === headBytes || bytes < bytesMax)) {
      bytes += 1 + sizeOfDelimited(this.#sizes.get(this.#at(last++)));
    }
    const isLast = last === this.#kvs;
    const kvEnd = bytes;
    if (isLast) bytes += this.#tailSize();
    const piece = allocate(bytes);
    if (first === 0) header.put(piece, headBytes, this.revision);
    let at = headBytes;
    for (let n = first; n < last; n++) {
      const i = this.#at(n);
      at += 1 + sizeOfDelimited(this.#sizes.get(i));
      this.#put(reader, i, piece, at);
    }
    assert(at === kvEnd, "the piece has the size that was computed");
    if (isLast) this.#putTail(piece, bytes);
    // Behind the end: nothing is left.
    this.#position = isLast ? this.#kvs + 1 : last;
    return piece;
  }

  #putTail(piece: Uint8Array, at: number): void {
    if (this.#count !== 0) {
      at = putInt64(piece, at, this.#count);
      piece[--at] = 0x20;
    }
    if (this.#more) {
      piece[--at] = 1;
      piece[--at] = 0x18;
    }
  }

  /** Gives the hold on the store back; in every case, once or more. */
  close(): void {
    this.#unhold();
  }

  #unhold(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#store.release(this.#atRevision);
  }
}

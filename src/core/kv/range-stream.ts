/**
 * RangeStream (etcd server/etcdserver/v3_server.go `rangeStream`): a range in chunks, each a RangeResponse of keys only, the last with
 * header, more and count. The first chunk has ten keys; the number doubles or halves when a chunk is under half or over twice the
 * target size. All chunks are read at the revision of the first. Chunks are built in slices.
 */
import { EMPTY_BYTES, latin1, latin1Bytes } from "../../base/bytes.ts";
import { etcdError } from "../../base/etcd-error.ts";
import { type RangeRequest, SortTarget } from "../../proto/generated/rpc.ts";
import { putBytes, putInt64, putUint32, sizeOfDelimited, sizeOfInt64 } from "../../proto/writer.ts";
import { encodeKeyValue, KeyValueReader } from "../mvcc/key-value.ts";
import type { Store } from "../mvcc/store.ts";
import { type RangeHit, RangeHits } from "./range-hits.ts";
import { comparisonOf, isSorted } from "./range-order.ts";
import { type ResponseHeaderEncoder, revisionHeaderSize } from "./response-header.ts";

const FIRST_CHUNK_KEYS = 10;
const KEYS_PER_STEP = 1000;
const BYTES_PER_STEP = 1024 * 1024;
const ENTRIES_PER_STEP = 20_000;

export class RangeStream {
  readonly #store: Store;
  readonly #request: RangeRequest;
  readonly #targetBytes: number;
  readonly #end: string;
  readonly #atRevision: number;
  readonly #headerRevision: number;
  readonly #keysMax: number;
  /** The next key to look at; undefined when the range is read. */
  #next: string | undefined;
  #chunkKeys: number;
  #chunk: Uint8Array[];
  readonly #sorts: boolean;
  #hits: RangeHit[];
  #chunkBytes: number;
  #sent: number;
  #isDone: boolean;

  /**
   * For a request that passed `checkRangeStreamRequest`. `targetBytes`: the size chunks are brought to (max-request-bytes).
   * Throws FutureRev or Compacted.
   */
  constructor(store: Store, request: RangeRequest, targetBytes: number) {
    // One range for each chunk; this is the first.
    store.counts.ranges++;
    this.#store = store;
    this.#request = request;
    this.#targetBytes = targetBytes;
    this.#end = latin1(request.rangeEnd);
    this.#atRevision = store.resolveRevision(request.revision);
    this.#headerRevision = store.revision;
    this.#next = latin1(request.key);
    // A negative limit is none, and no first chunk of ten either.
    this.#keysMax = request.limit > 0 ? request.limit : Number.POSITIVE_INFINITY;
    this.#chunkKeys = request.limit < 0 ? Number.POSITIVE_INFINITY : Math.min(FIRST_CHUNK_KEYS, this.#keysMax);
    this.#chunk = [];
    this.#sorts = isSorted(request);
    this.#hits = [];
    this.#chunkBytes = 0;
    this.#sent = 0;
    this.#isDone = false;
  }

  /** The last chunk was returned. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /**
   * One slice of work: the bytes of a RangeStreamResponse when a chunk is complete, undefined when it takes another slice. Call until
   * {@link isDone}. Throws Compacted when a compaction passed the revision meanwhile.
   */
  step(header: ResponseHeaderEncoder): Uint8Array | undefined {
    if (this.#atRevision < this.#store.compactRevision) throw etcdError("Compacted");
    if (this.#request.countOnly) {
      this.#sent = this.#store.index.count(this.#next ?? "", this.#end, this.#atRevision);
      this.#isDone = true;
      return this.#encode(header, false, this.#sent);
    }
    if (!this.#gather()) return undefined;
    const more = this.#skipToNext();
    this.#sent += this.#chunk.length;
    this.#isDone = !more || this.#sent === this.#keysMax;
    if (this.#isDone) {
      const rest = more ? this.#store.index.count(this.#next!, this.#end, this.#atRevision) : 0;
      return this.#encode(header, more, this.#sent + rest);
    }
    const response = this.#encode(undefined, false, 0);
    this.#adjustChunk();
    this.#store.counts.ranges++;
    return response;
  }

  /** True when the chunk has all its keys. */
  #gather(): boolean {
    const store = this.#store;
    const wanted = Math.min(this.#chunkKeys - this.#chunk.length, KEYS_PER_STEP);
    if (this.#next === undefined) return true;
    const found = new RangeHits();
    const from = this.#next;
    this.#next = store.collectSome(from, this.#end, this.#atRevision, wanted, ENTRIES_PER_STEP, found);
    let bytes = 0;
    for (const hit of found.hits) {
      if (bytes > BYTES_PER_STEP) {
        this.#next = hit.key;
        break;
      }
      if (this.#sorts) this.#noteHit(hit);
      const kv = this.#request.keysOnly
        ? encodeKeyValue(undefined, latin1Bytes(hit.key), hit.created, hit.main, hit.version, EMPTY_BYTES, 0n)
        : store.storedAt(store.backend, hit.main, hit.sub).slice();
      bytes += kv.length;
      this.#chunk.push(kv);
      this.#chunkBytes += 1 + sizeOfDelimited(kv.length);
    }
    return this.#next === undefined || this.#chunk.length === this.#chunkKeys;
  }

  /** A chunk that is sorted keeps what it is sorted by. */
  #noteHit(hit: RangeHit): void {
    if (this.#request.sortTarget === SortTarget.VALUE) {
      const kv = new KeyValueReader();
      kv.parse(this.#store.storedAt(this.#store.backend, hit.main, hit.sub).slice());
      hit.value = kv.value;
    }
    this.#hits.push(hit);
  }

  /**
   * A sort target without an order sorts ascending, as in a plain range; here each chunk by itself.
   * DIVERGES: etcd then goes on behind the last key of the sorted chunk, and so leaves out or repeats keys. Here chunks follow the keys.
   */
  #sortChunk(): void {
    const compare = comparisonOf(this.#request);
    const order = this.#hits.map((_hit, i) => i).sort((a, b) => compare(this.#hits[a]!, this.#hits[b]!));
    this.#chunk = order.map((i) => this.#chunk[i]!);
    this.#hits = [];
  }

  /** Moves to the next key that exists; false when there is none. */
  #skipToNext(): boolean {
    if (this.#next === undefined) return false;
    const found = new RangeHits();
    this.#store.collect(this.#next, this.#end, this.#atRevision, 1, found);
    this.#next = found.hits[0]?.key;
    return this.#next !== undefined;
  }

  /** The size that counts is that of the chunk as a plain range would answer it: with header, more and the count it saw. */
  #adjustChunk(): void {
    const keys = this.#chunk.length;
    const size = revisionHeaderSize(this.#store.revision) + this.#chunkBytes + 2 + 1 + sizeOfInt64(keys + 1);
    this.#chunkKeys = adjustedChunkKeys(this.#chunkKeys, size, this.#targetBytes);
    this.#chunkKeys = Math.min(this.#chunkKeys, this.#keysMax - this.#sent);
    this.#chunk = [];
    this.#chunkBytes = 0;
  }

  /** Header, more and count only with a header. */
  #encode(header: ResponseHeaderEncoder | undefined, more: boolean, count: number): Uint8Array {
    if (this.#sorts) this.#sortChunk();
    let inner = this.#chunkBytes;
    if (header !== undefined) {
      inner += header.size(this.#headerRevision) + (more ? 2 : 0) + (count === 0 ? 0 : 1 + sizeOfInt64(count));
    }
    const size = 1 + sizeOfDelimited(inner);
    const bytes = new Uint8Array(size);
    let at = size;
    if (header !== undefined && count !== 0) {
      at = putInt64(bytes, at, count);
      bytes[--at] = 0x20;
    }
    if (more) {
      bytes[--at] = 1;
      bytes[--at] = 0x18;
    }
    for (let i = this.#chunk.length - 1; i >= 0; i--) {
      at = putBytes(bytes, at, this.#chunk[i]!);
      bytes[--at] = 0x12;
    }
    if (header !== undefined) at = header.put(bytes, at, this.#headerRevision);
    at = putUint32(bytes, at, size - at);
    bytes[--at] = 0x0a;
    return bytes;
  }
}

/** The number of keys of the next chunk, at least 1 (etcd `adjustChunkLimit`). */
export function adjustedChunkKeys(keys: number, chunkBytes: number, targetBytes: number): number {
  if (chunkBytes < Math.floor(targetBytes / 2)) return keys * 2;
  if (chunkBytes > targetBytes * 2) return Math.max(1, Math.floor(keys / 2));
  return keys;
}

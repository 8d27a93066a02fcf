/**
 * The naive twin of the bbolt backend (`storage/bolt`): the semantics of `core/mvcc/backend.ts` in maps and sorted arrays.
 * What `commit()` made durable survives {@link MemoryBackend.crash}; everything later is lost, whole batches at a time.
 * It never commits by itself: tests decide when.
 */
import { compareBytes, latin1, latin1Bytes } from "../../src/base/bytes.ts";
import { type Backend, type BackendReader, Bucket, type PinnedReader } from "../../src/core/mvcc/backend.ts";

const PAGE_BYTES = 4096;
/** An etcd file with its ten empty buckets is about this big. */
const FRESH_BYTES = 5 * PAGE_BYTES;

/** A sorted map of byte keys. Keys are kept as latin1 strings, whose order is the byte order. */
class Table {
  readonly keys: string[];
  readonly values: Map<string, Uint8Array>;

  constructor(keys: string[] = [], values: Map<string, Uint8Array> = new Map()) {
    this.keys = keys;
    this.values = values;
  }

  clone(): Table {
    return new Table(this.keys.slice(), new Map(this.values));
  }

  lowerBound(key: string): number {
    let low = 0;
    let high = this.keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.keys[middle]! < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  put(key: string, value: Uint8Array): void {
    if (!this.values.has(key)) {
      const last = this.keys.at(-1);
      if (last === undefined || last < key) this.keys.push(key);
      else this.keys.splice(this.lowerBound(key), 0, key);
    }
    this.values.set(key, value);
  }

  delete(key: string): void {
    if (this.values.delete(key)) this.keys.splice(this.lowerBound(key), 1);
  }
}

type Tables = ReadonlyMap<Bucket, Table>;

function freshTables(): Tables {
  return new Map(Object.values(Bucket).map((bucket) => [bucket, new Table()]));
}

function cloneTables(tables: Tables): Tables {
  return new Map([...tables].map(([bucket, table]) => [bucket, table.clone()]));
}

function bytesOf(tables: Tables): number {
  let bytes = FRESH_BYTES;
  for (const table of tables.values()) for (const [key, value] of table.values) bytes += 16 + key.length + value.length;
  return Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;
}

class MemoryReader implements PinnedReader {
  #tables: Tables | undefined;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  get(bucket: Bucket, key: Uint8Array): Uint8Array | undefined {
    return get(this.#live(), bucket, key);
  }

  scan(bucket: Bucket, from: Uint8Array, to: Uint8Array | undefined, visit: Visit): boolean {
    return scan(this.#live(), bucket, from, to, visit);
  }

  release(): void {
    this.#tables = undefined;
  }

  #live(): Tables {
    if (this.#tables === undefined) throw new Error("reader was released");
    return this.#tables;
  }
}

type Visit = Parameters<BackendReader["scan"]>[3];

function get(tables: Tables, bucket: Bucket, key: Uint8Array): Uint8Array | undefined {
  return tables.get(bucket)!.values.get(latin1(key));
}

function scan(tables: Tables, bucket: Bucket, from: Uint8Array, to: Uint8Array | undefined, visit: Visit): boolean {
  const table = tables.get(bucket)!;
  // A visitor may write: go by key, not by position.
  for (let i = table.lowerBound(latin1(from)); i < table.keys.length; ) {
    const key = table.keys[i]!;
    const bytes = latin1Bytes(key);
    if (to !== undefined && compareBytes(bytes, to) >= 0) return true;
    if (visit(bytes, table.values.get(key)!) === false) return false;
    i = table.keys[i] === key ? i + 1 : table.lowerBound(`${key}\0`);
  }
  return true;
}

export class MemoryBackend implements Backend {
  #tables: Tables;
  #durable: Tables;
  #fileBytes: number;
  #batchOpen: boolean;
  /** How often commit() ran; for tests that count. */
  commits: number;

  constructor(tables: Tables = freshTables()) {
    this.#tables = cloneTables(tables);
    this.#durable = cloneTables(tables);
    this.#fileBytes = bytesOf(tables);
    this.#batchOpen = false;
    this.commits = 0;
  }

  get(bucket: Bucket, key: Uint8Array): Uint8Array | undefined {
    return get(this.#tables, bucket, key);
  }

  scan(bucket: Bucket, from: Uint8Array, to: Uint8Array | undefined, visit: Visit): boolean {
    return scan(this.#tables, bucket, from, to, visit);
  }

  put(bucket: Bucket, key: Uint8Array, value: Uint8Array): void {
    if (key.length === 0) throw new Error("key required");
    this.#batchOpen = true;
    this.#tables.get(bucket)!.put(latin1(key), value);
  }

  delete(bucket: Bucket, key: Uint8Array): void {
    this.#batchOpen = true;
    this.#tables.get(bucket)!.delete(latin1(key));
  }

  endBatch(): void {
    this.#batchOpen = false;
  }

  commit(): Promise<void> {
    if (this.#batchOpen) return Promise.reject(new Error("commit inside a batch: endBatch() is missing"));
    this.commits++;
    this.#durable = cloneTables(this.#tables);
    this.#fileBytes = Math.max(this.#fileBytes, bytesOf(this.#tables));
    return Promise.resolve();
  }

  async pin(): Promise<PinnedReader> {
    await this.commit();
    return new MemoryReader(this.#durable);
  }

  /** Grows only, until {@link defragment}. */
  get sizeBytes(): number {
    return this.#fileBytes;
  }

  get sizeInUseBytes(): number {
    return bytesOf(this.#durable);
  }

  async defragment(): Promise<void> {
    await this.commit();
    this.#fileBytes = bytesOf(this.#durable);
  }

  /** The backend that a restart after a power loss finds: what the last commit() saw. */
  crash(): MemoryBackend {
    return new MemoryBackend(this.#durable);
  }
}

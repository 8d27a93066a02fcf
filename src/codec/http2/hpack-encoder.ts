/**
 * HPACK encoding (RFC 7541) with a dynamic table. Header lists that recur are kept as {@link PreparedBlock}: once all their fields are in
 * the tables, the bytes are kept and copied as they are until the table changes.
 */
import { FIELD_OVERHEAD_BYTES } from "./hpack-decoder.ts";
import { STATIC_TABLE_LENGTH, staticFieldIndex, staticNameIndex } from "./hpack-static-table.ts";
import { huffmanEncode, huffmanLength } from "./huffman.ts";

/** A header list to be sent many times on one connection: names and values in turn. Make one per encoder and list. */
export class PreparedBlock {
  readonly fields: readonly string[];
  /** The encoded form, valid while `generation` is the encoder's. */
  bytes: Uint8Array;
  generation: number;

  constructor(fields: readonly string[]) {
    this.fields = fields;
    this.bytes = new Uint8Array(0);
    this.generation = -1;
  }
}

/** Fields whose values differ from call to call: adding them would only push others out. */
const VOLATILE_NAMES: ReadonlySet<string> = new Set([
  "grpc-timeout",
  "grpc-message",
  "content-length",
  "date",
  "etag",
  "location",
  "last-modified",
]);

/** More than this share of the table is not worth one field. */
const FIELD_SHARE_MAX = 0.25;

interface TableEntry {
  readonly name: string;
  readonly key: string;
  readonly bytes: number;
}

export class HpackEncoder {
  /** Changes with every change of the dynamic table. */
  generation: number;
  readonly #tableBytesLimit: number;
  #tableBytesMax: number;
  #tableBytes: number;
  /** Smallest and last maximum to be announced in the next block; -1 when nothing is. */
  #announceMin: number;
  #announceLast: number;
  /** Live entries, the oldest first, from `#head`. */
  #entries: TableEntry[];
  #head: number;
  /** Number of the next insertion; an entry inserted as number n has index STATIC + (inserted - n). */
  #inserted: number;
  readonly #byField: Map<string, number>;
  readonly #byName: Map<string, number>;
  #out: Uint8Array;
  #at: number;

  /** `tableBytesLimit`: what this side is willing to keep at most, whatever the peer allows. */
  constructor(tableBytesLimit: number) {
    this.generation = 0;
    this.#tableBytesLimit = tableBytesLimit;
    this.#tableBytesMax = Math.min(4096, tableBytesLimit);
    this.#tableBytes = 0;
    this.#announceMin = this.#tableBytesMax < 4096 ? this.#tableBytesMax : -1;
    this.#announceLast = this.#tableBytesMax;
    this.#entries = [];
    this.#head = 0;
    this.#inserted = 0;
    this.#byField = new Map();
    this.#byName = new Map();
    this.#out = new Uint8Array(256);
    this.#at = 0;
  }

  /** The peer's SETTINGS_HEADER_TABLE_SIZE changed (section 4.2). */
  setPeerTableBytes(bytes: number): void {
    const size = Math.min(bytes, this.#tableBytesLimit);
    if (size === this.#tableBytesMax) return;
    this.#tableBytesMax = size;
    this.#evict(size);
    this.generation++;
    this.#announceMin = this.#announceMin < 0 ? size : Math.min(this.#announceMin, size);
    this.#announceLast = size;
  }

  /** The block of a recurring list. The result must not be changed and is valid until the next call of this encoder. */
  encodePrepared(block: PreparedBlock): Uint8Array {
    if (block.generation === this.generation) return block.bytes;
    const before = this.generation;
    const bytes = this.encode(block.fields);
    if (this.generation === before) {
      block.bytes = bytes.slice();
      block.generation = before;
    }
    return bytes;
  }

  /** As {@link encodePrepared}, followed by one field that is not added to the table. */
  encodePreparedWith(block: PreparedBlock, name: string, value: string): Uint8Array {
    const bytes = this.encodePrepared(block);
    if (bytes === block.bytes) {
      this.#at = 0;
      this.#reserve(bytes.length);
      this.#out.set(bytes, 0);
      this.#at = bytes.length;
    }
    this.#literal(name, value);
    return this.#out.subarray(0, this.#at);
  }

  #literal(name: string, value: string): void {
    const nameIndex = staticNameIndex(name);
    this.#integer(0x00, 4, nameIndex);
    if (nameIndex === 0) this.#string(name);
    this.#string(value);
  }

  /** The block of these names and values; valid until the next call of this encoder. */
  encode(fields: readonly string[]): Uint8Array {
    this.#at = 0;
    if (this.#announceMin >= 0) {
      if (this.#announceMin < this.#announceLast) this.#integer(0x20, 5, this.#announceMin);
      this.#integer(0x20, 5, this.#announceLast);
      this.#announceMin = -1;
      // A block with an announcement must not be kept.
      this.generation++;
    }
    for (let i = 0; i + 1 < fields.length; i += 2) this.#field(fields[i]!, fields[i + 1]!);
    return this.#out.subarray(0, this.#at);
  }

  #field(name: string, value: string): void {
    let index = staticFieldIndex(name, value);
    if (index === 0) index = this.#dynamicIndex(this.#byField.get(`${name}\0${value}`));
    if (index > 0) {
      this.#integer(0x80, 7, index);
      return;
    }
    const size = name.length + value.length + FIELD_OVERHEAD_BYTES;
    const add = size <= this.#tableBytesMax * FIELD_SHARE_MAX && !VOLATILE_NAMES.has(name);
    let nameIndex = staticNameIndex(name);
    if (nameIndex === 0) nameIndex = this.#dynamicIndex(this.#byName.get(name));
    if (add) this.#integer(0x40, 6, nameIndex);
    else this.#integer(0x00, 4, nameIndex);
    if (nameIndex === 0) this.#string(name);
    this.#string(value);
    if (add) this.#insert(name, value, size);
  }

  #dynamicIndex(inserted: number | undefined): number {
    return inserted === undefined ? 0 : STATIC_TABLE_LENGTH + this.#inserted - inserted;
  }

  #insert(name: string, value: string, bytes: number): void {
    this.generation++;
    this.#evict(this.#tableBytesMax - bytes);
    const key = `${name}\0${value}`;
    this.#entries.push({ name, key, bytes });
    this.#byField.set(key, this.#inserted);
    this.#byName.set(name, this.#inserted);
    this.#inserted++;
    this.#tableBytes += bytes;
  }

  #evict(bytes: number): void {
    while (this.#tableBytes > bytes) {
      const entry = this.#entries[this.#head]!;
      const inserted = this.#inserted - (this.#entries.length - this.#head);
      if (this.#byField.get(entry.key) === inserted) this.#byField.delete(entry.key);
      if (this.#byName.get(entry.name) === inserted) this.#byName.delete(entry.name);
      this.#tableBytes -= entry.bytes;
      this.#head++;
    }
    if (this.#head > 64) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }

  #integer(pattern: number, prefixBits: number, value: number): void {
    this.#reserve(6);
    const mask = (1 << prefixBits) - 1;
    if (value < mask) {
      this.#out[this.#at++] = pattern | value;
      return;
    }
    this.#out[this.#at++] = pattern | mask;
    let rest = value - mask;
    while (rest >= 0x80) {
      this.#out[this.#at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#out[this.#at++] = rest;
  }

  #string(text: string): void {
    const huffmanBytes = huffmanLength(text);
    if (huffmanBytes < text.length) {
      this.#integer(0x80, 7, huffmanBytes);
      this.#reserve(huffmanBytes);
      this.#at = huffmanEncode(text, this.#out, this.#at);
      return;
    }
    this.#integer(0x00, 7, text.length);
    this.#reserve(text.length);
    for (let i = 0; i < text.length; i++) this.#out[this.#at++] = text.charCodeAt(i);
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#out.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#out.length, this.#at + bytes));
    larger.set(this.#out.subarray(0, this.#at), 0);
    this.#out = larger;
  }
}

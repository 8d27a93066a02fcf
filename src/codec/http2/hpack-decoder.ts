/**
 * HPACK decoding (RFC 7541). Names and values are texts with one code unit per byte. Indexed fields cost no string work: the table
 * holds the strings. `generation` changes whenever the dynamic table does, so that a caller may keep the outcome of a block that
 * only refers to the tables and use it again for equal bytes.
 *
 * ```
 * 1xxxxxxx  indexed field             01xxxxxx  literal, added to the table
 * 001xxxxx  table size update         0000xxxx  literal, not added          0001xxxx  literal, never to be added
 * ```
 */
import { latin1 } from "../../base/bytes.ts";
import { STATIC_NAMES, STATIC_TABLE_LENGTH, STATIC_VALUES } from "./hpack-static-table.ts";
import { huffmanDecode } from "./huffman.ts";

/** What RFC 7541 section 4.1 adds to the length of name and value. */
export const FIELD_OVERHEAD_BYTES = 32;

export const HpackResult = {
  Ok: 0,
  /** Decoded to the end, so the connection can go on, but the list is larger than allowed and was cut. */
  ListTooLarge: 1,
  /** A connection error of type COMPRESSION_ERROR. */
  Malformed: 2,
} as const;
export type HpackResult = (typeof HpackResult)[keyof typeof HpackResult];

export class HpackDecoder {
  /** Changes with every change of the dynamic table. */
  generation: number;
  readonly #tableBytesLimit: number;
  #tableBytesMax: number;
  #tableBytes: number;
  /** Ring of entries; the newest is at `#newest`, older ones before it. */
  #names: string[];
  #values: string[];
  #newest: number;
  #count: number;
  #scratch: Uint8Array;
  /** Cursor and last integer: fields rather than results in objects. */
  #at: number;
  #text: string;

  /** `tableBytesLimit`: the SETTINGS_HEADER_TABLE_SIZE that was announced to the encoder. */
  constructor(tableBytesLimit: number) {
    this.generation = 0;
    this.#tableBytesLimit = tableBytesLimit;
    this.#tableBytesMax = tableBytesLimit;
    this.#tableBytes = 0;
    const capacity = Math.max(1, Math.floor(tableBytesLimit / FIELD_OVERHEAD_BYTES));
    this.#names = Array.from({ length: capacity }, () => "");
    this.#values = Array.from({ length: capacity }, () => "");
    this.#newest = 0;
    this.#count = 0;
    this.#scratch = new Uint8Array(256);
    this.#at = 0;
    this.#text = "";
  }

  /** Bytes in the dynamic table, as section 4.1 counts them. */
  get tableBytes(): number {
    return this.#tableBytes;
  }

  /**
   * Decodes the whole block `bytes[start, end)`, appending names and values in turn to `into`. Fields beyond `listBytesMax` (counted as SETTINGS_MAX_HEADER_LIST_SIZE is)
   * are dropped.
   */
  decode(bytes: Uint8Array, start: number, end: number, listBytesMax: number, into: string[]): HpackResult {
    this.#at = start;
    let listBytes = 0;
    let sawField = false;
    while (this.#at < end) {
      const first = bytes[this.#at]!;
      let name: string;
      let value: string;
      if ((first & 0x80) !== 0) {
        const index = this.#integer(bytes, end, 7);
        if (index <= 0) return HpackResult.Malformed;
        if (index <= STATIC_TABLE_LENGTH) {
          name = STATIC_NAMES[index]!;
          value = STATIC_VALUES[index]!;
        } else {
          const slot = this.#slot(index - STATIC_TABLE_LENGTH);
          if (slot < 0) return HpackResult.Malformed;
          name = this.#names[slot]!;
          value = this.#values[slot]!;
        }
      } else if ((first & 0xe0) === 0x20) {
        // Section 4.2: size updates stand at the beginning of a block only.
        const size = this.#integer(bytes, end, 5);
        if (size < 0 || size > this.#tableBytesLimit || sawField) return HpackResult.Malformed;
        this.#tableBytesMax = size;
        this.#evict(size);
        this.generation++;
        continue;
      } else {
        const indexed = (first & 0x40) !== 0;
        const index = this.#integer(bytes, end, indexed ? 6 : 4);
        if (index < 0) return HpackResult.Malformed;
        if (index === 0) {
          if (!this.#string(bytes, end)) return HpackResult.Malformed;
          name = this.#text;
        } else if (index <= STATIC_TABLE_LENGTH) {
          name = STATIC_NAMES[index]!;
        } else {
          const slot = this.#slot(index - STATIC_TABLE_LENGTH);
          if (slot < 0) return HpackResult.Malformed;
          name = this.#names[slot]!;
        }
        if (!this.#string(bytes, end)) return HpackResult.Malformed;
        value = this.#text;
        if (indexed) this.#insert(name, value);
      }
      sawField = true;
      listBytes += name.length + value.length + FIELD_OVERHEAD_BYTES;
      if (listBytes <= listBytesMax) into.push(name, value);
    }
    return listBytes <= listBytesMax ? HpackResult.Ok : HpackResult.ListTooLarge;
  }

  /** Ring position of the dynamic entry number `age` (1 is the newest); -1 when there is none. */
  #slot(age: number): number {
    if (age > this.#count) return -1;
    const at = this.#newest - age + 1;
    return at < 0 ? at + this.#names.length : at;
  }

  #insert(name: string, value: string): void {
    this.generation++;
    const size = name.length + value.length + FIELD_OVERHEAD_BYTES;
    if (size > this.#tableBytesMax) {
      this.#evict(0);
      return;
    }
    this.#evict(this.#tableBytesMax - size);
    this.#newest = this.#newest + 1 === this.#names.length ? 0 : this.#newest + 1;
    this.#names[this.#newest] = name;
    this.#values[this.#newest] = value;
    this.#count++;
    this.#tableBytes += size;
  }

  /** Drops the oldest entries until at most `bytes` are left. */
  #evict(bytes: number): void {
    while (this.#tableBytes > bytes) {
      const slot = this.#slot(this.#count);
      this.#tableBytes -= this.#names[slot]!.length + this.#values[slot]!.length + FIELD_OVERHEAD_BYTES;
      this.#names[slot] = "";
      this.#values[slot] = "";
      this.#count--;
    }
  }

  /** Integer with a prefix of that many bits (section 5.1), advancing the cursor; -1 when malformed or above 2^28. */
  #integer(bytes: Uint8Array, end: number, prefixBits: number): number {
    const mask = (1 << prefixBits) - 1;
    let value = bytes[this.#at++]! & mask;
    if (value < mask) return value;
    for (let shift = 0; shift <= 21; shift += 7) {
      if (this.#at >= end) return -1;
      const byte = bytes[this.#at++]!;
      value += (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return value;
    }
    return -1;
  }

  /** String literal (section 5.2) into `#text`; false when malformed. */
  #string(bytes: Uint8Array, end: number): boolean {
    if (this.#at >= end) return false;
    const huffman = (bytes[this.#at]! & 0x80) !== 0;
    const length = this.#integer(bytes, end, 7);
    if (length < 0 || length > end - this.#at) return false;
    const start = this.#at;
    this.#at += length;
    if (!huffman) {
      this.#text = latin1(bytes.subarray(start, start + length));
      return true;
    }
    if (this.#scratch.length < 2 * length) this.#scratch = new Uint8Array(4 * length);
    const decoded = huffmanDecode(bytes, start, start + length, this.#scratch);
    if (decoded < 0) return false;
    this.#text = latin1(this.#scratch.subarray(0, decoded));
    if (this.#scratch.length > 65536) this.#scratch = new Uint8Array(256);
    return true;
  }
}

/**
 * Which keys a request is about, and how a namespace moves them: its prefix goes before every key on the way out and off again on the way in.
 *
 *   "k"                     one key
 *   { prefix: "a/" }        all that begin with it; "" is every key
 *   { from: "a", to: "c" }  a <= key < c
 *   { from: "a" }           a <= key
 */
import { EMPTY_BYTES, prefixRangeEnd } from "../base/bytes.ts";
import { type Bytes, toBytes } from "./key-value.ts";

/** One key, all keys that begin with `prefix`, or those from `from` up to but not including `to` (without `to`: to the last key). */
export type KeySelector =
  | Bytes
  | { readonly prefix: Bytes }
  | { readonly from: Bytes; readonly to?: Bytes | undefined };

/** As requests carry it: an empty end for one key, a zero byte for no end. */
export interface KeyRange {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
}

const NO_END: Uint8Array = new Uint8Array(1);

/** A prefix before all keys of a client; empty for none. */
export class KeyPrefix {
  readonly bytes: Uint8Array;
  readonly #end: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#end = bytes.length === 0 ? NO_END : prefixRangeEnd(bytes);
  }

  /** A prefix below this one. */
  below(prefix: Uint8Array): KeyPrefix {
    return new KeyPrefix(this.key(prefix));
  }

  key(key: Bytes): Uint8Array {
    const bytes = toBytes(key);
    const { length } = this.bytes;
    if (length === 0) return bytes;
    const whole = new Uint8Array(length + bytes.length);
    whole.set(this.bytes);
    whole.set(bytes, length);
    return whole;
  }

  /** The key as the user of this prefix knows it. */
  strip(key: Uint8Array): Uint8Array {
    return this.bytes.length === 0 ? key : key.subarray(this.bytes.length);
  }

  range(selector: KeySelector): KeyRange {
    if (typeof selector === "string" || selector instanceof Uint8Array) {
      return { key: this.key(selector), rangeEnd: EMPTY_BYTES };
    }
    if ("prefix" in selector) {
      const prefix = this.key(selector.prefix);
      return prefix.length === 0
        ? { key: NO_END, rangeEnd: NO_END }
        : { key: prefix, rangeEnd: prefixRangeEnd(prefix) };
    }
    const from = toBytes(selector.from);
    // The server takes no empty key: a zero byte is the first there is.
    const key = from.length === 0 && this.bytes.length === 0 ? NO_END : this.key(from);
    return { key, rangeEnd: selector.to === undefined ? this.#end : this.key(selector.to) };
  }
}

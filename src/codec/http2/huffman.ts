/**
 * The Huffman code of HPACK (RFC 7541 section 5.2 and appendix B). The code is canonical: within one length, codes ascend with the
 * symbol, so the lengths alone define it. Decoding steps through a state machine four bits at a time; since the shortest code has
 * five bits, a step yields at most one symbol.
 */
import { assert } from "../../base/assert.ts";

// Code lengths of the symbols 0..255 as base-36 digits; the end-of-string symbol (256) has 30 bits.
const LENGTH_DIGITS =
  "dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6ca" +
  "d67777777777777777777777878djde6f56565666577666567655677777fbeds" +
  "kmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmlnmnnkmmmnmmn" +
  "qqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrq";
const END_OF_STRING = 256;
const SYMBOLS = 257;

const lengths = new Uint8Array(SYMBOLS);
for (let i = 0; i < 256; i++) lengths[i] = Number.parseInt(LENGTH_DIGITS[i]!, 36);
lengths[END_OF_STRING] = 30;

/** Codes by symbol, right-aligned. */
const codes: Uint32Array = assignCodes();

function assignCodes(): Uint32Array {
  const counts = new Uint32Array(31);
  for (let symbol = 0; symbol < SYMBOLS; symbol++) counts[lengths[symbol]!]!++;
  const next = new Uint32Array(31);
  let code = 0;
  for (let length = 1; length <= 30; length++) {
    next[length] = code;
    code += counts[length]!;
    if (length < 30) code *= 2;
  }
  assert(code === 2 ** 30, "the Huffman code fills its space");
  const out = new Uint32Array(SYMBOLS);
  for (let symbol = 0; symbol < SYMBOLS; symbol++) out[symbol] = next[lengths[symbol]!]!++;
  return out;
}

/**
 * Transition table: entry = next state | HAS_SYMBOL | symbol << 16, at [state * 16 + four bits]. FAILED: end-of-string inside a string.
 * Entries are worked out when they are first wanted, since a program that makes one call wants few of them; no entry is 0 once it is.
 */
const HAS_SYMBOL = 0x100;
const FAILED = 0x200;
const transitions = new Uint32Array(256 * 16);
/** Binary tree by [node * 2 + bit]: inner nodes are numbered from 0 (root), leaves are -(symbol + 1). */
const children = new Int32Array(256 * 2);
/** States where a string may end: the bits since the last symbol are a prefix of end-of-string no longer than seven. */
const accepting = new Uint8Array(256);
buildTree();

function buildTree(): void {
  let inner = 1;
  for (let symbol = 0; symbol < SYMBOLS; symbol++) {
    let node = 0;
    for (let bit = lengths[symbol]! - 1; bit > 0; bit--) {
      const slot = node * 2 + ((codes[symbol]! >>> bit) & 1);
      if (children[slot] === 0) children[slot] = inner++;
      node = children[slot]!;
    }
    children[node * 2 + (codes[symbol]! & 1)] = -(symbol + 1);
  }
  assert(inner === 256, "a code of 257 symbols has 256 inner nodes");
  for (let node = 0, depth = 0; depth <= 7; depth++, node = children[node * 2 + 1]!) accepting[node] = 1;
}

function workOut(state: number, nibble: number): number {
  let node = state;
  let entry = 0;
  for (let bit = 3; bit >= 0; bit--) {
    const child = children[node * 2 + ((nibble >>> bit) & 1)]!;
    if (child >= 0) {
      node = child;
    } else {
      const symbol = -child - 1;
      entry |= symbol === END_OF_STRING ? FAILED : HAS_SYMBOL | (symbol << 16);
      node = 0;
    }
  }
  entry |= node;
  transitions[state * 16 + nibble] = entry;
  return entry;
}

/**
 * Decodes `bytes[start, end)` into `into`, which must hold `2 * (end - start)` bytes at least (the shortest code has five bits).
 * Returns the decoded length, or -1 when the input is not a valid string (end-of-string inside, or wrong padding).
 */
export function huffmanDecode(bytes: Uint8Array, start: number, end: number, into: Uint8Array): number {
  let state = 0;
  let at = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    let entry = transitions[state * 16 + (byte >>> 4)]!;
    if (entry === 0) entry = workOut(state, byte >>> 4);
    if ((entry & HAS_SYMBOL) !== 0) into[at++] = entry >>> 16;
    else if ((entry & FAILED) !== 0) return -1;
    const middle = entry & 0xff;
    entry = transitions[middle * 16 + (byte & 15)]!;
    if (entry === 0) entry = workOut(middle, byte & 15);
    if ((entry & HAS_SYMBOL) !== 0) into[at++] = entry >>> 16;
    else if ((entry & FAILED) !== 0) return -1;
    state = entry & 0xff;
  }
  return accepting[state] === 1 ? at : -1;
}

/** Bytes that the Huffman form of a text of code units 0..255 takes. */
export function huffmanLength(text: string): number {
  let bits = 0;
  for (let i = 0; i < text.length; i++) bits += lengths[text.charCodeAt(i) & 0xff]!;
  return (bits + 7) >>> 3;
}

/** Writes the Huffman form of a text of code units 0..255; returns the offset after it. */
export function huffmanEncode(text: string, into: Uint8Array, start: number): number {
  let at = start;
  let pending = 0;
  let pendingBits = 0;
  for (let i = 0; i < text.length; i++) {
    const symbol = text.charCodeAt(i) & 0xff;
    const code = codes[symbol]!;
    let left = lengths[symbol]!;
    while (left > 0) {
      const take = Math.min(left, 8 - pendingBits);
      left -= take;
      pending = (pending << take) | ((code >>> left) & ((1 << take) - 1));
      pendingBits += take;
      if (pendingBits === 8) {
        into[at++] = pending;
        pending = 0;
        pendingBits = 0;
      }
    }
  }
  if (pendingBits > 0) into[at++] = (pending << (8 - pendingBits)) | (0xff >>> pendingBits);
  return at;
}

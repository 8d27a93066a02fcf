/**
 * A change as the bytes of a watch response: made once for an event and shared by all its watchers (a second form, also made once,
 * carries prev_kv).
 *
 * ```
 *   5a <len> Event                  WatchResponse.events (field 11)
 *     08 01                         type = DELETE; absent for PUT
 *     12 <len> KeyValue             kv: the stored bytes
 *     1a <len> KeyValue             prev_kv: the stored bytes of the version before
 * ```
 */
import { putUint32, sizeOfDelimited } from "../../proto/writer.ts";
import type { WatchEvent } from "../mvcc/watch-event.ts";
import type { EventSource } from "./event-source.ts";

/**
 * Encoded field 11 of a WatchResponse, whole or in parts. Immutable. It does not hold the event: a queued one must not keep the slab
 * that its KeyValue was cut from.
 */
export class EncodedEvent {
  readonly modRevision: number;
  readonly parts: readonly Uint8Array[];
  readonly bytes: number;

  constructor(modRevision: number, parts: readonly Uint8Array[], bytes: number) {
    this.modRevision = modRevision;
    this.parts = parts;
    this.bytes = bytes;
  }
}

/** Up to this size an event is one copied part; beyond it the stored bytes are referenced, not copied. */
const COPY_BYTES_MAX = 2048;

/** One event in both forms, each made when first asked for. */
export class EventBytes {
  readonly event: WatchEvent;
  #plain: EncodedEvent | undefined;
  #withPrev: EncodedEvent | undefined;

  constructor(event: WatchEvent) {
    this.event = event;
    this.#plain = undefined;
    this.#withPrev = undefined;
  }

  plain(): EncodedEvent {
    return (this.#plain ??= encodeEvent(this.event, undefined));
  }

  /** With prev_kv, read at modRevision - 1. The same as {@link plain} for create events and when that version is compacted. */
  withPrev(source: EventSource): EncodedEvent {
    if (this.#withPrev !== undefined) return this.#withPrev;
    const { event } = this;
    const prev = event.isCreate ? undefined : source.valueAt(event.key, event.modRevision - 1);
    this.#withPrev = prev === undefined ? this.plain() : encodeEvent(event, prev);
    return this.#withPrev;
  }
}

function encodeEvent(event: WatchEvent, prev: Uint8Array | undefined): EncodedEvent {
  const { kv, isDelete, modRevision } = event;
  const prevBytes = prev === undefined ? 0 : 1 + sizeOfDelimited(prev.length);
  const bodyBytes = (isDelete ? 2 : 0) + 1 + sizeOfDelimited(kv.length) + prevBytes;
  const bytes = 1 + sizeOfDelimited(bodyBytes);
  if (bytes <= COPY_BYTES_MAX) {
    const whole = new Uint8Array(bytes);
    if (prev !== undefined) writePrev(whole, bytes, prev);
    const kvEnd = bytes - prevBytes;
    whole.set(kv, kvEnd - kv.length);
    writeHead(whole, kvEnd - kv.length, isDelete, bodyBytes, kv.length);
    return new EncodedEvent(modRevision, [whole], bytes);
  }
  const head = new Uint8Array(bytes - prevBytes - kv.length);
  writeHead(head, head.length, isDelete, bodyBytes, kv.length);
  if (prev === undefined) return new EncodedEvent(modRevision, [head, kv], bytes);
  // `prev` is a view of a page that may be gone after this turn: it is copied also when big.
  const tail = new Uint8Array(prevBytes);
  writePrev(tail, prevBytes, prev);
  return new EncodedEvent(modRevision, [head, kv, tail], bytes);
}

/** What stands before the KeyValue bytes, ending before `at`. */
function writeHead(into: Uint8Array, at: number, isDelete: boolean, bodyBytes: number, kvBytes: number): void {
  at = putUint32(into, at, kvBytes);
  into[--at] = 0x12;
  if (isDelete) {
    into[--at] = 0x01;
    into[--at] = 0x08;
  }
  at = putUint32(into, at, bodyBytes);
  into[--at] = 0x5a;
}

function writePrev(into: Uint8Array, at: number, prev: Uint8Array): void {
  at -= prev.length;
  into.set(prev, at);
  at = putUint32(into, at, prev.length);
  into[--at] = 0x1a;
}

/**
 * WatchResponse messages as bytes. The header comes encoded from the caller (it carries the member's ids and term); events come encoded
 * once from `event-bytes.ts`.
 *
 * ```
 *   0a <len> ResponseHeader   1 header (given with its tag and length)
 *   10 <varint>               2 watch_id          18 01   3 created        20 01   4 canceled
 *   28 <varint>               5 compact_revision  32 <len> text  6 cancel_reason   38 01   7 fragment
 *   5a <len> Event ...       11 events
 * ```
 *
 * Splitting into fragments keeps etcd's rule (etcdserver/api/v3rpc/watch.go sendFragments): split only what is at least `bytesMax` and
 * has two or more events; each fragment takes events while it stays below; `fragment` is false on the last one only.
 */
import { putInt64, putText, sizeOfInt64, sizeOfText } from "../../proto/writer.ts";
import type { EncodedEvent } from "./event-bytes.ts";
import type { WatchResponse } from "./watch-response.ts";

/** Messages up to this size are one copied part: fewer pieces for the socket. */
const COPY_BYTES_MAX = 2048;

/** Parts of the message in order. `headerField` is field 1 with tag and length. */
export function responseParts(response: WatchResponse, headerField: Uint8Array): Uint8Array[] {
  return messageParts(response, headerField, response.events, 0, response.events.length, response.eventsBytes, false);
}

/** One or more messages, each as its parts: fragments when the watcher asked for them and the response is too big. */
export function responseMessages(response: WatchResponse, headerField: Uint8Array, bytesMax: number): Uint8Array[][] {
  const { events } = response;
  const wholeBytes = prefixSize(response, headerField, false) + response.eventsBytes;
  if (response.watcher?.fragment !== true || wholeBytes < bytesMax || events.length < 2) {
    return [responseParts(response, headerField)];
  }
  const fragmentPrefixBytes = prefixSize(response, headerField, true);
  const messages: Uint8Array[][] = [];
  let from = 0;
  while (from < events.length) {
    let to = from + 1;
    let bytes = events[from]!.bytes;
    while (to < events.length && fragmentPrefixBytes + bytes + events[to]!.bytes < bytesMax)
      bytes += events[to++]!.bytes;
    messages.push(messageParts(response, headerField, events, from, to, bytes, to < events.length));
    from = to;
  }
  return messages;
}

function prefixSize(response: WatchResponse, headerField: Uint8Array, fragment: boolean): number {
  let bytes = headerField.length;
  if (response.watchId !== 0) bytes += 1 + sizeOfInt64(response.watchId);
  if (response.created) bytes += 2;
  if (response.canceled) bytes += 2;
  if (response.compactRevision !== 0) bytes += 1 + sizeOfInt64(response.compactRevision);
  if (response.cancelReason !== "") bytes += 1 + sizeOfText(response.cancelReason);
  if (fragment) bytes += 2;
  return bytes;
}

function messageParts(
  response: WatchResponse,
  headerField: Uint8Array,
  events: readonly EncodedEvent[],
  from: number,
  to: number,
  eventsBytes: number,
  fragment: boolean,
): Uint8Array[] {
  const prefixBytes = prefixSize(response, headerField, fragment);
  const copied = prefixBytes + eventsBytes <= COPY_BYTES_MAX;
  const buffer = new Uint8Array(copied ? prefixBytes + eventsBytes : prefixBytes);
  writePrefix(buffer, prefixBytes, response, headerField, fragment);
  if (!copied) {
    const parts: Uint8Array[] = [buffer];
    for (let i = from; i < to; i++) for (const part of events[i]!.parts) parts.push(part);
    return parts;
  }
  let at = prefixBytes;
  for (let i = from; i < to; i++) {
    for (const part of events[i]!.parts) {
      buffer.set(part, at);
      at += part.length;
    }
  }
  return [buffer];
}

/** Fields 1 to 7, ending before `at`. */
function writePrefix(
  into: Uint8Array,
  at: number,
  response: WatchResponse,
  headerField: Uint8Array,
  fragment: boolean,
): void {
  if (fragment) {
    into[--at] = 1;
    into[--at] = 0x38;
  }
  if (response.cancelReason !== "") {
    at = putText(into, at, response.cancelReason);
    into[--at] = 0x32;
  }
  if (response.compactRevision !== 0) {
    at = putInt64(into, at, response.compactRevision);
    into[--at] = 0x28;
  }
  if (response.canceled) {
    into[--at] = 1;
    into[--at] = 0x20;
  }
  if (response.created) {
    into[--at] = 1;
    into[--at] = 0x18;
  }
  if (response.watchId !== 0) {
    at = putInt64(into, at, response.watchId);
    into[--at] = 0x10;
  }
  into.set(headerField, 0);
}

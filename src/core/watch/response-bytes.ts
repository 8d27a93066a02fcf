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
const WATCH_ID_TAG = 0x10;

/** Bytes of the whole response as one message. */
export function responseSize(response: WatchResponse, headerField: Uint8Array): number {
  return prefixSize(response, headerField, false) + response.eventsBytes;
}

/** Whether the response goes out in more than one message. `bytes` is its {@link responseSize}. */
export function needsFragments(response: WatchResponse, bytes: number, bytesMax: number): boolean {
  return bytes >= bytesMax && response.events.length > 1 && response.watcher?.fragment === true;
}

/** Writes the whole response as one message of `bytes`, its {@link responseSize}, at `at`. */
export function writeResponse(
  into: Uint8Array,
  at: number,
  response: WatchResponse,
  headerField: Uint8Array,
  bytes: number,
): void {
  const end = at + bytes;
  if (response.watcher === undefined) {
    writeFields(into, end, response, false);
  } else {
    const eventsAt = end - response.eventsBytes;
    const { watchId } = response;
    if (watchId !== 0) into[putInt64(into, eventsAt, watchId) - 1] = WATCH_ID_TAG;
    if (response.recipients.length > 1) into.set(sharedBody(response), eventsAt);
    else copyEvents(into, eventsAt, response.events, 0, response.events.length);
  }
  copyHeader(into, at, headerField);
}

/** All events of a response in one piece, made once for all its recipients. */
function sharedBody(response: WatchResponse): Uint8Array {
  if (response.body !== undefined) return response.body;
  const { events } = response;
  if (events.length === 1 && events[0]!.parts.length === 1) {
    response.body = events[0]!.parts[0]!;
    return response.body;
  }
  const body = new Uint8Array(response.eventsBytes);
  copyEvents(body, 0, events, 0, events.length);
  response.body = body;
  return body;
}

function copyEvents(into: Uint8Array, at: number, events: readonly EncodedEvent[], from: number, to: number): void {
  for (let i = from; i < to; i++) {
    for (const part of events[i]!.parts) {
      into.set(part, at);
      at += part.length;
    }
  }
}

/** A loop: for twenty bytes it beats the call of TypedArray.set. */
function copyHeader(into: Uint8Array, at: number, headerField: Uint8Array): void {
  for (let i = 0; i < headerField.length; i++) into[at + i] = headerField[i]!;
}

/** Parts of the message in order. `headerField` is field 1 with tag and length. */
export function responseParts(response: WatchResponse, headerField: Uint8Array): Uint8Array[] {
  return messageParts(response, headerField, response.events, 0, response.events.length, response.eventsBytes, false);
}

/** One or more messages, each as its parts: fragments when the watcher asked for them and the response is too big. */
export function responseMessages(response: WatchResponse, headerField: Uint8Array, bytesMax: number): Uint8Array[][] {
  const { events } = response;
  if (!needsFragments(response, responseSize(response, headerField), bytesMax)) {
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
  writeFields(buffer, prefixBytes, response, fragment);
  copyHeader(buffer, 0, headerField);
  if (!copied) {
    const parts: Uint8Array[] = [buffer];
    for (let i = from; i < to; i++) for (const part of events[i]!.parts) parts.push(part);
    return parts;
  }
  copyEvents(buffer, prefixBytes, events, from, to);
  return [buffer];
}

/** Fields 2 to 7, ending before `at`. */
function writeFields(into: Uint8Array, at: number, response: WatchResponse, fragment: boolean): void {
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
    into[--at] = WATCH_ID_TAG;
  }
}

/**
 * The events of a WatchResponse as bytes, apart from its head: a message is both one after the other, since events are its last field and
 * protobuf's messages may be put together of parts.
 */
import type { Event } from "../../proto/generated/kv.ts";
import { WatchResponse } from "../../proto/generated/rpc.ts";

export function encodedEvents(events: readonly Event[], withPrevious: boolean): Uint8Array {
  return WatchResponse.encode({ events: withPrevious ? events : events.map(({ type, kv }) => ({ type, kv })) });
}

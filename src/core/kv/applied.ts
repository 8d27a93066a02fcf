/** What the execution of a write gives its caller. */
import type { WatchEvent } from "../mvcc/watch-event.ts";

export class Applied {
  /** The encoded response, undefined when nobody waits for one. */
  readonly response: Uint8Array | undefined;
  /** Changes in order, for the watch hub. */
  readonly events: readonly WatchEvent[];
  /** Revision in the response header. */
  readonly revision: number;

  constructor(response: Uint8Array | undefined, events: readonly WatchEvent[], revision: number) {
    this.response = response;
    this.events = events;
    this.revision = revision;
  }
}

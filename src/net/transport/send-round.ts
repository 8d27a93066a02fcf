/** The streams of one connection that have something to send, served in turn, one frame each: a big reply does not starve small ones. */
import type { Http2Stream } from "./http2-stream.ts";

export class SendRound {
  #ring: (Http2Stream | undefined)[];
  #head: number;
  #count: number;

  constructor() {
    this.#ring = emptyRing(8);
    this.#head = 0;
    this.#count = 0;
  }

  get empty(): boolean {
    return this.#count === 0;
  }

  /** Adds a stream at the end unless it is in the round already. */
  add(stream: Http2Stream): void {
    if (stream.scheduled) return;
    stream.scheduled = true;
    const size = this.#ring.length;
    if (this.#count === size) this.#grow();
    this.#ring[(this.#head + this.#count) & (this.#ring.length - 1)] = stream;
    this.#count++;
  }

  /** Takes the stream whose turn it is; the round must not be empty. */
  take(): Http2Stream {
    const stream = this.#ring[this.#head]!;
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#count--;
    stream.scheduled = false;
    return stream;
  }

  clear(): void {
    while (this.#count > 0) this.take();
  }

  #grow(): void {
    const larger = emptyRing(this.#ring.length * 2);
    for (let i = 0; i < this.#count; i++) larger[i] = this.#ring[(this.#head + i) & (this.#ring.length - 1)];
    this.#ring = larger;
    this.#head = 0;
  }
}

function emptyRing(slots: number): (Http2Stream | undefined)[] {
  return Array.from({ length: slots }, () => undefined);
}

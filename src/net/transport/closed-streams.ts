/**
 * The streams that closed last and how. Frames for a stream that we reset may still be on their way and are ignored;
 * frames for one that the peer ended are its error (RFC 9113 section 5.1).
 */
const REMEMBERED = 256;

export class ClosedStreams {
  readonly #ids: Int32Array;
  readonly #byUs: Uint8Array;
  #next: number;

  constructor() {
    this.#ids = new Int32Array(REMEMBERED);
    this.#byUs = new Uint8Array(REMEMBERED);
    this.#next = 0;
  }

  add(streamId: number, resetByUs: boolean): void {
    this.#ids[this.#next] = streamId;
    this.#byUs[this.#next] = resetByUs ? 1 : 0;
    this.#next = (this.#next + 1) % REMEMBERED;
  }

  has(streamId: number): boolean {
    return this.#ids.includes(streamId);
  }

  wasResetByUs(streamId: number): boolean {
    const at = this.#ids.indexOf(streamId);
    return at >= 0 && this.#byUs[at] === 1;
  }
}

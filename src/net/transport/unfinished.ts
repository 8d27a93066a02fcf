/**
 * What a peer has begun and not finished: its handshake, a header block, a frame. The first two must be whole in time, as the head of an HTTP/1.1 request; a
 * frame must go on arriving.
 */
export const Unfinished = {
  Nothing: 0,
  Handshake: 1,
  HeaderBlock: 2,
  Frame: 3,
} as const;
export type Unfinished = (typeof Unfinished)[keyof typeof Unfinished];

export interface UnfinishedState {
  readonly what: Unfinished;
  /** Stream of the header block. */
  readonly streamId: number;
  readonly receivedBytes: number;
  /** We do not read: the peer is not to blame. */
  readonly isPaused: boolean;
}

export class UnfinishedWatch {
  readonly #handshakeTimeoutMs: number;
  readonly #timeoutMs: number;
  #what: Unfinished;
  #streamId: number;
  #receivedBytes: number;
  #sinceMs: number;

  /** Milliseconds for the handshake, and for the rest. */
  constructor(limits: { readonly handshakeTimeoutMs: number; readonly http1HeaderTimeoutMs: number }) {
    this.#handshakeTimeoutMs = limits.handshakeTimeoutMs;
    this.#timeoutMs = limits.http1HeaderTimeoutMs;
    this.#what = Unfinished.Nothing;
    this.#streamId = 0;
    this.#receivedBytes = 0;
    this.#sinceMs = 0;
  }

  /** To be asked every few seconds: has the peer taken too long? */
  isLate(nowMs: number, state: UnfinishedState): boolean {
    const { what, streamId, receivedBytes, isPaused } = state;
    const isGoingOn = what === Unfinished.Frame && receivedBytes !== this.#receivedBytes;
    if (what !== this.#what || streamId !== this.#streamId || isGoingOn || isPaused) this.#sinceMs = nowMs;
    this.#what = what;
    this.#streamId = streamId;
    this.#receivedBytes = receivedBytes;
    if (what === Unfinished.Nothing) return false;
    return nowMs - this.#sinceMs >= (what === Unfinished.Handshake ? this.#handshakeTimeoutMs : this.#timeoutMs);
  }
}

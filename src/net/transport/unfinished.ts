/**
 * What a peer has begun and not finished: its handshake, a header block, a frame. The first two must be whole in time, as the head of an HTTP/1.1 request; a
 * frame must go on arriving.
 */
export interface UnfinishedState {
  /** The peer's SETTINGS are here. */
  readonly isGreeted: boolean;
  /** Stream of the header block that has begun; 0: none has. */
  readonly blockStreamId: number;
  readonly isWithinFrame: boolean;
  readonly receivedBytes: number;
  /** We do not read: the peer is not to blame. */
  readonly isPaused: boolean;
}

type What = "nothing" | "handshake" | "header block" | "frame";

export class UnfinishedWatch {
  readonly #handshakeTimeoutMs: number;
  readonly #timeoutMs: number;
  #what: What;
  #streamId: number;
  #receivedBytes: number;
  #sinceMs: number;

  /** Milliseconds for the handshake, and for the rest. */
  constructor(limits: { readonly handshakeTimeoutMs: number; readonly http1HeaderTimeoutMs: number }) {
    this.#handshakeTimeoutMs = limits.handshakeTimeoutMs;
    this.#timeoutMs = limits.http1HeaderTimeoutMs;
    this.#what = "nothing";
    this.#streamId = 0;
    this.#receivedBytes = 0;
    this.#sinceMs = 0;
  }

  /** To be asked every few seconds: has the peer taken too long? */
  isLate(nowMs: number, state: UnfinishedState): boolean {
    const { blockStreamId, receivedBytes } = state;
    const what = whatOf(state);
    const isGoingOn = what === "frame" && receivedBytes !== this.#receivedBytes;
    if (what !== this.#what || blockStreamId !== this.#streamId || isGoingOn || state.isPaused) this.#sinceMs = nowMs;
    this.#what = what;
    this.#streamId = blockStreamId;
    this.#receivedBytes = receivedBytes;
    if (what === "nothing") return false;
    return nowMs - this.#sinceMs >= (what === "handshake" ? this.#handshakeTimeoutMs : this.#timeoutMs);
  }
}

function whatOf({ isGreeted, blockStreamId, isWithinFrame }: UnfinishedState): What {
  if (!isGreeted) return "handshake";
  if (blockStreamId !== 0) return "header block";
  return isWithinFrame ? "frame" : "nothing";
}

/**
 * How long a connection waits for its peer, looked at every few seconds: a peer that takes nothing from its socket, and one that does not finish
 * what it began to send. Streams whose peer gives no window are the connection's own matter.
 */

/** What a connection looks like at one moment. */
export interface PeerState {
  readonly unsentBytes: number;
  /** Bytes handed to the socket since the start. */
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** What the peer has begun and not finished ("its handshake", "a frame"); empty for nothing. */
  readonly half: string;
  /** The half goes on as long as bytes arrive. */
  readonly halfMayGrow: boolean;
  /** We do not read at the moment: nothing can be finished. */
  readonly readPaused: boolean;
}

export interface PatienceLimits {
  readonly stallMs: number;
  readonly halfMs: number;
}

export class PeerPatience {
  #unsentBytes: number;
  #takenBytes: number;
  #stallSinceMs: number;
  #half: string;
  #halfSinceMs: number;
  #receivedBytes: number;

  constructor() {
    this.#unsentBytes = 0;
    this.#takenBytes = 0;
    this.#stallSinceMs = -1;
    this.#half = "";
    this.#halfSinceMs = 0;
    this.#receivedBytes = 0;
  }

  /** Why the connection is to be closed; undefined when it may go on. */
  failure(nowMs: number, state: PeerState, limits: PatienceLimits): string | undefined {
    if (this.#isLeftHalf(nowMs, state, limits.halfMs)) return `the peer does not finish ${state.half}`;
    return this.#isStalled(nowMs, state, limits.stallMs) ? "the peer does not read" : undefined;
  }

  #isStalled(nowMs: number, { unsentBytes, sentBytes }: PeerState, stallMs: number): boolean {
    const taken = sentBytes - unsentBytes;
    if (unsentBytes === 0 || taken !== this.#takenBytes || unsentBytes < this.#unsentBytes) {
      this.#stallSinceMs = nowMs;
      this.#takenBytes = taken;
    }
    this.#unsentBytes = unsentBytes;
    return unsentBytes > 0 && nowMs - this.#stallSinceMs >= stallMs;
  }

  #isLeftHalf(nowMs: number, { half, halfMayGrow, receivedBytes, readPaused }: PeerState, halfMs: number): boolean {
    const isGoingOn = halfMayGrow && receivedBytes !== this.#receivedBytes;
    if (half !== this.#half || isGoingOn || readPaused) {
      this.#half = half;
      this.#halfSinceMs = nowMs;
    }
    this.#receivedBytes = receivedBytes;
    return half !== "" && nowMs - this.#halfSinceMs >= halfMs;
  }
}

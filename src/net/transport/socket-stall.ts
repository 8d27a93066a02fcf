/** Sees a peer that takes nothing from its socket although bytes wait for it. */
export class SocketStall {
  #unsentBytes: number;
  #takenBytes: number;
  #sinceMs: number;

  constructor() {
    this.#unsentBytes = 0;
    this.#takenBytes = 0;
    this.#sinceMs = -1;
  }

  /** To be asked every few seconds: has the peer taken nothing for so long? `sentBytes` were handed to the socket since the start. */
  isLate(nowMs: number, unsentBytes: number, sentBytes: number, timeoutMs: number): boolean {
    const taken = sentBytes - unsentBytes;
    if (unsentBytes === 0 || taken !== this.#takenBytes || unsentBytes < this.#unsentBytes) {
      this.#sinceMs = nowMs;
      this.#takenBytes = taken;
    }
    this.#unsentBytes = unsentBytes;
    return unsentBytes > 0 && nowMs - this.#sinceMs >= timeoutMs;
  }
}

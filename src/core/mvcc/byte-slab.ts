/**
 * Many short byte arrays cut from shared slabs. A fresh ArrayBuffer costs several hundred nanoseconds and the collector counts it as
 * external memory; a view of a slab costs about a fifth (test/bench/mvcc.ts). A slab lives as long as any view of it: only for bytes
 * that die together soon, such as the write buffer of the backend.
 */
const SLAB_BYTES = 32 * 1024;
const SHARED_BYTES_MAX = 4 * 1024;

export class ByteSlab {
  #slab: ArrayBuffer = new ArrayBuffer(0);
  #used = 0;

  /** Zeroed bytes that the caller owns. */
  take(bytes: number): Uint8Array {
    if (bytes > SHARED_BYTES_MAX) return new Uint8Array(bytes);
    if (this.#used + bytes > this.#slab.byteLength) {
      this.#slab = new ArrayBuffer(SLAB_BYTES);
      this.#used = 0;
    }
    const view = new Uint8Array(this.#slab, this.#used, bytes);
    this.#used += bytes;
    return view;
  }
}

/**
 * Room for encoded messages. V8 keeps the memory of typed arrays above 64 bytes outside of its heap and such an array costs 0.6 us to make;
 * a view into a larger array costs 0.05 us (test/bench/proto.ts), so middling messages are carved from a shared slab, like Node's Buffer pool.
 * Each view's bytes are its own: nothing hands them out twice. A view that lives on keeps its slab of 16 KiB alive, so what is kept
 * for long and alone should be copied.
 */

const SLAB_BYTES = 16384;
const CARVED_BYTES_MAX = 2048;
const IN_HEAP_BYTES_MAX = 64;

let slab = new Uint8Array(SLAB_BYTES).buffer;
let used = 0;

/** A zeroed array of that many bytes, possibly a view into a larger buffer. */
export function allocate(size: number): Uint8Array {
  if (size <= IN_HEAP_BYTES_MAX || size > CARVED_BYTES_MAX) return new Uint8Array(size);
  if (used + size > SLAB_BYTES) {
    slab = new ArrayBuffer(SLAB_BYTES);
    used = 0;
  }
  const start = used;
  used = start + size;
  return new Uint8Array(slab, start, size);
}

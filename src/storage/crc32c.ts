/**
 * CRC32C as fast as this machine has it: the native function of @node-rs/crc32 where its addon loads, else slicing-by-8 in TypeScript.
 * A call into the addon costs about as much as 128 bytes of the TypeScript loop (0.13 us), so short inputs stay in TypeScript.
 */
import { createRequire } from "node:module";
import { crc32c as portable } from "../codec/crc32c.ts";

type Crc32c = (bytes: Uint8Array, seed?: number) => number;

const NATIVE_BYTES_MIN = 128;

const native = loadNative();

function loadNative(): Crc32c | undefined {
  try {
    const addon = createRequire(import.meta.url)("@node-rs/crc32") as { crc32c?: Crc32c };
    // An addon that does not give the check value is as good as none.
    return addon.crc32c?.(new Uint8Array(32)) === 0x8a9136aa ? addon.crc32c : undefined;
  } catch {
    return undefined; // No prebuilt addon for this platform: the TypeScript one serves.
  }
}

/** Whether the addon was loaded; for logs and benchmarks. */
export const crc32cIsNative: boolean = native !== undefined;

/** The CRC32C of the bytes (unsigned 32 bit), continued from `seed`: `crc32c(b, crc32c(a))` is that of a and b in sequence. */
export function crc32c(bytes: Uint8Array, seed: number = 0): number {
  if (native === undefined || bytes.length < NATIVE_BYTES_MIN) return portable(bytes, seed);
  return native(bytes, seed);
}

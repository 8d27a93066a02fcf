/** CRC32C over many short pieces: they are gathered, because a call into the native CRC costs more than the CRC of a short entry. */
import { crc32c } from "../../storage/crc32c.ts";

const GATHER_BYTES = 65536;

export class GatheredHash {
  readonly #gathered: Uint8Array;
  #length: number;
  #hash: number;

  constructor() {
    this.#gathered = new Uint8Array(GATHER_BYTES);
    this.#length = 0;
    this.#hash = 0;
  }

  /** Takes the bytes before it returns. */
  add(bytes: Uint8Array): void {
    if (this.#length + bytes.length > GATHER_BYTES) this.#flush();
    if (bytes.length > GATHER_BYTES) {
      this.#hash = crc32c(bytes, this.#hash);
      return;
    }
    this.#gathered.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  sum(): number {
    this.#flush();
    return this.#hash >>> 0;
  }

  #flush(): void {
    if (this.#length === 0) return;
    this.#hash = crc32c(this.#gathered.subarray(0, this.#length), this.#hash);
    this.#length = 0;
  }
}

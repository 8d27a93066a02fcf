/**
 * A prefix before every key and every end of a range (etcd client/v3/namespace). The end of all keys ("\0") becomes the end of the prefix.
 *
 *   const space = new KeyNamespace(utf8("app/"));
 *   space.end(utf8("\0"))      // "app0": the first key behind all that begin with "app/"
 */
const ALL_KEYS_END = Uint8Array.of(0);

export class KeyNamespace {
  readonly prefix: Uint8Array;
  readonly #prefixEnd: Uint8Array;

  constructor(prefix: Uint8Array) {
    this.prefix = prefix;
    this.#prefixEnd = prefixEnd(prefix);
  }

  key(key: Uint8Array): Uint8Array {
    const { prefix } = this;
    const whole = new Uint8Array(prefix.length + key.length);
    whole.set(prefix);
    whole.set(key, prefix.length);
    return whole;
  }

  /** An empty end stays empty: one key. */
  end(end: Uint8Array): Uint8Array {
    if (end.length === 0) return end;
    return end.length === 1 && end[0] === 0 ? this.#prefixEnd : this.key(end);
  }

  has(key: Uint8Array): boolean {
    const { prefix } = this;
    if (key.length < prefix.length) return false;
    for (let i = 0; i < prefix.length; i++) if (key[i] !== prefix[i]) return false;
    return true;
  }

  /** The key as clients of the namespace know it. */
  strip(key: Uint8Array): Uint8Array {
    return key.subarray(this.prefix.length);
  }
}

/** The first key behind all that begin with the prefix; "\0" (no end) when there is none. */
export function prefixEnd(prefix: Uint8Array): Uint8Array {
  const end = prefix.slice();
  for (let i = end.length - 1; i >= 0; i--) {
    end[i] = (end[i]! + 1) & 0xff;
    if (end[i] !== 0) return end;
  }
  return ALL_KEYS_END;
}

/**
 * Passwords that were checked lately, so that the next login of the same user costs a keyed hash (microseconds) instead of bcrypt
 * (tens of milliseconds). Holds no password: one HMAC-SHA256 per user, under a secret of this process, over user, stored hash and password.
 * Everything is dropped when the auth revision changes. Wrong passwords are never remembered: guessing stays as slow as bcrypt.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { utf8 } from "../../base/bytes.ts";

const SECRET_BYTES = 32;

export class VerifiedCredentials {
  readonly #secret: Uint8Array;
  readonly #digests: Map<string, Uint8Array>;
  #revision: number;

  constructor(randomBytes: (length: number) => Uint8Array) {
    this.#secret = randomBytes(SECRET_BYTES);
    this.#digests = new Map();
    this.#revision = 0;
  }

  /** Identifies the triple; parts are length-prefixed so that no two triples give the same input. */
  digest(username: string, hash: Uint8Array, password: string): Uint8Array {
    const hmac = createHmac("sha256", this.#secret);
    for (const part of [utf8(username), hash, utf8(password)]) {
      const length = new Uint8Array(4);
      new DataView(length.buffer).setUint32(0, part.length);
      hmac.update(length).update(part);
    }
    return hmac.digest();
  }

  has(revision: number, username: string, digest: Uint8Array): boolean {
    this.#at(revision);
    const known = this.#digests.get(username);
    return known !== undefined && revision === this.#revision && timingSafeEqual(known, digest);
  }

  /** After bcrypt said yes for a credential that was read at this auth revision. */
  remember(revision: number, username: string, digest: Uint8Array): void {
    this.#at(revision);
    if (revision === this.#revision) this.#digests.set(username, digest);
  }

  /** Users remembered. */
  get size(): number {
    return this.#digests.size;
  }

  #at(revision: number): void {
    if (revision <= this.#revision) return;
    this.#digests.clear();
    this.#revision = revision;
  }
}

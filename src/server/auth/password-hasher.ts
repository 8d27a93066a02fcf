/**
 * bcrypt off the event loop: the native addon on the thread pool, or its JavaScript twin in slices where the addon does not load.
 * At most `active` hashes run at once, so that logins never starve file writes of pool threads, and at most `waiting` queue up;
 * beyond that a request is refused with etcd's own "too many requests".
 *
 * Hashes carry the prefix $2a$ as Go's do. Passwords count up to 72 bytes: longer ones cannot be set, and are cut when compared, as in Go.
 */

import { utf8, utf8Text } from "../../base/bytes.ts";
import { etcdError, textError } from "../../base/etcd-error.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import type { Logger } from "../../io/logger.ts";
import type { Random } from "../../io/random.ts";

export const BCRYPT_COST_DEFAULT = 10;
const BCRYPT_COST_MIN = 4;
const BCRYPT_COST_MAX = 31;
const PASSWORD_BYTES_MAX = 72;
const SALT_BYTES = 16;

/** One implementation of bcrypt; the salt is given. */
export interface Bcrypt {
  readonly name: string;
  hash(password: string, salt: Uint8Array, cost: number): Promise<string>;
  hashSync(password: string, salt: Uint8Array, cost: number): string;
  compare(password: string, hash: string): Promise<boolean>;
}

/** The addon, else the JavaScript twin. */
export async function loadBcrypt(logger: Logger): Promise<Bcrypt> {
  try {
    return await loadNativeBcrypt();
  } catch (error) {
    logger.warn("native bcrypt is not available; password checks will be slow", { error: String(error) });
    return loadPortableBcrypt();
  }
}

export async function loadNativeBcrypt(): Promise<Bcrypt> {
  const native = await import("@node-rs/bcrypt");
  return {
    name: "native",
    hash: (password, salt, cost) => native.hash(password, { salt, cost, version: "2a" }),
    hashSync: (password, salt, cost) => native.hashSync(password, { salt, cost, version: "2a" }),
    compare: (password, hash) => native.verify(password, hash),
  };
}

export async function loadPortableBcrypt(): Promise<Bcrypt> {
  const { default: portable } = await import("bcryptjs");
  const saltText = (salt: Uint8Array, cost: number): string =>
    `$2a$${String(cost).padStart(2, "0")}$${portable.encodeBase64([...salt], SALT_BYTES)}`;
  return {
    name: "portable",
    hash: (password, salt, cost) => portable.hash(password, saltText(salt, cost)),
    hashSync: (password, salt, cost) => portable.hashSync(password, saltText(salt, cost)),
    compare: async (password, hash) => hash.length === 60 && (await portable.compare(password, hash)),
  };
}

export interface PasswordHasherOptions {
  readonly bcrypt: Bcrypt;
  readonly random: Random;
  readonly logger: Logger;
  /** --bcrypt-cost; out of range it becomes the default, with a warning. */
  readonly cost: number;
  readonly active?: number;
  readonly waiting?: number;
}

export class PasswordHasher {
  readonly cost: number;
  readonly #bcrypt: Bcrypt;
  readonly #random: Random;
  readonly #activeMax: number;
  readonly #waitingMax: number;
  #active: number;
  readonly #waiting: (() => void)[];

  constructor(options: PasswordHasherOptions) {
    const { cost, logger } = options;
    const isValid = Number.isInteger(cost) && cost >= BCRYPT_COST_MIN && cost <= BCRYPT_COST_MAX;
    if (!isValid) {
      logger.warn("use default bcrypt cost instead of the invalid given cost", {
        "min-cost": BCRYPT_COST_MIN,
        "max-cost": BCRYPT_COST_MAX,
        "default-cost": BCRYPT_COST_DEFAULT,
        "given-cost": cost,
      });
    }
    this.cost = isValid ? cost : BCRYPT_COST_DEFAULT;
    this.#bcrypt = options.bcrypt;
    this.#random = options.random;
    this.#activeMax = options.active ?? 2;
    this.#waitingMax = options.waiting ?? 2000;
    this.#active = 0;
    this.#waiting = [];
  }

  /** Hash with a fresh salt. Rejects for passwords beyond 72 bytes with the text of Go's bcrypt. */
  async hash(password: string): Promise<Uint8Array> {
    if (utf8(password).length > PASSWORD_BYTES_MAX) {
      throw textError(GrpcCode.Unknown, "bcrypt: password length exceeds 72 bytes");
    }
    const salt = this.#random.bytes(SALT_BYTES);
    return utf8(await this.#run(() => this.#bcrypt.hash(password, salt, this.cost)));
  }

  /** As {@link hash}, at once: holds the loop. For entries of etcd before 3.5 only. */
  hashSync(password: string): Uint8Array {
    return utf8(this.#bcrypt.hashSync(password, this.#random.bytes(SALT_BYTES), this.cost));
  }

  /** False as well for what is no bcrypt hash. */
  compare(password: string, hash: Uint8Array): Promise<boolean> {
    return this.#run(() => this.#bcrypt.compare(password, utf8Text(hash)));
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#active >= this.#activeMax) {
      if (this.#waiting.length >= this.#waitingMax) throw etcdError("RequestTooManyRequests");
      // Whoever ends hands its place over.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#active++;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#active--;
      else next();
    }
  }
}

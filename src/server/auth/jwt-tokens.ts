/**
 * JSON Web Tokens: signed with the key of --auth-token, or only verified where the member has no private key. Claims: `username`, `revision`
 * (the auth revision at login: after any change of users or roles the token is too old) and `exp`.
 *
 * Verifying is asynchronous and costs a signature check, so verified tokens are remembered until they expire.
 * Source of behaviour: etcd server/auth/jwt.go, options.go.
 */
import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { type JWTPayload, jwtVerify, SignJWT } from "jose";
import { utf8Text } from "../../base/bytes.ts";
import { etcdError, textError } from "../../base/etcd-error.ts";
import { nsToMs, parseGoDuration } from "../../base/go-duration.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import type { AuthInfo } from "../../core/auth/auth-info.ts";
import type { Clock } from "../../io/clock.ts";
import type { Logger } from "../../io/logger.ts";
import { AuthOptionsError, INVALID_AUTH_OPTIONS } from "./auth-options-error.ts";
import { type TokenProvider, tokenFingerprint } from "./token-provider.ts";

const KNOWN_OPTIONS: ReadonlySet<string> = new Set(["sign-method", "pub-key", "priv-key", "ttl"]);
const VERIFIED_TOKENS_MAX = 10_000;

type Family = "rsa" | "ec" | "ed25519" | "hmac";
const SIGN_METHODS: ReadonlyMap<string, Family> = new Map<string, Family>([
  ["RS256", "rsa"],
  ["RS384", "rsa"],
  ["RS512", "rsa"],
  ["PS256", "rsa"],
  ["PS384", "rsa"],
  ["PS512", "rsa"],
  ["ES256", "ec"],
  ["ES384", "ec"],
  ["ES512", "ec"],
  ["EdDSA", "ed25519"],
  ["HS256", "hmac"],
  ["HS384", "hmac"],
  ["HS512", "hmac"],
]);
const KEY_NAMES: Readonly<Record<Exclude<Family, "hmac">, string>> = { rsa: "RSA", ec: "ECDSA", ed25519: "Ed25519" };

type Key = KeyObject | Uint8Array;

interface JwtKeys {
  /** Undefined: this member can only verify. */
  readonly sign: Key | undefined;
  readonly verify: Key;
}

interface Verified {
  readonly info: AuthInfo;
  readonly expiresMs: number;
}

export interface JwtOptions {
  /** The options after `jwt,`. */
  readonly values: ReadonlyMap<string, string>;
  readonly clock: Clock;
  readonly logger: Logger;
  readFile(path: string): Promise<Uint8Array>;
}

export class JwtTokens implements TokenProvider {
  readonly #method: string;
  readonly #keys: JwtKeys;
  readonly #ttlMs: number;
  readonly #clock: Clock;
  readonly #logger: Logger;
  /** In the order of verification: the oldest goes first when there are too many. */
  readonly #verified: Map<string, Verified>;

  private constructor(method: string, keys: JwtKeys, ttlMs: number, clock: Clock, logger: Logger) {
    this.#method = method;
    this.#keys = keys;
    this.#ttlMs = ttlMs;
    this.#clock = clock;
    this.#logger = logger;
    this.#verified = new Map();
  }

  /** Reads the keys. Rejects with AuthOptionsError and etcd's text; the reason for a generic one is logged. */
  static async create(options: JwtOptions): Promise<JwtTokens> {
    const { values, clock, logger } = options;
    const invalid = (reason: string): AuthOptionsError => {
      logger.error("problem loading JWT options", { error: reason });
      return new AuthOptionsError(INVALID_AUTH_OPTIONS);
    };
    const ttlText = values.get("ttl") ?? "";
    const ttl = parseGoDuration(ttlText === "" ? "5m" : ttlText);
    if (!ttl.ok) throw invalid(ttl.reason);
    const read = async (option: string): Promise<Uint8Array> => {
      const path = values.get(option) ?? "";
      if (path === "") return new Uint8Array(0);
      try {
        return await options.readFile(path);
      } catch (error) {
        throw invalid(error instanceof Error ? error.message : String(error));
      }
    };
    const publicPem = await read("pub-key");
    const privatePem = await read("priv-key");
    const method = values.get("sign-method") ?? "";
    if (method === "none") throw new AuthOptionsError("unsupported signing method: *jwt.signingMethodNone");
    const family = SIGN_METHODS.get(method);
    if (family === undefined) throw invalid("auth: invalid auth signature method");
    const unknown = [...values.keys()].filter((name) => !KNOWN_OPTIONS.has(name));
    if (unknown.length > 0) logger.warn("unknown JWT options", { keys: unknown });
    return new JwtTokens(method, loadKeys(family, publicPem, privatePem), nsToMs(ttl.ns), clock, logger);
  }

  enable(): void {}

  disable(): void {
    this.#verified.clear();
  }

  /** A signed token cannot be taken back; it is too old once the revision has moved on. */
  invalidateUser(): void {}

  newPrefix(): string {
    return "";
  }

  assign(): string {
    return "";
  }

  async issue(_assigned: string, username: string, revision: number): Promise<string> {
    if (this.#keys.sign === undefined) {
      throw textError(GrpcCode.Unknown, "auth: token signing attempted with verify-only key");
    }
    try {
      return await new SignJWT({ username, revision })
        .setProtectedHeader({ alg: this.#method, typ: "JWT" })
        .setExpirationTime(Math.floor((this.#clock.wallNow() + this.#ttlMs) / 1000))
        .sign(this.#keys.sign);
    } catch (error) {
      this.#logger.error("failed to sign a JWT token", { "user-name": username, error: reasonOf(error) });
      throw etcdError("AuthFailed");
    }
  }

  identify(token: string, _revision: number, settle: (info: AuthInfo | undefined) => void): void {
    const known = this.#verified.get(token);
    if (known !== undefined) {
      if (known.expiresMs > this.#clock.wallNow()) {
        settle(known.info);
        return;
      }
      this.#verified.delete(token);
    }
    this.#verify(token).then(settle, (error: unknown) => {
      const fingerprint = tokenFingerprint(token);
      this.#logger.warn("failed to parse a JWT token", { error: reasonOf(error), "token-fingerprint": fingerprint });
      settle(undefined);
    });
  }

  async #verify(token: string): Promise<AuthInfo | undefined> {
    const { payload } = await jwtVerify(token, this.#keys.verify, {
      algorithms: [this.#method],
      currentDate: new Date(this.#clock.wallNow()),
    });
    const info = infoOf(payload);
    if (info === undefined) {
      this.#logger.warn("failed to obtain user and revision claims from jwt token");
      return undefined;
    }
    if (this.#verified.size >= VERIFIED_TOKENS_MAX) {
      const oldest = this.#verified.keys().next();
      if (!oldest.done) this.#verified.delete(oldest.value);
    }
    const expiresMs = payload.exp === undefined ? Number.POSITIVE_INFINITY : payload.exp * 1000;
    this.#verified.set(token, { info, expiresMs });
    return info;
  }
}

function infoOf(payload: JWTPayload): AuthInfo | undefined {
  const { username, revision } = payload as { username?: unknown; revision?: unknown };
  if (typeof username !== "string" || typeof revision !== "number") return undefined;
  return { username, revision: Math.trunc(revision) };
}

function loadKeys(family: Family, publicPem: Uint8Array, privatePem: Uint8Array): JwtKeys {
  const missing = new AuthOptionsError("auth: missing key data");
  if (family === "hmac") {
    if (privatePem.length === 0) throw missing;
    return { sign: privatePem, verify: privatePem };
  }
  const priv = privatePem.length === 0 ? undefined : parsePem(family, "private", privatePem);
  const pub = publicPem.length === 0 ? undefined : parsePem(family, "public", publicPem);
  if (priv === undefined) {
    if (pub === undefined) throw missing;
    return { sign: undefined, verify: pub };
  }
  const derived = createPublicKey(priv);
  if (pub !== undefined && !pub.equals(derived)) {
    throw new AuthOptionsError("auth: public and private keys don't match");
  }
  return { sign: priv, verify: derived };
}

function parsePem(family: Exclude<Family, "hmac">, kind: "private" | "public", pem: Uint8Array): KeyObject {
  const text = utf8Text(pem);
  let key: KeyObject;
  try {
    // createPublicKey would also derive one from a private key, which Go refuses.
    if (kind === "public" && text.includes("PRIVATE KEY")) throw new Error("a private key");
    key = kind === "private" ? createPrivateKey(text) : createPublicKey(text);
  } catch {
    throw new AuthOptionsError(`invalid key: Key must be a PEM encoded PKCS1 or PKCS8 ${kind} key`);
  }
  if (key.asymmetricKeyType !== family) {
    throw new AuthOptionsError(`key is not a valid ${KEY_NAMES[family]} ${kind} key`);
  }
  return key;
}

/** The reason without the token: jose's messages name claims and codes only. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : "unknown error";
}

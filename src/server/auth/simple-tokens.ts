/**
 * Simple tokens: sixteen random letters, a dot, and the raft index before the login's entry. Every member keeps them in memory, because the
 * login is an entry of the log; they end after a time without use, when their user changes, and when authentication is switched off.
 *
 * A member that has not applied the login yet waits for it. Deadlines are kept in buckets of one second: using a token only moves its
 * deadline, the bucket is corrected when it comes up.
 * Source of behaviour: etcd server/auth/simple_token.go.
 */
import type { AuthInfo } from "../../core/auth/auth-info.ts";
import type { Clock, Timer } from "../../io/clock.ts";
import type { Random } from "../../io/random.ts";
import type { TokenProvider } from "./token-provider.ts";

export const SIMPLE_TOKEN_TTL_MS = 300_000;
const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const PREFIX_LETTERS = 16;
const SWEEP_MS = 1000;
/** How long a request waits for the login behind an unknown token; etcd waits as long as its client. */
const UNKNOWN_TOKEN_WAIT_MS = 5000;

/** How far this member has applied the log. */
export interface AppliedIndex {
  readonly applied: number;
  /** Calls once the entry with this index was applied; at once when it is already. */
  whenApplied(index: number, callback: () => void): void;
}

export interface SimpleTokensOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly appliedIndex: AppliedIndex;
  /** Time without use after which a token ends; 0 or less means the default. */
  readonly ttlMs?: number;
}

interface Token {
  readonly text: string;
  readonly username: string;
  expiresMs: number;
  isVoid: boolean;
}

export class SimpleTokens implements TokenProvider {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #appliedIndex: AppliedIndex;
  readonly #ttlMs: number;
  readonly #tokens: Map<string, Token>;
  readonly #byUser: Map<string, Set<Token>>;
  /** Second of the clock -> tokens that may end then. */
  readonly #buckets: Map<number, Token[]>;
  #nextSecond: number;
  #sweep: Timer | undefined;

  constructor(options: SimpleTokensOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#appliedIndex = options.appliedIndex;
    const ttlMs = options.ttlMs ?? 0;
    this.#ttlMs = ttlMs > 0 ? ttlMs : SIMPLE_TOKEN_TTL_MS;
    this.#tokens = new Map();
    this.#byUser = new Map();
    this.#buckets = new Map();
    this.#nextSecond = 0;
    this.#sweep = undefined;
  }

  /** Tokens held. */
  get size(): number {
    return this.#tokens.size;
  }

  enable(): void {
    if (this.#sweep !== undefined) return;
    this.#nextSecond = Math.floor(this.#clock.now() / SWEEP_MS);
    this.#sweep = this.#clock.setRepeating(SWEEP_MS, () => this.#expire());
  }

  disable(): void {
    this.#sweep?.cancel();
    this.#sweep = undefined;
    this.#tokens.clear();
    this.#byUser.clear();
    this.#buckets.clear();
  }

  invalidateUser(username: string): void {
    for (const token of this.#byUser.get(username) ?? []) {
      token.isVoid = true;
      this.#tokens.delete(token.text);
    }
    this.#byUser.delete(username);
  }

  newPrefix(): string {
    let prefix = "";
    for (let i = 0; i < PREFIX_LETTERS; i++) prefix += LETTERS[this.#random.integer(LETTERS.length)]!;
    return prefix;
  }

  assign(username: string, prefix: string, index: number): string {
    const text = `${prefix}.${index}`;
    if (this.#sweep === undefined) return text;
    const token: Token = { text, username, expiresMs: this.#clock.now() + this.#ttlMs, isVoid: false };
    this.#tokens.set(text, token);
    let own = this.#byUser.get(username);
    if (own === undefined) {
      own = new Set();
      this.#byUser.set(username, own);
    }
    own.add(token);
    this.#schedule(token);
    return text;
  }

  issue(assigned: string): Promise<string> {
    return Promise.resolve(assigned);
  }

  identify(text: string, revision: number, settle: (info: AuthInfo | undefined) => void): void {
    const username = this.#use(text);
    if (username !== undefined) {
      settle({ username, revision });
      return;
    }
    const index = indexOf(text);
    // The login is the entry after the index in the token.
    if (index === undefined || this.#appliedIndex.applied > index) {
      settle(undefined);
      return;
    }
    let isSettled = false;
    const finish = (): void => {
      if (isSettled) return;
      isSettled = true;
      timer.cancel();
      const late = this.#use(text);
      settle(late === undefined ? undefined : { username: late, revision });
    };
    const timer = this.#clock.setTimer(UNKNOWN_TOKEN_WAIT_MS, finish);
    this.#appliedIndex.whenApplied(index + 1, finish);
  }

  #use(text: string): string | undefined {
    const token = this.#tokens.get(text);
    if (token === undefined) return undefined;
    token.expiresMs = this.#clock.now() + this.#ttlMs;
    return token.username;
  }

  #schedule(token: Token): void {
    // The end of its second, and never one that was swept already.
    const second = Math.max(Math.floor(token.expiresMs / SWEEP_MS) + 1, this.#nextSecond);
    const bucket = this.#buckets.get(second);
    if (bucket === undefined) this.#buckets.set(second, [token]);
    else bucket.push(token);
  }

  #expire(): void {
    const nowMs = this.#clock.now();
    const due: Token[] = [];
    for (const nowSecond = Math.floor(nowMs / SWEEP_MS); this.#nextSecond <= nowSecond; this.#nextSecond++) {
      const bucket = this.#buckets.get(this.#nextSecond);
      if (bucket === undefined) continue;
      this.#buckets.delete(this.#nextSecond);
      for (const token of bucket) due.push(token);
    }
    for (const token of due) {
      if (token.isVoid) continue;
      if (token.expiresMs >= nowMs) this.#schedule(token);
      else this.#remove(token);
    }
  }

  #remove(token: Token): void {
    // A later login may have made the same text its own.
    if (this.#tokens.get(token.text) === token) this.#tokens.delete(token.text);
    const own = this.#byUser.get(token.username);
    own?.delete(token);
    if (own?.size === 0) this.#byUser.delete(token.username);
  }
}

/** The index in a well-formed token. */
function indexOf(text: string): number | undefined {
  const parts = text.split(".");
  if (parts.length !== 2 || !/^[0-9]{1,20}$/.test(parts[1]!)) return undefined;
  return Number(parts[1]);
}

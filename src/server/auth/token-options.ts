/**
 * The text of --auth-token: `simple`, or `jwt,sign-method=RS256,pub-key=path,priv-key=path,ttl=5m`, with etcd's error texts.
 * Source of behaviour: etcd server/auth/store.go (decomposeOpts, NewTokenProvider), options.go.
 */
import { etcdError } from "../../base/etcd-error.ts";
import type { Clock } from "../../io/clock.ts";
import type { Logger } from "../../io/logger.ts";
import type { Random } from "../../io/random.ts";
import { AuthOptionsError, INVALID_AUTH_OPTIONS } from "./auth-options-error.ts";
import { JwtTokens } from "./jwt-tokens.ts";
import { type AppliedIndex, SimpleTokens } from "./simple-tokens.ts";
import type { TokenProvider } from "./token-provider.ts";

export interface TokenProviderOptions {
  /** The value of --auth-token. */
  readonly text: string;
  /** --auth-token-ttl in milliseconds: the life of simple tokens. */
  readonly simpleTtlMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly appliedIndex: AppliedIndex;
  readFile(path: string): Promise<Uint8Array>;
}

/** Makes the provider that --auth-token asks for. Rejects with AuthOptionsError. */
export async function createTokenProvider(options: TokenProviderOptions): Promise<TokenProvider> {
  const { logger, text } = options;
  const [type = "", ...pairs] = text.split(",");
  const values = new Map<string, string>();
  for (const pair of pairs) {
    const [name = "", value, ...more] = pair.split("=");
    if (value === undefined || more.length > 0) {
      logger.error("invalid token option", { option: text });
      throw new AuthOptionsError(INVALID_AUTH_OPTIONS);
    }
    if (values.has(name)) {
      logger.error("invalid token option", { option: text, "duplicate-parameter": name });
      throw new AuthOptionsError(INVALID_AUTH_OPTIONS);
    }
    values.set(name, value);
  }
  switch (type) {
    case "simple": {
      logger.warn("simple token is not cryptographically signed");
      const { clock, random, appliedIndex, simpleTtlMs: ttlMs } = options;
      return new SimpleTokens({ clock, random, appliedIndex, ttlMs });
    }
    case "jwt":
      return JwtTokens.create({
        values,
        clock: options.clock,
        logger,
        readFile: (path) => options.readFile(path),
      });
    case "":
      return NO_TOKENS;
    default:
      logger.warn("unknown token type", { type, error: INVALID_AUTH_OPTIONS });
      throw new AuthOptionsError(INVALID_AUTH_OPTIONS);
  }
}

/** --auth-token="": nobody can log in; only certificates identify users. */
const NO_TOKENS: TokenProvider = {
  enable() {},
  disable() {},
  invalidateUser() {},
  newPrefix: () => "",
  assign: () => "",
  issue: () => Promise.reject(etcdError("AuthFailed")),
  identify(_token, _revision, settle) {
    settle(undefined);
  },
};

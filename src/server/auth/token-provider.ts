/** What kinds of tokens have in common (etcd auth.TokenProvider). */
import { createHash } from "node:crypto";
import type { AuthInfo } from "../../core/auth/auth-info.ts";

export interface TokenProvider {
  /** Authentication was switched on, off; a user's tokens became void. */
  enable(): void;
  disable(): void;
  invalidateUser(username: string): void;
  /** A random prefix for the next login, to be proposed with it; "" where the token does not come from the log. */
  newPrefix(): string;
  /** Every member makes `prefix.index` the user's token when the login is applied. Gives the token, or "" where `issue` makes it. */
  assign(username: string, prefix: string, index: number): string;
  /** The token for the client whose login was applied: what `assign` gave, or a signed one. */
  issue(assigned: string, username: string, revision: number): Promise<string>;
  /**
   * Whose token it is, undefined when it is not valid. `revision` is the present auth revision. May settle before it returns.
   */
  identify(token: string, revision: number, settle: (info: AuthInfo | undefined) => void): void;
}

/** What of a token may be logged. */
export function tokenFingerprint(token: string): string {
  return createHash("sha256").update(token).digest("hex").slice(0, 12);
}

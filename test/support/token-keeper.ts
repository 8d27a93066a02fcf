/** A TokenKeeper that keeps tokens in a map and notes what it was told. */
import type { TokenKeeper } from "../../src/core/auth/auth-store.ts";

export class MapTokenKeeper implements TokenKeeper {
  readonly tokens: Map<string, string> = new Map();
  readonly calls: string[] = [];

  enable(): void {
    this.calls.push("enable");
  }

  disable(): void {
    this.calls.push("disable");
    this.tokens.clear();
  }

  invalidateUser(username: string): void {
    this.calls.push(`invalidate ${username}`);
    for (const [token, name] of this.tokens) if (name === username) this.tokens.delete(token);
  }

  assign(username: string, prefix: string, index: number): string {
    const token = `${prefix}.${index}`;
    this.tokens.set(token, username);
    return token;
  }

  hashLegacyPassword(password: string): Uint8Array {
    return new TextEncoder().encode(`hash of ${password}`);
  }
}

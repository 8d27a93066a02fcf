/**
 * Logins, and who makes a call.
 *
 * A login checks the password first (bcrypt, or the memory of the last check), then goes through the log so that every member learns the
 * token, and is repeated when users or roles changed in between. The password itself never reaches the log.
 * Source of behaviour: etcd server/etcdserver/v3_server.go (Authenticate, AuthInfoFromCtx), server/auth/store.go.
 */

import { latin1 } from "../../base/bytes.ts";
import { type EtcdError, etcdError } from "../../base/etcd-error.ts";
import { RequestField } from "../../core/apply/raft-request.ts";
import type { AuthOutcome } from "../../core/auth/auth-apply.ts";
import type { AuthInfo } from "../../core/auth/auth-info.ts";
import type { AuthStore, TokenKeeper } from "../../core/auth/auth-store.ts";
import type { Logger } from "../../io/logger.ts";
import type { Random } from "../../io/random.ts";
import type { Span } from "../../net/tracing/span.ts";
import type { ServerCall } from "../../net/transport/server-call.ts";
import { base64 } from "../../proto/base64.ts";
import { InternalAuthenticateRequest } from "../../proto/generated/raft-internal.ts";
import type { AuthenticateResponse } from "../../proto/generated/rpc.ts";
import type { PasswordHasher } from "./password-hasher.ts";
import { type TokenProvider, tokenFingerprint } from "./token-provider.ts";
import { VerifiedCredentials } from "./verified-credentials.ts";

/** What a login needs of the server. */
export interface LoginServer {
  /** Settles when this member has applied everything committed before the call; rejects with an EtcdError. */
  linearizableRead(): Promise<void>;
  /** Proposes one request without credentials; settles when it was applied on this member, rejects with an EtcdError. */
  propose(field: RequestField, body: Uint8Array, span: Span | undefined): Promise<AuthOutcome>;
}

export interface AuthenticatorOptions {
  readonly store: AuthStore;
  readonly tokens: TokenProvider;
  readonly passwords: PasswordHasher;
  readonly random: Random;
  readonly logger: Logger;
  readonly server: LoginServer;
  /** --client-cert-auth: callers without a token are named by the common name of their certificate. */
  readonly clientCertAuth: boolean;
}

export class Authenticator {
  readonly #store: AuthStore;
  readonly #tokens: TokenProvider;
  readonly #passwords: PasswordHasher;
  readonly #verified: VerifiedCredentials;
  /** Password checks that run: equal ones share the answer. */
  readonly #checks: Map<string, Promise<boolean>>;
  readonly #logger: Logger;
  readonly #server: LoginServer;
  readonly #clientCertAuth: boolean;

  constructor(options: AuthenticatorOptions) {
    this.#store = options.store;
    this.#tokens = options.tokens;
    this.#passwords = options.passwords;
    this.#verified = new VerifiedCredentials((length) => options.random.bytes(length));
    this.#checks = new Map();
    this.#logger = options.logger;
    this.#server = options.server;
    this.#clientCertAuth = options.clientCertAuth;
  }

  /** A token for the user. Rejects with an EtcdError. */
  async login(username: string, password: string, span?: Span): Promise<string> {
    await this.#server.linearizableRead();
    for (;;) {
      const revision = await this.checkPassword(username, password);
      const request = InternalAuthenticateRequest.encode({ name: username, simpleToken: this.#tokens.newPrefix() });
      const outcome = await this.#server.propose(RequestField.Authenticate, request, span);
      if (!outcome.ok) throw etcdError(outcome.refusal);
      if (revision === this.#store.revision) {
        const { token } = outcome.response as AuthenticateResponse;
        return this.#tokens.issue(token, username, revision);
      }
      this.#logger.info("revision when password checked became stale; retrying");
    }
  }

  /** The auth revision at which the password is right; rejects with an EtcdError when it is not. */
  async checkPassword(username: string, password: string): Promise<number> {
    const found = this.#store.credential(username);
    if (!found.ok) {
      const error = etcdError(found.refusal);
      if (found.refusal !== "AuthNotEnabled") this.#warnOfLogin(username, error);
      throw error;
    }
    const { hash, revision } = found.value;
    const digest = this.#verified.digest(username, hash, password);
    if (this.#verified.has(revision, username, digest)) return revision;
    if (!(await this.#compareOnce(latin1(digest), password, hash))) {
      const error = etcdError("AuthFailed");
      this.#warnOfLogin(username, error);
      throw error;
    }
    this.#verified.remember(revision, username, digest);
    return revision;
  }

  /** The bcrypt hash for a new password, in base64 as requests carry it. */
  async hashPassword(password: string): Promise<string> {
    return base64(await this.#passwords.hash(password));
  }

  /**
   * Who makes the call: by its token (metadata `token`, else `authorization`), else by its certificate. Undefined without either, and while
   * authentication is off. Settles at once for simple tokens that are known.
   */
  identify(call: ServerCall, settle: (info: AuthInfo | undefined, error: EtcdError | undefined) => void): void {
    if (!this.#store.enabled) {
      settle(undefined, undefined);
      return;
    }
    const text = call.metadata("token") ?? call.metadata("authorization");
    if (text === undefined) {
      settle(this.#byCertificate(call), undefined);
      return;
    }
    const token = text.startsWith("Bearer ") ? text.slice("Bearer ".length) : text;
    this.#tokens.identify(token, this.#store.revision, (info) => {
      if (info !== undefined) {
        settle(info, undefined);
        return;
      }
      this.#logger.warn("invalid auth token", { "token-fingerprint": tokenFingerprint(token) });
      settle(undefined, etcdError("InvalidAuthToken"));
    });
  }

  #byCertificate(call: ServerCall): AuthInfo | undefined {
    const { tls } = call.connection;
    if (!this.#clientCertAuth || tls === undefined || !tls.authorized) return undefined;
    const username = tls.peerCommonName ?? "";
    const { revision } = this.#store;
    if (call.metadata("grpcgateway-accept") !== undefined) {
      // The gateway connects with the server's own certificate: its name says nothing about the caller.
      const fields = { "common-name": username, "user-name": username, revision };
      this.#logger.warn("ignoring common name in gRPC-gateway proxy request", fields);
      return undefined;
    }
    return { username, revision };
  }

  #compareOnce(key: string, password: string, hash: Uint8Array): Promise<boolean> {
    let running = this.#checks.get(key);
    if (running === undefined) {
      running = this.#passwords.compare(password, hash).finally(() => this.#checks.delete(key));
      this.#checks.set(key, running);
    }
    return running;
  }

  #warnOfLogin(username: string, error: EtcdError): void {
    this.#logger.warn("invalid authentication was requested", { user: username, error: error.message });
  }
}

/** What the auth store tells the shell: tokens go to the provider, old clear-text passwords to bcrypt. */
export function tokenKeeper(tokens: TokenProvider, passwords: PasswordHasher): TokenKeeper {
  return {
    enable: () => tokens.enable(),
    disable: () => tokens.disable(),
    invalidateUser: (username) => tokens.invalidateUser(username),
    assign: (username, prefix, index) => tokens.assign(username, prefix, index),
    hashLegacyPassword: (password) => passwords.hashSync(password),
  };
}

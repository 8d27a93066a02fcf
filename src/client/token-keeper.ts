/** The token that a user's name and password are exchanged for; fetched when first needed and again when the server no longer takes it. */
import type { GrpcChannel } from "../net/transport/grpc-channel.ts";
import { GrpcError } from "../net/transport/grpc-channel.ts";
import { AuthenticateRequest, AuthenticateResponse, AuthService } from "../proto/generated/rpc.ts";
import type { ConnectionPool } from "./connection-pool.ts";
import { EtcdError, errorOfStatus } from "./errors.ts";

/** A user and its password. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

const TIMEOUT_MS = 5000;

export class TokenKeeper {
  readonly #pool: ConnectionPool;
  readonly #credentials: Credentials;
  #token: string | undefined;
  #renewing: Promise<void> | undefined;

  constructor(pool: ConnectionPool, credentials: Credentials) {
    this.#pool = pool;
    this.#credentials = credentials;
    this.#token = undefined;
    this.#renewing = undefined;
  }

  get isMissing(): boolean {
    return this.#token === undefined;
  }

  /** The server does not take it any more. */
  forget(): void {
    this.#token = undefined;
  }

  /** One exchange at a time, however many ask. Rejects with EtcdError. */
  renew(): Promise<void> {
    if (this.#token !== undefined) return Promise.resolve();
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #renew(): Promise<void> {
    const channel = await new Promise<GrpcChannel>((resolve, reject) => {
      this.#pool.whenReady((found, error) => (found === undefined ? reject(error!) : resolve(found)));
    });
    const { username, password } = this.#credentials;
    try {
      const request = AuthenticateRequest.encode({ name: username, password });
      const reply = await channel.unary(AuthService.authenticate.path, request, { timeoutMs: TIMEOUT_MS });
      const { token } = AuthenticateResponse.decode(reply);
      this.#token = token;
      this.#pool.setMetadata({ token });
    } catch (error) {
      if (!(error instanceof GrpcError)) throw error;
      const { code, details, trailers, unprocessed } = error;
      const mapped = errorOfStatus({ code, message: details, trailers, unprocessed });
      // Credentials for a server without authentication do no harm, as in clientv3.
      if (mapped.kind !== "AuthNotEnabled")
        throw new EtcdError(mapped.kind, code, details, { unprocessed: true, cause: error });
      this.#token = "";
    }
  }
}

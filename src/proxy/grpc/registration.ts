/**
 * The proxies of a cluster know each other by keys (etcd client/v3/naming/endpoints, server/proxy/grpcproxy/register.go): each puts its address below
 * the resolver prefix, with a lease that it keeps alive, and watches those of the others.
 *
 * ```
 *   <prefix>/<address>  ->  {"Op":0,"Addr":"<address>","Metadata":"{\"name\":\"<host name>\"}"}
 * ```
 */
import { utf8Text } from "../../base/bytes.ts";
import type { EtcdClient } from "../../client/etcd-client.ts";
import type { Lease } from "../../client/lease.ts";
import { type Clock, sleep } from "../../io/clock.ts";
import type { Logger } from "../../io/logger.ts";

export interface RegistrationOptions {
  readonly client: EtcdClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly prefix: string;
  readonly address: string;
  readonly ttlSeconds: number;
  readonly hostName: string;
}

/** A proxy as its entry tells of it. */
export interface RegisteredProxy {
  readonly address: string;
  /** JSON with the host's name; etcd reads it no sooner than somebody asks. */
  readonly metadata: string;
}

/** Failed attempts are repeated at this distance. */
const RETRY_MS = 1000;

/** Registers again whenever the lease is lost; resolves when the client is closed. */
export async function keepRegistered(options: RegistrationOptions): Promise<void> {
  const { client, clock } = options;
  const logger = options.logger.with({ caller: "grpcproxy/register.go" });
  while (!client.isClosed) {
    let lease: Lease;
    try {
      lease = await register(options);
    } catch (error) {
      if (client.isClosed) return;
      logger.warn("failed to create a session", { error: error instanceof Error ? error.message : String(error) });
      await sleep(clock, RETRY_MS);
      continue;
    }
    logger.info("registered session with lease", { addr: options.address, "lease-ttl": options.ttlSeconds });
    await new Promise<void>((resolve) => {
      if (lease.isEnded) resolve();
      else lease.once("lost", () => resolve());
    });
    if (client.isClosed) return;
    logger.warn("session expired; possible network partition or server restart");
    logger.warn("creating a new session to rejoin");
    await sleep(clock, RETRY_MS);
  }
}

async function register({ client, prefix, address, ttlSeconds, hostName }: RegistrationOptions): Promise<Lease> {
  const lease = await client.lease(ttlSeconds);
  const value = JSON.stringify({ Op: 0, Addr: address, Metadata: JSON.stringify({ name: hostName }) });
  try {
    await client.put(`${prefix}/${address}`, value, { lease });
  } catch (error) {
    lease.release();
    throw error;
  }
  return lease;
}

/** The proxies that are registered now, by key. */
export class RegisteredProxies {
  readonly #proxies: Map<string, RegisteredProxy>;
  readonly #client: EtcdClient;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #prefix: string;

  constructor({ client, clock, logger, prefix }: Pick<RegistrationOptions, "client" | "clock" | "logger" | "prefix">) {
    this.#proxies = new Map();
    this.#client = client;
    this.#clock = clock;
    this.#logger = logger.with({ caller: "grpcproxy/cluster.go" });
    this.#prefix = prefix;
  }

  get all(): readonly RegisteredProxy[] {
    return [...this.#proxies.values()];
  }

  /** Follows the entries; resolves when the client is closed. */
  async follow(): Promise<void> {
    while (!this.#client.isClosed) {
      try {
        await this.#followOnce();
      } catch (error) {
        if (this.#client.isClosed) return;
        const fields = { prefix: this.#prefix, error: error instanceof Error ? error.message : String(error) };
        this.#logger.warn("failed to establish endpoint watch", fields);
      }
      await sleep(this.#clock, RETRY_MS);
    }
  }

  async #followOnce(): Promise<void> {
    const selector = { prefix: `${this.#prefix}/` };
    const { kvs, header } = await this.#client.range(selector, { serializable: true });
    const present = new Set<string>();
    for (const kv of kvs) {
      const name = utf8Text(kv.keyBytes);
      present.add(name);
      this.#take(name, kv.value);
    }
    for (const name of this.#proxies.keys()) if (!present.has(name)) this.#proxies.delete(name);
    for await (const event of this.#client.watch(selector, { startRevision: header.revision + 1 })) {
      const name = utf8Text(event.kv.keyBytes);
      if (event.type === "put") this.#take(name, event.kv.value);
      else this.#proxies.delete(name);
    }
    this.#logger.info("endpoints watch channel closed");
  }

  #take(name: string, value: string): void {
    let entry: unknown;
    try {
      entry = JSON.parse(value);
    } catch (error) {
      this.#logger.warn("unmarshal endpoint update failed", { key: name, error: String(error) });
      return;
    }
    const { Addr: address, Metadata: metadata } = entry as { readonly Addr?: unknown; readonly Metadata?: unknown };
    this.#proxies.set(name, {
      address: typeof address === "string" ? address : "",
      metadata: typeof metadata === "string" ? metadata : "",
    });
  }
}

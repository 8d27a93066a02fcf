/**
 * The client: connections, calls, watches and leases of one program.
 *
 *   await using client = new EtcdClient({ endpoints: ["http://127.0.0.1:2379"] });
 *   await client.put("greeting", "hello");
 *   const greeting = await client.get("greeting");       // greeting?.value === "hello"
 *
 * Nothing is connected until the first call. `close()` ends everything: open calls, watches and waiting readers reject with kind
 * `ClientClosed`; leases are left to end by themselves.
 */
import type { ConnectionOptions } from "node:tls";
import { EMPTY_BYTES } from "../base/bytes.ts";
import type { Clock, Timer } from "../io/clock.ts";
import { NodeClock } from "../io/node/clock.ts";
import { AuthClient } from "./auth-client.ts";
import { Caller, type CallOptions } from "./caller.ts";
import { ClusterClient } from "./cluster-client.ts";
import { ConnectionPool } from "./connection-pool.ts";
import { type Endpoint, parseEndpoint } from "./endpoint.ts";
import { asEtcdError, type EtcdError } from "./errors.ts";
import { KeyPrefix } from "./key-range.ts";
import { KeySpace } from "./key-space.ts";
import { LeaseClient } from "./lease-client.ts";
import { LeaseKeeper } from "./lease-keeper.ts";
import { MaintenanceClient } from "./maintenance-client.ts";
import { StreamSupport } from "./range-iteration.ts";
import { type Credentials, TokenKeeper } from "./token-keeper.ts";
import { WatchStream } from "./watch-stream.ts";

/** How a client connects and what it tries. */
export interface EtcdClientOptions {
  /** `127.0.0.1:2379`, `http://host:2379`, `https://host:2379`, `unix:///path`; calls go round them. Default: `127.0.0.1:2379`. */
  readonly endpoints?: string | readonly string[] | undefined;
  /** As node:tls takes it: `ca`, `cert`, `key`, `servername`, `rejectUnauthorized`. Set: TLS also for endpoints without a scheme. */
  readonly tls?: ConnectionOptions | undefined;
  readonly auth?: Credentials | undefined;
  /** For a connection to be made, in milliseconds; default 5000. */
  readonly dialTimeoutMs?: number | undefined;
  /** For each call with its retries; default: none. */
  readonly timeoutMs?: number | undefined;
  /** Attempts of a call that may be repeated; default 100, as clientv3. 1: no retries. */
  readonly attemptsMax?: number | undefined;
  /** Between two attempts; default 25. */
  readonly retryDelayMs?: number | undefined;
  /** Asks a connection for a sign of life when nothing came for so long; default 30000. 0: never. The server's minimum is 5000. */
  readonly keepaliveIntervalMs?: number | undefined;
  /** Breaks the connection when no sign came for so long; default 10000. */
  readonly keepaliveTimeoutMs?: number | undefined;
  /** Takes the members' client URLs as endpoints, every so many milliseconds. Default: never. See {@link EtcdClient.syncEndpoints}. */
  readonly syncIntervalMs?: number | undefined;
  /** Largest answer in bytes; default 2 GiB. */
  readonly messageBytesMax?: number | undefined;
  /** Watches move to another member when theirs has lost its leader; default true. */
  readonly requireLeader?: boolean | undefined;
  /** A prefix before every key. */
  readonly namespace?: string | Uint8Array | undefined;
  /** For tests. */
  readonly clock?: Clock | undefined;
  /** Hears of failures of the periodic sync. */
  readonly onSyncError?: ((error: EtcdError) => void) | undefined;
}

const DIAL_TIMEOUT_MS = 5000;
const ATTEMPTS_MAX = 100;
const RETRY_DELAY_MS = 25;
const KEEPALIVE_INTERVAL_MS = 30_000;
const KEEPALIVE_TIMEOUT_MS = 10_000;

/**
 * A client of a cluster. It connects when it is first used, goes round its endpoints, and repeats what may be repeated.
 *
 * ```ts
 * await using client = new EtcdClient({ endpoints: "http://127.0.0.1:2379" });
 * await client.put("greeting", "hello");
 * ```
 */
export class EtcdClient extends KeySpace {
  readonly cluster: ClusterClient;
  readonly maintenance: MaintenanceClient;
  readonly auth: AuthClient;
  readonly leases: LeaseClient;
  readonly #caller: Caller;
  readonly #pool: ConnectionPool;
  readonly #tlsGiven: boolean;
  readonly #syncTimer: Timer | undefined;

  /** Throws TypeError for text that is no endpoint. */
  constructor(options: EtcdClientOptions = {}) {
    const clock = options.clock ?? new NodeClock();
    const intervalMs = options.keepaliveIntervalMs ?? KEEPALIVE_INTERVAL_MS;
    const tlsGiven = options.tls !== undefined;
    const pool = new ConnectionPool(
      {
        clock,
        tls: options.tls,
        dialTimeoutMs: options.dialTimeoutMs ?? DIAL_TIMEOUT_MS,
        keepalive: { intervalMs, timeoutMs: options.keepaliveTimeoutMs ?? KEEPALIVE_TIMEOUT_MS },
        userAgent: "etcd-ts-client",
        messageBytesMax: options.messageBytesMax,
      },
      parseEndpoints(options.endpoints ?? "127.0.0.1:2379", tlsGiven),
    );
    const tokens = options.auth === undefined ? undefined : new TokenKeeper(pool, options.auth);
    const caller = new Caller({
      clock,
      pool,
      tokens,
      timeoutMs: options.timeoutMs,
      attemptsMax: options.attemptsMax ?? ATTEMPTS_MAX,
      retryDelayMs: options.retryDelayMs ?? RETRY_DELAY_MS,
    });
    const keeper = new LeaseKeeper(caller);
    const watches = new WatchStream(caller, { requireLeader: options.requireLeader ?? true });
    const prefix = new KeyPrefix(EMPTY_BYTES);
    const shared = { caller, watches, leases: keeper, streamSupport: new StreamSupport() };
    super(shared, options.namespace === undefined ? prefix : new KeyPrefix(prefix.key(options.namespace)));
    this.cluster = new ClusterClient(caller);
    this.maintenance = new MaintenanceClient(caller);
    this.auth = new AuthClient(caller);
    this.leases = new LeaseClient(caller, keeper);
    this.#caller = caller;
    this.#pool = pool;
    this.#tlsGiven = tlsGiven;
    this.#syncTimer =
      options.syncIntervalMs === undefined
        ? undefined
        : clock.setRepeating(options.syncIntervalMs, () => {
            this.syncEndpoints().catch((error: unknown) => {
              if (!this.isClosed) options.onSyncError?.(asEtcdError(error));
            });
          });
  }

  get endpoints(): readonly string[] {
    return this.#pool.endpoints.map(({ text }) => text);
  }

  get isClosed(): boolean {
    return this.#caller.isClosed;
  }

  /** Calls go to these from now on. Throws TypeError for text that is no endpoint. */
  setEndpoints(endpoints: string | readonly string[]): void {
    this.#pool.setEndpoints(parseEndpoints(endpoints, this.#tlsGiven));
  }

  /** Takes the client URLs of all voting members that have started as endpoints. */
  async syncEndpoints(options: CallOptions = {}): Promise<readonly string[]> {
    const members = await this.cluster.members(options);
    const urls = members.filter((member) => member.name !== "" && !member.isLearner).flatMap((m) => m.clientURLs);
    if (urls.length > 0) this.setEndpoints(urls);
    return this.endpoints;
  }

  /** Ends all calls, watches and renewals, and closes the connections. */
  async close(): Promise<void> {
    this.#syncTimer?.cancel();
    this.#caller.close();
    this.#pool.close();
    await new Promise<void>((resolve) => this.#caller.clock.nextTurn(resolve));
  }

  /** The same as `close()`: for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function parseEndpoints(endpoints: string | readonly string[], tlsGiven: boolean): Endpoint[] {
  const texts = typeof endpoints === "string" ? endpoints.split(",") : endpoints;
  const parsed = texts.map((text) => parseEndpoint(text.trim(), tlsGiven));
  if (parsed.length === 0) throw new TypeError("a client needs an endpoint");
  // Twice the same would be two connections.
  return [...new Map(parsed.map((endpoint) => [endpoint.text, endpoint])).values()];
}

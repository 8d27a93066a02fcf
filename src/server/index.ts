/**
 * `etcd-ts/server`: a member inside a program or a test.
 *
 *   const etcd = await startEtcd();                 // ephemeral ports, temporary folder
 *   ...                                             // etcd.clientUrl
 *   await etcd.close();                             // stops it and removes the temporary folder
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostUrl } from "../base/go-url.ts";
import { type Logger, SILENT_LOGGER } from "../io/logger.ts";
import { NodeClock } from "../io/node/clock.ts";
import { NodeFileSystem } from "../io/node/file-system.ts";
import { NodeRandom } from "../io/node/random.ts";
import type { ServerConfig } from "./config.ts";
import { DEFAULT_SERVER_CONFIG } from "./default-config.ts";
import { startEtcdServer } from "./etcd-server.ts";

export type { GoUrl } from "../base/go-url.ts";
export type { LogFields, Logger, LogValue } from "../io/logger.ts";
export type {
  AutoCompactionConfig,
  DiscoveryConfig,
  FeatureName,
  LoggingConfig,
  LogLevel,
  LogRotationConfig,
  ServerConfig,
  TlsConfig,
  TlsVersion,
  TracingConfig,
} from "./config.ts";

/** Where a member keeps its data, and how it is configured. */
export interface StartEtcdOptions {
  /** Kept by close. Absent: a temporary folder that close removes. */
  readonly dataDir?: string;
  /** Client port on 127.0.0.1; 0 or absent: any. */
  readonly port?: number;
  readonly name?: string;
  readonly logger?: Logger;
  /** Anything else that the server can be configured with. */
  readonly config?: Partial<ServerConfig>;
}

/** A member that serves. */
export interface Etcd {
  /** `http://127.0.0.1:PORT` */
  readonly clientUrl: string;
  readonly port: number;
  readonly dataDir: string;
  /** Stops the member. */
  close(): Promise<void>;
  /** The same as `close()`: for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a member of a cluster of one. Resolves when it serves clients. Rejects with an error that names what does not fit. */
export async function startEtcd(options: StartEtcdOptions = {}): Promise<Etcd> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "etcd-ts-")));
  const name = options.name ?? "default";
  const peerUrl = hostUrl("http", "127.0.0.1:0");
  const clientUrl = hostUrl("http", `127.0.0.1:${options.port ?? 0}`);
  const config: ServerConfig = {
    ...DEFAULT_SERVER_CONFIG,
    name,
    dataDir,
    listenPeerUrls: [],
    listenClientUrls: [clientUrl],
    advertisePeerUrls: [peerUrl],
    advertiseClientUrls: [clientUrl],
    initialCluster: `${name}=${peerUrl.text}`,
    ...options.config,
  };
  const logger = options.logger ?? SILENT_LOGGER;
  const removeIfTemporary = async (): Promise<void> => {
    if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const server = await startEtcdServer(config, {
      clock: new NodeClock(),
      random: new NodeRandom(),
      fileSystem: new NodeFileSystem({ log: logger }),
      logger,
    });
    const port = server.clientPorts[0] ?? 0;
    const close = async (): Promise<void> => {
      await server.close();
      await removeIfTemporary();
    };
    const scheme = config.listenClientUrls[0]?.scheme ?? "http";
    return { clientUrl: `${scheme}://127.0.0.1:${port}`, port, dataDir, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await removeIfTemporary();
    throw error;
  }
}

/** Members of one cluster in this process, on ports of 127.0.0.1 with folders of their own; each can be stopped and started again. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostUrl } from "../../src/base/go-url.ts";
import { type Logger, SILENT_LOGGER } from "../../src/io/logger.ts";
import { NodeClock } from "../../src/io/node/clock.ts";
import { NodeFileSystem } from "../../src/io/node/file-system.ts";
import { NodeRandom } from "../../src/io/node/random.ts";
import type { ServerConfig } from "../../src/server/config.ts";
import { DEFAULT_SERVER_CONFIG } from "../../src/server/default-config.ts";
import { type EtcdServer, startEtcdServer } from "../../src/server/etcd-server.ts";
import { freePort } from "./free-port.ts";

export interface LocalMember {
  readonly name: string;
  readonly dataDir: string;
  readonly clientUrl: string;
  server: EtcdServer | undefined;
}

export class LocalCluster {
  readonly members: LocalMember[] = [];
  readonly #dir: string;
  readonly #configs: ServerConfig[] = [];
  readonly #logger: Logger;

  private constructor(dir: string, logger: Logger) {
    this.#dir = dir;
    this.#logger = logger;
  }

  static async start(
    size: number,
    config: Partial<ServerConfig>,
    logger: Logger = SILENT_LOGGER,
  ): Promise<LocalCluster> {
    const cluster = new LocalCluster(await mkdtemp(join(tmpdir(), "etcd-ts-cluster-")), logger);
    const ports = await Promise.all(Array.from({ length: size }, async () => [await freePort(), await freePort()]));
    const peerUrls = ports.map(([, port]) => hostUrl("http", `127.0.0.1:${port}`));
    const initialCluster = peerUrls.map((url, at) => `m${at}=${url.text}`).join(",");
    for (const [at, [port]] of ports.entries()) {
      const clientUrl = hostUrl("http", `127.0.0.1:${port}`);
      const name = `m${at}`;
      const dataDir = join(cluster.#dir, name);
      cluster.members.push({ name, dataDir, clientUrl: clientUrl.text, server: undefined });
      cluster.#configs.push({
        ...DEFAULT_SERVER_CONFIG,
        heartbeatIntervalMs: 50,
        electionTimeoutMs: 500,
        name,
        dataDir,
        listenPeerUrls: [peerUrls[at]!],
        advertisePeerUrls: [peerUrls[at]!],
        listenClientUrls: [clientUrl],
        advertiseClientUrls: [clientUrl],
        initialCluster,
        ...config,
      });
    }
    const started = await Promise.allSettled(cluster.members.map((_, at) => cluster.startMember(at)));
    const failed = started.find((each) => each.status === "rejected");
    if (failed === undefined) return cluster;
    await cluster.close();
    throw failed.reason;
  }

  async startMember(at: number, config: Partial<ServerConfig> = {}): Promise<void> {
    const outside = {
      clock: new NodeClock(),
      random: new NodeRandom(),
      fileSystem: new NodeFileSystem({ log: this.#logger }),
      logger: this.#logger,
    };
    this.members[at]!.server = await startEtcdServer({ ...this.#configs[at]!, ...config }, outside);
  }

  async stopMember(at: number): Promise<void> {
    const member = this.members[at]!;
    await member.server?.close();
    member.server = undefined;
  }

  async close(): Promise<void> {
    await Promise.all(this.members.map((_, at) => this.stopMember(at)));
    await rm(this.#dir, { recursive: true, force: true });
  }
}

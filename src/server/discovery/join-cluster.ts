/**
 * Registration of a new member with a discovery service, and the wait for the others
 * (etcd server/etcdserver/api/v3discovery/discovery.go, JoinCluster). A service that does not answer is asked again and again.
 */
import { idHex } from "../../base/bytes.ts";
import { goDurationTextMs } from "../../base/go-duration.ts";
import { type Clock, sleep } from "../../io/clock.ts";
import type { Logger } from "../../io/logger.ts";
import { GrpcError } from "../../net/transport/grpc-channel.ts";
import { BootstrapError } from "../bootstrap.ts";
import type { DiscoveryConfig } from "../config.ts";
import { DiscoveryService, type RegistryEntry } from "./discovery-service.ts";
import { memberKey, membersPrefix, parseClusterSize, RegisteredMembers, sizeKey } from "./registered-members.ts";

const EXPONENTIAL_RETRIES_MAX = 8;

/** The service answered, and what it answered excludes this member. */
export class DiscoveryError extends BootstrapError {
  /** As the discovery itself words it. */
  readonly reason: string;

  constructor(reason: string) {
    super(`failed to join discovery cluster (discovery: ${reason})`);
    this.reason = `discovery: ${reason}`;
  }
}

interface ClusterView {
  readonly members: RegisteredMembers;
  readonly size: number;
  readonly revision: number;
}

/**
 * Registers `memberId` with `urls` ("name=url,name=url") and waits until the cluster is complete; resolves to the text of --initial-cluster.
 * Rejects with {@link DiscoveryError}.
 */
export async function joinByDiscovery(
  config: DiscoveryConfig,
  member: { readonly id: bigint; readonly urls: string },
  outside: { readonly clock: Clock; readonly logger: Logger },
): Promise<string> {
  const logger = outside.logger.with({
    "discovery-token": config.token,
    "discovery-endpoints": config.endpoints.join(","),
  });
  const service = new DiscoveryService(config, outside.clock);
  try {
    const joining = new Joining(config.token, member, service, outside.clock, logger);
    const cluster = await joining.join();
    logger.info("discovery joined cluster successfully", { cluster });
    return cluster;
  } catch (error) {
    logger.error("discovery failed to join cluster", {
      cluster: "",
      error: error instanceof DiscoveryError ? error.reason : String(error),
    });
    throw error;
  } finally {
    service.close();
  }
}

class Joining {
  readonly #token: string;
  readonly #member: { readonly id: bigint; readonly urls: string };
  readonly #service: DiscoveryService;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #retries: number;

  constructor(
    token: string,
    member: { readonly id: bigint; readonly urls: string },
    service: DiscoveryService,
    clock: Clock,
    logger: Logger,
  ) {
    this.#token = token;
    this.#member = member;
    this.#service = service;
    this.#clock = clock;
    this.#logger = logger;
    this.#retries = 0;
  }

  async join(): Promise<string> {
    await this.#checkCluster();
    await this.#register();
    let view = await this.#checkCluster();
    while (view.members.size < view.size) {
      if (await this.#waitPeers(view)) break;
      view = await this.#checkCluster();
    }
    const cluster = view.members.initialCluster(view.size);
    if (cluster === undefined) throw new DiscoveryError("invalid peer URL");
    return cluster;
  }

  /** The members so far; refused when the cluster is full without this one. */
  async #checkCluster(): Promise<ClusterView> {
    const size = await this.#retried("cluster status check", () => this.#clusterSize());
    const prefix = membersPrefix(this.#token);
    const { entries, revision } = await this.#retried("cluster status check", () =>
      this.#logged("failed to get cluster members from discovery service", { membersKeyPrefix: prefix }, () =>
        this.#service.list(prefix),
      ),
    );
    const members = new RegisteredMembers(this.#token);
    for (const entry of entries) this.#take(members, entry);
    if (members.isFullFor(this.#member.id, size)) throw new DiscoveryError("cluster is full");
    return { members, size, revision };
  }

  async #clusterSize(): Promise<number> {
    const key = sizeKey(this.#token);
    const entry = await this.#logged("failed to get cluster size from discovery service", { clusterSizeKey: key }, () =>
      this.#service.get(key),
    );
    if (entry === undefined) throw new DiscoveryError("size key not found");
    const size = parseClusterSize(entry.value);
    if (size === undefined) throw new DiscoveryError("size key is bad");
    return size;
  }

  async #register(): Promise<void> {
    const key = memberKey(this.#token, this.#member.id);
    const fields = { memberKey: key };
    await this.#retried("register member itself", () =>
      this.#logged("failed to register members itself to the discovery service", fields, () =>
        this.#service.put(key, this.#member.urls),
      ),
    );
    this.#logger.info("register member itself successfully", { ...fields, memberInfo: this.#member.urls });
  }

  /** False when the service was lost meanwhile: what happened there must be read again. */
  async #waitPeers({ members, size, revision }: ClusterView): Promise<boolean> {
    const fields = (): { clusterSize: number; "found-peers": number } => ({
      clusterSize: size,
      "found-peers": members.size,
    });
    this.#logger.info("waiting for peers from discovery service", fields());
    try {
      await this.#service.watch(membersPrefix(this.#token), revision + 1, (entry) => {
        this.#take(members, entry);
        return members.size >= size;
      });
    } catch (error) {
      if (!(error instanceof GrpcError)) throw error;
      await this.#backOff("waiting for peers");
      return false;
    }
    this.#logger.info("found all needed peers from discovery service", fields());
    return true;
  }

  #take(members: RegisteredMembers, { key, value, createRevision }: RegistryEntry): void {
    const refusal = members.add(key, value, createRevision);
    const fields = { memberKey: key, memberInfo: value };
    if (refusal === undefined) this.#logger.info("found peer from discovery service", fields);
    else this.#logger.warn(refusal, fields);
  }

  async #logged<T>(complaint: string, fields: Readonly<Record<string, string>>, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof GrpcError) this.#logger.warn(complaint, { ...fields, error: error.message });
      throw error;
    }
  }

  /** Asks until the service answers. */
  async #retried<T>(step: string, ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        const answer = await ask();
        this.#retries = 0;
        return answer;
      } catch (error) {
        if (!(error instanceof GrpcError)) throw error;
        await this.#backOff(step);
      }
    }
  }

  #backOff(step: string): Promise<void> {
    this.#retries++;
    const backoffMs = 1000 * 2 ** Math.min(this.#retries, EXPONENTIAL_RETRIES_MAX);
    this.#logger.warn("retry connecting to discovery service", {
      reason: step,
      backoff: goDurationTextMs(backoffMs),
      "local-member-id": idHex(this.#member.id),
    });
    return sleep(this.#clock, backoffMs);
  }
}

/** One end of the peer protocol for tests: a network with its listener, and a member that only remembers what it was told. */
import type { Member } from "../../src/core/membership/member.ts";
import { createMember } from "../../src/core/membership/member.ts";
import type { Message } from "../../src/core/raft/types.ts";
import { type Logger, SILENT_LOGGER } from "../../src/io/logger.ts";
import { NodeClock } from "../../src/io/node/clock.ts";
import { NodeDialer, type NodeDialerOptions } from "../../src/net/peer/node-dialer.ts";
import { PeerNetwork } from "../../src/net/peer/peer-network.ts";
import type { HashKv, PeerServer } from "../../src/net/peer/peer-server.ts";
import type { ListenerTls } from "../../src/net/transport/tls-context.ts";
import { Transport } from "../../src/net/transport/transport.ts";
import { LeaseTimeToLiveResponse } from "../../src/proto/generated/rpc.ts";

export class RememberingServer implements PeerServer {
  readonly received: Message[] = [];
  readonly unreachable: bigint[] = [];
  readonly removed: Set<bigint> = new Set();
  readonly databases: Map<number, Uint8Array> = new Map();
  removals = 0;
  clusterMembers: Member[] = [createMember({ id: 1n, name: "a", peerURLs: ["http://127.0.0.1:1"] })];
  /** What questions reject with. */
  refusal: Error | undefined = undefined;
  promoted: { id: bigint; token: string | undefined } | undefined = undefined;

  step(message: Message): void {
    this.received.push(message);
  }
  reportUnreachable(id: bigint): void {
    this.unreachable.push(id);
  }
  removedFromCluster(): void {
    this.removals++;
  }
  isRemoved(id: bigint): boolean {
    return this.removed.has(id);
  }
  members(): readonly Member[] {
    return this.clusterMembers;
  }
  async saveDatabase(index: number, chunks: AsyncIterable<Uint8Array>): Promise<number> {
    const pieces: Uint8Array[] = [];
    for await (const chunk of chunks) pieces.push(chunk);
    if (this.refusal !== undefined) throw this.refusal;
    const bytes = Buffer.concat(pieces);
    this.databases.set(index, bytes);
    return bytes.length;
  }
  versions(): { server: string; cluster: string | undefined; storage: string | undefined } {
    return { server: "3.7.1", cluster: "3.7.0", storage: undefined };
  }
  async promoteMember(id: bigint, token: string | undefined): Promise<readonly Member[]> {
    this.#refuse();
    this.promoted = { id, token };
    return this.clusterMembers;
  }
  async hashKv(revision: number): Promise<HashKv> {
    this.#refuse();
    return { hash: 4_000_000_000, compactRevision: -1, hashRevision: revision, revision: 12 };
  }
  async downgradeEnabled(): Promise<boolean> {
    this.#refuse();
    return true;
  }
  async renewLease(_id: bigint): Promise<number> {
    this.#refuse();
    return 60;
  }
  async leaseTimeToLive(id: bigint, keys: boolean): Promise<LeaseTimeToLiveResponse> {
    this.#refuse();
    return LeaseTimeToLiveResponse.create({ id, ttl: 5, grantedTTL: 60, keys: keys ? [new Uint8Array([1])] : [] });
  }
  #refuse(): void {
    if (this.refusal !== undefined) throw this.refusal;
  }
}

export interface PeerNode {
  readonly id: bigint;
  readonly url: string;
  readonly port: number;
  readonly server: RememberingServer;
  readonly network: PeerNetwork;
  readonly dialer: NodeDialer;
  /** Stops the listener, as a process that ends does; the network goes on dialing. */
  readonly transport: Transport;
  close(): Promise<void>;
}

export const CLUSTER_ID = 0xabcn;

export async function startPeerNode(
  id: bigint,
  options: { logger?: Logger; tls?: ListenerTls; dial?: NodeDialerOptions["tls"]; clusterId?: bigint } = {},
): Promise<PeerNode> {
  const clock = new NodeClock();
  const logger = options.logger ?? SILENT_LOGGER;
  const server = new RememberingServer();
  const dialer = new NodeDialer({
    clock,
    dialTimeoutMs: 2000,
    ...(options.dial === undefined ? {} : { tls: options.dial }),
  });
  let network: PeerNetwork | undefined;
  const transport = new Transport({ clock, logger, http: (exchange) => network!.handler(exchange) });
  const { port } = await transport.listen({ host: "127.0.0.1", port: 0 }, options.tls);
  const url = `${options.tls === undefined ? "http" : "https"}://127.0.0.1:${port}`;
  network = new PeerNetwork({
    local: { memberId: id, clusterId: options.clusterId ?? CLUSTER_ID, peerUrls: [url] },
    server,
    dialer,
    clock,
    logger,
  });
  const started = network;
  return {
    id,
    url,
    port,
    server,
    network,
    dialer,
    transport,
    close: async () => {
      await started.stop();
      transport.destroy();
    },
  };
}

/** Waits for something that other code brings about. */
export async function until(what: string, condition: () => boolean, limitMs = 8000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`${what}: not within ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/**
 * A member's place among its peers: the network that carries raft, what the others may ask of it over their peer URLs, and what it asks them
 * before it begins or joins a cluster.
 */
import { lookup } from "node:dns/promises";
import { etcdError } from "../base/etcd-error.ts";
import { SERVER_VERSION_TEXT } from "../core/version/server-version.ts";
import type { Clock } from "../io/clock.ts";
import type { Logger } from "../io/logger.ts";
import type { PeerDialer } from "../net/peer/dialer.ts";
import { isMemberBootstrapped, joinExistingCluster } from "../net/peer/join-cluster.ts";
import { PeerNetwork } from "../net/peer/peer-network.ts";
import { PeerRequests } from "../net/peer/peer-requests.ts";
import type { PeerServer } from "../net/peer/peer-server.ts";
import type { HttpHandler } from "../net/transport/http-exchange.ts";
import { LeaseTimeToLiveRequest } from "../proto/generated/rpc.ts";
import { BootstrapError } from "./bootstrap.ts";
import type { ServerConfig } from "./config.ts";
import type { PeerNetwork as PeerNetworkSeam } from "./embed.ts";
import { type RunningMember, versionsOf } from "./embed.ts";
import { type MemberConfig, requestTimeoutMs } from "./member-config.ts";
import { bootstrapRefusal, joinRefusal } from "./verify-bootstrap.ts";

export interface Peers {
  readonly seam: PeerNetworkSeam;
  /** Serves the peer URLs, from when the member exists. */
  readonly handler: HttpHandler;
  /** The metrics and connections; undefined until the member connected. */
  readonly network: () => PeerNetwork | undefined;
  readonly requests: PeerRequests;
  /** To be called as soon as the member runs. */
  attach(running: RunningMember): void;
}

export function createPeers(options: {
  settings: MemberConfig;
  clock: Clock;
  logger: Logger;
  dialer: PeerDialer;
  /** A peer told that this member is no longer part of the cluster. */
  onRemoved: () => void;
}): Peers {
  const { settings, clock, logger, dialer } = options;
  const requests = new PeerRequests({ dialer, clock, logger, timeoutMs: requestTimeoutMs(settings) });
  let running: RunningMember | undefined;
  let network: PeerNetwork | undefined;
  const server = peerServer(() => running, options.onRemoved);
  return {
    requests,
    network: () => network,
    attach: (member) => {
      running = member;
    },
    handler: (exchange) => {
      if (network === undefined || running === undefined) exchange.respond(503, {}, "");
      else network.handler(exchange);
    },
    seam: {
      requests,
      connect: (member) => {
        network = new PeerNetwork({
          local: { memberId: member.memberId, clusterId: member.clusterId, peerUrls: settings.advertisePeerUrls },
          server,
          dialer,
          clock,
          logger,
        });
        return network;
      },
      joinExisting: async (config) => {
        const joined = await joinExistingCluster(requests, {
          name: config.name,
          initialCluster: config.initialCluster,
          initialClusterToken: config.initialClusterToken,
          resolve: async (hostname) => [(await lookup(hostname, { family: 4 })).address],
        });
        if (!joined.ok) throw new BootstrapError(joined.reason);
        return joined;
      },
    },
  };
}

/**
 * Checks a member without data against its configuration, and that a new cluster does not know it already. Throws BootstrapError.
 */
export async function verifyFirstStart(
  config: ServerConfig,
  settings: MemberConfig,
  requests: PeerRequests,
): Promise<void> {
  const members = settings.initialCluster;
  const refusal = settings.isNewCluster
    ? await bootstrapRefusal(config, members, resolveHost)
    : joinRefusal(config, members);
  if (refusal !== undefined) throw new BootstrapError(refusal);
  if (!settings.isNewCluster || members.size <= 1) return;
  const planned = { name: settings.name, initialCluster: members, initialClusterToken: settings.initialClusterToken };
  if (await isMemberBootstrapped(requests, planned, settings.electionTicks * settings.heartbeatMs + 1000)) {
    throw new BootstrapError(`member ${settings.name} has already been bootstrapped`);
  }
}

async function resolveHost(host: string): Promise<string | undefined> {
  try {
    return (await lookup(host, { family: 4 })).address;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  }
}

/** What others may ask; nothing is answered before the member runs. */
function peerServer(current: () => RunningMember | undefined, onRemoved: () => void): PeerServer {
  const must = (): RunningMember => {
    const running = current();
    if (running === undefined) throw etcdError("Stopped");
    return running;
  };
  return {
    step: (message) => current()?.member.step(message),
    reportUnreachable: (id) => current()?.member.reportUnreachable(id),
    removedFromCluster: onRemoved,
    isRemoved: (id) => current()?.member.state.cluster.isRemoved(id) ?? false,
    members: () => current()?.member.state.cluster.members() ?? [],
    saveDatabase: (index, chunks) => must().member.snapshotFiles.files.saveDatabase(index, chunks),
    versions: () => {
      const running = current();
      const versions = running === undefined ? undefined : versionsOf(running.member);
      return { server: SERVER_VERSION_TEXT, cluster: versions?.clusterVersion(), storage: versions?.storageVersion() };
    },
    promoteMember: (id) => must().cluster.promoteMember(id, undefined),
    hashKv: (revision) => must().maintenance.hashKv(revision),
    downgradeEnabled: async () => {
      const { member } = must();
      await member.linearizableRead();
      return member.state.cluster.downgradeInfo.enabled;
    },
    renewLease: async (id) => {
      const { member, leases } = must();
      if (!member.isLeader) throw etcdError("NotPrimaryLessor");
      return leases.renewForPeer(id);
    },
    leaseTimeToLive: (id, keys) => {
      const { member, leases } = must();
      if (!member.isLeader) throw etcdError("NotPrimaryLessor");
      return leases.timeToLiveHere(LeaseTimeToLiveRequest.create({ id, keys }));
    },
  };
}

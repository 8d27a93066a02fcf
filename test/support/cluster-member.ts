/**
 * A member of ours in a cluster as a program: flags of etcd, gRPC on its client URLs, the peer protocol on its peer URLs. For tests of the peer
 * protocol against real members; runs with `node --import tsx`.
 */
import { lookup } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { etcdError } from "../../src/base/etcd-error.ts";
import { readDefaultHost } from "../../src/cli/config/machine-host.ts";
import { serverCommand } from "../../src/cli/config/server-command.ts";
import { openLogger } from "../../src/cli/log/zap-logger.ts";
import { programVersions } from "../../src/cli/program-versions.ts";
import { SERVER_VERSION_TEXT } from "../../src/core/version/server-version.ts";
import { NodeClock } from "../../src/io/node/clock.ts";
import { NodeFileSystem } from "../../src/io/node/file-system.ts";
import { NodeRandom } from "../../src/io/node/random.ts";
import { joinExistingCluster } from "../../src/net/peer/join-cluster.ts";
import { NodeDialer } from "../../src/net/peer/node-dialer.ts";
import { PeerNetwork } from "../../src/net/peer/peer-network.ts";
import { PeerRequests } from "../../src/net/peer/peer-requests.ts";
import type { PeerServer } from "../../src/net/peer/peer-server.ts";
import { Transport } from "../../src/net/transport/transport.ts";
import { LeaseTimeToLiveRequest } from "../../src/proto/generated/rpc.ts";
import { BootstrapError } from "../../src/server/bootstrap.ts";
import { memberConfig } from "../../src/server/config-mapping.ts";
import { type RunningMember, runMember, versionsOf } from "../../src/server/embed.ts";
import { requestTimeoutMs } from "../../src/server/member-config.ts";

const command = serverCommand({
  args: ["etcd", ...process.argv.slice(2)],
  environment: {},
  readFile: (path) => readFileSync(path, "utf8"),
  openLogger,
  defaultHost: readDefaultHost,
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  versions: programVersions(),
});
if (command.kind === "exit") process.exit(command.status);
const { config, logger } = command;
const clock = new NodeClock();
const settings = memberConfig(config);
const electionMs = settings.electionTicks * settings.heartbeatMs;
const dialer = new NodeDialer({ clock, dialTimeoutMs: 1000 + electionMs });
const requests = new PeerRequests({ dialer, clock, logger, timeoutMs: requestTimeoutMs(settings) });
let running: RunningMember | undefined;
let network: PeerNetwork | undefined;

const server: PeerServer = {
  step: (message) => running?.member.step(message),
  reportUnreachable: (id) => running?.member.reportUnreachable(id),
  removedFromCluster: () => {
    logger.error("the member has been permanently removed from the cluster");
    process.exit(0);
  },
  isRemoved: (id) => running?.member.state.cluster.isRemoved(id) ?? false,
  members: () => running?.member.state.cluster.members() ?? [],
  saveDatabase: (index, chunks) => running!.member.snapshotFiles.files.saveDatabase(index, chunks),
  versions: () => {
    const versions = running === undefined ? undefined : versionsOf(running.member);
    return {
      server: SERVER_VERSION_TEXT,
      cluster: versions?.clusterVersion(),
      storage: versions?.storageVersion(),
    };
  },
  promoteMember: (id) => running!.cluster.promoteMember(id, undefined),
  hashKv: (revision) => running!.maintenance.hashKv(revision),
  downgradeEnabled: async () => {
    await running!.member.linearizableRead();
    return running!.member.state.cluster.downgradeInfo.enabled;
  },
  renewLease: async (id) => {
    if (!running!.member.isLeader) throw etcdError("NotPrimaryLessor");
    return running!.leases.renew(id, undefined);
  },
  leaseTimeToLive: (id, keys) => {
    if (!running!.member.isLeader) throw etcdError("NotPrimaryLessor");
    return running!.leases.timeToLiveHere(LeaseTimeToLiveRequest.create({ id, keys }));
  },
};

running = await runMember(
  settings,
  { clock, random: new NodeRandom(), fileSystem: new NodeFileSystem({ log: logger }), logger },
  {
    peers: {
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
      joinExisting: async () => {
        const joined = await joinExistingCluster(requests, {
          name: settings.name,
          initialCluster: settings.initialCluster,
          initialClusterToken: settings.initialClusterToken,
          resolve: async (hostname) => [(await lookup(hostname, { family: 4 })).address],
        });
        if (!joined.ok) throw new BootstrapError(joined.reason);
        return joined;
      },
    },
    onEnd: (reason) => {
      logger.error("member ended", { kind: reason.kind });
      process.exit(reason.kind === "removed" ? 0 : 1);
    },
  },
);
const peers = new Transport({ clock, logger, http: network!.handler, limits: { http1RequestTimeoutMs: 86_400_000 } });
const clients = new Transport({ clock, logger, router: running.methods });
for (const url of config.listenPeerUrls) await peers.listen({ host: url.hostname, port: Number(url.port) });
running.member.start();
await running.member.ready;
for (const url of config.listenClientUrls) await clients.listen({ host: url.hostname, port: Number(url.port) });
process.on("SIGTERM", () => {
  void (async () => {
    await clients.close(1000);
    await running.stop();
    peers.destroy();
    process.exit(0);
  })();
});

/**
 * The whole server: listeners opened first (a taken port is told before any file is touched), then the member, then serving
 * (etcd server/embed/etcd.go, StartEtcd).
 */

import { etcdError } from "../base/etcd-error.ts";
import type { GoUrl } from "../base/go-url.ts";
import { NodeDialer } from "../net/peer/node-dialer.ts";
import type { Transport } from "../net/transport/transport.ts";
import { TransportMetrics } from "../net/transport/transport-metrics.ts";
import { walExists } from "../storage/wal/wal-reader.ts";
import type { ServerConfig } from "./config.ts";
import { memberConfig } from "./config-mapping.ts";
import { dataDir } from "./data-dir.ts";
import { discoverMembers, planInitialCluster } from "./discovery/initial-cluster.ts";
import { MACHINE_RESOLVER, type NameResolver } from "./discovery/name-resolver.ts";
import { type Outside, type RunningMember, runMember } from "./embed.ts";
import { httpSurface } from "./http-surface.ts";
import {
  createTransport,
  type ListenerSettings,
  listenAll,
  logServing,
  memberLocalAddress,
  probeListeners,
  requireSeparate,
} from "./listeners.ts";
import type { MemberEnd } from "./member.ts";
import { createPeers, verifyFirstStart } from "./peers.ts";
import { prepareTls } from "./tls/server-tls.ts";
import { startTracing } from "./tracing.ts";

/** gRPC messages may be this much larger than requests: envelopes and headers. */
const MESSAGE_OVERHEAD_BYTES = 512 * 1024;
const CLOSE_GRACE_MS = 5000;
/** None: the body of a watch through the gateway stays open as long as its client likes. The gateway limits those of other calls. */
const CLIENT_REQUEST_TIMEOUT_MS = 0;
/** etcd's listeners for peers end connections on which nothing arrives for this long. */
const PEER_HEADER_TIMEOUT_MS = 5000;
/** A snapshot takes as long as its database is large; one that no longer moves is ended by the peer network. */
const PEER_REQUEST_TIMEOUT_MS = 24 * 3600 * 1000;

export interface EtcdServer {
  readonly running: RunningMember;
  /** Ports of the client listeners, in the order of their URLs. */
  readonly clientPorts: readonly number[];
  /** Resolves when the member ended by itself: a disk failed, or it was removed from its cluster. */
  readonly ended: Promise<MemberEnd>;
  close(): Promise<void>;
}

/** `names`: what DNS discovery asks. */
export async function startEtcdServer(
  config: ServerConfig,
  outside: Outside,
  names: NameResolver = MACHINE_RESOLVER,
): Promise<EtcdServer> {
  const { clock, logger } = outside;
  const settings: ListenerSettings = {
    clock,
    logger,
    messageBytesMax: config.maxRequestBytes + MESSAGE_OVERHEAD_BYTES,
    concurrentStreamsMax: config.maxConcurrentStreams,
    keepaliveIntervalMs: config.grpcKeepaliveIntervalMs,
    keepaliveTimeoutMs: config.grpcKeepaliveTimeoutMs,
    keepaliveMinTimeMs: config.grpcKeepaliveMinTimeMs,
  };
  logger.info("configuring peer listeners", { "listen-peer-urls": texts(config.listenPeerUrls) });
  logger.info("configuring client listeners", { "listen-client-urls": texts(config.listenClientUrls) });
  const tls = prepareTls(config, outside);
  requireSeparate(config.listenClientUrls, config.listenClientHttpUrls);
  await probeListeners([
    ...config.listenPeerUrls,
    ...config.listenClientUrls,
    ...config.listenClientHttpUrls,
    ...config.listenMetricsUrls,
  ]);

  let resolveEnded: (reason: MemberEnd) => void = () => undefined;
  const ended = new Promise<MemberEnd>((resolve) => {
    resolveEnded = resolve;
  });
  const walDirectory = dataDir(config.dataDir, config.walDir).wal;
  const hasData = await walExists(outside.fileSystem, walDirectory);
  if (hasData && config.discovery.endpoints.length > 0) {
    logger.warn("discovery token is ignored since cluster already initialized; valid logs are found", {
      "wal-dir": walDirectory,
    });
  }
  const member = memberConfig(hasData ? config : await planInitialCluster(config, names, logger));
  const dialer = new NodeDialer({
    clock,
    dialTimeoutMs: 1000 + member.electionTicks * member.heartbeatMs,
    tls: tls.dialPeers,
    localAddress: config.features.SetMemberLocalAddr ? memberLocalAddress(config.advertisePeerUrls, logger) : undefined,
  });
  const peers = createPeers({
    settings: member,
    clock,
    logger,
    dialer,
    onRemoved: () => resolveEnded({ kind: "removed" }),
  });
  const tracing = startTracing(config.tracing, outside, process.env);
  const running = await runMember(member, outside, {
    peers: peers.seam,
    tracer: tracing?.tracer,
    verifyFirstStart: async () => {
      await verifyFirstStart(config, member, peers.requests);
      return discoverMembers(config, member, outside);
    },
    onEnd: (reason) => resolveEnded(reason),
  });
  peers.attach(running);
  const onHandlerError = (error: unknown): void => {
    logger.error("a handler failed", { error: String(error), stack: error instanceof Error ? error.stack : undefined });
  };
  const metrics = new TransportMetrics(config.metrics === "extensive");
  const http = httpSurface(running, config, {
    clock,
    logger,
    metrics,
    messageBytesMax: settings.messageBytesMax,
    peers: () => peers.network()?.metrics,
  });
  const splitHttp = config.listenClientHttpUrls.length > 0;
  const client = createTransport(settings, {
    router: running.methods,
    metrics,
    tracer: tracing?.tracer,
    ...(splitHttp ? {} : { http: http.client, upgrade: http.upgrade }),
    requestTimeoutMs: CLIENT_REQUEST_TIMEOUT_MS,
    onHandlerError,
  });
  const clientHttp = createTransport(settings, {
    http: http.client,
    upgrade: http.upgrade,
    metrics,
    requestTimeoutMs: CLIENT_REQUEST_TIMEOUT_MS,
    onHandlerError,
  });
  const peer = createTransport(settings, {
    http: peers.handler,
    headerTimeoutMs: PEER_HEADER_TIMEOUT_MS,
    requestTimeoutMs: PEER_REQUEST_TIMEOUT_MS,
    onHandlerError,
  });
  const metricsHttp = createTransport(settings, { http: http.metrics, onHandlerError });
  const serving: Transport[] = [client, clientHttp, metricsHttp];
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      logger.info("closing etcd server", { name: config.name, "data-dir": config.dataDir });
      await running.member.handOverLeadership();
      // Running streams end first, else the grace period is spent waiting for watches.
      running.watches.close(etcdError("Stopped"));
      await Promise.all(serving.map((transport) => transport.close(CLOSE_GRACE_MS)));
      await running.stop();
      // Streams of peers never end by themselves; the member has said what it had to say.
      peer.destroy();
      await tracing?.close();
      logger.info("closed etcd server", { name: config.name, "data-dir": config.dataDir });
    })();
    return closing;
  };
  try {
    const options = { reusePort: config.socketReusePort };
    if (running.isRestarted && member.features.has("InitialCorruptCheck")) await running.corruption.initialCheck();
    await listenAll(peer, config.listenPeerUrls, tls.peer, options);
    running.member.start();
    running.corruption.start();
    await listenAll(metricsHttp, config.listenMetricsUrls, tls.metrics, options);
    for (const url of config.listenMetricsUrls) logger.info("serving metrics", { address: url.text });
    await Promise.race([running.member.ready, ended]);
    const clientPorts = await listenAll(client, config.listenClientUrls, tls.client, options);
    await listenAll(clientHttp, config.listenClientHttpUrls, tls.client, options);
    logger.info("ready to serve client requests");
    logServing(logger, config.listenClientUrls, splitHttp ? "grpc" : "grpc+http");
    logServing(logger, config.listenClientHttpUrls, "http");
    return { running, clientPorts, ended, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function texts(urls: readonly GoUrl[]): string[] {
  return urls.map((url) => url.text);
}

/**
 * Everything that a server answers to plain HTTP: on client addresses the gateway, health, version, metrics, variables and profiles behind
 * the access rules; on metrics addresses metrics and health alone (etcd server/embed/etcd.go, serveClients and serveMetrics).
 */
import { rangeAttributes } from "../api/grpc/call-spans.ts";
import { AccessControl } from "../api/http/access-control.ts";
import { installDebugVars } from "../api/http/debug-vars.ts";
import { gatewayHandler } from "../api/http/gateway.ts";
import { type HealthSource, installHealth, newHealthCounters } from "../api/http/health.ts";
import { installMetrics, newScrapeCounters } from "../api/http/metrics.ts";
import { installProfiles } from "../api/http/profiles.ts";
import { HttpRouter } from "../api/http/router.ts";
import { installVersion } from "../api/http/version.ts";
import { webSocketGateway } from "../api/http/websocket.ts";
import { parseBigJson } from "../base/big-json.ts";
import { executeRange } from "../core/kv/range.ts";
import { NONE } from "../core/raft/types.ts";
import type { Clock } from "../io/clock.ts";
import type { Logger } from "../io/logger.ts";
import type { PeerMetrics } from "../net/peer/peer-metrics.ts";
import type { HttpHandler } from "../net/transport/http-exchange.ts";
import type { TransportMetrics } from "../net/transport/transport-metrics.ts";
import type { UpgradeHandler } from "../net/transport/upgrade.ts";
import { AlarmType, RangeRequest } from "../proto/generated/rpc.ts";
import type { ServerConfig } from "./config.ts";
import { type RunningMember, versionsOf } from "./embed.ts";
import { memberMetricFamilies } from "./metric-sources.ts";
import { descriptorLimit, memoryStatistics } from "./process-metrics.ts";
import { NodeProfiler } from "./profiler.ts";

export interface HttpSurface {
  /** For the addresses of clients. */
  readonly client: HttpHandler;
  /** WebSocket there; undefined without a gateway. */
  readonly upgrade: UpgradeHandler | undefined;
  /** For --listen-metrics-urls. */
  readonly metrics: HttpHandler;
}

export function httpSurface(
  running: RunningMember,
  config: ServerConfig,
  outside: {
    readonly clock: Clock;
    readonly logger: Logger;
    /** Of the transports that serve clients; calls through the gateway count there too. */
    readonly metrics: TransportMetrics;
    /** Of one gRPC message. */
    readonly messageBytesMax: number;
    readonly peers: () => PeerMetrics | undefined;
  },
): HttpSurface {
  const { member } = running;
  const { clock, logger, messageBytesMax } = outside;
  const health = newHealthCounters();
  const scrapes = newScrapeCounters();
  const families = memberMetricFamilies(running, {
    transport: outside.metrics,
    health,
    scrapes,
    config,
    peers: outside.peers,
  });
  const source: HealthSource = {
    hasLeader: () => member.leader !== NONE,
    isLearner: () => member.state.cluster.isLocalMemberLearner,
    alarms: () => member.state.alarms.get(AlarmType.NONE),
    probeRead: (serializable) => probeRead(running, serializable),
  };
  const client = new HttpRouter();
  const metrics = new HttpRouter();
  for (const router of [client, metrics]) {
    installHealth(router, source, health, logger);
    installMetrics(router, families, scrapes);
  }
  installVersion(client, versionsOf(member));
  const commandLine = [...process.argv];
  installDebugVars(client, {
    cmdline: () => commandLine,
    file_descriptor_limit: descriptorLimit,
    memstats: memoryStatistics,
    "raft.status": () => {
      const parsed = parseBigJson(member.raftStatusText());
      return parsed.ok ? parsed.value : null;
    },
  });
  if (config.enablePprof || config.logging.level === "debug")
    installProfiles(client, new NodeProfiler(clock, commandLine), clock);
  const access = new AccessControl(
    {
      cors: config.cors,
      hostWhitelist: config.hostWhitelist,
      clientCertAuth: config.clientTls.clientCertAuth,
      enableGrpcGateway: config.enableGrpcGateway,
      isAuthEnabled: () => member.state.auth.enabled,
    },
    logger,
  );
  let upgrade: UpgradeHandler | undefined;
  if (config.enableGrpcGateway) {
    const gateway = gatewayHandler({
      methods: running.methods,
      metrics: outside.metrics,
      tracer: member.tracer,
      clock,
      logger,
      messageBytesMax,
    });
    client.on("/v3/", gateway);
    upgrade = webSocketGateway({ access, gateway, logger, messageBytesMax: messageBytesMax * 2 });
  }
  return { client: access.guard(client.handle), upgrade, metrics: metrics.handle };
}

const PROBE = RangeRequest.create({ key: new Uint8Array(1), keysOnly: true, limit: 1 });
/** etcd asks for an empty key, which its store takes for the smallest one. */
const PROBE_ATTRIBUTES = rangeAttributes({ ...PROBE, key: new Uint8Array(0) });

function probeRead({ member }: RunningMember, serializable: boolean): Promise<string | undefined> {
  return new Promise((resolve) => {
    const { clock, metrics } = member;
    const startMs = clock.now();
    const span = member.tracer?.root("range", PROBE_ATTRIBUTES);
    const serve = (error: { message: string } | undefined): void => {
      const executedMs = clock.now();
      if (error === undefined) {
        executeRange(member.state.store, PROBE);
        metrics.rangeSeconds.observe((clock.now() - executedMs) / 1000);
      }
      span?.end();
      metrics.observeRequest("Range", error === undefined, (clock.now() - startMs) / 1000);
      resolve(error?.message);
    };
    if (serializable) serve(undefined);
    else member.waitRead(serve);
  });
}

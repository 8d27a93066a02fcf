/**
 * What the proxy answers to plain HTTP (etcd server/proxy/grpcproxy/metrics.go, health.go): `/metrics` of a member, `/health` of the cluster,
 * `/proxy/metrics` and `/proxy/health` of itself, nothing else.
 */
import { get as getHttp } from "node:http";
import { get as getHttps } from "node:https";
import type { ConnectionOptions } from "node:tls";
import { installHealthPath, newHealthCounters } from "../../api/http/health.ts";
import { MetricFamilies } from "../../api/http/metric-families.ts";
import { installMetrics, newScrapeCounters } from "../../api/http/metrics.ts";
import { installProfiles } from "../../api/http/profiles.ts";
import { HttpRouter, httpError } from "../../api/http/router.ts";
import { EtcdError } from "../../client/errors.ts";
import type { EtcdClient } from "../../client/etcd-client.ts";
import type { Clock } from "../../io/clock.ts";
import type { Logger } from "../../io/logger.ts";
import type { HttpExchange, HttpHandler } from "../../net/transport/http-exchange.ts";
import type { TransportMetrics } from "../../net/transport/transport-metrics.ts";
import { grpcFamilies } from "../../server/network-metrics.ts";
import { processFamilies } from "../../server/process-metrics.ts";
import { NodeProfiler } from "../../server/profiler.ts";
import type { ProxyCounters } from "../proxy-counters.ts";

export interface ProxyHttpOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly counters: ProxyCounters;
  readonly transport: TransportMetrics;
  /** The member whose metrics are shown: `host:port` or a URL. */
  readonly metricsEndpoint: string;
  /** For https. */
  readonly tls: ConnectionOptions | undefined;
  /** A client of the cluster. */
  readonly cluster: EtcdClient;
  /** A client of the address that this proxy advertises; undefined: none. */
  readonly self: EtcdClient | undefined;
  readonly enablePprof: boolean;
}

const HEALTH_TIMEOUT_MS = 1000;
const WATCH_TIMEOUT_MS = 3000;
/** Read to see whether the cluster answers. */
const HEALTH_KEY = "a";

/** For client addresses, and for --metrics-addr, where there are no profiles. */
export function proxyHttp(options: ProxyHttpOptions): { readonly client: HttpHandler; readonly metrics: HttpHandler } {
  const { clock, logger, cluster, self } = options;
  const health = newHealthCounters();
  const scrapes = newScrapeCounters();
  const families = proxyFamilies(options);
  const client = new HttpRouter();
  const metrics = new HttpRouter();
  const log = logger.with({ caller: "etcdhttp/health.go" });
  for (const router of [client, metrics]) {
    router.on("/metrics", (exchange) => passMetrics(exchange, options));
    installMetrics(router, families, scrapes, "/proxy/metrics");
    installHealthPath(router, "/health", () => clusterHealth(cluster), health, log);
    installHealthPath(router, "/proxy/health", () => ownHealth(self, clock), health, log);
  }
  if (options.enablePprof) installProfiles(client, new NodeProfiler(clock, [...process.argv]), clock);
  return { client: client.handle, metrics: metrics.handle };
}

async function clusterHealth(client: EtcdClient): Promise<string> {
  try {
    await client.get(HEALTH_KEY, { timeoutMs: HEALTH_TIMEOUT_MS });
    return "";
  } catch (error) {
    // Who is refused was answered.
    if (error instanceof EtcdError && error.kind === "PermissionDenied") return "";
    return `GET ERROR:${error instanceof Error ? error.message : String(error)}`;
  }
}

async function ownHealth(client: EtcdClient | undefined, clock: Clock): Promise<string> {
  if (client === undefined) return "no connection to proxy";
  const reason = await clusterHealth(client);
  if (reason !== "") return reason;
  const watcher = client.watch(HEALTH_KEY);
  const timer = clock.setTimer(WATCH_TIMEOUT_MS, () => void watcher.cancel());
  try {
    await watcher.established;
    return "";
  } catch {
    return "WATCH TIMEOUT";
  } finally {
    timer.cancel();
    void watcher.cancel();
  }
}

function passMetrics(exchange: HttpExchange, { metricsEndpoint, tls }: ProxyHttpOptions): void {
  const scheme = exchange.connection.tls === undefined ? "http" : "https";
  const url = `${metricsEndpoint.startsWith("http") ? metricsEndpoint : `${scheme}://${metricsEndpoint}`}/metrics`;
  const fail = (): void => httpError(exchange, 500, "Internal server error");
  const get = url.startsWith("https:") ? getHttps : getHttp;
  try {
    get(url, { ...tls, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", fail);
      response.on("end", () =>
        exchange.respond(200, { "content-type": "text/plain; version=0.0.4" }, Buffer.concat(chunks)),
      );
    }).on("error", fail);
  } catch {
    fail();
  }
}

function proxyFamilies({ counters, transport }: ProxyHttpOptions): MetricFamilies {
  const f = new MetricFamilies();
  f.gauge("etcd_grpc_proxy_cache_hits_total", "Total number of cache hits", () => counters.cacheHits);
  f.gauge("etcd_grpc_proxy_cache_keys_total", "Total number of keys/ranges cached", () => counters.cacheKeys);
  f.gauge("etcd_grpc_proxy_cache_misses_total", "Total number of cache misses", () => counters.cacheMisses);
  f.counter(
    "etcd_grpc_proxy_events_coalescing_total",
    "Total number of events coalescing",
    () => counters.eventsCoalesced,
  );
  f.gauge("etcd_grpc_proxy_watchers_coalescing_total", "Total number of current watchers coalescing", () =>
    counters.watchersCoalesced(),
  );
  grpcFamilies(f, transport);
  processFamilies(f);
  return f;
}

/**
 * The gRPC proxy, put together: services in front of one cluster, on one listener with plain HTTP, and a second one for metrics when asked for
 * (etcd server/etcdmain/grpc_proxy.go).
 *
 *   const proxy = await GrpcProxy.start({ ...DEFAULTS, listen: { host: "127.0.0.1", port: 0 }, endpoints: ["127.0.0.1:2379"] }, outside);
 *   proxy.port;
 *   await proxy.close();
 */
import { utf8 } from "../../base/bytes.ts";
import type { PoolOptions } from "../../client/connection-pool.ts";
import { EtcdClient } from "../../client/etcd-client.ts";
import type { Clock } from "../../io/clock.ts";
import type { Logger } from "../../io/logger.ts";
import type { KeepaliveOptions } from "../../net/transport/keepalive.ts";
import type { GrpcMethod } from "../../net/transport/server-call.ts";
import type { ListenerTls } from "../../net/transport/tls-context.ts";
import { type ListenAddress, Transport } from "../../net/transport/transport.ts";
import { TransportMetrics } from "../../net/transport/transport-metrics.ts";
import { ElectionService } from "../../proto/generated/election.ts";
import { LockService } from "../../proto/generated/lock.ts";
import { AuthService, MaintenanceService } from "../../proto/generated/rpc.ts";
import { KeyNamespace } from "../kv/key-namespace.ts";
import { ClusterKv, type KvLayer } from "../kv/kv-layer.ts";
import { kvProxy } from "../kv/kv-proxy.ts";
import { NamespaceKv } from "../kv/namespace-kv.ts";
import { OrderingKv } from "../kv/ordering-kv.ts";
import { leaseProxy } from "../lease/lease-proxy.ts";
import { LeasingKv } from "../leasing/leasing-kv.ts";
import { ProxyCounters } from "../proxy-counters.ts";
import { Upstream } from "../upstream.ts";
import { namespaceWatch } from "../watch/namespace-watch.ts";
import { UpstreamWatches } from "../watch/upstream-watches.ts";
import type { StartWatch } from "../watch/watch-broadcast.ts";
import { watchProxy } from "../watch/watch-proxy.ts";
import { clusterProxy } from "./cluster-proxy.ts";
import { forwardAll } from "./forwarding.ts";
import { loggedRouter } from "./message-log.ts";
import { proxyHttp } from "./proxy-http.ts";
import { keepRegistered, RegisteredProxies } from "./registration.ts";

export interface GrpcProxyOptions {
  readonly listen: ListenAddress;
  readonly listenTls: ListenerTls | undefined;
  readonly keepalive: Partial<KeepaliveOptions>;
  readonly concurrentStreamsMax: number;
  readonly endpoints: readonly string[];
  /** To the cluster; undefined: no TLS unless a scheme says so. */
  readonly clusterTls: PoolOptions["tls"];
  readonly clusterKeepalive: PoolOptions["keepalive"];
  readonly sendBytesMax: number;
  readonly receiveBytesMax: number;
  /** 0: never. */
  readonly syncIntervalMs: number;
  /** Empty: none. */
  readonly advertiseClientUrl: string;
  /** How this proxy reaches the advertised address. */
  readonly ownTls: PoolOptions["tls"];
  /** Empty: not registered. */
  readonly resolverPrefix: string;
  readonly resolverTtlSeconds: number;
  readonly hostName: string;
  /** Empty: none. */
  readonly namespace: string;
  /** Empty: no leasing. */
  readonly leasingPrefix: string;
  readonly keepsOrder: boolean;
  readonly logsMessages: boolean;
  readonly enablePprof: boolean;
  /** Undefined: no listener of its own for metrics. */
  readonly metrics: { readonly listen: ListenAddress; readonly tls: ListenerTls | undefined } | undefined;
}

export interface ProxyOutside {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What grpc-go takes of one request by default. */
const REQUEST_BYTES_MAX = 4 * 1024 * 1024;

export class GrpcProxy {
  /** Where clients connect; 0 on a socket file. */
  readonly port: number;
  readonly metricsPort: number | undefined;
  readonly #close: () => Promise<void>;

  private constructor(port: number, metricsPort: number | undefined, close: () => Promise<void>) {
    this.port = port;
    this.metricsPort = metricsPort;
    this.#close = close;
  }

  /** Rejects with the system's error when an address cannot be opened, with TypeError for text that is no endpoint. */
  static async start(options: GrpcProxyOptions, outside: ProxyOutside): Promise<GrpcProxy> {
    const { clock, logger } = outside;
    const counters = new ProxyCounters();
    const upstream = new Upstream({
      ...options,
      clock,
      logger,
      tls: options.clusterTls,
      keepalive: options.clusterKeepalive,
    });
    const space = options.namespace === "" ? undefined : new KeyNamespace(utf8(options.namespace));
    const own = ownClients(options, clock);
    const registered =
      options.resolverPrefix === ""
        ? undefined
        : new RegisteredProxies({ client: own.cluster, clock, logger, prefix: options.resolverPrefix });
    const watches = new UpstreamWatches(upstream);
    const atCluster: StartWatch = (watch, listener) => watches.watch(watch, listener);
    const start = space === undefined ? atCluster : namespaceWatch(atCluster, space);
    const bottom = new ClusterKv(upstream);
    const plain = kvLayers(options, bottom, upstream, space);
    const leasing =
      options.leasingPrefix === ""
        ? undefined
        : new LeasingKv({
            below: plain ?? bottom,
            start,
            client: own.cluster,
            clock,
            logger,
            prefix: options.leasingPrefix,
          });
    const layers = leasing ?? plain;
    const methods = new Map<string, GrpcMethod>([
      ...kvProxy({ upstream, layers, counters }),
      ...watchProxy({
        start,
        kv: layers ?? bottom,
        counters,
        logger: logger.with({ caller: "grpcproxy/watch.go" }),
      }),
      ...leaseProxy(upstream, space),
      ...clusterProxy({ ...options, upstream, registered: () => registered?.all ?? [] }),
      ...forwardAll(upstream, MaintenanceService),
      ...forwardAll(upstream, AuthService),
      ...forwardAll(upstream, ElectionService),
      ...forwardAll(upstream, LockService),
    ]);
    const metrics = new TransportMetrics();
    const http = proxyHttp({
      clock,
      logger,
      counters,
      transport: metrics,
      metricsEndpoint: options.endpoints[Math.floor(clock.now()) % options.endpoints.length] ?? "",
      tls: options.clusterTls,
      enablePprof: options.enablePprof,
      ...own,
    });
    const limits = { messageBytesMax: REQUEST_BYTES_MAX, concurrentStreamsMax: options.concurrentStreamsMax };
    const transport = new Transport({
      clock,
      logger,
      router: options.logsMessages ? loggedRouter(methods, logger) : methods,
      http: http.client,
      metrics,
      limits,
      keepalive: options.keepalive,
    });
    const metricsTransport =
      options.metrics === undefined ? undefined : new Transport({ clock, logger, http: http.metrics });
    const close = async (): Promise<void> => {
      upstream.close();
      await Promise.all([own.cluster.close(), own.self?.close()]);
      transport.destroy();
      metricsTransport?.destroy();
    };
    try {
      const { port } = await transport.listen(options.listen, options.listenTls);
      const other = await metricsTransport?.listen(options.metrics!.listen, options.metrics!.tls);
      if (leasing !== undefined) void leasing.run();
      if (registered !== undefined) {
        const registration = {
          client: own.cluster,
          clock,
          logger,
          prefix: options.resolverPrefix,
          address: options.advertiseClientUrl,
          ttlSeconds: options.resolverTtlSeconds,
          hostName: options.hostName,
        };
        void keepRegistered(registration);
        if (options.advertiseClientUrl !== "") void registered.follow();
      }
      return new GrpcProxy(port, other?.port, close);
    } catch (error) {
      await close();
      throw error;
    }
  }

  /** Ends everything at once. A registration goes with its lease. */
  close(): Promise<void> {
    return this.#close();
  }
}

/** Undefined where the bytes of requests pass through as they are. */
function kvLayers(
  options: GrpcProxyOptions,
  bottom: KvLayer,
  upstream: Upstream,
  space: KeyNamespace | undefined,
): KvLayer | undefined {
  const ordered = options.keepsOrder ? new OrderingKv(bottom, () => upstream.endpoints.length) : undefined;
  return space === undefined ? ordered : new NamespaceKv(ordered ?? bottom, space);
}

/** Clients for the proxy's own sake: health, registration. */
function ownClients(
  options: GrpcProxyOptions,
  clock: Clock,
): { readonly cluster: EtcdClient; readonly self: EtcdClient | undefined } {
  const cluster = new EtcdClient({
    endpoints: options.endpoints,
    tls: options.clusterTls,
    clock,
    ...(options.namespace === "" ? {} : { namespace: options.namespace }),
  });
  const { advertiseClientUrl } = options;
  return {
    cluster,
    self:
      advertiseClientUrl === ""
        ? undefined
        : new EtcdClient({ endpoints: advertiseClientUrl, tls: options.ownTls, clock }),
  };
}

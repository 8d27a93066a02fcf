/** A gRPC proxy in this process, in front of endpoints of the test's choice. */
import { type Logger, SILENT_LOGGER } from "../../src/io/logger.ts";
import { NodeClock } from "../../src/io/node/clock.ts";
import { GrpcProxy, type GrpcProxyOptions } from "../../src/proxy/grpc/grpc-proxy.ts";

export function startLocalProxy(
  endpoints: readonly string[],
  options: Partial<GrpcProxyOptions> = {},
  logger: Logger = SILENT_LOGGER,
): Promise<GrpcProxy> {
  return GrpcProxy.start(
    {
      listen: { host: "127.0.0.1", port: 0 },
      listenTls: undefined,
      keepalive: {},
      concurrentStreamsMax: Number.POSITIVE_INFINITY,
      endpoints,
      clusterTls: undefined,
      clusterKeepalive: undefined,
      sendBytesMax: 1.5 * 1024 * 1024,
      receiveBytesMax: 2 ** 31 - 1,
      syncIntervalMs: 0,
      advertiseClientUrl: "",
      ownTls: undefined,
      resolverPrefix: "",
      resolverTtlSeconds: 0,
      hostName: "host",
      namespace: "",
      leasingPrefix: "",
      keepsOrder: false,
      logsMessages: false,
      enablePprof: false,
      metrics: undefined,
      ...options,
    },
    { clock: new NodeClock(), logger },
  );
}

/**
 * `etcd grpc-proxy start`: from its flags to a running proxy, with etcd's log lines and refusals on the way (server/etcdmain/grpc_proxy.go).
 * Refusals end with exit status 1.
 */
import { once } from "node:events";
import { createServer } from "node:net";
import { hostname } from "node:os";
import { splitHostPort } from "../../base/go-address.ts";
import { goQuote } from "../../base/go-quote.ts";
import { parseGoUrl } from "../../base/go-url.ts";
import type { ListenAddress } from "../../net/transport/transport.ts";
import { listenTarget } from "../../proxy/gateway/tcp-gateway.ts";
import { GrpcProxy, type GrpcProxyOptions } from "../../proxy/grpc/grpc-proxy.ts";
import { discoveredClients } from "../../proxy/srv-clients.ts";
import type { TlsOutside } from "../../server/tls/tls-settings.ts";
import type { CommandSpec } from "../cobra/command.ts";
import type { FlagSet } from "../cobra/flag-set.ts";
import { CommandExit } from "../cobra/program.ts";
import type { ServerLogger } from "../log/zap-logger.ts";
import { grpcProxyRefusal } from "./grpc-proxy-checks.ts";
import { GRPC_PROXY_FLAGS } from "./grpc-proxy-flags.ts";
import { clusterTls, type OwnTls, ownDialTls, ownListenerTls, ownTlsSettings } from "./grpc-proxy-tls.ts";
import { announceReady, listenErrorText, type ProxySurroundings } from "./proxy-surroundings.ts";

export function grpcProxyCommand(surroundings: ProxySurroundings): CommandSpec {
  return {
    use: "grpc-proxy <subcommand>",
    short: "grpc-proxy related command",
    commands: [
      {
        use: "start",
        short: "start the grpc proxy",
        flags: GRPC_PROXY_FLAGS,
        run: ({ flags }) => startGrpcProxy(flags, surroundings),
      },
    ],
  };
}

/** grpc-go raises shorter times to this. */
const DIAL_KEEPALIVE_MIN_MS = 10_000;
const DIAL_KEEPALIVE_TIMEOUT_MS = 20_000;
const SEND_BYTES_DEFAULT = 2 * 1024 * 1024;
const RECEIVE_BYTES_DEFAULT = 2 ** 31 - 1;
const NO_STREAM_LIMIT = 2 ** 32 - 1;

/** Resolves once it serves. */
async function startGrpcProxy(flags: FlagSet, surroundings: ProxySurroundings): Promise<void> {
  const { stderr } = surroundings;
  const refusal = grpcProxyRefusal(flags);
  if (refusal !== undefined) {
    stderr(`${refusal}\n`);
    throw new CommandExit(1, undefined);
  }
  const root = surroundings.openLogger(flags.bool("debug") ? "debug" : "info");
  const logger = root.with({ caller: "etcdmain/grpc_proxy.go" });
  const outside: TlsOutside = { clock: surroundings.clock, random: surroundings.random, logger };
  const exit = (text: string): CommandExit => {
    logger.flushSync();
    stderr(text);
    return new CommandExit(1, undefined);
  };
  const own = orExit(
    () => ownTlsSettings(flags, outside),
    (reason) => exit(`${goLogTime(surroundings.clock.wallNow())} ${reason}\n`),
  );
  if (own !== undefined) logger.info("gRPC proxy server TLS", { "tls-info": own.text });
  const address = flags.text("listen-addr");
  const listen = await probe(address, exit);
  const fatal = (message: string) => (reason: string) => {
    logger.fatal(message, { error: reason });
    return new CommandExit(1, undefined);
  };
  const listenTls =
    own === undefined
      ? undefined
      : orExit(() => ownListenerTls(own, address, outside, false), fatal("failed to create TLS listener"));
  logger.info("listening for gRPC proxy client requests", { address });

  const cluster = await clusterOptions(flags, surroundings, logger, outside, exit);
  const ownTls =
    own === undefined
      ? undefined
      : orExit(
          () => ownDialTls(own, outside),
          (reason) => exit(`${reason}\n`),
        );
  const advertiseClientUrl = flags.text("advertise-client-url");
  if (advertiseClientUrl !== "")
    logger.info("create proxy client", { grpcProxyAdvertiseClientURL: advertiseClientUrl });
  if (flags.bool("enable-pprof")) logger.info("gRPC proxy enabled pprof", { path: "/debug/pprof" });
  const metrics = await metricsOptions(flags, own, outside, exit);
  if (metrics !== undefined) logger.info("gRPC proxy listening for metrics", { address: metrics.text });
  try {
    await GrpcProxy.start(
      {
        ...cluster,
        listen,
        listenTls,
        keepalive: {
          intervalMs: flags.durationMs("grpc-keepalive-interval"),
          timeoutMs: flags.durationMs("grpc-keepalive-timeout"),
          minTimeMs: flags.durationMs("grpc-keepalive-min-time"),
        },
        concurrentStreamsMax: streamLimit(flags.number("max-concurrent-streams")),
        advertiseClientUrl,
        ownTls,
        resolverPrefix: flags.text("resolver-prefix"),
        resolverTtlSeconds: flags.number("resolver-ttl"),
        hostName: hostname(),
        namespace: flags.text("namespace"),
        leasingPrefix: flags.text("experimental-leasing-prefix"),
        keepsOrder: flags.bool("experimental-serializable-ordering"),
        logsMessages: flags.bool("experimental-enable-grpc-logging"),
        enablePprof: flags.bool("enable-pprof"),
        metrics,
      },
      { clock: surroundings.clock, logger },
    );
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = error instanceof Error ? error.message : String(error);
    throw exit(`${code === undefined ? reason : listenErrorText(address, error)}\n`);
  }
  logger.info("started gRPC proxy", { address });
  announceReady(root);
  if (metrics !== undefined) logger.info("gRPC proxy server metrics URL serving");
}

type ClusterOptions = Pick<
  GrpcProxyOptions,
  "endpoints" | "clusterTls" | "clusterKeepalive" | "sendBytesMax" | "receiveBytesMax" | "syncIntervalMs"
>;

async function clusterOptions(
  flags: FlagSet,
  surroundings: ProxySurroundings,
  logger: ServerLogger,
  outside: TlsOutside,
  exit: (text: string) => CommandExit,
): Promise<ClusterOptions> {
  let endpoints: readonly string[];
  try {
    const discovery = {
      domain: flags.text("discovery-srv"),
      serviceName: flags.text("discovery-srv-name"),
      insecure: flags.bool("insecure-discovery"),
      trustedCaFile: flags.text("cacert"),
    };
    ({ endpoints } = await discoveredClients(discovery, logger, surroundings.resolveSrv));
  } catch (error) {
    throw exit(`${error instanceof Error ? error.message : String(error)}\n`);
  }
  if (endpoints.length === 0) endpoints = flags.list("endpoints");
  const tls = orExit(
    () => clusterTls(flags, outside),
    (reason) => exit(`${reason}\n`),
  );
  if (flags.bool("insecure-skip-tls-verify"))
    logger.warn(
      "--insecure-skip-tls-verify was given, this grpc proxy process skips authentication of etcd server TLS certificates. This option should be enabled only for testing purposes.",
    );
  if (tls !== undefined) logger.info("gRPC proxy client TLS", { "tls-info": tls.text });
  if (endpoints.length === 0) throw exit("etcdclient: no available endpoints\n");
  const sendBytes = flags.number("max-send-bytes");
  const receiveBytes = flags.number("max-recv-bytes");
  if (receiveBytes > 0 && sendBytes > receiveBytes)
    throw exit(
      `gRPC message recv limit (${receiveBytes} bytes) must be greater than send limit (${sendBytes} bytes)\n`,
    );
  const keepaliveMs = flags.durationMs("dial-keepalive-time");
  const timeoutMs = flags.durationMs("dial-keepalive-timeout");
  return {
    endpoints,
    clusterTls: tls?.options,
    clusterKeepalive: {
      intervalMs: keepaliveMs > 0 ? Math.max(DIAL_KEEPALIVE_MIN_MS, keepaliveMs) : 0,
      timeoutMs: timeoutMs > 0 ? timeoutMs : DIAL_KEEPALIVE_TIMEOUT_MS,
      permitWithoutStream: flags.bool("permit-without-stream"),
    },
    sendBytesMax: sendBytes > 0 ? sendBytes : SEND_BYTES_DEFAULT,
    receiveBytesMax: receiveBytes > 0 ? receiveBytes : RECEIVE_BYTES_DEFAULT,
    syncIntervalMs: flags.durationMs("endpoints-auto-sync-interval"),
  };
}

async function metricsOptions(
  flags: FlagSet,
  own: OwnTls | undefined,
  outside: TlsOutside,
  exit: (text: string) => CommandExit,
): Promise<(NonNullable<GrpcProxyOptions["metrics"]> & { readonly text: string }) | undefined> {
  const text = flags.text("metrics-addr");
  if (text === "") return undefined;
  const parsed = parseGoUrl(text);
  if (!parsed.ok) throw exit(`cannot parse ${goQuote(text)}`);
  const { scheme, host } = parsed.url;
  const isSecure = scheme === "https" || scheme === "unixs";
  const withoutCertificate = `cannot listen on TLS for ${host}: KeyFile and CertFile are not presented\n`;
  if (isSecure && own === undefined) throw exit(withoutCertificate);
  const listen = scheme.startsWith("unix") ? { socketPath: host + parsed.url.path } : await probe(host, exit);
  const tls =
    isSecure && own !== undefined
      ? orExit(
          () => ownListenerTls(own, host, outside, true),
          (reason) => exit(`${reason}\n`),
        )
      : undefined;
  return { listen, tls, text: parsed.url.text };
}

/** Opens and closes the address: one that is taken is told before anything else is. */
async function probe(address: string, exit: (text: string) => CommandExit): Promise<ListenAddress> {
  const parts = splitHostPort(address);
  if (!parts.ok) throw exit(`listen tcp: ${parts.reason}\n`);
  const target = listenTarget(address);
  if (target === undefined) throw exit(`listen tcp: lookup tcp/${parts.port}: unknown port\n`);
  const listen = { host: target.host === "" ? "0.0.0.0" : target.host, port: target.port };
  if (listen.port === 0) return listen;
  const server = createServer();
  try {
    server.listen(listen);
    await once(server, "listening");
  } catch (error) {
    throw exit(`${listenErrorText(address, error)}\n`);
  }
  server.close();
  await once(server, "close");
  return listen;
}

function orExit<T>(make: () => T, exit: (reason: string) => CommandExit): T {
  try {
    return make();
  } catch (error) {
    throw exit(error instanceof Error ? error.message : String(error));
  }
}

function streamLimit(count: number): number {
  return count === NO_STREAM_LIMIT ? Number.POSITIVE_INFINITY : count;
}

/** The time as Go's log package writes it. */
function goLogTime(wallMs: number): string {
  const at = new Date(wallMs);
  const two = (value: number): string => String(value).padStart(2, "0");
  const date = `${at.getFullYear()}/${two(at.getMonth() + 1)}/${two(at.getDate())}`;
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

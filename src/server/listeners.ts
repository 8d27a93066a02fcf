/**
 * The listeners of a server: clients (gRPC and plain HTTP on one port), peers, metrics. Which address speaks TLS follows from its URL's
 * scheme, as in etcd (server/embed/serve.go, etcd.go).
 */
import { once } from "node:events";
import { createServer, isIP } from "node:net";
import type { GoUrl } from "../base/go-url.ts";
import type { Clock } from "../io/clock.ts";
import type { Logger } from "../io/logger.ts";
import type { Tracer } from "../net/tracing/tracer.ts";
import type { HttpHandler } from "../net/transport/http-exchange.ts";
import type { GrpcRouter } from "../net/transport/server-call.ts";
import type { ListenerTls } from "../net/transport/tls-context.ts";
import { type ListenAddress, Transport } from "../net/transport/transport.ts";
import type { TransportMetrics } from "../net/transport/transport-metrics.ts";
import type { UpgradeHandler } from "../net/transport/upgrade.ts";

export interface ListenerSettings {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly messageBytesMax: number;
  readonly concurrentStreamsMax: number;
  readonly keepaliveIntervalMs: number;
  readonly keepaliveTimeoutMs: number;
  readonly keepaliveMinTimeMs: number;
}

/** An address could not be opened. The message is etcd's: what, where, why. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

/** A transport for one group of listeners; nothing listens yet. */
export function createTransport(
  settings: ListenerSettings,
  serves: {
    router?: GrpcRouter;
    http?: HttpHandler;
    upgrade?: UpgradeHandler | undefined;
    metrics?: TransportMetrics;
    tracer?: Tracer | undefined;
    /** For the head of an HTTP/1.1 request. */
    headerTimeoutMs?: number;
    /** For a whole HTTP/1.1 request with its body. */
    requestTimeoutMs?: number;
    onHandlerError?: (error: unknown) => void;
  },
): Transport {
  return new Transport({
    clock: settings.clock,
    logger: settings.logger,
    router: serves.router,
    http: serves.http,
    upgrade: serves.upgrade,
    metrics: serves.metrics,
    tracer: serves.tracer,
    onHandlerError: serves.onHandlerError,
    limits: {
      messageBytesMax: settings.messageBytesMax,
      concurrentStreamsMax: settings.concurrentStreamsMax,
      ...(serves.headerTimeoutMs === undefined ? {} : { http1HeaderTimeoutMs: serves.headerTimeoutMs }),
      ...(serves.requestTimeoutMs === undefined ? {} : { http1RequestTimeoutMs: serves.requestTimeoutMs }),
    },
    keepalive: {
      intervalMs: settings.keepaliveIntervalMs,
      timeoutMs: settings.keepaliveTimeoutMs,
      minTimeMs: settings.keepaliveMinTimeMs,
    },
  });
}

/**
 * Opens the URLs of a group; those of one address share a listener, which speaks TLS and plaintext when their schemes say both.
 * Rejects with ListenError. Returns the ports in the order of the URLs (port 0 picks one).
 */
export async function listenAll(
  transport: Transport,
  urls: readonly GoUrl[],
  tls: ListenerTls | undefined,
  options: { readonly reusePort: boolean },
): Promise<number[]> {
  const opened = new Map<string, number>();
  const ports: number[] = [];
  for (const url of urls) {
    const key = addressText(url);
    let port = opened.get(key);
    if (port === undefined) {
      // Each URL with port 0 gets a port of its own.
      const sharing = url.port === "0" ? [url] : urls.filter((other) => addressText(other) === key);
      const alsoPlain = sharing.some((other) => !isSecure(other));
      try {
        const secured = sharing.some(isSecure) ? tls : undefined;
        port = (await transport.listen(addressOf(url), secured, { alsoPlain, reusePort: options.reusePort })).port;
      } catch (error) {
        throw new ListenError(listenErrorText(url, error), { cause: error });
      }
      if (url.port !== "0") opened.set(key, port);
    }
    ports.push(port);
  }
  return ports;
}

/** HTTP of its own cannot share an address with gRPC. Throws ListenError. */
export function requireSeparate(grpcUrls: readonly GoUrl[], httpUrls: readonly GoUrl[]): void {
  for (const url of httpUrls) {
    if (url.port === "0" || !grpcUrls.some((other) => addressText(other) === addressText(url))) continue;
    throw new ListenError(
      `cannot bind both --listen-client-urls and --listen-client-http-urls on the same url ${url.text}`,
    );
  }
}

/** Says what is served, and whether anybody on the way can read it. */
export function logServing(logger: Logger, urls: readonly GoUrl[], traffic: string): void {
  for (const url of urls) {
    const fields = { traffic, address: addressText(url) };
    if (isSecure(url)) logger.info("serving client traffic securely", fields);
    else logger.info("serving client traffic insecurely; this is strongly discouraged!", fields);
  }
}

/** The address to dial peers from (feature SetMemberLocalAddr): the first that is advertised and not a loopback one; undefined: the system's choice. */
export function memberLocalAddress(advertisePeerUrls: readonly GoUrl[], logger: Logger): string | undefined {
  const fields = { "advertise-peer-urls": advertisePeerUrls.map((url) => url.text) };
  logger.info("searching for a suitable member local address in AdvertisePeerURLs", fields);
  for (const { hostname } of advertisePeerUrls) {
    if (isIP(hostname) === 0 || hostname.startsWith("127.") || ["0.0.0.0", "::", "::1"].includes(hostname)) continue;
    logger.info("setting member local address", { LocalAddr: hostname });
    return hostname;
  }
  logger.warn("unable to set a member local address due to lack of suitable local addresses", fields);
  return undefined;
}

function isSecure(url: GoUrl): boolean {
  return url.scheme === "https" || url.scheme === "unixs";
}

/** `host:port`, or the path of a socket. */
function addressText(url: GoUrl): string {
  return url.scheme.startsWith("unix") ? url.host + url.path : url.host;
}

/** Opens and closes every address: a taken port is told before any file is touched. Rejects with ListenError. */
export async function probeListeners(urls: readonly GoUrl[]): Promise<void> {
  for (const url of urls) {
    const address = addressOf(url);
    if ("socketPath" in address || address.port === 0) continue;
    const server = createServer();
    const host = address.host === "localhost" ? "127.0.0.1" : address.host;
    try {
      server.listen(address.port, host);
      await once(server, "listening");
    } catch (error) {
      throw new ListenError(listenErrorText(url, error), { cause: error });
    }
    server.close();
    await once(server, "close");
  }
}

function addressOf(url: GoUrl): ListenAddress {
  if (url.scheme === "unix" || url.scheme === "unixs") return { socketPath: addressText(url) };
  return {
    host: url.hostname === "" ? "0.0.0.0" : url.hostname,
    port: url.port === "" ? (url.scheme === "https" ? 443 : 80) : Number(url.port),
  };
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "bind: address already in use",
  EACCES: "bind: permission denied",
  EADDRNOTAVAIL: "bind: cannot assign requested address",
};

/** As Go's net package says it: `listen tcp 127.0.0.1:2379: bind: address already in use`. */
function listenErrorText(url: GoUrl, error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const where = url.scheme.startsWith("unix")
    ? `unix ${addressText(url)}`
    : `tcp ${url.host.replace(/^localhost:/, "127.0.0.1:")}`;
  return `listen ${where}: ${REASONS[code] ?? (error instanceof Error ? error.message : String(error))}`;
}

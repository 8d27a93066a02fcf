/**
 * Members found by DNS SRV records: `_etcd-client-ssl._tcp.<domain>` for those with TLS, then `_etcd-client._tcp.<domain>`
 * (etcd client/pkg/srv, server/etcdmain/util.go). Unless insecure discovery is allowed, only those remain whose certificate proves the domain.
 */

import { getServers, resolveSrv } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { connect } from "node:tls";
import { splitHostPort } from "../base/go-address.ts";
import type { Logger } from "../io/logger.ts";
import type { SrvRecord } from "./gateway/endpoint-picker.ts";

/** `endpoints[i]` is the URL of `records[i]`. */
export interface SrvClients {
  readonly endpoints: readonly string[];
  readonly records: readonly SrvRecord[];
}

/** What DNS is asked; rejects with the system's error. */
export type ResolveSrv = (
  name: string,
) => Promise<
  readonly { readonly name: string; readonly port: number; readonly priority: number; readonly weight: number }[]
>;

export interface DiscoveryOptions {
  readonly domain: string;
  /** Suffix of the services' names; empty: none. */
  readonly serviceName: string;
  readonly insecure: boolean;
  /** Empty: the authorities of the platform. */
  readonly trustedCaFile: string;
}

const VALIDATION_TIMEOUT_MS = 5000;

/** Both services asked. Rejects with an Error that holds the texts of both look-ups when both fail. */
export async function srvClients(
  domain: string,
  serviceName: string,
  resolve: ResolveSrv = resolveSrv,
): Promise<SrvClients> {
  const suffix = serviceName === "" ? "" : `-${serviceName}`;
  const problems: string[] = [];
  const endpoints: string[] = [];
  const records: SrvRecord[] = [];
  for (const [service, scheme] of [
    ["etcd-client-ssl", "https"],
    ["etcd-client", "http"],
  ] as const) {
    const name = `_${service}${suffix}._tcp.${domain}`;
    try {
      const found = [...(await resolve(name))].sort((a, b) => a.priority - b.priority || b.weight - a.weight);
      for (const { name: host, port, priority, weight } of found) {
        // Go keeps the dot that ends a full domain name.
        const target = host.endsWith(".") ? host : `${host}.`;
        endpoints.push(`${scheme}://${target}:${port}`);
        records.push({ target, port, priority, weight });
      }
    } catch (error) {
      problems.push(`lookup ${name}${resolverText()}: ${reasonText(error)}`);
    }
  }
  if (problems.length === 2) throw new Error(`dns lookup errors: ${problems.join(" and ")}`);
  return { endpoints, records };
}

/** The first name server, which Go's resolver names in its errors. */
function resolverText(): string {
  const [server] = getServers();
  if (server === undefined) return "";
  const hasPort = /^\d+\.\d+\.\d+\.\d+:|^\[/.test(server);
  return ` on ${hasPort ? server : `${server.includes(":") ? `[${server}]` : server}:53`}`;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: "no such host",
  ENODATA: "no such host",
  ESERVFAIL: "server misbehaving",
  EREFUSED: "server misbehaving",
  ETIMEOUT: "i/o timeout",
  ECONNREFUSED: "connection refused",
};

function reasonText(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ""] ?? message;
}

/** The members of a domain that may be used, with etcd's log lines; none for an empty domain. Rejects as {@link srvClients}. */
export async function discoveredClients(
  options: DiscoveryOptions,
  logger: Logger,
  resolve?: ResolveSrv,
): Promise<SrvClients> {
  const { domain } = options;
  if (domain === "") return { endpoints: [], records: [] };
  const found = await srvClients(domain, options.serviceName, resolve);
  const fields = (endpoints: readonly string[]): { "srv-server": string; endpoints: string[] } => ({
    "srv-server": domain,
    endpoints: [...endpoints],
  });
  const log = logger.with({ caller: "etcdmain/util.go" });
  log.info("discovered cluster from SRV", fields(found.endpoints));
  if (options.insecure) return found;
  log.info("validating discovered SRV endpoints", fields(found.endpoints));
  const problems: string[] = [];
  const valid = new Set<number>();
  for (const [at, endpoint] of found.endpoints.entries()) {
    const problem = await insecurity(endpoint, options);
    if (problem === undefined) valid.add(at);
    else problems.push(problem);
  }
  const endpoints = found.endpoints.filter((_, at) => valid.has(at));
  if (problems.length === 0) log.info("using validated discovered SRV endpoints", fields(endpoints));
  else log.warn("failed to validate discovered endpoints", { ...fields(endpoints), error: problems.join(",") });
  return { endpoints, records: found.records.filter((_, at) => valid.has(at)) };
}

/** Why an endpoint does not prove that it belongs to the domain; undefined when it does. */
function insecurity(endpoint: string, { domain, trustedCaFile }: DiscoveryOptions): Promise<string | undefined> {
  const quoted = JSON.stringify(endpoint);
  if (!endpoint.startsWith("https://")) return Promise.resolve(`${quoted} is insecure`);
  const parts = splitHostPort(endpoint.slice("https://".length));
  if (!parts.ok) return Promise.resolve(`${quoted} failed to dial (${parts.reason})`);
  let ca: Buffer | undefined;
  try {
    ca = trustedCaFile === "" ? undefined : readFileSync(trustedCaFile);
  } catch (error) {
    return Promise.resolve(`${quoted} failed to dial (${(error as Error).message})`);
  }
  return new Promise((done) => {
    const socket = connect({
      host: parts.host.replace(/\.$/, ""),
      port: Number(parts.port),
      servername: domain,
      timeout: VALIDATION_TIMEOUT_MS,
      ...(ca === undefined ? {} : { ca }),
    });
    const finish = (problem: string | undefined): void => {
      socket.destroy();
      done(problem === undefined ? undefined : `${quoted} failed to dial (${problem})`);
    };
    socket.once("secureConnect", () => finish(undefined));
    socket.once("timeout", () => finish("i/o timeout"));
    socket.on("error", (error) => finish(error.message));
  });
}

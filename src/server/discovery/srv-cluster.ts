/**
 * The initial cluster by DNS SRV records: `_etcd-server-ssl._tcp.<domain>` for members with TLS, `_etcd-server._tcp.<domain>` for those without
 * (etcd client/pkg/srv/srv.go, server/embed/config.go GetDNSClusterNames). The record whose address is that of an advertised peer URL is this
 * member; the others get numbers as names.
 */
import { splitHostPort } from "../../base/go-address.ts";
import type { GoUrl } from "../../base/go-url.ts";
import type { Logger } from "../../io/logger.ts";
import { NameError, type NameResolver } from "./name-resolver.ts";

export interface SrvOptions {
  /** This member's. */
  readonly name: string;
  readonly domain: string;
  /** Suffix of the services' names; empty: none. */
  readonly serviceName: string;
  readonly advertisePeerUrls: readonly GoUrl[];
}

export interface SrvCluster {
  /** `name=url` of each record. */
  readonly members: readonly string[];
  /** What failed; a cluster may have been found all the same. */
  readonly problem: string | undefined;
}

/** Looks up both services. */
export async function srvCluster(options: SrvOptions, resolver: NameResolver, logger: Logger): Promise<SrvCluster> {
  const members: string[] = [];
  const problems: string[] = [];
  for (const [scheme, base] of [
    ["https", "etcd-server-ssl"],
    ["http", "etcd-server"],
  ] as const) {
    const service = options.serviceName === "" ? base : `${base}-${options.serviceName}`;
    const found = await membersOf(service, scheme, options, resolver);
    members.push(...found.members);
    if (found.problem !== undefined) problems.push(found.problem);
    logger.info(`get cluster for ${base} SRV`, {
      "service-scheme": scheme,
      "service-name": service,
      "server-name": options.name,
      "discovery-srv": options.domain,
      "advertise-peer-urls": options.advertisePeerUrls.map((url) => url.text),
      "found-cluster": found.members,
      ...(found.problem === undefined ? {} : { error: found.problem }),
    });
  }
  return { members, problem: problems.length === 0 ? undefined : problems.join("\n") };
}

async function membersOf(
  service: string,
  scheme: "http" | "https",
  options: SrvOptions,
  resolver: NameResolver,
): Promise<SrvCluster> {
  const own = new Map<string, GoUrl>();
  const members: string[] = [];
  let problem: string | undefined;
  try {
    for (const url of options.advertisePeerUrls) own.set(await resolvedAddress(url.host, resolver), url);
  } catch (error) {
    if (!(error instanceof NameError)) throw error;
    return { members, problem: error.message };
  }
  let others = 0;
  try {
    for (const { host, port } of await resolver.srv(`_${service}._tcp.${options.domain}`)) {
      const urlHost = joined(host, port);
      let advertised: GoUrl | undefined;
      try {
        advertised = own.get(joined(await resolver.address(host), port));
      } catch (error) {
        if (!(error instanceof NameError)) throw error;
        problem = error.message;
        continue;
      }
      const name = advertised === undefined ? String(others++) : options.name;
      if (advertised === undefined || advertised.scheme === scheme) members.push(`${name}=${scheme}://${urlHost}`);
      else {
        problem = `bootstrap at ${scheme}://${urlHost} from DNS for ${service} has scheme mismatch with expected peer ${advertised.text}`;
      }
    }
  } catch (error) {
    if (!(error instanceof NameError)) throw error;
    problem = error.message;
  }
  if (members.length > 0 || problem === undefined) return { members, problem: undefined };
  return { members, problem: `error querying DNS SRV records for _${service} ${problem}` };
}

async function resolvedAddress(host: string, resolver: NameResolver): Promise<string> {
  const parts = splitHostPort(host);
  if (!parts.ok) throw new NameError(parts.reason);
  return joined(await resolver.address(parts.host), Number(parts.port));
}

function joined(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

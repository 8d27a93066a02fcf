/**
 * Where the initial members of a member without data come from: the configuration, DNS SRV records, or a discovery service that hears of this
 * member first (etcd server/embed/config.go PeerURLsMapAndToken, etcdserver/bootstrap.go).
 */

import { goQuote } from "../../base/go-quote.ts";
import { staticMembers } from "../../core/membership/bootstrap-members.ts";
import { parseUrlsMap, urlsMapText } from "../../core/membership/member-urls.ts";
import type { Clock } from "../../io/clock.ts";
import type { Logger } from "../../io/logger.ts";
import { BootstrapError } from "../bootstrap.ts";
import type { ServerConfig } from "../config.ts";
import type { MemberConfig } from "../member-config.ts";
import { joinByDiscovery } from "./join-cluster.ts";
import type { NameResolver } from "./name-resolver.ts";
import { srvCluster } from "./srv-cluster.ts";

/** The configuration with the members to start from; with a discovery service only this member, until it has joined. Rejects with BootstrapError. */
export async function planInitialCluster(
  config: ServerConfig,
  resolver: NameResolver,
  logger: Logger,
): Promise<ServerConfig> {
  if (config.discovery.endpoints.length > 0) {
    const own = new Map([[config.name, config.advertisePeerUrls.map((url) => url.text)]]);
    return { ...config, initialCluster: urlsMapText(own), initialClusterToken: config.discovery.token };
  }
  if (config.discoverySrv === "") return config;
  const { members, problem } = await srvCluster(
    {
      name: config.name,
      domain: config.discoverySrv,
      serviceName: config.discoverySrvName,
      advertisePeerUrls: config.advertisePeerUrls,
    },
    resolver,
    logger,
  );
  if (problem !== undefined) logger.warn("failed to resolve during SRV discovery", { error: problem });
  if (members.length === 0) {
    if (problem !== undefined) throw new BootstrapError(`error setting up initial cluster: ${problem}`);
    return { ...config, initialCluster: "" };
  }
  for (const node of members) logger.info("got bootstrap from DNS for etcd-server", { node });
  if (!members.some((node) => node.startsWith(`${config.name}=`))) {
    const reason = `cannot find local etcd member ${goQuote(config.name)} in SRV records`;
    throw new BootstrapError(`error setting up initial cluster: ${reason}`);
  }
  return { ...config, initialCluster: members.join(",") };
}

/** Joins through the discovery service, if there is one; undefined otherwise. Rejects with BootstrapError. */
export async function discoverMembers(
  config: ServerConfig,
  settings: MemberConfig,
  outside: { readonly clock: Clock; readonly logger: Logger },
): Promise<MemberConfig["initialCluster"] | undefined> {
  if (config.discovery.endpoints.length === 0 || !settings.isNewCluster) return undefined;
  outside.logger.info("Bootstrapping cluster using v3 discovery.");
  const own = staticMembers(settings.initialCluster, settings.initialClusterToken);
  if (!own.ok) throw new BootstrapError(own.reason);
  const member = { id: own.members[0]!.id, urls: urlsMapText(settings.initialCluster) };
  const joined = parseUrlsMap(await joinByDiscovery(config.discovery, member, outside));
  if (!joined.ok) throw new BootstrapError(joined.reason);
  const urls = [...joined.members.values()].flat();
  if (new Set(urls).size !== urls.length)
    throw new BootstrapError(`discovery cluster ${urlsMapText(joined.members)} has duplicate url`);
  return joined.members;
}

/**
 * What a member asks of its peers before it starts for the first time: who is in the running cluster that it joins, and whether versions fit; or, in
 * a new cluster, whether the others have seen it before (etcd server/etcdserver/bootstrap.go, cluster_util.go).
 */
import { parseGoUrl } from "../../base/go-url.ts";
import { assignIds, staticMembers } from "../../core/membership/bootstrap-members.ts";
import { type Member, sortedTexts } from "../../core/membership/member.ts";
import { isCompatibleWithCluster } from "../../core/version/version-monitor.ts";
import type { PeerRequests } from "./peer-requests.ts";

export interface JoinOptions {
  /** Of this member, as --initial-cluster calls it. */
  readonly name: string;
  /** Name -> peer URLs of every member, this one included. */
  readonly initialCluster: ReadonlyMap<string, readonly string[]>;
  readonly initialClusterToken: string;
  /** Addresses of a host name, in order of preference; none when it has none. */
  readonly resolve: (hostname: string) => Promise<readonly string[]>;
}

export type JoinedCluster =
  | { readonly ok: true; readonly clusterId: bigint; readonly members: readonly Member[]; readonly localId: bigint }
  | { readonly ok: false; readonly reason: string };

/** Asks the others about the running cluster. The reason of a refusal is etcd's text. */
export async function joinExistingCluster(requests: PeerRequests, options: JoinOptions): Promise<JoinedCluster> {
  const local = staticMembers(options.initialCluster, options.initialClusterToken);
  if (!local.ok) return local;
  const others = otherUrls(options);
  const existing = await requests.cluster(others);
  if (existing === undefined) {
    return {
      ok: false,
      reason: "cannot fetch cluster info from peer urls: could not retrieve cluster information from the given URLs",
    };
  }
  const same = await urlComparison([...local.members, ...existing.members], options.resolve);
  const assigned = assignIds(local.members, existing.members, same);
  if (!assigned.ok) return { ok: false, reason: `error validating peerURLs: ${assigned.reason}` };
  const self = assigned.members.find((member) => member.name === options.name);
  if (self === undefined)
    return { ok: false, reason: `couldn't find local name "${options.name}" in the initial cluster configuration` };
  if (!(await isCompatible(requests, assigned.members, self.id)))
    return { ok: false, reason: "incompatible with current running cluster" };
  return { ok: true, clusterId: existing.clusterId, members: assigned.members, localId: self.id };
}

/** True when the members that answer know this one as started: it must not start as new again. */
export async function isMemberBootstrapped(
  requests: PeerRequests,
  options: Omit<JoinOptions, "resolve">,
  timeoutMs: number,
): Promise<boolean> {
  const local = staticMembers(options.initialCluster, options.initialClusterToken);
  if (!local.ok) return false;
  const self = local.members.find((member) => member.name === options.name);
  const others = otherUrls(options);
  if (self === undefined || others.length === 0) return false;
  const running = await requests.cluster(others, timeoutMs);
  return (running?.members.find((member) => member.id === self.id)?.clientURLs.length ?? 0) > 0;
}

async function isCompatible(requests: PeerRequests, members: readonly Member[], localId: bigint): Promise<boolean> {
  const others = members.filter((member) => member.id !== localId);
  const versions = await Promise.all(others.map((member) => requests.versions(member.peerURLs)));
  let downgradeEnabled: boolean | undefined;
  for (const member of others) {
    downgradeEnabled = await requests.downgradeEnabled(member.peerURLs);
    if (downgradeEnabled !== undefined) break;
  }
  return isCompatibleWithCluster(versions, downgradeEnabled ?? false);
}

function otherUrls({ initialCluster, name }: Omit<JoinOptions, "resolve">): string[] {
  return sortedTexts([...initialCluster].flatMap(([each, urls]) => (each === name ? [] : urls)));
}

/** Compares lists of URLs by their texts, and else by the addresses that their host names have now. */
async function urlComparison(
  members: readonly Member[],
  resolve: JoinOptions["resolve"],
): Promise<(a: readonly string[], b: readonly string[]) => boolean> {
  const resolved = new Map<string, string>();
  for (const url of new Set(members.flatMap((member) => member.peerURLs))) {
    const parsed = parseGoUrl(url);
    if (!parsed.ok) continue;
    const { scheme, hostname, port } = parsed.url;
    const address = (await resolve(hostname))[0] ?? hostname;
    resolved.set(url, `${scheme}://${address}:${port}`);
  }
  const equal = (a: readonly string[], b: readonly string[]): boolean => {
    const first = sortedTexts(a);
    const second = sortedTexts(b);
    return first.length === second.length && first.every((url, i) => url === second[i]);
  };
  const addresses = (urls: readonly string[]): string[] => urls.map((url) => resolved.get(url) ?? url);
  return (a, b) => equal(a, b) || equal(addresses(a), addresses(b));
}

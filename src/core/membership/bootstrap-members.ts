/**
 * The members that a cluster starts from: a static list (--initial-cluster, discovery, snapshot restore), and the matching of a static
 * list against the members of a running cluster that a server joins.
 * Source of behaviour: etcd membership.NewClusterFromURLsMap, ValidateClusterAndAssignIDs.
 */
import { idHex } from "../../base/bytes.ts";
import { clusterIdOf, createMember, type Member, memberId, membersById } from "./member.ts";

export type StaticMembers =
  | { readonly ok: true; readonly members: Member[]; readonly clusterId: bigint }
  | { readonly ok: false; readonly reason: string };

/** Members (by ID) and cluster ID of a new cluster; URLs must be those of `parseUrlsMap`. */
export function staticMembers(urlsByName: ReadonlyMap<string, readonly string[]>, token: string): StaticMembers {
  const members = new Map<bigint, Member>();
  for (const [name, peerURLs] of urlsByName) {
    const id = memberId(peerURLs, token, undefined);
    if (members.has(id)) return { ok: false, reason: `member exists with identical ID ${idHex(id)}` };
    if (id === 0n) return { ok: false, reason: "cannot use 0 as member id" };
    members.set(id, createMember({ id, name, peerURLs }));
  }
  return { ok: true, members: membersById(members.values()), clusterId: clusterIdOf([...members.keys()]) };
}

/**
 * Gives the members of the local configuration the IDs of the running cluster, matching them by their peer URLs.
 * `same` decides whether two URL lists mean the same addresses (the shell resolves names for it).
 */
export function assignIds(
  local: readonly Member[],
  existing: readonly Member[],
  same: (a: readonly string[], b: readonly string[]) => boolean,
): { readonly ok: true; readonly members: Member[] } | { readonly ok: false; readonly reason: string } {
  if (local.length !== existing.length) return { ok: false, reason: "member count is unequal" };
  const assigned = local.slice();
  for (const member of membersById(existing)) {
    const at = assigned.findIndex((candidate) => same(member.peerURLs, candidate.peerURLs));
    if (at < 0) {
      const what = `${idHex(member.id)}, [${member.peerURLs.join(" ")}]`;
      return { ok: false, reason: `PeerURLs: no match found for existing member (${what})` };
    }
    assigned[at] = createMember({ ...assigned[at]!, id: member.id });
  }
  return { ok: true, members: membersById(assigned) };
}

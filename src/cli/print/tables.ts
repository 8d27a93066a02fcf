/** Headers and rows of the results that are tables. Source of behaviour: etcdctl/ctlv3/command/printer.go. */

import { humanBytes } from "../../base/human-bytes.ts";
import type { MemberListResponse } from "../../proto/generated/rpc.ts";
import { hex } from "./go-text.ts";
import type { EndpointHashKV, EndpointHealth, EndpointStatus } from "./results.ts";

export interface Table {
  readonly headers: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function memberListTable(reply: MemberListResponse): Table {
  return {
    headers: ["ID", "Status", "Name", "Peer Addrs", "Client Addrs", "Is Learner"],
    rows: reply.members.map((member) => [
      hex(member.id),
      member.name === "" ? "unstarted" : "started",
      member.name,
      member.peerURLs.join(","),
      member.clientURLs.join(","),
      String(member.isLearner),
    ]),
  };
}

export function endpointHealthTable(list: readonly EndpointHealth[]): Table {
  return {
    headers: ["endpoint", "health", "took", "error"],
    rows: list.map((item) => [item.endpoint, String(item.health), item.took, item.error]),
  };
}

export function endpointStatusTable(list: readonly EndpointStatus[]): Table {
  return {
    headers: [
      "endpoint",
      "ID",
      "version",
      "storage version",
      "db size",
      "in use",
      "percentage not in use",
      "quota",
      "is leader",
      "is learner",
      "raft term",
      "raft index",
      "raft applied index",
      "errors",
      "downgrade target version",
      "downgrade enabled",
    ],
    rows: list.map(({ endpoint, status }) => {
      const member = status.header?.memberId ?? 0n;
      // A server without a size would make etcdctl divide by zero; all of nothing is in use.
      const usedPercent = status.dbSize === 0 ? 100 : Math.trunc((status.dbSizeInUse * 100) / status.dbSize);
      return [
        endpoint,
        hex(member),
        status.version,
        status.storageVersion,
        humanBytes(status.dbSize),
        humanBytes(status.dbSizeInUse),
        `${100 - usedPercent}%`,
        humanBytes(status.dbSizeQuota),
        String(status.leader === member),
        String(status.isLearner),
        String(status.raftTerm),
        String(status.raftIndex),
        String(status.raftAppliedIndex),
        status.errors.join(", "),
        status.downgradeInfo?.targetVersion ?? "",
        String(status.downgradeInfo?.enabled ?? false),
      ];
    }),
  };
}

export function endpointHashKVTable(list: readonly EndpointHashKV[]): Table {
  return {
    headers: ["endpoint", "hash", "hash_revision"],
    rows: list.map(({ endpoint, hashKV }) => [endpoint, String(hashKV.hash), String(hashKV.hashRevision)]),
  };
}

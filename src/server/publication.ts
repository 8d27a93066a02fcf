/** A member tells the cluster its name and client URLs; only then it counts as started (etcd server/etcdserver/server.go, publishV3). */
import { idHex } from "../base/bytes.ts";
import { RequestField } from "../core/apply/raft-request.ts";
import { sleep } from "../io/clock.ts";
import { ClusterMemberAttrSetRequest } from "../proto/generated/membership.ts";
import type { Member } from "./member.ts";

/**
 * Between two attempts. A member that has much of its log yet to apply refuses requests at once, also this one; without a pause the attempts would
 * leave it no turn to apply anything.
 */
const RETRY_MS = 50;

/** Tries until it is told; resolves to false when the member stopped before. */
export async function publish(member: Member): Promise<boolean> {
  const { clock, config, memberId, clusterId, logger, proposer } = member;
  const { name, advertiseClientUrls } = config;
  const request = ClusterMemberAttrSetRequest.encode({
    memberID: memberId,
    memberAttributes: { name, clientUrls: [...advertiseClientUrls] },
  });
  while (!member.isStopping) {
    try {
      await proposer.request(RequestField.ClusterMemberAttrSet, request);
      break;
    } catch (error) {
      if (member.isStopping) return false;
      logger.warn("failed to publish local member to cluster through raft", {
        "local-member-id": idHex(memberId),
        error: String(error),
      });
      await sleep(clock, RETRY_MS);
    }
  }
  if (member.isStopping) return false;
  logger.info("published local member to cluster through raft", {
    "local-member-id": idHex(memberId),
    "local-member-attributes": `{Name:${name} ClientURLs:[${advertiseClientUrls.join(" ")}]}`,
    "cluster-id": idHex(clusterId),
  });
  return true;
}

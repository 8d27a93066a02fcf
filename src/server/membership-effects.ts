/** What a change of the membership means outside of the replicated state: connections come, go or move, and the log tells. */
import { idHex } from "../base/bytes.ts";
import type { MembershipChange } from "../core/membership/cluster.ts";
import type { Member } from "./member.ts";

/** `onSelfRemoved`: this member is no longer part of the cluster. */
export function followMembership(member: Member, change: MembershipChange, onSelfRemoved: () => void): void {
  const { logger, memberId, clusterId, peers } = member;
  const local = { "cluster-id": idHex(clusterId), "local-member-id": idHex(memberId) };
  switch (change.kind) {
    case "added": {
      const { id, peerURLs, isLearner } = change.member;
      logger.info("added member", {
        ...local,
        "added-peer-id": idHex(id),
        "added-peer-peer-urls": peerURLs,
        "added-peer-is-learner": isLearner,
      });
      if (id !== memberId) peers.addPeer(id, peerURLs);
      return;
    }
    case "promoted":
      logger.info("promote member", { ...local, "promoted-member-id": idHex(change.id) });
      return;
    case "removed": {
      const urls = change.member?.peerURLs ?? [];
      logger.info("removed member", {
        ...local,
        "removed-remote-peer-id": idHex(change.id),
        "removed-remote-peer-urls": urls,
      });
      if (change.id === memberId) onSelfRemoved();
      else peers.removePeer(change.id);
      return;
    }
    case "updated": {
      const urls = change.member?.peerURLs ?? [];
      logger.info("updated member", {
        ...local,
        "updated-remote-peer-id": idHex(change.id),
        "updated-remote-peer-urls": urls,
      });
      if (change.id !== memberId && change.member !== undefined) peers.updatePeer(change.id, urls);
    }
  }
}

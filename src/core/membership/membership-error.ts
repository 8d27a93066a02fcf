/**
 * Refusals of membership changes: the texts that peers see (`/members/promote`) and logs carry, and the API error each becomes.
 * Source of behaviour: etcd server/etcdserver/api/membership/errors.go, api/v3rpc/util.go.
 */
import { type EtcdError, type EtcdErrorName, etcdError } from "../../base/etcd-error.ts";

export type MembershipRefusal =
  | "IDRemoved"
  | "IDExists"
  | "IDNotFound"
  | "PeerURLExists"
  | "MemberNotLearner"
  | "TooManyLearners";

interface Row {
  readonly message: string;
  readonly error: EtcdErrorName;
}

/** Text and API error of each refusal. */
export const MEMBERSHIP_REFUSALS: Readonly<Record<MembershipRefusal, Row>> = {
  IDRemoved: { message: "membership: ID removed", error: "MemberNotFound" },
  IDExists: { message: "membership: ID exists", error: "MemberExist" },
  IDNotFound: { message: "membership: ID not found", error: "MemberNotFound" },
  PeerURLExists: { message: "membership: peerURL exists", error: "PeerURLExist" },
  MemberNotLearner: { message: "membership: can only promote a learner member", error: "MemberNotLearner" },
  TooManyLearners: { message: "membership: too many learner members in cluster", error: "TooManyLearners" },
};

/** The error that a client gets. */
export function membershipError(refusal: MembershipRefusal): EtcdError {
  return etcdError(MEMBERSHIP_REFUSALS[refusal].error);
}

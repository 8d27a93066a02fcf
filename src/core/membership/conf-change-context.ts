/**
 * The context of a raft ConfChange: a member in JSON, with `"isPromote":true` when a learner becomes a voter (which uses the same change
 * type as adding a voter). Removals carry none.
 *
 *   add, update, bootstrap   {"id":N,"peerURLs":[...],"isLearner":true?,"name":"..."?,"clientURLs":[...]?}
 *   promote                  {"id":N,"peerURLs":null,"isPromote":true}
 *
 * Source of behaviour: etcd server/etcdserver/server.go (AddMember, PromoteMember, UpdateMember), bootstrap.go (newRaftNode peers).
 */

import { isJsonObject, parseBigJson, stringifyBigJson } from "../../base/big-json.ts";
import { EMPTY_BYTES, utf8, utf8Text } from "../../base/bytes.ts";
import { type ConfChange, ConfChangeType } from "../../proto/generated/raft.ts";
import { createMember, type Member, memberFromJson, memberToJson } from "./member.ts";

/** What membership needs of a raft ConfChange; the proposer adds the request ID. */
export type MemberChange = Pick<ConfChange, "type" | "nodeId" | "context">;

export interface ConfChangeContext {
  readonly member: Member;
  readonly isPromote: boolean;
}

/** The change that adds a member, as voter or as learner by its isLearner. */
export function addChange(member: Member): MemberChange {
  return {
    type: member.isLearner ? ConfChangeType.ConfChangeAddLearnerNode : ConfChangeType.ConfChangeAddNode,
    nodeId: member.id,
    context: utf8(stringifyBigJson(memberToJson(member))),
  };
}

/** The change that makes a learner a voter. */
export function promoteChange(id: bigint): MemberChange {
  const json = { ...memberToJson(createMember({ id })), isPromote: true };
  return { type: ConfChangeType.ConfChangeAddNode, nodeId: id, context: utf8(stringifyBigJson(json)) };
}

/** The change that removes a member. */
export function removeChange(id: bigint): MemberChange {
  return { type: ConfChangeType.ConfChangeRemoveNode, nodeId: id, context: EMPTY_BYTES };
}

/** The change that gives a member other peer URLs. */
export function updateChange(id: bigint, peerURLs: readonly string[]): MemberChange {
  const json = memberToJson(createMember({ id, peerURLs }));
  return { type: ConfChangeType.ConfChangeUpdateNode, nodeId: id, context: utf8(stringifyBigJson(json)) };
}

/** Reads a context; undefined when it is not one. */
export function parseConfChangeContext(context: Uint8Array): ConfChangeContext | undefined {
  const parsed = parseBigJson(utf8Text(context));
  if (!parsed.ok || !isJsonObject(parsed.value)) return undefined;
  const member = memberFromJson(parsed.value);
  const isPromote = parsed.value.isPromote ?? false;
  return member === undefined || typeof isPromote !== "boolean" ? undefined : { member, isPromote };
}

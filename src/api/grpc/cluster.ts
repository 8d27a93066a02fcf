/**
 * etcdserverpb.Cluster: members (etcd server/etcdserver/api/v3rpc/member.go). Headers of its responses carry no revision.
 */
import { type EtcdError, etcdError } from "../../base/etcd-error.ts";
import { createMember, type Member, memberId } from "../../core/membership/member.ts";
import { parseUrls } from "../../core/membership/member-urls.ts";
import type { GrpcMethod, ServerCall } from "../../net/transport/server-call.ts";
import * as rpc from "../../proto/generated/rpc.ts";
import type { CallerIdentity, CallGate } from "./call-gate.ts";
import { unaryMethod } from "./unary-method.ts";

/** All settle with the members, by ID, after the change was applied on this member; all reject with an EtcdError. */
export interface ClusterServer {
  /** The header without a revision. */
  clusterHeader(): rpc.ResponseHeader;
  /** Seconds since the Unix epoch: part of a new member's ID. */
  unixSeconds(): number;
  /** Checks --strict-reconfig-check, then proposes. The caller is an administrator. */
  addMember(member: Member, call: ServerCall): Promise<readonly Member[]>;
  removeMember(id: bigint, call: ServerCall): Promise<readonly Member[]>;
  updateMember(id: bigint, peerURLs: readonly string[], call: ServerCall): Promise<readonly Member[]>;
  /** On the leader; followers pass the request on to it with the caller's token. */
  promoteMember(id: bigint, call: ServerCall): Promise<readonly Member[]>;
  linearizableRead(call: ServerCall): Promise<void>;
  members(): readonly Member[];
}

export function clusterMethods(gate: CallGate, server: ClusterServer): Map<string, GrpcMethod> {
  const requireAdmin = (identity: CallerIdentity | undefined): void => throwIf(gate.requireAdmin(identity));
  const answer = (members: readonly Member[]) => ({
    header: server.clusterHeader(),
    members: members.map(memberMessage),
  });
  return new Map<string, GrpcMethod>([
    [
      "/etcdserverpb.Cluster/MemberAdd",
      unaryMethod(gate, {
        request: rpc.MemberAddRequest,
        response: rpc.MemberAddResponse,
        // etcd reads the URLs before it looks at who asks.
        identityError: (request, error) => (parseUrls(request.peerURLs).ok ? error : etcdError("MemberBadURLs")),
        async answer(request, identity, call) {
          const parsed = parseUrls(request.peerURLs);
          if (!parsed.ok) throw etcdError("MemberBadURLs");
          requireAdmin(identity);
          const id = memberId(parsed.urls, "", server.unixSeconds());
          const member = createMember({ id, peerURLs: parsed.urls, isLearner: request.isLearner });
          const members = await server.addMember(member, call);
          return { ...answer(members), member: memberMessage(member) };
        },
      }),
    ],
    [
      "/etcdserverpb.Cluster/MemberRemove",
      unaryMethod(gate, {
        request: rpc.MemberRemoveRequest,
        response: rpc.MemberRemoveResponse,
        async answer(request, identity, call) {
          requireAdmin(identity);
          return answer(await server.removeMember(request.id, call));
        },
      }),
    ],
    [
      "/etcdserverpb.Cluster/MemberUpdate",
      unaryMethod(gate, {
        request: rpc.MemberUpdateRequest,
        response: rpc.MemberUpdateResponse,
        async answer(request, identity, call) {
          requireAdmin(identity);
          return answer(await server.updateMember(request.id, request.peerURLs, call));
        },
      }),
    ],
    [
      "/etcdserverpb.Cluster/MemberPromote",
      unaryMethod(gate, {
        request: rpc.MemberPromoteRequest,
        response: rpc.MemberPromoteResponse,
        async answer(request, identity, call) {
          requireAdmin(identity);
          return answer(await server.promoteMember(request.id, call));
        },
      }),
    ],
    [
      "/etcdserverpb.Cluster/MemberList",
      unaryMethod(gate, {
        request: rpc.MemberListRequest,
        response: rpc.MemberListResponse,
        async answer(request, identity, call) {
          if (request.linearizable) await server.linearizableRead(call);
          throwIf(gate.requireUser(identity));
          return answer(server.members());
        },
      }),
    ],
  ]);
}

function memberMessage(member: Member): rpc.Member {
  return rpc.Member.create({
    id: member.id,
    name: member.name,
    peerURLs: [...member.peerURLs],
    clientURLs: [...member.clientURLs],
    isLearner: member.isLearner,
  });
}

function throwIf(error: EtcdError | undefined): void {
  if (error !== undefined) throw error;
}

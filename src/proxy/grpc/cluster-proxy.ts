/**
 * The Cluster service of the proxy (etcd server/proxy/grpcproxy/cluster.go). The list of members is that of the proxies: the registered ones, or this one
 * alone, so that clients which take it as their endpoints stay with the proxies. Only without an advertised address it is the cluster's own.
 */
import { textError } from "../../base/etcd-error.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import type { GrpcMethod } from "../../net/transport/server-call.ts";
import { ClusterService, type Member, MemberListResponse } from "../../proto/generated/rpc.ts";
import type { Init } from "../../proto/message-codec.ts";
import { statusOf, type Upstream } from "../upstream.ts";
import { forwardUnary } from "./forwarding.ts";
import type { RegisteredProxy } from "./registration.ts";

export interface ClusterProxyOptions {
  readonly upstream: Upstream;
  /** Empty: none is advertised. */
  readonly advertiseClientUrl: string;
  readonly hostName: string;
  readonly registered: () => readonly RegisteredProxy[];
}

export function clusterProxy(options: ClusterProxyOptions): Map<string, GrpcMethod> {
  const { upstream } = options;
  const methods = new Map<string, GrpcMethod>();
  for (const { path } of [ClusterService.memberAdd, ClusterService.memberRemove, ClusterService.memberUpdate])
    methods.set(path, forwardUnary(upstream, path));
  methods.set(ClusterService.memberPromote.path, {
    kind: "unary",
    handle: (call) => call.fail({ code: GrpcCode.Unknown, message: "not implemented" }),
  });
  methods.set(
    ClusterService.memberList.path,
    options.advertiseClientUrl === ""
      ? forwardUnary(upstream, ClusterService.memberList.path)
      : {
          kind: "unary",
          handle(call) {
            try {
              call.reply(MemberListResponse.encode({ members: proxiesAsMembers(options) }));
            } catch (error) {
              call.fail(statusOf(error));
            }
          },
        },
  );
  return methods;
}

function proxiesAsMembers(options: ClusterProxyOptions): Init<Member>[] {
  const registered = options.registered();
  if (registered.length === 0) return [{ name: options.hostName, clientURLs: [options.advertiseClientUrl] }];
  return registered.map(({ address, metadata }) => ({ name: nameIn(metadata), clientURLs: [address] }));
}

function nameIn(metadata: string): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(metadata);
  } catch (error) {
    throw textError(GrpcCode.Unknown, (error as Error).message);
  }
  const name = typeof parsed === "object" && parsed !== null && "name" in parsed ? parsed.name : "";
  return typeof name === "string" ? name : "";
}

/**
 * The Lease service of the proxy (etcd server/proxy/grpcproxy/lease.go). Renewals of all clients go over one stream; with a namespace, the keys of a lease
 * are those of the namespace.
 *
 * DIVERGES from etcd, which renews a lease on its own for up to its TTL after the last request of a client: here each renewal is one of a client
 * (ADR 0040).
 */
import { textError } from "../../base/etcd-error.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import type { GrpcMethod, ServerCall } from "../../net/transport/server-call.ts";
import {
  LeaseKeepAliveRequest,
  LeaseService,
  LeaseTimeToLiveRequest,
  LeaseTimeToLiveResponse,
} from "../../proto/generated/rpc.ts";
import { CallScope } from "../call-scope.ts";
import { forwardUnary } from "../grpc/forwarding.ts";
import type { KeyNamespace } from "../kv/key-namespace.ts";
import { statusOf, type Upstream } from "../upstream.ts";
import { KeepAliveLink, type Renewer } from "./keep-alive-link.ts";

export function leaseProxy(upstream: Upstream, space: KeyNamespace | undefined): Map<string, GrpcMethod> {
  const links = new KeepAliveLinks(upstream);
  const methods = new Map<string, GrpcMethod>();
  for (const { path } of [
    LeaseService.leaseGrant,
    LeaseService.leaseRevoke,
    LeaseService.leaseTimeToLive,
    LeaseService.leaseLeases,
  ])
    methods.set(path, forwardUnary(upstream, path));
  if (space !== undefined) methods.set(LeaseService.leaseTimeToLive.path, timeToLive(upstream, space));
  methods.set(LeaseService.leaseKeepAlive.path, {
    kind: "stream",
    open: (call) => keepAlive(call, links),
  });
  return methods;
}

/** Renewals of one token share a stream. */
class KeepAliveLinks {
  readonly #upstream: Upstream;
  readonly #links: Map<string, KeepAliveLink>;

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
    this.#links = new Map();
  }

  linkOf({ token, requireLeader }: CallScope): KeepAliveLink {
    const id = `${requireLeader ? "leader" : ""}\0${token}`;
    let link = this.#links.get(id);
    if (link === undefined) {
      link = new KeepAliveLink(this.#upstream, new CallScope({ token, requireLeader }), () => this.#links.delete(id));
      this.#links.set(id, link);
    }
    return link;
  }
}

function keepAlive(call: ServerCall, links: KeepAliveLinks): void {
  const scope = CallScope.of(call);
  const link = links.linkOf(scope);
  let unanswered = 0;
  let halfClosed = false;
  /** Who has sent its last request still gets its answers. */
  const endWhenDone = (): void => {
    if (!halfClosed || unanswered > 0) return;
    link.leave(renewer);
    call.end();
  };
  const renewer: Renewer = {
    onRenewed(response) {
      unanswered--;
      call.send(response);
      endWhenDone();
    },
    onRefused: (status) => call.fail(status),
  };
  link.join(renewer);
  scope.onCancel(() => link.leave(renewer));
  call.onMessage = (message) => {
    let id: bigint;
    try {
      id = LeaseKeepAliveRequest.decode(message).id;
    } catch (error) {
      link.leave(renewer);
      call.fail(textError(GrpcCode.Internal, `grpc: error unmarshalling request: ${(error as Error).message}`));
      return;
    }
    unanswered++;
    link.renew(id, renewer);
  };
  call.onHalfClose = () => {
    halfClosed = true;
    endWhenDone();
  };
}

function timeToLive(upstream: Upstream, space: KeyNamespace): GrpcMethod {
  const answer = async (bytes: Uint8Array, scope: CallScope): Promise<Uint8Array> => {
    const reply = await upstream.unary(LeaseService.leaseTimeToLive.path, bytes, scope);
    if (!LeaseTimeToLiveRequest.decode(bytes).keys) return reply;
    const decoded = LeaseTimeToLiveResponse.decode(reply);
    const keys = decoded.keys.filter((key) => space.has(key)).map((key) => space.strip(key));
    return LeaseTimeToLiveResponse.encode({ ...decoded, keys });
  };
  return {
    kind: "unary",
    handle(call, message) {
      answer(message.slice(), CallScope.of(call)).then(
        (reply) => call.reply(reply),
        (error: unknown) => call.fail(statusOf(error)),
      );
    },
  };
}

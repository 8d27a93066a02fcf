/** The Auth service's view of a member. */
import type { AuthServer } from "../../api/grpc/auth.ts";
import type { CallerIdentity } from "../../api/grpc/call-gate.ts";
import { EtcdError } from "../../base/etcd-error.ts";
import { decodeAuthResponse } from "../../core/apply/auth-applier.ts";
import type { RequestField } from "../../core/apply/raft-request.ts";
import type { AuthOutcome, AuthResponse } from "../../core/auth/auth-apply.ts";
import type { ServerCall } from "../../net/transport/server-call.ts";
import type { ResponseHeader } from "../../proto/generated/rpc.ts";
import type { Authenticator, LoginServer } from "../auth/authenticator.ts";
import type { Member } from "../member.ts";
import { credentialsOf } from "./lease-server.ts";

export class MemberAuthServer implements AuthServer {
  readonly #member: Member;
  readonly #authenticator: Authenticator;

  constructor(member: Member, authenticator: Authenticator) {
    this.#member = member;
    this.#authenticator = authenticator;
  }

  header(): ResponseHeader {
    const { state } = this.#member;
    return state.headerOf(state.store.revision);
  }

  async proposeAuth(
    field: RequestField,
    request: Uint8Array,
    identity: CallerIdentity | undefined,
    call: ServerCall,
  ): Promise<AuthResponse> {
    const { response } = await this.#member.proposer.request(field, request, credentialsOf(identity), call.span);
    return decodeAuthResponse(field, response);
  }

  login(username: string, password: string, call: ServerCall): Promise<string> {
    return this.#authenticator.login(username, password, call.span);
  }

  hashPassword(password: string): Promise<string> {
    return this.#authenticator.hashPassword(password);
  }
}

/** What logins ask of the member; the member is made after the authenticator that needs this. */
export function loginServer(member: () => Member): LoginServer {
  return {
    linearizableRead: () => member().linearizableRead(),
    async propose(field, body, span): Promise<AuthOutcome> {
      try {
        const { response } = await member().proposer.request(field, body, undefined, span);
        return { ok: true, response: decodeAuthResponse(field, response) };
      } catch (error) {
        if (error instanceof EtcdError && error.kind !== undefined) return { ok: false, refusal: error.kind };
        throw error;
      }
    },
  };
}

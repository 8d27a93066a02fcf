/**
 * The applier's side of authentication: every check throws the refusal, every auth request becomes an encoded response.
 * Credentials come from the request's header, so that all members judge alike (etcd server/etcdserver/apply/auth.go).
 */
import { assert } from "../../base/assert.ts";
import { type EtcdErrorName, etcdError } from "../../base/etcd-error.ts";
import {
  AuthDisableResponse,
  AuthEnableResponse,
  AuthenticateResponse,
  AuthRoleAddResponse,
  AuthRoleDeleteResponse,
  AuthRoleGetResponse,
  AuthRoleGrantPermissionResponse,
  AuthRoleListResponse,
  AuthRoleRevokePermissionResponse,
  AuthStatusResponse,
  AuthUserAddResponse,
  AuthUserChangePasswordResponse,
  AuthUserDeleteResponse,
  AuthUserGetResponse,
  AuthUserGrantRoleResponse,
  AuthUserListResponse,
  AuthUserRevokeRoleResponse,
  type ResponseHeader,
} from "../../proto/generated/rpc.ts";
import type { MessageCodec } from "../../proto/message-codec.ts";
import { type AuthResponse, applyAuth, isAuthField } from "../auth/auth-apply.ts";
import type { AuthInfo } from "../auth/auth-info.ts";
import type { AuthStore } from "../auth/auth-store.ts";
import { type RaftRequestReader, RequestField } from "./raft-request.ts";

const RESPONSES: ReadonlyMap<number, MessageCodec<never>> = new Map<number, MessageCodec<never>>(
  (
    [
      [RequestField.AuthEnable, AuthEnableResponse],
      [RequestField.AuthDisable, AuthDisableResponse],
      [RequestField.AuthStatus, AuthStatusResponse],
      [RequestField.Authenticate, AuthenticateResponse],
      [RequestField.AuthUserAdd, AuthUserAddResponse],
      [RequestField.AuthUserDelete, AuthUserDeleteResponse],
      [RequestField.AuthUserGet, AuthUserGetResponse],
      [RequestField.AuthUserChangePassword, AuthUserChangePasswordResponse],
      [RequestField.AuthUserGrantRole, AuthUserGrantRoleResponse],
      [RequestField.AuthUserRevokeRole, AuthUserRevokeRoleResponse],
      [RequestField.AuthUserList, AuthUserListResponse],
      [RequestField.AuthRoleList, AuthRoleListResponse],
      [RequestField.AuthRoleAdd, AuthRoleAddResponse],
      [RequestField.AuthRoleDelete, AuthRoleDeleteResponse],
      [RequestField.AuthRoleGet, AuthRoleGetResponse],
      [RequestField.AuthRoleGrantPermission, AuthRoleGrantPermissionResponse],
      [RequestField.AuthRoleRevokePermission, AuthRoleRevokePermissionResponse],
    ] as const
  ).map(([field, codec]) => [field, codec as unknown as MessageCodec<never>]),
);

/** Requests that change nothing: passed over where nobody waits for the answer. */
const READS: ReadonlySet<number> = new Set([
  RequestField.AuthStatus,
  RequestField.AuthUserGet,
  RequestField.AuthRoleGet,
]);

export function whoOf(request: RaftRequestReader): AuthInfo {
  return { username: request.username, revision: request.authRevision };
}

export function throwRefusal(refusal: EtcdErrorName | undefined): void {
  if (refusal !== undefined) throw etcdError(refusal);
}

/** Applies one of the auth requests; the encoded response carries the header. Undefined: passed over. */
export function applyAuthRequest(
  store: AuthStore,
  request: RaftRequestReader,
  payload: Uint8Array,
  context: { readonly index: number; readonly header: ResponseHeader; readonly wanted: boolean },
): Uint8Array | undefined {
  const { field } = request;
  // An entry of a newer release: this member would diverge from the others if it went on.
  assert(isAuthField(field), "a committed request is known to this release");
  if (!context.wanted && READS.has(field)) return undefined;
  const outcome = applyAuth(store, field, payload.subarray(request.start, request.end), whoOf(request), context.index);
  if (!outcome.ok) throw etcdError(outcome.refusal);
  outcome.response.header = context.header;
  return RESPONSES.get(field)!.encode(outcome.response as never);
}

/** Decodes what {@link applyAuthRequest} encoded. */
export function decodeAuthResponse(field: number, response: Uint8Array): AuthResponse {
  return RESPONSES.get(field)!.decode(response) as unknown as AuthResponse;
}

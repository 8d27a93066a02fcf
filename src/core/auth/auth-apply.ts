/**
 * Applies the committed auth requests: from the bytes of one InternalRaftRequest field to the change and the response.
 * The proposer's rights are checked again here, with the credentials that the entry carries: every member judges alike.
 * Source of behaviour: etcd server/etcdserver/apply/auth.go (needAdminPermission, UserGet, RoleGet), apply/backend.go.
 */
import type { EtcdErrorName } from "../../base/etcd-error.ts";
import { InternalAuthenticateRequest } from "../../proto/generated/raft-internal.ts";
import type { ResponseHeader } from "../../proto/generated/rpc.ts";
import {
  AuthDisableResponse,
  AuthEnableResponse,
  AuthenticateResponse,
  AuthRoleAddRequest,
  AuthRoleAddResponse,
  AuthRoleDeleteRequest,
  AuthRoleDeleteResponse,
  AuthRoleGetRequest,
  AuthRoleGetResponse,
  AuthRoleGrantPermissionRequest,
  AuthRoleGrantPermissionResponse,
  AuthRoleListResponse,
  AuthRoleRevokePermissionRequest,
  AuthRoleRevokePermissionResponse,
  AuthStatusResponse,
  AuthUserAddRequest,
  AuthUserAddResponse,
  AuthUserChangePasswordRequest,
  AuthUserChangePasswordResponse,
  AuthUserDeleteRequest,
  AuthUserDeleteResponse,
  AuthUserGetRequest,
  AuthUserGetResponse,
  AuthUserGrantRoleRequest,
  AuthUserGrantRoleResponse,
  AuthUserListResponse,
  AuthUserRevokeRoleRequest,
  AuthUserRevokeRoleResponse,
} from "../../proto/generated/rpc.ts";
import { RequestField } from "../apply/raft-request.ts";
import type { AuthInfo } from "./auth-info.ts";
import type { AuthStore } from "./auth-store.ts";

/** Any response of the Auth service, its header still undefined. */
export interface AuthResponse {
  header: ResponseHeader | undefined;
}

export type AuthOutcome =
  | { readonly ok: true; readonly response: AuthResponse }
  | { readonly ok: false; readonly refusal: EtcdErrorName };

/** Whether {@link applyAuth} takes this field of InternalRaftRequest. */
export function isAuthField(field: number): boolean {
  return HANDLERS.has(field);
}

/**
 * Applies one request. `body` are the request's bytes, `who` the proposer as the entry's header names it, `index` that of the entry.
 * Throws ProtoError for malformed bytes: a committed entry that is, is corruption.
 */
export function applyAuth(
  store: AuthStore,
  field: number,
  body: Uint8Array,
  who: AuthInfo,
  index: number,
): AuthOutcome {
  const handler = HANDLERS.get(field);
  if (handler === undefined) return refused("UnknownMethod");
  if (handler.needsAdmin) {
    const refusal = store.refuseAdmin(who);
    if (refusal !== undefined) return refused(refusal);
  }
  return handler.apply(store, body, who, index);
}

interface Handler {
  readonly needsAdmin: boolean;
  apply(store: AuthStore, body: Uint8Array, who: AuthInfo, index: number): AuthOutcome;
}

/** A change that only an administrator may make and that answers with nothing but a header. */
function change<Q extends object>(
  request: { decode(bytes: Uint8Array): Q },
  response: { create(): AuthResponse },
  apply: (store: AuthStore, request: Q) => EtcdErrorName | undefined,
): Handler {
  return {
    needsAdmin: true,
    apply(store, body) {
      const refusal = apply(store, request.decode(body));
      return refusal === undefined ? answered(response.create()) : refused(refusal);
    },
  };
}

const HANDLERS: ReadonlyMap<number, Handler> = new Map<number, Handler>([
  [
    RequestField.AuthEnable,
    {
      needsAdmin: true,
      apply(store) {
        const refusal = store.enable();
        return refusal === undefined ? answered(AuthEnableResponse.create()) : refused(refusal);
      },
    },
  ],
  [
    RequestField.AuthDisable,
    {
      needsAdmin: true,
      apply(store) {
        store.disable();
        return answered(AuthDisableResponse.create());
      },
    },
  ],
  [
    RequestField.AuthStatus,
    {
      needsAdmin: false,
      apply: (store) => answered(AuthStatusResponse.create({ enabled: store.enabled, authRevision: store.revision })),
    },
  ],
  [
    RequestField.Authenticate,
    {
      needsAdmin: false,
      apply(store, body, _who, index) {
        const { name, simpleToken } = InternalAuthenticateRequest.decode(body);
        const outcome = store.authenticate(name, simpleToken, index);
        return typeof outcome === "string" ? refused(outcome) : answered(AuthenticateResponse.create(outcome));
      },
    },
  ],
  [RequestField.AuthUserAdd, change(AuthUserAddRequest, AuthUserAddResponse, (store, r) => store.addUser(r))],
  [
    RequestField.AuthUserDelete,
    change(AuthUserDeleteRequest, AuthUserDeleteResponse, (store, r) => store.deleteUser(r.name)),
  ],
  [
    RequestField.AuthUserChangePassword,
    change(AuthUserChangePasswordRequest, AuthUserChangePasswordResponse, (store, r) => store.changePassword(r)),
  ],
  [
    RequestField.AuthUserGrantRole,
    change(AuthUserGrantRoleRequest, AuthUserGrantRoleResponse, (store, r) => store.grantRole(r.user, r.role)),
  ],
  [
    RequestField.AuthUserRevokeRole,
    change(AuthUserRevokeRoleRequest, AuthUserRevokeRoleResponse, (store, r) => store.revokeRole(r.name, r.role)),
  ],
  [
    RequestField.AuthUserGet,
    {
      needsAdmin: false,
      apply(store, body, who) {
        const { name } = AuthUserGetRequest.decode(body);
        // Everybody may look at themselves.
        const refusal = name === who.username ? undefined : store.refuseAdmin(who);
        if (refusal !== undefined) return refused(refusal);
        const roles = store.userRoles(name);
        return roles === undefined
          ? refused("UserNotFound")
          : answered(AuthUserGetResponse.create({ roles: [...roles] }));
      },
    },
  ],
  [
    RequestField.AuthUserList,
    { needsAdmin: true, apply: (store) => answered(AuthUserListResponse.create({ users: store.userNames() })) },
  ],
  [RequestField.AuthRoleAdd, change(AuthRoleAddRequest, AuthRoleAddResponse, (store, r) => store.addRole(r.name))],
  [
    RequestField.AuthRoleDelete,
    change(AuthRoleDeleteRequest, AuthRoleDeleteResponse, (store, r) => store.deleteRole(r.role)),
  ],
  [
    RequestField.AuthRoleGrantPermission,
    change(AuthRoleGrantPermissionRequest, AuthRoleGrantPermissionResponse, (store, r) =>
      store.grantPermission(r.name, r.perm),
    ),
  ],
  [
    RequestField.AuthRoleRevokePermission,
    change(AuthRoleRevokePermissionRequest, AuthRoleRevokePermissionResponse, (store, r) =>
      store.revokePermission(r.role, r.key, r.rangeEnd),
    ),
  ],
  [
    RequestField.AuthRoleGet,
    {
      needsAdmin: false,
      apply(store, body, who) {
        const { role } = AuthRoleGetRequest.decode(body);
        // Everybody may look at their own roles.
        const refusal = store.hasRole(who.username, role) ? undefined : store.refuseAdmin(who);
        if (refusal !== undefined) return refused(refusal);
        const perm = store.rolePermissions(role);
        return perm === undefined ? refused("RoleNotFound") : answered(AuthRoleGetResponse.create({ perm: [...perm] }));
      },
    },
  ],
  [
    RequestField.AuthRoleList,
    { needsAdmin: true, apply: (store) => answered(AuthRoleListResponse.create({ roles: store.roleNames() })) },
  ],
]);

function answered(response: AuthResponse): AuthOutcome {
  return { ok: true, response };
}

function refused(refusal: EtcdErrorName): AuthOutcome {
  return { ok: false, refusal };
}
